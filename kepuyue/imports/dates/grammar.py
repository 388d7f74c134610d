"""From tokens to clauses: "days, then clocks". What the days are is decided in `expansion`.

A clause holds runs of days, bounds (months, the month of science), a weekly rule and clocks. A day after a clock
begins the next clause; a dash between a clock and a day makes one session of both. What closes (周一闭馆, 除周一外,
9月17日除外) is taken out first and holds for all clauses.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.imports.dates import statutory
from kepuyue.imports.dates.clauses import (
    WEEKEND,
    Clause,
    Clock,
    Parsed,
    bound,
    mismatch,
    named_weekdays,
    weekday_of,
)
from kepuyue.imports.dates.closing import taken_out
from kepuyue.imports.dates.days import Days, exact
from kepuyue.imports.dates.model import WARNING, Frame, RefusedError, Trouble, reversed_span, vague
from kepuyue.imports.dates.numbers_beside import decided_numbers
from kepuyue.imports.dates.tokens import CLOCKS, DAYS, UNCERTAIN, Token, value

MINUTES_OF_DAY = 24 * 60
AFTERNOON = frozenset({"下午", "午后", "傍晚", "晚上", "晚间", "夜间", "夜晚", "当晚", "晚", "pm"})
NIGHT = frozenset({"晚上", "晚间", "夜间", "夜晚", "当晚", "晚"})
NOON = frozenset({"中午", "正午", "午间"})


class Parser:
    """Reads one text."""

    def __init__(self, text: str, tokens: Sequence[Token], frame: Frame) -> None:
        self.text = text
        self.frame = frame
        self.tokens = decided_numbers(list(tokens))
        self.read = Parsed()
        self.here = Clause()
        self.days = Days(text, frame.year)
        self.half = ""
        self.half_waits = False
        self.dash = self.next_day = self.until = self.skip_dash = False
        self.joins: list[int] = []  # clauses that a dash binds to the next
        self.singles: list[date] = []  # days that a weekday in brackets may be about
        self.early_weekdays: list[int] = []

    def parse(self) -> Parsed:
        """All clauses; raises `RefusedError` where nothing certain can be said."""
        self.tokens, self.read.closed = taken_out(self.tokens, self.text, self.days.year)
        for position, token in enumerate(self.tokens):
            self._take(token, position)
        self._flush()
        self.read.clauses = bound(self.read.clauses, self.joins)
        for clause in self.read.clauses:
            if clause.clocks and not clause.has_days and self.read.closed:  # 9:00-17:00（周一闭馆）
                clause.daily = True
        for clause in self.read.clauses:
            if clause.bare_month and not (clause.has_rule or clause.daily or clause.runs or self.read.closed):
                raise vague(self.text)
        return self.read

    # One token ---------------------------------------------------------------------------------------------

    def _take(self, token: Token, position: int) -> None:
        kind = token.kind
        if kind == "feast" and self._is_told_again(position):
            self._compare_feast(token)
        elif kind in DAYS or kind in {"next_day"}:
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
                raise vague(self.text)
        elif kind in {"other", "number"}:
            self._words(token, position)
        elif kind in {"statutory"}:
            raise vague(self.text)

    def _words(self, token: Token, position: int) -> None:
        """Words that the grammar does not know: harmless behind a complete date, else a refusal."""
        if UNCERTAIN.search(token.text) or not (
            self.here.has_days or self.read.clauses or self._day_follows(position)
        ):
            raise vague(self.text)
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
            raise vague(self.text)
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
        if token.kind == "day_of_month" and self.days.month:
            self.here.bare_month, self.here.bounds = "", self.here.bounds[:-1]
        joined = bool(self.here.clocks and self.here.has_days)
        self._begin_days()
        try:
            day = self.days.named(token)
        except RefusedError as refused:
            if refused.code != "date-invalid":
                raise
            self._drop(refused)
            return
        self._add_day(day, after_clock=joined)

    def _is_told_again(self, position: int) -> bool:
        """Whether a feast stands right behind a day, which it only explains: 9月17日（中秋）."""
        before = [
            token.kind for token in self.tokens[max(0, position - 2) : position] if token.kind != "paren"
        ]
        return bool(before) and before[-1] in DAYS | {"weekday"} and bool(self.singles)

    def _compare_feast(self, token: Token) -> None:
        if self.days.named(token) != self.singles[-1]:
            why = _("%(day)s不是%(feast)s；已按日期读取") % {
                "day": wording.day_text(self.singles[-1], weekday=False),
                "feast": token.text,
            }
            self.read.troubles.append(Trouble("weekday-mismatch", WARNING, why))

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
        self.days.known, self.days.month = day, None
        self.read.year = min(self.read.year or day.year, day.year)
        if here.assumed and self.skip_dash and here.runs:
            first = self._edition()[0]
            if day < first:
                first = day
            here.runs[-1] = (first, day)
            self.skip_dash = False
            here.ends_here = True
        elif self.until:
            here.ends_here = True
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

    def _span(self, token: Token) -> None:
        if token.kind == "year":
            self.days.year = value(token.text.removesuffix("年"))
            self.read.year = min(self.read.year or self.days.year, self.days.year)
            self.here.bare_month = self.here.bare_month or ""
            return
        if token.kind == "part":
            self._part(token)
            return
        if token.kind == "all_month":
            if not self.here.bounds:
                raise vague(self.text)
            self.here.runs.append(self.here.bounds.pop())
            self.here.bare_month = ""
            return
        self._begin_days()
        if token.kind == "season":
            self.here.whole_edition = self.here.assumed = True
            return
        if token.kind == "holiday":
            run = statutory.holiday(token.parts["f1"] or "", self.days.year) if self.days.year else None
            if run is None:
                raise vague(self.text)
            self.here.runs.append(run)
            return
        year = token.number("y2") or (self.days.known.year if self.days.known else self.days.year)
        month = token.number("m2", "m3", "m7")
        if token.kind == "year_month":
            self.read.year = min(self.read.year or year or 0, year or 0)
        if year is None:
            raise vague(self.text)
        first = exact(year, month, 1)
        last = exact(year, month, monthrange(year, month)[1])
        self.days.month = (year, month)
        self.here.bare_month = token.text
        if self.dash and self.here.bounds:
            self.here.bounds[-1] = (self.here.bounds[-1][0], last)
        else:
            self.here.bounds.append((first, last))

    def _part(self, token: Token) -> None:
        """月底 is a day only as the end of a run: 即日起至9月底."""
        is_end = token.text in {"底", "月底", "末", "月末"} and (self.dash or self.until or self.skip_dash)
        month = self.days.month or (
            (self.days.known.year, self.days.known.month) if self.days.known else None
        )
        if not is_end or month is None or not (self.here.runs or self.until):
            raise vague(self.text)
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
            raise vague(self.text)
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
            run = self.here.runs[-1]
            if run[0] == run[1] or all(day.weekday() >= 5 for day in statutory.days_of(*run)):
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
            day = WEEKEND if name == "末" else weekday_of(name)
            self.here.nth |= {(number, day) for number in which}

    def _weekday(self, token: Token) -> None:
        named = named_weekdays(token)
        if not token.parts["each"]:
            if self.singles and self._is_about_days(named):
                return
            if not self._is_bounded() and len(named) < 2:  # several alone can only be every week
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
