"""Short ways to put an activity where a test needs it, by the real actions."""

from typing import Any

from kepuyue.activities.actions import drafting, review, submission
from kepuyue.activities.models import Activity, Submission
from kepuyue.organizations.models import Organization
from tests.cast import Cast
from tests.factories import complete_content


def draft(cast: Cast, unit: Organization | None = None, by: Any = None, **content: Any) -> Activity:
    """A complete draft of the cast's own unit, by its editor."""
    return drafting.create(
        edition=cast.edition, organization=unit or cast.own_unit, by=by or cast.editor,
        content=complete_content(**content),
    )  # fmt: skip


def handed_in(cast: Cast, **content: Any) -> Submission:
    """It waits for the district."""
    return submission.submit(draft(cast, **content), by=cast.editor)


def at_the_office(cast: Cast, **content: Any) -> Submission:
    """The district has passed it."""
    return review.approve(handed_in(cast, **content), by=cast.district_reviewer)


def published(cast: Cast, **content: Any) -> Activity:
    """The office has passed it too."""
    done = review.approve(at_the_office(cast, **content), by=cast.office)
    return Activity.objects.get(pk=done.activity_id)


def revised(cast: Cast, **changes: Any) -> Activity:
    """A published activity with a change that needs review, not handed in yet."""
    return drafting.change(published(cast), changes or {"title": "火箭为什么能飞上天（新）"}, by=cast.editor)


def fresh(activity: Activity) -> Activity:
    return Activity.objects.get(pk=activity.pk)
