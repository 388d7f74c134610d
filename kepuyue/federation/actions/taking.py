"""Taking a page of another instance's changes over: what came is written, what went is taken out, the cursor moves on.

One transaction, so that a crash loses nothing and writes nothing twice; a page that is read again finds everything as
it is and writes nothing. The number of queries does not hang on how many activities a page has.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from kepuyue.core import audit
from kepuyue.core.codes import READABLE
from kepuyue.core.time import now
from kepuyue.federation import signals, wire
from kepuyue.federation.actions import clearing, writing
from kepuyue.federation.counterparts import Dictionary
from kepuyue.federation.models import Gathered, Place, Source

logger = logging.getLogger(__name__)

# A code of ours holds no A (`core.codes`): what is gathered never takes one of them
SIGN = "A"
CODE_LENGTH = 12
# So many of what cannot be read are known by their code; all are counted
MOST_KEPT = 1000


class Moved(Exception):
    """The source calls itself something else now; nothing was taken."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(instance)


@dataclass
class Outcome:
    """What became of a page."""

    written: int = 0
    same: int = 0
    removed: int = 0
    left: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    "Codes there; what is here of them stays as it was read last"

    def cannot_read(self, code: str) -> None:
        self.left["unreadable"] += 1
        self.unreadable.append(code)


def take(source: Source, page: wire.Page) -> Outcome | None:
    """Write a page that was asked for with the source's cursor as it is in `source`.

    None where the source has been read by somebody else, paused or withdrawn meanwhile: nothing is written then.
    Raises `Moved`.
    """
    with transaction.atomic():
        found = (
            Source.objects.select_for_update(of=("self",))
            .select_related("edition", "district")
            .get(pk=source.pk)
        )
        if found.state != Source.State.ON or (found.cursor, found.round) != (source.cursor, source.round):
            return None
        outcome = Outcome(left=+Counter(unreadable=page.nameless))
        told = _of_us_to_take(found, page, outcome)
        gone = [one.code for one in _last(page) if one.change == "delete"]
        _lock(found, told, [*gone, *outcome.unreadable])
        _write(found, told, outcome)
        if outcome.unreadable:
            # It came, so it has not vanished: the end of a round is not to take it out
            found.held.filter(told_as__in=outcome.unreadable).update(round=found.round)
            logger.warning("%s: cannot be read: %s", found, ", ".join(outcome.unreadable))
        held = found.held.filter(told_as__in=gone).values_list("pk", flat=True) if gone else ()
        outcome.removed = clearing.take_out(found.edition, held) if held else 0
        _move_on(found, page, outcome)
    return outcome


def code_of(edition: int, instance: str, code: str, attempt: int = 0) -> str:
    """The code that an activity of another instance has here: always the same, and never one of our own."""
    number = int.from_bytes(
        hashlib.sha256(f"{edition} {instance} {code} {attempt or ''}".encode()).digest()[:12], "big"
    )
    signs = []
    for _place in range(CODE_LENGTH - len(SIGN)):
        number, place = divmod(number, len(READABLE))
        signs.append(READABLE[place])
    return SIGN + "".join(signs)


def _of_us_to_take(source: Source, page: wire.Page, outcome: Outcome) -> list[wire.Told]:
    """What the page brings that may come here; the last of each, where one came twice."""
    ours, found = wire.root(settings.PUBLIC_URL), {}
    for change in _last(page):
        if change.change == "delete":
            continue
        one = wire.told(change, source.address)
        if one is None:
            outcome.cannot_read(change.code)
        elif ours == one.instance or ours in one.through:
            outcome.left["loop"] += 1
        elif one.through and not source.passes_on:
            outcome.left["passed-on"] += 1
        elif not one.through and source.instance and one.instance != source.instance:
            raise Moved(one.instance)
        else:
            if not one.through:
                # Where the first look found nothing of its own to learn it from
                source.instance = one.instance
            found[one.key] = one
    # In one order for every source: two that tell of the same new ones do not wait for each other
    return [found[key] for key in sorted(found)]


def _lock(source: Source, told: Sequence[wire.Told], codes: Sequence[str]) -> None:
    """Lock all that the page touches here, at once and in one order; `codes` are those of the source itself.

    So the sweep of a withdrawn source and we do not both decide about a row, and two sources that tell of the same
    activities do not wait for each other.
    """
    touched = _told_here(source, told) | Q(source=source, told_as__in=codes)
    list(Gathered.objects.select_for_update().filter(touched).order_by("pk").values_list("pk"))


