"""A round's list for the pages: as frozen, or as it would be at this moment.

What takes long to gather is kept for some minutes, and pages say of when it is: whoever tries weights presses the
button again and again. A change of the round itself (rules, decisions, states) is seen at once. One at a time is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any

from kepuyue.core.time import now
from kepuyue.evaluation import ranking, snapshots
from kepuyue.evaluation.models import Round, Snapshot

# What is gathered faster than this is gathered anew each time; how long the rest is kept. Seconds
QUICK, KEPT = 1.0, 300.0


@dataclass(frozen=True)
class Board:
    """What a list is made from, without the sheets, and the list, which holds all their marks."""

    data: Mapping[str, Any]
    ranked: Sequence[ranking.Ranked]
    given: ranking.Given
    as_of: datetime | None = None
    "When it was gathered, where it is kept for a while; None: it is as things are, or frozen"

    def tried(self, rules: Mapping[str, Any]) -> list[ranking.Ranked]:
        """The list by other rules, without single marks."""
        return ranking.again(self.data, self.ranked, self.given, rules)


def board_of(round: Round, frozen: Snapshot | None) -> Board:
    """The list of a round. `frozen`: the snapshot that holds, where there is one."""
    return _frozen(frozen.pk, frozen.digest) if frozen is not None else _present(round)


@lru_cache(maxsize=2)
def _frozen(pk: int, _digest: str) -> Board:
    return _made(Snapshot.objects.get(pk=pk).content)


_kept: dict[tuple[int, int], tuple[float, Board]] = {}
_gathering = Lock()


def _present(round: Round) -> Board:
    key = (round.pk, round.version)
    if (found := _known(key)) is not None:
        return found
    with _gathering:
        # Somebody else may have waited for the same
        if (found := _known(key)) is not None:
            return found
        begun = monotonic()
        made = _made(snapshots.gathered(round))
        if monotonic() - begun < QUICK:
            return made
        made = Board(made.data, made.ranked, made.given, now())
        _kept.clear()
        _kept[key] = (monotonic(), made)
        return made


def _known(key: tuple[int, int]) -> Board | None:
    since, found = _kept.get(key, (0.0, None))
    return found if found is not None and monotonic() - since < KEPT else None


def _made(data: dict[str, Any]) -> Board:
    ranked, given = ranking.rank(data), ranking.given_in(data["sheets"])
    return Board({name: value for name, value in data.items() if name != "sheets"}, ranked, given)
