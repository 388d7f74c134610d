"""Posters and cards, read as a phone reads them; and what search engines and messengers read of a page."""

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import zxingcpp
from django.conf import settings
from django.test import Client
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from kepuyue.activities.models import Activity, State
from kepuyue.core.time import now
from kepuyue.programme import queries
from kepuyue.programme.feeds import sitemap
from kepuyue.programme.permissions import approved
from kepuyue.programme.posters import lettering, poster
from tests.factories import PictureFactory
from tests.programme.given import published
from tests.security import corpus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def picture(client: Client, address: str) -> Image.Image:
    response = client.get(address)
    assert response.status_code == 200 and response["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(response.content))


def facts(activity: Activity) -> poster.Facts:
    return poster.facts_of(queries.in_full(approved()).get(pk=activity.pk), now())


def test_a_phone_reads_the_way_to_the_page_off_the_poster(client: Client, in_the_month: datetime) -> None:
    activity = published(title="湿地观鸟", host="福田区科协")

    image = picture(client, f"/activities/{activity.code}/poster.png")

    [code] = zxingcpp.read_barcodes(image)
    assert code.text == f"http://127.0.0.1:8000/activities/{activity.code}/"
    assert image.size == (1080, 1620)
    assert picture(client, f"/activities/{activity.code}/card.png").size == (1200, 630)
    assert picture(client, "/feeds/card.png").size == (1200, 630)


def test_it_says_what_has_become_of_the_activity(in_the_month: datetime) -> None:
    held, off = published(title="湿地观鸟"), published(title="停办", state=State.CANCELLED)

    assert facts(held).notice == "" and ("时间", "9月14日（周六） 10:00–11:00") in facts(held).facts
    assert facts(off).notice == "已取消"


def test_it_is_drawn_once_and_anew_when_something_on_it_changes(
    client: Client, in_the_month: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    activity = published(title="湿地观鸟")
    address = f"/activities/{activity.code}/poster.png"
    first = client.get(address)
    monkeypatch.setattr(poster, "_poster", lambda facts: b"anew")

    assert client.get(address).content == first.content
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    Activity.objects.update(title="湿地观虫")
    assert client.get(address).content == b"anew"
    assert len(list((settings.DATA_DIR / "posters").iterdir())) == 1


def test_a_photo_is_drawn_and_a_broken_one_breaks_nothing(client: Client, in_the_month: datetime) -> None:
    activity = published(title="湿地观鸟")
    shown = PictureFactory(activity=activity)
    address = f"/activities/{activity.code}/poster.png"
    with_photo = client.get(address).content
    Path(shown.file.path).write_bytes(b"\xff\xd8\xff broken")
    Activity.objects.update(title="湿地观鸟二")

    assert picture(client, address).size == (1080, 1620) and with_photo[:4] == b"\x89PNG"


def test_hostile_titles_are_drawn_as_text(in_the_month: datetime) -> None:
    for kind in ("markup", "lines", "marks", "word", "space", "formula"):
        hostile = corpus.KINDS[kind][0]
        activity = published(title=f"始{hostile[:110]}终", host=hostile[:120] or "甲")
        for draw in (poster._poster, poster._card):
            assert draw(facts(activity))[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("科普，让城市更聪明", 60, ["科", "普，", "让城", "市更", "聪明"]),
        ("看（月亮）", 60, ["看", "（月", "亮）"]),
        ("Robots 与人", 120, ["Robots", "与人"]),
        ("abcdefghijklmnop", 100, None),
    ],
)
def test_lines_break_as_chinese_breaks(text: str, width: int, expected: list[str] | None) -> None:
    font = lettering.face(lettering.SANS, 30)

    found = lettering.lines(text, font, width, 9)

    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(font.getlength(line) <= width for line in found)
    assert not any(line[0] in lettering.NEVER_FIRST or line[-1] in lettering.NEVER_LAST for line in found)
    assert expected is None or found == expected


def test_what_does_not_fit_ends_in_an_ellipsis_and_what_no_face_has_is_marked() -> None:
    font = lettering.face(lettering.SANS, 30)

    assert lettering.lines("科" * 99, font, 300, 2)[-1].endswith("…")
    assert lettering.drawable("𠮷野家\u202e🧪 \u200b!") == "〓野家 !"


def test_no_picture_of_what_is_not_public(client: Client, in_the_month: datetime) -> None:
    hidden, gone = published(state=State.DRAFT), published(state=State.TAKEN_DOWN, published_at=now())
    for name in ("poster", "card"):
        assert client.get(f"/activities/{hidden.code}/{name}.png").status_code == 404
        assert client.get(f"/activities/{gone.code}/{name}.png").status_code == 410


OPEN_GRAPH = ("og:title", "og:type", "og:url", "og:image", "og:description", "og:site_name", "og:locale")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_links_to_every_public_page_unfold(client: Client, in_the_month: datetime, language: str) -> None:
    activity = published(title='"><b>湿地</b>')

    for path in ("/", "/activities/", f"/activities/{activity.code}/", "/calendar/", "/calendar/2024-09-14/",
                 "/departments/", "/bases/", "/notice/"):  # fmt: skip
        tree = LexborHTMLParser(client.get(path, headers={"accept-language": language}).content.decode())
        for name in OPEN_GRAPH:
            [tag] = tree.css(f'meta[property="{name}"]')
            assert tag.attributes["content"], (path, name)
        [url] = tree.css('meta[property="og:url"]')
        assert url.attributes["content"] == f"http://127.0.0.1:8000{path}"
        [title] = tree.css('meta[property="og:title"]')
        [element] = tree.css("title")
        assert element.text().startswith(title.attributes["content"] or "-")
        [image] = tree.css('meta[property="og:image"]')
        assert (
            client.get((image.attributes["content"] or "").removeprefix("http://127.0.0.1:8000")).status_code
            == 200
        )


def test_search_engines_find_every_page_and_nothing_else(
    client: Client, in_the_month: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MOST", 2)
    shown = [published() for _ in range(3)]
    published(state=State.DRAFT)
    robots = client.get("/robots.txt").content.decode()

    def read(address: str) -> list[str]:
        root = fromstring(client.get(address.removeprefix("http://127.0.0.1:8000")).content)
        return [one.text or "" for one in root.iter(f"{{{sitemap.NAMESPACE}}}loc")]

    [index] = re.findall("Sitemap: (.+)", robots)
    pages = [page for part in read(index) for page in read(part)]

    assert len(pages) == len(set(pages))
    assert {page for page in pages if re.search("activities/.", page)} == {
        f"http://127.0.0.1:8000/activities/{one.code}/" for one in shown
    }
    for page in pages:
        assert client.get(page.removeprefix("http://127.0.0.1:8000")).status_code == 200, page
    assert client.get("/sitemap/9.xml").status_code == 404
