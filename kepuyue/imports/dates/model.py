"""What is read within, and what a reading gives."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

ERROR, WARNING = "error", "warning"
MAX_SESSIONS = 400  # of one row; more is a slip of the pen or somebody's joke


@dataclass(frozen=True)
class Frame:
    """Within what a date is read: the edition's zone, year and period. `year` None: any year (archives).

    `off` and `work` are days on which public offices rest or work against the ordinary week, where the edition
    states its own; elsewhere the State Council's calendar holds (see `statutory`).
    """

    zone: ZoneInfo
    year: int | None = None
    first: date | None = None
    last: date | None = None
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Slot:
    """One time: aware start, end (None: not stated); all-day ends are the midnight after the last day."""

    start: datetime
    end: datetime | None
    all_day: bool
    venue: str = ""  # where it differs from that of the activity


@dataclass(frozen=True)
class Trouble:
    """What is doubtful or refused; `column` is the meaning of the column in which it stands (see `cells.ROLES`)."""

    code: str
    severity: str
    why: str
    column: str = "when"


@dataclass
class Reading:
    """What was understood. `as_written` is kept where something was refused; `year` is known even so."""

    slots: list[Slot] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    as_written: str = ""
    year: int | None = None
    column: str = "when"  # in which the day stands


class RefusedError(Exception):
    """Something of the text cannot be taken; carries the contract's code and the sentence for the person."""

    def __init__(self, code: str, why: str, year: int | None = None) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.year = year


def vague(text: str, year: int | None = None) -> RefusedError:
    """The refusal of a text that names no certain day; `year` as stated, by default what the text says."""
    if year is None and (found := re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)):
        year = int(found.group())
    why = _("“%(text)s”没有写明具体日期，请补上是哪一天") % {"text": text.strip()[:60]}
    return RefusedError("date-vague", why, year)


def reversed_span() -> RefusedError:
    """The refusal of an end before its start."""
    return RefusedError("time-reversed", _("结束早于开始，请核对"))
