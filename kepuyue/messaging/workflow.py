"""A message's life as a table. Workers move it by itself; `hold`, `release` and `send_again` are the office's."""

from kepuyue.core.transitions import Table
from kepuyue.messaging.models import Message

State = Message.State
MESSAGE = Table(
    name="message",
    moves={
        (State.WAITING, "send"): State.SENT,
        (State.WAITING, "give_up"): State.FAILED,
        (State.WAITING, "bounce"): State.BOUNCED,
        (State.SENT, "bounce"): State.BOUNCED,
        (State.DIGEST, "digest"): State.DIGESTED,
        (State.WAITING, "hold"): State.HELD,
        (State.DIGEST, "hold"): State.HELD,
        (State.HELD, "release"): State.WAITING,
        (State.FAILED, "send_again"): State.WAITING,
        (State.BOUNCED, "send_again"): State.WAITING,
        (State.SENT, "send_again"): State.WAITING,
        (State.DESK, "send_again"): State.WAITING,
    },
    owners={
        State.WAITING: "worker",
        State.DIGEST: "worker",
        State.HELD: "office",
        State.FAILED: "office",
        State.BOUNCED: "office",
        State.SENT: "nobody",
        State.DIGESTED: "nobody",
        State.DESK: "nobody",
    },
    labels=dict(State.choices),
)
