"""The widget as other sites get it: framed by anybody, without cookies, in a look of a few checked words."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from kepuyue.activities.models import Activity, Session, State
from kepuyue.core.links import whole
from kepuyue.programme.widget import look_of, on_accent
from tests.architecture.routes import all_routes
from tests.conftest import SHENZHEN
from tests.factories import DistrictFactory, SessionFactory, UnitFactory
from tests.programme.given import announce, published
from tests.security import corpus
from tests.security.reading import faults

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2024, 9, day, hour, tzinfo=SHENZHEN)


@pytest.fixture
def three(in_the_month: datetime) -> dict[str, Activity]:
    """One today that is over, one tomorrow twice, one that is on for weeks, one that is off."""
    futian = DistrictFactory(code="futian", name="福田区", name_en="Futian District")
    unit = UnitFactory(name="福田区科协")
    past = published(title="早上的", sessions=0, district=None)
    SessionFactory(activity=past, starts_at=at(14, 7), ends_at=at(14, 8))
    soon = published(title="湿地观鸟", sessions=0, district=futian, organization=unit)
    for hour in (9, 14):
        SessionFactory(activity=soon, starts_at=at(15, hour), ends_at=at(15, hour + 1))
    long = published(title="标本展", sessions=0, district=None)
    SessionFactory(activity=long, is_all_day=True, starts_at=at(1, 0), ends_at=at(28, 0))
    off = published(title="停办", sessions=0, district=None, state=State.CANCELLED)
    SessionFactory(activity=off, starts_at=at(16), ends_at=at(16, 10))
    for one in (past, soon, long, off):
        announce(one)
    return {"past": past, "soon": soon, "long": long, "off": off}


def lines(client: Client, query: str = "") -> list[str]:
    page = LexborHTMLParser(client.get(f"/widget/?{query}").content.decode())
    return [" ".join(one.text().split()) for one in page.css(".one")]


def test_it_lists_what_comes_next_and_says_what_is_off(client: Client, three: dict[str, Activity]) -> None:
    found = lines(client)

    assert [re.sub(r"^.*周. ", "", one) for one in found] == [
        "湿地观鸟 09:00–10:00 · 福田区", "湿地观鸟 14:00–15:00 · 福田区", "停办 已取消 09:00–10:00",
        "标本展 9月1日 – 9月27日",
    ]  # fmt: skip
    assert lines(client, "n=1") == found[:1]
    assert (
        len(lines(client, "district=futian"))
        == 2
        == len(lines(client, f"unit={three['soon'].organization.code}"))
    )
    assert len(lines(client, "date_from=2024-09-16&date_to=2024-09-16")) == 2
    three["soon"].sessions.update(is_postponed=True)
    assert "时间有变" in lines(client)[0] or "已延期" in lines(client)[0]


def test_linked_cities_stand_in_it_only_where_asked_for(client: Client, three: dict[str, Activity]) -> None:
    far = published(title="外地的", sessions=0, district=None, city="上海")
    SessionFactory(activity=far, is_all_day=True, starts_at=at(13, 0), ends_at=at(17, 0))
    announce(far)

    assert not [one for one in lines(client) if "外地的" in one]
    (only,) = lines(client, "city=linked")
    # It began yesterday and stands under today, with its days
    assert "9月14周六" in only and "9月13日 – 9月16日" in only


def test_links_open_in_a_new_page_at_whole_addresses(client: Client, three: dict[str, Activity]) -> None:
    page = LexborHTMLParser(client.get("/widget/?district=futian").content.decode())

    links = page.css("a")
    assert links and all(
        one.attributes["target"] == "_blank" and one.attributes["rel"] == "noopener" for one in links
    )
    assert {one.attributes["href"] for one in links} == {
        whole(f"/activities/{three['soon'].code}/"),
        whole("/activities/?district=futian"),
    }


def test_anybody_may_frame_it_and_nothing_else(client: Client, three: dict[str, Activity]) -> None:
    answer = client.get("/widget/")

    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert (
        "'unsafe" not in answer["Content-Security-Policy"]
        and "default-src 'self'" in answer["Content-Security-Policy"]
    )
    assert not answer.cookies and "Set-Cookie" not in answer
    # Every other open page that takes no argument
    for route in all_routes().values():
        if route.name == "programme:widget" or not route.is_open:
            continue
        try:
            address = reverse(route.name)
        except Exception:
            continue
        other = client.get(address)
        if other.get("Content-Type", "").startswith("text/html"):
            assert other["X-Frame-Options"] == "DENY", route.name
            assert "frame-ancestors 'none'" in other["Content-Security-Policy"], route.name


def test_before_publicity_opens_it_says_so(client: Client, three: dict[str, Activity], clock: Any) -> None:
    clock.set(datetime(2024, 8, 1))

    text = client.get("/widget/").content.decode()
    assert "还没有公布" in text and "湿地观鸟" not in text


def test_an_english_reader(client: Client, three: dict[str, Activity]) -> None:
    Activity.objects.filter(pk=three["soon"].pk).update(title_en="Watching birds", version=2)

    page = client.get("/widget/?lang=en").content.decode()

    assert '<html lang="en"' in page and "Watching birds" in page and "All 4 activities" in page
    assert '<span class="one__title" lang="zh-Hans">标本展</span>' in page


@pytest.mark.parametrize(
    "query",
    [
        "accent=red;}body{display:none", "accent=%22%3E%3Cscript%3E", "accent=12345", "theme=evil&density=%27", "n=-1", "n=99999999999999999",
        "n=١٢", "n=1e3", "lang=xx", "unit=%00", "unit=../../", "district=nowhere&q=%00", "date_from=x", "theme=dark&theme=%22",
    ],
)  # fmt: skip
def test_hostile_parameters_are_ignored(client: Client, three: dict[str, Activity], query: str) -> None:
    answer = client.get(f"/widget/?{query}")

    assert answer.status_code == 200 and not answer.cookies
    page = LexborHTMLParser(answer.content.decode())
    root = page.css_first("html")
    assert root is not None and root.attributes["data-theme"] == "auto"
    assert root.attributes["data-density"] == "cozy"
    styles = [one.attributes["href"] for one in page.css("link[rel=stylesheet]")]
    assert styles[-1] == "/widget/1e2a6b.css" and "display:none" not in answer.content.decode()
    assert page.css("style") == [] and len(page.css("script")) == 1


def test_hostile_titles_stay_text(client: Client, in_the_month: datetime) -> None:
    for kind in corpus.names():
        hostile = corpus.KINDS[kind][0]
        one = published(title=f"始{hostile[:100]}终", sessions=0)
        SessionFactory(activity=one, starts_at=at(15), ends_at=at(15, 10))
        announce(one)
    Session.objects.update(place=corpus.KINDS["markup"][0][:200])

    answer = client.get("/widget/?n=20")

    assert len(lines(client, "n=20")) == len(list(corpus.names()))
    assert faults(answer) == []
    # The frame on the builder's page is ours; what was typed stands inside its address
    page = client.get("/embed/?n=20&accent=%22%3E%3Ckp-x%3E&q=%22%3E%3Ckp-x%3E&unit=%3Ckp-x%3E")
    assert faults(page) == []


def test_a_colour_of_the_site_has_letters_that_are_read_on_it(client: Client) -> None:
    assert client.get("/widget/f2bd4a.css").content == b":root{--accent:#f2bd4a;--on-accent:#000000}\n"
    assert client.get("/widget/1e2a6b.css")["Content-Type"] == "text/css; charset=utf-8"
    for wrong in ("red", "F2BD4A", "12345", "1234567", "1e2a6b;"):
        assert client.get(f"/widget/{wrong}.css").status_code == 404

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for colour in (
        f"{r:02x}{g:02x}{b:02x}"
        for r in range(0, 256, 51)
        for g in range(0, 256, 51)
        for b in range(0, 256, 51)
    ):
        high, low = sorted((light(colour), light(on_accent(colour))), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_the_look_is_written_back_as_it_was_asked_for() -> None:
    from django.http import QueryDict

    look = look_of(QueryDict("theme=dark&density=compact&accent=%23F2BD4A&n=7"))

    assert look.as_address() == {"theme": "dark", "density": "compact", "accent": "f2bd4a", "n": "7"}
    assert look_of(QueryDict("")).as_address() == {} and look_of(QueryDict("n=21")).most == 20


def test_the_builder_writes_what_shows_the_same(client: Client, three: dict[str, Activity]) -> None:
    unit = three["soon"].organization
    page = LexborHTMLParser(client.get(f"/embed/?unit={unit.code}&theme=dark&n=2&free=0").content.decode())

    area = page.css_first("#embed-snippet")
    assert area is not None
    written = LexborHTMLParser(area.text())
    frame, script = written.css_first("iframe"), written.css_first("script")
    assert frame is not None and script is not None
    assert script.attributes["src"] == whole("/widget.js") and "data-kepuyue-widget" in frame.attributes
    assert frame.attributes["title"] == "福田区科协 · 近期活动"
    address = frame.attributes["src"] or ""
    assert address.startswith(whole("/widget/?")) and "lang=zh-hans" in address and "theme=dark" in address
    assert len(lines(client, address.partition("?")[2])) == 2
    preview = page.css_first("iframe")
    assert preview is not None and whole(preview.attributes["src"] or "") == address
    text = client.get("/widget.js").content.decode()
    assert "data-kepuyue-widget" in text and "document.cookie" not in text
