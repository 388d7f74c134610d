"""Coverage: days, districts, audiences and contents against each other, what is empty, and what would fill it.

A session covers every day that it touches, the district of its place and all that its activity is classified as. What
is being written or reviewed stands beside what is public: a gap that something in review will close needs no call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from kepuyue.activities.models import PUBLIC_STATES, Activity, Session, State
from kepuyue.activities.workflow import EDITABLE
from kepuyue.editions.models import Edition, Term
from kepuyue.insight import live
from kepuyue.insight.board import NONE, Choice
from kepuyue.insight.indicators import BESIDE, LINKED, NOT_STATED, place_without_district
from kepuyue.insight.naming import Names
from kepuyue.insight.permissions import within
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reach
from kepuyue.resources.models import Offer, Request
from kepuyue.resources.queries import offers_seen_by, requests_seen_by

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

AXES = ("day", "district", "audience", "content")
COMING = (*EDITABLE, State.SUBMITTED)
STANDING = tuple(state for state in PUBLIC_STATES if state != State.CANCELLED)


@dataclass
class Cell:
    """Sessions that are public, and those that are written or reviewed."""

    public: int = 0
    coming: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.public


@dataclass
class Grid:
    """Two axes against each other, within what is chosen of the others."""

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, row: str, column: str) -> Cell:
        """What stands where they meet."""
        return self.cells.get((row, column), Cell())

    @property
    def lines(self) -> Iterator[tuple[str, str, list[tuple[str, str, Cell]]]]:
        """(key, name, [(key, name, cell)]) of each row."""
        for key, name in self.rows:
            yield key, name, [(column, label, self.cell(key, column)) for column, label in self.columns]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.columns)

    @property
    def empty(self) -> int:
        """Cells in which nothing is public."""
        return sum(
            self.cell(row, column).is_empty for (row, _r), (column, _c) in product(self.rows, self.columns)
        )

    @property
    def on_the_way(self) -> int:
        """Of these, how many something in writing or review would fill."""
        pairs = product(self.rows, self.columns)
        return sum(
            self.cell(row, column).is_empty and self.cell(row, column).coming > 0
            for (row, _r), (column, _c) in pairs
        )

    @property
    def most(self) -> int:
        """The fullest cell."""
        return max((one.public for one in self.cells.values()), default=0)

    def blank(self, *, columns: bool) -> list[str]:
        """The names of rows (or columns) in which nothing is public at all."""
        across, along = (self.columns, self.rows) if columns else (self.rows, self.columns)
        return [
            name
            for key, name in across
            if all(self.cell(*((other, key) if columns else (key, other))).is_empty for other, _name in along)
        ]


class _Facts(NamedTuple):
    activity: int
    is_public: bool
    first: date
    last: date
    district: str


def grid(edition: Edition, names: Names, rows: str, columns: str, choice: Choice, inside: Q) -> Grid:
    """The grid of two of `AXES`; `inside` limits it to activities of some units (a condition on `Activity`)."""
    terms = live.terms_of(edition)
    cells: dict[tuple[str, str], Cell] = {}
    wanted = {axis: _wanted(names, axis, choice) for axis in (rows, columns)}
    known = {axis: {key for key, _name in some} for axis, some in wanted.items()}
    for one in _sessions(edition, inside):
        days = [day for day in _days(one, edition) if _in_days(choice, day)]
        if not days or (choice.district and one.district != choice.district):
            continue
        if any(code not in terms[split].get(one.activity, NONE) for split, code in choice.terms.items()):
            continue
        found = {
            "day": [day.isoformat() for day in days], "district": [one.district],
            "audience": terms["audience"].get(one.activity, NONE), "content": terms["content"].get(one.activity, NONE),
        }  # fmt: skip
        for row, column in product(found[rows], found[columns]):
            if row in known[rows] and column in known[columns]:
                cell = cells.setdefault((row, column), Cell())
                cell.public += one.is_public
                cell.coming += not one.is_public
    return Grid(wanted[rows], wanted[columns], cells)


def _wanted(names: Names, axis: str, choice: Choice) -> list[tuple[str, str]]:
    """The keys of an axis that the conditions leave; what is beside it only where it is asked for."""
    only = getattr(choice, axis, "")
    return [
        (key, name)
        for key, name in names.of(axis)
        if (key == only if only else key not in BESIDE)
        and (axis != "day" or _in_days(choice, date.fromisoformat(key)))
    ]


def _in_days(choice: Choice, day: date) -> bool:
    return (choice.first is None or day >= choice.first) and (choice.last is None or day <= choice.last)


def _sessions(edition: Edition, inside: Q) -> Iterator[_Facts]:
    activities = Activity.objects.of(edition).filter(inside).filter(_standing() | Q(state__in=COMING))
    rows = Session.objects.held().filter(activity__in=activities, is_postponed=False).order_by()
    for activity, state, starts_at, ends_at, place, own, city in rows.values_list(
        "activity",
        "activity__state",
        "starts_at",
        "ends_at",
        "venue__district__code",
        "activity__district__code",
        "activity__city",
    ):
        first = starts_at.astimezone(edition.zone).date()
        # Until midnight is not yet on the next day
        last = (ends_at - timedelta(microseconds=1)).astimezone(edition.zone).date() if ends_at else first
        where = place or own or place_without_district(city)
        yield _Facts(activity, state in STANDING, first, max(first, last), where)


def _standing() -> Q:
    return Q(state__in=STANDING, published_at__isnull=False)


def _days(one: _Facts, edition: Edition) -> list[date]:
    first, last = max(one.first, edition.starts_on), min(one.last, edition.ends_on)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Filling:
    """What would fill a gap: what is on its way, what units offer and wish, and who has nothing yet."""

    coming: list[Activity]
    undated: list[Activity]
    "On its way too, but its time is still open"
    offers: list[Offer]
    requests: list[Request]
    units: list[Organization]


def public_in(edition: Edition, choice: Choice, inside: Q) -> list[Activity]:
    """The public activities that a cell counts."""
    return [one for one in _matching(edition, choice, inside) if one.state in STANDING]


def filling(user: "Person", edition: Edition, choice: Choice) -> Filling:
    """What the person may call on for what is chosen, in a fixed number of queries."""
    coming = [one for one in _matching(edition, choice, within(user)) if one.state in COMING]
    undated = _classified(edition, choice, within(user)).filter(state__in=COMING)
    if choice.district:
        undated = undated.filter(_may_be_in(choice.district))
    undated = undated.filter(~Exists(Session.objects.held().filter(activity=OuterRef("pk"))))
    offers = offers_seen_by(user).open().filter(edition=edition).with_facts().order_by("created_at", "pk")
    tops = _tops(edition)
    requests = (
        requests_seen_by(user).for_all().filter(edition=edition).with_facts().order_by("created_at", "pk")
    )
    return Filling(
        coming,
        list(undated.order_by("-updated_at", "pk")),
        [one for one in offers if one.times_left != 0 and _offer_fits(one, choice, tops)],
        [one for one in requests if _request_fits(one, choice, tops)],
        _idle(user, edition, choice),
    )


def _classified(edition: Edition, choice: Choice, inside: Q) -> QuerySet[Activity]:
    rows = Activity.objects.of(edition).filter(inside).filter(_standing() | Q(state__in=COMING))
    for split, code in choice.terms.items():
        of = Activity.terms.through.objects.filter(term__taxonomy__code=split, activity=OuterRef("pk"))
        chosen = of.filter(Q(term__code=code) | Q(term__parent__code=code))
        rows = rows.filter(~Exists(of) if code == NOT_STATED else Exists(chosen))
    return rows.select_related("organization", "district")


def _may_be_in(code: str) -> Q:
    """A condition on activities without a session yet: those of the district, and those that may come to it."""
    nowhere = Q(district=None, city="")
    if code == LINKED:
        return Q(district=None) & ~Q(city="")
    return nowhere if code == NOT_STATED else Q(district__code=code) | nowhere


def _matching(edition: Edition, choice: Choice, inside: Q) -> list[Activity]:
    """Activities with one session that fits day and district at once."""
    fitting = {
        one.activity
        for one in _sessions(edition, inside)
        if (not choice.district or one.district == choice.district)
        and any(_in_days(choice, day) for day in _days(one, edition))
    }
    rows = _classified(edition, choice, inside).order_by("-state", "title", "pk")
    return [one for one in rows if one.pk in fitting]


def _offer_fits(offer: Offer, choice: Choice, tops: Mapping[int, str]) -> bool:
    served = {district.code for district in offer.districts.all()}
    home = offer.organization.district.code if offer.organization.district else NOT_STATED
    comes = not served or choice.district in served if offer.travels else home == choice.district
    if choice.district and not comes:
        return False
    if choice.first and choice.first == choice.last and not offer.is_free_on(choice.first):
        return False
    return _terms_fit(offer, choice, tops)


def _request_fits(request: Request, choice: Choice, tops: Mapping[int, str]) -> bool:
    wished_in = request.district.code if request.district else NOT_STATED
    if choice.district and wished_in != choice.district:
        return False
    first, last = choice.first or request.from_day, choice.last or request.until_day
    return request.from_day <= last and request.until_day >= first and _terms_fit(request, choice, tops)


def _terms_fit(one: Offer | Request, choice: Choice, tops: Mapping[int, str]) -> bool:
    """Of a classification that it names at all it names the one that is missing."""
    for split, code in choice.terms.items():
        named = {tops.get(term.pk, term.code) for term in one.terms.all() if term.taxonomy.code == split}
        if named and code not in named:
            return False
    return True


def _tops(edition: Edition) -> dict[int, str]:
    """{term: code of the term that it counts for}."""
    rows = Term.objects.filter(taxonomy__edition=edition).values_list("pk", "code", "parent__code")
    return {pk: above or code for pk, code, above in rows}


def _idle(user: "Person", edition: Edition, choice: Choice) -> list[Organization]:
    """Active units of the branch (of the district, where one is chosen) that have registered nothing in the edition."""
    rows = (
        Organization.objects.active()
        .filter(level=Organization.Level.UNIT)
        .filter(reach(user, "insight.see", "path"))
    )
    if choice.district:
        is_stated = choice.district != NOT_STATED
        rows = rows.filter(Q(district__code=choice.district) if is_stated else Q(district=None))
    begun = Activity.objects.of(edition).filter(organization=OuterRef("pk"))
    return list(rows.filter(~Exists(begun)).select_related("district").order_by("district__position", "name"))


def of_cell(choice: Choice, row: tuple[str, str], column: tuple[str, str]) -> Choice:
    """The conditions of one cell: those of the grid and those of its row and column, each (axis, key)."""
    return choice.of(*row).of(*column)
