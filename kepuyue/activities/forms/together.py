"""What many drafts lack, as one form: only the fields that at least one of them asks for, with how many do."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kepuyue.activities import safety
from kepuyue.activities.actions.together import SAFETY, SHARED
from kepuyue.activities.forms.steps import PLAIN_FIELDS, ClassificationForm, plain_form
from kepuyue.activities.models import BookingMode
from kepuyue.editions.models import Edition


class SharedForm(forms.Form):
    """`asked` is {name: how many drafts lack it}, names as in `together.fields_of`. Nothing is required."""

    def __init__(self, *args: Any, edition: Edition, asked: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(asked)
        if "booking_mode" in wanted:
            wanted |= {"booking_url", "booking_note"}
        known: dict[str, forms.Field] = {}
        for step in ("audience", "responsibility", "contact"):
            if wanted & set(PLAIN_FIELDS[step]):
                known |= plain_form(step)().fields
        if any(name.startswith("terms_") for name in wanted):
            known |= ClassificationForm(edition=edition).fields
        for code, label in safety.ITEMS.items():
            known[f"{SAFETY}{code}"] = forms.CharField(
                label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
            )
        order = [name for name in known if name.startswith("terms_")]
        order += [*SHARED, *(f"{SAFETY}{code}" for code in safety.ITEMS)]
        for name in order:
            if name not in wanted or name not in known:
                continue
            field = known[name]
            field.required = False
            if count := asked.get(name):
                told = ngettext("%(n)s项缺这一项。", "%(n)s项缺这一项。", count) % {"n": count}
                field.help_text = f"{told}{field.help_text}"
            self.fields[name] = field
        if "booking_mode" in self.fields:
            chosen = self.fields["booking_mode"]
            assert isinstance(chosen, forms.ChoiceField)
            chosen.choices = [
                ("", _("先不选")), *(choice for choice in BookingMode.choices if choice[0] != BookingMode.UNKNOWN)
            ]  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What was typed, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}
