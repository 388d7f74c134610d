"""A plan's way as a table: written by the district or department, filed, accepted or given back by the office."""

from kepuyue.core.transitions import Table
from kepuyue.editions.models import Plan

State = Plan.State
PLAN = Table(
    name="plan",
    moves={
        (State.NOT_BEGUN, "write"): State.DRAFT,
        (State.DRAFT, "write"): State.DRAFT,
        (State.RETURNED, "write"): State.RETURNED,
        (State.DRAFT, "file"): State.FILED,
        (State.RETURNED, "file"): State.FILED,
        (State.FILED, "withdraw"): State.DRAFT,
        (State.FILED, "return"): State.RETURNED,
        (State.FILED, "accept"): State.ACCEPTED,
        (State.ACCEPTED, "return"): State.RETURNED,
    },
    owners={
        State.NOT_BEGUN: "branch",
        State.DRAFT: "branch",
        State.RETURNED: "branch",
        State.FILED: "office",
        State.ACCEPTED: "nobody",
    },
    labels=dict(State.choices),
)
