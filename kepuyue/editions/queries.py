"""Reads about editions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from math import ceil, cos, radians
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.geo import Point, locate
from kepuyue.core.time import today
from kepuyue.editions.models import CityMap, Edition, Extension, KeyDate, Paper, Taxonomy
from kepuyue.organizations.models import District, Organization


def current_edition() -> Edition | None:
    """The edition that the city runs now; None before one is loaded."""
    return Edition.objects.filter(is_current=True).first()


def taxonomies(edition: Edition) -> list[Taxonomy]:
    """The edition's classifications with their terms, in order, in two queries."""
    return list(edition.taxonomies.prefetch_related("terms"))


def key_day(edition: Edition, kind: str) -> date | None:
    """The day of a key date, or None where the edition does not set it."""
    return KeyDate.objects.filter(edition=edition, kind=kind).values_list("day", flat=True).first()


def templates_of(which: str) -> QuerySet[Paper]:
    """The templates of one kind of official document, of editions that are no archive."""
    return Paper.objects.filter(template_of=which, edition__is_archive=False).select_related("edition")


def forwardable() -> QuerySet[Paper]:
    """What the office has published with a number in the current edition: branches hand it on."""
    rows = Paper.objects.filter(edition__is_current=True, is_published=True, template_of="")
    return rows.exclude(number="").exclude(issuer="").select_related("edition")


class Phase(StrEnum):
    """阶段: call for registration, publicity, the month itself, summaries due, afterwards."""

    CALL = "call"
    PUBLICITY = "publicity"
    MONTH = "month"
    SUMMARY = "summary"
    AFTER = "after"


def phase(edition: Edition, day: date | None = None) -> Phase:
    """Which phase a day (default: today) falls into, from the edition's key dates."""
    day = day or today()
    if day > edition.ends_on:
        return Phase.AFTER
    summary = key_day(edition, KeyDate.Kind.SUMMARY_DUE)
    if summary and day >= summary:
        return Phase.SUMMARY
    if day >= edition.starts_on:
        return Phase.MONTH
    publicity = key_day(edition, KeyDate.Kind.PUBLICITY_OPENS) or edition.starts_on
    return Phase.PUBLICITY if day >= publicity else Phase.CALL


def is_open_to_public(edition: Edition) -> bool:
    """Whether the programme may be shown: from the day publicity opens (notice 四(三))."""
    return phase(edition) is not Phase.CALL


# What opens on which day and ends with which; None: no such day. Publicity, once open, does not close
WINDOWS: dict[str, tuple[KeyDate.Kind | None, KeyDate.Kind | None]] = {
    "registration": (KeyDate.Kind.REGISTRATION_OPENS, KeyDate.Kind.REGISTRATION_DUE),
    "plan": (None, KeyDate.Kind.PLAN_DUE),
    "publicity": (KeyDate.Kind.PUBLICITY_OPENS, None),
    "summary": (None, KeyDate.Kind.SUMMARY_DUE),
}


@dataclass(frozen=True)
class Window:
    """When something may be done by one unit: from `opens` to `due`, both days included; None: no limit.

    `due` is the day that holds for this unit, `extension` the exception that moved it there.
    """

    kind: str
    opens: date | None
    due: date | None
    extension: Extension | None = None

    def is_open(self, day: date | None = None) -> bool:
        """Whether it may be done on a day (default: today)."""
        day = day or today()
        return (self.opens is None or day >= self.opens) and (self.due is None or day <= self.due)

    def why_closed(self, edition: Edition, day: date | None = None) -> str:
        """A sentence that says what is the case and what to do; empty while it is open."""
        day = day or today()
        named = {
            "what": {"registration": _("申报"), "plan": _("报送工作方案"), "summary": _("报送总结"),
                     "publicity": _("对外发布")}[self.kind],
            "contact": wording.listed(filter(None, (edition.contact_phone, edition.contact_email)))
            or str(edition.office or edition.office_name),
        }  # fmt: skip
        if self.opens and day < self.opens:
            text = _("%(what)s从%(day)s开始，到时再提交即可；已填写的内容都保存好了。")
            return text % (named | {"day": wording.day_text(self.opens, weekday=False)})
        if self.due and day > self.due:
            text = _(
                "%(what)s已于%(day)s截止。已填写的内容都保存好了；确需补报，请联系市级统筹单位（%(contact)s）延期。"
            )
            return text % (named | {"day": wording.day_text(self.due, weekday=False)})
        return ""


def window(
    edition: Edition, kind: str, organization: Organization | None = None, *, tiers: Iterable[str] = ()
) -> Window:
    """When a unit may do something ("registration", "plan", "publicity", "summary") in an edition.

    The latest of the exceptions that hold for the unit, for one above it, or for one of the activity's tiers
    (codes of terms) goes before the common deadline.
    """
    first, last = WINDOWS[kind]
    days = dict(edition.key_dates.values_list("kind", "day"))
    due = days.get(last) if last else None
    if due is None:
        return Window(kind, days.get(first) if first else None, None)
    above = [int(part) for part in organization.path.strip("/").split("/")] if organization else []
    reached = edition.extensions.filter(kind=last).filter(
        Q(organization__in=above) | Q(tier__in=[tier for tier in tiers if tier])
    )
    extension = reached.order_by("-until").first()
    if extension and extension.until > due:
        return Window(kind, days.get(first) if first else None, extension.until, extension)
    return Window(kind, days.get(first) if first else None, due)


