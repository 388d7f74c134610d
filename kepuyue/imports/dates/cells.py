"""From the cells of a row to one reading: a cell with everything, start and end, day and clock apart.

Each cell becomes text as a person would write it (a serial day its date, 0.375 09:00); the texts are put together as
a person reads them across the columns and read once. So every way of writing works in every arrangement of columns.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from kepuyue.imports.cells import EPOCH, Cell, as_text
from kepuyue.imports.dates import remarks, tokens
from kepuyue.imports.dates.clauses import Parsed, mismatch, named_weekdays
from kepuyue.imports.dates.expansion import expand, other_year
from kepuyue.imports.dates.grammar import Parser
from kepuyue.imports.dates.model import ERROR, WARNING, Frame, Reading, RefusedError, Trouble, vague

# What a column may hold about time. `when` and `start`, `end`: days, perhaps with clocks; the rest: clocks alone
ROLES = ("when", "start", "end", "clock", "start_clock", "end_clock", "weekday")
CLOCK_ROLES = frozenset({"clock", "start_clock", "end_clock"})
_WHOLE_DAY = re.compile(r"(?<=\d)[T\s]+0?0:00(?::00(?:\.0+)?)?$")
_MIDNIGHT = re.compile(r"[T\s]0?0:00:00(?:\.0+)?$")
# A minus is a zone only as machines write it; 2024-09-14 10:00-11:00 is from ten to eleven
_ZONED = re.compile(
    r"^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(:\d\d(\.\d+)?)?-|[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\+)\d\d:?\d\d$"
    r"|^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z$"
)
_CLOCK = re.compile(r"\d\s*[:点时]|[一二三四五六七八九十两]点|\d\s*[ap]m", re.IGNORECASE)
_DAY = re.compile(r"[年月日号/周]|星期|\d\.\d|\d{8}|\d-\d{1,2}-\d|每|即日|期间|工作日")


def read(cells: Mapping[str, Cell], frame: Frame, epoch: date = EPOCH) -> Reading:
    """The sessions that a row's cells state, by the meaning of their column (`ROLES`).

    The order of the cells is that of their columns. `epoch` is day 0 of the workbook's own count of days.
    """
    stated = {role: cell for role, cell in cells.items() if role in ROLES and cell is not None}
    reading = Reading(as_written=" ".join(_written(stated)))
    texts: dict[str, str] = {}
    for role, cell in stated.items():
        try:
            texts[role] = _text(cell, role, frame, epoch)
        except RefusedError as refused:
            reading.year = reading.year or refused.year
            reading.troubles.append(Trouble(refused.code, ERROR, refused.why, role))
    if not reading.troubles:
        _read_together(texts, stated, frame, reading)
    _note_stated_year(reading, frame)
    if not any(trouble.severity == ERROR for trouble in reading.troubles):
        reading.as_written = ""
    _note_outside(reading, frame)
    return reading


def read_text(text: str, frame: Frame) -> Reading:
    """The sessions that one text states."""
    return read({"when": text}, frame)


def _written(cells: Mapping[str, Cell]) -> list[str]:
    start, end = as_text(cells.get("start")), as_text(cells.get("end"))
    span = f"{start}—{end}" if end and end != start else start
    others = [as_text(cells.get(role)) for role in ("when", "clock", "start_clock", "end_clock")]
    return [text for text in (span, *others) if text]


# One cell as text -----------------------------------------------------------------------------------------


def _text(cell: Cell, role: str, frame: Frame, epoch: date) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, bool):
        raise vague(as_text(cell))
    if isinstance(cell, int | float):
        return _number(cell, role, frame, epoch)
    text = tokens.plain(as_text(cell))
    if _ZONED.match(text):
        return f"{datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone(frame.zone):%Y-%m-%d %H:%M}"
    if re.fullmatch(r"\d{5}(\.\d+)?|0\.\d+", text):
        return _number(float(text), role, frame, epoch)
    if role in CLOCK_ROLES and re.fullmatch(r"\d{1,2}", text):
        return _number(int(text), role, frame, epoch)
    text = _MIDNIGHT.sub("", text)
    if role in CLOCK_ROLES:
        text = re.sub(r"(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?![\d.月日])", r"\1:\2", text)
        text = re.sub(r"(?<!\d)([01]\d|2[0-4])([0-5]\d)(?=-|$)", r"\1:\2", text)
        text = re.sub(r"^(\D*)(\d{1,2})\s*(-|至|到|~)\s*(\d{1,2})$", r"\1\2:00-\4:00", text)
    return text


def _number(number: float, role: str, frame: Frame, epoch: date) -> str:
    """20240922 is that day, 45549 a serial day, 0.375 a clock; 9.14 a day of the edition's period."""
    whole = float(number).is_integer()
    if 0 <= number < 1 or (role in CLOCK_ROLES and number == 1):
        minutes = round(number * 1440)
        return f"{minutes // 60}:{minutes % 60:02}"
    if role in CLOCK_ROLES:
        if whole and number <= 24:
            return f"{int(number)}:00"
        if (
            whole and 100 <= number <= 2400 and number % 100 < 60
        ):  # 0930, which a number writes without its zero
            return f"{int(number) // 100}:{int(number) % 100:02}"
        if number < 20_000:
            raise RefusedError("time-invalid", _("“%(text)s”不是具体时间") % {"text": as_text(number)})
    if whole and 19_000_101 <= number <= 21_001_231:
        return _existing(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100)
    if whole and 1900 <= number <= 2100:
        raise vague(str(int(number)), int(number))
    if 20_000 <= number <= 73_050:
        moment = datetime.combine(epoch, time()) + timedelta(minutes=round(number * 1440))
        clock = f" {moment:%H:%M}" if moment.time() != time() else ""
        return clock.strip() if role in CLOCK_ROLES else f"{moment:%Y-%m-%d}{clock}"
    if 1 < number < 13 and re.fullmatch(r"\d{1,2}\.\d{1,2}", str(number)):
        month, day = str(number).split(".")
        if _is_within(int(month), int(day), frame):
            if day in {"1", "2", "3"}:  # 9.1 may be 9.10 in a cell that drops zeros
                raise vague(str(number))
            return f"{month}月{day}日"
    raise RefusedError("date-invalid", _("“%(text)s”不是日期") % {"text": as_text(number)})


