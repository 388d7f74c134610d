"""Who may see and change which activity. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Submission
from kepuyue.organizations.permissions import REVIEWING, check, may, memberships, reviewers

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
