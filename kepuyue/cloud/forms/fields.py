"""Fields and small forms that several forms of the room use."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kepuyue.cloud import addresses
from kepuyue.editions.models import Edition, Term
from kepuyue.ui.forms import VersionedForm

# The classifications by which the public page is filtered
SUBJECTS = ("content", "field", "audience")


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


class RemarkForm(VersionedForm):
    """What the superior asks to be changed."""

    remark = forms.CharField(
        label=gettext_lazy("要改什么"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
