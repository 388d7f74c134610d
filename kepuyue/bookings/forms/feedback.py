"""The one-minute form: marks from 1 to 5, nothing that one could write a name into."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.bookings.feedback import Question

MARKS = [(5, _("很好")), (4, _("好")), (3, _("一般")), (2, _("不好")), (1, _("很不好"))]


class FeedbackForm(forms.Form):
    """A question each; all are asked, so that an average is of the same people."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[f"q{question.number}"] = forms.TypedChoiceField(
                label=question.text, choices=MARKS, coerce=int, widget=forms.RadioSelect
            )

    @property
    def answers(self) -> dict[int, int]:
        """{number of the question: mark}."""
        return {int(name[1:]): value for name, value in self.cleaned_data.items()}
