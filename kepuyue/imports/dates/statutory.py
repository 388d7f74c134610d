"""Holidays and make-up days as the State Council's office announces them each year, and feasts by name.

Source: 国务院办公厅关于部分节假日安排的通知 of each year (arranged by NateScarlet/holiday-cn, MIT). Add a year when its
notice is out; for years that are not here Saturdays and Sundays are free and nothing else.
"""

from datetime import date, timedelta

# Name: first and last day off, weekends included
HOLIDAYS: dict[int, dict[str, tuple[str, str]]] = {
    2023: {"元旦": ("2022-12-31", "2023-01-02"), "春节": ("2023-01-21", "2023-01-27"),
           "清明": ("2023-04-05", "2023-04-05"), "劳动": ("2023-04-29", "2023-05-03"),
           "端午": ("2023-06-22", "2023-06-24"), "中秋": ("2023-09-29", "2023-10-06"),
           "国庆": ("2023-09-29", "2023-10-06")},
    2024: {"元旦": ("2024-01-01", "2024-01-01"), "春节": ("2024-02-10", "2024-02-17"),
           "清明": ("2024-04-04", "2024-04-06"), "劳动": ("2024-05-01", "2024-05-05"),
           "端午": ("2024-06-10", "2024-06-10"), "中秋": ("2024-09-15", "2024-09-17"),
           "国庆": ("2024-10-01", "2024-10-07")},
    2025: {"元旦": ("2025-01-01", "2025-01-01"), "春节": ("2025-01-28", "2025-02-04"),
           "清明": ("2025-04-04", "2025-04-06"), "劳动": ("2025-05-01", "2025-05-05"),
           "端午": ("2025-05-31", "2025-06-02"), "中秋": ("2025-10-01", "2025-10-08"),
           "国庆": ("2025-10-01", "2025-10-08")},
    2026: {"元旦": ("2026-01-01", "2026-01-03"), "春节": ("2026-02-15", "2026-02-23"),
           "清明": ("2026-04-04", "2026-04-06"), "劳动": ("2026-05-01", "2026-05-05"),
           "端午": ("2026-06-19", "2026-06-21"), "中秋": ("2026-09-25", "2026-09-27"),
           "国庆": ("2026-10-01", "2026-10-07")},
}  # fmt: skip
# Weekend days that are worked in exchange
MAKE_UP = frozenset(date.fromisoformat(day) for day in (
    "2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08",
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
))  # fmt: skip
# Feasts on the same day each year
FIXED = {"元旦": (1, 1), "劳动": (5, 1), "五一": (5, 1), "六一": (6, 1), "儿童": (6, 1), "教师": (9, 10),
         "国庆": (10, 1), "十一": (10, 1)}  # fmt: skip
# Feasts of the lunar calendar
MOVING = {
    "春节": {2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29", 2026: "2026-02-17"},
    "元宵": {2023: "2023-02-05", 2024: "2024-02-24", 2025: "2025-02-12", 2026: "2026-03-03"},
    "清明": {2023: "2023-04-05", 2024: "2024-04-04", 2025: "2025-04-04", 2026: "2026-04-05"},
    "端午": {2023: "2023-06-22", 2024: "2024-06-10", 2025: "2025-05-31", 2026: "2026-06-19"},
    "中秋": {2023: "2023-09-29", 2024: "2024-09-17", 2025: "2025-10-06", 2026: "2026-09-25"},
    "重阳": {2023: "2023-10-23", 2024: "2024-10-11", 2025: "2025-10-29", 2026: "2026-10-18"},
}
SAME_HOLIDAY = {"五一": "劳动", "十一": "国庆"}


def feast(name: str, year: int) -> date | None:
    """The day of a feast; None where it is not known for that year."""
    if name in FIXED:
        return date(year, *FIXED[name])
    known = MOVING.get(name, {}).get(year)
    return date.fromisoformat(known) if known else None


def holiday(name: str, year: int) -> tuple[date, date] | None:
    """First and last day off around a feast; None where it is not known for that year."""
    span = HOLIDAYS.get(year, {}).get(SAME_HOLIDAY.get(name, name))
    return (date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None


def is_holiday(day: date) -> bool:
    """Whether the day belongs to a statutory holiday's run of days off."""
    runs = [span for year in (day.year, day.year + 1) for span in HOLIDAYS.get(year, {}).values()]
    return any(date.fromisoformat(first) <= day <= date.fromisoformat(last) for first, last in runs)


def is_working(day: date, off: frozenset[date] = frozenset(), work: frozenset[date] = frozenset()) -> bool:
    """Whether public offices work on the day; an edition's own `off` and `work` go before the calendar."""
    if day in work or day in off:
        return day in work
    return day in MAKE_UP or (day.weekday() < 5 and not is_holiday(day))


def days_of(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
