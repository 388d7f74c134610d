"""What needs a browser: units that look alike are named while a name is typed."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.organizations.models import Organization
from tests.browser.conftest import settle
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_units_that_look_alike_are_named_while_typing(
    cast: Cast, phone: Page, assert_accessible: Any
) -> None:
    phone.goto("/desk/units/registration/")

    phone.locator("[name=name]").press_sequentially("福田区青少年宫")

    expect(phone.locator("#near-units")).to_contain_text("福田区少年宫")
    assert_accessible(phone)
    phone.locator("[name=name]").fill("完全不同的一个单位")
    expect(phone.locator("#near-units")).not_to_contain_text("福田区少年宫")


def test_link_is_made_by_an_owner_and_opened_by_a_newcomer(
    cast: Cast, open_page: Callable[..., Page], sign_in_browser: Callable[[Page, Any], None]
) -> None:
    desk, visitor = open_page(1280, 800), open_page(390, 844)
    sign_in_browser(desk, cast.owner)
    desk.goto(f"/desk/units/{cast.own_unit.code}/invitations/")
    desk.get_by_role("button", name="发出邀请").click()
    link = desk.get_by_role("textbox", name="邀请链接").input_value()

    visitor.goto(link)
    visitor.locator("[name=name]").fill("新同事")
    visitor.locator("[name=email]").fill("new@example.org")
    visitor.locator("[name=password]").fill("rainbow-school-1")
    visitor.get_by_role("button", name="建立账号并加入").click()

    expect(visitor.get_by_role("heading", level=1)).to_contain_text("新同事")
    desk.reload()
    expect(desk.get_by_role("table")).to_contain_text("新同事")
    expect(desk.get_by_role("textbox", name="邀请链接")).to_have_count(0)


def test_two_records_are_merged_with_the_keyboard(
    cast: Cast, desktop: Page, sign_in_browser: Callable[[Page, Any], None]
) -> None:
    sign_in_browser(desktop, cast.office)
    desktop.goto(f"/desk/units/{cast.other_unit.code}/merger/?other={cast.own_unit.code}")

    desktop.locator(f"#side-{cast.own_unit.code}").focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Enter")
    settle(desktop)

    expect(desktop.get_by_role("heading", level=1)).to_contain_text("福田区少年宫")
    assert Organization.objects.get(pk=cast.other_unit.pk).merged_into == cast.own_unit
