"""A key for a program is shown once, and is not typed off a phone by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[..., None]


def test_a_new_token_is_copied_by_a_tap(
    cast: Cast,
    phone: Page,
    sign_in_browser: Callable[[Page, Any], None],
    assert_accessible: Check,
    assert_fits: Check,
) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in_browser(phone, cast.owner)
    phone.goto("/desk/interface/tokens/new/")
    phone.get_by_label("用途").fill("图书馆系统")
    phone.locator("[value='activities:write']").check()
    phone.get_by_role("button", name="建立").click()

    copy = phone.get_by_role("button", name="复制")
    copy.tap()

    expect(phone.get_by_role("button", name="已复制")).to_be_visible()
    copied = phone.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("kpy_") and copied == phone.get_by_label("密钥").input_value()
    assert_accessible(phone)
    assert_fits(phone)


def test_a_browser_without_a_clipboard_marks_the_token(
    cast: Cast, phone: Page, sign_in_browser: Callable[[Page, Any], None]
) -> None:
    phone.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    sign_in_browser(phone, cast.owner)
    phone.goto("/desk/interface/tokens/new/")
    phone.get_by_label("用途").fill("图书馆系统")
    phone.locator("[value='activities:write']").check()
    phone.get_by_role("button", name="建立").click()
    field = phone.get_by_label("密钥")
    phone.get_by_role("button", name="复制").tap()

    expect(field).to_be_focused()
    assert field.evaluate("(one) => one.value.slice(one.selectionStart, one.selectionEnd) === one.value")
