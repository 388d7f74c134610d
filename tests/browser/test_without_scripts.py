"""The public programme with JavaScript off: everything but the map itself is there, and no button does nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from tests.architecture.samples import samples
from tests.browser.conftest import served_in_the_month
from tests.cast import Cast
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db(transaction=True)
live_server = pytest.fixture(scope="module")(served_in_the_month)


@pytest.fixture
def found(cast: Cast) -> dict[str, dict[str, Any]]:
    """One of everything, and enough activities for a second page."""
    one_of_each = samples(cast)
    for number in range(26):
        published(title=f"湿地讲座第{number}讲", organization=cast.own_unit, district=cast.own_unit.district)
    announce(Activity.objects.get(code=one_of_each["own-public"]["code"]))
    return one_of_each


@pytest.fixture
def plain(open_page: Callable[..., Page]) -> Page:
    return open_page(390, 844, java_script_enabled=False)


def test_a_resident_finds_an_activity(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    page = plain
    page.goto("/")
    page.locator(".hero input[type=search]").fill("湿地")
    page.locator(".hero .search button").click()
    page.wait_for_url("**/activities/?q=*")
    expect(page.locator(".card__title").first).to_contain_text("湿地讲座")
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2*")
    expect(page.locator(".card")).to_have_count(2)

    # Another word keeps the filters, the filters keep the word
    page.goto("/activities/?q=湿地")
    page.locator("details.filter:has(.filter__dates) > summary").click()
    page.locator(".filter__dates [name=date_from]").fill("2024-09-14")
    page.locator(".filter__dates [name=date_to]").fill("2024-09-15")
    page.locator(".filter__dates button").click()
    page.wait_for_url("**date_from=2024-09-14*")
    assert "q=" in page.url
    page.locator("#list-search [name=q]").fill("第3讲")
    page.locator("#list-search button").click()
    page.wait_for_url("**q=%E7%AC%AC3*")
    assert "date_from=2024-09-14" in page.url
    page.get_by_role("link", name="湿地讲座第3讲").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("湿地讲座第3讲")
    expect(page.get_by_role("link", name="加入日历")).to_be_visible()


def test_map_says_what_to_do_instead(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    plain.goto("/activities/?view=map")
    expect(plain.locator("noscript .alert")).to_contain_text("地图需要打开 JavaScript")
    expect(plain.locator("noscript .alert")).to_be_visible()
    plain.locator("a.way").first.click()
    plain.wait_for_load_state()
    assert plain.locator(".card").count()


def test_month_and_days_turn(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    plain.goto("/activities/?view=calendar")
    plain.locator(".month__day[aria-current=date]").click()
    plain.wait_for_url("**date_from=2024-09-14*")
    expect(plain.locator(".agenda__title").first).to_be_visible()
    plain.goto("/calendar/2024-09-14/")
    plain.locator(".day-head a[rel=next]").click()
    plain.wait_for_url("**/calendar/2024-09-15/")


def test_language_and_looks_change(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    plain.goto("/activities/?q=湿地")
    plain.locator(".header .menu > summary").click()
    plain.get_by_role("button", name="English").click()
    expect(plain.locator("html")).to_have_attribute("lang", "en")
    assert plain.url.endswith("/activities/?q=%E6%B9%BF%E5%9C%B0")
    plain.locator(".header .menu > summary").click()
    plain.locator("button[name=print][value=large]").click()
    expect(plain.locator("html")).to_have_attribute("data-print", "large")


def test_addresses_to_subscribe_are_there(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    plain.goto("/activities/?q=湿地")
    plain.locator(".reuse summary").click()
    link = plain.get_by_role("link", name="订阅到日历")
    expect(link).to_be_visible()
    assert ".ics" in (link.get_attribute("href") or "")
    table = plain.request.get(plain.locator(".reuse a[href*='.csv']").get_attribute("href") or "")
    assert table.ok and "湿地讲座" in table.text()


def test_question_is_asked_under_a_topic(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    plain.goto(f"/cloud/{found['cloud-topic']['code']}/")
    plain.get_by_role("link", name="我要提问").click()
    plain.locator("#ask [name=text]").fill("月亮为什么有时候是红色的？")
    plain.locator("#ask button[type=submit]").click()
    expect(plain.locator("main")).to_contain_text("您的提问码")


def test_no_button_does_nothing(plain: Page, found: dict[str, dict[str, Any]]) -> None:
    public = found["own-public"]["code"]
    addresses = [
        "/", "/activities/", "/activities/?view=map", "/activities/?view=calendar", f"/activities/{public}/", "/calendar/",
        "/calendar/2024-09-14/", "/highlights/", "/districts/futian/", f"/units/{found['unit-own']['code']}/",
        f"/venues/{found['venue']['pk']}/", "/main-venue/", "/press/", "/press/stories/", "/press/coverage/", "/cloud/",
        f"/cloud/{found['cloud-live']['code']}/", f"/cloud/{found['cloud-topic']['code']}/", "/cloud/questions/", "/my-month/",
        f"/my-month/?kept={public}.1", "/handbook/", "/embed/", "/departments/", "/notice/", "/bases/",
        f"/sessions/{found['bookable']['session']}/booking/", "/booking/mine/",
        f"/booking/{found['ticket']['code']}/{found['ticket']['seal']}/",
    ]  # fmt: skip
    complaints = []
    for address in addresses:
        answer = plain.goto(address)
        assert answer is not None and answer.ok, address
        # Without scripts a button acts by sending its form, or it is not shown
        for button in plain.locator("button:visible").all():
            acts = button.evaluate("one => one.type === 'submit' && !!one.form")
            if not acts:
                complaints.append(f"{address}: {button.evaluate('one => one.outerHTML.slice(0, 140)')}")
        for form in plain.locator("main form:visible").all():
            if not form.evaluate(
                "one => [...one.elements].some(part => part.matches('button, input[type=submit]'))"
            ):
                complaints.append(
                    f"{address}: a form without a button: {form.evaluate('one => one.outerHTML.slice(0, 140)')}"
                )

    assert not complaints, "\n".join(complaints)
