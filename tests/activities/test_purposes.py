"""What is missing for which purpose, and where it is typed."""

from typing import Any

import pytest
from django.urls import reverse

from kepuyue.activities import completeness, purposes, queries
from kepuyue.activities.models import Activity
from tests.activities.acting import draft
from tests.cast import Cast
from tests.factories import ActivityFactory, PictureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def meters(activity: Activity) -> dict[str, purposes.Meter]:
    content = queries.working_content(activity)
    found = purposes.meters(activity, content, completeness.hindrances(activity, content))
    return {one.code: one for one in found}


def missing(meter: purposes.Meter) -> set[str]:
    return {fact.field for fact in meter.missing}


def test_complete_draft_can_be_published_and_lacks_what_the_handbook_wants(cast: Cast) -> None:
    found = meters(draft(cast, public_phone=""))

    assert missing(found["publication"]) == set()
    assert {"public_phone", "pictures"} <= missing(found["handbook"])
    assert found["handbook"].done + len(found["handbook"].missing) == found["handbook"].total


def test_publication_lacks_exactly_what_keeps_from_handing_in(cast: Cast) -> None:
    activity = ActivityFactory(organization=cast.own_unit)
    gaps = completeness.hindrances(activity, queries.working_content(activity))

    assert missing(meters(activity)["publication"]) == {gap.field for gap in gaps if gap.blocks}


def test_licence_is_asked_only_of_many_people(cast: Cast) -> None:
    few = meters(draft(cast, expected_crowd=40))["licence"]
    many = meters(
        draft(cast, expected_crowd=1200, safety_items={"fire": "灭火器十个"}, licence_papers=["legal"])
    )["licence"]
    online = meters(draft(cast, mode="online"))["licence"]

    assert (few.done, few.total, online.total) == (1, 1, 0)
    assert (many.total, many.done) == (1 + 9 + 4 + 1, 3)
    assert {"licence", "licence_papers", "safety_item_rescue"} <= missing(many)


def test_picture_and_long_text_are_what_a_recommendation_wants(cast: Cast) -> None:
    activity = draft(cast, description="短")
    assert {"description", "pictures"} <= missing(meters(activity)["recommendation"])

    PictureFactory(activity=activity)
    Activity.objects.filter(pk=activity.pk).update(description="长" * purposes.TOLD_AT_LENGTH)

    activity.refresh_from_db()
    assert not {"description", "pictures"} & missing(meters(activity)["recommendation"])


def test_links_lead_to_fields_that_are_there(cast: Cast, sign_in: Any) -> None:
    """Every missing fact of every purpose, followed to its page, finds the field it names."""
    activity = ActivityFactory(organization=cast.own_unit)
    Activity.objects.filter(pk=activity.pk).update(expected_crowd=1200)
    client = sign_in(cast.editor)
    activity.refresh_from_db()
    facts = {(f.step, f.field) for meter in meters(activity).values() for f in meter.missing}
    pages: dict[str, str] = {}

    lost = set()
    for step, field in facts - {("units", "participations"), ("sessions", "sessions")}:
        if step in ("pictures", "venues"):
            continue
        if step not in pages:
            pages[step] = client.get(reverse("activities:edit", args=[activity.code, step])).content.decode()
        if f'id="id_{field}"' not in pages[step] and field != "safety_items":
            lost.add((step, field))

    assert lost == set()


def test_saving_while_one_types_brings_the_figures_along(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, contact_name="")
    address = reverse("activities:edit", args=[activity.code, "contact"])
    assert "请填写联系人" in client.get(address).content.decode()

    sent = {"version": "1", "contact_name": "林老师", "contact_phone": "0755-80000000"}
    answer = client.post(address, sent, headers={"hx-request": "true"}).content.decode()

    assert 'hx-swap-oob="true"' in answer
    assert "请填写联系人" not in answer
