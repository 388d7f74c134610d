"""The list that a round comes to: a pure function of a snapshot. No database, no clock, no machine's arithmetic.

All is counted in whole numbers, so that the same snapshot gives the same list everywhere. A point is `POINT` units; a
criterion has 100 points. docs/evaluation.md says the rules in words.

A snapshot is plain JSON: {"format", "rules" (editions.scheme.Rules), "judges": [number], "candidates": [{"number",
"groups": {"unit", "recommender", "district", "tier"}, "values": {indicator: int | [label] | [sum, weight]}}],
"sheets": [{"judge", "candidate", "marks": {criterion: 0 to 100}}], "decisions": [{"candidate", "chosen"}]}.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from kepuyue.evaluation import severity

FORMAT = 1
POINT = 10_000
FULL = 100 * POINT
# Fewer judges than these cannot spare their highest and lowest mark
TRIMMED_FROM = 5

Snapshot = Mapping[str, Any]


@dataclass
class Part:
    """A measured part of a criterion."""

    counted: int
    "What its indicators come to, in hundredths: each value times its weight"
    full: int
    points: int


@dataclass
class Mark:
    """What one judge gave, and what counted of it."""

    judge: int
    given: int
    counted: int
    "In units, after severity was evened out"
    is_left_out: bool = False
    "The highest or lowest, where these are left out"
    is_odd: bool = False
    "Far from the median"


@dataclass
class Result:
    """What a candidate has in one criterion."""

    points: int
    measured: int | None
    judged: int | None
    parts: list[Part] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def spread(self) -> int:
        """Points between the highest and the lowest mark given."""
        given = [mark.given for mark in self.marks]
        return max(given) - min(given) if given else 0


@dataclass
class Ranked:
    """A candidate with its place. `outcome`: chosen, passed_over (`why` names the cap), beyond, tied (somebody has to
    decide), waiting (behind such a tie).
    """

    number: int
    total: int
    results: dict[str, Result]
    place: int = 0
    outcome: str = "beyond"
    why: str = ""
    unmarked: list[str] = field(default_factory=list)
    "Criteria with a judged part that nobody marked"


def rank(snapshot: Snapshot) -> list[Ranked]:
    """Every candidate in order, with place and outcome."""
    if snapshot["format"] != FORMAT:
        raise ValueError(f"snapshot format {snapshot['format']} is not {FORMAT}")
    rules = snapshot["rules"]
    marks = _marks(snapshot)
    ranked = [_counted(one, rules, marks[one["number"]]) for one in snapshot["candidates"]]
    ranked.sort(key=lambda one: (_order(one, rules), one.number))
    place = 1
    for _key, group in groupby(ranked, key=lambda one: _order(one, rules)):
        same = list(group)
        for one in same:
            one.place = place
        place += len(same)
    _choose(ranked, snapshot)
    return ranked


def canonical(data: Any) -> bytes:
    """The one way of writing plain data, so that equal data have equal digests (RFC 8785 for what occurs here)."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data: Any) -> str:
    """SHA-256 of plain data, in hexadecimal digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


def plain(ranked: Sequence[Ranked]) -> list[dict[str, Any]]:
    """The list as plain data, for files and digests."""
    return [asdict(one) for one in ranked]


def _ratio(above: int, below: int) -> int:
    """A quotient of whole numbers, halves up."""
    return (2 * above + below) // (2 * below)


def _size(value: Any) -> int:
    """An indicator's value in hundredths of its number: sum, how many labels, average (`insight.indicators`)."""
    if isinstance(value, int):
        return 100 * value
    if len(value) == 2 and all(isinstance(one, int) for one in value):
        total, weight = value
        return _ratio(100 * total, weight) if weight else 0
    return 100 * len(value)


def _counted(
    candidate: Mapping[str, Any], rules: Mapping[str, Any], marks: Mapping[str, list[Mark]]
) -> Ranked:
    results, unmarked, total = {}, [], 0
    for criterion in rules["criteria"]:
        code, share = criterion["code"], criterion["judged"]
        parts = [_part(part, candidate["values"]) for part in criterion["parts"]] if share < 100 else []
        shares = [part["share"] for part in criterion["parts"]]
        measured = (
            _ratio(sum(part.points * weight for part, weight in zip(parts, shares, strict=True)), sum(shares))
            if parts
            else None
        )
        given = marks.get(code, []) if share else []
        judged = _mean([mark.counted for mark in given if not mark.is_left_out]) if share else None
        if share and not given:
            unmarked.append(code)
        points = _ratio((measured or 0) * (100 - share) + (judged or 0) * share, 100)
        results[code] = Result(points, measured, judged, parts, given)
        total += points * criterion["weight"]
    return Ranked(candidate["number"], _ratio(total, 100), results, unmarked=unmarked)


