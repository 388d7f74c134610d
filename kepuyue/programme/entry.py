"""What the catalogue keeps of one public activity: its sessions, and the values that it is found by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kepuyue.activities.models import Admission
from kepuyue.programme.days import Slot

ANY = "any"
OLDEST = 120  # years that one can ask for

Value = tuple[str, Any]
"A filter's name and one of its values; of a classification `term` and the key of the term"


@dataclass(frozen=True, slots=True)
class Entry:
    """One public activity."""

    pk: int
    city: str
    "A linked city (联动城市); empty where it lies in a district of ours, as a province's cities do"
    district: int | None
    mode: str
    admission: str
    booking_mode: str
    is_cancelled: bool
    is_year_round: bool
    terms: frozenset[int]
    slots: tuple[Slot, ...]
    called_off: tuple[Slot, ...] = ()
    "Sessions that were cancelled one by one; they are among `slots` only where the whole activity is off"
    age_min: int | None = None
    age_max: int | None = None
    languages: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()
    "Items of accessibility, and ANY where the unit says anything about it"
    source: int = 0
    "The key of the place that it was gathered from; 0: it is our own"

    @property
    def is_exhibition(self) -> bool:
        """Whether it is nothing but exhibitions over weeks."""
        return bool(self.slots) and all(slot.is_exhibition for slot in self.slots)

    @property
    def is_beyond_month(self) -> bool:
        """Whether it is year-round publicity (主题宣传贯穿全年, notice 一): shown apart, not counted as the month's."""
        return self.is_year_round or (bool(self.slots) and not any(slot.in_month for slot in self.slots))

    @property
    def ages(self) -> Iterable[Any]:
        """The ages in years that are asked in; ANY where there is no limit."""
        if self.age_min is None and self.age_max is None:
            return (ANY,)
        return range(self.age_min or 0, min(OLDEST if self.age_max is None else self.age_max, OLDEST) + 1)

    @property
    def venues(self) -> frozenset[int]:
        """The venues of its sessions."""
        return frozenset(slot.venue for slot in self.slots if slot.venue is not None)

    @property
    def values(self) -> list[Value]:
        """What it is found by, beside its text and its days."""
        return [
            ("district", self.district),
            ("mode", self.mode),
            ("booking", self.booking_mode),
            ("free", self.admission == Admission.FREE),
            ("city", "linked" if self.city else "own"),
            ("city_name", self.city),
            ("source", self.source),
            ("season", "year" if self.is_beyond_month else "month"),
            ("cancelled", self.is_cancelled),
            ("undated", not self.slots),
            ("lone_show", len(self.slots) == 1 and self.is_exhibition and not self.is_beyond_month),
            ("one_place", len({slot.venue for slot in self.slots}) == 1),
            ("year_round", self.is_year_round),
            ("unsure", any(slot.is_full or slot.is_postponed for slot in self.slots)),
            ("partly_off", bool(self.called_off)),
            *(("age", age) for age in self.ages),
            *(("language", language) for language in self.languages),
            *(("access", item) for item in self.access),
            *(("term", term) for term in self.terms),
        ]
