"""What is typed in the registration reaches the server while one types, whatever happens to the line in between."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from kepuyue.activities.models import Activity
from tests.activities.acting import draft, fresh
from tests.browser.conftest import Troubles, settle
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return draft(cast, summary="")


@pytest.fixture
def opened(
    cast: Cast, activity: Activity, sign_in_browser: Callable[[Page, Any], None]
) -> Callable[[Page], Page]:
    def enter(page: Page) -> Page:
        sign_in_browser(page, cast.editor)
        page.goto(f"/desk/activities/{activity.code}/edit/basics/")
        return page

    return enter


def saved(page: Page) -> None:
    expect(page.locator("#save-state [data-saved]")).to_be_visible()


def test_what_is_typed_while_a_save_is_under_way_is_saved_next(
    opened: Callable[[Page], Page], phone: Page, activity: Activity
) -> None:
    """The answer to the first save comes late: the text that grew meanwhile goes with the second, as no conflict."""
    page = opened(phone)
    held: list[Route] = []
    page.route("**/edit/basics/", lambda route: held.append(route) if not held else route.continue_())
    summary = page.locator("[name=summary]")
    summary.fill("做一支火箭")
    summary.blur()
    page.wait_for_function("() => document.querySelector('.htmx-request')")
    summary.fill("做一支会喷水的火箭")
    summary.blur()
    held[0].continue_()

    saved(page)
    box = page.get_by_role("button", name="下一步").bounding_box()
    assert box, "the button is there"
    assert box["width"] > 2 * box["height"], "the word on the save leaves the buttons their width"
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(page.locator("[name=version]")).to_have_value("3")
    assert fresh(activity).summary == "做一支会喷水的火箭"
    assert "kept-input" not in str(page.evaluate("Object.keys(localStorage)"))


@pytest.mark.parametrize("how", ["offline", "overloaded"])
def test_what_could_not_be_saved_is_kept_and_saved_on_the_next_try(
    opened: Callable[[Page], Page], phone: Page, activity: Activity, troubles: Troubles, how: str
) -> None:
    page = opened(phone)
    if how == "offline":
        page.context.set_offline(True)
    else:
        page.route("**/edit/basics/", lambda route: route.fulfill(status=503, body="busy"))
    page.locator("[name=summary]").fill("做一支会喷水的火箭")
    page.locator("[name=summary]").blur()
    expect(page.locator(".trouble")).to_be_visible()
    assert fresh(activity).summary == ""

    page.context.set_offline(False)
    page.unroute_all()
    page.locator(".trouble [data-retry]").click()
    saved(page)
    expect(page.locator(".trouble")).to_have_count(0)
    assert fresh(activity).summary == "做一支会喷水的火箭"
    # The browser's own word on the failed request
    troubles.clear()


def test_page_closed_without_a_network_offers_the_text_again(
    opened: Callable[[Page], Page], phone: Page, activity: Activity, troubles: Troubles
) -> None:
    page = opened(phone)
    page.context.set_offline(True)
    page.locator("[name=summary]").fill("做一支会喷水的火箭")
    page.locator("[name=summary]").blur()
    expect(page.locator(".trouble")).to_be_visible()
    page.context.set_offline(False)

    page.reload()
    expect(page.locator("[name=summary]")).to_have_value("")
    page.locator("[data-restore]").click()
    expect(page.locator("[name=summary]")).to_have_value("做一支会喷水的火箭")
    saved(page)
    assert fresh(activity).summary == "做一支会喷水的火箭"
    troubles.clear()


def test_two_windows_of_one_person_overwrite_nothing(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    """What only one window changed stays, also with the saves that follow; what both changed is asked about."""
    left = opened(desktop)
    right = left.context.new_page()
    right.goto(left.url)
    left.locator("[name=summary]").fill("左边写的")
    left.locator("[name=summary]").blur()
    saved(left)
    for text in ("右边写的", "右边又写的"):
        with right.expect_response(lambda answer: answer.request.method == "POST"):
            right.locator("textarea[name=description]").fill(text)
            right.locator("textarea[name=description]").blur()
        settle(right)
        expect(right.locator("#save-state")).to_contain_text("一句话介绍刚刚在别处也改过")
    assert (fresh(activity).summary, fresh(activity).description) == ("左边写的", "右边又写的")

    right.locator("[name=summary]").fill("右边也写了")
    right.locator("[name=summary]").blur()
    expect(right.locator("#conflict-place")).to_contain_text("您在另一个窗口刚刚也修改了一句话介绍")
    assert fresh(activity).summary == "左边写的"
    right.get_by_role("button", name="保留我填写的").click()
    expect(right).to_have_url(re.compile("/edit/units/"))
    assert (fresh(activity).summary, fresh(activity).description) == ("右边也写了", "右边又写的")
