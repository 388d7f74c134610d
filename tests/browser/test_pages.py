"""Every kind of page, looked at with axe and measured against the screen.

`make test` looks at each page with axe in one of four ways of showing it, in another one with each commit, and measures it
on both screens; `make test-long` looks at all of them in all sixteen ways.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from kepuyue.activities.models import Activity, State
from kepuyue.activities.signals import public_content_changed
from tests import turns
from tests.architecture.samples import samples
from tests.cast import Cast
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db(transaction=True)

# Tall enough that the bars which stick to the screen's edges cover nothing while axe measures
TALL = 8_000
Way = tuple[str, str, str, int]
ALL_WAYS: list[Way] = list(product(("zh-hans", "en"), ("light", "dark"), ("standard", "large"), (390, 1280)))
# Together they hold each choice
SAMPLED: list[Way] = [
    ("zh-hans", "light", "standard", 390),
    ("en", "dark", "standard", 1280),
    ("en", "dark", "large", 390),
    ("zh-hans", "light", "large", 1280),
]
WIDTHS = (390, 1280)
# What an address answers other than 200: a large file is made in the background, and its page says to wait
ANSWERS = {"/handbook.pdf": 202, "/open-data.zip": 202}


def pages(found: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Who opens which address."""
    public, draft, waiting = (found[name]["code"] for name in ("own-public", "own-draft", "own-waiting"))
    for address in ("/", "/activities/", "/activities/?q=科学", "/activities/?q=没有这个", "/activities/?view=map", "/activities/?view=calendar",
                    "/activities/?view=calendar&date_from=2024-09-14&date_to=2024-09-15", f"/activities/{public}/",
                    "/calendar/", "/calendar/2024-09-14/", "/highlights/", "/districts/futian/", "/departments/", "/my-month/", f"/my-month/?kept={public}.1", "/notice/", "/notice/notice/",
                    "/accounts/login/", "/accounts/password/reset/", "/desk/units/registration/",
                    f"/desk/invitations/{found['invitation-link']['token']}/"):  # fmt: skip
        yield "anonymous", address
    ticket = found["ticket"]
    for address in (
        f"/sessions/{found['bookable']['session']}/booking/",
        f"/booking/{ticket['code']}/{ticket['seal']}/",
        f"/booking/{ticket['code']}/{ticket['seal']}/cancellation/",
        "/booking/mine/",
        "/demo/text-messages/",
    ):
        yield "anonymous", address
    for address in (
        "/activities/?age=8&seats=1&near=22.543,114.058&within=5",
        "/activities/?near=nanshan&within=2",
        "/handbook/",
        "/handbook.pdf",
        "/handbook/print/",
        "/open-data/",
        "/open-data.zip",
        "/widget/",
        "/embed/",
        "/api/",
    ):
        yield "anonymous", address
    for address in ("/desk/", "/desk/activities/", "/desk/activities/new/", f"/desk/activities/{draft}/",
                    f"/desk/activities/{waiting}/", f"/desk/activities/{draft}/pictures/",
                    f"/desk/activities/{draft}/venues/", "/desk/activities/copies/", f"/desk/activities/{draft}/edit/sessions/?plain=1",
                    f"/desk/activities/{public}/cancellation/", "/accounts/", "/accounts/password/set/", "/desk/imports/", "/desk/imports/new/",
                    f"/desk/imports/{found['batch-own']['pk']}/", f"/desk/imports/{found['batch-sheet']['pk']}/",
                    "/desk/imports/calendars/", "/desk/imports/calendars/new/",
                    *(f"/desk/imports/calendars/{found['calendar-own']['pk']}/{show}" for show in ("", "?show=new", "?show=unused")),
                    "/desk/interface/", "/desk/interface/tokens/new/", "/desk/interface/addresses/new/",
                    f"/desk/interface/addresses/{found['endpoint-own']['pk']}/", "/desk/messages/", "/desk/audit/", "/desk/burden/", f"/desk/burden/{found['unit-own']['code']}/",
                    f"/desk/units/{found['unit-own']['code']}/handover/", f"/desk/handovers/{found['handover-own']['pk']}/",
                    f"/desk/units/{found['unit-own']['code']}/", f"/desk/units/{found['unit-own']['code']}/edit/",
                    *(f"/desk/activities/{draft}/edit/{step}/" for step in (
                        "basics", "units", "classification", "sessions", "audience", "responsibility", "contact"))):  # fmt: skip
        yield "owner", address
    for address in ("/desk/", "/desk/reviews/", f"/desk/reviews/{found['submission-waiting']['pk']}/",
                    "/desk/units/tree/", "/desk/units/waiting/", "/desk/units/new/", "/desk/liaisons/", "/desk/imports/units/",
                    f"/desk/imports/units/{found['unit-batch-own']['pk']}/", f"/desk/units/{found['unit-district']['code']}/liaison/",
                    *(f"/desk/units/{found['unit-own']['code']}/{page}/" for page in ("appointment", "closing", "superior", "merger")),
                    f"/desk/units/{found['unit-own']['code']}/invitations/",
                    "/desk/units/", f"/desk/units/{found['unit-new']['code']}/"):  # fmt: skip
        yield "district_reviewer", address
    for address in ("/desk/reviews/?show=unassigned&q=没有这个", "/desk/reviews/help/", "/desk/reviews/figures/",
                    "/desk/reviews/spread/", "/desk/reviews/remarks/",
                    f"/desk/reviews/remarks/{found['remark-of-district']['pk']}/"):  # fmt: skip
        yield "district_reviewer", address
    for address in (
        "/desk/insight/",
        "/desk/insight/rows/?of=scheduled&district=futian",
        "/desk/insight/coverage/",
        "/desk/insight/coverage/gap/?district=futian",
        "/desk/insight/late/",
        "/desk/insight/releases/",
        f"/desk/insight/releases/{found['release']['pk']}/",
        "/desk/insight/releases/new/",
        "/desk/insight/statistics/",
        "/figures/",
        "/desk/reviews/words/",
        "/desk/outbox/",
        "/desk/operation/",
        f"/desk/outbox/{found['message']['pk']}/",
        "/desk/audit/",
        "/desk/key-activities/",
        "/desk/highlights/",
        "/desk/highlights/2024-09-14/",
        "/desk/highlights/2024-09-15/",
    ):
        yield "office", address
    for address in ("/desk/highlights/", "/desk/key-activities/", "/desk/imports/platform/"):
        yield "owner", address
    yield "owner", "/desk/messages/settings/"
    edition = f"/desk/edition/{found['edition']['edition']}/"
    plan = f"/desk/plans/{found['edition']['edition']}/{found['plan']['unit']}/"
    for address in (plan, f"{plan}sub-theme/"):
        yield "district_reviewer", address
    parts = ("", "names/", "dates/", "taxonomies/", "taxonomies/content/", "taxonomies/content/terms/frontier/",
             "taxonomies/content/terms/frontier/merge/", "rules/", "marks/", "marks/national-day/", "papers/",
             "new-paper/", "main-venue/", "main-venue/items/opening/", "main-venue/booths/new/", "synonyms/", "plans/", "next/", "current/")  # fmt: skip
    for address in (
        "/desk/",
        "/desk/reviews/",
        "/desk/units/",
        plan,
        *(f"{edition}{part}" for part in parts),
    ):
        yield "office", address
    talk = {
        name: found[name]
        for name in ("offer-own", "offer-far", "request-own", "request-far", "request-own-accepted")
    }
    yield "anonymous", f"/units/{found['unit-own']['code']}/"
    yield "anonymous", f"/venues/{found['venue']['pk']}/"
    yield "anonymous", "/main-venue/"
    for address in ("/press/", "/press/stories/", f"/press/stories/{found['story-public']['code']}/", "/press/coverage/",
                    "/press/coverage/?level=city"):  # fmt: skip
        yield "anonymous", address
    draft_story, near = found["story-draft"]["code"], found["coverage-own"]["pk"]
    for address in ("/desk/press/", "/desk/press/new/", "/desk/press/pictures/", f"/desk/press/stories/{draft_story}/",
                    f"/desk/press/stories/{draft_story}/edit/", f"/desk/press/stories/{draft_story}/withdrawal/",
                    f"/desk/press/pictures/{found['press-cleared']['pk']}/", "/desk/coverage/", f"/desk/coverage/{near}/",
                    f"/desk/coverage/{near}/refusal/"):  # fmt: skip
        yield "district_reviewer", address
    for address in (
        "/desk/coverage/",
        "/desk/coverage/new/",
        f"/desk/coverage/{near}/",
        f"/desk/coverage/{near}/edit/",
    ):
        yield "owner", address
    for address in ("/cloud/", "/cloud/?kind=topic&minors=1", "/cloud/questions/",
                    *(f"/cloud/{found[name]['code']}/" for name in ("cloud-live", "cloud-topic", "cloud-changing"))):  # fmt: skip
        yield "anonymous", address
    cloud = {
        name: found[f"cloud-{name}"]["code"]
        for name in ("live", "draft", "changing", "waiting", "topic", "withdrawn")
    }
    for address in ("/desk/cloud/", "/desk/cloud/new/", f"/desk/cloud/new/?kind=live&organization={found['cloud-unit']['pk']}",
                    *(f"/desk/cloud/{code}/" for code in cloud.values()), f"/desk/cloud/{cloud['draft']}/edit/",
                    f"/desk/cloud/{cloud['draft']}/picture/", f"/desk/cloud/{cloud['live']}/withdrawal/", "/desk/cloud/questions/",
                    *(f"/desk/cloud/questions/{found[name]['pk']}/" for name in ("question-waiting", "question-public", "question-refused"))):  # fmt: skip
        yield "owner", address
    for address in ("/desk/cloud/", f"/desk/cloud/{cloud['waiting']}/"):
        yield "district_reviewer", address
    yield "anonymous", "/bases/"
    yield "anonymous", f"/bases/{found['opening-far']['code']}/"
    for address in ("/desk/resources/", "/desk/resources/own/", "/desk/resources/requests/", "/desk/resources/offers/new/",
                    "/desk/resources/offers/new/?kind=expert", f"/desk/resources/offers/{talk['offer-own']['code']}/",
                    f"/desk/resources/offers/{talk['offer-own']['code']}/edit/",
                    f"/desk/resources/offers/{talk['offer-own']['code']}/closure/", "/desk/resources/requests/new/",
                    f"/desk/resources/requests/new/?offer={talk['offer-far']['code']}",
                    f"/desk/resources/requests/{talk['request-own']['code']}/",
                    f"/desk/resources/requests/{talk['request-own']['code']}/edit/",
                    f"/desk/resources/requests/{talk['request-own-accepted']['code']}/",
                    f"/desk/resources/requests/{talk['request-far']['code']}/answer/",
                    f"/desk/resources/proposals/{found['proposal-own-turn']['pk']}/counter/",
                    f"/desk/openings/{found['opening-own']['code']}/"):  # fmt: skip
        yield "owner", address
    for address in (
        "/desk/openings/",
        f"/desk/openings/{found['opening-own']['code']}/",
        "/desk/resources/overview/",
    ):
        yield "district_reviewer", address


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "way" in metafunc.fixturenames:
        known = ALL_WAYS if metafunc.config.getoption("--long") else SAMPLED
        ways = [way for way in known if way[3] == metafunc.cls.width]
        metafunc.parametrize("way", ways, ids=["-".join(map(str, way)) for way in ways])


