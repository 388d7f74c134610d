"""What the room keeps: `activity`, its `parts`, rounds of `review`, the reviewers' `desk`, `trust`, `aftermath`."""

from kepuyue.activities.models.activity import Activity, ActivityQuerySet, Session, SessionQuerySet, Venue
from kepuyue.activities.models.aftermath import ChangeNotice, Takedown
from kepuyue.activities.models.choices import (
    PUBLIC_STATES,
    AccessItem,
    Admission,
    BookingMode,
    Exemption,
    Mode,
    Origin,
    State,
)
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
from kepuyue.activities.models.trust import Sampling, SignOff, SignOffLink, Trust, Waiver

__all__ = [
    "PUBLIC_STATES",
    "AccessItem",
    "Activity",
    "ActivityQuerySet",
    "Admission",
    "Assignment",
    "BookingMode",
    "ChangeNotice",
    "Comment",
    "Escalation",
    "Exemption",
    "LinkCheck",
    "Looking",
    "Mode",
    "Origin",
    "Participation",
    "Picture",
    "Remark",
    "Review",
    "Sampling",
    "SavedFilter",
    "SensitiveWord",
    "Session",
    "SessionQuerySet",
    "SignOff",
    "SignOffLink",
    "Speaker",
    "State",
    "Submission",
    "Takedown",
    "Trust",
    "UnitRole",
    "Venue",
    "Waiver",
]
