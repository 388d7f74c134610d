"""The month as moons: how much is going on in a day is how much of its disc is lit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sqrt
from typing import NotRequired, TypedDict

RADIUS = 14
CENTRE = 16
SLIVER = 0.12  # a day with one activity still shows a crescent


class DayInput(TypedDict):
    """One day as pages hand it in."""

    day: date
    count: int
    href: NotRequired[str]
    label: NotRequired[str]


@dataclass(frozen=True)
class Moon:
    """One day, ready to be drawn."""

    day: date
    count: int
    href: str
    label: str
    path: str
    is_current: bool
    is_today: bool
    is_past: bool

    @property
    def weekday(self) -> str:
        """The English weekday, an ending of a CSS class."""
        return ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[
            self.day.weekday()
        ]


def moons(days: Iterable[DayInput], *, current: date | None = None, today: date | None = None) -> list[Moon]:
    """The days with their phases; the busiest is the full moon."""
    days = list(days)
    most = max((day["count"] for day in days), default=0)
    return [
        Moon(
            day=day["day"],
            count=day["count"],
            href=day.get("href", ""),
            label=day.get("label", ""),
            path=lit_part(fullness(day["count"], most)),
            is_current=day["day"] == current,
            is_today=day["day"] == today,
            is_past=today is not None and day["day"] < today,
        )
        for day in days
    ]


def fullness(count: int, most: int) -> float:
    """The lit fraction of the disc: by the root, so that quiet days differ from each other too."""
    if count <= 0 or most <= 0:
        return 0.0
    return max(SLIVER, sqrt(count / most))


def lit_part(fraction: float) -> str:
    """The SVG path of a waxing moon's lit part; empty for the new moon."""
    if fraction <= 0:
        return ""
    top, bottom = CENTRE - RADIUS, CENTRE + RADIUS
    bulge = abs(cos(pi * fraction)) * RADIUS
    side = 1 if fraction > 0.5 else 0
    return f"M16 {top}A{RADIUS} {RADIUS} 0 0 1 16 {bottom}A{bulge:.2f} {RADIUS} 0 0 {side} 16 {top}z"
