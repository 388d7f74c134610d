"""Tables for spreadsheets: a line for each session, and one for each activity without a known time."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.activities.models import Activity, UnitRole
from kepuyue.core import wording
from kepuyue.core.tables import to_csv, to_xlsx
from kepuyue.programme.cards import localized
from kepuyue.programme.feeds.occasions import Occasion, Status, occasions, session_is_full, status_of
from kepuyue.programme.feeds.selection import Selection, address_of, title_of
from kepuyue.programme.feeds.texts import line


def written(selection: Selection, *, to: Callable[[list[str], list[list[Any]]], bytes]) -> bytes:
    """The selection as a table; times in the edition's zone, coordinates WGS-84 degrees."""
    columns: dict[str, Callable[[Activity, Occasion | None], Any]] = {
        _("编号"): lambda activity, _one: activity.code,
        _("活动名称"): lambda activity, _one: title_of(activity),
        _("状态"): lambda activity, one: _state(activity, one),
        _("日期"): lambda _activity, one: one.moment.start.date().isoformat() if one else "",
        _("开始"): lambda _activity, one: _clock(one, one.moment.start) if one else "",
        _("结束日期"): lambda _activity, one: one.moment.last_day.isoformat() if one else "",
        _("结束"): lambda _activity, one: _clock(one, one.moment.end) if one else "",
        _("时间说明"): lambda activity, one: "" if one else line(activity.dates_as_written),
        _("城市"): lambda activity, _one: line(activity.city or activity.edition.city),
        _("所属区"): lambda activity, _one: _district(activity),
        _("地点"): lambda _activity, one: one.place if one else "",
        _("经度"): lambda _activity, one: one.session.venue.lng if one and one.session.venue else None,
        _("纬度"): lambda _activity, one: one.session.venue.lat if one and one.session.venue else None,
        **{str(role.label): partial(_units, role) for role in UnitRole},
        _("分类"): lambda activity, _one: wording.listed(line(term) for term in activity.terms.all()),
        _("参与方式"): lambda activity, _one: activity.get_mode_display(),
        _("收费情况"): lambda activity, _one: activity.get_admission_display(),
        _("预约方式"): lambda activity, _one: activity.get_booking_mode_display(),
        _("一句话介绍"): lambda activity, _one: line(activity.summary),
        _("网址"): lambda activity, _one: address_of(activity),
    }
    rows = [[value(activity, one) for value in columns.values()] for activity, one in _lines(selection)]
    return to(list(columns), rows)


csv = partial(written, to=to_csv)


def xlsx(selection: Selection) -> bytes:
    """The same as a workbook."""
    return written(selection, to=partial(to_xlsx, _("活动")))


def _lines(selection: Selection) -> list[tuple[Activity, Occasion | None]]:
    query, activities = selection.query, selection.activities()
    dates = occasions(activities, at=selection.at, first=query.first, last=query.last)
    dated = {one.activity.pk for one in dates}
    return [
        *((one.activity, one) for one in dates),
        *((activity, None) for activity in activities if activity.pk not in dated),
    ]


def _state(activity: Activity, one: Occasion | None) -> str:
    if one and session_is_full(one):
        return _("已约满")
    return status_text(one.status if one else status_of(activity))


def status_text(status: Status) -> str:
    """Whether one may go, in the reader's language."""
    return {
        Status.HELD: _("照常"),
        Status.POSTPONED: pgettext("session", "已延期"),
        Status.CANCELLED: _("已取消"),
    }[status]


def _clock(one: Occasion, moment: Any) -> str:
    if one.moment.is_all_day:
        return _("全天")
    return f"{moment:%H:%M}" if moment else ""


def _district(activity: Activity) -> str:
    district = activity.district
    return localized(district.name, district.name_en)[0] if district else ""


def _units(role: UnitRole, activity: Activity, _one: Occasion | None) -> str:
    return wording.listed(line(unit.name) for unit in activity.participations.all() if unit.role == role)
