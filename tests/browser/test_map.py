"""The map of a result in a browser: without any tile server, and with each kind of source played by a local one."""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, expect

from kepuyue.core.geo import Point, gcj02_from_wgs84, pixel
from kepuyue.editions.actions import loading
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from tests.factories import SessionFactory, VenueFactory
from tests.programme.given import announce, published
from tests.programme.test_three_views import moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]
HALL = Point(114.0546, 22.5437)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def archive_of(picture: bytes) -> bytes:
    """The smallest file of tiles (PMTiles 3): one picture for every tile down to zoom 14."""
    count = (4**15 - 1) // 3
    run = bytearray()
    while count:
        run.append(count & 127 | (128 if count > 127 else 0))
        count >>= 7
    folder = bytes([1, 0, *run, len(picture), 1])
    places = [
        127,
        len(folder),
        127 + len(folder),
        0,
        127 + len(folder),
        0,
        127 + len(folder),
        len(picture),
        1,
        1,
        1,
    ]
    world = [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000]
    head = b"PMTiles\x03" + struct.pack("<11Q6B4iB2i", *places, 1, 1, 1, 2, 0, 14, *world, 0, 0, 0)
    return head + folder + picture


ARCHIVE = archive_of(PNG)


@pytest.fixture
def programme() -> None:
    """Of the real edition: two places near each other, one far away."""
    loading.load(django_settings.EDITIONS_DIR / "shenzhen-2024")
    futian = Organization.objects.get(level=Organization.Level.DISTRICT, district__code="futian")
    edition = Edition.objects.get(code="shenzhen-2024")
    places = {"市民中心": HALL, "莲花山公园": Point(114.0556, 22.5544), "大梅沙": Point(114.3045, 22.5947)}
    for name, (lng, lat) in places.items():
        activity = published(title=f"{name}的课", sessions=0, edition=edition, organization=futian)
        venue = VenueFactory(name=name, district=futian.district, lng=lng, lat=lat)
        SessionFactory(activity=activity, venue=venue, starts_at=moment(14, 10), ends_at=moment(14, 11))
        announce(activity)


@dataclass
class Tiles:
    """A server of tiles that remembers what it was asked and by whose leave."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def tiles() -> Iterator[Tiles]:
    found = Tiles()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers.get("Referer", "")))
            if asked := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
                part = ARCHIVE[int(asked[1]) : int(asked[2]) + 1]
                self.send_response(206)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(part)))
                self.end_headers()
                self.wfile.write(part)
                return
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PNG)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("programme")
def test_a_place_is_found_on_the_map_and_its_address_shared(
    phone: Page, assert_accessible: Callable[[Page], None], assert_fits: Callable[[Page], None]
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto("/activities/?view=map&q=的课")
    expect(phone.locator(".result-map__land")).to_have_count(10)
    expect(phone.get_by_text("深汕", exact=True).first).to_be_attached()
    near = phone.locator(".result-mark--cluster")
    expect(near).to_have_attribute("aria-label", "这一带2项活动，放大看")
    assert_accessible(phone)
    assert_fits(phone)

    # By keys, as without a pointer
    near.focus()
    phone.keyboard.press("Enter")
    hall = phone.locator('.result-mark[aria-label="市民中心：1项活动"]')
    hall.focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("#map-cards").get_by_role("link", name="市民中心的课")).to_be_visible()
    assert "place=" in phone.url and "q=" in phone.url and "#map=" in phone.url

    # The address brings the same place and the same part of the map; a filter keeps that part
    shared = phone.url
    phone.goto("/healthz")
    phone.goto(shared)
    expect(phone.locator("#map-cards").get_by_role("link", name="市民中心的课")).to_be_visible()
    expect(hall).to_be_attached()
    assert not [
        url for url in asked if not url.startswith((shared.split("/activities")[0], "data:", "blob:"))
    ]


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("kind", ["tianditu", "amap", "xyz"])
def test_source_is_asked_for_the_tiles_of_its_own_coordinates(
    kind: str, tiles: Tiles, desktop: Page, settings: Any
) -> None:
    settings.MAP_TILES = {
        "tianditu": {"kind": "tianditu", "key": "k1", "url": tiles.url},
        "amap": {"kind": "amap", "url": tiles.url},
        "xyz": {"kind": "xyz", "url": f"{tiles.url}/{{z}}/{{x}}/{{y}}.png", "datum": "wgs84"},
    }[kind]
    # Read where tiles are small, so that the shift of half a kilometre is a whole tile and more
    lng, lat = gcj02_from_wgs84(HALL) if kind == "amap" else HALL
    desktop.goto(f"/activities/?view=map&q=市民中心#map=18/{lat:.4f}/{lng:.4f}")
    mark = desktop.locator(".result-mark--place")
    expect(mark).to_be_in_viewport()
    layers = desktop.locator(".leaflet-tile-pane .leaflet-layer")
    expect(layers).to_have_count(2 if kind == "tianditu" else 1)
    for layer in layers.all():
        expect(layer.locator(".leaflet-tile-loaded").first).to_be_attached()
        # All of them, whichever came first
        expect(layer.locator(".leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)

    wanted = tuple(int(one // 256) for one in pixel(Point(lng, lat), 18))
    assert any(numbers(kind, path) == (18, *wanted) for path, _referrer in tiles.asked)
    # The site's origin is told, for keys that are bound to it; what somebody looks for is not
    origin = desktop.url.split("activities/")[0]
    assert {referrer for _path, referrer in tiles.asked} == {origin}
    if kind == "tianditu":
        assert {parse_qs(urlsplit(path).query)["LAYER"][0] for path, _referrer in tiles.asked} == {
            "vec",
            "cva",
        }
        assert all("tk=k1" in path for path, _referrer in tiles.asked)


@pytest.mark.usefixtures("programme")
def test_one_file_of_tiles_lies_below_the_map(tiles: Tiles, desktop: Page, settings: Any) -> None:
    settings.MAP_TILES = {"kind": "pmtiles", "url": f"{tiles.url}/city.pmtiles"}
    asked: list[str] = []
    desktop.on("request", lambda request: asked.append(request.url))
    desktop.goto("/activities/?view=map&q=市民中心#map=12/22.5437/114.0546")

    expect(desktop.locator(".leaflet-tile-pane img.leaflet-tile-loaded[src^='blob:']").first).to_be_attached()
    assert {path for path, _referrer in tiles.asked} == {"/city.pmtiles"}
    assert any("pmtiles-layer" in url for url in asked)
    settings.MAP_TILES = {"kind": "none"}
    asked.clear()
    desktop.goto("/activities/?view=map&q=大梅沙")
    expect(desktop.locator(".result-mark--place")).to_be_attached()
    assert not any("pmtiles" in url for url in asked)


def numbers(kind: str, path: str) -> tuple[int, ...]:
    """Zoom, column and row that an address asks for."""
    if kind == "xyz":
        z, x, y = path.strip("/").removesuffix(".png").split("/")
        return int(z), int(x), int(y)
    asked = parse_qs(urlsplit(path).query)
    names = ("TILEMATRIX", "TILECOL", "TILEROW") if kind == "tianditu" else ("z", "x", "y")
    return tuple(int(asked[name][0]) for name in names)
