"""The workflows as tables: an activity's life, one round of review, one sampling. Nothing else knows them."""

from kepuyue.activities.models import Sampling, State, Submission
from kepuyue.core.transitions import Table

ACTIVITY = Table(
    name="activity",
    moves={
        (State.DRAFT, "submit"): State.SUBMITTED,
        (State.RETURNED, "submit"): State.SUBMITTED,
        (State.WITHDRAWN, "submit"): State.SUBMITTED,
        (State.SUBMITTED, "withdraw"): State.WITHDRAWN,
        (State.SUBMITTED, "return"): State.RETURNED,
        (State.SUBMITTED, "reject"): State.REJECTED,
        (State.SUBMITTED, "publish"): State.PUBLISHED,
        (State.PUBLISHED, "cancel"): State.CANCELLED,
        (State.PUBLISHED, "archive"): State.ARCHIVED,
        (State.CANCELLED, "archive"): State.ARCHIVED,
        (State.DRAFT, "archive"): State.ARCHIVED,
        (State.PUBLISHED, "take_down"): State.TAKEN_DOWN,
        (State.CANCELLED, "take_down"): State.TAKEN_DOWN,
        (State.ARCHIVED, "take_down"): State.TAKEN_DOWN,
        (State.TAKEN_DOWN, "restore_published"): State.PUBLISHED,
        (State.TAKEN_DOWN, "restore_cancelled"): State.CANCELLED,
        (State.TAKEN_DOWN, "restore_archived"): State.ARCHIVED,
    },
    # Whose turn a state is: the unit that registers, the reviewing unit, or nobody any more
    owners={
        State.DRAFT: "unit",
        State.RETURNED: "unit",
        State.WITHDRAWN: "unit",
        State.SUBMITTED: "reviewer",
        State.PUBLISHED: "unit",
        State.TAKEN_DOWN: "reviewer",
        State.CANCELLED: "nobody",
        State.REJECTED: "nobody",
        State.ARCHIVED: "nobody",
    },
    labels=dict(State.choices),
)

SUBMISSION = Table(
    name="submission",
    moves={
        (Submission.State.OPEN, "submit"): Submission.State.PENDING,
        (Submission.State.RETURNED, "submit"): Submission.State.PENDING,
        (Submission.State.OPEN, "withdraw"): Submission.State.WITHDRAWN,
        (Submission.State.PENDING, "withdraw"): Submission.State.WITHDRAWN,
        (Submission.State.PENDING, "pass_up"): Submission.State.PENDING,
        (Submission.State.PENDING, "take_back"): Submission.State.PENDING,
        (Submission.State.PENDING, "approve"): Submission.State.APPROVED,
        (Submission.State.PENDING, "return"): Submission.State.RETURNED,
        (Submission.State.PENDING, "reject"): Submission.State.REJECTED,
    },
    owners={
        Submission.State.OPEN: "unit",
        Submission.State.PENDING: "reviewer",
        Submission.State.RETURNED: "unit",
        Submission.State.APPROVED: "nobody",
        Submission.State.REJECTED: "nobody",
        Submission.State.WITHDRAWN: "nobody",
    },
    labels=dict(Submission.State.choices),
)

SAMPLING = Table(
    name="sampling",
    moves={
        (Sampling.State.PENDING, "find_fine"): Sampling.State.FINE,
        (Sampling.State.PENDING, "return"): Sampling.State.RETURNED,
        (Sampling.State.PENDING, "take_down"): Sampling.State.TAKEN_DOWN,
        (Sampling.State.RETURNED, "correct"): Sampling.State.CORRECTED,
        (Sampling.State.RETURNED, "take_down"): Sampling.State.TAKEN_DOWN,
    },
    owners={
        Sampling.State.PENDING: "reviewer",
        Sampling.State.RETURNED: "unit",
        Sampling.State.FINE: "nobody",
        Sampling.State.CORRECTED: "nobody",
        Sampling.State.TAKEN_DOWN: "nobody",
    },
    labels=dict(Sampling.State.choices),
)

# States in which the unit changes the record itself; a published one is changed through a revision
EDITABLE = frozenset({State.DRAFT, State.RETURNED, State.WITHDRAWN})
# States in which a change of time, place, speaker or content becomes a revision
REVISABLE = frozenset({State.PUBLISHED, State.TAKEN_DOWN})
