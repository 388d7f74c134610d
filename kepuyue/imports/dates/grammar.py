"""From tokens to clauses: "days, then clocks". What the days are is decided in `expansion`.

A clause holds runs of days, bounds (months, the month of science), a weekly rule and clocks. A day after a clock
begins the next clause; a dash between a clock and a day makes one session of both. What closes (周一闭馆, 除周一外,
9月17日除外) is taken out first and holds for all clauses.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.imports.dates import statutory
from kepuyue.imports.dates.model import WARNING, Frame, RefusedError, Trouble, reversed_span, vague
from kepuyue.imports.dates.tokens import CLOCKS, DAYS, SEPARATORS, UNCERTAIN, Token, value

WEEKDAYS = "一二三四五六日"
MINUTES_OF_DAY = 24 * 60
AFTERNOON = frozenset({"下午", "午后", "傍晚", "晚上", "晚间", "夜间", "夜晚", "当晚", "晚", "pm"})
NIGHT = frozenset({"晚上", "晚间", "夜间", "夜晚", "当晚", "晚"})
NOON = frozenset({"中午", "正午", "午间"})


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
    bare_month: str = ""

    @property
    def has_rule(self) -> bool:
        return bool(self.weekdays or self.nth or self.working)

    @property
    def has_days(self) -> bool:
        return bool(
            self.runs or self.bounds or self.daily or self.whole_edition or self.has_rule or self.bare_month
        )


@dataclass
class Closed:
    """Days on which nothing takes place."""

    weekdays: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    holidays: bool = False
    workdays: bool = False

    def __bool__(self) -> bool:
        return bool(self.weekdays or self.days or self.holidays or self.workdays)


@dataclass
class Parsed:
    """What a text says; `troubles` are those that leave the rest standing."""

    clauses: list[Clause] = field(default_factory=list)
    closed: Closed = field(default_factory=Closed)
    troubles: list[Trouble] = field(default_factory=list)
    year: int | None = None


class Parser:
    """Reads one text."""

    def __init__(self, text: str, tokens: Sequence[Token], frame: Frame) -> None:
        self.text = text
        self.frame = frame
        self.tokens = _numbers_decided(list(tokens))
        self.read = Parsed()
        self.here = Clause()
        self.year = frame.year
        self.known: date | None = None  # the day that "15日" goes on from
        self.month: tuple[int, int] | None = None
        self.half = ""
        self.half_waits = False
        self.dash = self.next_day = self.until = self.skip_dash = False
        self.joins: list[int] = []  # clauses that a dash binds to the next
        self.singles: list[date] = []  # days that a weekday in brackets may be about
        self.early_weekdays: list[int] = []

    def parse(self) -> Parsed:
        """All clauses; raises `RefusedError` where nothing certain can be said."""
        self.tokens = self._take_closed(self.tokens)
        for position, token in enumerate(self.tokens):
            self._take(token, position)
        self._flush()
        self._bind()
        return self.read

    # One token ---------------------------------------------------------------------------------------------

    def _take(self, token: Token, position: int) -> None:
        kind = token.kind
        if kind in DAYS or kind in {"next_day"}:
            self._day(token)
        elif kind in CLOCKS:
            self._clock(token)
        elif kind in {"dash", "weak", "strong"}:
            self._separator(token)
        elif kind in {"half", "nightly"}:
            self._half(token)
        elif kind in {"weekday", "weekend", "working", "nth", "nth_last", "daily"}:
            self._rule(token)
        elif kind in {"month", "year_month", "part", "all_month", "season", "holiday", "year"}:
            self._span(token)
        elif kind == "from_now":
            self._begin_days()
            self.here.assumed = self.skip_dash = True
            self.here.runs.append(self._edition())
            self.dash = False
        elif kind == "until":
            self.until = True
        elif kind == "open_start":
            self._open_start(position)
        elif kind == "about":
            neighbors = self.tokens[max(0, position - 1) : position + 2]
            if not any(near.kind in CLOCKS for near in neighbors):
                raise vague(self.text, self._stated_year())
        elif kind in {"other", "number"}:
            self._words(token, position)
        elif kind in {"statutory"}:
            raise vague(self.text, self._stated_year())

    def _words(self, token: Token, position: int) -> None:
        """Words that the grammar does not know: harmless behind a complete date, else a refusal."""
        if UNCERTAIN.search(token.text) or not (
            self.here.has_days or self.read.clauses or self._day_follows(position)
        ):
            raise vague(self.text, self._stated_year())
        why = _("日期里还写了“%(text)s”，没有采用，请核对") % {"text": token.text[:30]}
        self.read.troubles.append(Trouble("date-remark", WARNING, why))

    def _day_follows(self, position: int) -> bool:
        return any(token.kind in DAYS for token in self.tokens[position:])

    def _separator(self, token: Token) -> None:
        if token.kind == "dash":
            self.dash = True
            return
        self.dash = False
        if token.kind == "strong" and self.half_waits:
            self.half = ""

    def _half(self, token: Token) -> None:
        self.half = {"每晚": "晚上"}.get(token.text, token.text.lower())
        if token.kind == "nightly":
            self.half = "晚上"
            self._begin_days_of_rule()
            self.here.daily = True
        self.half_waits = True

    # Days --------------------------------------------------------------------------------------------------

    def _begin_days(self) -> None:
        """A day begins the next clause where clocks stand already."""
        if self.here.clocks and self.here.has_days:
            if self.dash:
                self.joins.append(len(self.read.clauses))
            self._flush()

    def _begin_days_of_rule(self) -> None:
        """A rule after clocks begins a clause that keeps the bounds of the one before."""
        if self.here.clocks and self.here.has_days:
            before = self.here
            self._flush()
            if before.has_rule or before.daily:
                self.here.runs = [run for run in before.runs if run[0] != run[1]]
                self.here.bounds = list(before.bounds)

    def _flush(self) -> None:
        here = self.here
        if self.half_waits:
            self._note_vague_half(self.half)
        self.half, self.half_waits, self.dash, self.next_day = "", False, False, False
        if here.has_days or here.clocks:
            self.read.clauses.append(here)
        if self.early_weekdays and not here.has_days:
            raise vague(self.text, self._stated_year())
        self.early_weekdays = []
        self.singles = []
        self.here = Clause()

    def _note_vague_half(self, half: str) -> None:
        why = _("只写了“%(half)s”，没有具体时间；先按全天记录") % {"half": half}
        self.read.troubles.append(Trouble("time-vague", WARNING, why))

    def _day(self, token: Token) -> None:
        if token.kind == "next_day":
            self.next_day = True
            return
        joined = bool(self.here.clocks and self.here.has_days)
        self._begin_days()
        try:
            day = self._date(token)
        except RefusedError as refused:
            if refused.code != "date-invalid":
                raise
            self._drop(refused)
            return
        self._add_day(day, after_clock=joined)

    def _drop(self, refused: RefusedError) -> None:
        """A day that does not exist is left out; of a run, all of it."""
        self.read.troubles.append(Trouble(refused.code, "error", refused.why))
        self.read.year = self.read.year or refused.year
        if self.dash and self.here.runs and not self.here.clocks:
            self.here.runs.pop()
            self.singles = []
        self.dash = False
        self.here.bare_month = ""

    def _add_day(self, day: date, *, after_clock: bool = False) -> None:
        here = self.here
        self.known, self.month = day, None
        self.read.year = min(self.read.year or day.year, day.year)
        if here.assumed and self.skip_dash and here.runs:
            first = self._edition()[0]
            if day < first:
                first = day
            here.runs[-1] = (first, day)
            self.skip_dash = False
        elif self.until:
            here.runs.append((min(self._edition()[0], day), day))
            here.assumed, self.until = True, False
        elif self.dash and here.runs and not after_clock:
            if day < here.runs[-1][0]:
                raise reversed_span()
            here.runs[-1] = (here.runs[-1][0], day)
            self.singles = [*self.singles, day]
        else:
            here.runs.append((day, day))
            self.singles.append(day)
            if self.early_weekdays:
                self._compare([day], self.early_weekdays)
                self.early_weekdays = []
        self.dash = False

    def _date(self, token: Token) -> date:
        number = token.number
        if token.kind == "feast":
            return self._feast(token)
        if token.kind == "ymd":
            return _date(number("y"), number("m"), number("d"))
        if token.kind == "mdy":
            month, day = number("m0"), number("d0")
            return _date(number("y0"), *((day, month) if month > 12 >= day else (month, day)))
        if token.kind == "yy":
            return _date(2000 + number("y1"), number("m1"), number("d1"))
        if token.kind == "compact":
            return _date(int(token.text[:4]), int(token.text[4:6]), int(token.text[6:]))
        if token.kind == "day_of_month":
            if self.month:
                self.here.bare_month, self.here.bounds = "", self.here.bounds[:-1]
                return _date(*self.month, number("d7"))
            if self.known is None:
                raise vague(self.text, self._stated_year())
            return _date(self.known.year, self.known.month, number("d7"))
        year = self.known.year if self.known else self.year
        if year is None:
            raise vague(self.text, self._stated_year())
        return _date(year, number("m4", "m5", "m6"), number("d4", "d5", "d6"))

    def _feast(self, token: Token) -> date:
        found = (
            statutory.feast((token.parts["f2"] or "").removesuffix("节"), self.year or 0)
            if self.year
            else None
        )
        if found is None:
            raise vague(self.text, self._stated_year())
        return found

    def _span(self, token: Token) -> None:
        if token.kind == "year":
            self.year = value(token.text.removesuffix("年"))
            self.read.year = min(self.read.year or self.year, self.year)
            self.here.bare_month = self.here.bare_month or ""
            return
        if token.kind == "part":
            self._part(token)
            return
        if token.kind == "all_month":
            if not self.here.bounds:
                raise vague(self.text, self._stated_year())
            self.here.runs.append(self.here.bounds.pop())
            self.here.bare_month = ""
            return
        self._begin_days()
        if token.kind == "season":
            self.here.whole_edition = self.here.assumed = True
            return
        if token.kind == "holiday":
            run = statutory.holiday(token.parts["f1"] or "", self.year) if self.year else None
            if run is None:
                raise vague(self.text, self._stated_year())
            self.here.runs.append(run)
            return
        year = token.number("y2") or (self.known.year if self.known else self.year)
        month = token.number("m2", "m3", "m7")
        if token.kind == "year_month":
            self.read.year = min(self.read.year or year or 0, year or 0)
        if year is None:
            raise vague(self.text, self._stated_year())
        first = _date(year, month, 1)
        last = _date(year, month, monthrange(year, month)[1])
        self.month = (year, month)
        self.here.bare_month = token.text
        if self.dash and self.here.bounds:
            self.here.bounds[-1] = (self.here.bounds[-1][0], last)
        else:
            self.here.bounds.append((first, last))

    def _part(self, token: Token) -> None:
        """月底 is a day only as the end of a run: 即日起至9月底."""
        is_end = token.text in {"底", "月底", "末", "月末"} and (self.dash or self.until or self.skip_dash)
        month = self.month or ((self.known.year, self.known.month) if self.known else None)
        if not is_end or month is None or not (self.here.runs or self.until):
            raise vague(self.text, self._stated_year())
        if self.here.bounds:
            self.here.bounds.pop()
        self.here.bare_month = ""
        self._add_day(date(*month, monthrange(*month)[1]))

    def _open_start(self, position: int) -> None:
        """9月1日起: from there on, unless an end follows."""
        after = self.tokens[position + 1 : position + 2]
        if self.here.clocks or not self.here.runs or (after and after[0].kind in {"dash", "until"}):
            self.until = False
            return
        first = self.here.runs[-1][0]
        self.here.runs[-1] = (first, max(first, self._edition()[1]))
        self.here.assumed = True
        self.singles = []

    def _edition(self) -> tuple[date, date]:
        if self.frame.first is None or self.frame.last is None:
            raise vague(self.text, self._stated_year())
        return self.frame.first, self.frame.last

    # Weekly rules ------------------------------------------------------------------------------------------

    def _rule(self, token: Token) -> None:
        if token.kind == "daily":
            self._begin_days_of_rule()
            self.here.daily = True
            return
        if token.kind == "weekday":
            self._weekday(token)
            return
        if token.kind == "weekend" and self.singles and not token.text.startswith(("每", "逢")):
            if any(day.weekday() < 5 for day in self.singles):
                self._note_mismatch(self.singles[-1], token.text)
            return
        self._begin_days_of_rule()
        if token.kind == "weekend":
            self.here.weekdays |= {5, 6}
        elif token.kind == "working":
            self.here.working = True
        else:
            ordinals = re.sub(r"[^一二三四五1-5]", "", token.parts["n"] or "") if token.kind == "nth" else ""
            which = [value(letter) for letter in ordinals] or [-1]
            name = token.parts["w1"] or token.parts["w2"] or ""
            days = [5, 6] if name == "末" else [_weekday(name)]
            self.here.nth |= {(number, day) for number in which for day in days}

    def _weekday(self, token: Token) -> None:
        named = named_weekdays(token)
        if not token.parts["each"]:
            if self.singles and self._is_about_days(named):
                return
            if not self._is_bounded() and len(named) < 3:  # 周二至周日 alone can only be every week
                self.early_weekdays = named  # 周六（11月30日）, or nothing certain
                return
        self._begin_days_of_rule()
        self.here.weekdays |= set(named)

    def _is_bounded(self) -> bool:
        """Whether there is a stretch of time in which a weekday without 每 means each of them."""
        here = self.here
        return bool(here.has_rule or here.bounds or here.whole_edition or any(a != b for a, b in here.runs))

    def _is_about_days(self, named: list[int]) -> bool:
        """Whether weekdays only say once more which days the text has named: 9月14日（周六）."""
        runs = self.here.runs
        if runs and runs[-1][0] != runs[-1][1]:
            spanned = statutory.days_of(*runs[-1])
            if len(named) == 1 and self.singles and self.singles[-1] == runs[-1][1] and len(spanned) != 1:
                if len(self.singles) == 1 or named[0] == runs[-1][1].weekday():
                    self._compare([runs[-1][1]], named)
                    return True
                return False
            if len(spanned) == len(named):
                self._compare(spanned, named)
                return True
            return named == [runs[-1][0].weekday(), runs[-1][1].weekday()]
        if len(named) <= len(self.singles):
            self._compare(self.singles[-len(named) :], named)
            return True
        return False

    def _compare(self, days: list[date], named: list[int]) -> None:
        for day, weekday in zip(days, named, strict=False):
            if day.weekday() != weekday:
                self._note_mismatch(day, wording.weekday_text(day + timedelta(days=weekday - day.weekday())))

    def _note_mismatch(self, day: date, named: str) -> None:
        self.read.troubles.append(mismatch(day, named))

    # What closes -------------------------------------------------------------------------------------------

    def _take_closed(self, tokens: Sequence[Token]) -> list[Token]:
        """Take out 除…外 and the days before 闭馆 or 除外."""
        kept: list[Token] = []
        excluding: list[Token] | None = None
        for token in tokens:
            if token.kind == "except":
                excluding = []
            elif token.kind == "out":
                self._close(_closing(kept) if excluding is None else excluding, token)
                excluding = None
            elif excluding is not None:
                excluding.append(token)
            else:
                kept.append(token)
        if excluding is not None:  # 除周一
            self._close(excluding, None)
        return kept

    def _close(self, group: Sequence[Token], out: Token | None) -> None:
        closed = self.read.closed
        known, dash, found = self.known, False, False
        for token in group:
            if token.kind == "weekday":
                closed.weekdays |= set(named_weekdays(token))
            elif token.kind == "weekend":
                closed.weekdays |= {5, 6}
            elif token.kind == "working":
                closed.workdays = True
            elif token.kind == "statutory":
                closed.holidays = True
            elif (
                token.kind == "holiday"
                and self.year
                and (run := statutory.holiday(token.parts["f1"] or "", self.year))
            ):
                closed.days |= set(statutory.days_of(*run))
            elif token.kind in DAYS:
                self.known = known = self.known or known or self._first_day()
                day = self._date(token)
                if dash and known:
                    closed.days |= set(statutory.days_of(known, day))
                closed.days.add(day)
                self.known = known = day
            else:
                dash = token.kind == "dash"
                continue
            dash, found = False, True
        self.known = None
        if not found:
            raise vague(self.text, self._stated_year())

    def _first_day(self) -> date | None:
        for token in self.tokens:
            if token.kind in DAYS - {"day_of_month"}:
                try:
                    return self._date(token)
                except RefusedError:
                    continue
        return None

    # Clocks ------------------------------------------------------------------------------------------------

    def _clock(self, token: Token) -> None:
        clocks = self.here.clocks
        if self.half_waits:
            self.half_waits = False
        ends = self.dash and bool(clocks) and clocks[-1].end is None
        moment = self._minutes(token, last=clocks[-1].start if clocks else None, ends=ends)
        if self.next_day:
            moment += MINUTES_OF_DAY
        if ends:
            if self.half == "凌晨" and moment <= clocks[-1].start:  # 晚上10点-凌晨1点
                moment += MINUTES_OF_DAY
            clocks[-1].end = moment
        else:
            clocks.append(Clock(moment))
        self.dash = self.next_day = False

    def _minutes(self, token: Token, *, last: int | None, ends: bool) -> int:
        number = token.number
        hour = number("H", "H2", "H3")
        minute = 30 if token.parts.get("half_hour") else number("M", "M2")
        if quarter := token.parts.get("quarter"):
            minute = 15 * value(quarter)
        half = (token.parts.get("ap") or token.parts.get("ap2") or "").replace(".", "").lower() or self.half
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            raise RefusedError("time-invalid", _("没有这个时间：%(text)s") % {"text": token.text})
        if self.next_day:
            half = "" if half in AFTERNOON else half
        if half in NIGHT and (hour == 12 or hour < 5) and self.half == half:
            hour += 12 if hour == 12 else 24
        elif (
            half in AFTERNOON
            and hour < 12
            and (token.parts.get("ap") or ends or not last or hour * 60 + minute + 720 > last)
        ) or (half in NOON and hour <= 3):
            hour += 12
        elif half in {"凌晨", "am"} and hour == 12:
            hour = 0
        return hour * 60 + minute

    # At the end --------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        """Join what a dash binds; give clocks that stand before the days to them."""
        clauses = self.read.clauses
        for position in reversed(self.joins):
            first, last = clauses[position], clauses[position + 1]
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
        self.read.clauses = clauses = _bounds_given(clauses)
        for clause in clauses:
            if clause.bare_month and not (clause.has_rule or clause.daily or clause.runs or self.read.closed):
                raise vague(self.text, self._stated_year())

    def _stated_year(self) -> int | None:
        found = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", self.text)
        return int(found.group(1)) if found else None


def _bounds_given(clauses: Sequence[Clause]) -> list[Clause]:
    """A rule with clocks takes the bounds that stand behind it: 每天9:00-17:00，9月10日-12日."""
    given: list[Clause] = []
    for clause in clauses:
        before = given[-1] if given else None
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
            day = _weekday(letter)
            if run and days:
                step = days[-1]
                while step != day:
                    step = (step + 1) % 7
                    days.append(step)
            else:
                days.append(day)
            run = False
    return days


def _weekday(letter: str) -> int:
    return WEEKDAYS.index(letter.replace("天", "日"))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        what = {"year": year, "month": month, "day": day}
        why = _("没有这一天：%(year)s年%(month)s月%(day)s日") % what
        raise RefusedError("date-invalid", why, year) from None


CLOSING_KINDS = DAYS | {"weekday", "weekend", "working", "statutory", "holiday"}


def _closing(kept: list[Token]) -> list[Token]:
    """The tokens before 闭馆 that say when, taken off `kept`: one kind, or several bound by 、 or 和."""
    group: list[Token] = []
    while kept and kept[-1].kind == "daily":
        kept.pop()
    while kept:
        last = kept[-1]
        if last.kind in CLOSING_KINDS:
            if group and group[0].kind in CLOSING_KINDS and (group[0].kind in DAYS) != (last.kind in DAYS):
                break
            if group and group[0].kind in CLOSING_KINDS and last.kind == "month_day":
                break
            group.insert(0, kept.pop())
        elif last.kind in {"weak", "dash"} and group:
            group.insert(0, kept.pop())
        else:
            break
    if group and group[0].kind in SEPARATORS:
        group.pop(0)
    return group


ONE_CLOCK = [[kind] for kind in sorted(CLOCKS)]


def _numbers_decided(tokens: list[Token]) -> list[Token]:
    """Bare numbers become days or hours by what stands beside them: 9.14-15, 18-21点, 9月7、14、21日."""
    decided: list[Token] = []
    for position, token in enumerate(tokens):
        if token.kind != "number":
            decided.append(token)
            continue
        before = decided[-1] if decided else None
        earlier = decided[-2] if len(decided) > 1 else None
        after = tokens[position + 1 : position + 4]
        ahead = [follower.kind for follower in after]
        hour_follows = ahead[:1] == ["dash"] and (
            ahead[1:2] in ONE_CLOCK or (ahead[1:2] == ["half"] and ahead[2:3] in ONE_CLOCK)
        )
        bound = before is not None and before.kind in SEPARATORS and earlier is not None
        if hour_follows and not (bound and before and before.kind == "dash"):
            decided.append(Token("oclock", token.text, {"H2": token.text}))
        elif (bound and earlier and earlier.kind in DAYS) or (bound and earlier and earlier.kind == "month"):
            decided.append(Token("day_of_month", token.text, {"d7": token.text}))
        elif (bound and earlier and before and before.kind == "dash" and earlier.kind in CLOCKS) or (
            before is not None and before.kind == "half"
        ):
            decided.append(Token("oclock", token.text, {"H2": token.text}))
        else:
            decided.append(token)
    return decided
