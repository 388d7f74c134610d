"""Openings written out for people: the week, the single days, admission, groups, concessions, facilities."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.activities.models import Admission, BookingMode
from kepuyue.core import wording
from kepuyue.resources.availability import weekdays_text
from kepuyue.resources.timetable import CONCESSIONS, FACILITIES, Content

Row = tuple[str, str]


def opening_rows(content: Content) -> list[Row]:
    """Everything that the opening says, as (label, text)."""
    get = content.get
    capacity = _("每天%(count)s人") % {"count": get("capacity")} if get("capacity") else ""
    rows = [
        (_("收费情况"), wording.with_aside(_label(Admission, get("admission")), get("admission_note"))),
        (_("每周开放"), week_text(content)),
        (_("单独开放的日期"), special_text(content)),
        (_("闭馆日"), days_text(get("closed"))),
        (
            _("免费或优惠的人群"),
            wording.with_aside(_listed(CONCESSIONS, get("concessions")), get("concession_note")),
        ),
        (_("接待人数"), capacity),
        (
            _("预约方式"),
            wording.clauses(
                filter(None, [_label(BookingMode, get("booking")), get("booking_note"), get("booking_url")])
            ),
        ),
        (_("咨询电话"), get("phone")),
        (_("怎样到达和参观"), get("how_to_visit")),
        (_("团体"), _groups(content)),
        (_("适合年龄和安全提示"), get("age_note")),
        (_("设施"), _listed(FACILITIES, get("facilities"))),
        (_("其他说明"), get("note")),
    ]
    return [(label, str(text)) for label, text in rows if text]


def changed_rows(old: Content, new: Content) -> list[tuple[str, str, str]]:
    """What differs between the public text and the filed one: (label, old, new)."""
    before, after = dict(opening_rows(old)), dict(opening_rows(new))
    labels = list(dict.fromkeys([*before, *after]))
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label) != after.get(label)
    ]


def week_text(content: Content) -> str:
    """Weekdays of the same hours together: 周二、周三 09:00–17:00；周六 10:00–18:00."""
    by_hours: dict[tuple[str, ...], list[int]] = {}
    for day, span in sorted(content.get("hours", {}).items()):
        by_hours.setdefault(tuple(span), []).append(int(day))
    return wording.clauses(f"{weekdays_text(days)} {start}–{end}" for (start, end), days in by_hours.items())


def special_text(content: Content) -> str:
    """9月14日（周六） 09:00–11:30."""
    return wording.clauses(
        wording.at(wording.day_text(date.fromisoformat(day)), f"{start}–{end}")
        for day, start, end in content.get("special") or ()
    )


def days_text(days: Any) -> str:
    """Single days in a row."""
    return wording.listed(wording.day_text(date.fromisoformat(day)) for day in days or ())


def _groups(content: Content) -> str:
    if not content.get("groups"):
        return ""
    size = content.get("group_size")
    text = _("接待，每批最多%(count)s人") % {"count": size} if size else _("接待")
    return wording.clauses(filter(None, [text, content.get("group_note")]))


def _listed(names: dict[str, Any], codes: Any) -> str:
    return wording.listed(names[code] for code in codes or () if code in names)


def _label(choices: Any, code: Any) -> str:
    return str(choices(code).label) if code else ""
