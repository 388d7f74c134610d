"""What an activity still lacks is told by the interface's own paths, the sign-off with it."""

from datetime import datetime
from typing import Any

import pytest

from kepuyue.activities import completeness
from kepuyue.activities import content as contents
from kepuyue.activities.models import Activity
from kepuyue.activities.safety import ITEMS
from kepuyue.api.own_schemas import ActivityIn, OwnActivity
from kepuyue.api.paths import path_of
from tests.api.partner import ACTIVITY, V1, Partner, a_picture
from tests.cast import Cast
from tests.factories import DistrictFactory, EditionFactory, SessionFactory, complete_content

pytestmark = pytest.mark.django_db
ADDRESS = "/unit/activities/lib-7"
SIGNED = {"name": "王芳", "confirmed": True}
# Of the desk alone: no program sends them
DESK = {
    "licence",
    "licence_papers",
    "licence_exempt",
    "marks",
    "is_key",
    "dates_as_written",
    "content_signoff",
}


@pytest.fixture
def partner(cast: Cast, in_the_month: datetime) -> Partner:
    DistrictFactory()
    EditionFactory()
    return Partner(cast.own_unit)


def blocking(answer: Any) -> list[str]:
    return [gap["field"] for gap in answer.json()["missing"] if gap["blocks"]]


def picture(partner: Partner, key: str = "p") -> Any:
    return partner.client.post(
        f"{V1}{ADDRESS}/pictures",
        {"file": a_picture(), "alt": "修书的手", "rights_confirmed": "true"},
        headers={"idempotency-key": key},
    )


def leads_somewhere(path: str) -> bool:
    """Whether a program may send something at this path."""
    first, _dot, rest = path.partition(".")
    if first not in ActivityIn.model_fields:
        return False
    if first == "contact":
        return rest in ("name", "phone")
    return not rest or first == "terms"


def test_every_field_of_the_content_has_a_path_that_a_program_may_send_or_is_the_desks() -> None:
    fields = (*contents.FIELDS, "terms_tier", "terms_audience")
    strange = {path_of(one) for one in fields if not leads_somewhere(path_of(one))}

    # Pictures have an address of their own and are read back under this name
    assert strange == DESK | {"pictures"} and "pictures" in OwnActivity.model_fields
    assert path_of("terms_tier") == "terms.tier" and path_of("participations") == "organizers"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"title": ""}, "title"),
        ({"summary": ""}, "summary"),
        ({"participations": []}, "organizers"),
        ({"terms": []}, "terms.tier"),
        ({"sessions": []}, "sessions"),
        ({"district": ""}, "district"),
        ({"booking_mode": "unknown"}, "booking_mode"),
        ({"booking_mode": "external"}, "booking_url"),
        ({"content_lead": ""}, "content_lead"),
        ({"expected_crowd": None}, "expected_crowd"),
        ({"safety_items": {}}, "safety_items"),
        ({"emergency_contact": ""}, "emergency_contact"),
        ({"safety_plan": ""}, "safety_plan"),
        ({"contact_name": ""}, "contact.name"),
        ({"contact_phone": ""}, "contact.phone"),
        ({"expected_crowd": 1000}, "licence"),
        ({"expected_crowd": 1000, "licence_exempt": "government"}, "licence"),
    ],
)
def test_what_is_missing_is_named_as_it_is_sent(partner: Partner, changes: dict[str, Any], path: str) -> None:
    partner.put(ADDRESS, ACTIVITY)
    activity = Activity.objects.get()
    activity.edition.taxonomies.filter(code="tier").update(required=True)
    contents.write(activity, complete_content(**changes))

    shown = partner.get(ADDRESS).json()["missing"]

    assert path in {gap["field"] for gap in shown}
    assert all(leads_somewhere(gap["field"]) or gap["field"] in ("licence", "sign_off") for gap in shown)


