"""What the room keeps: the `activity` and its `parts`, rounds of `review`, and what reviewers add at the `desk`."""

from kepuyue.activities.models.activity import Activity, ActivityQuerySet, Session, SessionQuerySet, Venue
from kepuyue.activities.models.choices import PUBLIC_STATES, Admission, BookingMode, Mode, Origin, State
from kepuyue.activities.models.desk import (
    Assignment,
    Escalation,
    LinkCheck,
    Looking,
    Remark,
    SavedFilter,
    SensitiveWord,
)
from kepuyue.activities.models.parts import Participation, Picture, Speaker, UnitRole
from kepuyue.activities.models.review import Comment, Review, Submission

__all__ = [
    "PUBLIC_STATES",
    "Activity",
    "ActivityQuerySet",
    "Admission",
    "Assignment",
    "BookingMode",
    "Comment",
    "Escalation",
    "LinkCheck",
    "Looking",
    "Mode",
    "Origin",
    "Participation",
    "Picture",
    "Remark",
    "Review",
    "SavedFilter",
    "SensitiveWord",
    "Session",
    "SessionQuerySet",
    "Speaker",
    "State",
    "Submission",
    "UnitRole",
    "Venue",
]
