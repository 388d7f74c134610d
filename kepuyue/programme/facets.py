"""The filters as a page shows them: each value a link that turns it on or off, with what it would lead to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import BookingMode, Mode
from kepuyue.core import wording
from kepuyue.programme.cards import localized
from kepuyue.programme.forms import CITIES, DAYS, SEASONS, Vocabulary
from kepuyue.programme.search import Query, Result

# What is no filter: where in the result one stands, and how one looks at it
STANDING = ("page", "place", "view")
DATES = ("when", "date_from", "date_to")
LIST, MAP, CALENDAR = "list", "map", "calendar"
VIEWS = {LIST: gettext_lazy("列表"), MAP: gettext_lazy("地图"), CALENDAR: gettext_lazy("日历")}


@dataclass(frozen=True)
class Choice:
    """One value of a filter: a link that turns it on or off."""

    label: str
    href: str
    count: int | None
    on: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its values; `on` tells how many are chosen."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def on(self) -> int:
        return sum(choice.on for choice in self.choices)


@dataclass(frozen=True)
class Tab:
    """One way of looking at the result."""

    label: str
    href: str
    current: bool


def view_of(address: QueryDict) -> str:
    """The way of looking that an address asks for: the list, unless it is another that we know."""
    asked = address.get("view", "")
    return asked if asked in VIEWS else LIST


def tabs(address: QueryDict) -> list[Tab]:
    """The three ways of looking at one result; every filter goes along."""
    here = view_of(address)
    return [Tab(str(label), seen(address, view), view == here) for view, label in VIEWS.items()]


def seen(address: QueryDict, view: str, **changes: str | Iterable[str]) -> str:
    """The same result seen another way, from its beginning; `changes` set filters, an empty one takes one away."""
    changed = address.copy()
    for name in STANDING:
        changed.pop(name, None)
    for name, value in changes.items():
        changed.setlist(name, [value] if isinstance(value, str) and value else list(value))
    if view != LIST:
        changed["view"] = view
    return f"?{changed.urlencode()}"


def facets(address: QueryDict, words: Vocabulary, result: Result) -> list[Facet]:
    """Every filter with the values that lead to something, and those that are chosen."""
    counts = result.counts
    found = [
        Facet("when", _("日期"), [_toggle(address, "when", key, str(label), only=True) for key, label in DAYS.items()]),
        Facet("district", _("地区"), [
            _toggle(address, "district", one.code, localized(one.name, one.name_en)[0], counts["district"][one.pk])
            for one in words.districts
        ]),
    ]  # fmt: skip
    for taxonomy in words.taxonomies:
        terms = [
            _toggle(address, taxonomy.code, term.code, str(term), counts[taxonomy.code][term.pk])
            for term in taxonomy.terms.all()
        ]
        found.append(Facet(taxonomy.code, str(taxonomy), terms))
    found += [
        Facet("mode", _("参与方式"), [
            _toggle(address, "mode", mode.value, str(mode.label), counts["mode"][mode.value]) for mode in Mode
        ]),
        Facet("free", _("收费情况"), [_toggle(address, "free", "1", _("免费"), counts["free"][True], only=True)]),
        Facet("booking", _("预约方式"), [
            _toggle(address, "booking", mode.value, str(mode.label), counts["booking"][mode.value])
            for mode in BookingMode if mode != BookingMode.UNKNOWN
        ]),
        Facet("season", _("时段"), [
            _toggle(address, "season", key, str(label), counts["season"][key], only=True)
            for key, label in SEASONS.items()
        ]),
        Facet("city", _("城市"), [
            _toggle(address, "city", key, str(label), counts["city"][key], only=True) for key, label in CITIES.items()
        ]),
    ]  # fmt: skip
    # Values that lead to nothing are left out, unless they are chosen and can be taken back
    kept = [
        Facet(one.name, one.label, [each for each in one.choices if each.on or each.count is None or each.count])
        for one in found
    ]  # fmt: skip
    return [facet for facet in kept if facet.choices]


def _toggle(
    address: QueryDict, name: str, value: str, label: str, count: int | None = None, *, only: bool = False
) -> Choice:
    """A link to the same address with this value turned on or off; `only` one of its kind can be on."""
    changed = address.copy()
    for standing in ("page", "place"):
        changed.pop(standing, None)
    values = address.getlist(name)
    on = value in values
    if only:
        changed.setlist(name, [] if on else [value])
    else:
        changed.setlist(name, [one for one in values if one != value] if on else [*values, value])
    if name == "when":
        changed.pop("date_from", None)
        changed.pop("date_to", None)
    return Choice(label, f"?{changed.urlencode()}", count, on)


def chosen(address: QueryDict, query: Query, facets: list[Facet]) -> list[Choice]:
    """What is chosen, each to be taken back by a touch."""
    found = [choice for facet in facets for choice in facet.choices if choice.on]
    if query.has_dates and not address.get("when"):
        found.append(Choice(dates_text(query), without(address, *DATES), None, True))
    return [Choice(choice.label, choice.href, None, True) for choice in found]


def without(address: QueryDict, *names: str) -> str:
    """The same address without some of its filters."""
    changed = address.copy()
    for name in (*names, "page", "place"):
        changed.pop(name, None)
    return f"?{changed.urlencode()}"


def dates_text(query: Query) -> str:
    """The days that are asked for, of a query that asks for some."""
    first, last = query.first or query.last, query.last or query.first
    assert first and last
    if query.first is None or query.last is None:
        return (_("%(day)s起") if query.last is None else _("至%(day)s")) % {"day": wording.day_text(first)}
    return wording.days_text(first, last)
