"""Who may see and change which activity. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from kepuyue.activities.models import Activity, Submission
from kepuyue.organizations.permissions import check, may

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
    """Raise unless it is the turn of a unit for which the person reviews."""
    check(user, "review.decide", submission.turn or submission.activity.organization)


def can_review(user: "Person", submission: Submission) -> bool:
    """Yes/no of `check_can_review`, for showing the buttons."""
    return may(user, "review.decide", submission.turn or submission.activity.organization)
