"""What a form shows of a record that somebody else changed meanwhile."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict

from kepuyue.ui.forms import DateInput, MomentInput, TimeInput, VersionedForm


class Record(VersionedForm):
    title = forms.CharField(label="名称", required=False)
    day = forms.DateField(label="日期", widget=DateInput, required=False)
    hour = forms.TimeField(label="时间", widget=TimeInput, required=False)
    moment = forms.DateTimeField(label="开播", widget=MomentInput, required=False)
    count = forms.IntegerField(label="人数", required=False)
    kinds = forms.MultipleChoiceField(label="种类", choices=[("a", "讲座"), ("b", "展览")], required=False)


SAVED: dict[str, Any] = {
    "title": "星空",
    "day": date(2024, 9, 14),
    "hour": time(9, 30),
    "moment": datetime(2024, 9, 14, 11, 30, tzinfo=UTC),
    "kinds": ["b", "a"],
}
TYPED = {
    "day": "2024-09-14",
    "hour": "09:30",
    "moment": "2024-09-14T19:30",
    "kinds": ["a", "b"],
    "version": "1",
}


def test_values_that_a_browser_writes_otherwise_are_the_same() -> None:
    typed = Record(_sent(TYPED | {"title": "星空"}))

    assert typed.differing_from(Record(initial=SAVED)) == []


def test_what_differs_stands_with_both_values_in_words() -> None:
    typed = Record(_sent(TYPED | {"title": "", "kinds": ["a"]}))

    assert typed.differing_from(Record(initial=SAVED)) == [
        ("名称", "星空", ""),
        ("种类", "展览、讲座", "讲座"),
    ]


def test_typed_0_differs_from_nothing() -> None:
    typed = Record(_sent(TYPED | {"title": "星空", "count": ""}))

    assert typed.differing_from(Record(initial=SAVED | {"count": 0})) == [("人数", "0", "")]


def test_once_shown_the_newer_version_is_the_one_looked_at() -> None:
    typed = Record(_sent(TYPED))

    typed.look_at(7)

    assert typed.is_valid() and typed.cleaned_data["version"] == 7


def _sent(values: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
