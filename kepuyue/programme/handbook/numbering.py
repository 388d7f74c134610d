"""Page numbers: laid out once without them, then with what was found, until they are true.

The typesetter's own `target-counter` does the same round by round, but cannot say a page once where several
activities of a line stand on it. The style prints `data-page` of a link.
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

# As wide as most numbers will be, so that little moves when they come
UNKNOWN = "000"
# The second has the numbers and nearly always confirms them; contents that grow by a page take one more
MOST_ROUNDS = 4


def numbered(root: Element, layout: Callable[[], Any]) -> Any:
    """The document that `layout` makes of the tree `root`, with the numbers of its own pages at its inner links."""
    links = [link for link in root.iter("a") if link.get("href", "").startswith("#")]
    lists = [(one, list(one)) for one in root.iter("span") if one.get("class") == "index__pages"]
    known: dict[str, int] = {}
    document: Any = None
    for _round in range(MOST_ROUNDS):
        for link in links:
            link.set("data-page", str(known.get(_target(link), UNKNOWN)))
        for one, all_of_it in lists if known else ():
            first = {known.get(_target(link), 0): link for link in reversed(all_of_it)}
            one[:] = [first[page] for page in sorted(first)]
        # A large booklet laid out is a gigabyte: the last one goes before the next one comes
        document = None
        document = layout()
        found = {name: number for number, page in enumerate(document.pages, 1) for name in page.anchors}
        if found == known:
            break
        known = found
    return document


def _target(link: Element) -> str:
    return link.get("href", "")[1:]