def test_what_was_taken_over_and_waits_for_a_look_is_named_as_it_is_sent(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    fields = [one for fields in completeness.STEP_OF.values() for one in fields]
    Activity.objects.update(to_confirm=fields)

    shown = partner.get(ADDRESS).json()["missing"]

    assert {"contact.name", "sessions", "title"} <= {gap["field"] for gap in shown}
    assert all(leads_somewhere(gap["field"]) or gap["field"] == "sign_off" for gap in shown)


def test_a_refusal_to_take_it_for_review_names_everything_by_its_path(partner: Partner) -> None:
    partner.put(ADDRESS, {"title": "古籍修复体验"})

    refused = partner.post(f"{ADDRESS}/submission", {})

    named = [one["parameter"] for one in refused.json()["errors"]]
    assert refused.status_code == 422 and {"organizers", "contact.name", "sessions", "sign_off"} <= set(named)
    assert sorted(named) == sorted(blocking(partner.get(ADDRESS)))


def test_what_is_missing_is_titled_so_and_each_point_of_safety_has_its_key(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY | {"expected_crowd": 1000})

    refused = partner.post(f"{ADDRESS}/submission", {}).json()
    shown = partner.get(ADDRESS).json()["missing"]

    [said] = [one["detail"] for one in refused["errors"] if one["parameter"] == "safety_items"]
    assert (refused["type"], refused["title"]) == ("incomplete", "还有内容没有填")
    assert [one["detail"] for one in shown if one["field"] == "safety_items"] == [said]
    assert all(f"{label}" in said for label in ITEMS.values()) and said.count("；") == len(ITEMS) - 1
    assert said.endswith(f"请在safety_items里用这些键填写：{', '.join(ITEMS)}。")


def test_a_sign_off_is_missing_until_somebody_signs(partner: Partner) -> None:
    made = partner.put(ADDRESS, ACTIVITY)
    signed = partner.post(f"{ADDRESS}/sign-off", SIGNED)

    assert blocking(made) == ["sign_off"] and made.json()["notices"] == []
    assert blocking(signed) == [] and signed.json()["notices"] == []
    assert partner.post(f"{ADDRESS}/submission", {}).json()["missing"] == []


def test_a_change_that_ends_a_sign_off_says_so_and_one_that_does_not_is_silent(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    unsigned = partner.put(ADDRESS, {"title": "别的"}, **{"if-match": "*"})
    partner.post(f"{ADDRESS}/sign-off", SIGNED)

    small = partner.put(ADDRESS, {"public_phone": "0755-1"}, **{"if-match": "*"})
    large = partner.put(ADDRESS, {"title": "古籍修复"}, **{"if-match": "*"})
    again = partner.put(ADDRESS, {"title": "古籍修复"})

    assert (unsigned.json()["notices"], small.json()["notices"], blocking(small)) == ([], [], [])
    [notice] = large.json()["notices"]
    assert notice["type"] == "sign-off-lapsed" and notice["detail"].startswith("王芳签审以后内容又改过")
    assert blocking(large) == ["sign_off"]
    assert again.json()["notices"] == [] and blocking(again) == ["sign_off"], "it ended before"
    assert large["ETag"] == again["ETag"] == partner.get(ADDRESS)["ETag"]


def test_a_new_picture_that_ends_a_sign_off_says_so(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    before = picture(partner, "p1")
    partner.post(f"{ADDRESS}/sign-off", SIGNED)
    after = picture(partner, "p2")

    assert before.json()["notices"] == []
    assert [one["type"] for one in after.json()["notices"]] == ["sign-off-lapsed"]
    assert blocking(partner.get(ADDRESS)) == ["sign_off"]


def test_a_published_activity_lacks_a_sign_off_only_where_a_change_waits_for_it(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    partner.post(f"{ADDRESS}/sign-off", SIGNED)
    activity = Activity.objects.get()
    Activity.objects.update(state="published", published_at=activity.updated_at)
    session, other = activity.sessions.get(), SessionFactory(activity=activity)

    # What shows at once asks for no signature
    cancelled = partner.post(f"{ADDRESS}/sessions/{other.pk}/cancellation", {"reason": "台风"})
    partner.post(f"{ADDRESS}/sign-off", SIGNED)
    revised = partner.put(ADDRESS, {"title": "古籍修复"}, **{"if-match": "*"})
    partner.post(f"{ADDRESS}/sign-off", SIGNED)
    moved = partner.post(f"{ADDRESS}/sessions/{session.pk}/postponement", {"reason": "台风"})

    assert (cancelled.status_code, cancelled.json()["notices"], blocking(cancelled)) == (201, [], [])
    for answer in (revised, moved):
        assert [one["type"] for one in answer.json()["notices"]] == ["sign-off-lapsed"], answer.content
        assert blocking(answer) == ["sign_off"]
