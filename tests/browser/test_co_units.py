"""Who takes part is found while one types, by thumb and by keys; a unit nobody knows yet counts as typed."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from tests.activities.acting import draft
from tests.cast import Cast
from tests.factories import UnitFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return draft(cast)


@pytest.fixture
def opened(
    cast: Cast, activity: Activity, sign_in_browser: Callable[[Page, Any], None]
) -> Callable[[Page], Page]:
    def enter(page: Page) -> Page:
        UnitFactory(name="深圳市天文学会")
        sign_in_browser(page, cast.editor)
        page.goto(f"/desk/activities/{activity.code}/edit/units/")
        return page

    return enter


def empty_row(page: Page) -> Any:
    """The name of one more unit, with nothing in it yet."""
    page.get_by_role("button", name="再加一行").click()
    name = page.locator("[name^=participations-][name$=-name]").last
    expect(name).to_have_value("")
    return name


def test_further_unit_is_a_co_organizer_until_one_says_otherwise(
    opened: Callable[[Page], Page], desktop: Page
) -> None:
    page = opened(desktop)
    empty_row(page)

    expect(page.locator("[name^=participations-][name$=-role]").first).to_have_value("host")
    expect(page.locator("[name^=participations-][name$=-role]").last).to_have_value("co_organizer")


def taking_part(activity: Activity) -> dict[str, bool]:
    """Each unit's name, and whether the house knows it."""
    return {one.name: one.organization_id is not None for one in activity.participations.all()}


def test_known_unit_is_found_by_part_of_its_name_and_tapped(
    opened: Callable[[Page], Page],
    phone: Page,
    activity: Activity,
    assert_fits: Callable[[Page], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = opened(phone)
    name = empty_row(page)
    name.tap()
    page.keyboard.type("天文学")
    option = page.get_by_role("option", name="深圳市天文学会")
    expect(option).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    option.tap()
    expect(name).to_have_value("深圳市天文学会")
    expect(page.locator("#save-state [data-saved]")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")

    assert taking_part(activity)["深圳市天文学会"]


def test_unknown_unit_counts_as_typed(
    opened: Callable[[Page], Page], desktop: Page, activity: Activity
) -> None:
    page = opened(desktop)
    empty_row(page).click()
    page.keyboard.type("月亮湾天文社")
    page.keyboard.press("Tab")
    expect(page.locator("#save-state [data-saved]")).to_be_visible()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="分类", level=2)).to_be_visible()

    assert taking_part(activity)["月亮湾天文社"] is False
