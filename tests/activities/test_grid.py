"""Sessions sent by the grid: judged as the plain form's rows are, and only what was touched is written."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Session
from tests.activities.acting import draft, fresh, published
from tests.architecture.test_query_counts import assert_same_queries
from tests.cast import Cast
from tests.factories import SessionFactory, VenueFactory
from tests.journeys.pages import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def at(activity: Activity) -> str:
    return reverse("activities:edit", args=[activity.code, "sessions"])


def send(client: Client, activity: Activity, rows: Any, **more: Any) -> Any:
    grid = rows if isinstance(rows, str) else json.dumps(rows)
    sent = {"version": fresh(activity).version, "district": "futian", "sessions_grid": grid}
    return client.post(at(activity), sent | more, headers={"hx-request": "true"})


def faults(answer: Any) -> dict[str, Any]:
    """What the answer tells the grid, row by row."""
    told = re.search(r'<script id="grid-faults"[^>]*>(.*?)</script>', answer.content.decode())
    assert told
    found: dict[str, Any] = json.loads(told.group(1))
    return found


def shown(client: Client, activity: Activity) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(at(activity)).context["grid"]["rows"]
    return rows


def with_sessions(cast: Cast, count: int) -> Activity:
    activity = draft(cast, sessions=[])
    for day in range(count):
        SessionFactory(
            activity=activity, starts_at=f"2024-09-{day + 1:02}T02:00:00Z", ends_at=None, venue=VenueFactory()
        )
    return activity


def test_row_left_as_it_is_keeps_what_the_grid_does_not_show(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 2)
    first, second = activity.sessions.all()
    Session.objects.filter(pk=second.pk).update(is_postponed=True, safety_plan="两位老师看护")
    rows = shown(client, activity)

    answer = send(client, activity, [rows[0] | {"note": "带水"}, {"id": second.pk}])

    assert "已自动保存" in answer.content.decode()
    assert list(activity.sessions.values_list("pk", "note", "is_postponed", "safety_plan")) == [
        (first.pk, "带水", False, ""), (second.pk, "", True, "两位老师看护"),
    ]  # fmt: skip
    assert [row["venue_name"] for row in shown(client, activity)] == [
        one.venue.name for one in (first, second)
    ]


def test_row_left_out_is_gone_and_one_typed_is_new(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 2)
    kept = activity.sessions.last()
    assert kept is not None

    send(
        client,
        activity,
        [{"id": kept.pk}, {"starts_on": "2024-09-21", "starts_at": "14:00", "ends_at": "15:00"}],
    )

    assert activity.sessions.values_list("pk", flat=True)[0] == kept.pk
    assert [f"{one.starts_at:%F %R}" for one in activity.sessions.all()] == [
        "2024-09-02 02:00",
        "2024-09-21 06:00",
    ]


def test_rows_saved_again_before_the_page_knows_their_numbers_stay_the_same(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, sessions=[])
    rows = [{"starts_on": f"2024-09-{day:02}", "starts_at": "14:00"} for day in (7, 14, 21)]
    send(client, activity, rows)
    before = set(activity.sessions.values_list("pk", flat=True))

    send(client, activity, [rows[0] | {"capacity": "30"}, *rows[1:]])

    assert set(activity.sessions.values_list("pk", flat=True)) == before
    assert [one.capacity for one in activity.sessions.all()] == [30, None, None]


def test_only_the_session_that_changed_is_written(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    activity = with_sessions(cast, 1)
    counted = iter("ABCDEFG")

    def ask() -> None:
        rows = shown(client, activity)
        send(client, activity, [rows[0] | {"note": next(counted)}, *({"id": row["id"]} for row in rows[1:])])

    def more() -> None:
        SessionFactory(activity=activity, starts_at="2024-09-21T02:00:00Z", ends_at=None)

    ask()
    assert_same_queries(ask, more)


def test_fault_is_told_at_its_row_and_everything_typed_comes_back(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 1)
    known = activity.sessions.get()
    bad = {"starts_on": "9月中旬", "starts_at": "14:00", "venue_name": "科学馆"}

    answer = send(client, activity, [{"id": known.pk}, bad])

    assert list(faults(answer)) == ["1"]
    assert list(faults(answer)["1"]) == ["starts_on"]
    assert "场次 2 日期" in answer.content.decode()
    rows = shown(client, activity)
    assert rows[0]["id"] == known.pk
    assert {name: rows[1][name] for name in bad} == bad
    assert list(rows[1]["faults"]) == ["starts_on"]
    assert not client.get(at(activity)).context["grid"]["is_stored"]


@pytest.mark.parametrize("sent", ["", "nonsense", "3", "[1]", '{"id": 1}', "[[]]"])
def test_what_is_no_grid_changes_nothing(cast: Cast, sign_in: Any, sent: str) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 2)

    send(client, activity, sent)

    assert activity.sessions.count() == 2


@pytest.mark.parametrize("number", ["x", [1], {"a": 1}, True, 1.5, -1, None, 10**30])
def test_number_that_is_none_makes_a_new_session(cast: Cast, sign_in: Any, number: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, sessions=[])

    send(client, activity, [{"id": number, "starts_on": "2024-09-21", "starts_at": "14:00"}])

    assert activity.sessions.count() == 1


def test_session_of_another_activity_is_not_taken_away(cast: Cast, sign_in: Any) -> None:
    client, activity, other = sign_in(cast.editor), draft(cast, sessions=[]), with_sessions(cast, 1)
    theirs = other.sessions.get()

    send(
        client,
        activity,
        [{"id": theirs.pk}, {"id": theirs.pk, "starts_on": "2024-09-21", "starts_at": "14:00"}],
    )

    assert (other.sessions.get(), activity.sessions.count()) == (theirs, 1)


def test_row_in_which_nothing_is_typed_is_passed_over(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, sessions=[])

    answer = send(client, activity, [{}, {"starts_on": ""}, {"is_cancelled": True}])

    assert ("已自动保存" in answer.content.decode(), activity.sessions.count()) == (True, 0)


def test_more_than_four_hundred_are_refused_and_kept(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 1)
    rows = [
        {"id": activity.sessions.get().pk},
        *({"starts_on": "2024-09-21", "starts_at": "14:00"} for _ in range(400)),
    ]

    answer = send(client, activity, rows)

    assert ("已自动保存" in answer.content.decode(), activity.sessions.count()) == (False, 1)
    assert len(shown(client, activity)) == 401


def test_cell_longer_than_its_field_is_a_fault_and_no_error(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, sessions=[])

    answer = send(client, activity, [{"starts_on": "2024-09-21", "starts_at": "14:00", "note": "长" * 5000}])

    assert list(faults(answer)["0"]) == ["note"]


def test_published_session_left_out_waits_for_review_and_stays_public(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), published(cast)

    send(client, activity, [{"starts_on": "2024-09-21", "starts_at": "14:00"}])

    assert not activity.sessions.get().is_cancelled
    assert len(fresh(activity).submissions.get(state="open").content["sessions"]) == 1


def test_page_holds_few_sessions_as_a_plain_form_too_and_many_behind_a_link(cast: Cast, sign_in: Any) -> None:
    client, few, many = sign_in(cast.editor), with_sessions(cast, 2), with_sessions(cast, 30)
    SessionFactory(activity=many, starts_at="2024-09-30T09:00:00Z", ends_at=None)

    assert "sessions-1-starts_on" in form_of(client.get(at(few)), id="step-form").values
    assert "sessions-1-starts_on" not in form_of(client.get(at(many)), id="step-form").values
    plain = client.get(at(many), {"plain": "1"})
    assert "sessions-30-starts_on" in form_of(plain, id="step-form").values
    assert "data-grid" not in plain.content.decode()


def test_grid_sent_after_the_sign_in_expired_comes_back(cast: Cast, sign_in: Any, client: Client) -> None:
    activity = draft(cast, sessions=[])
    row = {"starts_on": "2024-09-21", "starts_at": "14:00", "venue_name": "科学馆"}
    token = {"csrfmiddlewaretoken": "x", "version": "1", "district": "", "sessions_grid": json.dumps([row])}
    client.post(at(activity), token)
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")

    assert [dict(one) for one in shown(client, activity)] == [row]


def test_hostile_text_in_a_cell_does_not_end_the_script(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), with_sessions(cast, 1)
    drafting.change(
        activity,
        {"sessions": [contents.of(activity)["sessions"][0] | {"note": "</script><script>alert(1)</script>"}]},
        by=cast.editor,
    )

    page = client.get(at(activity)).content.decode()

    assert "<script>alert(1)" not in page


# What the form suggests


def ask(client: Client, name: str, word: str) -> list[str]:
    return [one["value"] for one in client.get(reverse(f"activities:{name}"), {"q": word}).json()["results"]]


def test_units_are_found_by_part_of_the_name_and_initials(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    name = cast.own_unit.name

    assert name in ask(client, "known-units", name[1:4])
    assert ask(client, "known-units", "没有这个单位") == ask(client, "known-units", " ") == []


def test_venues_are_found_by_name_and_address_those_that_begin_so_first(cast: Cast, sign_in: Any) -> None:
    for name, address in (("市少年宫", ""), ("少年宫剧场", ""), ("科学馆", "少年宫路1号"), ("图书馆", "")):
        VenueFactory(name=name, address=address)
    VenueFactory(name="少年宫", city="东莞")

    assert ask(sign_in(cast.editor), "known-venues", "少年宫") == ["少年宫剧场", "市少年宫", "科学馆"]


def test_who_registers_nothing_is_not_told_of_units(cast: Cast, sign_in: Any) -> None:
    assert sign_in(cast.judge).get(reverse("activities:known-units"), {"q": "深圳"}).status_code == 403
