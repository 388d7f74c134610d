"""Which activity is meant, how long lists are read, and how a program learns what it may send."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from kepuyue.activities.models import Activity
from kepuyue.activities.safety import ITEMS
from kepuyue.api.interface import api
from kepuyue.api.own_schemas import ActivityIn
from kepuyue.bookings.models import BookingTerms
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from tests.api.partner import ACTIVITY, Partner
from tests.cast import Cast
from tests.factories import ActivityFactory, DistrictFactory, EditionFactory, SessionFactory, SummaryFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/unit/activities/lib-7"
SIGNED = {"name": "王芳", "confirmed": True}


@pytest.fixture
def partner(cast: Cast, in_the_month: datetime) -> Partner:
    DistrictFactory()
    EditionFactory()
    return Partner(cast.own_unit)


def said(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {one["parameter"]: one["detail"] for one in answer.json()["errors"]}


# Which values there are


def test_a_code_that_nobody_knows_is_refused_with_those_that_there_are(partner: Partner) -> None:
    terms = {"tier": ["moon"], "shape": ["round"], "audience": ["children", "martians"]}
    odd = {
        "terms": terms,
        "district": "mars",
        "mode": "telepathy",
        "safety_items": {"staff": "两人", "dragons": "x"},
    }

    by_shape = said(partner.put(ADDRESS, ACTIVITY | odd))
    by_code = said(partner.put(ADDRESS, ACTIVITY | odd | {"mode": "online", "safety_items": {}}))

    assert set(by_shape) == {"mode", "safety_items.dragons"}
    assert all(code in by_shape["safety_items.dragons"] for code in ITEMS) and "hybrid" in by_shape["mode"]
    assert set(by_code) == {"district", "terms", "terms.tier", "terms.audience"}
    assert "“mars”。可用的值：futian" in by_code["district"] and "district" in by_code["terms.tier"]
    assert "“shape”" in by_code["terms"] and "tier" in by_code["terms"]
    assert "“martians”" in by_code["terms.audience"] and "“children”" not in by_code["terms.audience"]
    assert Activity.objects.count() == 0


def test_where_there_are_many_values_it_is_said_where_they_are_read(partner: Partner) -> None:
    for number in range(21):
        DistrictFactory(code=f"d{number}", name=f"第{number}区")

    assert said(partner.put(ADDRESS, ACTIVITY | {"district": "mars"}))["district"].endswith(
        "可用的值见/api/v1/districts。"
    )


def test_a_filter_that_is_not_understood_is_told_what_there_is(client: Client, partner: Partner) -> None:
    answer = client.get("/api/v1/activities?mode=telepathy&booking=moon&season=x&city=y")

    told = said(answer)
    assert "online" in told["mode"] and "ballot" in told["booking"]
    assert "month" in told["season"] and "linked" in told["city"]
    assert "/api/v1/editions" in client.get("/api/v1/activities?edition=nope").json()["detail"]


def test_every_point_of_the_safety_plan_is_named_in_the_reference() -> None:
    note = str(ActivityIn.model_fields["safety_items"].description)

    assert [
        code
        for code in ITEMS
        if f"{code} (" not in note and f" {code}," not in note and f" {code};" not in note
    ] == []


# Sessions by their numbers


def test_a_session_that_is_not_the_activitys_is_refused_by_its_number(partner: Partner) -> None:
    other = SessionFactory()
    made = partner.put(ADDRESS, ACTIVITY)
    [session] = made.json()["sessions"]
    entry = ACTIVITY["sessions"][0]

    def put(*sessions: Any) -> Any:
        return partner.put(ADDRESS, {"sessions": list(sessions)}, **{"if-match": "*"})

    strange = put(entry | {"id": session["id"]}, entry | {"id": other.pk})
    twice = put(entry | {"id": session["id"]}, entry | {"id": session["id"]})
    new = partner.put("/unit/activities/lib-8", ACTIVITY | {"sessions": [entry | {"id": session["id"]}]})

    assert list(said(strange)) == list(said(twice)) == ["sessions.1.id"]
    assert str(other.pk) in said(strange)["sessions.1.id"]
    assert list(said(new)) == ["sessions.0.id"]
    assert Activity.objects.filter(outside_key__startswith="api:").get().sessions.count() == 1


def test_a_session_that_is_named_by_its_number_is_not_taken_for_another_by_its_start(
    partner: Partner,
) -> None:
    entry = ACTIVITY["sessions"][0]
    made = partner.put(ADDRESS, ACTIVITY)
    [before] = made.json()["sessions"]
    moved = entry | {
        "id": before["id"],
        "start": "2024-09-22T14:00:00+08:00",
        "end": "2024-09-22T16:00:00+08:00",
    }

    changed = partner.put(ADDRESS, {"sessions": [entry, moved]}, **{"if-match": "*"})

    by_id = {one["id"]: one["start"] for one in changed.json()["sessions"]}
    assert changed.status_code == 200 and len(by_id) == 2
    assert by_id[before["id"]].startswith("2024-09-22")


# Of which edition


def last_year(partner: Partner) -> Activity:
    """The same key stood for an activity of last year."""
    last = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    partner.put(ADDRESS, ACTIVITY | {"title": "去年"})
    made = Activity.objects.get(outside_key="api:lib-7")
    made.edition = last
    made.save()
    return made


def test_a_key_stands_for_the_current_editions_activity_whether_it_is_read_or_written(
    partner: Partner,
) -> None:
    last_year(partner)

    not_yet = partner.get(ADDRESS)
    made = partner.put(ADDRESS, ACTIVITY)
    read = partner.get(ADDRESS)

    assert not_yet.status_code == 404 and "shenzhen-2023" in not_yet.json()["detail"]
    assert made.status_code == 201 and made.headers["etag"] == read.headers["etag"]
    assert read.json()["edition"] == Edition.objects.get(is_current=True).code
    # The older one was written last, and is still not meant
    partner.put(f"{ADDRESS}?edition=shenzhen-2023", {"title": "改"}, **{"if-match": "*"})
    assert partner.get(ADDRESS).json()["code"] == made.json()["code"]


def test_another_editions_activity_is_read_and_written_by_naming_it(partner: Partner) -> None:
    old = last_year(partner)
    partner.put(ADDRESS, ACTIVITY)

    read = partner.get(f"{ADDRESS}?edition=shenzhen-2023")
    changed = partner.put(
        f"{ADDRESS}?edition=shenzhen-2023", {"title": "改"}, **{"if-match": read.headers["etag"]}
    )
    signed = partner.post(f"{ADDRESS}/sign-off?edition=shenzhen-2023", SIGNED)

    assert (read.json()["code"], read.json()["edition"]) == (old.code, "shenzhen-2023")
    assert (changed.status_code, changed.json()["code"]) == (200, old.code)
    assert signed.json()["code"] == old.code
    assert partner.get(ADDRESS).json()["title"] == ACTIVITY["title"]
    assert {row["edition"] for row in partner.get("/unit/activities").json()["results"]} == {
        "shenzhen-2023", Edition.objects.get(is_current=True).code,
    }  # fmt: skip


def test_a_new_activity_is_made_in_the_current_edition_alone(partner: Partner) -> None:
    last_year(partner)

    new = partner.put("/unit/activities/lib-8?edition=shenzhen-2023", ACTIVITY)
    unheard = partner.put("/unit/activities/lib-8?edition=moon", ACTIVITY)

    assert (new.status_code, unheard.status_code) == (404, 404)
    assert Activity.objects.filter(outside_key="api:lib-8").count() == 0


# Long lists


@pytest.mark.parametrize("path", ["/unit/bookings", "/unit/summaries"])
def test_a_long_list_goes_on_where_it_ended_and_leaves_nothing_out(partner: Partner, path: str) -> None:
    partner.put(ADDRESS, ACTIVITY)
    activity = Activity.objects.get()
    for number in range(3):
        # The later it was set up, the earlier it starts: the order is that of setting up
        session = SessionFactory(activity=activity, starts_at=now() + timedelta(days=9 - number))
        BookingTerms.objects.create(session=session, opens_at=now())
        SummaryFactory(
            activity__organization=partner.unit, activity__edition=activity.edition, activity__title=f"第{number}项",
            filed="accepted",
        )  # fmt: skip
    name = "session" if "bookings" in path else "title"
    whole = [row[name] for row in partner.get(path).json()["results"]]

    first = partner.get(f"{path}?limit=2").json()
    second = partner.get(f"{path}?limit=2&cursor={first['cursor']}").json()

    assert len(whole) == 3 and [row[name] for page in (first, second) for row in page["results"]] == whole
    assert first["cursor"] and second["cursor"] == ""
    assert partner.get(f"{path}?limit=201").status_code == 422
    assert partner.get(f"{path}?cursor=x").status_code == 422
    if "summaries" in path:
        assert {row["figures"][0]["value"] for page in (first, second) for row in page["results"]} == {30}


def test_rows_of_bookings_and_summaries_name_the_programs_own_key_where_there_is_one(
    partner: Partner,
) -> None:
    partner.put(ADDRESS, ACTIVITY)
    for activity in (
        Activity.objects.get(),
        ActivityFactory(organization=partner.unit, edition=Activity.objects.get().edition),
    ):
        BookingTerms.objects.create(session=SessionFactory(activity=activity), opens_at=now())
        SummaryFactory(activity=activity)

    for path in ("/unit/bookings", "/unit/summaries"):
        rows = partner.get(path).json()["results"]
        known = {one.code: one.outside_key.removeprefix("api:") for one in Activity.objects.all()}
        assert {row["activity"]: row["key"] for row in rows} == known
        assert sorted(known.values()) == ["", ADDRESS.rpartition("/")[2]]


# What does not exist


def test_what_the_interface_does_not_have_is_said_in_the_readers_language(
    client: Client, partner: Partner
) -> None:
    for path, method, title in (
        ("/api/v1/nothing", "get", "没有找到"),
        ("/api/v1/terms", "put", "不能用这种请求方法"),
    ):
        assert getattr(client, method)(path).json()["title"] == title
        english = getattr(client, method)(path, headers={"accept-language": "en"}).json()["title"]
        assert english.isascii() and english != title


@pytest.mark.parametrize("method", ["POST", "DELETE", "TRACE", "FOO"])
def test_the_description_is_read_alone_and_an_address_that_is_not_there_takes_nothing(
    client: Client, method: str
) -> None:
    # As programs come: without the proof that a form of ours was sent
    for strict in (client, Client(enforce_csrf_checks=True)):
        described = strict.generic(method, "/api/v1/openapi.json")
        assert (described.status_code, described.headers["allow"]) == (405, "GET, HEAD")
    assert client.generic(method, "/api/v1/nothing").status_code == 404
    assert client.generic(method, "/api/").status_code == 405


def test_a_method_that_an_address_does_not_take_is_told_which_it_takes(
    client: Client, partner: Partner
) -> None:
    for path, operations in api.get_openapi_schema()["paths"].items():
        asked = path.replace("{key}", "lib-7").replace("{session}", "1").replace("{code}", "K7M2P4")
        taken = {method.upper() for method in operations} | ({"HEAD"} if "get" in operations else set())
        unused = next(method for method in ("delete", "patch") if method not in operations)

        answer = getattr(client, unused)(asked)

        assert answer.status_code == 405, path
        assert answer.headers["allow"] == ", ".join(sorted(taken)), path
