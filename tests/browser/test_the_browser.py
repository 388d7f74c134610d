"""What the browser tests stand on does what it says."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Troubles
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_health_page_answers(phone: Page) -> None:
    answer = phone.goto("/healthz")

    assert answer is not None
    assert answer.json() == {"status": "ok"}


def test_console_error_is_noticed(desktop: Page, troubles: Troubles) -> None:
    desktop.goto("/healthz")

    desktop.evaluate("console.error('oh')")

    assert troubles == ["console: oh"]
    troubles.clear()


def test_unnamed_picture_is_noticed(desktop: Page, assert_accessible: Callable[[Page], None]) -> None:
    desktop.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main>")

    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(desktop)


def test_signed_in_visitor_reaches_the_desk(
    cast: Cast, desktop: Page, sign_in_browser: Callable[[Page, Any], None]
) -> None:
    sign_in_browser(desktop, cast.owner)

    answer = desktop.goto("/desk/")

    assert answer is not None
    assert answer.status == 200
