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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from kepuyue.evaluation import severity

FORMAT = 1
POINT = 10_000
FULL = 100 * POINT
# Fewer judges than these cannot spare their highest and lowest mark
TRIMMED_FROM = 5

# What one judge gave in one criterion of one candidate: ((candidate, criterion), judge, mark)
Cell = tuple[tuple[int, str], int, int]
# {candidate: {criterion: (judges, their marks)}}
Given = Mapping[int, Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]]

Snapshot = Mapping[str, Any]


@dataclass(slots=True)
class Part:
    """A measured part of a criterion."""

    counted: int
    "What its indicators come to, in hundredths: each value times its weight"
    full: int
    points: int


@dataclass(slots=True)
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


@dataclass(slots=True)
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
    marks = _marks(cells(snapshot["sheets"]), rules)
    return _ranked(
        snapshot,
        [
            _counted(one["number"], rules, _judged(marks[one["number"]]), _parts(one["values"], rules))
            for one in snapshot["candidates"]
        ],
    )


def again(
    snapshot: Snapshot, ranked: Iterable[Ranked], given: Given, rules: Mapping[str, Any]
) -> list[Ranked]:
    """The list that the same figures and marks give by other rules, without single marks: what is counted is taken from
    `ranked`, so that thousands take a moment. `snapshot` may be without its sheets.
    """
    means = _means(given, rules)
    before = {one["code"]: one["parts"] for one in snapshot["rules"]["criteria"]}
    known = {one.number: one.results for one in ranked}
    parts_of = {one["number"]: one["values"] for one in snapshot["candidates"]}
    found = []
    for number, results in known.items():
        parts = {}
        for criterion in rules["criteria"]:
            code = criterion["code"]
            had = results[code].parts if code in results else []
            if had and [one["of"] for one in before[code]] == [one["of"] for one in criterion["parts"]]:
                parts[code] = [
                    _of_full(one.counted, part) for one, part in zip(had, criterion["parts"], strict=True)
                ]
            else:
                parts[code] = [_part(part, parts_of[number]) for part in criterion["parts"]]
        judged = {code: (mean, list[Mark]()) for code, mean in means.get(number, {}).items()}
        found.append(_counted(number, rules, judged, parts))
    return _ranked({**snapshot, "rules": rules}, found)


def _ranked(snapshot: Snapshot, ranked: list[Ranked]) -> list[Ranked]:
    rules = snapshot["rules"]
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
    number: int, rules: Mapping[str, Any], judged: Mapping[str, tuple[int, list[Mark]]],
    parts: Mapping[str, list[Part]],
) -> Ranked:  # fmt: skip
    results, unmarked, total = {}, [], 0
    for criterion in rules["criteria"]:
        code, share = criterion["code"], criterion["judged"]
        some = parts[code] if share < 100 else []
        shares = [part["share"] for part in criterion["parts"]]
        measured = (
            _ratio(sum(part.points * weight for part, weight in zip(some, shares, strict=True)), sum(shares))
            if some
            else None
        )
        mean, given = judged.get(code, (None, [])) if share else (None, [])
        if share and mean is None:
            unmarked.append(code)
        points = _ratio((measured or 0) * (100 - share) + (mean or 0) * share, 100)
        results[code] = Result(points, measured, mean, some, given)
        total += points * criterion["weight"]
    return Ranked(number, _ratio(total, 100), results, unmarked=unmarked)


def _parts(values: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, list[Part]]:
    return {one["code"]: [_part(part, values) for part in one["parts"]] for one in rules["criteria"]}


def _part(part: Mapping[str, Any], values: Mapping[str, Any]) -> Part:
    counted = sum(_ratio(_size(values.get(code, 0)) * weight, 100) for code, weight in part["of"].items())
    return _of_full(counted, part)


def _of_full(counted: int, part: Mapping[str, Any]) -> Part:
    return Part(counted, part["full"], min(FULL, _ratio(counted * FULL, 100 * part["full"])))


def _judged(marks: Mapping[str, list[Mark]]) -> dict[str, tuple[int, list[Mark]]]:
    """{criterion: (the mean of the marks that count, all of them)}."""
    return {
        code: (_mean([mark.counted for mark in some if not mark.is_left_out]), some)
        for code, some in marks.items()
    }


def _mean(values: Sequence[int]) -> int:
    return _ratio(sum(values), len(values))


def given_in(sheets: Iterable[Mapping[str, Any]]) -> Given:
    """Every mark of some sheets, as little as can be."""
    found: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for (candidate, code), judge, mark in cells(sheets):
        found[candidate][code][judge] = mark
    panels: dict[tuple[int, ...], tuple[int, ...]] = {}

    def packed(some: Mapping[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        judges = tuple(some)
        # Nearly all have the same judges: kept once
        return panels.setdefault(judges, judges), tuple(some.values())

    return {candidate: {code: packed(some) for code, some in by.items()} for candidate, by in found.items()}


def _means(given: Given, rules: Mapping[str, Any]) -> dict[int, dict[str, int]]:
    """{candidate: {criterion: the mean of the marks that count}}, as `_marks` and `_judged` have it."""
    judged = {one["code"] for one in rules["criteria"] if one["judged"]}
    shifts: dict[int, int] = {}
    if rules["is_calibrated"]:
        shifts = severity.of_items(
            (
                dict(zip(*cell, strict=True))
                for by in given.values()
                for code, cell in by.items()
                if code in judged
            ),
            POINT,
        )
    found: dict[int, dict[str, int]] = {}
    for candidate, by in given.items():
        means = found[candidate] = {}
        for code, (judges, marks) in by.items():
            if code not in judged:
                continue
            counted = (
                [mark * POINT for mark in marks]
                if not shifts
                else [_evened(mark, shifts.get(judge, 0)) for judge, mark in zip(judges, marks, strict=True)]
            )
            total, count = sum(counted), len(counted)
            if rules["is_trimmed"] and count >= TRIMMED_FROM:
                total, count = total - max(counted) - min(counted), count - 2
            means[code] = _ratio(total, count)
    return found


def _evened(mark: int, shift: int) -> int:
    """A mark in units, less what its judge gives more than others."""
    return min(FULL, max(0, mark * POINT - shift))


def cells(sheets: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """Every mark of some sheets, in a fixed order."""
    return [
        ((sheet["candidate"], code), sheet["judge"], given)
        for sheet in sorted(sheets, key=lambda one: (one["candidate"], one["judge"]))
        for code, given in sorted(sheet["marks"].items())
    ]


def _marks(given_marks: Iterable[Cell], rules: Mapping[str, Any]) -> dict[int, dict[str, list[Mark]]]:
    """{candidate: {criterion: marks}}, evened out, with those that do not count told."""
    judged = {one["code"] for one in rules["criteria"] if one["judged"]}
    counting = [cell for cell in given_marks if cell[0][1] in judged]
    shifts = severity.shifts(counting, POINT) if rules["is_calibrated"] else {}
    found: dict[int, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for (candidate, code), judge, given in counting:
        found[candidate][code].append(Mark(judge, given, _evened(given, shifts.get(judge, 0))))
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
