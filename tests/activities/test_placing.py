"""Where venues lie: filled in once, kept from being overwritten by another unit."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kepuyue.activities.actions import placing
from kepuyue.activities.models import Activity, Venue
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import CityMap
from tests.activities.acting import draft
from tests.cast import Cast
from tests.factories import ActivityFactory, SessionFactory, VenueFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
SQUARE = [[[114.0, 22.5], [114.1, 22.5], [114.1, 22.6], [114.0, 22.6], [114.0, 22.5]]]


@pytest.fixture
def venue() -> Venue:
    return VenueFactory(name="科学馆")


@pytest.fixture
def activity(cast: Cast, venue: Venue) -> Activity:
    made = draft(cast, sessions=[])
    SessionFactory(activity=made, starts_at="2024-09-14T02:00:00Z", ends_at=None, venue=venue)
    return made


def post(client: Any, activity: Activity, venue: Venue, **typed: str) -> Any:
    sent = {"venue": str(venue.pk)} | {f"{venue.pk}-{name}": text for name, text in typed.items()}
    return client.post(reverse("activities:venues", args=[activity.code]), sent)


def test_address_and_point_are_noted_with_a_row_in_the_trail(
    cast: Cast, sign_in: Any, activity: Activity, venue: Venue
) -> None:
    answer = post(
        sign_in(cast.editor), activity, venue, address="上步中路1号", lng="114.0578684", lat="22.5430991"
    )

    venue.refresh_from_db()
    assert answer.status_code == 302
    assert (venue.address, venue.lng, venue.lat) == ("上步中路1号", 114.057868, 22.543099)
    event = audit.trail(activity).get(action="activity.locate")
    assert (event.reason, event.changes["lng"]) == ("科学馆", [None, 114.057868])


@pytest.mark.parametrize(
    ("typed", "field"),
    [({}, "address"), ({"lng": "114"}, "lat"), ({"lng": "200", "lat": "22"}, "lng"), ({"lng": "x", "lat": "22"}, "lng"),
     ({"lng": "nan", "lat": "22"}, "lng")],
)  # fmt: skip
def test_half_a_point_and_nothing_are_refused(
    cast: Cast, sign_in: Any, activity: Activity, venue: Venue, typed: dict[str, str], field: str
) -> None:
    answer = post(sign_in(cast.editor), activity, venue, **typed)

    venue.refresh_from_db()
    assert (answer.status_code, venue.lng) == (422, None)
    assert field in answer.context["entries"][0]["form"].errors


def test_point_outside_the_city_is_refused_where_its_boundaries_are_known(
    cast: Cast, activity: Activity, venue: Venue
) -> None:
    code = cast.own_unit.district.code
    feature = {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    CityMap.objects.create(edition=cast.edition, boundaries={"features": [feature]})
    type(cast.edition).objects.update(version=77)
    activity.edition.refresh_from_db()

    with pytest.raises(ValidationError, match="不在本市"):
        placing.locate(venue, activity=activity, by=cast.editor, point=(116.4, 39.9))
    found = placing.locate(venue, activity=activity, by=cast.editor, point=(114.05, 22.55))

    assert found.district == cast.own_unit.district


def test_what_another_unit_uses_is_filled_in_and_not_overwritten(
    cast: Cast, sign_in: Any, activity: Activity, venue: Venue
) -> None:
    other = ActivityFactory(organization=cast.far_unit)
    SessionFactory(activity=other, venue=venue)

    placing.locate(venue, activity=activity, by=cast.editor, address="上步中路1号")
    placing.locate(venue, activity=activity, by=cast.editor, point=(114.05, 22.55))
    with pytest.raises(NotPossibleNow):
        placing.locate(venue, activity=activity, by=cast.editor, address="别的路2号")

    page = sign_in(cast.editor).get(reverse("activities:venues", args=[activity.code])).content.decode()
    assert "已登记的位置不能改" in page


def test_venue_that_the_activity_does_not_use_is_left_alone(
    cast: Cast, sign_in: Any, activity: Activity
) -> None:
    strange = VenueFactory(name="图书馆")

    assert post(sign_in(cast.editor), activity, strange, address="某路").status_code == 422
    with pytest.raises(NotPossibleNow):
        placing.locate(strange, activity=activity, by=cast.editor, address="某路")
