"""Measuring a finished document against the standard: the Word file by what it says, the PDF by where things lie."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kepuyue.documents.standard import FIGURES, Figure

# 发文字号 at the beginning of its line
NUMBER = re.compile(r"\S{1,20}〔\d{4}〕\d+号")


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure as it was found; None: it is nowhere to be found."""

    figure: Figure
    found: float | None

    @property
    def is_right(self) -> bool:
        """Whether it is the standard's, within what the standard and the eye allow."""
        return self.found is not None and abs(self.found - self.figure.value) <= self.figure.tolerance + 1e-9


def compared(found: Mapping[str, float | None], codes: Iterable[str]) -> list[Measured]:
    """The figures of these codes with what was found of each."""
    return [Measured(FIGURES[code], found.get(code)) for code in codes]


class Unreadable(Exception):
    """It is no document that could be measured; the text says why."""
