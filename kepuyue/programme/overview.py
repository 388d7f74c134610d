"""Some activities as a page shows them together: what comes next, what was called off, what goes on all year."""

from typing import Any

from kepuyue.core.time import now
from kepuyue.programme import queries
from kepuyue.programme.cards import Card, card
from kepuyue.programme.catalogue import Entry
from kepuyue.programme.request import PublicRequest


def programme_of(request: PublicRequest, here: list[Entry], most: int) -> dict[str, Any]:
    """What `_programme_of.html` shows of some activities of the edition, `most` of each kind.

    What was called off is not counted and not passed over: it stands below, and says so.
    """
    at = now().astimezone(request.edition.zone)
    held = [entry for entry in here if not entry.is_cancelled]
    month = [entry for entry in held if not entry.is_beyond_month]
    beyond = [entry for entry in held if entry.is_beyond_month][:most]
    off = [entry for entry in here if entry.is_cancelled][:most]
    coming = queries.soonest(month, at)
    shown = coming[:most] or month[:most]
    read = queries.rows(entry.pk for entry in (*shown, *beyond, *off))

    def drawn(entries: list[Entry]) -> list[Card]:
        return [card(read[entry.pk], at=at) for entry in entries if entry.pk in read]

    return {
        "figures": queries.figures(held),
        "cards": drawn(shown),
        "year_round": drawn(beyond),
        "called_off": drawn(off),
        "are_over": bool(month) and not coming,
        "left": max(len(coming or month) - most, 0),
    }
