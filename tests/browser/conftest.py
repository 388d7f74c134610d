"""A real Chromium in front of a live server.

`phone` and `desktop` are pages of 390×844 and 1280×800 pixels. Whatever the console reports as an error, a
refused Content-Security-Policy included, fails the test.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.cast import come_in

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = settings.PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 10_000  # milliseconds


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    if CHROMIUM is None:
        pytest.fail("There is no Chromium. Install it: sudo apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Troubles(list[str]):
    """What the console complained of; a test that expects a complaint removes it."""


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    found = Troubles()
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_with_camera(chromium: Browser) -> Iterator[Callable[[Path], Browser]]:
    """`open_with_camera(film)`: a browser of its own whose camera sees the film (Y4M, read when it is switched on)."""
    browsers: list[Browser] = []

    def opened(film: Path) -> Browser:
        flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        flags.append(f"--use-file-for-fake-video-capture={film}")
        browsers.append(chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags]))
        return browsers[-1]

    yield opened
    for browser in browsers:
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, troubles: Troubles) -> Iterator[Callable[..., Page]]:
    """`open_page(width, height, …)`: a page of a fresh visitor, with the live server as its base address; in another
    browser with `browser=`."""
    contexts: list[BrowserContext] = []

    def opened(
        width: int, height: int, *, locale: str = "zh-CN", browser: Browser = chromium, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        # Browsers ask for it on pages that name no icon, such as /healthz
        context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on(
            "console", lambda message: message.type == "error" and troubles.append(f"console: {message.text}")
        )
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(390, 844, is_mobile=True, has_touch=True, device_scale_factor=2)


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    return open_page(1280, 800)


@pytest.fixture
def sign_in_browser(live_server: Any) -> Callable[[Page, Any], None]:
    """`sign_in_browser(page, user)`: the page's visitor is that person, without walking through the form."""
    from django.test import Client

    def enter(page: Page, user: Any) -> None:
        client = Client()
        come_in(client, user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return enter


def settle(page: Page) -> None:
    """Wait until the page and its styles are there and HTMX has nothing under way any more."""
    page.wait_for_load_state()
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
    )


@pytest.fixture(name="settle")
def settle_fixture() -> Callable[[Page], None]:
    return settle


def served_in_the_month() -> Iterator[LiveServer]:
    """A live server with the demonstration's clock, on 14 September 2024, whatever other tests left out.

    `live_server = pytest.fixture(scope="module")(served_in_the_month)` makes it the one of a module.
    """
    server = LiveServer("localhost")
    yield server
    server.stop()


@contextmanager
def as_tall_as_its_content(page: Page) -> Iterator[None]:
    """Without a fold for as long as it lasts."""
    window = page.viewport_size
    assert window is not None
    # A map is higher in a higher window, so once is not enough
    height = window["height"]
    for _time in range(20):
        tall = page.evaluate("() => document.documentElement.scrollHeight")
        if tall <= height:
            break
        # A little more each time: what grows with the window comes to its end sooner
        height = tall + 200
        page.set_viewport_size({"width": window["width"], "height": height})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    try:
        yield
    finally:
        page.set_viewport_size(window)


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Ask axe about the page as it stands; what it holds against it is the failure's text."""

    def check(page: Page) -> None:
        settle(page)
        # Through the debugger and not as a tag: the page's own policy would refuse the script
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        if any(violation["id"] == "target-size" for violation in violations):
            # What the bar at the foot of the window just happens to cover can be scrolled to; in a window as tall
            # as the page it covers only what it always does
            with as_tall_as_its_content(page):
                again = page.evaluate("() => axe.run(document, {runOnly: ['target-size']})")
            violations = [one for one in violations if one["id"] != "target-size"] + again["violations"]
        found = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(
                f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in violation["nodes"][:3]
            )
            for violation in violations
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)

    return check


@pytest.fixture
def assert_fits() -> Callable[[Page], None]:
    """Nothing sticks out sideways: a phone never scrolls to the right."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        wide = page.evaluate("""() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            const scrolls = element => element && (
                getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
            return [...document.querySelectorAll('body *')]
                .filter(element => element.getBoundingClientRect().right > width + 1)
                .filter(element => !scrolls(element.parentElement))
                .slice(0, 5).map(element => element.outerHTML.slice(0, 120));
        }""")
        assert not wide, f"{page.url}: wider than the screen\n" + "\n".join(wide)

    return check


@pytest.fixture
def screenshot() -> Callable[..., None]:
    """`screenshot(page, "name")` keeps a picture in test-results/ for people to look at."""

    def keep(page: Page, name: str) -> None:
        folder = Path(settings.PROJECT_ROOT) / "test-results"
        folder.mkdir(exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return keep
