"""Who is told of what happens between two units, by mail and at the desk: each side once per event."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kepuyue.activities.models import Activity, ChangeNotice, Session
from kepuyue.activities.presentation import span
from kepuyue.core import wording
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of
from kepuyue.resources.models import Offer, Opening, Proposal, Request

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

SPEAKING = (Role.OWNER, Role.EDITOR, Role.OFFICE)
# Event → (kind of message, subject, body). What people typed goes in as values only
TEXTS: dict[str, tuple[str, str, str]] = {
    "asked": (
        "resource.turn",
        gettext_noop("有单位来约：%(offer)s"),
        gettext_noop("%(unit)s想约“%(offer)s”：%(title)s，%(when)s。请答复。"),
    ),
    "answered": (
        "resource.turn",
        gettext_noop("有单位答复：%(title)s"),
        gettext_noop("%(unit)s可以用“%(offer)s”答复您的需求“%(title)s”，%(when)s。请确认。"),
    ),
    "countered": (
        "resource.turn",
        gettext_noop("对方另提了时间：%(title)s"),
        gettext_noop("%(unit)s对“%(title)s”另提了时间：%(when)s。请答复。"),
    ),
    "accepted": (
        "resource.agreed",
        gettext_noop("已约定：%(title)s"),
        gettext_noop("%(unit)s接受了“%(title)s”，%(when)s。联合活动草稿已经生成，由%(registrar)s填报。"),
    ),
    "agreed": (
        "resource.agreed",
        gettext_noop("已约定：%(title)s"),
        gettext_noop("您接受了“%(title)s”，%(when)s。联合活动草稿已经生成，由%(registrar)s填报。"),
    ),
    "declined": (
        "resource.news",
        gettext_noop("未约成：%(title)s"),
        gettext_noop("%(unit)s谢绝了“%(title)s”。原因：%(reason)s"),
    ),
    "taken_back": (
        "resource.news",
        gettext_noop("对方收回了答复：%(title)s"),
        gettext_noop("%(unit)s收回了对“%(title)s”的答复。"),
    ),
    "withdrawn": (
        "resource.news",
        gettext_noop("需求已撤回：%(title)s"),
        gettext_noop("%(unit)s撤回了需求“%(title)s”。"),
    ),
    "lapsed": (
        "resource.news",
        gettext_noop("没有约成：%(title)s"),
        gettext_noop("“%(title)s”已经另有安排，感谢您的答复。"),
    ),
    "called_off": (
        "resource.agreed",
        gettext_noop("约定取消：%(title)s"),
        gettext_noop("%(unit)s取消了“%(title)s”的约定。原因：%(reason)s"),
    ),
    "joint_cancelled": (
        "resource.agreed",
        gettext_noop("联合活动已取消：%(title)s"),
        gettext_noop("%(unit)s取消了联合活动“%(title)s”的安排：%(when)s。原因：%(reason)s"),
    ),
    "joint_postponed": (
        "resource.agreed",
        gettext_noop("联合活动已延期：%(title)s"),
        gettext_noop("%(unit)s的联合活动“%(title)s”延期，新的时间待定。原因：%(reason)s"),
    ),
    "joint_retimed": (
        "resource.agreed",
        gettext_noop("联合活动已改期：%(title)s"),
        gettext_noop("%(unit)s的联合活动“%(title)s”改到%(when)s。不方便请尽快和对方联系。原因：%(reason)s"),
    ),
    "joint_clash": (
        "resource.agreed",
        gettext_noop("联合活动改到了已约出的时间：%(title)s"),
        gettext_noop(
            "%(unit)s的联合活动“%(title)s”改到%(when)s，这项资源这时已经约给别的单位。请尽快和对方商量。原因：%(reason)s"
        ),
    ),
    "joint_moved": (
        "resource.agreed",
        gettext_noop("联合活动已换地点：%(title)s"),
        gettext_noop("%(unit)s的联合活动“%(title)s”换了地点，请打开查看。原因：%(reason)s"),
    ),
    "joint_taken_down": (
        "resource.agreed",
        gettext_noop("联合活动已下架：%(title)s"),
        gettext_noop("%(unit)s的联合活动“%(title)s”已经下架，公众看不到。请和对方联系。"),
    ),
    "joint_restored": (
        "resource.agreed",
        gettext_noop("联合活动已恢复：%(title)s"),
        gettext_noop("%(unit)s的联合活动“%(title)s”恢复公开。"),
    ),
    "stopped": (
        "resource.news",
        gettext_noop("资源已停止：%(offer)s"),
        gettext_noop("“%(offer)s”已经停止，您的需求“%(title)s”可以改为公开征集。原因：%(reason)s"),
    ),
    "expired": (
        "resource.news",
        gettext_noop("需求已过期：%(title)s"),
        gettext_noop("“%(title)s”希望的日期已过，没有约成。"),
    ),
    "reminded": (
        "resource.turn",
        gettext_noop("还等您答复：%(title)s"),
        gettext_noop("“%(title)s”已经等了%(days)s天，请答复；不方便时也请谢绝，好让对方另找。"),
    ),
}


@notices.in_city_language
def tell(event: str, unit: Organization, request: Request, *, key: str, by_unit: Organization | None = None,
         proposal: Proposal | None = None, **values: Any) -> None:  # fmt: skip
    """Tell the unit's people that something happened to the request. The same `key` is told once."""
    kind, subject, body = TEXTS[event]
    filled = {
        "title": request.title,
        "unit": by_unit.name if by_unit else "",
        "offer": proposal.offer.title if proposal else (request.offer.title if request.offer else ""),
        "when": when(proposal) if proposal else "",
        **values,
    }
    notices.tell(
        kind,
        people_of(unit, SPEAKING),
        subject=_(subject),
        body=_(body),
        values=filled,
        link=reverse("resources:request", args=[request.code]),
        key=f"{key}:{event}",
    )