def _part(part: Mapping[str, Any], values: Mapping[str, Any]) -> Part:
    counted = sum(_ratio(_size(values.get(code, 0)) * weight, 100) for code, weight in part["of"].items())
    return Part(counted, part["full"], min(FULL, _ratio(counted * FULL, 100 * part["full"])))


def _mean(values: Sequence[int]) -> int | None:
    return _ratio(sum(values), len(values)) if values else None


def _marks(snapshot: Snapshot) -> dict[int, dict[str, list[Mark]]]:
    """{candidate: {criterion: marks}}, evened out, with those that do not count told."""
    rules = snapshot["rules"]
    judged = {one["code"] for one in rules["criteria"] if one["judged"]}
    cells = [
        ((sheet["candidate"], code), sheet["judge"], given)
        for sheet in sorted(snapshot["sheets"], key=lambda one: (one["candidate"], one["judge"]))
        for code, given in sorted(sheet["marks"].items())
        if code in judged
    ]
    shifts = severity.shifts(cells, POINT) if rules["is_calibrated"] else {}
    found: dict[int, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for (candidate, code), judge, given in cells:
        counted = min(FULL, max(0, given * POINT - shifts.get(judge, 0)))
        found[candidate][code].append(Mark(judge, given, counted))
    for by_code in found.values():
        for some in by_code.values():
            _note_odd(some, rules["outlier"])
            if rules["is_trimmed"] and len(some) >= TRIMMED_FROM:
                in_order = sorted(some, key=lambda mark: (mark.counted, mark.judge))
                in_order[0].is_left_out = in_order[-1].is_left_out = True
    return found


def _note_odd(marks: list[Mark], distance: int) -> None:
    if len(marks) < 3:
        return
    given = sorted(mark.given for mark in marks)
    middle = len(given) // 2
    twice = given[middle] * 2 if len(given) % 2 else given[middle - 1] + given[middle]
    for mark in marks:
        mark.is_odd = abs(2 * mark.given - twice) > 2 * distance


def _order(one: Ranked, rules: Mapping[str, Any]) -> tuple[int, ...]:
    return (-one.total, *(-one.results[code].points for code in rules["ties"]))


def _choose(ranked: list[Ranked], snapshot: Snapshot) -> None:
    """Down the list: each is chosen unless a cap is reached. Equals that do not all fit wait for a decision."""
    quota = {name: most for name, most in snapshot["rules"]["quota"].items() if name != "total" and most}
    groups = {one["number"]: one["groups"] for one in snapshot["candidates"]}
    decided = {one["candidate"]: one["chosen"] for one in snapshot["decisions"]}
    left = snapshot["rules"]["quota"]["total"]
    taken: Counter[tuple[str, str]] = Counter()

    def full(one: Ranked) -> str:
        keys = ((name, str(groups[one.number].get(name) or "")) for name in quota)
        return next((name for name, key in keys if key and taken[name, key] >= quota[name]), "")

    def take(one: Ranked) -> None:
        nonlocal left
        left -= 1
        one.outcome = "chosen"
        for name in quota:
            taken[name, str(groups[one.number].get(name) or "")] += 1

    for _place, group in groupby(ranked, key=lambda one: one.place):
        same = []
        for one in group:
            if left and (why := full(one)):
                one.outcome, one.why = "passed_over", why
            else:
                same.append(one)
        if not left or not same:
            continue
        if len(same) > 1 and not _all_fit(same, groups, quota, taken, left):
            open_ = [one for one in same if one.number not in decided]
            if open_:
                _wait(ranked, same, open_[0].place)
                return
            for one in same:
                if decided[one.number] and left and not full(one):
                    take(one)
                else:
                    one.outcome, one.why = "passed_over", "decision"
            continue
        for one in same:
            take(one)


def _all_fit(
    same: list[Ranked],
    groups: Mapping[int, Mapping[str, Any]],
    quota: Mapping[str, int],
    taken: Mapping[tuple[str, str], int],
    left: int,
) -> bool:
    if len(same) > left:
        return False
    would = Counter(taken)
    for one in same:
        for name, most in quota.items():
            key = str(groups[one.number].get(name) or "")
            would[name, key] += 1
            if key and would[name, key] > most:
                return False
    return True


def _wait(ranked: list[Ranked], same: list[Ranked], place: int) -> None:
    for one in same:
        one.outcome = "tied"
    for one in ranked:
        if one.place > place:
            one.outcome = "waiting"
