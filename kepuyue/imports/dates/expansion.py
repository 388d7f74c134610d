"""From clauses to sessions, by the rules of the import contract (`Rules of reading`, 2 to 5)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from kepuyue.imports.dates import statutory
from kepuyue.imports.dates.clauses import WEEKEND, Clause, Clock, Closed, Parsed
from kepuyue.imports.dates.model import (
    ERROR,
    MAX_SESSIONS,
    WARNING,
    Frame,
    RefusedError,
    Slot,
    Trouble,
    reversed_span,
    vague,
)


def expand(parsed: Parsed, frame: Frame, text: str) -> tuple[list[Slot], list[Trouble]]:
    """The sessions in the order written, without repeats; and what was assumed or refused beside them."""
    slots: list[Slot] = []
    troubles: list[Trouble] = []
    for clause in parsed.clauses:
        if not clause.has_days:
            if any(trouble.code == "date-invalid" for trouble in parsed.troubles):
                continue  # its day is the one that does not exist
            raise RefusedError("date-missing", _("只写了几点，没有写哪一天"))
        _leave_out_other_years(clause, frame, troubles)
        if not clause.has_days:
            continue
        try:
            slots += _slots(clause, parsed.closed, frame, text, troubles)
        except RefusedError as refused:
            troubles.append(Trouble(refused.code, ERROR, refused.why))
        if len(slots) > MAX_SESSIONS:
            raise RefusedError("date-vague", _("场次超过 %(limit)s 个，请核对日期") % {"limit": MAX_SESSIONS})
    slots = list(dict.fromkeys(slots))
    return slots, troubles


def _leave_out_other_years(clause: Clause, frame: Frame, troubles: list[Trouble]) -> None:
    """Days of a year that is not the edition's make no session; one remark a clause."""
    if frame.year is None:
        return
    spans = [*clause.runs, *clause.bounds]
    strange = [day.year for span in spans for day in span if day.year != frame.year]
    if not strange:
        return
    troubles.append(other_year(min(strange), frame.year))
    whole = [run for run in clause.runs if all(day.year == frame.year for day in run)]
    bounds = [run for run in clause.bounds if all(day.year == frame.year for day in run)]
    if not whole and not bounds:
        clause.weekdays, clause.nth, clause.working, clause.daily = set(), set(), False, False
        clause.whole_edition, clause.bare_month = False, ""
    clause.runs, clause.bounds = whole, bounds


def other_year(year: int, expected: int) -> Trouble:
    """The refusal of a day of another year."""
    why = _("写的是 %(year)s 年，本届是 %(expected)s 年") % {"year": year, "expected": expected}
    return Trouble("year-implausible", ERROR, why)


def _slots(clause: Clause, closed: Closed, frame: Frame, text: str, troubles: list[Trouble]) -> list[Slot]:
    if clause.through:
        if clause.assumed:
            troubles.append(_assumed(frame))
        return [_timed(*clause.runs[0], clause.clocks[0], frame)]
    singles = clause.runs and all(first == last for first, last in clause.runs)
    if clause.has_rule and not singles:
        days = [day for day in _bounded(clause, frame, text, troubles) if _falls_on(day, clause, frame)]
        return _each(_open(days, closed, frame), clause, frame, text)
    if clause.has_rule and clause.weekdays:
        _check_rule(clause, troubles)
    if clause.assumed:
        troubles.append(_assumed(frame))
    runs = clause.runs
    if not runs:
        runs = clause.bounds or [_edition(clause, frame, text, troubles)]
    if clause.clocks:
        days = [day for run in runs for day in _days(run)]
        return _each(_open(days, closed, frame), clause, frame, text)
    return [_all_day(*piece, frame) for run in runs for piece in _pieces(run, closed, frame)]


def _check_rule(clause: Clause, troubles: list[Trouble]) -> None:
    """每周六（9月7日、14日）: the days are taken, and a day that is no Saturday is remarked."""
    for first, _last in clause.runs:
        if first.weekday() not in clause.weekdays:
            why = _("%(day)s与写明的星期不一致；已按日期读取") % {"day": f"{first:%m-%d}"}
            troubles.append(Trouble("weekday-mismatch", WARNING, why))


