"""The licence of a large event, and exceptions from the lead time: what comes in while a text is in review."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import safety, workflow
from kepuyue.activities.actions import drafting, notification, submission
from kepuyue.activities.models import Activity, State, Submission, Waiver
from kepuyue.activities.permissions import check_can_edit, check_can_waive
from kepuyue.activities.queries import submission_under_way, working_content
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def file(activity: Activity, *, by: "User", number: str) -> Activity:
    """Fill in the licence's number (decree 505, art. 11–14). Possible while the text is in review.

    The number is no part of what is signed off, so a round that waits goes on; its last step only waits for it.
    Of a published activity it is a change that is reviewed like any other, since the public was let in by it: it
    joins the change under way, or is one and is handed in at once.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_edit(by, activity)
    if not number.strip():
        raise ValidationError({"licence": _("请填写许可文号。")})
    if activity.state in (State.CANCELLED, State.ARCHIVED, State.REJECTED):
        raise NotPossibleNow(
            _("这项活动现在是“%(state)s”，不能再修改。") % {"state": activity.get_state_display()}
        )
    number = number.strip()[:80]
    under_way = submission_under_way(activity)
    is_pending = under_way is not None and under_way.state == Submission.State.PENDING
    if activity.state in workflow.REVISABLE and not is_pending:
        drafting.change(activity, {"licence": number}, by=by)
        if under_way is None and submission_under_way(activity):
            submission.submit_if_complete(activity, by=by)
        return Activity.objects.get(pk=activity.pk)
    old = working_content(activity)["licence"]
    activity.version += 1
    activity.updated_at = now()
    if activity.state not in workflow.REVISABLE:
        activity.licence = number
    activity.save(update_fields=["licence", "version", "updated_at"])
    if under_way:
        under_way.content["licence"] = number
        under_way.save(update_fields=["content"])
        if is_pending:
            notification.licence_filed(under_way)
    audit.record(
        "activity.licence",
        activity,
        by=by,
        changes={"licence": [old, number]},
        organization_path=activity.organization.path,
        version=activity.version,
    )
    return activity


@transaction.atomic
def waive(activity: Activity, *, by: "User", reason: str) -> Waiver:
    """The reviewing unit lets the activity be handed in although it is late; the reason stays on record."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    unit = check_can_waive(by, activity)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么可以迟报。")}, code="reason-missing")
    waiver = Waiver.objects.create(
        activity=activity, organization=unit, by=by, reason=reason.strip()[:300], at=now()
    )
    audit.record(
        "activity.waive", activity, by=by, reason=reason, organization_path=activity.organization.path
    )
    notification.waived(waiver)
    return waiver


@transaction.atomic
def ask_to_waive(activity: Activity, *, by: "User") -> None:
    """Ask the first reviewing unit for an exception; asked once a day at most."""
    check_can_edit(by, activity)
    lead = safety.lead_time(working_content(activity), activity.edition)
    if lead is None or not lead.is_late:
        raise NotPossibleNow(_("现在提交不算迟，不需要例外。"))
    notification.waiver_asked(activity, lead.due)
    audit.record("activity.waiver_asked", activity, by=by, organization_path=activity.organization.path)
