"""Who booked is told by a text message: a code, seats that came free, a change of the session, the day before.

In the city's language, with the signed link of the ticket. Values stand in the order in which a provider's template
takes them (docs/operation.md).
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.bookings import tickets
from kepuyue.bookings.models import Block, Booking
from kepuyue.core import wording
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Channel

CODE, OFFER, CHANGE, REMINDER = "booking.code", "booking.offer", "booking.change", "booking.reminder"
DRAW, BLOCK, LIFTED = "booking.draw", "booking.block", "booking.block_lifted"
# How a draw can end for somebody; who was offered a seat since has been told of that
DRAWN = (Booking.State.CONFIRMED, Booking.State.WAITLISTED, Booking.State.NOT_DRAWN)


def code(phone: str, digits: str) -> None:
    """The code by which a number is shown to be one's own."""
    with translation.override(settings.CITY_LANGUAGE):
        outbox.post(
            kind=CODE, channel=Channel.SMS, to=phone, key=None, subject=_("查预约的验证码"),
            body=_("验证码%(code)s，10分钟内有效，用来查您的科普月预约。不是您操作的不用理会，不要告诉别人。"),
            values={"code": digits},
        )  # fmt: skip


def offered(booking: Booking) -> None:
    """Somebody who waited has seats, for good or to confirm."""
    with translation.override(settings.CITY_LANGUAGE):
        if booking.offer_ends_at is None:
            body = _("您候补的%(when)s“%(title)s”有名额了，%(seats)s人，已经归您。来不了请打开链接取消。")
        else:
            body = _(
                "您候补的%(when)s“%(title)s”轮到了，%(seats)s人，请在%(until)s前打开链接确认，过时让给下一组。"
            )
        _post(
            OFFER, booking, subject=_("候补轮到您了"), body=body, key=f"{OFFER}:{booking.pk}:{booking.state}"
        )


def drawn(booking: Booking) -> None:
    """How the draw ended for somebody who entered."""
    with translation.override(settings.CITY_LANGUAGE):
        body = {
            Booking.State.CONFIRMED: _(
                "您报名的%(when)s“%(title)s”中签了，%(seats)s人。来不了请打开链接取消。"
            ),
            Booking.State.WAITLISTED: _("您报名的%(when)s“%(title)s”没有中签，已排候补，有名额时再告诉您。"),
            Booking.State.NOT_DRAWN: _("您报名的%(when)s“%(title)s”没有中签，请不要前往。"),
        }[Booking.State(booking.state)]
        _post(DRAW, booking, subject=_("抽签结果"), body=body, key=f"{DRAW}:{booking.pk}")


def changed(bookings: Iterable[Booking], *, what: str, reason: str, key: str) -> int:
    """Their session was cancelled, put off, moved in time or place; how many were told. `key` names the change."""
    count = 0
    with translation.override(settings.CITY_LANGUAGE):
        bodies = {
            "cancelled": _("您预约的%(when)s“%(title)s”取消了。%(reason)s预约不用另外取消。"),
            "postponed": _("您预约的%(when)s“%(title)s”延期，新的时间待定，预约仍为您保留。%(reason)s"),
            "retimed": _("您预约的“%(title)s”改到%(when)s。%(reason)s来不了请打开链接取消。"),
            "moved": _("您预约的%(when)s“%(title)s”换了地点。%(reason)s请打开链接看新地点，来不了请取消。"),
            "taken_down": _(
                "您预约的%(when)s“%(title)s”现在不能举办，请先不要前往，有变化再通知您。%(reason)s"
            ),
            "restored": _("您预约的%(when)s“%(title)s”恢复举办，预约仍然有效。%(reason)s"),
        }
        for booking in bookings:
            _post(
                CHANGE, booking, subject=_("您预约的场次有变化"), body=bodies[what], reason=reason,
                key=f"{CHANGE}:{booking.pk}:{key}",
            )  # fmt: skip
            count += 1
    return count


def reminder_key(booking: Booking) -> str:
    """By which a reminder is known: another day is another reminder."""
    return f"{REMINDER}:{booking.pk}:{booking.session.starts_at:%Y%m%d}"


def reminded(booking: Booking) -> None:
    """The day before."""
    with translation.override(settings.CITY_LANGUAGE):
        _post(
            REMINDER, booking, subject=_("明天的预约"),
            body=_("提醒：%(when)s“%(title)s”，%(seats)s人，预约号%(number)s。来不了请打开链接取消，把名额让给别人。"),
            key=reminder_key(booking),
        )  # fmt: skip


def blocked(block: Block, phone: str) -> None:
    """They may not book online for a while, and where they can say why; `phone` is as it is kept."""
    values = {"until": _moment(block.until.astimezone(block.edition.zone)), "reason": block.note}
    with translation.override(settings.CITY_LANGUAGE):
        outbox.post(
            kind=BLOCK, channel=Channel.SMS, to=phone, key=f"{BLOCK}:{block.pk}", subject=_("暂停网上预约"),
            body=_("到%(until)s前暂停网上预约。原因：%(reason)s有特殊情况请到“我的预约”说明；电话和代办预约不受影响。"),
            values=values,
        )  # fmt: skip


def lifted(block: Block, phone: str) -> None:
    """They may book online again before the time that they were told; `phone` is as it is kept."""
    with translation.override(settings.CITY_LANGUAGE):
        outbox.post(
            kind=LIFTED, channel=Channel.SMS, to=phone, key=f"{LIFTED}:{block.pk}", subject=_("恢复网上预约"),
            body=_("补传的签到记录表明您到过现场，网上预约已经恢复。给您添麻烦了。"), values={},
        )  # fmt: skip


def _post(kind: str, booking: Booking, *, subject: str, body: str, key: str, reason: str = "") -> None:
    if not booking.phone:
        return  # erased: there is nobody to tell
    session, zone = booking.session, booking.session.activity.edition.zone
    values: dict[str, Any] = {
        "title": session.activity.title,
        "when": _moment(session.starts_at.astimezone(zone)),
        "seats": booking.seats,
        "number": booking.code,
        "until": _moment(booking.offer_ends_at.astimezone(zone)) if booking.offer_ends_at else "",
        "reason": _("原因：%(reason)s。") % {"reason": reason.rstrip("。")} if reason else "",
    }
    outbox.post(
        kind=kind, channel=Channel.SMS, to=booking.plain_phone, key=key, subject=subject, body=body,
        values={name: value for name, value in values.items() if f"%({name})s" in body},
        link=tickets.link(booking.code),
    )  # fmt: skip


def _moment(moment: Any) -> str:
    return wording.at(wording.day_text(moment.date(), weekday=False), f"{moment:%H:%M}")
