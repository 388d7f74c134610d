"""Key activities: put forward by the unit, listed or declined by those above it."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.queries import people_of
from kepuyue.publicity.key_activities import GONE
from kepuyue.publicity.models import KeyDecision
from kepuyue.publicity.permissions import check_can_decide, check_can_propose

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def propose(activity: Activity, *, by: "User") -> Activity:
    """The unit puts its activity forward, in whatever state it can be changed; after a refusal it waits anew.

    Raises `NotPossibleNow` while it is under review.
    """
    activity = _locked(activity)
    check_can_propose(by, activity)
    _check_fit(activity)
    decision = KeyDecision.objects.filter(activity=activity).first()
    if decision is not None and decision.state == KeyDecision.State.LISTED:
        return activity
    if activity.is_key and decision is None:
        return activity
    if decision is not None:
        decision.delete()
    if not activity.is_key:
        activity = drafting.change(activity, {"is_key": True}, by=by)
    _record("key.propose", activity, by=by)
    if activity.edition.rules.key_activities.decided_by != "unit":
        _ask(activity)
    return activity


@transaction.atomic
def withdraw(activity: Activity, *, by: "User") -> Activity:
    """The unit takes back what nobody has decided on yet."""
    activity = _locked(activity)
    check_can_propose(by, activity)
    if KeyDecision.objects.filter(activity=activity).exists():
        raise NotPossibleNow(_("这项活动已经认定过，要改请联系认定单位。"), code="decided")
    if activity.is_key:
        activity = drafting.change(activity, {"is_key": False}, by=by)
        _record("key.withdraw", activity, by=by)
    return activity


@transaction.atomic
def state(activity: Activity, *, is_put_forward: bool, by: "User") -> Activity:
    """What the unit says of its activity in a form or table: `propose`, or `withdraw` while nobody has decided."""
    if is_put_forward:
        return propose(activity, by=by)
    if not activity.is_key or KeyDecision.objects.filter(activity=activity).exists():
        return activity
    return withdraw(activity, by=by)


@transaction.atomic
def enlist(activity: Activity, *, by: "User") -> KeyDecision:
    """A superior makes it a key activity, put forward or not."""
    activity = _locked(activity)
    _check_fit(activity)
    return _decided(activity, KeyDecision.State.LISTED, "", by=by)


@transaction.atomic
def decline(activity: Activity, *, by: "User", reason: str) -> KeyDecision:
    """A superior decides that it is none, and says why."""
    activity = _locked(activity)
    check_can_decide(by, activity)
    if not reason.strip():
        raise ValidationError(_("请写明理由，单位会看到。"), code="reason-missing")
    return _decided(activity, KeyDecision.State.DECLINED, reason.strip()[:200], by=by)


def _decided(activity: Activity, state: str, reason: str, *, by: "User") -> KeyDecision:
    unit = check_can_decide(by, activity)
    known = KeyDecision.objects.filter(activity=activity).first()
    if known is not None and (known.state, known.reason) == (state, reason):
        return known
    facts = {"state": state, "reason": reason, "organization": unit, "by": by, "at": now()}
    decision, _is_new = KeyDecision.objects.update_or_create(activity=activity, defaults=facts)
    _record(
        "key.enlist" if state == KeyDecision.State.LISTED else "key.decline",
        activity,
        by=by,
        reason=reason,
        changes={"state": [known.state if known else None, state]},
    )
    if not activity.organization.memberships.filter(user=by).exists():
        _answer(decision)
    return decision


def _check_fit(activity: Activity) -> None:
    if activity.is_linked_city:
        raise ValidationError(_("联动城市的活动由当地申报重点活动。"), code="other-city")
    if activity.state in GONE:
        raise NotPossibleNow(
            _("这项活动现在是“%(state)s”，不能列为重点活动。") % {"state": activity.get_state_display()}
        )


def _locked(activity: Activity) -> Activity:
    return (
        Activity.objects.select_for_update(of=("self",))
        .select_related("organization__parent", "edition__office")
        .get(pk=activity.pk)
    )


def _record(
    action: str,
    activity: Activity,
    *,
    by: "User",
    reason: str = "",
    changes: dict[str, list[Any]] | None = None,
) -> None:
    audit.record(
        action, activity, by=by, reason=reason, changes=changes,
        organization_path=activity.organization.path, version=activity.version,
    )  # fmt: skip


@notices.in_city_language
def _ask(activity: Activity) -> None:
    """Those above the unit hear that something waits for them."""
    superior = activity.organization.parent
    if activity.edition.rules.key_activities.decided_by == "city" or superior is None:
        superior = activity.edition.office
    if superior is None:
        return
    notices.tell(
        "key.turn",
        people_of(superior, (Role.REVIEWER, Role.OFFICE)),
        subject=_("待认定的重点活动：%(title)s"),
        body=_("%(unit)s推荐“%(title)s”为重点活动，请认定。"),
        values={"title": activity.title, "unit": activity.organization.name},
        link=f"{reverse('publicity:key-activities')}?show=proposed",
        key=f"key-turn:{activity.pk}:{activity.version}",
    )


@notices.in_city_language
def _answer(decision: KeyDecision) -> None:
    activity = decision.activity
    is_listed = decision.state == KeyDecision.State.LISTED
    notices.tell(
        "key.news",
        people_of(activity.organization, (Role.OWNER, Role.EDITOR)),
        subject=_("已列为重点活动：%(title)s") if is_listed else _("没有列为重点活动：%(title)s"),
        body=_("“%(title)s”是重点活动。发布后请在全国科普日平台登记，再把平台网址填回来。")
        if is_listed
        else _("“%(title)s”没有列为重点活动。理由：%(reason)s"),
        values={"title": activity.title, "reason": decision.reason},
        link=reverse("publicity:key-activities"),
        key=f"key-news:{decision.pk}:{decision.at.isoformat()}",
    )
