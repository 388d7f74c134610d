"""The filters as a page shows them: each value a link that turns it on or off, with what it would lead to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.free_text import LANGUAGES
from kepuyue.activities.models import BookingMode, Mode
from kepuyue.core import wording
from kepuyue.programme.cards import localized
from kepuyue.programme.forms import ACCESS, CITIES, DAYS, SEASONS, Vocabulary
from kepuyue.programme.search import AGES, RADII, Query, Result

# What is no filter: where in the result one stands, and how one looks at it
STANDING = ("page", "place", "view")
DATES = ("when", "date_from", "date_to")
# Of hundreds of cities those with most stand in the filter; all are on a page of their own
MOST_CITIES = 40
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
    is_switch: bool = False
    "Whether its one value stands in the open, without a sheet"

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


def facets(address: QueryDict, words: Vocabulary, query: Query, result: Result) -> list[Facet]:
    """Every filter with the values that lead to something, and those that are chosen."""
    counts = result.counts
    found = [
        Facet("when", _("日期"), [
            _toggle(address, "when", key, str(label), counts["when"][key], only=True) for key, label in DAYS.items()
        ]),
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
        Facet("seats", _("还有名额"), [
            _toggle(address, "seats", "1", _("还有名额"), counts["seats"][True], only=True)
        ], is_switch=True),
        Facet("free", _("免费"), [
            _toggle(address, "free", "1", _("免费"), counts["free"][True], only=True)
        ], is_switch=True),
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
    if words.sources:
        names = sorted(words.sources, key=lambda name: -counts["source"][words.sources[name]])
        chosen_too = dict.fromkeys(
            [*names[:MOST_CITIES], *(one for one in names if one in address.getlist("source"))]
        )
        found.append(Facet("source", _("来源城市"), [
            _toggle(address, "source", name, name, counts["source"][words.sources[name]]) for name in chosen_too
        ]))  # fmt: skip
    found[1:1] = _near(address, query, words, counts["within"])
    found += [
        Facet("age", _("年龄"), [
            _toggle(address, "age", str(age), _("%(age)s岁") % {"age": age}, counts["age"][age])
            for age in sorted({*AGES, *query.ages})
        ]),
        Facet("language", _("活动语言"), [
            _toggle(address, "language", code, str(label), counts["language"][code])
            for code, label in LANGUAGES.items()
        ]),
        Facet("access", _("无障碍"), [
            _toggle(address, "access", code, str(label), counts["access"][code]) for code, label in ACCESS.items()
        ]),
    ]  # fmt: skip
    # Values that lead to nothing are left out, unless they are chosen and can be taken back
    kept = [
        replace(one, choices=[each for each in one.choices if each.on or each.count is None or each.count])
        for one in found
    ]
    # Any day can be asked for, whatever is on today
    return [facet for facet in kept if facet.choices or facet.name == "when"]


def _near(address: QueryDict, query: Query, words: Vocabulary, counts: Mapping[int, int]) -> list[Facet]:
    """From where one looks, a district for whoever does not tell where they are; and how far."""
    here = [
        _toggle(address, "near", one.code, _("%(district)s附近") % {"district": localized(one.name, one.name_en)[0]},
                only=True)
        for one in words.districts
        if one.lng is not None and one.lat is not None
    ]  # fmt: skip
    if query.near and not any(choice.on for choice in here):
        here.insert(0, _toggle(address, "near", address.get("near", ""), _("我的位置附近"), only=True))
    radii = [
        _toggle(
            address,
            "within",
            str(radius),
            _("%(radius)s公里以内") % {"radius": radius},
            counts[radius],
            only=True,
        )
        for radius in RADII
    ]
    return [Facet("near", _("附近"), here), *([Facet("within", _("多远以内"), radii)] if query.near else [])]


def online(address: QueryDict, result: Result) -> Choice:
    """What one can take part in from home, as one switch: online, or online as well."""
    ways = {Mode.ONLINE.value, Mode.HYBRID.value}
    modes = set(address.getlist("mode"))
    changed = address.copy()
    for standing in ("page", "place"):
        changed.pop(standing, None)
    on = modes == ways
    changed.setlist("mode", [] if on else sorted(ways))
    return Choice(_("线上"), f"?{changed.urlencode()}", sum(result.counts["mode"][way] for way in ways), on)


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
    if name == "near" and on:
        changed.pop("within", None)
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
