"""The life of a letter as a table. The only place that knows it."""

from kepuyue.core.transitions import Table
from kepuyue.mailbox.models import Letter

STATE = Letter.State

LETTER = Table(
    name="letter",
    moves={
        (STATE.NEW, "read"): STATE.WAITING,
        (STATE.WAITING, "place"): STATE.PLACED,
        # A letter can report on one more activity
        (STATE.PLACED, "place"): STATE.PLACED,
        (STATE.WAITING, "set_aside"): STATE.SET_ASIDE,
        (STATE.SET_ASIDE, "take_up"): STATE.WAITING,
    },
    owners={
        STATE.NEW: "house",
        STATE.WAITING: "superior",
        STATE.PLACED: "unit",
        STATE.SET_ASIDE: "nobody",
    },
    labels=dict(Letter.State.choices),
)
