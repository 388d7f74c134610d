"""How values of several activities become one: sums of what can be summed, unions of what can be named, averages kept
with their weights. So a total over some activities is the same however a unit cuts them up.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

# An int, the set of what was found, or (sum, weight)
Value = int | frozenset[str] | tuple[int, int]


class Fold(StrEnum):
    """How values of several activities become one."""

    SUM = "sum"
    UNION = "union"
    MEAN = "mean"

    @property
    def nothing(self) -> Value:
        """The value of no activity at all."""
        if self is Fold.SUM:
            return 0
        return frozenset() if self is Fold.UNION else (0, 0)

    def together(self, values: Iterable[Value]) -> Value:
        """One value of several, whatever their order and grouping."""
        found: Any = self.nothing
        for value in values:
            one: Any = value
            if self is Fold.SUM:
                found += one
            elif self is Fold.UNION:
                found |= one
            else:
                found = (found[0] + one[0], found[1] + one[1])
        result: Value = found
        return result

    def size(self, value: Value) -> int:
        """The value as a number: the sum, how many were found, or the average (halves up)."""
        if isinstance(value, tuple):
            total, weight = value
            return (2 * total + weight) // (2 * weight) if weight else 0
        return value if isinstance(value, int) else len(value)