class Looking:
    """Two classes and not one, so that two processes share the pages."""

    width: int

    def test_pages_are_accessible_and_fit(
        self,
        way: Way,
        is_long: bool,
        cast: Cast,
        open_page: Callable[..., Page],
        sign_in_browser: Callable[[Page, Any], None],
        assert_accessible: Callable[[Page], None],
        assert_fits: Callable[[Page], None],
    ) -> None:
        language, theme, size, width = way
        found = samples(cast)
        _something_to_find(cast)
        readers: dict[str, Page] = {}
        complaints = []
        looked_at = list(enumerate(pages(found)))
        if not is_long:
            # Each page in one of the ways, one page in six at a time
            mine = SAMPLED.index(way) * 6
            looked_at = [one for one in looked_at if (one[0] + turns.turn()) % (len(SAMPLED) * 6) == mine]

        for _place, (person, address) in looked_at:
            if person not in readers:
                readers[person] = open_page(width, TALL, locale="zh-CN" if language == "zh-hans" else "en-US")
                _show_as(readers[person], theme, size)
                if user := cast.people()[person]:
                    sign_in_browser(readers[person], user)
            page = readers[person]
            answer = page.goto(address)
            expected = ANSWERS.get(address, 200)
            if answer is None or answer.status != expected:
                complaints.append(f"{person} {address}: answered {answer and answer.status}, not {expected}")
                continue
            for check in (assert_accessible, assert_fits):
                complaints += _said_by(check, page, person)
            # The same page turned or on the other screen
            for other in WIDTHS:
                if other != width and not is_long:
                    page.set_viewport_size({"width": other, "height": TALL})
                    complaints += _said_by(assert_fits, page, f"{person}, {other} wide,")
                    page.set_viewport_size({"width": width, "height": TALL})

        assert looked_at
        assert not complaints, "\n\n".join(complaints)


class TestOnPhones(Looking):
    width = 390


class TestOnScreens(Looking):
    width = 1280


def _said_by(check: Callable[[Page], None], page: Page, person: str) -> list[str]:
    try:
        check(page)
    except AssertionError as complaint:
        return [f"{person} {complaint}"]
    return []


def _something_to_find(cast: Cast) -> None:
    for title in (
        "科学实验课",
        "一个名字很长很长的活动：和工程师一起把水火箭送上天并且安全地接回来（第二期）",
    ):
        activity = ActivityFactory(
            title=title,
            organization=cast.own_unit,
            state=State.PUBLISHED,
            sessions=3,
            terms=["audience:children"],
        )
        public_content_changed.send(sender=Activity, activity=activity)


def _show_as(page: Page, theme: str, size: str) -> None:
    page.goto("/healthz")
    here = page.evaluate("location.origin")
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": here},
            {"name": "print", "value": size, "url": here},
        ]
    )
