"""Some activities as a page shows them together: what comes next, what was called off, what goes on all year."""

from itertools import islice
from typing import Any

from kepuyue.core.time import now
from kepuyue.programme import queries
from kepuyue.programme.cards import Card, card
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.entry import Entry
from kepuyue.programme.request import PublicRequest


def programme_of(request: PublicRequest, known: Catalogue, here: int, most: int) -> dict[str, Any]:
    """What `_programme_of.html` shows of a set of the edition's activities, `most` of each kind.

    What was called off is not counted and not passed over: it stands below, and says so.
    """
    at = now().astimezone(request.edition.zone)
    held = here & ~known.cancelled
    month = held & known.having("season", "month")
    beyond = queries.first(known, held & ~month, most)
    off = queries.first(known, here & known.cancelled, most)
    coming = queries.coming(known, month, at)
    shown = [*islice(queries.soonest(known, month, at), most)] or queries.first(known, month, most)
    read = queries.rows(entry.pk for entry in (*shown, *beyond, *off))

    def drawn(entries: list[Entry]) -> list[Card]:
        return [card(read[entry.pk], at=at) for entry in entries if entry.pk in read]

    return {
        "figures": queries.figures(known, held),
        "cards": drawn(shown),
        "year_round": drawn(beyond),
        "called_off": drawn(off),
        "are_over": bool(month) and not coming,
        "left": max((coming or month).bit_count() - most, 0),
    }
