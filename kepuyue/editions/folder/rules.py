"""The rules that hold between values: dates in order, codes and names once, references that lead somewhere."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.core.geo import Point, locate
from kepuyue.editions.folder import main_venue
from kepuyue.editions.folder.parts import Parts
from kepuyue.editions.folder.problems import TO_FILL_IN, Problem, suggestion
from kepuyue.editions.folder.reading import Document
from kepuyue.editions.models import KeyDate
from kepuyue.organizations.models import Organization

ORGANIZATIONS = ("members.csv", "associations.csv", "bases.csv")
# Each pair: the first must not be later than the second
IN_ORDER = (
    (KeyDate.Kind.REGISTRATION_OPENS, KeyDate.Kind.PLAN_DUE),
    (KeyDate.Kind.REGISTRATION_OPENS, KeyDate.Kind.REGISTRATION_DUE),
    (KeyDate.Kind.REGISTRATION_OPENS, "ends_on"),
    (KeyDate.Kind.PUBLICITY_OPENS, "ends_on"),
    (KeyDate.Kind.REGISTRATION_DUE, "ends_on"),
    ("starts_on", KeyDate.Kind.SUMMARY_DUE),
)
# More than a page can carry for a small drawing, and the most an edition may republish of an unlicensed map
MAP_BYTES = 60_000


def broken(parts: Parts) -> list[Problem]:
    """Every rule that the folder breaks."""
    return [problem for rule in RULES for problem in rule(parts)]


def _nothing_left_to_fill_in(parts: Parts) -> Iterator[Problem]:
    for name, document in parts.documents.items():
        if not name.endswith(".geojson"):
            yield from _unfilled(document, document.data, ())
    for name, text in parts.texts.items():
        if not text.strip():
            yield Problem(name, 1, _("文件是空的。"), _("请写上正文。"))
        for number, line in enumerate(text.splitlines(), start=1):
            if TO_FILL_IN in line:
                yield Problem(name, number, _("正文还没有填写。"), _("请写上这一届的内容。"))


def _unfilled(document: Document, value: Any, place: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _unfilled(document, child, (*place, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _unfilled(document, child, (*place, number))
    elif isinstance(value, str) and TO_FILL_IN in value:
        key = next((part for part in reversed(place) if isinstance(part, str)), "")
        yield Problem(
            document.file,
            document.line(place),
            _("“%(key)s”还没有填写。") % {"key": key},
            _("请写上这一届的内容。"),
        )


def _dates_in_order(parts: Parts) -> Iterator[Problem]:
    starts, ends, year = (parts.facts.get(key) for key in ("starts_on", "ends_on", "year"))

    def problem(place: tuple[str | int, ...], what: str, remedy: str) -> Problem:
        return Problem("edition.yaml", parts.line("edition.yaml", place), what, remedy)

    if starts and year and starts.year != year:
        yield problem(
            ("starts_on",),
            _("开始日期在%(found)s年，这一届是%(year)s年。") % {"found": starts.year, "year": year},
            _("请核对年份。"),
        )
    if starts and ends and ends < starts:
        yield problem(("ends_on",), _("结束日期早于开始日期。"), _("请核对两个日期。"))
        return
    if starts and ends and (ends - starts).days > 366:
        yield problem(("ends_on",), _("活动期超过一年。"), _("请核对两个日期。"))
    days = {}
    for number, entry in enumerate(parts.facts.get("key_dates", [])):
        if entry.kind in days:
            yield problem(
                ("key_dates", number, "kind"),
                _("“%(kind)s”写了两次。") % {"kind": entry.kind},
                _("请只留一处。"),
            )
        days[entry.kind] = (entry.day, ("key_dates", number, "day"))
    bounds = {"starts_on": (starts, ("starts_on",)), "ends_on": (ends, ("ends_on",))}
    moments = {**bounds, **days}
    for first, second in IN_ORDER:
        early, late = moments.get(first, (None, ())), moments.get(second, (None, ()))
        if early[0] and late[0] and early[0] > late[0]:
            place = early[1] if first in days else late[1]
            yield problem(
                place,
                _("“%(first)s”（%(early)s）晚于“%(second)s”（%(late)s）。")
                % {"first": first, "second": second, "early": early[0], "late": late[0]},
                _("请核对两个日期。"),
            )


def _codes_once(parts: Parts) -> Iterator[Problem]:
    for key in ("marks", "papers"):
        entries = [
            (("edition.yaml", (key, n, "code")), e.code) for n, e in enumerate(parts.facts.get(key, []))
        ]
        yield from _repeated(parts, entries, _("代码"))
    for name in ("taxonomies.yaml", "districts.csv"):
        yield from _repeated(
            parts, [((name, (n, "code")), e.code) for n, e in parts.rows.get(name, [])], _("代码")
        )
    for field, word in (("code", _("代码")), ("name", _("单位名称"))):
        units = [
            ((name, (number,)), getattr(entry, field))
            for name in ORGANIZATIONS
            for number, entry in parts.rows.get(name, [])
        ]
        yield from _repeated(parts, units, word)
    districts = parts.rows.get("districts.csv", [])
    yield from _repeated(parts, [(("districts.csv", (n,)), e.name) for n, e in districts], _("区名"))
    tiles = [(("districts.csv", (n,)), f"{e.tile_column}, {e.tile_row}") for n, e in districts]
    yield from _repeated(parts, tiles, _("方格位置"))
    credit_codes = [
        ((name, (number,)), entry.credit_code)
        for name in ORGANIZATIONS
        for number, entry in parts.rows.get(name, [])
        if entry.credit_code
    ]
    yield from _repeated(parts, credit_codes, _("统一社会信用代码"))


def _repeated(parts: Parts, entries: Iterable[tuple[tuple[str, Any], str]], word: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for (name, place), value in entries:
        here = f"{name}:{parts.line(name, place)}"
        if value in seen:
            yield Problem(
                name,
                parts.line(name, place),
                _("%(word)s“%(value)s”重复。") % {"word": word, "value": value},
                _("前一处在 %(place)s，请改掉一处。") % {"place": seen[value]},
            )
        seen.setdefault(value, here)


def _terms_fit(parts: Parts) -> Iterator[Problem]:
    name = "taxonomies.yaml"
    for number, taxonomy in parts.rows.get(name, []):
        known: set[str] = set()
        for place, term in enumerate(taxonomy.terms):
            if term.parent and term.parent not in known:
                yield Problem(
                    name,
                    parts.line(name, (number, "terms", place, "parent")),
                    _("前面没有代码是“%(code)s”的分类项。") % {"code": term.parent},
                    suggestion(term.parent, sorted(known)),
                )
            known.add(term.code)
        terms = list(enumerate(taxonomy.terms))
        yield from _repeated(
            parts, [((name, (number, "terms", place)), term.code) for place, term in terms], _("代码")
        )
        # Import and search must know which term a word means
        words = [
            ((name, (number, "terms", place)), word)
            for place, term in terms
            for word in dict.fromkeys((term.name, *term.synonyms))
        ]
        yield from _repeated(parts, words, _("同一分类里的说法"))


def _synonyms_once(parts: Parts) -> Iterator[Problem]:
    name = "synonyms.yaml"
    words = [
        ((name, (number,)), word.casefold()) for number, group in parts.rows.get(name, []) for word in group
    ]
    yield from _repeated(parts, words, _("同义词"))


def _policy_leads_somewhere(parts: Parts) -> Iterator[Problem]:
    policy = parts.facts.get("policy")
    if policy is None:
        return
    known = {
        f"{taxonomy.code}:{term.code}"
        for taxonomy in parts.entries("taxonomies.yaml")
        for term in taxonomy.terms
    }
    if "default" not in policy.review:
        yield Problem(
            "edition.yaml",
            parts.line("edition.yaml", ("policy", "review")),
            _("审核规则里缺少“default”。"),
            _("请补上，例如 default: [branch, office]。"),
        )
    for key in policy.review:
        if key != "default" and key not in known:
            yield Problem(
                "edition.yaml",
                parts.line("edition.yaml", ("policy", "review", key)),
                _("审核规则里的“%(key)s”不是分类项。") % {"key": key},
                suggestion(key, ["default", *sorted(known)]),
            )
    types = {f"type:{value}" for value in Organization.Type.values}
    units = {row.code for name in ("members.csv", "associations.csv") for _n, row in parts.rows.get(name, [])}
    for key, code in policy.systems.items():
        line = parts.line("edition.yaml", ("policy", "systems", key))
        if key not in known | types:
            yield Problem(
                "edition.yaml",
                line,
                _("按系统审核里的“%(key)s”不是分类项，也不是单位类型。") % {"key": key},
                suggestion(key, sorted(known | types)),
            )
        if code not in units and "members.csv" in parts.rows:
            yield Problem(
                "edition.yaml",
                line,
                _("按系统审核里的“%(code)s”不是成员单位或区科协的代码。") % {"code": code},
                suggestion(code, sorted(units)),
            )


def _one_office(parts: Parts) -> Iterator[Problem]:
    office, name = parts.facts.get("office"), "members.csv"
    rows = [(number, row) for number, row in parts.rows.get(name, []) if row.level == "office"]
    named = [number for number, row in rows if office and row.code == office.organization]
    for number in (number for number, _row in rows if number != (named or [rows[0][0]])[0]):
        yield Problem(
            name,
            parts.line(name, (number,)),
            _("市级统筹单位只能有一个。"),
            _("请把 level 改为 department。"),
        )
    if office and name in parts.rows and office.organization not in {row.code for _number, row in rows}:
        yield Problem(
            "edition.yaml",
            parts.line("edition.yaml", ("office", "organization")),
            _("members.csv 里没有代码是“%(code)s”、level 是 office 的单位。") % {"code": office.organization},
            suggestion(office.organization, [row.code for row in parts.entries(name)])
            if not rows
            else suggestion(office.organization, [row.code for _number, row in rows]),
        )


def _districts_exist(parts: Parts) -> Iterator[Problem]:
    known = [district.code for district in parts.entries("districts.csv")]
    for name in ("associations.csv", "bases.csv"):
        for number, row in parts.rows.get(name, []):
            if row.district and row.district not in known:
                yield Problem(
                    name,
                    parts.line(name, (number,)),
                    _("没有代码是“%(code)s”的区。") % {"code": row.district},
                    suggestion(row.district, known),
                )


def _bases_are_certified(parts: Parts) -> Iterator[Problem]:
    name = "bases.csv"
    for number, row in parts.rows.get(name, []):
        if row.type == "base" and not row.designations:
            yield Problem(
                name,
                parts.line(name, (number,)),
                _("“%(name)s”标为科普基地，却没有称号。") % {"name": row.name},
                _("请在 designations 写上称号；没有称号的场所，type 写 other 等。"),
            )


def _maps_fit(parts: Parts) -> Iterator[Problem]:
    known = [district.code for district in parts.entries("districts.csv")]
    for name in ("outlines.geojson", "boundaries.geojson"):
        if name not in parts.documents:
            continue
        if parts.facts.get("map") is None and "map" in parts.facts:
            yield Problem(
                "edition.yaml",
                1,
                _("有地图文件，却没有“map”。"),
                _("请写明地图的来源（map: source），有审图号的写上审图号。"),
            )
        features = parts.map(name).get("features")
        if not isinstance(features, list) or not features:
            yield Problem(name, 1, _("不是 FeatureCollection，或里面没有内容。"), _("请重新导出这个文件。"))
            continue
        for number, feature in enumerate(features):
            line = parts.line(name, ("features", number))
            if not _is_polygon(feature):
                yield Problem(name, line, _("这一块不是完好的多边形。"), _("请重新导出这个文件。"))
            elif (code := feature["properties"].get("code")) not in known:
                yield Problem(
                    name,
                    line,
                    _("没有代码是“%(code)s”的区。") % {"code": code},
                    suggestion(str(code), known),
                )


def _maps_are_small(parts: Parts) -> Iterator[Problem]:
    for name in ("outlines.geojson", "boundaries.geojson"):
        data = parts.map(name)
        size = len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())
        if size > MAP_BYTES:
            yield Problem(
                name,
                None,
                _("地图有%(size)s KB，最多60 KB。") % {"size": size // 1000},
                _("请先简化边界（相邻各区共用的边界要一起简化）。"),
            )


def _is_polygon(feature: Any) -> bool:
    """Whether a GeoJSON feature is a (multi)polygon of closed rings of degrees."""
    try:
        geometry = feature["geometry"]
        polygons = {"Polygon": lambda c: [c], "MultiPolygon": lambda c: c}[geometry["type"]](
            geometry["coordinates"]
        )
        rings = [ring for polygon in polygons for ring in polygon]
        return (
            bool(rings)
            and isinstance(feature["properties"], dict)
            and all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)
            and all(-180 <= lng <= 180 and -90 <= lat <= 90 for ring in rings for lng, lat in ring)
        )
    except (KeyError, TypeError, ValueError):
        return False


def _points_lie_in_their_district(parts: Parts) -> Iterator[Problem]:
    features = parts.map("boundaries.geojson").get("features", [])
    if not isinstance(features, list) or not all(map(_is_polygon, features)):
        features = []
    drawn = {feature["properties"].get("code") for feature in features}
    for name in ("districts.csv", "bases.csv"):
        for number, row in parts.rows.get(name, []):
            line = parts.line(name, (number,))
            if (row.lng is None) != (row.lat is None):
                yield Problem(
                    name, line, _("经度和纬度只写了一个。"), _("请两个都写（WGS-84 坐标），或都留空。")
                )
            elif row.lng is not None:
                stated = row.code if name == "districts.csv" else row.district
                found = (locate(features, Point(row.lng, row.lat)) or {}).get("code")
                if stated in drawn and found != stated:
                    yield Problem(
                        name,
                        line,
                        _("坐标不在“%(district)s”的边界里。") % {"district": stated},
                        _("请核对坐标（WGS-84，先经度后纬度）和所属区。"),
                    )


RULES = (
    _nothing_left_to_fill_in,
    _dates_in_order,
    _codes_once,
    _terms_fit,
    _synonyms_once,
    _policy_leads_somewhere,
    _one_office,
    _districts_exist,
    _bases_are_certified,
    _maps_fit,
    _maps_are_small,
    _points_lie_in_their_district,
    main_venue.broken,
)