def _bounded(clause: Clause, frame: Frame, text: str, troubles: list[Trouble]) -> Iterable[date]:
    spans = clause.runs or clause.bounds
    if not spans:
        spans = [_edition(clause, frame, text, troubles)]
    elif clause.assumed:
        troubles.append(_assumed(frame))
    return [day for span in spans for day in _days(span)]


def _edition(clause: Clause, frame: Frame, text: str, troubles: list[Trouble]) -> tuple[date, date]:
    if frame.first is None or frame.last is None:
        raise vague(text)
    if not any(trouble.code == "range-assumed" for trouble in troubles):
        troubles.append(_assumed(frame))
    return frame.first, frame.last


def _assumed(frame: Frame) -> Trouble:
    what = {"first": frame.first, "last": frame.last}
    return Trouble(
        "range-assumed", WARNING, _("没有写明起止日期，先按本届时间（%(first)s 至 %(last)s）读取") % what
    )


def _days(span: tuple[date, date]) -> list[date]:
    if (span[1] - span[0]).days > 2 * 366:
        raise RefusedError("date-vague", _("起止日期相隔太久，请核对"))
    return statutory.days_of(*span)


def _falls_on(day: date, clause: Clause, frame: Frame) -> bool:
    if day.weekday() in clause.weekdays:
        return True
    if clause.working and statutory.is_working(day, frame.off, frame.work):
        return True
    if _is_nth(day, day.weekday(), clause):
        return True
    saturday = day - timedelta(days=max(0, day.weekday() - 5))
    return day.weekday() >= 5 and saturday.month == day.month and _is_nth(saturday, WEEKEND, clause)


def _is_nth(day: date, name: int, clause: Clause) -> bool:
    """Whether the day is the one, by its count in its month, that the clause names so."""
    which = (day.day - 1) // 7 + 1
    is_last = (day + timedelta(days=7)).month != day.month
    return (which, name) in clause.nth or (is_last and (-1, name) in clause.nth)


def _open(days: Iterable[date], closed: Closed, frame: Frame) -> list[date]:
    return [day for day in days if not _is_closed(day, closed, frame)]


def _is_closed(day: date, closed: Closed, frame: Frame) -> bool:
    if day in closed.opened or (closed.opened_on_holidays and statutory.is_holiday(day)):
        return False
    return (
        day.weekday() in closed.weekdays
        or day in closed.days
        or (closed.holidays and statutory.is_holiday(day))
        or (closed.workdays and statutory.is_working(day, frame.off, frame.work))
    )


def _pieces(run: tuple[date, date], closed: Closed, frame: Frame) -> list[tuple[date, date]]:
    """A run of whole days, cut where it is closed."""
    if not closed:
        return [run]
    pieces: list[tuple[date, date]] = []
    for day in _open(_days(run), closed, frame):
        if pieces and pieces[-1][1] == day - timedelta(days=1):
            pieces[-1] = (pieces[-1][0], day)
        else:
            pieces.append((day, day))
    return pieces


def _each(days: list[date], clause: Clause, frame: Frame, text: str) -> list[Slot]:
    if not days:
        raise RefusedError("date-vague", _("“%(text)s”在所写的范围里没有一天") % {"text": text[:60]})
    if not clause.clocks:
        return [_all_day(day, day, frame) for day in days]
    return [_timed(day, day, clock, frame) for day in days for clock in clause.clocks]


def _all_day(first: date, last: date, frame: Frame) -> Slot:
    after = last + timedelta(days=1)
    return Slot(
        datetime.combine(first, time(), frame.zone), datetime.combine(after, time(), frame.zone), all_day=True
    )


def _timed(first: date, last: date, clock: Clock, frame: Frame) -> Slot:
    start = _moment(first, clock.start, frame)
    if clock.end is None:
        return Slot(start, None, all_day=False)
    end = _moment(last, clock.end, frame)
    if end <= start:
        raise reversed_span()
    return Slot(start, end, all_day=False)


def _moment(day: date, minutes: int, frame: Frame) -> datetime:
    return (datetime.combine(day, time()) + timedelta(minutes=minutes)).replace(tzinfo=frame.zone)
