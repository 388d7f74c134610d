"""Every kind of public page stays within its budget (`budgets.py`): weight, requests, size of the document, targets."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import resolve
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from kepuyue.activities.models import Participation, State, UnitRole
from tests import turns
from tests.architecture.samples import samples
from tests.browser.budgets import BUDGETS, Budget
from tests.browser.conftest import AXE, served_in_the_month
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory, DistrictFactory, HighlightFactory, VenueFactory
from tests.programme.given import announce

pytestmark = pytest.mark.django_db(transaction=True)
GATHERED = settings.PROJECT_ROOT / "build" / "static"
MAIN_ACTIONS = ".tab-bar a, .header__end > .button, .menu > summary, main .button:not(.button--small), input[type=search], main select"
TALL = 20_000  # no page is longer, so that the bar at the foot covers none of it
FULL = {
    "home": 20,
    "list": 20,
    "list, filtered": 20,
    "day": 20,
    "unit": 20,
    "venue": 20,
    "district": 5,
    "cloud": 5,
}
PHOTOGRAPHS = ("image/png", "image/jpeg", "image/webp", "image/gif")


live_server = pytest.fixture(scope="module")(served_in_the_month)


class Visit:
    """What came over the line, by the debugging protocol."""

    def __init__(self, page: Page) -> None:
        self.answers: dict[str, dict[str, Any]] = {}
        self.bytes: dict[str, int] = {}
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.on("Network.responseReceived", self._answered)
        protocol.on("Network.loadingFinished", self._finished)

    def _answered(self, event: dict[str, Any]) -> None:
        self.answers[event["requestId"]] = event["response"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = int(event["encodedDataLength"])

    def weights(self) -> dict[str, int]:
        """{address: bytes} without photographs."""
        return {
            answer["url"]: as_sent(answer["url"], self.bytes[number])
            for number, answer in self.answers.items()
            if number in self.bytes
            and answer["url"].startswith("http")
            and answer["mimeType"] not in PHOTOGRAPHS
        }


def as_sent(address: str, received: int) -> int:
    """The tests' server sends static files as they lie; in earnest the compressed form beside each is sent."""
    path = urlsplit(address).path
    if not path.startswith(settings.STATIC_URL):
        return received
    plain = GATHERED / path.removeprefix(settings.STATIC_URL)
    packed = Path(f"{plain}.gz")
    return received - plain.stat().st_size + packed.stat().st_size if packed.exists() else received


@pytest.fixture
def month(cast: Cast) -> dict[str, str]:
    """A full month: what each kind of page shows when it is full."""
    found = samples(cast)
    futian = DistrictFactory(code="futian", name="福田区", lng=114.055, lat=22.54)
    venue = VenueFactory(name="少年宫报告厅", lng=114.05, lat=22.55, district=futian, address="福中一路1号")
    for number in range(30):
        activity = ActivityFactory(
            title=f"第{number}场科学实验和星空观测开放日活动", summary="和工程师一起动手，认识身边的科学。" * 3,
            description="先听讲解，再分组动手，最后把作品带回家。\n\n" * 12, terms=["audience:children", "audience:older_people"],
            sessions=2, organization=cast.own_unit, district=futian, state=State.PUBLISHED,
        )  # fmt: skip
        activity.sessions.update(venue=venue)
        Participation.objects.create(
            activity=activity, role=UnitRole.HOST, organization=cast.own_unit, name=cast.own_unit.name
        )
        announce(activity)
        if number < 6:
            HighlightFactory(activity=activity, position=number + 2, line="一句话推荐这场活动")
    for number in range(20):
        CloudItemFactory(
            edition=cast.edition, organization=cast.own_unit, state="published", kind="video",
            title=f"第{number}个短视频",
        )  # fmt: skip
    return {
        "activity": activity.code,
        "unit": cast.own_unit.code,
        "venue": str(venue.pk),
        "topic": found["cloud-topic"]["code"],
        "live": found["cloud-live"]["code"],
        "department": found["department"]["code"],
        "story": found["story-public"]["code"],
        "base": found["opening-far"]["code"],
        "session": str(found["bookable"]["session"]),
        "ticket": found["ticket"]["code"],
        "seal": found["ticket"]["seal"],
        "ballot": str(found["ballot"]["pk"]),
        "visit": str(found["visit"]["pk"]),
        "visit_seal": found["visit"]["seal"],
        "round": str(found["round-noticed"]["pk"]),
    }


