"""The sources of map pictures, against what their providers publish."""

from urllib.parse import parse_qs, urlsplit

import pytest

from kepuyue.core.geo import Datum
from kepuyue.core.tiles import WrongSource, source


def test_without_a_source_there_are_no_tiles() -> None:
    assert source(kind="none") is None


def test_tianditu_is_wgs84_in_two_layers_with_its_key() -> None:
    found = source(kind="tianditu", key="abc123")

    assert found and found.datum is Datum.WGS84 and len(found.layers) == 2
    asked = parse_qs(urlsplit(found.layers[1]).query)
    assert (asked["LAYER"], asked["TILEMATRIXSET"], asked["tk"]) == (["cva"], ["w"], ["abc123"])
    assert (asked["TILEMATRIX"], asked["TILEROW"], asked["TILECOL"]) == (["{z}"], ["{y}"], ["{x}"])
    assert found.origins == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
    english = source(kind="tianditu", key="abc123", english=True)
    assert english and "LAYER=eva&" in english.layers[1]


def test_amap_is_gcj02() -> None:
    found = source(kind="amap")

    assert found and found.datum is Datum.GCJ02
    assert found.origins == [f"https://webrd0{n}.is.autonavi.com" for n in range(1, 5)]
    assert "lang=zh_cn" in found.layers[0] and found.layers[0].endswith("x={x}&y={y}&z={z}")


def test_xyz_server_is_asked_in_the_coordinates_that_are_set() -> None:
    found = source(
        kind="xyz",
        url="https://{s}.tiles.example.org:8443/{z}/{x}/{y}.png",
        datum="gcj02",
        attribution="市图",
    )

    assert found and (found.datum, found.attribution) == (Datum.GCJ02, "市图")
    assert found.origins == [f"https://{name}.tiles.example.org:8443" for name in "abc"]


def test_own_server_needs_no_opening_of_the_policy() -> None:
    found = source(kind="xyz", url="/tiles/{z}/{x}/{y}.webp")

    assert found and found.origins == []


def test_own_copy_stands_for_the_providers_server() -> None:
    found = source(kind="tianditu", key="k1", url="https://cache.example.org/")

    assert found and found.origins == ["https://cache.example.org"]
    assert found.layers[0].startswith("https://cache.example.org/vec_w/wmts?")


def test_one_file_of_tiles_is_fetched_by_the_page_and_shown_as_its_own_pictures() -> None:
    found = source(kind="pmtiles", url="https://tiles.example.org/city.pmtiles", datum="gcj02")

    assert found and found.is_archive and found.datum == Datum.GCJ02
    assert found.policy == {"connect-src": ["https://tiles.example.org"]}
    own = source(kind="pmtiles", url="/maps/city.pmtiles")
    assert own and own.origins == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "tianditu"},
        {"kind": "tianditu", "key": "a b"},
        {"kind": "tianditu", "key": "abc", "url": "cache.example.org"},
        {"kind": "amap", "url": "javascript:alert(1)"},
        {"kind": "pmtiles", "url": "https://tiles.example.org/city.png"},
        {"kind": "pmtiles", "url": "//tiles.example.org/city.pmtiles"},
        {"kind": "xyz", "url": ""},
        {"kind": "xyz", "url": "https://tiles.example.org/{z}/{x}.png"},
        {"kind": "xyz", "url": "//tiles.example.org/{z}/{x}/{y}.png"},
        {"kind": "xyz", "url": "https://tiles.example.org;script-src *;/{z}/{x}/{y}.png"},
        {"kind": "xyz", "url": "https://a b/{z}/{x}/{y}.png"},
        {"kind": "xyz", "url": "https://*/{z}/{x}/{y}.png"},
    ],
)
def test_what_names_no_source_is_said(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSource, match=r"^MAP_TILES_"):
        source(**wrong)  # type: ignore[arg-type]
