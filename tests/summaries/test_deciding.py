"""The superior's side: many at once with a result for each, chasing, the pages."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import State
from kepuyue.editions.models import KeyDate
from kepuyue.messaging.models import Message
from kepuyue.summaries.actions import filing
from kepuyue.summaries.models import Filing, Summary
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import ActivityFactory, SummaryFactory

BRANCH = "/desk/summaries/branch/"


@pytest.fixture(autouse=True)
def on_the_29th(cast: Cast, clock: Clock) -> None:
    """29 September 2024, the day after summaries were due."""
    KeyDate.objects.update_or_create(
        edition=cast.edition, kind=KeyDate.Kind.SUMMARY_DUE, defaults={"day": "2024-09-28"}
    )
    clock.set(datetime(2024, 9, 29, 10))


def a_summary(cast: Cast, filed: str | None = "filed", **more: Any) -> Summary:
    activity = ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1, **more
    )
    summary: Summary = SummaryFactory(activity=activity, filed=filed)
    return summary


def ticked(*summaries: Summary) -> dict[str, list[str]]:
    return {"code": [f"{one.activity.code}:{one.version}" for one in summaries]}


def states(*summaries: Summary) -> list[str]:
    return [Summary.objects.get(pk=one.pk).state for one in summaries]


def test_many_are_accepted_and_what_was_changed_since_is_left_and_named(cast: Cast, client: Client) -> None:
    read, changed = a_summary(cast, title="水火箭"), a_summary(cast, title="观星")
    on_the_page = ticked(read, changed)
    filing.file(filing.take_back(changed, by=cast.editor), by=cast.editor)
    client.force_login(cast.district_reviewer)

    answer = client.post(f"{BRANCH}acceptance/", on_the_page)

    assert answer.status_code == 200
    assert states(read, changed) == ["accepted", "filed"]
    assert [(one.pk, why) for one, why in answer.context["outcome"].left] == [
        (changed.pk, "单位刚刚改过这份总结，请看过现在的内容再处理。")
    ]
    assert [one.pk for one in answer.context["outcome"].done] == [read.pk]


def test_many_are_given_back_with_one_note_after_a_page_that_lists_them(cast: Cast, client: Client) -> None:
    first, second, decided = a_summary(cast), a_summary(cast), a_summary(cast, filed="accepted")
    client.force_login(cast.district_reviewer)

    listed = client.post(f"{BRANCH}return/", ticked(first, second, decided))
    silent = client.post(f"{BRANCH}return/", ticked(first, second, decided) | {"note": " "})
    done = client.post(f"{BRANCH}return/", ticked(first, second, decided) | {"note": "请写清人数的来源"})

    assert (listed.status_code, silent.status_code, done.status_code) == (200, 422, 200)
    assert states(first, second, decided) == ["returned", "returned", "accepted"]
    assert set(Filing.objects.filter(decision="returned").values_list("note", flat=True)) == {"请写清人数的来源"}  # fmt: skip
    assert [one.pk for one, _why in done.context["outcome"].left] == [decided.pk]


def test_nothing_or_a_strangers_summary_is_refused_whole(cast: Cast, client: Client) -> None:
    own = a_summary(cast)
    client.force_login(cast.other_reviewer)

    for posted in ({}, ticked(own), {"code": [own.activity.code]}):
        assert client.post(f"{BRANCH}acceptance/", posted).status_code == 422
    assert states(own) == ["filed"]


def test_late_units_are_told_once_a_day_by_one_press(cast: Cast, client: Client) -> None:
    a_summary(cast, filed=None, title="水火箭")
    a_summary(cast, filed=None, title="观星")
    client.force_login(cast.district_reviewer)

    before = client.get(f"{BRANCH}reminders/").content.decode()
    client.post(f"{BRANCH}reminders/")
    client.post(f"{BRANCH}reminders/")

    assert "水火箭" in before
    assert "观星" in before
    told = Message.objects.filter(kind="summary.late").values_list("person", flat=True)
    assert sorted(told) == sorted([cast.owner.pk, cast.editor.pk])