def test_first_visit_is_within_its_budget(
    chromium: Browser, live_server: LiveServer, month: dict[str, str], is_long: bool
) -> None:
    complaints, visits = [], []
    # One half with this commit, the other with the next
    for budget in BUDGETS if is_long else turns.alternate(BUDGETS):
        # Each in a browser of its own, which keeps nothing yet
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True,
            has_touch=True, device_scale_factor=2, timezone_id="Asia/Shanghai", reduced_motion="reduce",
        )  # fmt: skip
        page = context.new_page()
        visit = Visit(page)
        answer = page.goto(budget.address.format(**month), wait_until="commit")
        assert answer is not None and answer.status == 200, budget.page
        assert answer.header_value("content-encoding") == "gzip", budget.page
        visits.append((budget, page, visit))
    # The pages wait for quiet on the line together, not one after the other
    for budget, page, visit in visits:
        page.wait_for_load_state("networkidle")
        found = [*over(budget, page, visit), *small_targets(page)]
        if budget.page in FULL and page.locator("article.card, .agenda__line").count() < FULL[budget.page]:
            found.append("it is not full, so its weight says nothing")
        complaints += [f"{budget.page}: {text}" for text in found]
        page.context.close()

    assert not complaints, "\n".join(complaints)


# Open to all, and no page of the programme: pages of an account, pictures, feeds and files, and what pages ask for
NO_PAGES = re.compile(
    r"account|mfa_|api:(?!reference$)|demo:|activities:|bookings:(of-activity|door-worker)|cloud:|core:|documents:|evaluation:(?!notice$|honors$)|imports:|insight:(?!figures$)|messaging:|operation:|organizations:|partners:|publicity:|summaries:|mailbox:"
    r"|resources:(?!bases?$)|ui:|editions:(main-venue-plan|mark-picture)"
    r"|programme:(card|poster|edition-card|feed|activity-feed|my-month-feed|my-month-changes|cloud-feed|press-feed|press-picture|handbook-pdf"
    r"|handbook-print|map-outline|map-places|open-data-file|robots|sitemap|sitemap-part|suggestions|ticket-keys|ticket-calendar|booking-clock"
    r"|widget-accent|widget-script)$"
)


def test_every_public_page_has_a_budget() -> None:
    rows = (
        (Path(__file__).parents[1] / "architecture" / "routes.txt").read_text(encoding="utf-8").splitlines()
    )
    parts = [[part.strip() for part in row.split("|")] for row in rows]
    public = {row[0] for row in parts if len(row) > 3 and row[1] == "GET" and "200 *" in row[3:]}
    numbers = dict.fromkeys(re.findall(r"{(\w+)}", "".join(one.address for one in BUDGETS)), "1")
    named = {resolve(urlsplit(one.address.format(**numbers)).path).view_name for one in BUDGETS}

    assert {name for name in public - named if not NO_PAGES.match(name)} == set()


def over(budget: Budget, page: Page, visit: Visit) -> Iterator[str]:
    weights = visit.weights()
    blocking = page.evaluate("""() => performance.getEntriesByType('resource')
        .filter(one => one.renderBlockingStatus === 'blocking').map(one => one.name)""")
    nodes = page.evaluate("() => document.querySelectorAll('*').length")
    if sum(weights.values()) > budget.kilobytes * 1000:
        yield f"{sum(weights.values()):,} bytes, not {budget.kilobytes} kB: {weights}"
    if len(weights) > budget.requests:
        yield f"{len(weights)} requests, not {budget.requests}: {list(weights)}"
    if len(blocking) > budget.blocking:
        yield f"{len(blocking)} files keep it from being painted, not {budget.blocking}: {blocking}"
    if nodes > budget.nodes:
        yield f"{nodes} elements, not {budget.nodes}"


def small_targets(page: Page) -> Iterator[str]:
    """Smaller than 24×24 (WCAG 2.2, 2.5.8, with its exceptions), or a main action smaller than 44×44."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # What the bar at the foot just happens to cover can be scrolled to
    page.set_viewport_size({"width": 390, "height": TALL})
    found = page.evaluate("() => axe.run(document, {runOnly: ['target-size']})")
    for violation in found["violations"]:
        yield f"{violation['id']}: " + "; ".join(node["html"][:150] for node in violation["nodes"][:4])
    if not found["passes"]:
        yield "no target was looked at"
    small = page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
        .filter(one => one.checkVisibility())
        .map(one => [one.outerHTML.slice(0, 130), one.getBoundingClientRect()])
        .filter(([, {width, height}]) => width < 43.5 || height < 43.5)
        .map(([text, {width, height}]) => `${Math.round(width)}×${Math.round(height)} ${text}`)""",
        MAIN_ACTIONS,
    )
    yield from (f"a main action is smaller than 44×44: {text}" for text in small)
