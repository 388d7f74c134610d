"""What is asked on the pages of this room."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kepuyue.editions.models import Edition
from kepuyue.insight.board import Choice
from kepuyue.insight.indicators import INDICATORS, SPLITS, TERM_SPLITS
from kepuyue.insight.naming import Names
from kepuyue.ui.forms import DateInput


class ChoiceForm(forms.Form):
    """What of the edition is looked at; what is not understood limits nothing."""

    tier = forms.ChoiceField(label=SPLITS["tier"], required=False)
    joint_action = forms.ChoiceField(label=SPLITS["joint_action"], required=False)
    district = forms.ChoiceField(label=SPLITS["district"], required=False)
    content = forms.ChoiceField(label=SPLITS["content"], required=False)
    audience = forms.ChoiceField(label=SPLITS["audience"], required=False)
    first = forms.DateField(label=gettext_lazy("从"), required=False, widget=DateInput)
    last = forms.DateField(label=pgettext_lazy("until a day", "到"), required=False, widget=DateInput)

    def __init__(self, data: Any, *, edition: Edition, names: Names) -> None:
        super().__init__(data)
        self.edition = edition
        for split in (*TERM_SPLITS, "district"):
            field: Any = self.fields[split]
            field.choices = [("", _("全部")), *names.of(split)]
        for name in ("first", "last"):
            self.fields[name].widget.attrs |= {"min": edition.starts_on, "max": edition.ends_on}

    @property
    def choice(self) -> Choice:
        """As it was understood."""
        self.is_valid()
        known = self.cleaned_data
        terms = {split: known.get(split) or "" for split in (*TERM_SPLITS, "district")}
        return Choice(**terms, first=known.get("first"), last=known.get("last"))


def indicator_of(asked: str | None, default: str = "activities") -> str:
    """The code of an indicator that somebody asks for."""
    return asked if asked in INDICATORS else default
