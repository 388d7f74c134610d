"""Sessions in the grid: by keys, from a spreadsheet, many at once, on a phone, without a network, without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity, Session
from tests.activities.acting import draft
from tests.browser.conftest import Troubles
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]

PASTE = """text => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return draft(cast, sessions=[])


@pytest.fixture
def opened(
    cast: Cast, activity: Activity, sign_in_browser: Callable[[Page, Any], None]
) -> Callable[[Page], Page]:
    """The step of sessions in that page."""

    def enter(page: Page) -> Page:
        sign_in_browser(page, cast.editor)
        page.goto(f"/desk/activities/{activity.code}/edit/sessions/")
        expect(page.locator("[data-grid]")).to_have_attribute("data-ready", "true")
        return page

    return enter


def saved(page: Page) -> None:
    expect(page.locator("#save-state [data-saved]")).to_be_visible()


def stored(activity: Activity) -> list[tuple[str, str, str]]:
    """(start, end, venue) of each session, in the edition's zone."""
    zone = activity.edition.zone
    return [
        (
            f"{one.starts_at.astimezone(zone):%m-%d %H:%M}",
            f"{one.ends_at.astimezone(zone):%H:%M}" if one.ends_at else "",
            one.venue.name if one.venue else "",
        )
        for one in activity.sessions.select_related("venue")
    ]


def type_keys(page: Page, *keys: str) -> None:
    """A key by its name, anything else letter by letter."""
    for key in keys:
        if key in {"Tab", "Enter", "Escape", "Delete", "F2", "Home"} or key.startswith(
            ("Arrow", "Control+", "Shift+")
        ):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def make_weekends(page: Page) -> None:
    page.get_by_label("周日").check()
    page.get_by_label("除了").fill("9/15")
    page.get_by_label("时间，一天多场用逗号隔开").fill("10-11:30, 下午2点-3点半")
    page.locator(".grid__maker").get_by_label("场地").fill("科学馆")


def test_twelve_sessions_on_weekends_are_made_by_one_rule(
    opened: Callable[[Page], Page],
    desktop: Page,
    activity: Activity,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = opened(desktop)
    expect(page.get_by_text("写上时间，就能看到会添加哪些场次。")).to_be_visible()
    make_weekends(page)
    expect(page.get_by_text("将添加16场：9/1 周日、9/7 周六、9/8 周日")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_role("row")).to_have_count(17)
    assert_accessible(page)
    saved(page)
    found = stored(activity)
    assert found[:2] == [("09-01 10:00", "11:30", "科学馆"), ("09-01 14:00", "15:30", "科学馆")]
    assert not [row for row in found if row[0].startswith("09-15")]
    assert len(found) == 16


def test_session_is_typed_changed_and_taken_back_by_keys_alone(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    page = opened(desktop)
    page.get_by_role("button", name="加一场").focus()
    type_keys(page, "Enter", "9/14", "Tab", "14-16", "Tab", "Tab", "天文馆", "Control+Enter", "9.21", "Enter")
    saved(page)
    assert stored(activity) == [("09-14 14:00", "16:00", "天文馆"), ("09-21 14:00", "16:00", "天文馆")]

    # Down the column of starts: another time, the one above again, and back
    cell = page.get_by_role("row").nth(2).get_by_role("gridcell").nth(2)
    cell.click()
    type_keys(page, "1530", "Escape")
    expect(cell).to_have_text("14:00")
    type_keys(page, "1530", "Enter")
    expect(cell).to_have_text("15:30")
    cell.click()
    type_keys(page, "Control+d")
    expect(cell).to_have_text("14:00")
    type_keys(page, "Control+z")
    expect(cell).to_have_text("15:30")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="人群和预约", level=2)).to_be_visible()
    assert stored(activity)[1] == ("09-21 15:30", "16:00", "天文馆")


def test_rows_copied_in_a_spreadsheet_are_pasted(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    page = opened(desktop)
    page.get_by_role("button", name="加一场").click()
    page.keyboard.press("Escape")
    page.evaluate(PASTE, "2024/9/14\t9:30\t11:00\t科学馆\r\n2024-9-21（周六）\t14:00-16:00\t图书馆\r\n")
    expect(page.get_by_role("row")).to_have_count(3)
    page.evaluate(PASTE, "日期\t场地\t开始\t名额\r\n9月28日\t少年宫\t下午3点\t30人\r\n")

    expect(page.get_by_role("row")).to_have_count(4)
    saved(page)
    assert stored(activity) == [
        ("09-14 09:30", "11:00", "科学馆"), ("09-21 14:00", "16:00", "图书馆"), ("09-28 15:00", "", "少年宫"),
    ]  # fmt: skip
    last = activity.sessions.last()
    assert last is not None
    assert last.capacity == 30


def test_chosen_rows_are_changed_moved_and_removed_together(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    page = opened(desktop)
    make_weekends(page)
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="全选").check()
    bar = page.get_by_role("group", name="改所选的")
    bar.get_by_label("修改哪一项").select_option("日期顺延几天")
    bar.get_by_label("新的内容").fill("1")
    page.keyboard.press("Enter")
    bar.get_by_label("修改哪一项").select_option("场地")
    bar.get_by_label("新的内容").fill("天文馆")
    bar.get_by_role("button", name="改所选的").click()
    page.get_by_role("checkbox", name="全选").uncheck()
    for row in (1, 2):
        page.get_by_role("row").nth(row).get_by_role("checkbox").check()
    bar.get_by_role("button", name="删除所选").click()

    expect(page.get_by_role("row")).to_have_count(15)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("row")).to_have_count(17)
    page.get_by_role("button", name="重做").click()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="人群和预约", level=2)).to_be_visible()
    assert stored(activity)[0] == ("09-08 10:00", "11:30", "天文馆")
    assert len(stored(activity)) == 14


