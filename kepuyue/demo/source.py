"""The real activities that the demonstration shows: the edition's own copy, read as any upload is."""

from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from kepuyue.editions.models import Edition
from kepuyue.imports import entries, reader
from kepuyue.imports.dates import Frame
from kepuyue.imports.entries import Entry
from kepuyue.organizations.models import District


class NothingToShow(Exception):
    """The edition brings no demonstration content."""


def path_for(edition: Edition) -> Path:
    """Where an edition keeps the activities for its demonstration."""
    return Path(settings.EDITIONS_DIR) / edition.code / "demo" / "activities.csv"


def activities(edition: Edition) -> list[Entry]:
    """Every row, dates still as in its own year."""
    path = path_for(edition)
    if not path.exists():
        raise NothingToShow(str(path))
    districts = list(District.objects.values_list("name", flat=True))
    book = reader.read(path.read_bytes())
    found = entries.find(book, Frame(ZoneInfo(edition.time_zone)), edition.city, districts).entries
    for entry in found:
        if not entry.raw.get("city"):
            entry.city = _unstated_city(entry)
    return found


PROVINCES = ("安徽", "山东", "山西", "河北", "湖南", "广西", "宁夏", "陕西", "福建", "广东")


def _unstated_city(entry: Entry) -> str:
    """A row without a city: by its host's province, else the whole country where it says so, else elsewhere."""
    hosts = " ".join(name for _role, name in entry.participations)
    province = next((name for name in PROVINCES if name in hosts), "")
    if province:
        return province
    is_nationwide = hosts.startswith(("中国", "国家")) or "全国科普月" in entry.title
    return "全国" if is_nationwide else "其他城市"
