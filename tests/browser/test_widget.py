"""The widget inside pages of another site: heights, looks, links, and no cookies."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kepuyue.core.time import now
from tests.factories import EditionFactory, SessionFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db(transaction=True)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another site: its address (another host, so that it is another origin and another site) and its folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}", tmp_path
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def soon(settings: Any, live_server: Any) -> None:
    """Three activities within the next days, two with long titles; links lead to the server of the test."""
    settings.PUBLIC_URL = live_server.url
    edition = EditionFactory(
        starts_on=now().date(), ends_on=(now() + timedelta(days=20)).date(), is_current=True
    )
    for number in range(3):
        start = now() + timedelta(days=number + 1)
        one = published(title="观鸟" * (1 + 20 * number), sessions=0, edition=edition)
        SessionFactory(activity=one, starts_at=start, ends_at=start + timedelta(hours=1))
        announce(one)


def frame(address: str, **more: str) -> str:
    marks = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<iframe src="{address}" title="x" width="100%" height="300" style="border:0" data-kepuyue-widget{marks}></iframe>'


def heights(page: Page) -> list[tuple[float, float]]:
    """Of each frame: how high it is, and how high what it holds is."""
    return [
        (one.evaluate("f => f.getBoundingClientRect().height"),
         one.content_frame().evaluate("document.body.getBoundingClientRect().height"))  # type: ignore[union-attr]
        for one in page.query_selector_all("iframe")
    ]  # fmt: skip


def fitted(page: Page) -> None:
    page.wait_for_function(
        "() => [...document.querySelectorAll('iframe')].every(f => f.style.height.endsWith('px'))"
    )


def test_each_frame_on_a_page_of_another_site_fits_its_height(
    live_server: Any, open_page: Callable[..., Page], other_site: tuple[str, Path], soon: None
) -> None:
    site, folder = other_site
    home = live_server.url
    (folder / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>x</title>"
        + frame(f"{home}/widget/?n=1")
        + frame(f"{home}/widget/?n=3&theme=dark&density=compact&accent=f2bd4a")
        + f'<script src="{home}/widget.js" async></script>'
    )
    page = open_page(390, 844)
    page.goto(f"{site}/index.html")
    fitted(page)

    assert [abs(outer - inner) <= 1 for outer, inner in heights(page)] == [True, True]
    first = heights(page)
    page.set_viewport_size({"width": 240, "height": 844})
    page.wait_for_function(
        f"() => document.querySelectorAll('iframe')[1].getBoundingClientRect().height > {first[1][0]}"
    )
    light, dark = (one.content_frame() for one in page.query_selector_all("iframe"))
    assert light is not None and dark is not None
    ground = "getComputedStyle(document.body).backgroundColor"
    assert (light.evaluate(ground), dark.evaluate(ground)) == ("rgb(255, 255, 255)", "rgb(22, 29, 61)")
    day = "getComputedStyle(document.querySelector('.one__day')).backgroundColor"
    assert (light.evaluate(day), dark.evaluate(day)) == ("rgb(30, 42, 107)", "rgb(242, 189, 74)")
    assert len(dark.query_selector_all(".one")) == 3 and len(light.query_selector_all(".one")) == 1
    assert page.context.cookies() == []
    with page.context.expect_page() as opened:
        light.click(".one")
    assert "/activities/" in opened.value.url
    assert opened.value.evaluate("window.opener") is None
    assert page.url == f"{site}/index.html"


def test_words_from_elsewhere_and_unbelievable_heights_are_not_believed(
    live_server: Any, open_page: Callable[..., Page], other_site: tuple[str, Path], soon: None
) -> None:
    site, folder = other_site
    (folder / "liar.html").write_text(
        "<!doctype html><title>x</title><script>parent.postMessage({kepuyue: 'height', height: 4000}, '*');"
        "parent.postMessage({kepuyue: 'height', height: 'x'}, '*')</script>"
    )
    (folder / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>x</title>"
        + frame(f"{site}/liar.html", id="liar")
        + frame(f"{live_server.url}/widget/?n=1", id="ours")
        + f'<script src="{live_server.url}/widget.js"></script>'
    )
    page = open_page(390, 844)
    page.goto(f"{site}/index.html")
    page.wait_for_function("() => document.querySelector('#ours').style.height.endsWith('px')")
    page.evaluate("window.postMessage({kepuyue: 'height', height: 4000}, '*')")
    page.evaluate("() => new Promise(done => setTimeout(done, 100))")

    assert page.evaluate("document.querySelector('#liar').style.height") == ""
    assert page.evaluate("parseInt(document.querySelector('#ours').style.height)") < 1000


def test_without_the_script_the_fixed_height_stands_and_no_other_page_can_be_framed(
    live_server: Any,
    open_page: Callable[..., Page],
    other_site: tuple[str, Path],
    soon: None,
    troubles: list[str],
) -> None:
    site, folder = other_site
    (folder / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>x</title>"
        + frame(f"{live_server.url}/widget/?n=1", sandbox="allow-popups")
        + frame(f"{live_server.url}/activities/")
    )
    page = open_page(390, 844, java_script_enabled=True)
    page.goto(f"{site}/index.html")
    page.wait_for_load_state("load")

    ours, refused = page.query_selector_all("iframe")
    assert ours.evaluate("f => f.getBoundingClientRect().height") == 300
    inside = ours.content_frame()
    assert inside is not None and "观鸟" in inside.inner_text("body")
    closed = refused.content_frame()
    assert closed is not None and live_server.url not in closed.url
    assert any("frame" in one for one in troubles)
    troubles.clear()


def test_the_builder_shows_what_it_writes(
    live_server: Any, desktop: Page, soon: None, settle: Callable[[Page], None]
) -> None:
    desktop.goto("/embed/")
    desktop.fill("#embed-n", "1")
    desktop.select_option("#embed-theme", "dark")
    desktop.fill("#embed-accent", "#F2BD4A")
    desktop.press("#embed-accent", "Tab")
    desktop.wait_for_function(
        "() => document.querySelector('#embed-snippet').value.includes('accent=f2bd4a')"
    )
    settle(desktop)

    written = desktop.input_value("#embed-snippet")
    assert "n=1" in written and "theme=dark" in written
    inside = desktop.query_selector("iframe").content_frame()  # type: ignore[union-attr]
    assert inside is not None
    inside.wait_for_selector(".one")
    assert len(inside.query_selector_all(".one")) == 1
    desktop.wait_for_function("() => document.querySelector('iframe').style.height.endsWith('px')")
