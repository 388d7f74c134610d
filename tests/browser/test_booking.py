"""A family books at the opening second, the next is waitlisted, one gives back, the other takes it: on two phones."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.bookings.models import Booking, BookingTerms
from kepuyue.core.time import now, shifted
from kepuyue.demo import stages
from tests.bookings.given import bookable
from tests.browser.conftest import served_in_the_month
from tests.programme.given import announce

pytestmark = pytest.mark.django_db(transaction=True)
live_server = pytest.fixture(scope="module")(served_in_the_month)


def fill(page: Page, name: str, phone: str) -> None:
    page.get_by_label("您的姓名").fill(name)
    page.get_by_label("手机号", exact=False).first.fill(phone)
    page.get_by_label("一共几个人来").select_option("2")
    page.get_by_label("我看过上面的说明").check()


def test_seats_are_booked_at_the_opening_second_given_back_and_taken_by_the_next(
    open_page: Callable[..., Page], assert_accessible: Callable[[Page], None], assert_fits: Callable[[Page], None],
    screenshot: Callable[..., None],
) -> None:  # fmt: skip
    with shifted(stages.default_shift()):
        session = bookable(2, waitlist_most=5, opens_at=now() + timedelta(minutes=50))
        announce(session.activity)
    first, second = (open_page(390, 844, is_mobile=True, has_touch=True) for _one in range(2))

    # The first comes before it opens, from the activity's page, and is in line by one press
    first.goto(f"/activities/{session.activity.code}/")
    first.locator(".session__book a").click()
    expect(first.locator("[data-left]")).to_have_text(re.compile(r"00:4\d:\d\d"))
    fill(first, "林小满", "13800000001")
    screenshot(first, "booking-opens")
    assert_accessible(first)
    assert_fits(first)
    first.get_by_role("button", name="先排好，到点自动提交").click()
    expect(first.locator("[data-queue-line]")).to_have_text("已经排好，开约时自动提交")
    screenshot(first, "booking-queue")
    # The unit lets it open in a moment. The page that is loaded anew has what was typed, counts down to the new second,
    # and goes on by itself
    with shifted(stages.default_shift()):
        BookingTerms.objects.update(opens_at=now() + timedelta(seconds=3))
    first.goto(f"/sessions/{session.pk}/booking/?again")
    expect(first).to_have_url(re.compile(r"/booking/[0-9A-Z]{8}/"), timeout=20_000)
    expect(first.locator("main")).to_contain_text("预约成功")
    screenshot(first, "booking-ticket")
    kept = "() => Object.keys(sessionStorage).filter(name => name.startsWith('booking:')).length"
    assert first.evaluate(kept) == 0, "who has the ticket leaves name and number nowhere"

    # The second finds it full, waits, and is told where
    second.goto(f"/sessions/{session.pk}/booking/?second")
    fill(second, "周小寒", "13800000002")
    second.get_by_role("button", name="排候补").click()
    expect(second.locator("main")).to_contain_text("候补中，前面还有0组")
    screenshot(second, "booking-waiting")

    first.get_by_role("link", name="来不了，取消预约").click()
    first.get_by_role("button", name="确定取消").click()
    expect(first.locator("main")).to_contain_text("这个预约已经取消")

    second.reload()
    screenshot(second, "booking-offered")
    second.get_by_role("button", name="确认参加").click()
    expect(second.get_by_role("img", name="入场二维码")).to_be_visible()
    assert_accessible(second)
    assert_fits(second)
    assert list(Booking.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "confirmed"]


def test_lost_connection_keeps_the_place_and_what_is_full_names_other_sessions(
    open_page: Callable[..., Page], troubles: Any
) -> None:
    with shifted(stages.default_shift()):
        session = bookable(2)
        announce(session.activity)
    page = open_page(390, 844)
    page.goto(f"/sessions/{session.pk}/booking/")
    fill(page, "林小满", "13800000003")
    page.route("**/bookings", lambda route: route.abort())
    page.get_by_role("button", name="提交预约").click()
    expect(page.locator("[data-queue-said]")).to_contain_text("您的位置和填的内容都还在")
    page.unroute("**/bookings")
    expect(page.locator("main")).to_contain_text("预约成功")

    other = open_page(390, 844)
    other.goto(f"/sessions/{session.pk}/booking/")
    expect(other.locator("main")).to_contain_text("这一场已经约满")
    expect(other.locator("[data-others]")).to_be_visible()
    troubles.clear()
