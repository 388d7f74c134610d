"""Signing in with a second factor and with a passkey, in a real browser with an authenticator of its own."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from tests.accounts.signing import PASSWORD, code_of
from tests.browser.conftest import settle
from tests.cast import Cast
from tests.factories import ActivityFactory

# Tall enough that the bars which stick to the screen's edges cover nothing while axe measures
TALL = 8_000
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reviewers_need_one(cast: Cast, settings: Any) -> Cast:
    settings.SECOND_FACTOR_REQUIRED_FOR = "reviewers"
    for person in (cast.district_reviewer, cast.editor):
        person.set_password(PASSWORD)
        person.save()
    return cast


def give_authenticator(page: Page) -> None:
    """The device can keep passkeys and knows its owner."""
    developer = page.context.new_cdp_session(page)
    developer.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    developer.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def type_password(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile(r"^[^/]+//[^/]+/$"))


def test_reviewer_sets_up_a_passkey_and_comes_in_by_it_alone(
    reviewers_need_one: Cast,
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
) -> None:
    page = open_page(390, TALL)
    give_authenticator(page)
    page.goto("/desk/reviews/")
    type_password(page, reviewers_need_one.district_reviewer.email)
    expect(page.get_by_role("heading", name="先设置第二步验证")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="添加通行密钥").click()
    expect(page.get_by_label("给它起个名字")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("给它起个名字").fill("我的手机")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    expect(page.locator("#codes li")).to_have_count(10)
    assert_accessible(page)
    assert_fits(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载").click()
    assert saved.value.suggested_filename == "kepuyue-codes.txt"
    page.get_by_role("link", name="已经存好，继续").click()
    page.wait_for_url("**/desk/reviews/")
    page.goto("/accounts/")
    expect(page.get_by_text("我的手机").first).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    for link, heading in (("改名", "给通行密钥改名"), ("移除", "移除通行密钥"), ("换一组恢复码", "换一组恢复码"), ("更换邮箱", "更换登录邮箱")):  # fmt: skip
        page.goto("/accounts/")
        page.get_by_role("main").get_by_role("link", name=link).first.click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible() if link != "移除" else None
        assert_accessible(page)
        assert_fits(page)
    sign_out(page)

    page.goto("/accounts/login/?next=/desk/reviews/")
    page.get_by_role("button", name="使用通行密钥").click()

    page.wait_for_url("**/desk/reviews/")


def test_text_typed_into_an_expired_page_comes_back_after_password_and_code(
    reviewers_need_one: Cast,
    open_page: Callable[..., Page],
    troubles: list[str],
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
) -> None:
    page = open_page(1280, TALL)
    cast = reviewers_need_one
    draft: Activity = ActivityFactory(edition=cast.edition, organization=cast.own_unit)
    address = reverse("activities:edit", args=[draft.code, "basics"])
    page.goto(f"/accounts/login/?next={reverse('account')}")
    type_password(page, cast.editor.email)
    page.get_by_role("link", name="设置验证器应用").click()
    secret = page.locator("main code").inner_text()
    assert_accessible(page)
    assert_fits(page)
    # The code of the half minute before holds until this one ends: not to be typed on its last seconds
    time.sleep(max(0.0, time.time() % 30 - 20) and 30 - time.time() % 30)
    page.locator("[name=code]").fill(code_of(secret, steps=-1))
    page.get_by_role("button", name="启用").click()
    expect(page.locator("#codes li")).to_have_count(10)
    page.goto(address)
    # The sign-in goes away behind the page's back
    page.evaluate("document.querySelector('form[data-keep-input]').removeAttribute('hx-post')")
    kept = [cookie for cookie in page.context.cookies() if cookie["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(kept)

    page.locator("[name=title]").fill("打了很久的名字")
    settle(page)
    page.evaluate("document.querySelector('form[data-keep-input]').submit()")
    type_password(page, cast.editor.email)
    expect(page.get_by_role("heading", name="第二步验证")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="继续").click()

    expect(page.locator("[name=title]")).to_have_value("打了很久的名字")
    # What typing saved by itself was refused meanwhile, as it must be
    troubles[:] = [trouble for trouble in troubles if "401" not in trouble]
