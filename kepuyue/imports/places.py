"""What the city knows of the places that a file names: venues by their registered name, districts by their venues.

The reader never guesses a district from knowledge of a place (docs/dates.md speaks of what it reads). Here, after
reading, the knowledge is used, and said beside the cell, so that a person can say otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.utils.translation import gettext as _

from kepuyue.activities.letters import normalized
from kepuyue.activities.models import Venue
from kepuyue.editions.models import Edition
from kepuyue.imports.dates import WARNING
from kepuyue.imports.districts import NO_DISTRICT
from kepuyue.imports.entries import Entry
from kepuyue.imports.reading import Problem
from kepuyue.organizations.models import District

NOTICE = "notice"  # taken, and said; nobody has to do anything
BY_VENUE = "district-by-venue"
UNKNOWN_DISTRICT = "district-unknown"
ALIKE = 0.75  # names at least so alike are suggested


@dataclass(frozen=True)
class Places:
    """Districts {name: code}, and the city's venues {name as it is compared: (registered name, district's code)}."""

    districts: Mapping[str, str] = field(default_factory=dict)
    venues: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, edition: Edition | None) -> "Places":
        """Read once for a whole file; without an edition no venue is known."""
        districts = dict(District.objects.values_list("name", "code"))
        venues: dict[str, tuple[str, str]] = {}
        twice: set[str] = set()
        rows = (
            Venue.objects.filter(city="").order_by("pk").values_list("name", "district__code")
            if edition
            else ()
        )
        names = []
        for name, district in rows:
            names.append(name)
            key = normalized(name)
            if venues.setdefault(key, (name, district or "")) != (name, district or ""):
                twice.add(key)
        return cls(districts, {key: one for key, one in venues.items() if key not in twice}, frozenset(names))

    def registered(self, name: str) -> str:
        """The venue's registered name; one that nobody has registered as it is written."""
        return name if name in self.names else self.venues.get(normalized(name), (name, ""))[0]

    def district_of(self, venues: Iterable[str]) -> str:
        """The code of the one district in which the venues are registered; "" where one is unknown or they differ."""
        found = {self.venues.get(normalized(name), ("", ""))[1] for name in venues}
        return found.pop() if len(found) == 1 else ""

    def like(self, name: str) -> str:
        """The registered venue whose name is most alike; "" where none is."""
        best = get_close_matches(normalized(name), self.venues, n=1, cutoff=ALIKE)
        return self.venues[best[0]][0] if best else ""

    def district_like(self, text: str) -> str:
        """The district whose name is most alike, such as of 福甜区; "" where none is."""
        best = get_close_matches(text, self.districts, n=1, cutoff=0.6)
        return best[0] if best else ""


def remarks(entry: Entry, district: str, places: Places) -> list[Problem]:
    """What is to be said of the row's places; `district` is the code that its activity will have."""
    if entry.city:
        return []
    if district and not entry.district:
        name = next((name for name, code in places.districts.items() if code == district), district)
        why = _("没有写所属区，按登记的场地填“%(district)s”") % {"district": name}
        return [_beside(entry, "venue", BY_VENUE, NOTICE, why)]
    if entry.district and entry.district not in places.districts and not NO_DISTRICT.match(entry.district):
        why = _("没有“%(district)s”这个区，所属区先空着") % {"district": entry.district[:40]}
        return [_beside(entry, "district", UNKNOWN_DISTRICT, WARNING, why)]
    return []


def _beside(entry: Entry, column: str, code: str, severity: str, why: str) -> Problem:
    cell = entry.cells.get(column) or entry.cells.get("title") or f"A{entry.row}"
    return Problem(entry.sheet, entry.row, cell, code, severity, why)