def _is_within(month: int, day: int, frame: Frame) -> bool:
    """Whether a month and day, of which nothing says that they are, fall into the edition's period."""
    if not (frame.year and frame.first and frame.last):
        return False
    try:
        return frame.first <= date(frame.year, month, day) <= frame.last
    except ValueError:
        return False


def _existing(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        why = _("没有这一天：%(year)s年%(month)s月%(day)s日") % {"year": year, "month": month, "day": day}
        raise RefusedError("date-invalid", why, year) from None


# All cells together ---------------------------------------------------------------------------------------


def _read_together(texts: dict[str, str], cells: Mapping[str, Cell], frame: Frame, reading: Reading) -> None:
    column = "when"
    try:
        column, text = _together(texts, cells)
        reading.column = column
        _read_one(text, texts, frame, reading, column)
        _compare_weekday(texts.get("weekday", ""), reading)
    except RefusedError as refused:
        where = _where(refused.code, texts, column)
        if refused.code == "date-vague" and (blamed := _vague_clock(texts, column)):
            refused, where = blamed, "clock"
        reading.year = reading.year or refused.year
        reading.troubles.append(Trouble(refused.code, ERROR, refused.why, where))
        reading.slots = []


def _together(texts: dict[str, str], cells: Mapping[str, Cell]) -> tuple[str, str]:
    """The column that holds the day, and all texts as one."""
    start, end, when = texts.get("start", ""), texts.get("end", ""), texts.get("when", "")
    clock = texts.get("clock", "")
    main = "start"
    if when and _has_day(start) and not clock:  # 开始日期 | 结束日期 | 开放时间
        when, clock = "", when
    if when and end and not start:  # 活动时间 beside 结束时间
        main, start, when = "when", when, ""
    if start and end and all(_WHOLE_DAY.search(text) for text in (start, end)):
        start, end = _WHOLE_DAY.sub("", start), _WHOLE_DAY.sub("", end)
    if _has_day(start):
        column = main
        clocks = _clock_span(texts.get("start_clock", ""), texts.get("end_clock", ""))
        if _alternate(texts) and _has_day(end) and not (_has_clock(start) or _has_clock(end)):
            start, end, clocks = f"{start} {texts['start_clock']}", f"{end} {texts['end_clock']}", ""
        days = _span(*_with_midnight(start, end, cells))
    elif when and (_has_day(when) or not _has_day(clock)):
        column, days = "when", when
        clocks = _clock_span(start or texts.get("start_clock", ""), end or texts.get("end_clock", ""))
        if _has_day(end):
            raise RefusedError("date-vague", _("日期栏和结束栏对不上，请写在一起"))
    elif _has_day(clock):
        return "clock", clock
    else:
        if not (start or end or clock):
            raise RefusedError("date-missing", _("没有填写时间"))
        if start and not _has_clock(start):
            return "start", start  # it will say what is wrong with it
        raise RefusedError("date-missing", _("只写了几点，没有写哪一天"))
    beside = clock or clocks
    if paired := _line_by_line(days, beside):
        return column, paired
    if beside and _has_clock(days):
        if _same(beside) in _same(days):
            return column, days
        if _same(beside).startswith(_same(days)):
            return column, beside
        raise RefusedError("time-vague", _("日期和时间两栏都写了具体时间，无法判断以哪个为准"))
    return column, f"{days} {beside}".strip()


def _line_by_line(days: str, beside: str) -> str:
    """Days and clocks that stand opposite each other, as many lines in one cell as in the other."""
    left, right = ([line.strip() for line in text.splitlines() if line.strip()] for text in (days, beside))
    if len(left) != len(right) or len(left) < 2 or any(map(_has_clock, left)):
        return ""
    if not all(map(_has_day, left)) or not all(map(_has_clock, right)) or any(map(_has_day, right)):
        return ""
    return "\n".join(f"{day} {clock}" for day, clock in zip(left, right, strict=True))


def _same(text: str) -> str:
    """For comparing: 09:00 and 9:00 are the same."""
    return re.sub(
        r"(?<!\d)0(?=\d:)", "", re.sub(r"(?<=\d)\s+(?=\d)", "T", tokens.plain(text)).replace(" ", "")
    )


def _alternate(texts: Mapping[str, str]) -> bool:
    """开始日期 | 开始时间 | 结束日期 | 结束时间: start and end each carry day and clock.

    Where both days come first, they are a run of days with the same hours.
    """
    order = [role for role in texts if role in {"start", "start_clock", "end", "end_clock"}]
    return order == ["start", "start_clock", "end", "end_clock"]


def _with_midnight(start: str, end: str, cells: Mapping[str, Cell]) -> tuple[str, str]:
    """A typed midnight beside a clock is 0:00, and not a day without clock."""
    both = (cells.get("start"), cells.get("end"))
    if all(isinstance(cell, datetime) for cell in both) and _has_clock(start) != _has_clock(end):
        start = start if _has_clock(start) else f"{start} 0:00"
        end = end if _has_clock(end) else f"{end} 0:00"
    return start, end


def _span(start: str, end: str) -> str:
    if not end or end == start:
        return start
    if _has_clock(start) and not _has_clock(end) and _has_day(end):
        if _day_part(start) == _day_part(end):
            return start
        raise RefusedError("time-vague", _("只写了开始的时间，没有写每天几点结束"))
    if _has_clock(end) and not _has_clock(start):
        raise RefusedError("time-vague", _("只写了结束时间，没有开始时间"))
    return f"{start}-{end}"


def _day_part(text: str) -> str:
    return re.sub(r"\s.*", "", text)


def _clock_span(start: str, end: str) -> str:
    return f"{start}-{end}" if start and end else start


def _has_clock(text: str) -> bool:
    return bool(_CLOCK.search(text))


def _has_day(text: str) -> bool:
    return bool(_DAY.search(re.sub(r"\d\s*[点时]", "", text)))


def _read_one(text: str, texts: Mapping[str, str], frame: Frame, reading: Reading, column: str) -> None:
    stripped = remarks.strip(text)
    for remark in stripped.remarks:
        why = _("“%(text)s”没有作为场次，请核对") % {"text": remark.strip()[:60]}
        if stripped.moved:
            why = _("写明改期“%(text)s”，已按改后的日期读取，请核对") % {"text": remark.strip()[:60]}
        reading.troubles.append(Trouble("date-remark", WARNING, why, column))
    parsed = _parsed(stripped.text, frame)
    if stripped.no_clock and parsed.clauses and not any(clause.clocks for clause in parsed.clauses):
        why = _("时间还没有定；先按全天记录")
        parsed.troubles.append(Trouble("time-vague", WARNING, why))
    reading.year = parsed.year
    if not parsed.clauses and not parsed.troubles:
        raise vague(text, parsed.year) if parsed.year else RefusedError("date-missing", _("没有写明日期"))
    slots, troubles = expand(parsed, frame, stripped.text)
    reading.slots = slots
    for trouble in [*parsed.troubles, *troubles]:
        found = Trouble(trouble.code, trouble.severity, trouble.why, _where(trouble.code, texts, column))
        if (found.code, found.why) not in {(known.code, known.why) for known in reading.troubles}:
            reading.troubles.append(found)
    if not slots and not any(trouble.severity == ERROR for trouble in reading.troubles):
        raise vague(text, parsed.year)


def _parsed(text: str, frame: Frame) -> Parsed:
    plain = tokens.plain(text)
    if tokens.WEEK_OF_MONTH.search(plain):
        raise vague(text)
    return Parser(text, tokens.cut(plain), frame).parse()


def _where(code: str, texts: Mapping[str, str], column: str) -> str:
    """The column that a trouble is about: with the clocks where it is about clocks, else with the day."""
    if code == "time-reversed" and texts.get("end"):
        return "end"
    if code.startswith("time-"):
        return next((role for role in ("clock", "end_clock", "start_clock") if texts.get(role)), column)
    return column


def _vague_clock(texts: Mapping[str, str], column: str) -> RefusedError | None:
    """The refusal of the clock where only that is uncertain: 9月14日 beside 待定."""
    clock = texts.get("clock", "")
    if not clock or column == "clock" or _has_day(clock) or _has_clock(clock):
        return None
    try:
        for token in tokens.cut(tokens.plain(clock)):
            if token.kind in {"other", "part"}:
                raise vague(clock)
    except RefusedError:
        return RefusedError("time-vague", _("“%(text)s”不是具体时间") % {"text": clock[:60]})
    return None


def _compare_weekday(text: str, reading: Reading) -> None:
    """A column of its own for the weekday, beside one day."""
    found = [token for token in tokens.cut(tokens.plain(text)) if token.kind == "weekday"]
    if not found and re.fullmatch("[一二三四五六日天]", text):
        found = [token for token in tokens.cut(f"周{text}") if token.kind == "weekday"]
    days = {slot.start.date() for slot in reading.slots}
    if len(found) == 1 and len(days) == 1:
        named, day = named_weekdays(found[0]), days.pop()
        if len(named) == 1 and day.weekday() != named[0]:
            trouble = mismatch(day, found[0].text)
            reading.troubles.append(Trouble(trouble.code, trouble.severity, trouble.why, "weekday"))


# Over the whole reading -----------------------------------------------------------------------------------


def _note_stated_year(reading: Reading, frame: Frame) -> None:
    """A month of another year is both: too vague, and of the wrong year."""
    codes = {trouble.code for trouble in reading.troubles}
    if reading.year and frame.year and reading.year != frame.year and "year-implausible" not in codes:
        trouble = other_year(reading.year, frame.year)
        column = next((known.column for known in reading.troubles), "when")
        reading.troubles.append(Trouble(trouble.code, ERROR, trouble.why, column))


def _note_outside(reading: Reading, frame: Frame) -> None:
    if not frame.first or not frame.last:
        return
    for slot in reading.slots:
        last = (slot.end - timedelta(microseconds=1)).date() if slot.end else slot.start.date()
        if slot.start.date() < frame.first or last > frame.last:
            why = _("不在本届时间（%(first)s 至 %(last)s）内") % {"first": frame.first, "last": frame.last}
            reading.troubles.append(Trouble("date-outside-edition", WARNING, why, reading.column))
            return
