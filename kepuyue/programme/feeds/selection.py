"""Which activities a feed holds: what the list shows for the same filters, what comes next first."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import bits, catalogue, queries
from kepuyue.programme.cards import localized
from kepuyue.programme.feeds.texts import line
from kepuyue.programme.forms import FilterForm, Vocabulary, vocabulary
from kepuyue.programme.permissions import visible
from kepuyue.programme.search import Query, Result, search

# Activities on one page of a feed; the first holds what comes next, what is over is on the last ones
MOST = 500
# Activities in what is made of a selection as a whole
MOST_KEYS = 2_000
PAGE = re.compile(r"[1-9][0-9]{0,4}")


class NotUnderstood(ValueError):
    """A filter that the edition does not know: the message says which, in the reader's language."""


@dataclass(frozen=True)
class Selection:
    """Some public activities of one edition, and what a feed says about itself.

    Nothing is read from the database before `activities` is asked, so that a reader who has the feed already is
    answered by `stamp` alone.
    """

    edition: Edition
    query: Query
    at: datetime
    "Now, in the edition's zone: divides what is to come from what is over"
    filters: str = ""
    "As they stand in the address"
    words: Vocabulary | None = None
    only: Activity | None = None
    "One activity by itself"
    kept: tuple[str, ...] = ()
    "The codes of what one visitor keeps, instead of a query (see `my_month`)"
    page: int = 1

    @property
    def address(self) -> str:
        """The whole address of the page that shows the same."""
        if self.only:
            return address_of(self.only)
        if self.kept:
            return _whole(reverse("programme:my-month"), self.filters)
        return _whole(reverse("programme:activities"), self.filters)

    def feed_address(self, form: str) -> str:
        """The whole address of the selection itself in one of the formats."""
        if self.only:
            return _whole(reverse("programme:activity-feed", args=[self.only.code, form]))
        if self.kept:
            return _whole(reverse("programme:my-month-feed"), self.filters)
        return _whole(reverse("programme:feed", args=[form]), self._on_page(self.page))

    def next_address(self, form: str) -> str:
        """The whole address of what follows after this page; "" where nothing does. Searches."""
        if self.only or self.kept or len(self._keys) <= MOST:
            return ""
        return _whole(reverse("programme:feed", args=[form]), self._on_page(self.page + 1))

    def _on_page(self, page: int) -> str:
        return "&".join(filter(None, [self.filters, f"page={page}" if page > 1 else ""]))

    @property
    def title(self) -> str:
        """The edition's name, and that it is a choice where it is one."""
        if self.only:
            return title_of(self.only)
        if self.kept:
            return _("我的科普月")
        name = line(self.edition.name_for_reader)
        return name if self.is_whole else _("%(name)s（按条件选出）") % {"name": name}

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return (
            self.only is None
            and not self.kept
            and self.query == Query(terms={code: frozenset() for code in self.query.terms})
        )

    @property
    def stamp(self) -> str:
        """Changes whenever what would be written may have changed; costs one query."""
        facts = (
            self.edition.pk, self.edition.version, self.edition.loaded_at, catalogue.load(self.edition).mark,
            is_open_to_public(self.edition), self.query, get_language(), self.at.date(), settings.PUBLIC_URL,
            self.address, self.filters, self.kept, self.only and (self.only.pk, self.only.version), self.page,
        )  # fmt: skip
        return sha256(repr(facts).encode()).hexdigest()[:32]

    def activities(self) -> list[Activity]:
        """What stands on this page, with all that the activities' pages show; none before publicity opens."""
        return self._read(self._keys[:MOST])

    def latest(self, most: int) -> list[Activity]:
        """Those of all that match, whatever the page, that were changed last."""
        if self._result is None:
            return sorted(self.activities(), key=lambda one: one.updated_at, reverse=True)[:most]
        known, chosen = self._result.catalogue, bits.Look(self._result.chosen)
        changed = visible(self.edition).order_by("-updated_at", "pk").values_list("pk", flat=True)
        keys = (key for key in changed.iterator() if key in known.numbers and known.numbers[key] in chosen)
        return self._read(list(islice(keys, most)))

    def _read(self, keys: list[int]) -> list[Activity]:
        rows = {row.pk: row for row in queries.in_full(visible(self.edition).filter(pk__in=keys))}
        return [rows[key] for key in keys if key in rows]

    def keys(self) -> list[int]:
        """The keys of all that match, whatever the page, at most `MOST_KEYS`."""
        if self._result is None:
            return self._keys
        return [match.entry.pk for match in self._result.matches[:MOST_KEYS]]

    @cached_property
    def _keys(self) -> list[int]:
        """The keys of this page in their order, and one more where another page follows."""
        if not is_open_to_public(self.edition):
            return []
        if self.only:
            return [self.only.pk]
        if self.kept:
            return list(visible(self.edition).filter(code__in=self.kept).values_list("pk", flat=True))
        assert self._result is not None
        first = (self.page - 1) * MOST
        return [match.entry.pk for match in self._result.matches[first : first + MOST + 1]]

    @cached_property
    def _result(self) -> Result | None:
        if self.only or self.kept or not is_open_to_public(self.edition):
            return None
        taxonomy_of = self.words.taxonomy_of if self.words else {}
        return search(self.edition, self.query, at=self.at, taxonomy_of=taxonomy_of, with_called_off=True)


def select(edition: Edition, filters: QueryDict) -> Selection:
    """What is asked for. Raises `NotUnderstood`: whoever subscribes to a filter is not to get everything instead."""
    words = vocabulary(edition)
    form = FilterForm(filters, vocabulary=words)
    refused = [name for name in form.fields if name in form.errors or name in form.refusals]
    page = filters.get("page", "1") or "1"
    if not PAGE.fullmatch(page):
        refused.append("page")
    if refused:
        raise NotUnderstood(" ".join(form.remarks) or ", ".join(refused))
    # Nothing but what was understood is written back
    known = {name: filters.getlist(name) for name in form.fields if name in filters}
    kept = urlencode(known, doseq=True)
    return Selection(edition, form.query(), now().astimezone(edition.zone), kept, words, page=int(page))


def of_one(activity: Activity) -> Selection:
    """A public activity by itself."""
    edition = activity.edition
    return Selection(edition, Query(), now().astimezone(edition.zone), only=activity)


def of_kept(edition: Edition, codes: tuple[str, ...], *, filters: str) -> Selection:
    """What a visitor keeps; `filters` as they stand in the address."""
    return Selection(edition, Query(), now().astimezone(edition.zone), filters, kept=codes or ("",))


def address_of(activity: Activity) -> str:
    """The whole address of its page."""
    return _whole(reverse("programme:activity", args=[activity.code]))


def title_of(activity: Activity) -> str:
    """Its title in the reader's language, on one line."""
    return line(localized(activity.title, activity.title_en)[0])


def _whole(path: str, query: str = "") -> str:
    return whole(f"{path}{'?' if query else ''}{query}")
