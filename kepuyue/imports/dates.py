"""Reading times as people write them. A small grammar: what it does not know it refuses, and never guesses.

A text is cut into tokens (days, clocks, dashes, lists, words such as 全天 or 下午) and laid out in segments
"days, then clocks"; each segment gives sessions by the rules of the import contract. To let it read one more
way of writing, add a token to `TOKENS` and, where order matters, a case to `_segments`; then a row to the
table in the tests.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.imports.reader import Cell, as_text

ERROR, WARNING = "error", "warning"
MAX_SESSIONS = 400


@dataclass(frozen=True)
class Frame:
    """Within what a date is read: the edition's zone, year and period. `year` None: any year (archives)."""

    zone: ZoneInfo
    year: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Slot:
    """One time: aware start, end (None: not stated); all-day ends are the midnight after the last day."""

    start: datetime
    end: datetime | None
    all_day: bool


@dataclass(frozen=True)
class Trouble:
    """What is doubtful or refused, and in which column (`start`, `end`, `clock`)."""

    code: str
    severity: str
    why: str
    column: str = "start"


@dataclass
class Reading:
    """What was understood. `as_written` is kept where something was refused; `year` is known even so."""

    slots: list[Slot] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    as_written: str = ""
    year: int | None = None


class _RefusedError(Exception):
    def __init__(self, code: str, why: str, column: str = "start", year: int | None = None) -> None:
        super().__init__(why)
        self.trouble = Trouble(code, ERROR, why, column)
        self.year = year


def read(start: Cell, end: Cell, clock: Cell, frame: Frame) -> Reading:
    """The sessions that a row's date cells state: one cell with everything, start and end, or day and clock."""
    written = " ".join(text for text in (_span(as_text(start), as_text(end)), as_text(clock)) if text)
    reading = Reading(as_written=written)
    try:
        days_and_clocks = _parse(start, end, clock, frame, reading)
        _check_years(days_and_clocks, frame, reading)
        reading.slots = _slots(days_and_clocks, frame)
    except _RefusedError as refused:
        reading.troubles.append(refused.trouble)
        reading.year = reading.year or refused.year
        _note_other_year(reading, frame)
        return reading
    _note_outside(reading, frame)
    reading.as_written = ""
    return reading


def _span(start: str, end: str) -> str:
    return f"{start}—{end}" if end and end != start else start


# From cells to days and clocks ----------------------------------------------------------------------------


@dataclass
class _Clock:
    start: time | None
    end: time | None = None
    start_next_day: bool = False
    end_next_day: bool = False


@dataclass
class _Segment:
    """Runs of days (first, last) and the clocks beside them; `through` makes one session of the whole run."""

    runs: list[tuple[date, date]] = field(default_factory=list)
    clocks: list[_Clock] = field(default_factory=list)
    through: bool = False


def _parse(start: Cell, end: Cell, clock: Cell, frame: Frame, reading: Reading) -> list[_Segment]:
    if start is None and end is None:
        raise _RefusedError("date-missing", _("没有填写时间"))
    first = _cell_segments(start if start is not None else end, "start", frame, reading)
    if start is not None and end is not None:
        first = [_joined(first, _cell_segments(end, "end", frame, reading))]
    if clock is not None:
        clocks = _clock_cell(clock, reading)
        if any(segment.clocks for segment in first) and clocks:
            raise _RefusedError("time-vague", _("日期和时间两栏都写了具体时间，无法判断以哪个为准"), "clock")
        for segment in first:
            segment.clocks = clocks
    return first


def _joined(first: list[_Segment], last: list[_Segment]) -> _Segment:
    """A start cell and an end cell as one span."""
    if len(first) != 1 or len(last) != 1 or len(first[0].runs) != 1 or len(last[0].runs) != 1:
        raise _RefusedError("date-vague", _("开始或结束一栏写了不止一个日期"))
    (start_day, _same), (_also, end_day) = first[0].runs[0], last[0].runs[0]
    if end_day < start_day:
        raise _RefusedError("time-reversed", _("结束早于开始"), "end")
    opening = first[0].clocks[0] if first[0].clocks else None
    closing = last[0].clocks[0] if last[0].clocks else None
    if opening is None and closing is None:
        return _Segment([(start_day, end_day)])
    if opening is None:
        raise _RefusedError("time-vague", _("只写了结束时间，没有开始时间"))
    ends_at = closing.start if closing else None
    return _Segment(
        [(start_day, end_day)],
        [_Clock(opening.start, ends_at, opening.start_next_day, bool(closing and closing.start_next_day))],
        through=True,
    )


