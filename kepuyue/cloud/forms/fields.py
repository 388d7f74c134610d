"""Fields and small forms that several forms of the room use."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kepuyue.cloud import addresses
from kepuyue.editions.models import Edition, Term

# The classifications by which the public page is filtered
SUBJECTS = ("content", "field", "audience")


class MomentInput(forms.DateTimeInput):
    """A day and time picked by the browser's own means, in the edition's zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class SafeAddressField(forms.CharField):
    """An https address that may lead readers out of the house; refused with the reason (`addresses.fault`)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 500)
        options.setdefault("widget", forms.URLInput(attrs={"placeholder": "https://"}))
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "").strip()
        if text and (why := addresses.fault(text)):
            raise forms.ValidationError(why)
        return text


class VersionedForm(forms.Form):
    """A form that knows which version of the record the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, max_value=2**31 - 1)

    def look_at(self, version: int) -> None:
        """The person has now been shown this version: saving once more, after reading, means it."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["version"] = str(version)
        self.data = data


class SubjectTerms(forms.Form):
    """One field of ticks for each classification by which the public page is filtered."""

    def __init__(self, *args: Any, edition: Edition, **options: Any) -> None:
        super().__init__(*args, **options)
        self.edition = edition
        self.term_fields: list[str] = []
        for taxonomy in edition.taxonomies.filter(code__in=SUBJECTS).prefetch_related("terms"):
            name = f"terms_{taxonomy.code}"
            self.term_fields.append(name)
            self.fields[name] = forms.MultipleChoiceField(
                label=str(taxonomy),
                required=False,
                choices=[(term.pk, str(term)) for term in taxonomy.terms.all() if not term.is_retired],
                widget=forms.CheckboxSelectMultiple,
            )

    def terms(self) -> list[int]:
        """The numbers of the terms that were ticked, in order."""
        return sorted(int(pk) for name in self.term_fields for pk in self.cleaned_data.get(name, []))


def terms_initial(pks: list[int]) -> dict[str, list[int]]:
    """Ticks for the terms with these numbers."""
    initial: dict[str, list[int]] = {}
    for term in Term.objects.filter(pk__in=pks).select_related("taxonomy"):
        initial.setdefault(f"terms_{term.taxonomy.code}", []).append(term.pk)
    return initial


class ReasonForm(forms.Form):
    """A reason that the other side reads."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class RemarkForm(forms.Form):
    """What the superior asks to be changed."""

    remark = forms.CharField(
        label=gettext_lazy("要改什么"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)
