"""The highlights of days (天天有热点, notice 三(四)) as public pages show them."""

from dataclasses import dataclass
from datetime import date, datetime

from kepuyue.editions.models import Edition
from kepuyue.programme import queries
from kepuyue.programme.cards import Card, card
from kepuyue.publicity import days


@dataclass(frozen=True)
class Highlighted:
    """One highlight: its card, and the office's line with the language it is in where that is not the page's."""

    key: int
    "Of the activity"
    day: date
    card: Card
    line: str
    line_language: str


def by_day(edition: Edition, first: date, last: date, at: datetime) -> dict[date, list[Highlighted]]:
    """What the public sees of each day from `first` to `last` that has any, in order."""
    chosen = days.shown(edition, first, last)
    read = queries.rows(one.activity_id for one in chosen)
    found: dict[date, list[Highlighted]] = {}
    for one in chosen:
        if one.activity_id in read:
            drawn = card(read[one.activity_id], at=at, first=one.day, last=one.day)
            said = one.line_for_reader or drawn.text
            language = one.line_language if one.line else drawn.language
            found.setdefault(one.day, []).append(Highlighted(one.activity_id, one.day, drawn, said, language))
    return found
