"""The components page in a real browser: every component is accessible and fits, in every way of showing it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)

# Tall enough that the bars which stick to the screen's edges cover nothing while axe measures
TALL = 32_000


@pytest.mark.parametrize(
    ("width", "scheme", "size"),
    [
        (1280, "light", "standard"),
        (1280, "dark", "standard"),
        (390, "dark", "standard"),
        (390, "light", "large"),
    ],
)
def test_components_are_accessible_and_fit(
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
    width: int,
    scheme: str,
    size: str,
) -> None:
    page = open_page(width, TALL, color_scheme=scheme)
    page.goto("/components/")
    page.evaluate("size => document.documentElement.dataset.print = size", size)

    assert_accessible(page)
    assert_fits(page)


def test_components_fit_the_narrowest_phone(
    open_page: Callable[..., Page], assert_fits: Callable[[Page], None]
) -> None:
    page = open_page(320, 640)

    page.goto("/components/")

    assert_fits(page)


def test_theme_and_print_change_at_once_and_stay(desktop: Page) -> None:
    desktop.goto("/components/")
    desktop.get_by_label("语言与显示").click()

    desktop.get_by_role("button", name="深色").click()
    desktop.get_by_role("button", name="大字高对比").click()

    expect(desktop.locator("html")).to_have_attribute("data-theme", "dark")
    desktop.reload()
    expect(desktop.locator("html")).to_have_attribute("data-theme", "dark")
    expect(desktop.locator("html")).to_have_css("font-size", "20px")


def test_theme_changes_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, java_script_enabled=False)
    page.goto("/components/")

    page.locator("summary").first.click()
    page.locator("button[name=theme][value=dark]").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_dialog_opens_and_escape_closes_it(desktop: Page) -> None:
    desktop.goto("/components/")

    desktop.locator("[data-dialog-open]").click()
    expect(desktop.get_by_role("dialog")).to_be_visible()
    desktop.keyboard.press("Escape")

    expect(desktop.get_by_role("dialog")).to_be_hidden()


def type_and_leave(page: Page) -> None:
    """Type into the sample form and lose the page before anything is sent."""
    page.goto("/components/")
    page.locator("#blank_title").fill("红树林观鸟")
    page.locator("#blank_mode").get_by_text("线上", exact=True).click()
    page.wait_for_function("() => localStorage.getItem('kept-input:showcase')?.includes('online')")
    page.reload()


def test_typed_text_comes_back_when_asked_for(phone: Page) -> None:
    type_and_leave(phone)
    expect(phone.locator("#blank_title")).to_have_value("")

    phone.get_by_role("button", name="恢复这些内容").click()

    expect(phone.locator("#blank_title")).to_have_value("红树林观鸟")
    expect(phone.locator("#blank_mode input[value=online]")).to_be_checked()


def test_typed_text_is_deleted_when_not_wanted(phone: Page) -> None:
    type_and_leave(phone)

    phone.get_by_role("button", name="不需要，删除").click()
    phone.reload()

    expect(phone.locator(".kept")).to_have_count(0)


def test_sign_in_password_is_never_kept(phone: Page) -> None:
    phone.goto("/components/")
    phone.evaluate(
        "() => { const field = document.createElement('input'); field.type = 'password'; field.name = 'secret';"
        " document.querySelector('[data-keep-input]').append(field) }"
    )

    phone.locator("[name=secret]").fill("not for the shelf")
    phone.locator("#blank_title").fill("观月")
    phone.wait_for_function("() => localStorage.getItem('kept-input:showcase')?.includes('观月')")

    kept: Any = phone.evaluate("() => localStorage.getItem('kept-input:showcase')")
    assert "shelf" not in kept
