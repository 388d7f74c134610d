"""Where a source stands, and which way leads on. All of it is the office's turn."""

from kepuyue.core.transitions import Table
from kepuyue.federation.models import Source

State = Source.State

SOURCE = Table(
    name="source",
    moves={
        (State.TRIED, "start"): State.ON,
        (State.ON, "pause"): State.PAUSED,
        (State.PAUSED, "resume"): State.ON,
        (State.TRIED, "withdraw"): State.WITHDRAWN,
        (State.ON, "withdraw"): State.WITHDRAWN,
        (State.PAUSED, "withdraw"): State.WITHDRAWN,
        (State.WITHDRAWN, "start"): State.ON,
    },
    owners=dict.fromkeys(State, "office"),
    labels=dict(State.choices),
)
