"""The edition before beside a month that is still on: only what can be held against it, so that a month of two days is
not told to be behind one that is over (`indicators.Pace`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.insight import board, queries
from kepuyue.insight.board import Board, Choice
from kepuyue.insight.folding import Value
from kepuyue.insight.indicators import INDICATORS, Pace
from kepuyue.summaries.deadlines import days_of


@dataclass(frozen=True)
class Last:
    """The edition before, as far as it can be held against the present one."""

    board: Board
    waits: Mapping[Pace, date]
    "What cannot be compared yet, and the last day of which that holds"
    is_cut: bool
    "Whether what comes with sessions is counted up to the same moment of the month"

    def beside(self, code: str) -> Board | None:
        """The board to hold an indicator against; None where it is too early."""
        return None if INDICATORS[code].pace in self.waits else self.board

    def value(self, code: str) -> Value | None:
        """What an indicator was."""
        found = self.beside(code)
        return found.value(code) if found else None

    def cuts(self, code: str) -> bool:
        """Whether an indicator is counted up to the same moment."""
        return self.is_cut and INDICATORS[code].pace is Pace.SESSIONS

    @property
    def month_until(self) -> date | None:
        """The last day of the month while it is on."""
        return self.waits.get(Pace.MONTH)

    @property
    def summaries_until(self) -> date | None:
        """The last day on which summaries are taken while they are."""
        return self.waits.get(Pace.SUMMARIES)


def last(edition: Edition, choice: Choice, within: Q) -> Last | None:
    """The same of the edition before; None where there is none."""
    before = queries.edition_before(edition)
    if before is None:
        return None
    ends = {Pace.MONTH: edition.ends_on, Pace.SUMMARIES: days_of(edition).closes}
    waits = {pace: day for pace, day in ends.items() if edition.today <= day}
    is_cut = Pace.MONTH in waits
    until = now() - (edition.starts_on - before.starts_on) if is_cut else None
    return Last(board.of(before, choice.moved(edition, before), within, until), waits, is_cut)
