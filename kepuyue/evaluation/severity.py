"""Evening out strict and lenient judges by a published method: an additive model fitted by least squares.

A mark is taken as what was marked plus what the judge adds to everything (the linear form of the many-facet model;
Linacre 1989, and before it Paul 1981 for raters). The severities make the squares of what is left smallest and come
to zero among judges whom common candidates connect. Judges whom nothing connects with others cannot be compared, and
are left as they are. Exact fractions, so that every machine finds the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

Cell = tuple[Any, int, int]


def shifts(cells: Iterable[Cell], unit: int) -> dict[int, int]:
    """{judge: how much more than others they give, in `unit`ths of a point} of (what was marked, judge, mark)."""
    items: dict[Any, dict[int, int]] = defaultdict(dict)
    for item, judge, given in cells:
        items[item][judge] = given
    return of_items(items.values(), unit)


def of_items(marks: Iterable[Mapping[int, int]], unit: int) -> dict[int, int]:
    """The same of {judge: mark} for each that was marked."""
    items, found = list(marks), {}
    for connected in _connected(items):
        if len(connected) > 1:
            found.update(_solved(connected, items))
    return {judge: round(value * unit) for judge, value in sorted(found.items())}


def _connected(items: Iterable[Mapping[int, int]]) -> list[list[int]]:
    """Judges in groups, those together whom what they marked connects, directly or through others."""
    leader: dict[int, int] = {}

    def top(judge: int) -> int:
        while leader.setdefault(judge, judge) != judge:
            judge = leader[judge]
        return judge

    for marks in items:
        first, *others = sorted(marks)
        for other in others:
            leader[top(other)] = top(first)
        top(first)
    groups: dict[int, list[int]] = defaultdict(list)
    for judge in sorted(leader):
        groups[top(judge)].append(judge)
    return list(groups.values())


def _solved(judges: Sequence[int], items: Iterable[Mapping[int, int]]) -> dict[int, Fraction]:
    """The normal equations of the judges, after what was marked has been eliminated from them; their sum is zero."""
    place = {judge: number for number, judge in enumerate(judges)}
    size = len(judges)
    matrix = [[Fraction(0)] * (size + 1) for _row in judges]
    for panel, (count, given, total) in _panels(items).items():
        if panel[0] not in place:
            continue
        share = Fraction(1, len(panel))
        for judge in panel:
            row = matrix[place[judge]]
            row[place[judge]] += count
            row[size] += given[judge] - share * total
            for other in panel:
                row[place[other]] -= share * count
    matrix[-1] = [Fraction(1)] * size + [Fraction(0)]
    for step in range(size):
        pivot = next(number for number in range(step, size) if matrix[number][step])
        matrix[step], matrix[pivot] = matrix[pivot], matrix[step]
        first = matrix[step][step]
        matrix[step] = [value / first for value in matrix[step]]
        for number in range(size):
            if number != step and (times := matrix[number][step]):
                matrix[number] = [
                    value - times * other for value, other in zip(matrix[number], matrix[step], strict=True)
                ]
    return {judge: matrix[place[judge]][size] for judge in judges}


def _panels(items: Iterable[Mapping[int, int]]) -> dict[tuple[int, ...], tuple[int, Counter[int], int]]:
    """{judges who marked together: (how much they marked, what each gave in all, what all gave)}: the equations know no
    more of single marks than that.
    """
    counts: Counter[tuple[int, ...]] = Counter()
    given: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for marks in items:
        if len(marks) > 1:
            panel = tuple(sorted(marks))
            counts[panel] += 1
            given[panel].update(marks)
    return {panel: (count, given[panel], given[panel].total()) for panel, count in counts.items()}
