"""A small programme for other sites: what it looks like, by a few checked words, and what is on next."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from itertools import islice

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.activities.models import State
from kepuyue.core import wording
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.programme import queries, times
from kepuyue.programme.cards import flags, localized, moment, where
from kepuyue.programme.days import Slot
from kepuyue.programme.entry import Entry
from kepuyue.programme.forms import FilterForm, vocabulary
from kepuyue.programme.search import search

THEMES, DENSITIES = ("auto", "light", "dark"), ("cozy", "compact")
USUAL, MOST = 5, 20
# Of a large choice, those that the list shows first
MOST_LOOKED_AT = 400
ACCENT = "1e2a6b"
_COLOUR = re.compile(r"[0-9a-fA-F]{6}")
# Pixels for each line and for what stands around them, where no script fits the height
LINE, AROUND = {"cozy": 92, "compact": 64}, 120


@dataclass(frozen=True)
class Look:
    """How it looks. What an address says wrongly is as if it were not said."""

    theme: str = THEMES[0]
    density: str = DENSITIES[0]
    accent: str = ACCENT
    most: int = USUAL

    def as_address(self) -> dict[str, str]:
        """What differs from the usual, as parameters."""
        usual = Look()
        said = {"theme": self.theme, "density": self.density, "accent": self.accent, "n": str(self.most)}
        plain = {"theme": usual.theme, "density": usual.density, "accent": usual.accent, "n": str(usual.most)}
        return {name: value for name, value in said.items() if value != plain[name]}

    @property
    def height(self) -> int:
        """Pixels that suffice where no script fits the height."""
        return AROUND + self.most * LINE[self.density]


def look_of(address: QueryDict) -> Look:
    """The look that an address asks for."""
    theme, density = address.get("theme", ""), address.get("density", "")
    accent, most = address.get("accent", "").removeprefix("#"), address.get("n", "")
    return Look(
        theme if theme in THEMES else THEMES[0],
        density if density in DENSITIES else DENSITIES[0],
        accent.lower() if _COLOUR.fullmatch(accent) else ACCENT,
        min(max(int(most), 1), MOST) if most.isdecimal() and most.isascii() and len(most) < 4 else USUAL,
    )


def on_accent(accent: str) -> str:
    """The letters that are read best on a colour: white or the house's ink (WCAG 2.2, relative luminance)."""
    parts = [int(accent[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "000000"


@dataclass(frozen=True)
class Line:
    """One session that comes next."""

    title: str
    language: str
    href: str
    day: date
    month: str
    weekday: str
    hours: str
    where: str
    flags: list[tuple[str, str]]
    is_cancelled: bool


@dataclass(frozen=True)
class Choice:
    """What the filters of an address leave."""

    filters: str
    unit: Organization | None
    count: int
    lines: list[Line]

    @property
    def more(self) -> str:
        """The page with all of it."""
        if self.unit and not self.filters:
            return whole(reverse("programme:unit", args=[self.unit.code]))
        query = f"?{self.filters}" if self.filters else ""
        return whole(f"{reverse('programme:activities')}{query}")


def chosen(edition: Edition, address: QueryDict, *, at: datetime, most: int) -> Choice:
    """The next sessions of what the filters leave: those at an hour first, then what is on for weeks.

    Filters that the edition does not know are ignored, as in the list. Without a place or a unit it is this city's:
    what linked cities do stands in it only where `city=linked` asks for it.
    """
    if not any(address.get(name) for name in ("city", "district", "unit")):
        address = address.copy()
        address["city"] = "own"
    words = vocabulary(edition)
    form = FilterForm(address, vocabulary=words)
    query = form.query()
    result = search(edition, query, at=at, taxonomy_of=words.taxonomy_of)
    code = address.get("unit", "")[:40].replace("\0", "")
    unit = Organization.objects.filter(code=code, state=Organization.State.ACTIVE).first()
    matches = result.of(result.catalogue.among(queries.of_unit(edition, unit))) if unit else result.matches
    ahead = [
        (slot, match.entry)
        for match in islice(iter(matches), MOST_LOOKED_AT)
        for slot in match.slots
        if slot.over_at > at and slot.touches(query.first, query.last)
    ]
    ahead.sort(key=lambda pair: (pair[0].is_exhibition, pair[0].start, pair[0].pk))
    known = {
        name: address.getlist(name) for name in form.fields if name in address and name not in form.refusals
    }
    return Choice(urlencode(known, doseq=True), unit, len(matches), _lines(ahead[:most], at))


def _lines(ahead: list[tuple[Slot, Entry]], at: datetime) -> list[Line]:
    read = queries.rows(entry.pk for _slot, entry in ahead)
    found = []
    for slot, entry in ahead:
        activity = read.get(entry.pk)
        if activity is None:
            continue
        session = next((one for one in activity.sessions.all() if one.pk == slot.pk), None)
        if session is None:
            continue
        title, language = localized(activity.title, activity.title_en)
        one = moment(session, activity.edition.zone)
        # What takes days says which, and stands under today once it has begun
        is_long = slot.is_all_day and slot.first_day != slot.last_day
        day = at.date() if is_long and one.start <= at else one.start.date()
        hours = wording.days_text(slot.first_day, slot.last_day) if is_long else times.hours_text(one)
        marks = [flag for flag in flags(activity, [session]) if flag[0] in ("cancelled", "changed")]
        if session.is_postponed and not marks:
            marks = [("changed", _("时间有变"))]
        found.append(
            Line(
                title, language, whole(reverse("programme:activity", args=[activity.code])),
                day, wording.month_text(day), wording.weekday_text(day), hours, where(activity),
                marks, activity.state == State.CANCELLED,
            )
        )  # fmt: skip
    return found


def path_of(choice: Choice, look: Look) -> str:
    """The address of the widget on this site."""
    more = (
        look.as_address()
        | ({"unit": choice.unit.code} if choice.unit else {})
        | {"lang": get_language() or ""}
    )
    query = "&".join(part for part in (choice.filters, urlencode(more)) if part)
    return f"{reverse('programme:widget')}?{query}"


def snippet(choice: Choice, look: Look, title: str) -> str:
    """What a site writes into its page: a frame of a fixed height, and the script that fits it."""
    address = escape(whole(path_of(choice, look)))
    return (
        f'<iframe src="{address}" title="{escape(title)}" width="100%" height="{look.height}"'
        f' style="border:0" loading="lazy" data-kepuyue-widget></iframe>\n'
        f'<script src="{escape(whole(reverse("programme:widget-script")))}" async></script>'
    )
