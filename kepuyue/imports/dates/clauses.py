"""What a text says before it becomes sessions: clauses "days, then clocks", and the days on which nothing is held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.imports.dates.model import WARNING, RefusedError, Trouble, reversed_span
from kepuyue.imports.dates.tokens import Token

WEEKDAYS = "一二三四五六日"
WEEKEND = 7  # a Saturday and the Sunday after it, where weekdays are counted in their month


@dataclass
class Clock:
    """Minutes after the day's midnight; 1440 and more are on the next day. `end` None: not stated."""

    start: int
    end: int | None = None


@dataclass
class Clause:
    """Days and the clocks beside them. `through`: one session from the run's first day to its last."""

    runs: list[tuple[date, date]] = field(default_factory=list)
    bounds: list[tuple[date, date]] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    nth: set[tuple[int, int]] = field(default_factory=set)  # (which of its month or -1, weekday)
    working: bool = False
    daily: bool = False
    whole_edition: bool = False
    clocks: list[Clock] = field(default_factory=list)
    assumed: bool = False
    through: bool = False
    ends_here: bool = False  # 即日起至, 截至: a clock behind the day is when it all ends
    bare_month: str = ""

    @property
    def has_rule(self) -> bool:
        return bool(self.weekdays or self.nth or self.working)

    @property
    def has_days(self) -> bool:
        return bool(
            self.runs or self.bounds or self.daily or self.whole_edition or self.has_rule or self.bare_month
        )

    @property
    def says_only_daily(self) -> bool:
        """Whether it is a bare 每天, which names no day and no clock."""
        rest = (
            self.runs or self.bounds or self.clocks or self.whole_edition or self.has_rule or self.bare_month
        )
        return self.daily and not rest


@dataclass
class Closed:
    """Days on which nothing takes place."""

    weekdays: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    holidays: bool = False
    workdays: bool = False
    opened: set[date] = field(default_factory=set)  # open all the same
    opened_on_holidays: bool = False

    def __bool__(self) -> bool:
        return bool(self.weekdays or self.days or self.holidays or self.workdays)


@dataclass
class Parsed:
    """What a text says; `troubles` are those that leave the rest standing."""

    clauses: list[Clause] = field(default_factory=list)
    closed: Closed = field(default_factory=Closed)
    troubles: list[Trouble] = field(default_factory=list)
    year: int | None = None


def bound(clauses: Sequence[Clause], joins: Sequence[int]) -> list[Clause]:
    """Join what a dash binds (`joins` are places of the first of two); give clocks before the days to them."""
    clauses = list(clauses)
    for position in reversed(joins):
        first, last = clauses[position], clauses[position + 1] if position + 1 < len(clauses) else Clause()
        if len(last.clocks) != 1 or last.clocks[0].end is not None or not first.runs or not last.runs:
            raise RefusedError("time-vague", _("起止时间写得不完整，请写明每天的开始和结束时间"))
        if last.runs[0][0] < first.runs[-1][0]:
            raise reversed_span()
        kept = first.clocks[-1]
        run = (first.runs[-1][0], last.runs[0][0])
        clauses[position : position + 2] = [
            Clause(
                [run],
                clocks=[Clock(kept.start, last.clocks[0].start)],
                through=True,
                assumed=first.assumed,
            )
        ]
    if len(clauses) > 1 and not clauses[0].has_days:
        loose = clauses.pop(0)
        for clause in clauses:
            clause.clocks = clause.clocks or loose.clocks
    return _bounds_given(clauses)


def _bounds_given(clauses: Sequence[Clause]) -> list[Clause]:
    """A rule with clocks takes the bounds that stand behind it: 每天9:00-17:00，9月10日-12日."""
    given: list[Clause] = []
    for clause in clauses:
        before = given[-1] if given else None
        if before and clause.says_only_daily:  # …，每天两场
            continue
        if (
            before
            and (before.has_rule or before.daily)
            and not (before.runs or before.bounds or before.whole_edition)
            and not (clause.clocks or clause.has_rule or clause.daily)
        ):
            before.runs, before.bounds, before.bare_month = clause.runs, clause.bounds, clause.bare_month
            before.assumed = clause.assumed
        else:
            given.append(clause)
    for clause in given:
        alone = [clock.end for clock in clause.clocks] == [None]
        if clause.ends_here and alone and not (clause.daily or clause.has_rule):
            clause.through, clause.clocks = True, [Clock(0, clause.clocks[0].start)]
    return given


def mismatch(day: date, named: str) -> Trouble:
    """The remark that a stated weekday is not the date's."""
    what = {"day": wording.day_text(day, weekday=False), "real": wording.weekday_text(day), "named": named}
    why = _("%(day)s是%(real)s，表中写的是%(named)s；已按日期读取") % what
    return Trouble("weekday-mismatch", WARNING, why)


def named_weekdays(token: Token) -> list[int]:
    """The weekdays that a token names in their order, runs filled in: 周二至周五, 周六、日."""
    days: list[int] = []
    run = False
    for letter in token.parts["week"] or "":
        if letter in "-~至到":
            run = True
        elif letter in WEEKDAYS + "天":
            day = weekday_of(letter)
            if run and days:
                step = days[-1]
                while step != day:
                    step = (step + 1) % 7
                    days.append(step)
            else:
                days.append(day)
            run = False
    return days


def weekday_of(letter: str) -> int:
    """一 is 0, 日 and 天 are 6."""
    return WEEKDAYS.index(letter.replace("天", "日"))
