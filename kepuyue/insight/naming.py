"""What the rows of a split are called, in the order of the edition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import taxonomies
from kepuyue.insight.indicators import LINKED, NOT_STATED, OWN, TERM_SPLITS
from kepuyue.organizations.models import District
from kepuyue.programme.maps import name as short_name


@dataclass(frozen=True)
class Names:
    """The rows that an edition has; read in three queries, kept for as long as the object lives."""

    edition: Edition

    def of(self, split: str) -> list[tuple[str, str]]:
        """[(key, name)] of all rows of a split, linked cities and what states nothing last; days those of the month."""
        if split == "day":
            return [(day.isoformat(), wording.day_text(day)) for day in self.edition.days]
        linked = (LINKED, _("联动城市"))
        known = [*self._districts, linked] if split == "district" else self._terms.get(split, [])
        return [*known, (NOT_STATED, _("没有写明"))]

    def choices(self, split: str) -> list[tuple[str, str]]:
        """[(key, name)] of what can be chosen of a split: its rows, and the city without the linked ones."""
        return [(OWN, _("本市")), *self.of(split)] if split == "district" else self.of(split)

    def name(self, split: str, key: str) -> str:
        """What one row is called."""
        if split == "day":
            return wording.day_text(date.fromisoformat(key))
        return dict(self.choices(split)).get(key, key)

    def has(self, split: str) -> bool:
        """Whether the edition knows the split at all."""
        return split == "day" or bool(self._districts if split == "district" else self._terms.get(split))

    @cached_property
    def districts(self) -> list[District]:
        """The districts in their order."""
        return list(District.objects.all())

    @cached_property
    def _districts(self) -> list[tuple[str, str]]:
        return [(one.code, short_name(one)) for one in self.districts]

    @cached_property
    def _terms(self) -> Mapping[str, list[tuple[str, str]]]:
        found = {}
        for taxonomy in taxonomies(self.edition):
            if taxonomy.code in TERM_SPLITS:
                tops = [term for term in taxonomy.terms.all() if term.parent_id is None]
                found[taxonomy.code] = [(term.code, str(term)) for term in tops]
        return found
