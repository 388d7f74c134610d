"""Sets of activities that other rooms know of, such as what came of one file, for pages that take many at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet

from kepuyue.activities.models import Activity

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


class Selection(NamedTuple):
    """Some activities, what people call them, and the page that they come from."""

    activities: QuerySet[Activity]
    name: str
    address: str


Finder = Callable[["Person", int], Selection | None]
_finders: dict[str, Finder] = {}


def register(kind: str, find: Finder) -> None:
    """A room says how its sets of this kind are found; `find` gives None for what the person may not see."""
    _finders[kind] = find


def find(person: "Person", named: str) -> Selection | None:
    """The set named "KIND-NUMBER"; None where there is none for this person."""
    kind, _dash, number = named.partition("-")
    if kind not in _finders or not (number.isascii() and number.isdecimal() and len(number) < 12):
        return None
    return _finders[kind](person, int(number))
