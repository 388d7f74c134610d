"""A resident with a child, a free Saturday and three minutes finds something nearby with seats left, on a phone."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import icalendar
import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from kepuyue.bookings.models import BookingTerms, Channel, Quota
from kepuyue.core.time import now
from tests.factories import DistrictFactory, SessionFactory, VenueFactory
from tests.programme.given import announce, published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]
HERE = {"latitude": 22.54312, "longitude": 114.05789}
Check = Callable[[Page], None]


def on_saturday(title: str, *, lng: float, **facts: Any) -> Activity:
    """On 14 September in the afternoon, at a place of its own."""
    session = facts.pop("session", {})
    activity = published(title=title, sessions=0, **facts)
    day = datetime(2024, 9, 14, 14, tzinfo=activity.edition.zone)
    venue = VenueFactory(name=f"{title}的场地", lng=lng, lat=22.543, district=activity.district)
    SessionFactory(
        activity=activity, venue=venue, starts_at=day, ends_at=day.replace(hour=16), capacity=30, **session
    )
    announce(activity)
    return activity


@pytest.fixture
def saturday() -> Activity:
    """One that fits, and others that miss by one thing each. Kilometres are about a hundredth of a degree."""
    futian = DistrictFactory(code="futian", name="福田区", lng=114.055, lat=22.54)
    on_saturday("太远的观鸟", lng=114.30, district=futian, age_min=6, age_max=12)
    on_saturday("满员的实验", lng=114.06, district=futian, age_min=6, age_max=12, session={"is_full": True})
    on_saturday("大人的讲座", lng=114.06, district=futian, age_min=18)
    other = on_saturday("近处的天文课", lng=114.075, district=futian, age_min=6, age_max=12)
    other.sessions.update(starts_at=datetime(2024, 9, 20, 14, tzinfo=other.edition.zone),
                          ends_at=datetime(2024, 9, 20, 16, tzinfo=other.edition.zone))  # fmt: skip
    announce(other)
    found = on_saturday("近处的机器人课", lng=114.07, district=futian, age_min=6, age_max=12)
    terms = BookingTerms.objects.create(session=found.sessions.get(), opens_at=now())
    Quota.objects.create(terms=terms, channel=Channel.ONLINE, capacity=30, taken=18)
    return found


def open_filter(page: Page, name: str) -> None:
    page.locator("summary.chip").filter(has_text=name).tap()


def test_a_free_saturday(
    open_page: Callable[..., Page], saturday: Activity, assert_accessible: Check, assert_fits: Check,
    screenshot: Callable[..., None],
) -> None:  # fmt: skip
    page = open_page(390, 844, is_mobile=True, has_touch=True, geolocation=HERE, permissions=["geolocation"])
    page.goto("/")
    screenshot(page, "three-minutes-home")
    page.get_by_role("link", name="周末", exact=True).tap()
    open_filter(page, "年龄")
    page.get_by_role("link", name="8岁").tap()
    expect(page.get_by_role("heading", name="大人的讲座")).to_have_count(0)
    page.get_by_role("link", name="还有名额").tap()
    expect(page.get_by_role("heading", name="满员的实验")).to_have_count(0)
    open_filter(page, "附近")
    page.get_by_role("button", name="用我现在的位置").tap()
    page.wait_for_url("**near=22.543*")
    assert "22.54312" not in page.url, "what is more exact than 100 m stays on the phone"
    open_filter(page, "附近")
    page.get_by_role("link", name="5公里以内").tap()
    expect(page.locator(".card__title")).to_have_count(1)
    expect(page.locator(".card").first).to_contain_text("约1.2公里")
    assert_accessible(page)
    assert_fits(page)
    screenshot(page, "three-minutes-found")

    page.get_by_role("link", name="地图", exact=True).tap()
    expect(
        page.get_by_role("button", name="近处的机器人课的场地：1项活动").or_(
            page.get_by_role("link", name="近处的机器人课的场地：1项活动")
        )
    ).to_be_visible()
    screenshot(page, "three-minutes-map")
    page.get_by_role("link", name="列表", exact=True).tap()
    page.get_by_role("link", name="近处的机器人课").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("近处的机器人课")
    expect(page.locator("main")).to_contain_text("还剩12个名额")
    screenshot(page, "three-minutes-activity")
    page.get_by_role("button", name="收藏", exact=True).tap()
    page.goto("/my-month/")
    expect(page.get_by_role("link", name="近处的机器人课")).to_be_visible()
    screenshot(page, "three-minutes-kept")
    feed = page.request.get(f"/feeds/activities/{saturday.code}.ics")
    [event] = icalendar.Calendar.from_ical(feed.body()).walk("VEVENT")
    assert event["DTSTART"].dt.hour == 14 and event["DTSTART"].params["TZID"] == "Asia/Shanghai"


def test_who_keeps_the_place_to_themselves_chooses_a_district(
    open_page: Callable[..., Page], saturday: Activity
) -> None:
    page = open_page(390, 844, is_mobile=True, has_touch=True, permissions=[])
    page.goto("/activities/?when=today&age=8&seats=1")
    open_filter(page, "附近")
    page.get_by_role("button", name="用我现在的位置").tap()
    expect(page.get_by_role("status").filter(has_text="没有得到定位许可")).to_be_visible()
    page.get_by_role("link", name="福田附近").or_(page.get_by_role("link", name="福田区附近")).tap()
    page.wait_for_url("**near=futian*")

    expect(page.locator(".card__title").first).to_have_text("近处的机器人课")


def test_from_the_home_page_to_what_is_near(
    open_page: Callable[..., Page], saturday: Activity, screenshot: Callable[..., None]
) -> None:
    page = open_page(390, 844, is_mobile=True, has_touch=True, geolocation=HERE, permissions=["geolocation"])
    page.goto("/")
    page.get_by_role("link", name="离我近的").tap()
    page.wait_for_url("**near=22.543*")

    assert "22.54312" not in page.url and "city=own" in page.url
    expect(page.locator(".card").first).to_contain_text(re.compile(r"约[\d.]+(?:公里|米)"))


def test_from_the_home_page_without_telling_where_one_is(
    open_page: Callable[..., Page], saturday: Activity, screenshot: Callable[..., None]
) -> None:
    page = open_page(390, 844, is_mobile=True, has_touch=True, permissions=[])
    page.goto("/")
    page.get_by_role("link", name="离我近的").tap()
    expect(page.get_by_role("status").filter(has_text="没有得到定位许可")).to_be_visible()
    screenshot(page, "near-me-not-told")
    page.get_by_role("link", name="离我近的").tap()

    expect(page.get_by_role("heading", name="从一个区的中心找起")).to_be_visible()
    screenshot(page, "near-me-from-a-district")