def _write(source: Source, told: list[wire.Told], outcome: Outcome) -> None:
    known = {(one.instance, one.code): one for one in _known(source, told)}
    words = Dictionary.of(source, told)
    fresh, seen = [], []
    for one in told:
        row = known.get(one.key)
        digest = one.digest(source.mapping, words.district_of(one.activity), one.url, one.city, one.through)
        if row is not None and _is_of_another(row, source) and (row.is_direct or one.through):
            outcome.left["held-elsewhere"] += 1
        elif row is not None and row.source_id == source.pk and row.digest == digest:
            seen.append(row.pk)
        else:
            fresh.append(writing.Fresh(one, row, digest))
    if seen:
        Gathered.objects.filter(pk__in=seen).exclude(round=source.round).update(round=source.round)
    outcome.same = len(seen)
    if fresh:
        _give_codes(source, fresh)
        outcome.written = _write_all(source, fresh, words, outcome)


def _is_of_another(row: Gathered, source: Source) -> bool:
    """Whether another source counts for it; one that was withdrawn does not, though it may still be being swept."""
    return row.source_id != source.pk and row.source.state != Source.State.WITHDRAWN


def _known(source: Source, told: Sequence[wire.Told]) -> Iterable[Gathered]:
    return Gathered.objects.select_related("source").filter(_told_here(source, told))


def _told_here(source: Source, told: Sequence[wire.Told]) -> Q:
    codes, instances = {one.code for one in told}, {one.instance for one in told}
    return Q(edition=source.edition_id, code__in=codes, instance__in=instances)


def _give_codes(source: Source, fresh: Sequence[writing.Fresh]) -> None:
    """Of 30^11 codes two may be alike one day; the second then gets the next of its own row."""
    new = [one for one in fresh if one.row is None]
    attempt = 0
    while new:
        for one in new:
            one.public_code = code_of(source.edition_id, *one.told.key, attempt)
        taken = writing.codes_in_use(one.public_code for one in new)
        twice = Counter(one.public_code for one in new)
        new = [one for one in new if one.public_code in taken or twice[one.public_code] > 1]
        attempt += 1


def _write_all(source: Source, fresh: Sequence[writing.Fresh], words: Dictionary, outcome: Outcome) -> int:
    """All at once; where one of them cannot be kept, each by itself, so that it costs no other."""
    places = _places(source, fresh)
    try:
        with transaction.atomic():
            keys = writing.write(source, fresh, words, places)
    except DatabaseError:
        logger.warning("a page of %s is written one by one", source, exc_info=True)
        keys = []
        for one in fresh:
            try:
                with transaction.atomic():
                    keys += writing.write(source, [one], words, places)
            except DatabaseError:
                outcome.cannot_read(one.told.activity.code)
    if keys:
        signals.written.send(Source, edition=source.edition, keys=keys)
    return len(keys)


def _places(source: Source, fresh: Sequence[writing.Fresh]) -> dict[str, Place]:
    names = {one.told.city for one in fresh}
    known = {one.name: one for one in Place.objects.filter(edition=source.edition_id, name__in=names)}
    if missing := names - known.keys():
        rows = [Place(edition_id=source.edition_id, name=name) for name in sorted(missing)]
        Place.objects.bulk_create(rows, ignore_conflicts=True)
        known = {one.name: one for one in Place.objects.filter(edition=source.edition_id, name__in=names)}
    return known


def _last(page: wire.Page) -> list[wire.Change]:
    """The last change of each code: what was taken down and published again comes twice."""
    return list({one.code: one for one in page.results}.values())


def _move_on(source: Source, page: wire.Page, outcome: Outcome) -> None:
    source.cursor = page.cursor
    source.there = source.there or page.edition[:60]
    source.taken += outcome.written
    source.removed += outcome.removed
    # Of what came again it counts alone what it is now
    came = {one.code for one in page.results}
    still = [code for code in source.unreadable if code not in came]
    settled = Counter(unreadable=len(source.unreadable) - len(still))
    source.left = dict(Counter(source.left) + outcome.left - settled)
    source.unreadable = [*still, *outcome.unreadable][:MOST_KEPT]
    if not page.has_more and source.is_round_open:
        source.is_round_open, source.round_at = False, now()
    source.save(
        update_fields=[
            "cursor", "there", "instance", "taken", "removed", "left", "unreadable", "is_round_open", "round_at",
        ]
    )  # fmt: skip
    counted = {"written": outcome.written, "removed": outcome.removed}
    if any(counted.values()):
        audit.record(
            "source.read", source, by=None, changes={name: [0, count] for name, count in counted.items() if count}
        )  # fmt: skip
