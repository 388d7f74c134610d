"""Site maps (sitemaps.org/protocol.html): an index, the pages of the month, and the activities in parts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from django.db.models import QuerySet
from django.urls import reverse

from kepuyue.activities.models import Activity, Origin
from kepuyue.cloud.models import CloudItem
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.organizations.models import District
from kepuyue.programme.permissions import approved
from kepuyue.publicity.queries import shown_stories

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The protocol allows 50,000 addresses in a file
MOST = 20_000
MOST_PARTS = 1_000


def activities() -> QuerySet[Activity]:
    """Our own public activities of all editions that are, or once were, open to the public; of what was gathered the
    page that counts is elsewhere.
    """
    shown = [one.pk for one in Edition.objects.filter(was_current=True) if is_open_to_public(one)]
    return approved().exclude(origin=Origin.GATHERED).filter(edition__in=shown).order_by("pk")


def index() -> bytes:
    """The parts: 0 holds the pages, 1 and the following the activities."""
    parts = range(2 + max(0, activities().count() - 1) // MOST)
    return _written(
        "sitemapindex", "sitemap", ((reverse("programme:sitemap-part", args=[one]), None) for one in parts)
    )


def part(number: int, edition: Edition | None) -> bytes | None:
    """One part; None where there is none of this number."""
    if number == 0:
        return _written("urlset", "url", ((path, None) for path in _pages(edition)))
    if number > MOST_PARTS:
        return None
    start = (number - 1) * MOST
    rows = list(activities().values_list("code", "updated_at")[start : start + MOST])
    if not rows and number > 1:
        return None
    return _written("urlset", "url", ((reverse("programme:activity", args=[code]), at) for code, at in rows))


def _pages(edition: Edition | None) -> Iterator[str]:
    yield reverse("programme:home")
    if edition is None or not is_open_to_public(edition):
        return
    for name in ("activities", "calendar", "departments", "press", "press-coverage", "open-data"):
        yield reverse(f"programme:{name}")
    for day in edition.days:
        yield reverse("programme:day", args=[day])
    for code in District.objects.values_list("code", flat=True):
        yield reverse("programme:district", args=[code])
    for code in shown_stories(edition).values_list("code", flat=True)[:MOST]:
        yield reverse("programme:press-story", args=[code])
    yield reverse("resources:bases")
    yield reverse("programme:cloud")
    for code in (
        CloudItem.objects.filter(edition=edition).public().order_by("pk").values_list("code", flat=True)
    ):
        yield reverse("programme:cloud-item", args=[code])
    yield reverse("editions:notice")


def _written(root: str, item: str, pages: Iterable[tuple[str, datetime | None]]) -> bytes:
    top = Element(root, xmlns=NAMESPACE)
    for path, changed in pages:
        entry = SubElement(top, item)
        SubElement(entry, "loc").text = whole(path)
        if changed:
            SubElement(entry, "lastmod").text = changed.replace(microsecond=0).isoformat()
    return tostring(top, encoding="utf-8", xml_declaration=True)
