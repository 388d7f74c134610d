"""What is asked on the pages of this room."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.insight.actions.returning import MOST
from kepuyue.insight.board import Board, Choice
from kepuyue.insight.coverage import AXES
from kepuyue.insight.indicators import INDICATORS, OWN, SPLITS, TERM_SPLITS
from kepuyue.insight.naming import Names
from kepuyue.insight.national import ITEMS
from kepuyue.ui.forms import DateInput, VersionedForm


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
            field.choices = [("", _("全部")), *names.choices(split)]
        for name in ("first", "last"):
            self.fields[name].widget.attrs |= {"min": edition.starts_on, "max": edition.ends_on}

    @property
    def choice(self) -> Choice:
        """As it was understood."""
        self.is_valid()
        known = self.cleaned_data
        terms = {split: known.get(split) or "" for split in (*TERM_SPLITS, "district")}
        return Choice(**terms, first=known.get("first"), last=known.get("last"))


class AxesForm(ChoiceForm):
    """Which two of the axes stand against each other, and what of the rest is looked at."""

    rows = forms.ChoiceField(
        label=gettext_lazy("竖着看"), required=False, choices=[(one, SPLITS[one]) for one in AXES]
    )
    columns = forms.ChoiceField(
        label=gettext_lazy("横着看"), required=False, choices=[(one, SPLITS[one]) for one in AXES]
    )

    field_order = ("rows", "columns")

    def __init__(self, data: Any, **more: Any) -> None:
        super().__init__({"rows": AXES[0], "columns": AXES[1]} | data.dict(), **more)
        # Linked cities stand in no cell unless they are asked for
        district: Any = self.fields["district"]
        district.choices = [one for one in district.choices if one[0] != OWN]

    @property
    def axes(self) -> tuple[str, str]:
        """The two; days against districts where nothing else is asked for, and never one against itself."""
        self.is_valid()
        rows = self.cleaned_data.get("rows") or AXES[0]
        columns = self.cleaned_data.get("columns") or AXES[1]
        return rows, columns if columns != rows else next(one for one in AXES if one != rows)


class ReleaseForm(forms.Form):
    """Which figures are published, by which splits; a correction says why."""

    title = forms.CharField(
        label=gettext_lazy("标题"), max_length=80, help_text=gettext_lazy("例如：开幕第一周的数字")
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)
    reason = forms.CharField(label=gettext_lazy("为什么更正"), max_length=300)
    codes = forms.MultipleChoiceField(label=gettext_lazy("发布哪些数字"), widget=forms.CheckboxSelectMultiple)
    splits = forms.MultipleChoiceField(
        label=gettext_lazy("分别按什么列出"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=list(SPLITS.items()),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, board: Board, initial: dict[str, Any], is_correction: bool) -> None:
        super().__init__(data, initial=initial)
        codes: Any = self.fields["codes"]
        codes.choices = [
            (code, wording.labelled(one.name, board.shown(code)))
            for code, one in INDICATORS.items()
            if board.choice.counts(code)
        ]
        if not is_correction:
            del self.fields["reason"]


class StatisticsForm(VersionedForm):
    """A whole number for each item of the annual statistics; empty is no value."""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for code, item in ITEMS.items():
            label = wording.with_aside(item.name_for_reader, item.unit_for_reader)
            self.fields[code] = forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST)

    @property
    def numbers(self) -> dict[str, int | None]:
        """What was typed, by item."""
        return {code: self.cleaned_data.get(code) for code in ITEMS}


def indicator_of(asked: str | None, default: str = "activities") -> str:
    """The code of an indicator that somebody asks for."""
    return asked if asked in INDICATORS else default
