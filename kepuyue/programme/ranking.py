"""Which activities a text finds, and in which order: first what says it, then what means it, then what comes near.

Each way of looking is asked only while the ways before it have found little, so that a plain word costs one query.
The engines of both databases answer the same, and so does everything here.
"""

import math
import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from kepuyue.editions.models import Edition, Synonym
from kepuyue.organizations.models import District
from kepuyue.programme import analysis, bits
from kepuyue.programme.analysis import Alternative, Clause
from kepuyue.programme.bits import Maker
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.engines import engine
from kepuyue.programme.models import IndexedWord

FIELDS = 3  # ranks of one way: in the title, with units and places, with the text
FEW = 3  # where fewer are found, known words may stand apart; what only comes near counts where nothing is found
# Of the weight of what is asked for, so much has to be there; a pair that stands nowhere weighs little, since it may
# only be where two words meet
SHARE = 0.4
NOWHERE = 0.4
WEIGHTS = (1.0, 0.8, 0.6)

Levels = list[tuple[float, int]]
"Ranks, the smallest first, each with the set of the catalogue's numbers that have it"

# Queries whose answers a process remembers: at 100,000 activities one takes some 12 to 40 KB
MOST_REMEMBERED = 256
_lately: OrderedDict[Any, Levels] = OrderedDict()
_lock = Lock()


def levels(edition: Edition, known: Catalogue, text: str) -> Levels:
    """What a text finds, the best first; empty where nothing can be looked up or is found. What was asked lately is
    remembered.
    """
    # The edition's synonyms and classifications widen a query
    key = (edition.pk, edition.version, edition.loaded_at, known.mark, analysis.normalize(text))
    with _lock:
        found = _lately.get(key)
        if found is not None:
            _lately.move_to_end(key)
            return found
    found = _levels(edition, known, text)
    with _lock:
        _lately[key] = found
        if len(_lately) > MOST_REMEMBERED:
            _lately.popitem(last=False)
    return found


def _levels(edition: Edition, known: Catalogue, text: str) -> Levels:
    levels: Levels = []
    found = 0
    for place, (enough, way) in enumerate(_ways(edition, known, text)):
        if found.bit_count() < enough:
            for rank, having in way():
                if new := having & ~found:
                    levels.append((place * FIELDS + rank, new))
                    found |= new
    return levels


def _ways(edition: Edition, known: Catalogue, text: str) -> Iterator[tuple[float, Callable[[], Levels]]]:
    """Each way with how many found before make it needless: as written; with synonyms; parted into known words; by its
    sound; without a slip of the finger; and what holds most of it."""
    plain = analysis.clauses(text)
    if not plain:
        return
    groups = list(Synonym.objects.filter(edition=edition).values_list("words", flat=True))
    widened = analysis.clauses(text, groups)
    yield math.inf, lambda: _match(known, plain)
    yield math.inf, lambda: _match(known, widened) if widened != plain else []
    parted = analysis.parted(text, _known_words(edition, groups))
    yield (
        FEW,
        lambda: _match(known, analysis.clauses(parted, groups)) if parted.split() != text.split() else [],
    )
    yield 1, lambda: _match(known, analysis.by_ear(text))
    yield 1, lambda: _match(known, analysis.clauses(_spelled(edition, text), groups))
    yield 1, lambda: _near(known, text)


def _match(known: Catalogue, clauses: list[Clause]) -> Levels:
    found = engine().match(clauses) if clauses else []
    return [(rank, known.among(keys)) for rank, keys in enumerate(found)]


def _known_words(edition: Edition, groups: list[list[str]]) -> set[str]:
    """Words that may stand beside others without a space: of the synonyms, the classifications and the districts."""
    words = {word for group in groups for word in group}
    words.update(edition.taxonomies.values_list("terms__name", flat=True))
    words.update(District.objects.values_list("name", flat=True))
    return words - {None, ""}


def _spelled(edition: Edition, text: str) -> str:
    """The query with each unknown Latin word as the known one that it was meant to be; "" where none is meant."""
    plain = analysis.normalize(text[: analysis.MAX_QUERY])
    meant: dict[str, str] = {}
    for typed in analysis.latin_words(plain):
        known = IndexedWord.objects.filter(edition=edition, word__startswith=typed[0])
        words = sorted(known.values_list("word", flat=True))
        if typed not in words and (
            best := next((word for word in words if analysis.is_slip(typed, word)), "")
        ):
            meant[typed] = best
    if not meant:
        return ""
    return re.sub("|".join(map(re.escape, meant)), lambda found: meant[found.group()], plain)


def _near(known: Catalogue, text: str) -> Levels:
    """What holds a good part of the query, the rarer its words the better; less than 1, the best nearest to 0."""
    total = known.everything.bit_count() + 1
    weights: dict[str, float] = {}
    scores: dict[int, float] = defaultdict(float)
    for term in analysis.pieces(text):
        fields = _match(known, [(Alternative((term,), (term.text,)),)])
        holders = bits.joined(having for _field, having in fields).bit_count()
        weight = math.log(1 + total / (holders or 1)) * (1 if holders else NOWHERE)
        weights[term.text] = weight
        seen = 0
        for field, having in fields:
            for number in bits.members(having & ~seen):
                scores[number] += weight * WEIGHTS[int(field)]
            seen |= having
    whole = sum(weights.values())
    makers: dict[float, Maker] = defaultdict(Maker)
    for number, score in scores.items():
        if score >= SHARE * whole:
            makers[1 - score / whole].add(number)
    return [(rank, makers[rank].bits()) for rank in sorted(makers)]
