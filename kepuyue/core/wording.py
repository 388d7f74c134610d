"""Words put together in the language of the page: lists, labels, asides, days and spans of days."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

ZH_WEEKDAYS = "一二三四五六日"
EN_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
LONGEST_LABEL = 20  # characters that name a field rather than say a sentence
MARKS = re.compile(r"[，。；：！？（]|\s\(|[,.;:!?](?:\s|$)")


def listed(items: Iterable[object]) -> str:
    """甲、乙 · A, B."""
    return _("、").join(str(item) for item in items)


def clauses(parts: Iterable[object]) -> str:
    """Parts that may hold lists themselves: 甲、乙；丙 · A, B; C."""
    return _("；").join(str(part) for part in parts)


def sentences(parts: Iterable[object]) -> str:
    """Whole sentences one after the other; English has a space between them."""
    return (" " if is_english() else "").join(str(part) for part in parts if part)


def beginning(text: object) -> str:
    """A label as it is named elsewhere: of one that is a sentence, up to its first mark."""
    whole = str(text or "")
    return whole if len(whole) <= LONGEST_LABEL else MARKS.split(whole, maxsplit=1)[0]


def labelled(label: object, text: object) -> str:
    """名称：内容 · Label: text; either alone where the other is empty."""
    if not label or not text:
        return str(label or text or "")
    return _("%(label)s：%(text)s") % {"label": label, "text": text}


def with_aside(text: object, aside: object) -> str:
    """甲（乙） · A (B); either alone where the other is empty."""
    if not text or not aside:
        return str(text or aside or "")
    return _("%(text)s（%(aside)s）") % {"text": text, "aside": aside}


def day_text(day: date, *, weekday: bool = True, year: bool = False) -> str:
    """9月14日（周六） · Sat, Sept 14."""
    if is_english():
        text = f"{EN_MONTHS[day.month - 1]} {day.day}{f', {day.year}' if year else ''}"
        return f"{weekday_text(day)}, {text}" if weekday else text
    text = f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日"
    return f"{text}（{weekday_text(day)}）" if weekday else text


def at(day: str, hours: str) -> str:
    """A day and hours, both already in words: 9月14日（周六） 10:00 · Sat, Sept 14, 10:00."""
    return f"{day}{',' if is_english() else ''} {hours}"


def weekday_text(day: date) -> str:
    """周六 · Sat."""
    return EN_WEEKDAYS[day.weekday()] if is_english() else f"周{ZH_WEEKDAYS[day.weekday()]}"


def month_text(day: date) -> str:
    """9月 · Sept."""
    return EN_MONTHS[day.month - 1] if is_english() else f"{day.month}月"


def days_text(first: date, last: date, *, year: bool = False) -> str:
    """9月1日 – 9月30日 · Sept 1 – 30; one day with its weekday."""
    if first == last:
        return day_text(first, year=year)
    both_years = first.year != last.year
    if is_english():
        start = day_text(first, weekday=False, year=both_years)
        if (first.year, first.month) == (last.year, last.month):
            return f"{start} – {last.day}{f', {last.year}' if year else ''}"
        return f"{start} – {day_text(last, weekday=False, year=year or both_years)}"
    start = day_text(first, weekday=False, year=year or both_years)
    return f"{start} – {day_text(last, weekday=False, year=both_years)}"


def moment_text(moment: datetime, *, year: bool = True) -> str:
    """2024年9月14日 10:00 · Sept 14, 2024, 10:00, in the active zone."""
    local = timezone.localtime(moment)
    return at(day_text(local, weekday=False, year=year), f"{local:%H:%M}")


def is_english() -> bool:
    """Whether the page is in English; every other language reads Chinese."""
    return (get_language() or "").startswith("en")


def language_tag() -> str:
    """The language of the page as other programs write it (BCP 47): zh-Hans or en."""
    return "en" if is_english() else "zh-Hans"
