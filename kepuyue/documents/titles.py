"""A title broken by meaning (GB/T 9704-2012, 7.3.1): no word is divided, no line begins with 的 or holds one character,
and the lines have the shape of a trapezium or a diamond.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise

from kepuyue.documents.content import width

# Where a title may be broken: after what connects, before what begins a phrase, around quotations and years
_AFTER = "的和与及暨、，：》”）"
_BEFORE = (
    "关于",
    "暨",
    "和",
    "与",
    "及",
    "《",
    "“",
    "（",
    "转发",
    "印发",
    "举办",
    "开展",
    "做好",
    "推荐",
    "申报",
    "表扬",
    "征集",
)
# These stay whole
_WHOLE = re.compile(
    r"《[^》]*》|“[^”]*”|（[^）]*）|\d{4}年|第[一二三四五六七八九十百\d]+[届次号]|[A-Za-z0-9.\-]+|"
    r"(?:全国)?科普(?:日|月|周|部)|中国科协|预通知|科学技术|科普工作|联席会议|办公室|协会|科协|活动|方案|工作|通知|通报|公告|函|意见|报告|请示|批复|决定|名单|总结|市|区"
)
# A title is broken into as few lines as can be; this many characters of 2号 fit the block
LONGEST = 20
MORE = 3  # lines, where words do not fit the fewest


def broken(title: str, *, longest: float = LONGEST) -> list[str]:
    """The lines of a title: the best of all ways to break it, by the rules above."""
    text = "".join(title.split())
    pieces = _pieces(text)
    costs = _costs(pieces)
    count = max(1, -(-int(width(text) * 2) // int(longest * 2)))
    for lines in range(count, count + MORE):
        if ways := list(_ways([word for word, _cost in pieces], lines, longest)):
            return min(ways, key=lambda way: (_badness(way, costs), way))
    # One word is longer than a line: nothing is lost, it is divided
    size = int(longest)
    return [text[place : place + size] for place in range(0, len(text), size)]


def _pieces(text: str) -> list[tuple[str, int]]:
    """(words that stay whole, how good it is to break before each: 0 is best)."""
    words: list[str] = []
    place = 0
    while place < len(text):
        word = _phrase(text, place) or text[place : place + 2]
        if len(word) == 2 and word not in _BEFORE and (word[1] in _AFTER or _phrase(text, place + 1)):
            word = word[:1]
        words.append(word)
        place += len(word)
    pieces: list[tuple[str, int]] = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        if number and (word[0] in "的、，。：；）》”" or word in ("市", "区")):
            pieces[-1] = (pieces[-1][0] + word, pieces[-1][1])
            continue
        cost = 0 if word in _BEFORE or before[-1:] in _AFTER else 2 if _WHOLE.fullmatch(word) else 3
        pieces.append((word, cost))
    return pieces


def _phrase(text: str, place: int) -> str:
    """What stays whole, or begins a phrase, at this place of the text; "" where nothing does."""
    found = _WHOLE.match(text, place)
    return found[0] if found else next((one for one in _BEFORE if text.startswith(one, place)), "")


def _ways(words: list[str], lines: int, longest: float) -> Iterator[list[str]]:
    """Every way to set the words in so many lines, none wider than `longest`."""
    if lines == 1:
        if width("".join(words)) <= longest:
            yield ["".join(words)]
        return
    for end in range(1, len(words) - lines + 2):
        line = "".join(words[:end])
        if width(line) > longest:
            return
        for rest in _ways(words[end:], lines - 1, longest):
            yield [line, *rest]


def _costs(pieces: list[tuple[str, int]]) -> dict[int, int]:
    """What it costs to break before the sign at each place at which one may."""
    place, found = 0, {}
    for word, cost in pieces:
        found[place] = cost
        place += len(word)
    return found


def _badness(way: list[str], costs: Mapping[int, int]) -> float:
    widths = [width(line) for line in way]
    places = accumulate(len(line) for line in way[:-1])
    bad = sum(costs[place] for place in places) * 2.0
    bad += sum(50 for line in way if len(line) < 3 or line[0] == "的")
    bad += (max(widths) - min(widths)) * 0.6
    grows = all(one <= other for one, other in pairwise(widths))
    shrinks = all(one >= other for one, other in pairwise(widths))
    middle = max(range(len(widths)), key=lambda place: widths[place])
    is_diamond = len(widths) > 2 and 0 < middle < len(widths) - 1
    return bad + (0 if grows or shrinks or is_diamond else 4)
