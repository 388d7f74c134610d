"""The sessions of some activities as single dates, each with what has become of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.activities.models import Activity, Admission, Mode, Session, State
from kepuyue.core import wording
from kepuyue.core.links import web_address
from kepuyue.programme.cards import Moment, host, moment, place_of
from kepuyue.programme.days import LONGEST_DATED_RUN
from kepuyue.programme.feeds.selection import address_of, title_of
from kepuyue.programme.feeds.texts import block, line
from kepuyue.programme.seats import is_full

# What has no stated end counts for two hours when it is asked whether it is over, as in the list
UNSTATED = timedelta(hours=2)


class Status(StrEnum):
    """Whether one may go: the time holds, no longer holds and the new one is not known, or nothing takes place."""

    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Occasion:
    """One session as other programs know an event; times in the edition's zone."""

    activity: Activity
    session: Session
    moment: Moment
    status: Status

    @property
    def key(self) -> str:
        """The same for good, whatever changes, and no other event's anywhere."""
        return f"{self.activity.code}-{self.session.pk}@{self.activity.edition.code}"

    @property
    def over_at(self) -> datetime:
        """The moment from which it is over."""
        return self.moment.end or self.moment.start + UNSTATED

    @property
    def title(self) -> str:
        """The title; that it does not take place stands before it, for programs that show nothing else."""
        return title_with(self.activity, self.status)

    @property
    def place(self) -> str:
        """Venue, address and hall; the address of a stream where there is no place."""
        venue = self.session.venue
        parts = [place_of(self.session), venue.address if venue else ""]
        if self.activity.mode != Mode.OFFLINE:
            parts.append(web_address(self.session.online_url) or _("线上"))
        city = self.activity.city or self.activity.edition.city
        return line(" · ".join(part for part in parts if part)) or city

    @property
    def text(self) -> str:
        """What one wants to know before going, a line each, the page's address last."""
        activity = self.activity
        lines = [
            _("本场已取消。") if self.status == Status.CANCELLED else "",
            _("本场已约满。") if session_is_full(self) else "",
            _("原定时间不再有效，新的时间待定，请留意活动页面。") if self.status == Status.POSTPONED else "",
            activity.cancel_reason if activity.state == State.CANCELLED else "",
            activity.summary,
            _named(_("主办"), host(activity)),
            "" if activity.admission == Admission.UNKNOWN else activity.get_admission_display(),
            wording.with_aside(activity.get_booking_mode_display(), activity.booking_note),
            self.session.note,
            _named(_("咨询电话"), activity.public_phone),
            address_of(activity),
        ]
        return block("\n".join(line(one) for one in lines if one))


def session_is_full(one: Occasion) -> bool:
    """Whether it takes place and no seat is left."""
    return one.status == Status.HELD and is_full(one.session)


def occasions(
    activities: Iterable[Activity], *, at: datetime, first: date | None = None, last: date | None = None
) -> list[Occasion]:
    """All sessions that touch the days from `first` to `last`: those to come first, then the past ones backwards.

    What is on for weeks follows what happens at an hour, as in the list.
    Cancelled and postponed ones are among them, so that a calendar that has them corrects itself.
    """
    found = [
        Occasion(activity, session, one, _status(activity, session))
        for activity in activities
        for session in activity.sessions.all()
        for one in [moment(session, activity.edition.zone)]
        if (first is None or one.last_day >= first) and (last is None or one.start.date() <= last)
    ]
    ahead = [one for one in found if one.over_at > at]
    past = [one for one in found if one.over_at <= at]
    ahead.sort(key=lambda one: (_is_exhibition(one.moment), one.moment.start, one.session.pk))
    past.sort(key=lambda one: (one.moment.start, one.session.pk), reverse=True)
    return ahead + past


def _is_exhibition(one: Moment) -> bool:
    return one.is_all_day and (one.last_day - one.start.date()).days >= LONGEST_DATED_RUN


def _named(label: str, text: str) -> str:
    return wording.labelled(label, text) if text else ""


def title_with(activity: Activity, status: Status) -> str:
    """The title, with a word before it where one may not go."""
    mark = {Status.CANCELLED: _("已取消"), Status.POSTPONED: pgettext("session", "已延期")}.get(status, "")
    return wording.labelled(mark, title_of(activity))


def status_of(activity: Activity) -> Status:
    """That of the whole activity: off, or waiting for a new time with all its sessions."""
    if activity.state == State.CANCELLED:
        return Status.CANCELLED
    held = [one for one in activity.sessions.all() if not one.is_cancelled]
    return Status.POSTPONED if held and all(one.is_postponed for one in held) else Status.HELD


def _status(activity: Activity, session: Session) -> Status:
    if session.is_cancelled or activity.state == State.CANCELLED:
        return Status.CANCELLED
    return Status.POSTPONED if session.is_postponed else Status.HELD
