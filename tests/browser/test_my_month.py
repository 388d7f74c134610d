"""Activities are kept on a phone without an account, and read where there is no network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import ChangeNotice
from tests.programme.given import published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]


def test_what_is_kept_is_read_without_a_network(
    phone: Page, assert_accessible: Callable[[Page], None], assert_fits: Callable[[Page], None]
) -> None:
    page = phone
    birds, stars = published(title="湿地观鸟"), published(title="秋夜观星")
    page.goto("/my-month/")
    expect(page.get_by_text("还没有收藏活动")).to_be_visible()
    assert_accessible(page)

    page.goto("/activities/")
    page.get_by_role("button", name="收藏：湿地观鸟").tap()
    expect(page.locator("[data-kept-count]")).to_have_text("1")
    assert_accessible(page)
    page.goto(f"/activities/{stars.code}/")
    page.get_by_role("button", name="收藏", exact=True).tap()
    expect(page.get_by_role("button", name="已收藏")).to_have_attribute("aria-pressed", "true")
    page.goto("/my-month/")
    expect(page.get_by_role("link", name="湿地观鸟")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.wait_for_function(
        "async (path) => !!(await caches.match('/my-month/')) && !!(await caches.match(new URL(path, location).href))",
        arg=f"/activities/{birds.code}/",
    )

    # It is moved after it was kept: every page says so, and where there is no network what was known stands
    ChangeNotice.objects.create(activity=birds, kind="moved")
    birds.version += 1
    birds.save()
    page.evaluate("localStorage.removeItem('kept-news')")
    page.goto("/calendar/")
    expect(page.get_by_role("status").filter(has_text="1项收藏的活动有变动")).to_be_attached()
    assert_accessible(page)
    page.goto("/my-month/")
    page.wait_for_function(
        "async () => (await (await caches.match('/my-month/'))?.text())?.includes('data-seen')"
    )

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-kept-news]")).to_have_text("1项收藏的活动有变动")
    expect(page.get_by_role("link", name="秋夜观星")).to_be_visible()
    page.get_by_role("link", name="湿地观鸟").last.tap()
    expect(page.get_by_role("heading", name="湿地观鸟", level=1)).to_be_visible()
