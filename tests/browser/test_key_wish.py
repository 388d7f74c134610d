"""The box in the registration by which a unit puts its activity forward as a key one."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.activities.acting import draft, fresh
from tests.browser.conftest import settle
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]
Check = Callable[..., None]


def test_box_is_sent_by_itself_and_the_form_goes_on(
    cast: Cast, phone: Page, sign_in_browser: Callable[[Page, Any], None], assert_accessible: Check,
    assert_fits: Check, screenshot: Callable[..., None],
) -> None:  # fmt: skip
    activity = draft(cast)
    sign_in_browser(phone, cast.editor)
    phone.goto(f"/desk/activities/{activity.code}/edit/classification/")
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    box = phone.get_by_label("推荐为重点活动")
    box.check()
    expect(phone.locator("#key-wish").get_by_role("status")).to_have_text("待认定")
    settle(phone)

    assert [url.rsplit("/", 2)[-2] for url in sent] == ["wish"]
    assert fresh(activity).is_key
    expect(box).to_be_focused()
    assert_accessible(phone)
    assert_fits(phone)
    screenshot(phone, "key-wish")

    phone.get_by_role("button", name="下一步").click()
    phone.wait_for_url("**/edit/sessions/")
    assert fresh(activity).is_key