@notices.in_city_language
def joint_changed(event: str, unit: Organization, request: Request, activity: Activity, session: Session | None,
                  notice: ChangeNotice | None, *, key: str) -> None:  # fmt: skip
    """Tell the unit's people of a change of the joint activity.

    `key` is that of the change: who is told of it as a reviewer as well gets one message only.
    """
    kind, subject, body = TEXTS[event]
    sessions = [session] if session else list(activity.sessions.all())
    zone = activity.edition.zone
    times = [span(one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=zone) for one in sessions]
    values: dict[str, object] = {
        "title": activity.title,
        "unit": activity.organization.name,
        "when": wording.clauses(times),
        "reason": (notice.reason if notice else "") or _("未说明"),
    }
    notices.tell(
        kind,
        people_of(unit, SPEAKING),
        subject=_(subject),
        body=_(body),
        values=values,
        link=reverse("resources:request", args=[request.code]),
        key=key,
    )


def when(proposal: Proposal) -> str:
    """The proposed time as people write it."""
    zone = proposal.request.edition.zone
    return span(proposal.starts_at, proposal.ends_at, is_all_day=False, zone=zone)


@notices.in_city_language
def opening_turn(opening: Opening) -> None:
    """Ask the superior to confirm what the base filed."""
    superior = opening.organization.parent
    if superior is None:
        return
    _of_opening(
        opening,
        people_of(superior, (Role.REVIEWER, Role.OFFICE)),
        _("待确认的开放安排：%(unit)s"),
        _("%(unit)s报送了科普月开放安排，请确认后公开。"),
        key=f"filed:{opening.version}",
    )


@notices.in_city_language
def opening_decided(opening: Opening) -> None:
    """Tell the base that its opening is public now, or what to change."""
    confirmed = opening.state == Opening.State.CONFIRMED
    _of_opening(
        opening,
        people_of(opening.organization, SPEAKING),
        _("开放安排已公开：%(unit)s") if confirmed else _("请修改开放安排：%(unit)s"),
        _("%(unit)s的开放安排已经公开。") if confirmed else _("%(unit)s的开放安排需要修改：%(remark)s"),
        key=f"{opening.state}:{opening.version}",
    )


def _of_opening(opening: Opening, people: "Iterable[User]", subject: str, body: str, *, key: str) -> None:
    notices.tell(
        "opening.turn",
        people,
        subject=subject,
        body=body,
        values={"unit": opening.organization.name, "remark": opening.remark},
        link=reverse("resources:opening", args=[opening.organization.code]),
        key=f"opening:{opening.pk}:{key}",
    )


@notices.in_city_language
def opening_due(organization: Organization, edition_name: str, *, at: datetime) -> int:
    """Remind a base that has not filed yet; once a day at most. Returns how many people were told."""
    return notices.tell(
        "opening.turn",
        people_of(organization, SPEAKING),
        subject=_("请填报科普月开放安排：%(unit)s"),
        body=_("%(unit)s还没有填报%(edition)s的开放安排（免费或优惠、每周时间、闭馆日）。几分钟就能填好。"),
        values={"unit": organization.name, "edition": edition_name},
        link=reverse("resources:opening", args=[organization.code]),
        key=f"opening-due:{organization.pk}:{timezone.localtime(at).date()}",
    )


@notices.in_city_language
def offer_stopped(offer: Offer) -> None:
    """The unit learns that those above it stopped its offer, and why."""
    notices.tell(
        "resource.news",
        people_of(offer.organization, SPEAKING),
        subject=_("您的资源已被停止：%(offer)s"),
        body=_("“%(offer)s”已由上级单位停止。原因：%(reason)s"),
        values={"offer": offer.title, "reason": offer.close_reason},
        link=reverse("resources:offer", args=[offer.code]),
        key=f"offer:{offer.pk}:closed",
    )