def _cell_segments(cell: Cell, column: str, frame: Frame, reading: Reading) -> list[_Segment]:
    if isinstance(cell, datetime):
        clocks = [] if cell.time() == time() else [_Clock(cell.time().replace(second=0, microsecond=0))]
        return [_Segment([(cell.date(), cell.date())], clocks)]
    if isinstance(cell, date):
        return [_Segment([(cell, cell)])]
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        day = _numbered_day(cell, column)
        return [_Segment([(day, day)])]
    return _segments(_tokens(as_text(cell), column), column, frame, reading)


def _numbered_day(number: float, column: str) -> date:
    """20240922 is that day; 45549 is a day counted from 30 December 1899, as workbooks do; 2018 is a year."""
    if 19_000_101 <= number <= 21_001_231 and float(number).is_integer():
        return _day(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100, column)
    if 1900 <= number <= 2100 and float(number).is_integer():
        raise _RefusedError("date-vague", _vague(str(int(number))), column, int(number))
    if 20_000 <= number <= 73_050:
        return date(1899, 12, 30) + timedelta(days=int(number))
    raise _RefusedError("date-invalid", _("“%(text)s”不是日期") % {"text": as_text(number)}, column)


def _clock_cell(cell: Cell, reading: Reading) -> list[_Clock]:
    if isinstance(cell, timedelta):
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return [_Clock(cell.replace(second=0, microsecond=0))]
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 0 <= cell < 1:
            raise _RefusedError(
                "time-invalid", _("“%(text)s”不是具体时间") % {"text": as_text(cell)}, "clock"
            )
        minutes = round(cell * 1440)
        return [_Clock(time(minutes // 60, minutes % 60))]
    tokens = _tokens(as_text(cell), "clock")
    if any(token.kind in DAY_KINDS for token in tokens):
        raise _RefusedError("time-vague", _vague(as_text(cell)), "clock")
    return _clocks(tokens, "clock", reading)


# Tokens ---------------------------------------------------------------------------------------------------

TOKENS = re.compile(
    r"""
    (?P<day>(?P<y>(?:19|20)\d\d)(?:年|[-/.])(?P<m>\d{1,2})(?:月|[-/.])(?P<d>\d{1,2})(?!\d)[日号]?)
    |(?P<compact>(?:19|20)\d{6})(?!\d)
    |(?P<moment>T?(?P<H>\d{1,2})[:](?P<M>\d{2})(?::\d{2}(?:\.\d+)?)?)(?!\d)
    |(?P<month_of_year>(?:(?:19|20)\d\d)(?:年|[-/.])\d{1,2}月?(?!\d|日|号))
    |(?P<year>(?:19|20)\d\d(?!\d)年?)
    |(?P<month_day>(?P<m2>\d{1,2})月(?P<d2>\d{1,2})(?!\d)[日号]?)
    |(?P<short_day>(?P<m3>\d{1,2})[/.](?P<d3>\d{1,2})(?![\d:点时]))
    |(?P<oclock>(?P<H2>\d{1,2})[点时](?:(?P<M2>\d{1,2})分?|(?P<half_hour>半)|整)?)
    |(?P<month>\d{1,2}月(?:份|上旬|中旬|下旬|底|初)?)
    |(?P<day_of_month>(?P<d4>\d{1,2})[日号])
    |(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|每晚|晚间|晚)
    |(?P<next_day>次日|翌日)
    |(?P<all_day>全天|整天)
    |(?P<daily>每天|每日)
    |(?P<weekday>[(]?(?:星期|周|礼拜)(?P<w>[一二三四五六日天])[)]?)
    |(?P<dash>至|到|--?|~|—+|–)
    |(?P<list>[、,;;\n和及])
    |(?P<space>[\s()]+)
    |(?P<other>.)
    """,
    re.VERBOSE,
)
DAY_KINDS = frozenset(
    {"day", "compact", "month_of_year", "year", "month_day", "short_day", "month", "day_of_month"}
)
WEEKDAYS = "一二三四五六日"
AFTER_NOON = frozenset({"下午", "傍晚", "晚上", "每晚", "晚间", "晚"})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    parts: dict[str, str | None]


def _tokens(text: str, column: str) -> list[_Token]:
    plain = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-")
    tokens = []
    for match in TOKENS.finditer(plain):
        kind = _kind(match)
        if kind == "other":
            raise _RefusedError("date-vague", _vague(text), column, _year_in(plain))
        if kind != "space":
            tokens.append(_Token(kind, match.group(), match.groupdict()))
    return tokens


_KINDS = (
    "day", "compact", "moment", "month_of_year", "year", "month_day", "short_day", "oclock", "month", "day_of_month",
    "half", "next_day", "all_day", "daily", "weekday", "dash", "list", "space", "other",
)  # fmt: skip


def _kind(match: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if match.group(kind) is not None)


def _year_in(text: str) -> int | None:
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", text)
    return int(found.group(1)) if found else None


def _vague(text: str) -> str:
    return _("“%(text)s”没有写明具体日期，请补上是哪一天") % {"text": text}


def _day(year: int, month: int, day: int, column: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _RefusedError(
            "date-invalid",
            _("没有这一天：%(year)s年%(month)s月%(day)s日") % {"year": year, "month": month, "day": day},
            column,
            year,
        ) from None


# From tokens to segments ----------------------------------------------------------------------------------


def _segments(tokens: list[_Token], column: str, frame: Frame, reading: Reading) -> list[_Segment]:
    """Cut into "days, then clocks"; a day after a clock begins the next segment."""
    groups: list[tuple[list[_Token], list[_Token]]] = []
    days: list[_Token] = []
    clocks: list[_Token] = []
    for token in tokens:
        if token.kind in DAY_KINDS and any(part.kind in {"moment", "oclock", "half"} for part in clocks):
            groups.append((days, clocks))
            days, clocks = [], []
        (clocks if clocks or token.kind in CLOCK_KINDS else days).append(token)
    groups.append((days, clocks))
    if not groups[0][0]:
        raise _RefusedError("date-vague", _vague("".join(token.text for token in tokens)), column)
    known: date | None = None
    segments = []
    for day_tokens, clock_tokens in groups:
        runs = _runs(day_tokens, known, column, frame, reading)
        known = runs[-1][1]
        joins_next = bool(clock_tokens) and clock_tokens[-1].kind == "dash"
        found = _clocks(clock_tokens[:-1] if joins_next else clock_tokens, column, reading)
        segments.append((_Segment(runs, found), joins_next))
    return _through(segments)


CLOCK_KINDS = frozenset({"moment", "oclock", "half", "all_day", "daily", "next_day"})


def _through(segments: list[tuple[_Segment, bool]]) -> list[_Segment]:
    """9月1日0:00—9月30日24:00 is one session; elsewhere a dash between a clock and a day means nothing."""
    result: list[_Segment] = []
    position = 0
    while position < len(segments):
        segment, joins = segments[position]
        if joins and position + 1 < len(segments):
            segment = _joined([segment], [segments[position + 1][0]])
            position += 1
        result.append(segment)
        position += 1
    return result


def _runs(
    tokens: list[_Token], known: date | None, column: str, frame: Frame, reading: Reading
) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    after_dash = False
    for token in tokens:
        if token.kind in {"dash", "list"}:
            after_dash = token.kind == "dash" and bool(runs)
        elif token.kind == "weekday":
            _check_weekday(token, runs, reading)
        else:
            day = _token_day(token, runs[-1][1] if runs else known, column, frame)
            if after_dash and runs:
                if day < runs[-1][0]:
                    raise _RefusedError("time-reversed", _("结束早于开始"), column, day.year)
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
            after_dash = False
    if not runs or after_dash:
        raise _RefusedError("date-vague", _vague("".join(token.text for token in tokens)), column)
    return runs


def _token_day(token: _Token, known: date | None, column: str, frame: Frame) -> date:
    part = token.parts
    year = known.year if known else frame.year
    if token.kind == "day":
        return _day(int(part["y"] or 0), int(part["m"] or 0), int(part["d"] or 0), column)
    if token.kind == "compact":
        return _day(int(token.text[:4]), int(token.text[4:6]), int(token.text[6:]), column)
    if token.kind in {"month_day", "short_day"} and year:
        return _day(year, int(part["m2"] or part["m3"] or 0), int(part["d2"] or part["d3"] or 0), column)
    if token.kind == "day_of_month" and known:
        return _day(known.year, known.month, int(part["d4"] or 0), column)
    raise _RefusedError("date-vague", _vague(token.text), column, _year_in(token.text))


def _check_weekday(token: _Token, runs: list[tuple[date, date]], reading: Reading) -> None:
    if not runs:
        raise _RefusedError("date-vague", _vague(token.text))
    named = WEEKDAYS.index((token.parts["w"] or "").replace("天", "日"))
    day = runs[-1][1]
    if day.weekday() != named:
        reading.troubles.append(
            Trouble(
                "weekday-mismatch",
                WARNING,
                _("%(day)s是%(real)s，表中写的是%(named)s；已按日期读取")
                % {
                    "day": wording.day_text(day, weekday=False),
                    "real": wording.weekday_text(day),
                    "named": wording.weekday_text(day + timedelta(days=named - day.weekday())),
                },
            )
        )


def _clocks(tokens: list[_Token], column: str, reading: Reading) -> list[_Clock]:
    """Clocks and ranges of clocks. The half of the day carries over a range: 下午3点-4点半."""
    clocks: list[_Clock] = []
    half = ""
    half_used = True
    after_dash = next_day = False
    for token in tokens:
        if token.kind == "half":
            half, half_used = token.text, False
        elif token.kind == "next_day":
            next_day = True
        elif token.kind == "dash":
            after_dash = bool(clocks)
        elif token.kind == "list":
            after_dash, half = False, ""
        elif token.kind in {"moment", "oclock"}:
            moment, rolls = _moment(token, half, column)
            half_used = True
            if after_dash:
                clocks[-1].end, clocks[-1].end_next_day = moment, rolls or next_day
            else:
                clocks.append(_Clock(moment, start_next_day=rolls or next_day))
            after_dash = next_day = False
        elif token.kind not in {"all_day", "daily", "weekday"}:
            raise _RefusedError("time-vague", _vague(token.text), column)
    if not half_used:
        reading.troubles.append(
            Trouble(
                "time-vague",
                WARNING,
                _("只写了“%(half)s”，没有具体时间；先按全天记录") % {"half": half},
                column,
            )
        )
    return clocks


def _moment(token: _Token, half: str, column: str) -> tuple[time, bool]:
    part = token.parts
    hour = int(part["H"] or part["H2"] or 0)
    minute = 30 if part["half_hour"] else int(part["M"] or part["M2"] or 0)
    if half in AFTER_NOON and hour < 12:
        hour += 12
    if half == "中午" and hour < 3:
        hour += 12
    if hour == 24 and minute == 0:
        return time(), True
    if hour > 23 or minute > 59:
        raise _RefusedError("time-invalid", _("没有这个时间：%(text)s") % {"text": token.text}, column)
    return time(hour, minute), False


# From segments to sessions --------------------------------------------------------------------------------


def _check_years(segments: list[_Segment], frame: Frame, reading: Reading) -> None:
    days = [day for segment in segments for run in segment.runs for day in run]
    reading.year = min(days).year
    if frame.year is not None and any(day.year != frame.year for day in days):
        raise _RefusedError("year-implausible", _other_year(reading.year, frame.year))


def _other_year(year: int, expected: int) -> str:
    return _("写的是 %(year)s 年，本届是 %(expected)s 年") % {"year": year, "expected": expected}


def _note_other_year(reading: Reading, frame: Frame) -> None:
    """A month of another year is both: too vague, and of the wrong year."""
    codes = {trouble.code for trouble in reading.troubles}
    if reading.year and frame.year and reading.year != frame.year and "year-implausible" not in codes:
        reading.troubles.append(Trouble("year-implausible", ERROR, _other_year(reading.year, frame.year)))


def _note_outside(reading: Reading, frame: Frame) -> None:
    if not frame.first or not frame.last:
        return
    for slot in reading.slots:
        last = (slot.end - timedelta(microseconds=1)).date() if slot.end else slot.start.date()
        if slot.start.date() < frame.first or last > frame.last:
            why = _("不在本届时间（%(first)s 至 %(last)s）内") % {"first": frame.first, "last": frame.last}
            reading.troubles.append(Trouble("date-outside-edition", WARNING, why))
            return


def _slots(segments: list[_Segment], frame: Frame) -> list[Slot]:
    slots: list[Slot] = []
    for segment in segments:
        for first, last in segment.runs:
            if not segment.clocks:
                slots.append(_all_day(first, last, frame.zone))
            elif segment.through:
                slots.append(_timed(first, last, segment.clocks[0], frame.zone))
            else:
                days = (last - first).days + 1
                if len(slots) + days * len(segment.clocks) > MAX_SESSIONS:
                    raise _RefusedError(
                        "date-vague", _("场次超过 %(limit)s 个，请核对日期") % {"limit": MAX_SESSIONS}
                    )
                for number in range(days):
                    day = first + timedelta(days=number)
                    slots += [_timed(day, day, clock, frame.zone) for clock in segment.clocks]
    return slots


def _all_day(first: date, last: date, zone: ZoneInfo) -> Slot:
    return Slot(
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
        all_day=True,
    )


def _timed(first: date, last: date, clock: _Clock, zone: ZoneInfo) -> Slot:
    assert clock.start is not None
    start = datetime.combine(first + timedelta(days=clock.start_next_day), clock.start, zone)
    if clock.end is None:
        return Slot(start, None, all_day=False)
    end = datetime.combine(last + timedelta(days=clock.end_next_day), clock.end, zone)
    if end <= start:
        raise _RefusedError("time-reversed", _("结束早于开始"))
    return Slot(start, end, all_day=False)
