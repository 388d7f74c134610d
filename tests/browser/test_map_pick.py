"""Where a venue lies, marked on a map that asks no foreign server: by a tap, by keys, by figures."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from kepuyue.editions.actions import loading
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization, Role
from tests.factories import ActivityFactory, MembershipFactory, SessionFactory, VenueFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def activity() -> Activity:
    """Of the real edition, whose districts have outlines and boundaries."""
    loading.load(settings.EDITIONS_DIR / "shenzhen-2024")
    futian = Organization.objects.get(level=Organization.Level.DISTRICT, district__code="futian")
    edition = Edition.objects.get(code="shenzhen-2024")
    made: Activity = ActivityFactory(edition=edition, organization=futian)
    venue = VenueFactory(name="月亮湾小学操场", district=futian.district, lng=None, lat=None)
    SessionFactory(activity=made, starts_at="2024-09-14T02:00:00Z", ends_at=None, venue=venue)
    return made


def test_place_is_marked_by_a_tap_and_by_keys(
    activity: Activity,
    phone: Page,
    sign_in_browser: Callable[[Page, Any], None],
    assert_fits: Callable[[Page], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    sign_in_browser(phone, MembershipFactory(organization=activity.organization, role=Role.EDITOR).user)
    phone.goto(f"/desk/activities/{activity.code}/venues/")
    lng, lat = phone.locator("input[name$=-lng]"), phone.locator("input[name$=-lat]")
    phone.get_by_text("在图上标出来").tap()
    drawn = phone.locator("[data-map-place]")
    expect(drawn.locator("path.map-pick__land").first).to_be_visible()
    assert_accessible(phone)
    assert_fits(phone)

    drawn.tap()
    expect(lng).not_to_have_value("")
    by_tap = float(lng.input_value())
    drawn.focus()
    phone.keyboard.press("ArrowRight")
    expect(drawn.locator(".leaflet-pan-anim")).to_have_count(0)
    phone.keyboard.press("Enter")
    assert float(lng.input_value()) > by_tap

    # Typed figures are shown where they lie, and kept
    lng.fill("114.0579")
    lat.fill("22.5431")
    expect(drawn.locator("path.map-pick__here")).to_have_count(1)
    phone.locator("input[name$=-address]").fill("上步中路1号")
    phone.get_by_role("button", name="保存位置").tap()

    expect(phone.get_by_text("已记下：月亮湾小学操场")).to_be_visible()
    session = activity.sessions.get()
    assert session.venue is not None
    assert (session.venue.lng, session.venue.lat, session.venue.address) == (114.0579, 22.5431, "上步中路1号")
    assert not [url for url in asked if not url.startswith((phone.url.split("/desk")[0], "data:", "blob:"))]
