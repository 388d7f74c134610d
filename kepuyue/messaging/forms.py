from typing import Any

from django import forms

from kepuyue.messaging import kinds, queries
from kepuyue.messaging.models import Delivery


class PreferencesForm(forms.Form):
    """For each kind that leaves a choice, how the person wants to be told."""

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, now, offered in queries.preferences(person):
            if len(offered) == 1:
                continue
            self.fields[_name(kind.code)] = forms.ChoiceField(
                label=kind.label,
                choices=[(choice, Delivery(choice).label) for choice in offered],
                initial=now,
                widget=forms.RadioSelect,
                # One of them is chosen from the start: "required" at each would only be noise
                required=False,
            )

    def chosen(self) -> dict[str, str]:
        """{kind: delivery} for the action."""
        return {
            kind.code: self.cleaned_data[_name(kind.code)]
            for kind in kinds.all_kinds()
            if self.cleaned_data.get(_name(kind.code))
        }


def _name(code: str) -> str:
    return code.replace(".", "-")