def is_open(
    edition: Edition, kind: str, organization: Organization | None = None, *, tiers: Iterable[str] = ()
) -> bool:
    """Whether the unit may do it today; see `window`."""
    return window(edition, kind, organization, tiers=tiers).is_open()


# The drawing's own coordinates: every map of an edition has this width, and as much height as it needs
MAP_WIDTH = 1000
MAP_MARGIN = 10


@dataclass(frozen=True)
class Outline:
    """One district as a path of a drawing, with the place for its name."""

    code: str
    name: str
    name_en: str
    path: str
    x: float | None
    y: float | None

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


@dataclass(frozen=True)
class Drawing:
    """A small map of the city's districts; `view_box` is for the SVG element."""

    view_box: str
    outlines: tuple[Outline, ...]
    note: str
    note_en: str
    approval_number: str
    project: Callable[[float, float], tuple[float, float]] | None = None
    "Where a point (longitude and latitude, WGS-84 degrees) lies in the drawing"

    def __iter__(self) -> Iterator[Outline]:
        return iter(self.outlines)

    def __bool__(self) -> bool:
        return bool(self.outlines)

    @property
    def source(self) -> str:
        """Where the outlines come from, in the reader's language."""
        return self.note_en if self.note_en and (get_language() or "").startswith("en") else self.note


def outline_paths(edition: Edition) -> Drawing:
    """The districts' outlines as SVG paths; empty where the edition carries no map. Kept per process."""
    return _drawing(edition.pk, edition.version, edition.loaded_at)


def outlines(edition: Edition) -> dict[str, Any]:
    """The districts' outlines as GeoJSON (WGS-84), for a map in the browser; empty where there is no map."""
    found = CityMap.objects.filter(edition=edition).values_list("outlines", flat=True).first()
    return found or {"type": "FeatureCollection", "features": []}


def has_boundaries(edition: Edition) -> bool:
    """Whether the edition knows where its city ends."""
    return bool(_boundaries(edition.pk, edition.version, edition.loaded_at))


def district_at(edition: Edition, lng: float, lat: float) -> District | None:
    """The district that holds a point (WGS-84), as far as the edition's boundaries know."""
    found = locate(_boundaries(edition.pk, edition.version, edition.loaded_at), Point(lng, lat))
    return District.objects.filter(code=found["code"]).first() if found else None


# The stamp (version and moment of loading) makes a new entry when the map may have changed
@lru_cache(maxsize=8)
def _boundaries(edition_id: int, version: int, loaded_at: datetime) -> list[dict[str, Any]]:
    boundaries = (
        CityMap.objects.filter(edition_id=edition_id).values_list("boundaries", flat=True).first() or {}
    )
    return list(boundaries.get("features", []))


@lru_cache(maxsize=8)
def _drawing(edition_id: int, version: int, loaded_at: datetime) -> Drawing:
    city_map = CityMap.objects.filter(edition_id=edition_id).first()
    features = city_map.outlines.get("features", []) if city_map else []
    if city_map is None or not features:
        return Drawing("0 0 1 1", (), "", "", "")
    project, height = _projection(features)
    districts = {district.code: district for district in District.objects.all()}
    outlines = [
        _outline(districts[feature["properties"]["code"]], feature["geometry"], project)
        for feature in features
        if feature["properties"]["code"] in districts
    ]
    return Drawing(
        f"0 0 {MAP_WIDTH} {height}",
        tuple(outlines),
        city_map.source,
        city_map.source_en,
        city_map.approval_number,
        project,
    )


def _projection(features: list[dict[str, Any]]) -> tuple[Callable[[float, float], tuple[float, float]], int]:
    """Equirectangular, with degrees of longitude shortened as they are at the city's latitude."""
    points = [point for feature in features for ring in _rings(feature["geometry"]) for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = cos(radians((south + north) / 2))
    scale = (MAP_WIDTH - 2 * MAP_MARGIN) / ((east - west) * shrink)

    def project(lng: float, lat: float) -> tuple[float, float]:
        return (
            round(MAP_MARGIN + (lng - west) * shrink * scale, 1),
            round(MAP_MARGIN + (north - lat) * scale, 1),
        )

    return project, ceil((north - south) * scale + 2 * MAP_MARGIN)


def _outline(
    district: District, geometry: dict[str, Any], project: Callable[[float, float], tuple[float, float]]
) -> Outline:
    path = "".join(
        "M" + "L".join(f"{x:g},{y:g}" for x, y in (project(*point[:2]) for point in ring[:-1])) + "Z"
        for ring in _rings(geometry)
    )
    label = (
        project(district.lng, district.lat) if district.lng is not None and district.lat is not None else None
    )
    return Outline(district.code, district.name, district.name_en, path, *(label or (None, None)))


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]
