"""The written journeys of docs/accessibility.md, walked with keys alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity
from tests.browser.conftest import served_in_the_month, settle
from tests.factories import DistrictFactory, VenueFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db(transaction=True)
live_server = pytest.fixture(scope="module")(served_in_the_month)
FOCUSED = """() => { const at = document.activeElement; return at === document.body ? null : at.outerHTML.slice(0, 160) }"""
# Nothing of the focused element is to be seen (WCAG 2.2, 2.4.11): a point in it belongs to it or lies in it
HIDDEN = """() => {
    const at = document.activeElement;
    if (at === document.body || at.matches('.leaflet-container, main')) return null;
    const boxes = [...at.getClientRects()];
    const seen = boxes.some(({left, right, top, bottom}) => [0.1, 0.5, 0.9].some(x => [0.1, 0.5, 0.9].some(y => {
        const hit = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
        return hit && (at.contains(hit) || hit.contains(at) && !hit.closest('.header, .tab-bar') === !at.closest('.header, .tab-bar'));
    })));
    return seen ? null : at.outerHTML.slice(0, 160);
}"""
# On itself, on what it spans (a card's title spans the card) or around its field
OUTLINED = """() => {
    const at = document.activeElement;
    const around = at.closest('.search, .field__choices label') ?? at;
    return [[at, null], [at, '::after'], [at, '::before'], [around, null]].some(([one, part]) => {
        const style = getComputedStyle(one, part);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
}"""


@pytest.fixture
def month(cast: Any) -> Activity:
    """Activities with places, of which one is for children."""
    futian = DistrictFactory(code="futian", name="福田区", lng=114.055, lat=22.54)
    for number in range(8):
        other = published(title=f"湿地讲座第{number}讲", district=futian, terms=["audience:everyone"])
    activity = published(title="湿地观鸟", sessions=3, district=futian, terms=["audience:children"])
    activity.sessions.update(venue=VenueFactory(name="红树林", lng=114.0, lat=22.52, district=futian))
    other.sessions.update(venue=VenueFactory(name="洪湖", lng=114.13, lat=22.57, district=futian))
    announce(activity)
    announce(other)
    return activity


def tab_to(page: Page, selector: str, text: str = "", most: int = 120) -> None:
    """Press Tab until that element has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([selector, text]) => document.activeElement.matches(selector) && document.activeElement.textContent.includes(text)",
            [selector, text],
        ):
            return
    raise AssertionError(f"{page.url}: {selector} {text} is not reached with {most} presses of Tab")


def test_from_the_search_to_what_is_kept_and_back(desktop: Page, month: Activity) -> None:
    page = desktop
    page.goto("/")
    tab_to(page, "main input[type=search], .hero input[type=search]")
    page.keyboard.type("湿地")
    choices = page.locator(".hero [role=option]")
    expect(choices.first).to_be_visible()
    field = page.locator(".hero input[type=search]")
    page.keyboard.press("ArrowDown")
    expect(choices.first).to_have_attribute("aria-selected", "true")
    first = choices.first.get_attribute("id") or ""
    expect(field).to_have_attribute("aria-activedescendant", first)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(choices).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("湿地")
    page.keyboard.type("观")
    expect(choices.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activities/?q=*")

    tab_to(page, ".filters summary", "人群")
    page.keyboard.press("Enter")
    tab_to(page, ".filter__sheet a", "少年儿童", most=10)
    page.keyboard.press("Enter")
    page.wait_for_url("**audience=children*")
    expect(page.locator(".filters summary").filter(has_text="人群")).to_be_focused()
    expect(page.locator("[data-results-said]")).to_contain_text("1项活动")

    tab_to(page, ".card__title a", "湿地观鸟")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/activities/{month.code}/")
    tab_to(page, "[data-keep]")
    page.keyboard.press("Space")
    expect(page.locator("aside [data-keep]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator(".card__title a").filter(has_text="湿地观鸟")).to_be_focused()
    page.goto("/my-month/")
    expect(page.get_by_role("link", name="湿地观鸟").first).to_be_visible()


def test_through_the_days_of_the_calendar(desktop: Page, month: Activity) -> None:
    page = desktop
    page.goto("/activities/?view=calendar")
    tab_to(page, ".month__day[aria-current=date]")
    page.keyboard.press("Enter")
    page.wait_for_url("**date_from=2024-09-14*")
    settle(page)
    tab_to(page, ".agenda__title a", "湿地")

    page.goto("/calendar/2024-09-14/")
    tab_to(page, ".day-head a[rel=next]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar/2024-09-15/")
    tab_to(page, ".day-head a[rel=prev]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar/2024-09-14/")
    tab_to(page, ".agenda__title a", "湿地")


def test_past_the_map_and_into_it(desktop: Page, month: Activity) -> None:
    page = desktop
    page.goto("/activities/?view=map")
    expect(page.locator(".result-mark[role]").first).to_be_attached()
    tab_to(page, ".skip-map")
    page.keyboard.press("Enter")
    tab_to(page, "a.way", "福田", most=2)

    page.goto("/activities/?view=map")
    mark = page.locator('.result-mark[aria-label="红树林：1项活动"]')
    expect(mark).to_be_attached()
    tab_to(page, '.result-mark[aria-label="红树林：1项活动"]')
    page.keyboard.press("Enter")
    expect(page.locator("#map-cards h2")).to_be_focused()
    tab_to(page, "#map-cards a", "湿地观鸟", most=3)


def test_shown_otherwise_by_keys(desktop: Page, month: Activity) -> None:
    page = desktop
    page.goto(f"/activities/{month.code}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.goto(f"/activities/{month.code}/")
    tab_to(page, ".header .menu > summary")
    page.keyboard.press("Enter")
    tab_to(page, ".menu button[name=theme]", "深色", most=8)
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    tab_to(page, ".menu button[name=print]", "大字", most=4)
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("data-print", "large")
    page.keyboard.press("Escape")
    expect(page.locator(".header .menu > summary")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, ".menu button[name=language]", "English", most=4)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith(f"/activities/{month.code}/")


@pytest.mark.parametrize(
    ("width", "size", "address", "key"),
    [
        (390, "standard", "/", "Tab"),
        (390, "large", "/activities/", "Shift+Tab"),
        (1280, "standard", "/activities/", "Tab"),
        (390, "standard", "/activities/{code}/", "Tab"),
        (390, "large", "/activities/?view=map", "Tab"),
        (1280, "standard", "/activities/?view=calendar", "Shift+Tab"),
    ],
)
def test_focus_is_seen_on_every_stop(
    open_page: Callable[..., Page], month: Activity, width: int, size: str, address: str, key: str
) -> None:
    page = open_page(width, 800)
    page.goto(address.format(code=month.code))
    if "view=map" in address:
        expect(page.locator(".result-mark[role]").first).to_be_attached()
    page.evaluate("size => document.documentElement.dataset.print = size", size)
    complaints = set()
    stops = 0
    for _press in range(150):
        page.keyboard.press(key)
        # What comes into sight only with the focus does so with the next frame; a busy machine scrolls to it some later
        at, hidden, outlined = page.evaluate(
            f"async () => {{ const frame = () => new Promise(done => requestAnimationFrame(done));"
            f" await frame(); await frame();"
            f" for (let more = 0; more < 30 && ({HIDDEN})(); more += 1) await frame();"
            f" return [({FOCUSED})(), ({HIDDEN})(), ({OUTLINED})()] }}"
        )
        if at is None:
            break
        stops += 1
        if hidden:
            complaints.add(f"hidden: {hidden}")
        if not outlined:
            complaints.add(f"not outlined: {at}")

    assert stops > 30
    assert not complaints, "\n".join(sorted(complaints))


def test_dialog_keeps_the_focus_and_gives_it_back(desktop: Page) -> None:
    desktop.goto("/components/")
    opener = desktop.locator("[data-dialog-open]").first
    opener.focus()
    desktop.keyboard.press("Enter")
    dialog = desktop.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _press in range(12):
        desktop.keyboard.press("Tab")
        # Between its last and its first stop lies the browser's own frame, never the page behind
        assert desktop.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    desktop.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_nothing_moves_for_who_asks_for_calm(phone: Page, month: Activity) -> None:
    for address in ("/", "/activities/", "/activities/?view=map", f"/activities/{month.code}/"):
        phone.goto(address, wait_until="networkidle")
        # A jump to a place in the page, then what still moves; what the style sheet shortens to 0.01 ms is over by itself
        found = phone.evaluate("""() => {
            scrollTo({top: 600});
            const jumped = scrollY;
            const moving = document.getAnimations()
                .filter(one => one.effect.getComputedTiming().activeDuration > 1).map(one => one.animationName ?? one.transitionProperty);
            const styles = [...document.querySelectorAll('*')].filter(one => getComputedStyle(one).scrollBehavior === 'smooth').map(one => one.className);
            const slow = [...document.querySelectorAll('*')].filter(one => getComputedStyle(one).transitionDuration.split(', ')
                .some(text => parseFloat(text) > 0.001)).map(one => one.outerHTML.slice(0, 80));
            return {moving, styles, slow, jumped: jumped === Math.min(600, document.documentElement.scrollHeight - innerHeight)};
        }""")
        assert found == {"moving": [], "styles": [], "slow": [], "jumped": True}, address
