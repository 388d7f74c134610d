"""The life of a summary as a table. The only place that knows it."""

from kepuyue.core.transitions import Table
from kepuyue.summaries.models import Summary

STATE = Summary.State

SUMMARY = Table(
    name="summary",
    moves={
        (STATE.OPEN, "file"): STATE.FILED,
        (STATE.RETURNED, "file"): STATE.FILED,
        (STATE.FILED, "take_back"): STATE.OPEN,
        (STATE.FILED, "accept"): STATE.ACCEPTED,
        (STATE.FILED, "return"): STATE.RETURNED,
        (STATE.ACCEPTED, "supplement"): STATE.SUPPLEMENTING,
        (STATE.SETTLED, "supplement"): STATE.SUPPLEMENTING,
        (STATE.SUPPLEMENTING, "file"): STATE.SUPPLEMENTED,
        # What was accepted before goes on standing meanwhile
        (STATE.SUPPLEMENTED, "take_back"): STATE.SUPPLEMENTING,
        (STATE.SUPPLEMENTED, "accept"): STATE.SETTLED,
        (STATE.SUPPLEMENTED, "return"): STATE.SUPPLEMENTING,
    },
    owners={
        STATE.OPEN: "unit",
        STATE.RETURNED: "unit",
        STATE.FILED: "superior",
        STATE.ACCEPTED: "nobody",
        STATE.SUPPLEMENTING: "unit",
        STATE.SUPPLEMENTED: "superior",
        STATE.SETTLED: "nobody",
    },
    labels=dict(Summary.State.choices),
)
