"""What may be asked of the booklet: a choice of activities, a layout, a language; and how it is made of that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import get_language

from kepuyue.activities.models import Activity
from kepuyue.core.time import now, shifted
from kepuyue.editions.models import Edition
from kepuyue.programme.actions import outputs
from kepuyue.programme.feeds.selection import Selection, select
from kepuyue.programme.handbook import compiling, pages, typesetter
from kepuyue.programme.models import Output
from kepuyue.publicity import key_activities

# Grows with every change of the pages, so that no old ones are taken for the new
PRINTED_AS = 2


@dataclass(frozen=True)
class Wish:
    """One booklet, in the language that is active."""

    selection: Selection
    layout: str
    only_key: bool

    @property
    def key(self) -> str:
        """Changes with all that would be printed."""
        return _digest(PRINTED_AS, self.selection.stamp, self.layout, self.only_key)

    @property
    def series(self) -> str:
        """The same for booklets of which the newer takes the place."""
        return _digest(
            self.selection.edition.code,
            self.selection.filters,
            self.layout,
            self.only_key,
            get_language(),
        )

    def as_data(self) -> dict[str, Any]:
        """What `of_data` reads."""
        return {
            "filters": self.selection.filters,
            "layout": self.layout,
            "key": self.only_key,
            "language": get_language(),
            "at": self.selection.at.isoformat(),
        }

    def keys(self) -> list[int]:
        """The activities that would be printed."""
        found = self.selection.keys()
        if self.only_key:
            key = key_activities.listed(Activity.objects.filter(pk__in=found), self.selection.edition)
            found = list(key.values_list("pk", flat=True))
        return found


def of_address(edition: Edition, address: QueryDict) -> Wish:
    """What an address asks for. Raises `NotUnderstood` for filters that the edition does not know."""
    layout = address.get("layout", "")
    return Wish(
        select(edition, address), layout if layout in pages.LAYOUTS else "a4", address.get("key") == "1"
    )


@outputs.maker(Output.Kind.HANDBOOK)
def made(output: Output, progress: Callable[[float], object]) -> bytes:
    """The PDF of a wish that was kept as data, as of the moment when it was asked for."""
    data = output.wish
    with translation.override(data["language"]), shifted(datetime.fromisoformat(data["at"]) - now()):
        wish = Wish(select(output.edition, QueryDict(data["filters"])), data["layout"], data["key"])
        return printed(wish, progress)


def printed(wish: Wish, progress: Callable[[float], object] = lambda _share: None) -> bytes:
    """The PDF in the language that is active. Raises `typesetter.NotSet`."""
    book = compiling.compiled(wish.selection, only_key=wish.only_key)
    progress(0.03)
    html = pages.rendered(book, wish.layout)
    progress(0.05)
    about = 6 + (book.activities + book.sessions // 2) // 5
    return typesetter.typeset(html, pages.style(), pages=about, progress=progress)


def _digest(*facts: object) -> str:
    return sha256(repr(facts).encode()).hexdigest()
