"""How forms are drawn, and the pieces of forms that no room owns."""

from datetime import datetime, time
from typing import Any, Self

from django import forms
from django.forms.renderers import TemplatesSetting

from kepuyue.core import wording


class FormRenderer(TemplatesSetting):
    """Forms and fields are drawn by our own templates, so that no page lays out a field by hand."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class DisplayForm(forms.Form):
    """How the reader wants pages shown; a missing entry leaves that choice as it is."""

    theme = forms.ChoiceField(choices=[("", ""), ("light", "light"), ("dark", "dark")], required=False)
    print = forms.ChoiceField(choices=[("", ""), ("large", "large")], required=False)


class VersionedForm(forms.Form):
    """A form that knows which version of the record the person looked at (`core.versions`)."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, max_value=2**31 - 1)

    def look_at(self, version: int) -> None:
        """The person has now been shown this version: saving once more, after reading, means it."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("version")] = str(version)
        self.data = data

    def differing_from(self, present: Self) -> list[tuple[str, str, str]]:
        """The fields in which what is saved differs from what the person typed: (label, theirs, yours).

        `present` is the same form of what is saved; for `ui/components/theirs.html`.
        """
        rows = []
        for name, field in present.fields.items():
            if name in ("version", "token"):
                continue
            theirs, yours = _written(field, present[name].value()), _written(field, self[name].value())
            if theirs != yours:
                rows.append((str(field.label), theirs, yours))
        return rows


def _written(field: Any, value: Any) -> str:
    if value in (None, "", []) or value is False:  # a typed 0 says something
        return ""
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    values = value if isinstance(value, (list, tuple)) or hasattr(value, "all") else [value]
    return wording.listed(sorted(choices.get(str(getattr(one, "pk", one)), _as_sent(one)) for one in values))


def _as_sent(value: Any) -> str:
    """A value as a browser writes it, so that what was typed and what is saved can be compared."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


class DateInput(forms.DateInput):
    """A day picked by the browser's own means."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """An hour picked by the browser's own means."""

    input_type = "time"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """A day and time picked by the browser's own means, in the active zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
