"""What waits for review finds its way again when the unit has another superior."""

from django.db import transaction

from kepuyue.activities import queries
from kepuyue.activities.actions import notification
from kepuyue.activities.models import Submission
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization


@transaction.atomic
def reroute(branch: Organization) -> int:
    """Give what waits in the branch the chain of reviewing units that it has now; returns how many changed hands.

    A round stays with the unit whose turn it is where that still reviews; else it begins anew with the first one.
    """
    changed = 0
    waiting = Submission.objects.select_for_update(of=("self",)).filter(
        state=Submission.State.PENDING, activity__organization__path__startswith=branch.path
    )
    for submission in waiting.select_related("activity__organization", "activity__edition", "turn").order_by(
        "pk"
    ):
        chain = queries.review_chain(submission.activity, submission.content)
        ids = [unit.pk for unit in chain]
        if not ids or ids == submission.chain:
            continue
        before = submission.turn
        submission.chain = ids
        submission.step = ids.index(submission.turn_id) if submission.turn_id in ids else 0
        submission.turn = chain[submission.step]
        if before != submission.turn:
            submission.turn_since = now()
            changed += 1
        submission.save(update_fields=["chain", "step", "turn", "turn_since"])
        audit.record(
            "review.reroute",
            submission.activity,
            by=None,
            changes={"turn": [str(before), str(submission.turn)]},
            organization_path=submission.activity.organization.path,
        )
        if before != submission.turn:
            notification.waiting_for_review(submission)
    return changed
