"""Who may see and change which activity. The roles themselves stand in `organizations.permissions`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Sampling, Submission, Takedown
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import REVIEWING, check, granted, may, memberships, reviewers

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_edit(user: "Person", activity: Activity) -> None:
    """Raise unless the person may change the activity's text."""
    check(user, "activity.edit", activity.organization)


def check_can_submit(user: "Person", activity: Activity) -> None:
    """Raise unless the person may hand the activity in or take it back."""
    check(user, "activity.submit", activity.organization)


def check_can_cancel(user: "Person", activity: Activity) -> None:
    """Raise unless the person may cancel the published activity."""
    check(user, "activity.cancel", activity.organization)


def check_can_review(user: "Person", submission: Submission) -> None:
    """Raise unless it is the turn of a unit for which the person reviews.

    A step is taken by the unit whose turn it is; those above it step in only where it has nobody to do so.
    """
    turn = submission.turn or submission.activity.organization
    check(user, "review.decide", turn)
    if not can_review(user, submission):
        raise PermissionDenied(
            _("现在轮到“%(unit)s”审核。如需代为办理，请先在该单位的人员里添加审核人。") % {"unit": turn.name}
        )


def can_review(user: "Person", submission: Submission) -> bool:
    """Yes/no of `check_can_review`, for showing the buttons."""
    turn = submission.turn or submission.activity.organization
    if not may(user, "review.decide", turn):
        return False
    own = any(m.organization_id == turn.pk and m.role in REVIEWING for m in memberships(user))
    return own or not reviewers(turn).exists()


def _superior(user: "Person", organization: Organization, chain: Iterable[int] = ()) -> Organization | None:
    """The unit for which the person oversees this one: above it in the tree, or in its chain of review.

    The office stands above itself. The nearest unit is named.
    """
    found = [
        m.organization
        for m in memberships(user)
        if "review.decide" in granted(m).branch
        and (
            (organization.is_within(m.organization) and m.organization_id != organization.pk)
            or m.organization_id in set(chain)
            or (m.organization_id == organization.pk and organization.level == Organization.Level.OFFICE)
        )
    ]
    return max(found, key=lambda unit: len(unit.path), default=None)


def _checked_superior(user: "Person", organization: Organization, chain: Iterable[int] = ()) -> Organization:
    superior = _superior(user, organization, chain)
    if superior is None:
        raise PermissionDenied(
            _("这件事由“%(unit)s”的上级审核单位办理，请联系区科协、主管部门或市级。")
            % {"unit": organization.name}
        )
    return superior


def check_can_trust(user: "Person", organization: Organization) -> Organization:
    """Raise unless the person oversees the unit; returns the unit for which it acts."""
    return _checked_superior(user, organization)


def check_can_take_down(user: "Person", activity: Activity) -> Organization:
    """Raise unless the person oversees the activity's unit or has reviewed it; returns the deciding unit."""
    return _checked_superior(user, activity.organization, _chain(activity))


def check_can_restore(user: "Person", found: Takedown) -> None:
    """Raise unless the person reviews for the unit that took it down, or for one above that.

    What the city has taken down is not put back by a district.
    """
    check(user, "review.decide", found.organization)


def can_restore(user: "Person", found: Takedown) -> bool:
    """Yes/no of `check_can_restore`, for one that is not put back yet."""
    return found.restored_at is None and may(user, "review.decide", found.organization)


def can_take_down(user: "Person", activity: Activity) -> bool:
    """Yes/no of `check_can_take_down`."""
    return _superior(user, activity.organization, _chain(activity)) is not None


def _chain(activity: Activity) -> list[int]:
    last = activity.submissions.exclude(chain=[]).first()
    return list(last.chain) if last else []


def check_can_waive(user: "Person", activity: Activity) -> Organization:
    """Raise unless the person reviews for a unit above the activity's; returns that unit."""
    return _checked_superior(user, activity.organization)


def can_waive(user: "Person", activity: Activity) -> bool:
    """Yes/no of `check_can_waive`."""
    return _superior(user, activity.organization) is not None


def check_can_sample(user: "Person", sampling: Sampling) -> None:
    """Raise unless the person reviews for the unit whose turn the sampling is, or for one above it."""
    check(user, "review.decide", sampling.turn)
