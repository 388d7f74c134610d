"""The parts of the registration form that come several times: units, speakers, sessions."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.forms.fields import WebAddressField
from kepuyue.activities.models import UnitRole
from kepuyue.editions.models import Edition


class RowForm(forms.Form):
    """One row of several. It is empty when nothing was typed in it, whatever a browser sends preselected."""

    PRESELECTED = frozenset({"id", "role", "is_cancelled", "is_full", "DELETE"})

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - self.PRESELECTED)


class ParticipationForm(RowForm):
    role = forms.ChoiceField(label=_("角色"), choices=UnitRole)
    name = forms.CharField(
        label=_("单位名称"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"data-suggest": reverse_lazy("activities:known-units"), "class": "grow"}
        ),
    )


class SpeakerForm(RowForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    introduction = forms.CharField(label=_("单位和职务"), max_length=120, required=False)
    is_overseas = forms.BooleanField(label=_("境外（含港澳台）"), required=False)


class SessionForm(RowForm):
    """One session as people type it: days and clock times in the edition's zone."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    is_cancelled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    is_full = forms.BooleanField(required=False, widget=forms.HiddenInput)
    starts_on = forms.DateField(
        label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_all_day = forms.BooleanField(label=_("全天"), required=False)
    starts_at = forms.TimeField(
        label=_("开始"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=_("结束"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_on = forms.DateField(
        label=_("结束日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("同一天结束的不用填。"),
    )  # fmt: skip
    venue_name = forms.CharField(
        label=_("场地"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"data-suggest": reverse_lazy("activities:known-venues")}),
    )
    place = forms.CharField(
        label=_("具体位置"), required=False, max_length=200, help_text=_("楼层、厅室或集合地点。")
    )
    online_url = WebAddressField(label=_("线上地址"), required=False, max_length=300)
    capacity = forms.IntegerField(label=_("名额"), required=False, min_value=1, max_value=1_000_000)
    note = forms.CharField(label=_("说明"), required=False, max_length=120)
    safety_plan = forms.CharField(
        label=_("本场安全预案"), required=False, max_length=500,
        help_text=_("与活动的安全预案不同时才填。"),
    )  # fmt: skip
    emergency_contact = forms.CharField(
        label=_("本场安全负责人及电话"), required=False, max_length=80, help_text=_("与活动的不同时才填。")
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("starts_on")
        if day is None or self.errors:
            return cleaned
        last = cleaned.get("ends_on") or day
        if last < day:
            self.add_error("ends_on", _("结束日期早于开始日期。"))
        elif cleaned["is_all_day"]:
            cleaned["span"] = (self._moment(day, time()), self._moment(last + timedelta(days=1), time()))
        elif cleaned.get("starts_at") is None:
            self.add_error("starts_at", _("请填写开始时间；全天开放的请勾选“全天”。"))
        else:
            start = self._moment(day, cleaned["starts_at"])
            end = self._moment(last, cleaned["ends_at"]) if cleaned.get("ends_at") is not None else None
            if end is None and last > day:
                self.add_error("ends_at", _("跨天的场次请填写结束时间。"))
            elif end is not None and end <= start:
                self.add_error("ends_at", _("结束时间早于开始时间。如果第二天才结束，请填写结束日期。"))
            cleaned["span"] = (start, end)
        return cleaned

    def _moment(self, day: Any, clock: time) -> datetime:
        return datetime.combine(day, clock, self.edition.zone)

    def content(self) -> Content:
        """The session as content, with the venue still by its name."""
        start, end = self.cleaned_data["span"]
        kept = ("id", "is_cancelled", "is_all_day", "venue_name", "place", "online_url", "capacity", "note")
        # What an import does not carry stays as it is; a page always sends it
        own = {
            key: self.cleaned_data[key]
            for key in ("safety_plan", "emergency_contact", "is_full")
            if self.add_prefix(key) in self.data
        }
        return (
            {key: self.cleaned_data[key] for key in kept}
            | own
            | {
                "starts_at": iso_utc(start),
                "ends_at": iso_utc(end) if end else None,
            }
        )


def session_initial(entry: Content, edition: Edition, venue_names: Mapping[int, str]) -> dict[str, Any]:
    """A session's content as the form shows it (the inverse of `SessionForm.content`)."""
    start = datetime.fromisoformat(entry["starts_at"]).astimezone(edition.zone)
    end = datetime.fromisoformat(entry["ends_at"]).astimezone(edition.zone) if entry.get("ends_at") else None
    last = (end - timedelta(days=1) if entry.get("is_all_day") else end) if end else None
    timed = not entry.get("is_all_day")
    return {
        **{key: entry.get(key) for key in ("id", "is_all_day", "is_cancelled", "place", "online_url", "note")},
        "capacity": entry.get("capacity"),
        "is_full": entry.get("is_full"),
        "safety_plan": entry.get("safety_plan"),
        "emergency_contact": entry.get("emergency_contact"),
        "venue_name": entry.get("venue_name") or venue_names.get(entry.get("venue") or 0, ""),
        "starts_on": start.date(),
        "starts_at": start.time() if timed else None,
        "ends_on": last.date() if last and last.date() != start.date() else None,
        "ends_at": end.time() if end and timed else None,
    }  # fmt: skip


class RowSet(forms.BaseFormSet):
    """Rows that can be added and removed in the browser; empty ones are passed over."""

    deletion_widget = forms.CheckboxInput

    def initial_form_count(self) -> int:
        """What was typed is judged by itself: a row saved meanwhile is not taken for an untouched one."""
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def empty_form(self) -> Any:
        """One more row. A further unit is seldom one more host: hosts stand before the public and are reviewed."""
        row = super().empty_form
        if "role" in row.fields:
            row.initial["role"] = UnitRole.CO_ORGANIZER
        return row

    @property
    def ordered_forms(self) -> list[Any]:
        """The rows that stay, in the order shown."""
        return [row for row in self.forms if row not in self.deleted_forms and row.has_changed()]


ROWS: dict[str, tuple[str, type[RowForm], int]] = {
    "units": ("participations", ParticipationForm, 60),
    "sessions": ("sessions", SessionForm, 400),
    "responsibility": ("speakers", SpeakerForm, 60),
}
