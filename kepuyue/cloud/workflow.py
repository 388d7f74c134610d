"""The workflows as tables: an item on its way to the public, and a question. The only place that knows them."""

from kepuyue.cloud.models import CloudItem, Question
from kepuyue.core.transitions import Table

State = CloudItem.State

CLOUD_ITEM = Table(
    name="cloud item",
    moves={
        (State.DRAFT, "change"): State.DRAFT,
        (State.RETURNED, "change"): State.RETURNED,
        # The public keeps the approved text while its change is written and read
        (State.PUBLISHED, "change"): State.CHANGING,
        (State.CHANGING, "change"): State.CHANGING,
        (State.CHANGING, "discard"): State.PUBLISHED,
        (State.DRAFT, "submit"): State.SUBMITTED,
        (State.RETURNED, "submit"): State.SUBMITTED,
        (State.CHANGING, "submit"): State.CHANGE_SUBMITTED,
        (State.SUBMITTED, "take_back"): State.DRAFT,
        (State.CHANGE_SUBMITTED, "take_back"): State.CHANGING,
        (State.SUBMITTED, "approve"): State.PUBLISHED,
        (State.CHANGE_SUBMITTED, "approve"): State.PUBLISHED,
        (State.SUBMITTED, "return"): State.RETURNED,
        (State.CHANGE_SUBMITTED, "return"): State.CHANGING,
        (State.PUBLISHED, "withdraw"): State.WITHDRAWN,
        (State.CHANGING, "withdraw"): State.WITHDRAWN,
        (State.CHANGE_SUBMITTED, "withdraw"): State.WITHDRAWN,
        # What was withdrawn passes the same door again
        (State.WITHDRAWN, "reopen"): State.DRAFT,
    },
    owners={
        State.DRAFT: "unit",
        State.SUBMITTED: "superior",
        State.RETURNED: "unit",
        State.PUBLISHED: "unit",
        State.CHANGING: "unit",
        State.CHANGE_SUBMITTED: "superior",
        State.WITHDRAWN: "unit",
    },
    labels=dict(State.choices),
)

QUESTION = Table(
    name="question",
    moves={
        (Question.State.WAITING, "release"): Question.State.PUBLIC,
        (Question.State.WAITING, "refuse"): Question.State.REFUSED,
        (Question.State.WAITING, "merge"): Question.State.MERGED,
        (Question.State.WAITING, "reword"): Question.State.WAITING,
        (Question.State.PUBLIC, "reword"): Question.State.PUBLIC,
        # What slipped through goes again
        (Question.State.PUBLIC, "refuse"): Question.State.REFUSED,
        (Question.State.PUBLIC, "merge"): Question.State.MERGED,
        # What was refused by mistake waits again; it is not let through by the same press
        (Question.State.REFUSED, "reopen"): Question.State.WAITING,
        (Question.State.PUBLIC, "answer"): Question.State.PUBLIC,
        (Question.State.WAITING, "take_back"): Question.State.WITHDRAWN,
        (Question.State.PUBLIC, "take_back"): Question.State.WITHDRAWN,
        (Question.State.REFUSED, "take_back"): Question.State.WITHDRAWN,
        (Question.State.MERGED, "take_back"): Question.State.WITHDRAWN,
    },
    owners={
        Question.State.WAITING: "moderator of the unit",
        Question.State.PUBLIC: "unit",
        Question.State.REFUSED: "nobody",
        Question.State.MERGED: "nobody",
        Question.State.WITHDRAWN: "nobody",
    },
    labels=dict(Question.State.choices),
)
