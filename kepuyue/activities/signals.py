"""What activities announce to the rooms above, inside the transaction of the change."""

from django.dispatch import Signal

# sends `submission`, `decision` (approved, returned, rejected) and `note`: a round of review is over
review_decided = Signal()

# sends `activity`, and `is_new=True` where it was published just now: what the public may see of it has changed
# (published, revised, cancelled, archived …)
public_content_changed = Signal()

# sends `activity`, `session` (None: all of them), `what` (cancelled, postponed, retimed, moved, taken_down, restored),
# `notice` (the ChangeNotice with old and new values and the reason, None for takedowns) and `key`, one for each
# change, so that whoever tells the people who booked tells nobody twice
session_changed = Signal()
