"""A family books at the opening second, the next is waitlisted, one gives back, the other takes it, and is scanned at a
door without a network: on three phones."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from kepuyue.bookings import tickets
from kepuyue.bookings.actions import ballots, checking_in
from kepuyue.bookings.actions.checking_in import Scan
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Ballot, Booking, BookingTerms, Channel, CheckIn, Quota
from kepuyue.core.time import now, shifted
from kepuyue.demo import stages
from kepuyue.organizations.models import Role
from tests.bookings.given import asks, bookable
from tests.bookings.test_ballots import ballot_for
from tests.browser.conftest import served_in_the_month
from tests.cast import Cast
from tests.factories import MembershipFactory
from tests.programme.given import announce

pytestmark = pytest.mark.django_db(transaction=True)
live_server = pytest.fixture(scope="module")(served_in_the_month)


# [lists that the phone carries, kept pages of the doors]
CARRIED = """() => new Promise(done => {
    const asked = indexedDB.open("door");
    asked.onsuccess = () => {
        asked.result.transaction("lists").objectStore("lists").count().onsuccess = async ({target}) =>
            done([target.result, (await caches.keys()).filter(name => name.startsWith("door-")).length]);
    };
})"""


def fill(page: Page, name: str, phone: str) -> None:
    page.get_by_label("您的姓名").fill(name)
    page.get_by_label("手机号", exact=False).first.fill(phone)
    page.get_by_label("一共几个人来").select_option("2")
    page.get_by_label("我看过上面的说明").check()


def film(path: Path, text: str) -> None:
    """A film of two frames in which somebody holds the code before the camera."""
    width, height = 480, 360
    drawn = BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=5)
    code = Image.open(drawn).convert("L")
    frame = Image.new("L", (width, height), 90)
    frame.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    gray = bytes([128]) * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + 2 * (b"FRAME\n" + frame.tobytes() + gray))


def test_seats_are_booked_at_the_opening_second_given_back_taken_by_the_next_and_scanned_without_a_network(
    open_page: Callable[..., Page], assert_accessible: Callable[[Page], None], assert_fits: Callable[[Page], None],
    screenshot: Callable[..., None], open_with_camera: Callable[[Path], Browser], tmp_path: Path,
    sign_in_browser: Callable[[Page, Any], None],
) -> None:  # fmt: skip
    with shifted(stages.default_shift()):
        session = bookable(2, waitlist_most=5, opens_at=now() + timedelta(minutes=50), in_days=0.2)
        Quota.objects.create(terms=session.booking_terms, channel=Channel.WALK_IN, capacity=3)
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

    # At the door the network is lost after the list was taken along. The ticket comes in once, and one of before not
    booking = Booking.objects.latest("pk")
    owner = MembershipFactory(organization=session.activity.organization, role=Role.OWNER).user
    film(tmp_path / "camera.y4m", tickets.text_of(booking))
    door = open_page(
        390, 844, browser=open_with_camera(tmp_path / "camera.y4m"), is_mobile=True, has_touch=True
    )
    sign_in_browser(door, owner)
    door.goto("/door/")
    door.get_by_role("link", name=session.activity.title).click()
    expect(door.locator("[data-carried]:not([hidden])")).to_be_attached()
    door.get_by_text("入口名称、实到人数").click()
    door.get_by_label("入口名称").fill("东门")
    door.context.set_offline(True)
    door.reload()
    door.get_by_role("button", name="扫入场码").click()
    verdict, network = door.locator("[data-verdict]"), door.locator("[data-network]")
    expect(verdict).to_contain_text("可以入场")
    expect(verdict).to_contain_text("2人")
    expect(network).to_contain_text("1条待上传")
    screenshot(door, "door-in-offline")
    door.get_by_role("button", name="关闭相机").click()
    type_code(door, booking.code)
    expect(verdict).to_contain_text("已经进过")
    expect(verdict).to_contain_text("东门")
    type_code(door, Booking.objects.earliest("pk").code)
    expect(verdict).to_contain_text("预约已取消")
    door.get_by_label("没有预约的，一起来了几个人").fill("4")
    door.get_by_role("button", name="放行").click()
    expect(verdict).to_contain_text("现场名额已满")
    assert not CheckIn.objects.exists()

    # Meanwhile another door has let the same ticket in, a little earlier: the phone learns of it when it sends its own
    with shifted(stages.default_shift()):
        scan = Scan("1", now() - timedelta(minutes=9), booking.code)
        checking_in.sync(session, [scan], device="other", door="西门", by=owner)
    door.context.set_offline(False)
    expect(network).to_have_text("在线")
    assert [(one.result, one.door, one.seats) for one in CheckIn.objects.order_by("pk")] == [
        ("first", "西门", 2), ("conflict", "东门", 2), ("again", "东门", 2),
    ]  # fmt: skip
    expect(door.locator("[data-conflicts]")).to_contain_text("西门进了2人")
    screenshot(door, "door-online")
    assert_accessible(door)
    assert_fits(door)
    door.goto(f"/desk/activities/{session.activity.code}/bookings/")
    expect(door.locator("[data-figure=in]")).to_have_text("2")
    expect(door.locator("main")).to_contain_text("1张票在两处都放行了")
    screenshot(door, "door-desk")
    assert door.evaluate(CARRIED) == [1, 1]
    door.locator(".menu summary").last.click()
    door.get_by_role("button", name="退出登录").click()
    expect(door).not_to_have_url(re.compile("/desk/"))
    assert door.evaluate(CARRIED) == [0, 0], "who signs out leaves no list of people on the phone"


def type_code(page: Page, code: str) -> None:
    page.get_by_label("预约号或入场码").fill(f"{code[:4].lower()} {code[4:]}")
    page.get_by_label("预约号或入场码").press("Enter")


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


def test_draw_is_done_again_on_the_reader_s_device_and_a_changed_file_is_found_out(
    open_page: Callable[..., Page], assert_fits: Callable[[Page], None], cast: Cast
) -> None:
    with shifted(stages.default_shift()):
        session = ballot_for(cast, 3, source="当天的收盘指数", waitlist_most=2)
        announce(session.activity)
        take([asks(session, number, seats=1 + number % 2) for number in range(9)])
    with shifted(session.starts_at - timezone.now() - timedelta(days=1)):
        ballots.draw(Ballot.objects.get(), by=cast.owner, public_value="3210.98")
    page = open_page(390, 844)
    page.goto(f"/draws/{session.pk}/")

    page.get_by_role("button", name="在我的设备上重算一遍").click()

    expect(page.locator("[data-draw-said]")).to_contain_text("重算的结果和公布的一样")
    assert_fits(page)

    def changed(route: Route) -> None:
        file = route.fetch().json()
        file["entries"][0]["seats"] += 1
        route.fulfill(json=file)

    page.route("**/draw.json", changed)
    page.get_by_role("button", name="在我的设备上重算一遍").click()
    expect(page.locator("[data-draw-said]")).to_contain_text("名单和它的摘要对不上")


# [lines of the site's name, whether the button's picture has the color of its words]
LOOKS = """() => {
    const name = document.querySelector(".header .brand__name"), range = document.createRange();
    range.selectNodeContents(name);
    const lines = new Set([...range.getClientRects()].map(box => Math.round(box.bottom)));
    const button = document.querySelector(".key__booking .button");
    return [lines.size, getComputedStyle(button.querySelector(".icon")).color == getComputedStyle(button).color];
}"""


@pytest.mark.parametrize("size", ["standard", "large"])
def test_name_of_the_site_and_the_button_s_picture_are_read_on_a_phone(phone: Page, size: str) -> None:
    session = bookable(5)
    edition = session.activity.edition
    edition.name = "2024年深圳科普月"
    edition.save()
    announce(session.activity)

    phone.goto(f"/activities/{session.activity.code}/")
    phone.evaluate("size => document.documentElement.dataset.print = size", size)
    lines, is_legible = phone.evaluate(LOOKS)

    assert lines <= 2 and is_legible
