"""The reviewer's desk by keyboard: fifty plain activities, each opened, at most two keys for each.

What is counted is keys pressed. The server tells in the end what was approved, and that each was opened.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Looking, Sampling, Submission
from tests.browser.conftest import settle
from tests.cast import Cast
from tests.factories import ActivityFactory, SubmissionFactory, complete_content

pytestmark = pytest.mark.django_db(transaction=True)

# Fifty are what the desk promises; a dozen find the same faults
MANY, IN_THE_GATE = 50, 12


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)


def ready(page: Page) -> None:
    """Wait until the page says that keys are read: with the next activity drawn and its title focused."""
    settle(page)
    expect(page.locator("[data-keys-hint]").first).to_be_visible()


def waiting(cast: Cast, title: str) -> Submission:
    activity = ActivityFactory(organization=cast.own_unit, state="submitted", sessions=1, title=title)
    return SubmissionFactory(activity=activity, content=complete_content(title=title, title_en="A walk"))


@pytest.fixture
def desk(cast: Cast, desktop: Page, sign_in_browser: Callable[[Page, Any], None]) -> Page:
    sign_in_browser(desktop, cast.district_reviewer)
    return desktop


def test_fifty_plain_activities_are_opened_and_approved_with_two_keys_each_at_most(
    cast: Cast, desk: Page, is_long: bool
) -> None:
    many = MANY if is_long else IN_THE_GATE
    titles = [f"第{chr(0x4E00 + number)}号观察站的一天" for number in range(many)]
    rows = [waiting(cast, title) for title in titles]
    keys = Keys(desk)
    desk.goto("/desk/reviews/")
    ready(desk)

    keys.press("j")
    keys.press("Enter")
    for done in range(many):
        heading = desk.locator("h1[data-key-start]")
        expect(heading).to_have_text(titles[done])
        expect(desk).to_have_title(re.compile(titles[done]))
        ready(desk)
        keys.press("a")
    expect(desk.get_by_text("都处理完了")).to_be_visible()

    assert keys.count <= 2 * many
    assert keys.count == many + 2
    assert (
        list(Submission.objects.filter(pk__in=[row.pk for row in rows]).values_list("step", flat=True))
        == [1] * many
    )
    opened = Looking.objects.filter(person=cast.district_reviewer, step=0)
    assert set(opened.values_list("submission", flat=True)) == {row.pk for row in rows}


def test_keys_only_write_while_one_writes_and_a_remark_comes_by_number(cast: Cast, desk: Page) -> None:
    cast.own_district.remarks.create(text="请写清楚在几楼集合。")
    first = waiting(cast, "水滴里的世界")
    desk.goto(f"/desk/reviews/{first.pk}/")
    ready(desk)

    desk.keyboard.press("1")
    desk.keyboard.press("r")
    desk.keyboard.press("End")
    desk.keyboard.type("a也要写地址")
    expect(desk.locator("[name=note]")).to_have_value("请写清楚在几楼集合。a也要写地址")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("已退回：水滴里的世界")).to_be_visible()

    review = Submission.objects.get(pk=first.pk).reviews.get()
    assert (review.decision, review.note) == ("returned", "请写清楚在几楼集合。a也要写地址")


def test_wrong_key_is_taken_back_by_one_key(cast: Cast, desk: Page) -> None:
    first, second = waiting(cast, "水滴里的世界"), waiting(cast, "石头会说话")
    desk.goto(f"/desk/reviews/{first.pk}/")
    ready(desk)

    desk.keyboard.press("a")
    expect(desk.locator("h1[data-key-start]")).to_have_text("石头会说话")
    ready(desk)
    desk.keyboard.press("z")
    expect(desk.get_by_text("已收回，请重新决定。")).to_be_visible()

    first.refresh_from_db()
    assert (first.step, first.turn, second.state) == (0, cast.own_district, "pending")
    assert list(first.reviews.values_list("decision", flat=True)) == ["taken_back"]


def test_list_of_keys_opens_and_closes_by_keyboard(
    cast: Cast, desk: Page, assert_accessible: Callable[[Page], None]
) -> None:
    waiting(cast, "水滴里的世界")
    desk.goto("/desk/reviews/")
    ready(desk)

    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("Escape")

    expect(desk.get_by_role("dialog")).to_have_count(0)


def test_whole_page_is_ticked_at_once_and_what_to_do_with_it_stays_in_sight(cast: Cast, desk: Page) -> None:
    for number in range(12):
        waiting(cast, f"观察站{chr(0x4E00 + number)}")
    desk.goto("/desk/reviews/")

    desk.locator("thead [data-tick-all]").check()

    expect(desk.locator("[data-ticked-count]")).to_have_text("12")
    expect(desk.locator("#many [name=row]:checked")).to_have_count(12)
    expect(desk.get_by_role("button", name="通过勾选的")).to_be_in_viewport()
    desk.locator("#many [name=row]").first.uncheck()
    expect(desk.locator("[data-ticked-count]")).to_have_text("11")
    expect(desk.locator("thead [data-tick-all]")).not_to_be_checked()


def test_note_on_a_phone_lies_over_no_tick_box(
    cast: Cast, phone: Page, sign_in_browser: Callable[[Page, Any], None]
) -> None:
    for number in range(3):
        waiting(cast, f"观察站{chr(0x4E00 + number)}")
    sign_in_browser(phone, cast.district_reviewer)
    phone.goto("/desk/reviews/")
    phone.get_by_text("常用筛选").click()
    phone.get_by_label("把现在的筛选存为").fill("全部")
    phone.get_by_role("button", name="保存").click()

    note = phone.locator("#toasts .toast")
    expect(note).to_be_visible()
    phone.wait_for_load_state()  # before its styles are there, everything lies elsewhere
    note_box = note.bounding_box()
    assert note_box is not None
    for box in phone.locator("#many [name=row]").all():
        place = box.bounding_box()
        assert place is not None
        assert place["y"] > note_box["y"] + note_box["height"]
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(note).not_to_be_in_viewport()


def test_unit_is_picked_from_what_the_server_offers(cast: Cast, desk: Page) -> None:
    waiting(cast, "水滴里的世界")
    desk.goto("/desk/reviews/")

    desk.locator("#queue-unit").press_sequentially("少年")
    expect(desk.locator("#queue-units option")).to_have_count(1)
    assert desk.locator("#queue-units option").get_attribute("value") == cast.own_unit.name
    desk.locator("#queue-unit").fill(cast.own_unit.name)
    desk.keyboard.press("Enter")

    expect(desk.get_by_text(f"只看：{cast.own_unit.name}")).to_be_visible()
    assert desk.url.endswith(f"unit={cast.own_unit.code}")


def test_what_was_drawn_is_read_by_the_same_keys(cast: Cast, desk: Page) -> None:
    for title in ("水滴里的世界", "月亮的背面"):
        row = waiting(cast, title)
        row.state, row.draw = "approved", {"number": 1, "value": 0.1, "share": 0.2}
        row.save()
        Sampling.objects.create(submission=row, turn=cast.own_district)
    desk.goto("/desk/reviews/?show=sampling")
    ready(desk)

    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text("水滴里的世界")
    ready(desk)
    desk.keyboard.press("a")
    expect(desk.locator("h1")).to_have_text("月亮的背面")
    ready(desk)
    desk.keyboard.press("r")
    expect(desk.get_by_label("意见")).to_be_focused()
    desk.keyboard.type("请更正时间")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("没有等待抽查的活动")).to_be_visible()

    assert list(Sampling.objects.order_by("pk").values_list("state", "note")) == [
        ("fine", ""),
        ("returned", "请更正时间"),
    ]
