"""What activities announce to the rooms above, inside the transaction of the change."""

from django.dispatch import Signal

# sends `activity`: what the public may see of it has changed (published, revised, cancelled, archived …)
public_content_changed = Signal()

# sends `activity`, `session` (None: all of them), `what` (cancelled, postponed, retimed, moved, taken_down, restored),
# `notice` (the ChangeNotice with old and new values and the reason, None for takedowns) and `key`, one for each
# change, so that whoever tells the people who booked tells nobody twice
session_changed = Signal()
