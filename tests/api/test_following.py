"""Following the programme: nothing is missed, whatever happens while one reads."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kepuyue.activities.actions import publication, takedown
from kepuyue.activities.models import State, Takedown
from kepuyue.organizations.actions import merging, units
from kepuyue.programme.actions import following, indexing
from kepuyue.programme.models import PublicChange
from tests.conftest import Clock
from tests.factories import (
    EditionFactory,
    MembershipFactory,
    OfficeFactory,
    PictureFactory,
    SessionFactory,
    UnitFactory,
    VenueFactory,
)
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db
CHANGES = "/api/v1/programme/changes"


def ask(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(CHANGES, query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def told(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["change"], one["code"]) for one in body["results"]]


def test_an_activity_comes_with_all_that_another_instance_shows(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(title="湿地", summary="看鸟", terms=["tier:district"], sessions=0)
    SessionFactory(activity=activity, venue=VenueFactory(name="红树林", lng=114.01, lat=22.52))
    PictureFactory(activity=activity, alt="白鹭")

    [row] = ask(client)["results"]
    shown = row["activity"]

    assert (row["change"], row["code"], shown["title"], shown["summary"]) == (
        "upsert", activity.code, "湿地", "看鸟",
    )  # fmt: skip
    assert shown["unit"] == {"code": activity.organization.code, "name": activity.organization.name}
    assert shown["tier"]["code"] == "district" and shown["joint_action"] is None
    assert shown["time_zone"] == "Asia/Shanghai"
    [session] = shown["sessions"]
    assert (session["venue"]["lng"], session["venue"]["lat"]) == (114.01, 22.52)
    assert session["start"] == "2024-09-14T10:00:00+08:00"
    assert shown["pictures"][0]["alt"] == "白鹭" and shown["pictures"][0]["url"].startswith("http")
    assert shown["url"].endswith(f"/{activity.code}/")


def test_pages_give_each_activity_once_and_the_last_cursor_gives_what_comes_later(
    client: Client, in_the_month: datetime
) -> None:
    rows = [published(title=f"活动{number}") for number in range(5)]

    first = ask(client, limit=2)
    second = ask(client, limit=2, cursor=first["cursor"])
    third = ask(client, limit=2, cursor=second["cursor"])

    pages = [first, second, third]
    assert [one for page in pages for one in told(page)] == [("upsert", row.code) for row in rows]
    assert [page["has_more"] for page in pages] == [True, True, False]
    nothing = ask(client, cursor=third["cursor"])
    assert told(nothing) == [] and nothing["cursor"] == third["cursor"]
    later = published()
    assert told(ask(client, cursor=third["cursor"])) == [("upsert", later.code)]


def test_what_changes_while_one_reads_comes_again_and_nothing_is_left_out(
    client: Client, in_the_month: datetime
) -> None:
    a, b, c = (published(title=title) for title in "甲乙丙")
    page = ask(client, limit=2)
    assert told(page) == [("upsert", a.code), ("upsert", b.code)]

    a.title = "甲二"
    a.save()
    announce(a)
    rest = ask(client, cursor=page["cursor"])

    assert told(rest) == [("upsert", c.code), ("upsert", a.code)]
    assert rest["results"][1]["activity"]["title"] == "甲二"


def test_cancelled_stays_and_says_so_and_taken_down_is_told_as_gone(
    client: Client, in_the_month: datetime
) -> None:
    office = OfficeFactory()
    person = MembershipFactory(organization=office, role="office").user
    off, gone = published(organization=office), published(organization=office)
    cursor = ask(client)["cursor"]
    SessionFactory(activity=off, starts_at=in_the_month + timedelta(days=6))

    publication.cancel(off, by=person, reason="台风")
    found = takedown.take_down(
        gone, by=person, ground=Takedown.Ground.values[0], source="来电", evidence="事实"
    )
    body = ask(client, cursor=cursor)

    assert told(body) == [("upsert", off.code), ("delete", gone.code)]
    assert body["results"][0]["activity"]["status"] == "cancelled"
    assert body["results"][0]["activity"]["cancel_reason"] == "台风"
    assert body["results"][1]["activity"] is None
    takedown.restore(found, by=person, reason="查明无误")
    assert told(ask(client, cursor=body["cursor"])) == [("upsert", gone.code)]


def test_what_belongs_to_a_unit_comes_again_when_the_unit_has_another_name(
    client: Client, in_the_month: datetime
) -> None:
    office = OfficeFactory()
    person = MembershipFactory(organization=office, role="office").user
    unit = UnitFactory(parent=office)
    theirs, _others = published(organization=unit), published(organization=office)
    cursor = ask(client)["cursor"]

    units.edit(unit, {"name": "深圳市湿地博物馆"}, by=person, version=unit.version)
    body = ask(client, cursor=cursor)

    assert told(body) == [("upsert", theirs.code)]
    assert body["results"][0]["activity"]["unit"]["name"] == "深圳市湿地博物馆"


def test_what_a_merged_unit_had_comes_again_under_the_other(client: Client, in_the_month: datetime) -> None:
    office = OfficeFactory()
    person = MembershipFactory(organization=office, role="office").user
    merged, survivor = UnitFactory(parent=office), UnitFactory(parent=office)
    came, had = published(organization=merged), published(organization=survivor)
    cursor = ask(client)["cursor"]

    merging.merge(merged, into=survivor, by=person)
    body = ask(client, cursor=cursor)

    assert sorted(told(body)) == sorted([("upsert", came.code), ("upsert", had.code)])
    assert {row["activity"]["unit"]["code"] for row in body["results"]} == {survivor.code}


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.REJECTED])
def test_what_was_never_public_is_not_told_of(client: Client, in_the_month: datetime, state: State) -> None:
    published(title="绝密", state=state)

    assert told(ask(client)) == []


def test_a_change_that_ends_later_than_it_began_is_not_missed(client: Client, in_the_month: datetime) -> None:
    """A slow transaction notes its change first and is seen last: it gets its number when it can be seen."""
    slow, quick = published(title="慢"), published(title="快")
    cursor = ask(client)["cursor"]
    announce(quick)
    cursor = ask(client, cursor=cursor)["cursor"]

    PublicChange.objects.filter(activity=slow.pk).update(is_noted=True, at=slow.updated_at)

    assert told(ask(client, cursor=cursor)) == [("upsert", slow.code)]


def test_numbers_are_never_given_twice(client: Client, in_the_month: datetime) -> None:
    """The newest is changed again before the next one reads: it must not come back at the place it had."""
    activity = published()
    cursor = ask(client)["cursor"]

    announce(activity)

    assert told(ask(client, cursor=cursor)) == [("upsert", activity.code)]


def test_before_publicity_opens_nothing_is_told_and_nothing_is_lost(client: Client, clock: Clock) -> None:
    clock.set(datetime(2024, 8, 20, 23, 59))
    activity = published()

    early = ask(client)
    clock.set(datetime(2024, 8, 21, 0, 1))

    assert (early["results"], early["cursor"]) == ([], "")
    assert told(ask(client, cursor=early["cursor"])) == [("upsert", activity.code)]


def test_a_cursor_stays_with_its_edition(client: Client, in_the_month: datetime) -> None:
    EditionFactory()
    last = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    old, new = published(title="去年", edition=last), published(title="今年")

    body = ask(client, edition="shenzhen-2023")

    assert body["edition"] == "shenzhen-2023" and told(body) == [("upsert", old.code)]
    announce(old)
    assert told(ask(client, cursor=body["cursor"])) == [("upsert", old.code)]
    assert told(ask(client)) == [("upsert", new.code)]
    wrong = client.get(CHANGES, {"cursor": body["cursor"], "edition": "shenzhen-2024"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"cursor": "elsewhere"}, "cursor"),
        ({"cursor": "999999-1"}, "cursor"),
        ({"cursor": "9" * 80}, "cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_not_cut(
    client: Client, in_the_month: datetime, query: dict[str, Any], name: str
) -> None:
    EditionFactory()

    response = client.get(CHANGES, query)

    assert response.status_code == 422 and response.json()["errors"][0]["parameter"] == name


def test_a_cursor_of_a_later_state_begins_again(client: Client, in_the_month: datetime) -> None:
    edition = published().edition

    response = client.get(CHANGES, {"cursor": f"{edition.pk}-900"})

    assert response.status_code == 410 and response.json()["type"] == "cursor-ahead"


def test_what_did_not_change_is_not_sent_again(client: Client, in_the_month: datetime) -> None:
    published()
    first = client.get(CHANGES)

    assert client.get(CHANGES, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_after_a_bulk_load_the_index_makes_known_what_was_never_announced(
    client: Client, in_the_month: datetime
) -> None:
    activity = published()
    PublicChange.objects.all().delete()

    indexing.rebuild(activity.edition)

    assert told(ask(client)) == [("upsert", activity.code)]


def test_very_many_are_numbered_some_at_a_time(
    client: Client, in_the_month: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_AT_ONCE", 2)
    codes = [published(title=f"活动{number}").code for number in range(5)]

    cursor, read = "", []
    while True:
        page = ask(client, cursor=cursor)
        cursor = page["cursor"]
        read += [code for _change, code in told(page)]
        if not page["has_more"]:
            break

    assert read == codes


def test_the_number_of_queries_does_not_depend_on_how_much_is_read(
    client: Client, in_the_month: datetime
) -> None:
    for number in range(6):
        activity = published(host=f"单位{number}", terms=["tier:district"])
        PictureFactory(activity=activity)
    ask(client)

    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            ask(client, limit=limit)
        return len(caught)

    assert queries(1) == queries(6)
