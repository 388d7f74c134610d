import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kepuyue.activities import content as contents
from kepuyue.activities.models import ChangeNotice, Mode, State
from tests.conftest import Clock
from tests.factories import DistrictFactory, EditionFactory, SessionFactory, UserFactory, VenueFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db
LIST = "/api/v1/activities"
FIELDS = {
    "code", "title", "title_en", "summary", "description", "url", "status", "edition", "mode", "city",
    "is_linked_city", "district", "organizers", "terms", "audience_note", "age_min", "age_max", "languages",
    "accessibility", "accessibility_items", "admission", "admission_note", "booking", "public_phone", "dates_as_written",
    "is_year_round", "is_key", "is_demo", "updated_at", "sessions", "changes", "origin",
}  # fmt: skip
SESSION_FIELDS = {
    "id", "start", "end", "is_all_day", "is_cancelled", "is_postponed", "venue", "place", "online_url", "note", "capacity",
    "seats_left", "is_full", "full_stated_at",
}  # fmt: skip


def ask(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(LIST, query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def titles(body: dict[str, Any]) -> list[str]:
    return [row["title"] for row in body["results"]]


def test_an_activity_has_exactly_the_public_fields(client: Client, in_the_month: datetime) -> None:
    published(host="福田区科协", contact_name="赵丽", terms=["tier:district"])

    [row] = ask(client)["results"]

    assert set(row) == FIELDS and set(row["sessions"][0]) == SESSION_FIELDS
    assert row["organizers"] == [{"role": "host", "name": "福田区科协"}]
    assert row["terms"]["tier"][0]["code"] == "district"


def test_times_carry_the_offset_of_the_edition_and_seats_are_what_is_left(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(sessions=0)
    limited = SessionFactory(activity=activity, capacity=30)
    SessionFactory(activity=activity, ends_at=None)

    [row] = ask(client)["results"]

    assert row["sessions"][0]["id"] == limited.pk
    assert row["sessions"][0]["start"] == "2024-09-14T10:00:00+08:00"
    assert row["sessions"][0]["end"] == "2024-09-14T11:00:00+08:00"
    assert [session["seats_left"] for session in row["sessions"]] == [30, None]
    assert row["sessions"][1]["end"] is None


def test_a_change_tells_machines_what_held_before_and_what_holds_now_and_nothing_internal(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(sessions=0)
    session = SessionFactory(activity=activity, emergency_contact="赵丽 电话")
    before = contents.of(activity)["sessions"][0]
    unit = UserFactory()
    ChangeNotice.objects.create(
        activity=activity, session=session, kind="retimed", old=before, reason="台风", by=unit,
        new=before | {"starts_at": "2024-09-15T02:00:00+00:00", "ends_at": None},
    )  # fmt: skip
    ChangeNotice.objects.create(
        activity=activity, session=session, kind="cancelled", old=before, by=unit,
        new=before | {"is_cancelled": True},
    )  # fmt: skip

    [row] = ask(client)["results"]
    cancelled, retimed = row["changes"]

    assert (cancelled["kind"], cancelled["new"]) == ("cancelled", None)
    assert (retimed["kind"], retimed["session"], retimed["reason"]) == ("retimed", session.pk, "台风")
    assert retimed["old"]["start"] == "2024-09-14T10:00:00+08:00"
    assert (retimed["new"]["start"], retimed["new"]["end"]) == ("2024-09-15T10:00:00+08:00", None)
    assert set(retimed["old"]) == {"start", "end", "is_all_day", "venue", "place", "online_url"}
    assert "赵丽" not in json.dumps(row, ensure_ascii=False)


def test_every_parameter_of_the_contract_may_be_empty(client: Client, in_the_month: datetime) -> None:
    published()

    response = client.get(
        f"{LIST}?q=&date_from=&date_to=&district=&audience=&tier=&mode=&page=&page_size=&edition="
    )

    assert response.status_code == 200 and response.json()["count"] == 1


def test_parameters_filter(client: Client, in_the_month: datetime) -> None:
    DistrictFactory(code="nanshan", name="南山区")
    published(title="一", mode=Mode.ONLINE, terms=["tier:district", "audience:children"])
    published(title="二", district=DistrictFactory(code="nanshan"), sessions=3)

    assert titles(ask(client, q="一")) == ["一"]
    assert titles(ask(client, district="nanshan")) == titles(ask(client, district="南山区")) == ["二"]
    assert titles(ask(client, audience="children")) == titles(ask(client, audience="少年儿童")) == ["一"]
    assert titles(ask(client, tier="district")) == ["一"]
    assert titles(ask(client, mode="online")) == ["一"]
    assert titles(ask(client, date_from="2024-09-15")) == ["二"]
    assert titles(ask(client, date_to="2024-09-13")) == []
    assert ask(client, district=["nanshan", "futian"])["count"] == 2


def test_pages_hold_all_activities_once_in_one_order(client: Client, in_the_month: datetime) -> None:
    for number in range(7):
        published(title=f"活动{number}")

    pages = [titles(ask(client, page=page, page_size=3)) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({title for page in pages for title in page}) == 7
    assert ask(client, page=4, page_size=3)["count"] == 7


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ({"page_size": 101}, "page_size", "最大为100"),
        ({"page_size": 0}, "page_size", "最小为1"),
        ({"page": "x"}, "page", "整数"),
        ({"date_from": "14.9."}, "date_from", "2024-09-14"),
        ({"district": "火星"}, "district", "没有“火星”。可用的值：futian"),
        ({"mode": "telepathy"}, "mode", "没有“telepathy”"),
        ({"date_from": "2024-09-20", "date_to": "2024-09-10"}, "date_to", "早于"),
    ],
)
def test_a_wrong_parameter_is_a_problem_with_a_sentence(
    client: Client, in_the_month: datetime, query: dict[str, Any], name: str, says: str
) -> None:
    published()

    response = client.get(LIST, query)
    problem = response.json()

    assert response.status_code == problem["status"] == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "invalid-parameter" and problem["errors"][0]["parameter"] == name
    assert says in problem["detail"]


@pytest.mark.parametrize(
    "path", [f"{LIST}?edition=nope", f"{LIST}/NOPE22", f"{LIST}?edition=%00", f"{LIST}/%00"]
)
def test_what_does_not_exist_is_a_problem(client: Client, in_the_month: datetime, path: str) -> None:
    EditionFactory()

    response = client.get(path)

    assert response.status_code == 404 and response.json()["type"] == "not-found"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "state", [s for s in State if s not in (State.PUBLISHED, State.CANCELLED, State.ARCHIVED)]
)
def test_what_is_not_approved_never_leaves(client: Client, in_the_month: datetime, state: State) -> None:
    hidden = published(title="绝密", state=state)
    published(title="公开")

    assert titles(ask(client)) == ["公开"]
    assert ask(client, q="绝密")["count"] == 0
    assert client.get(f"{LIST}/{hidden.code}").status_code == 404


def test_before_publicity_opens_the_list_is_empty(client: Client, clock: Clock) -> None:
    clock.set(datetime(2024, 8, 20, 23, 59))
    activity = published()

    assert ask(client) == {"count": 0, "results": []}
    assert client.get(f"{LIST}/{activity.code}").status_code == 404


def test_another_edition_is_asked_for_by_its_code(client: Client, in_the_month: datetime) -> None:
    EditionFactory()
    last = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    published(title="去年", edition=last)

    assert titles(ask(client, edition="shenzhen-2023")) == ["去年"]
    assert ask(client)["count"] == 0


@pytest.mark.parametrize("facts", [{"was_current": False}, {"was_current": True, "is_archive": True}])
def test_edition_that_the_pages_do_not_show_is_a_problem_as_if_there_were_none(
    client: Client, in_the_month: datetime, facts: dict[str, bool]
) -> None:
    """One that is still being prepared, or an archive of single activities."""
    EditionFactory()
    other = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, **facts)
    published(title="绝密", edition=other)

    response = client.get(LIST, {"edition": "shenzhen-2023"})

    assert (
        response.status_code == client.get("/feeds/activities.json?edition=shenzhen-2023").status_code == 404
    )
    assert response.headers["content-type"] == "application/problem+json"
    assert "绝密" not in response.content.decode()


def test_without_an_edition_the_list_is_empty(client: Client) -> None:
    assert ask(client) == {"count": 0, "results": []}


def test_one_activity_is_found_by_its_code(client: Client, in_the_month: datetime) -> None:
    activity = published(title="湿地", city="广州", district=None)

    row = client.get(f"{LIST}/{activity.code}").json()

    assert row["title"] == "湿地" and row["city"] == "广州" and row["is_linked_city"] is True


def test_the_number_of_queries_does_not_depend_on_the_page_size(
    client: Client, in_the_month: datetime
) -> None:
    for number in range(12):
        activity = published(host=f"单位{number}", terms=["tier:district"])
        SessionFactory(activity=activity, venue=VenueFactory())
        announce(activity)
    ask(client)

    def queries(page_size: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            ask(client, page_size=page_size)
        return len(caught)

    assert queries(1) == queries(3) == queries(12)


def test_what_did_not_change_is_not_sent_again(client: Client, in_the_month: datetime) -> None:
    published()
    etag = client.get(LIST).headers["etag"]

    assert client.get(LIST, headers={"if-none-match": etag}).status_code == 304
    published()
    assert client.get(LIST, headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("q", ['"', "\0", "*", "' OR 1=1--", "a" * 10_000, "𠮷", "%", "＂"])
def test_hostile_words_never_fail(client: Client, in_the_month: datetime, q: str) -> None:
    published()

    assert client.get(LIST, {"q": q}).status_code == 200


def test_the_description_is_openapi_and_names_every_parameter(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()

    [operation] = described["paths"]["/api/v1/activities"].values()
    assert described["openapi"].startswith("3.1")
    assert {parameter["name"] for parameter in operation["parameters"]} >= {
        "q", "date_from", "date_to", "district", "audience", "tier", "mode", "page", "page_size", "edition",
    }  # fmt: skip
    assert set(operation["responses"]) == {"200", "404", "422"}
    assert set(described["components"]["schemas"]["ActivityOut"]["properties"]) == FIELDS


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    assert getattr(client, method)(LIST).status_code == 405