def test_fault_stands_in_its_cell_and_goes_when_mended(
    opened: Callable[[Page], Page],
    desktop: Page,
    activity: Activity,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = opened(desktop)
    page.get_by_role("button", name="加一场").click()
    type_keys(page, "9/31", "Tab", "14-16", "Enter")
    cell = page.get_by_role("row").nth(1).get_by_role("gridcell").nth(1)
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("填对的已保存")).to_be_visible()
    assert_accessible(page)
    cell.click()
    type_keys(page, "9/30", "Enter")

    saved(page)
    expect(cell).not_to_have_attribute("aria-invalid", "true")
    assert stored(activity) == [("09-30 14:00", "16:00", "")]


def test_four_hundred_rows_send_only_the_one_that_was_touched(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    start = activity.edition.starts_on
    Session.objects.bulk_create(
        Session(activity=activity, starts_at=f"{start}T{n // 60 % 24:02}:{n % 60:02}:00Z", note=f"第{n}场")
        for n in range(400)
    )
    sent: list[str] = []
    desktop.on("request", lambda asked: asked.method == "POST" and sent.append(asked.post_data or ""))
    page = opened(desktop)
    expect(page.get_by_text("共400场")).to_be_visible()
    row = page.get_by_role("row").nth(200)
    row.get_by_role("gridcell").nth(4).dblclick()
    type_keys(page, "天文馆", "Enter")

    saved(page)
    assert Session.objects.filter(activity=activity, venue__name="天文馆").count() == 1
    assert sent[-1].count("starts_on") == 1
    # And one more is not added
    page.get_by_role("button", name="加一场").click()
    expect(page.get_by_text("共400场")).to_be_visible()


def test_on_a_phone_a_tap_opens_a_cell(
    opened: Callable[[Page], Page],
    phone: Page,
    activity: Activity,
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
) -> None:
    page = opened(phone)
    page.get_by_text("批量生成场次").tap()
    make_weekends(page)
    page.get_by_role("button", name="添加这些场次").tap()
    row = page.get_by_role("row").nth(1)
    row.get_by_role("gridcell").nth(2).tap()
    row.locator("input.grid__input").fill("09:00")
    row.get_by_role("gridcell").nth(5).tap()
    row.locator("input.grid__input").fill("二楼")
    page.keyboard.press("Enter")

    saved(page)
    assert_accessible(page)
    assert_fits(page)
    first = activity.sessions.first()
    assert first is not None
    assert (stored(activity)[0][0], first.place) == ("09-01 09:00", "二楼")


def test_what_is_typed_without_a_network_is_brought_back(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity, troubles: Troubles
) -> None:
    page = opened(desktop)
    page.context.set_offline(True)
    page.get_by_role("button", name="加一场").click()
    type_keys(page, "9/14", "Tab", "14-16", "Enter")
    expect(page.locator(".trouble")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_role("row")).to_have_count(0)
    page.locator("[data-restore]").click()

    expect(page.get_by_role("row")).to_have_count(2)
    saved(page)
    assert stored(activity) == [("09-14 14:00", "16:00", "")]
    # The browser's own word on the failed request
    troubles.clear()


def test_without_scripts_the_rows_are_an_ordinary_form(
    cast: Cast,
    activity: Activity,
    open_page: Callable[..., Page],
    sign_in_browser: Callable[[Page, Any], None],
) -> None:
    page = open_page(1280, 800, java_script_enabled=False)
    sign_in_browser(page, cast.editor)
    page.goto(f"/desk/activities/{activity.code}/edit/sessions/")
    page.locator("[name=sessions-0-starts_on]").fill("2024-09-14")
    page.locator("[name=sessions-0-starts_at]").fill("14:00")
    page.get_by_role("button", name="下一步").click()

    expect(page.get_by_role("heading", name="人群和预约", level=2)).to_be_visible()
    assert stored(activity) == [("09-14 14:00", "", "")]


def test_known_place_is_offered_while_one_types(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    from tests.factories import VenueFactory

    VenueFactory(name="深圳市少年宫", address="福中一路2002号")
    page = opened(desktop)
    page.get_by_role("button", name="加一场").click()
    type_keys(page, "9/14", "Tab", "14-16", "Tab", "Tab", "少年宫")
    expect(page.get_by_role("option", name="深圳市少年宫")).to_be_visible()
    type_keys(page, "ArrowDown", "Enter", "Enter")

    saved(page)
    assert stored(activity) == [("09-14 14:00", "16:00", "深圳市少年宫")]
