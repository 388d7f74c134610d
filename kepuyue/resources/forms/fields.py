"""Fields that several forms use: weekdays, days in a list, the edition's terms."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import wording
from kepuyue.editions.models import Edition, Term

# The classifications by which offers and requests are matched
MATCHED = ("content", "field", "audience")
MOST_DAYS = 60


def weekday_choices() -> list[tuple[int, str]]:
    """Monday to Sunday in the reader's language."""
    return [
        (day, wording.EN_WEEKDAYS[day] if wording.is_english() else f"周{wording.ZH_WEEKDAYS[day]}")
        for day in range(7)
    ]


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week as numbers, 0 for Monday; none ticked means any day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=weekday_choices, coerce=int, required=False, empty_value=[], widget=forms.CheckboxSelectMultiple,
            **options,
        )  # fmt: skip


class DaysField(forms.CharField):
    """Days written one after another, with commas, spaces or lines between them; 2024-09-17, 9月17日 or 9/17."""

    default_error_messages = {
        "no-day": gettext_lazy("“%(word)s”看不出是哪一天。请写成 2024-09-17，一行一个。"),
        "too-many": gettext_lazy("最多填写%(most)s个日期。"),
    }

    def __init__(self, *, year: int = 0, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(required=False, **options)
        self.year = year

    def clean(self, value: Any) -> list[str]:
        words = re.split(r"[\s,，、;；]+", str(super().clean(value) or "").strip())
        days = sorted({self.day(word) for word in words if word})
        if len(days) > MOST_DAYS:
            raise forms.ValidationError(self.error_messages["too-many"], params={"most": MOST_DAYS})
        return [day.isoformat() for day in days]

    def day(self, word: str) -> date:
        """One day; where the year is left out it is the edition's."""
        found = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?", word)
        try:
            assert found is not None
            return date(int(found[1] or self.year), int(found[2]), int(found[3]))
        except (AssertionError, ValueError):
            raise forms.ValidationError(self.error_messages["no-day"], params={"word": word[:20]}) from None

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class MatchedTerms(forms.Form):
    """One field of ticks for each classification by which offers and requests are matched."""

    def __init__(self, *args: Any, edition: Edition, **options: Any) -> None:
        super().__init__(*args, **options)
        self.edition = edition
        self.term_fields: list[str] = []
        for taxonomy in edition.taxonomies.filter(code__in=MATCHED).prefetch_related("terms"):
            name = f"terms_{taxonomy.code}"
            self.term_fields.append(name)
            self.fields[name] = forms.MultipleChoiceField(
                label=str(taxonomy),
                required=False,
                choices=[(term.code, str(term)) for term in taxonomy.terms.all()],
                widget=forms.CheckboxSelectMultiple,
            )

    def terms(self) -> list[Term]:
        """The terms that were ticked."""
        wanted = {
            (name.removeprefix("terms_"), code)
            for name in self.term_fields
            for code in self.cleaned_data.get(name, [])
        }
        candidates = Term.objects.filter(taxonomy__edition=self.edition, taxonomy__code__in=MATCHED)
        return [
            term
            for term in candidates.select_related("taxonomy")
            if (term.taxonomy.code, term.code) in wanted
        ]


def terms_initial(terms: Any) -> dict[str, list[str]]:
    """Ticks for the terms that a record has."""
    initial: dict[str, list[str]] = {}
    for term in terms:
        initial.setdefault(f"terms_{term.taxonomy.code}", []).append(term.code)
    return initial


def check_ages(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """The smallest age does not exceed the largest; the message stands at the second field."""
    low, high = cleaned.get("age_min"), cleaned.get("age_max")
    if low is not None and high is not None and low > high:
        form.add_error("age_max", _("最大年龄小于最小年龄。"))


class ReasonForm(forms.Form):
    """A reason that the other side will read."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("对方会看到这句话。"),
    )  # fmt: skip
