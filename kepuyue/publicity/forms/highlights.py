"""What is typed and chosen for a day's highlights."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session
from kepuyue.activities.presentation import span
from kepuyue.publicity.days import touches
from kepuyue.publicity.models import Highlight


class ChoiceForm(forms.Form):
    """An activity for a day: its code, what the person saw of the day, and what it stands in for."""

    activity = forms.CharField(max_length=12)
    seen = forms.CharField(max_length=200, required=False)
    instead = forms.IntegerField(required=False, min_value=1)


class LineForm(forms.ModelForm[Highlight]):
    """The line in both languages, and which session of the day is meant where there are several."""

    session = forms.ModelChoiceField(
        Session.objects.none(), label=_("场次"), required=False, empty_label=_("当天全部场次")
    )

    class Meta:
        model = Highlight
        fields = ("line", "line_en", "session")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        highlight = self.instance
        bounds = highlight.edition.day_bounds(highlight.day)
        here = [
            one
            for one in highlight.activity.sessions.all()
            if touches(one.starts_at, one.ends_at, *bounds) and not one.is_cancelled
        ]
        if len(here) < 2 and highlight.session_id is None:
            del self.fields["session"]
            return
        field = self.fields["session"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Session.objects.filter(activity=highlight.activity)
        zone = highlight.edition.zone
        field.choices = [
            ("", field.empty_label),
            *(
                (one.pk, span(one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=zone))
                for one in here
            ),
        ]
