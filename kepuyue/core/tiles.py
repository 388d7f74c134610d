"""Where the pictures under a map come from, if from anywhere: none, Tianditu (天地图), AMap (高德), any XYZ server, or
one file of tiles (PMTiles).

Pure words and addresses: nothing is fetched here, browsers do. Written after the providers' public documents,
tried against local servers only.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from kepuyue.core.geo import Datum

NONE, TIANDITU, AMAP, XYZ, PMTILES = KINDS = ("none", "tianditu", "amap", "xyz", "pmtiles")

# http://lbs.tianditu.gov.cn/server/MapService.html: vec_w in the web's projection; names are a layer of their own
_TIANDITU = (
    "/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w"
    "&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_AMAP = "/appmaptile?lang={language}&size=1&scale=1&style=8&x={{x}}&y={{y}}&z={{z}}"


class WrongSource(ValueError):
    """What is set does not name a source; the text says which variable to mend."""


@dataclass(frozen=True)
class TileSource:
    """One source: layers of addresses with {z}, {x}, {y} and perhaps {s}, the lowest layer first; or one file of tiles,
    of which a browser fetches ranges (`is_archive`).
    """

    layers: tuple[str, ...]
    datum: Datum = Datum.WGS84
    subdomains: str = ""
    attribution: str = ""
    max_zoom: int = 18
    is_archive: bool = False

    @property
    def origins(self) -> list[str]:
        """The servers that a browser asks, as a Content-Security-Policy names them; none where it is our own."""
        found: dict[str, None] = {}
        for layer in self.layers:
            for name in self.subdomains or "-":
                parts = urlsplit(layer.replace("{s}", name))
                if parts.netloc:
                    found[f"{parts.scheme}://{parts.netloc}"] = None
        return list(found)

    @property
    def policy(self) -> dict[str, list[str]]:
        """What a page with this map asks of its Content-Security-Policy beside the house's own."""
        if self.is_archive:
            # Fetched by the page's script, which makes pictures of it
            return {"connect-src": self.origins}
        return {"img-src": self.origins}


def source(
    *,
    kind: str,
    url: str = "",
    key: str = "",
    datum: str = Datum.WGS84,
    attribution: str = "",
    english: bool = False,
) -> TileSource | None:
    """The source that the settings name (`MAP_TILES`), with names in English where the provider has them.

    None: no tiles. `url` stands for the provider's server where a city keeps a copy or a cache of it; `datum` is
    asked of XYZ servers only, the others' is known.
    """
    if kind == NONE:
        return None
    if kind == TIANDITU:
        if not key.isalnum():
            raise WrongSource("MAP_TILES_KEY: write the key (tk) that Tianditu gave you for browsers")
        server = _server(url, "https://t{s}.tianditu.gov.cn")
        names = ("vec", "eva" if english else "cva")
        layers = tuple(server + _TIANDITU.format(layer=name, key=key) for name in names)
        return TileSource(layers, Datum.WGS84, _names(server, "01234567"), attribution or "天地图")
    if kind == AMAP:
        server = _server(url, "https://webrd0{s}.is.autonavi.com")
        layer = server + _AMAP.format(language="en" if english else "zh_cn")
        return TileSource((layer,), Datum.GCJ02, _names(server, "1234"), attribution or "高德地图")
    is_ours = url.startswith("/") and not url.startswith("//")
    if kind == PMTILES:
        if not (is_ours or _is_web(url)) or not urlsplit(url).path.endswith(".pmtiles"):
            raise WrongSource(
                "MAP_TILES_URL: write an address such as https://tiles.example.org/city.pmtiles"
            )
        return TileSource((url,), Datum(datum), "", attribution, is_archive=True)
    if not (is_ours or _is_web(url)) or any(sign not in url for sign in ("{z}", "{x}", "{y}")):
        raise WrongSource("MAP_TILES_URL: write an address such as https://tiles.example.org/{z}/{x}/{y}.png")
    return TileSource((url,), Datum(datum), _names(url, "abc"), attribution)


def _server(url: str, usual: str) -> str:
    if url and not _is_web(url):
        raise WrongSource("MAP_TILES_URL: write the server's address with https://")
    return url.rstrip("/") or usual


def _is_web(url: str) -> bool:
    """An address that may stand in a Content-Security-Policy: no space, semicolon, comma or quote in its server."""
    parts = urlsplit(url)
    plain = parts.netloc.replace("{s}", "a")
    return (
        parts.scheme in ("http", "https")
        and bool(plain)
        and all(sign.isalnum() or sign in ".-:[]" for sign in plain)
    )


def _names(address: str, usual: str) -> str:
    return usual if "{s}" in address else ""
