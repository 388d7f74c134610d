"""One batch, one transaction."""

from collections.abc import Sequence

from django.db import transaction

from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.asked import Answer, Asked
from kepuyue.bookings.admission.deciding import Grant, decide, take_back

# A row that a constraint refuses (a code met by chance, a day filled by another session meanwhile) is decided again
ROUNDS = 4


class Contended(Exception):
    """The constraints refused a request round after round; nothing of the batch was written."""


@transaction.atomic
def take(batch: Sequence[Asked]) -> list[Answer]:
    """Decide the requests in their order and write what they get. What is returned holds once the transaction ends.

    Raises `Contended` where rows are refused again and again, and the database's errors.
    """
    found = ledger.standings(one.session for one in batch)
    answers: list[Answer | None] = [None] * len(batch)
    open_ones = list(range(len(batch)))
    for _round in range(ROUNDS):
        known = ledger.known([batch[place] for place in open_ones], found)
        granted: list[tuple[int, Grant]] = []
        for place in open_ones:
            decision = decide(found.get(batch[place].session), batch[place], known)
            if isinstance(decision, Grant):
                granted.append((place, decision))
            else:
                answers[place] = decision
        if not granted:
            break
        written = ledger.write([grant for _place, grant in granted], found)
        kept, refused = set(), []
        for place, grant in granted:
            if grant.answer.code in written:
                answers[place] = grant.answer
                kept.add(place)
            else:
                take_back(found[grant.asked.session], grant, known)
                refused.append(place)
        if not refused:
            break
        # Whoever came after the first that was refused may have been answered by what it did not get
        open_ones = [place for place in open_ones if place >= refused[0] and place not in kept]
        for place in open_ones:
            answers[place] = None
    if any(answer is None for answer in answers):
        raise Contended
    return [answer for answer in answers if answer is not None]
