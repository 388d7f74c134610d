"""Which of our own names a name of another city's list may mean. Only proposes: people decide."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

ALIKE = 0.6
# What names of districts, cities and classifications end with and people leave away
ENDINGS = ("特别合作区", "自治州", "新区", "地区", "区", "市", "县", "省", "类", "活动")


class Named(Protocol):
    """Whatever has a name."""

    name: str


Found = TypeVar("Found", bound=Named)


def likest(name: str, among: Iterable[Found]) -> Found | None:
    """The one whose name is most like it, where one is like it at all."""
    wanted = bare(name)
    best: Found | None = None
    most = ALIKE
    for one in among:
        here = bare(one.name)
        shares = 1.0 if here == wanted else SequenceMatcher(None, wanted, here, autojunk=False).ratio()
        if shares > most or (best is None and shares == most):
            best, most = one, shares
    return best


def bare(name: str) -> str:
    """A name without its ending."""
    text = "".join(name.split()).casefold()
    for ending in ENDINGS:
        if len(text) > len(ending) + 1 and text.endswith(ending):
            return text.removesuffix(ending)
    return text
