"""Finding the office's words in a text, however they are written, in one pass (Aho–Corasick).

A word is compared without width, case, spaces, punctuation and the difference between traditional and simplified
characters: "敏 感*詞" is found by "敏感词". The cost grows with the text alone, not with the length of the list.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation
from django.db.models import Count, Max

from kepuyue.activities.letters import letters as letters_of
from kepuyue.activities.models import SensitiveWord
from kepuyue.editions.models import Edition

# Signs between the letters of a word: more of them in a row, or the end of a line, and it is no longer one word
MOST_BETWEEN = 3
# A text of an activity has a few thousand signs; what is longer is looked at up to here
MOST_SIGNS = 100_000
# So many places are shown of one text; a reviewer needs to know where, not how often
MOST_HITS = 50


@dataclass(frozen=True)
class Hit:
    """A word at its place: text[start:end] is how the unit wrote it."""

    start: int
    end: int
    word: str
    category: str
    remark: str


class Finder:
    """A list of words made ready. Building it takes some milliseconds per thousand words; keep it."""

    def __init__(self, words: Iterable[tuple[str, str, str, str]]) -> None:
        """`words` are (normalized, as written, category, remark)."""
        self.words = list(words)
        patterns = [word[0] for word in self.words]
        self.machine = (
            AhoCorasick(patterns, implementation=Implementation.ContiguousNFA) if patterns else None
        )

    def hits(self, text: str) -> list[Hit]:
        """The words in the text, in its order; where two overlap, both."""
        if self.machine is None or not text:
            return []
        letters: list[str] = []
        places: list[int] = []
        for place, sign in enumerate(text[:MOST_SIGNS]):
            plain = letters_of(sign)
            letters.append(plain)
            places += [place] * len(plain)
        found: list[Hit] = []
        for number, start, end in self.machine.find_matches_as_indexes("".join(letters), overlapping=True):
            _normal, word, category, remark = self.words[number]
            first, last = places[start], places[end - 1]
            if _is_one_word(text, places[start:end]) and _stands_alone(text, first, last, word):
                found.append(Hit(first, last + 1, word, category, remark))
                if len(found) == MOST_HITS:
                    break
        return sorted(found, key=lambda hit: (hit.start, -hit.end))


def _is_one_word(text: str, places: list[int]) -> bool:
    """Whether the letters stand near enough to each other to be read as one word."""
    return all(
        after - before <= MOST_BETWEEN + 1 and "\n" not in text[before:after]
        for before, after in itertools.pairwise(places)
    )


def _stands_alone(text: str, first: int, last: int, word: str) -> bool:
    """A word of Latin letters or digits is not found inside a longer one; Chinese has no such borders."""
    if not word.isascii():
        return True
    around = text[max(first - 1, 0) : first] + text[last + 1 : last + 2]
    return not any(sign.isascii() and sign.isalnum() for sign in around)


def finder_of(edition: Edition) -> Finder:
    """The edition's list, built anew when it has changed (one small query each time)."""
    words = SensitiveWord.objects.filter(edition=edition)
    stamp = words.aggregate(count=Count("pk"), newest=Max("pk"), changed=Max("changed_at"))
    return _kept(edition.pk, tuple(stamp.values())) if stamp["count"] else Finder([])


@lru_cache(maxsize=4)
def _kept(edition: int, _stamp: tuple[object, ...]) -> Finder:
    words = SensitiveWord.objects.filter(edition_id=edition)
    return Finder(words.values_list("normal", "word", "category", "remark"))


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `hits` are the words that cover it."""

    text: str
    hits: tuple[Hit, ...] = ()


def pieces(text: str, hits: list[Hit]) -> list[Piece]:
    """The text cut where words begin and end, so that each place can be marked."""
    cuts = sorted({0, len(text), *(hit.start for hit in hits), *(hit.end for hit in hits)})
    return [
        Piece(text[start:end], tuple(hit for hit in hits if hit.start <= start and end <= hit.end))
        for start, end in itertools.pairwise(cuts)
        if end > start
    ]
