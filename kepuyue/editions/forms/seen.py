"""A form that remembers what the person saw, so that two people never overwrite each other unseen."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.versions import Conflict
from kepuyue.editions.actions.editing import plain, stamp


class SeenForm(forms.Form):
    """`present` are the values that the stamp speaks of; they are what the action compares with."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, present: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**present, **self.initial, "seen": stamp(present)}
        self.theirs: list[tuple[str, str, str]] = []

    def clean(self) -> dict[str, Any]:
        """Where a Chinese text was changed and the English beside it was not, one of the two is chosen on purpose."""
        data = super().clean() or {}
        for name in [name for name in self.fields if f"{name}_en" in self.fields]:
            old, english = self.initial.get(name), str(self.initial.get(f"{name}_en") or "")
            stays = f"{name}_en_stays"
            if not english or data.get(f"{name}_en") != english or data.get(name) == old:
                continue
            self.fields[stays] = forms.BooleanField(label=_("英文不改，仍然合适"), required=False)
            if not self.data.get(self.add_prefix(stays)):
                self.add_error(
                    f"{name}_en",
                    _("中文改了，英文仍是“%(text)s”。请一并修改；仍然合适的，请勾选“英文不改”。")
                    % {"text": english},
                )
        self.order_fields(_with_ticks(self.fields))
        return data

    def values(self) -> dict[str, Any]:
        """The clean values, for the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def show(self, conflict: Conflict) -> None:
        """Keep what was typed and show beside it what stands there now; sending once more means it."""
        self.add_error(None, conflict)
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = stamp(conflict.present)
        self.data = data
        mine = self.values()
        self.theirs = [
            (self.label_of(name), written(value), written(plain(mine.get(name))))
            for name, value in conflict.present.items()
            if written(value) != written(plain(mine.get(name)))
        ]

    def label_of(self, name: str) -> str:
        """A value's name as people read it."""
        return str(self.fields[name].label or name) if name in self.fields else name


def _with_ticks(names: Iterable[str]) -> list[str]:
    """The fields in their order, each tick right below the text that it speaks of."""
    known = list(names)
    ordered = []
    for name in known:
        if not name.endswith("_stays"):
            ordered += [name, *(tick for tick in known if tick == f"{name}_stays")]
    return ordered


def written(value: Any) -> str:
    """A value as people read it, for two of them side by side."""
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return " ".join(written(part) for part in value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return wording.listed(written(part) for part in value)
    return str(value)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day in the browser's own picker."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def text_area(rows: int) -> forms.Textarea:
    """A field for several lines."""
    return forms.Textarea(attrs={"rows": rows})


def taken(model: Any, *names: str, **changes: dict[str, Any]) -> dict[str, forms.Field]:
    """The model's fields as form fields, for a form that is not bound to a row."""
    fields = forms.fields_for_model(model, fields=names)
    for name, options in changes.items():
        for option, value in options.items():
            setattr(fields[name], option, value)
    return fields
