"""The chain over the audit trail: who changes, removes or slips in a row afterwards is found out.

Each seal holds the SHA-256 of the seal before it and of its row, so that a row cannot be touched without every
later seal being wrong. A duty makes the seals a few seconds after the rows: writing the trail stays as quick as
a plain insert, and rows that PostgreSQL's transactions commit out of their order take their place when they
appear. Whoever can write to the database could also forge the whole chain; what holds against that is a head
(position and digest) that was noted outside, for `verify` to be given again. Each export carries one.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from kepuyue.core.models import AuditEvent, AuditSeal
from kepuyue.core.tables import neutral

START = "0" * 64
BATCH = 500
# No transaction stays open for so long: a row that shows up later below what was sealed then was slipped in
OPEN_AT_MOST = timedelta(hours=1)
# Nearly all transactions are over by then
LATE = timedelta(minutes=2)
# Faults told one by one; after that it is plain enough
MOST_FAULTS = 50


@dataclass(frozen=True)
class Head:
    """How far the chain goes: the last position and its digest. 0 and zeros before the first seal."""

    position: int
    digest: str

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


@dataclass(frozen=True)
class Fault:
    """Something that somebody did to the trail. `code`: changed, removed, slipped-in, seal-missing, cut-off."""

    code: str
    position: int | None = None
    event_id: int | None = None


@dataclass
class Findings:
    """What `verify` found. `waiting` are rows so new that they are not sealed yet."""

    head: Head
    sealed: int = 0
    waiting: int = 0
    faults: list[Fault] = field(default_factory=list)


def canonical(event: AuditEvent) -> bytes:
    """The row as the bytes that are sealed: every column, in one spelling."""
    row = {
        "id": event.pk,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "subject_name": event.subject_name,
        "organization_path": event.organization_path,
        "version": event.version,
        "changes": event.changes,
        "reason": event.reason,
    }
    if event.is_quiet:
        # Rows from before there was the column keep their seals
        row["is_quiet"] = True
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    return text.encode("utf-8", "surrogatepass")


def digest(before: str, event: AuditEvent) -> str:
    """The seal of a row that follows the seal `before`."""
    return hashlib.sha256(before.encode() + b"\n" + canonical(event)).hexdigest()


def head() -> Head:
    """The end of the chain as it stands."""
    last = AuditSeal.objects.order_by("-position").first()
    return Head(last.position, last.digest) if last else Head(0, START)


def seal_new() -> int:
    """Seal what is not sealed yet; returns how many rows. Safe in several processes: one of them gets ahead.

    Looks above the highest sealed row, and below it for what was committed out of order lately; `seal_late` looks
    further back. So the work goes by the number of new rows and not by that of the last hour.
    """
    return _seal_all(_fresh) + _seal_all(lambda: _skipped(LATE))


def seal_late() -> int:
    """Seal rows of transactions that stayed open for long; returns how many. Reads all seals of an hour."""
    return _seal_all(lambda: _skipped(OPEN_AT_MOST))


def _seal_all(wanted: Callable[[], QuerySet[AuditEvent]]) -> int:
    sealed = 0
    while wanted().exists():
        try:
            made = _seal_batch(wanted())
        except IntegrityError:
            # Another process has just made these seals
            return sealed
        sealed += made
        if made < BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch(wanted: QuerySet[AuditEvent]) -> int:
    last = head()
    position, before = last.position, last.digest
    seals = []
    for event in wanted.order_by("pk")[:BATCH]:
        position, before = position + 1, digest(before, event)
        seals.append(AuditSeal(position=position, event_id=event.pk, digest=before))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _floor(ago: timedelta) -> int:
    """The row that was sealed last so long ago: 0 where none was."""
    sealed = AuditSeal.objects.filter(sealed_at__lt=timezone.now() - ago)
    return sealed.order_by("-sealed_at", "-position").values_list("event_id", flat=True).first() or 0


def _top() -> int:
    """The highest row that is sealed."""
    return AuditSeal.objects.aggregate(top=Max("event_id"))["top"] or 0


def _fresh() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(pk__gt=_top())


def _skipped(ago: timedelta) -> QuerySet[AuditEvent]:
    """Rows without a seal below the highest sealed one, and above what was sealed so long ago."""
    return _without_seal().filter(pk__gt=_floor(ago), pk__lte=_top())


def _without_seal() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(~Exists(AuditSeal.objects.filter(event_id=OuterRef("pk"))))


def verify(*, expect: Head | None = None, progress: Callable[[int], object] | None = None) -> Findings:
    """Go along the whole chain. `expect` is a head noted earlier: the chain must still hold it.

    `progress` is told how many seals were looked at since the last call. Reads in batches; memory does not
    grow with the trail.
    """
    findings = Findings(head())
    before, place = START, 0
    for seals in _batches():
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            place += 1
            if seal.position != place:
                _note(findings, Fault("seal-missing", place))
                place = seal.position
            event = events.get(seal.event_id)
            if event is None:
                _note(findings, Fault("removed", seal.position, seal.event_id))
            elif digest(before, event) != seal.digest:
                _note(findings, Fault("changed", seal.position, seal.event_id))
            # Going on from what the seal says names the touched row only, and not all that follow
            before = seal.digest
            findings.sealed += 1
        if progress:
            progress(len(seals))
    _compare(findings, expect)
    for key in (
        _without_seal()
        .filter(pk__lte=_floor(OPEN_AT_MOST))
        .order_by("pk")
        .values_list("pk", flat=True)[:MOST_FAULTS]
    ):
        _note(findings, Fault("slipped-in", event_id=key))
    findings.waiting = _fresh().count() + _skipped(OPEN_AT_MOST).count()
    return findings


def _compare(findings: Findings, expect: Head | None) -> None:
    if expect is None or expect.position == 0:
        return
    kept = AuditSeal.objects.filter(position=expect.position, digest=expect.digest).exists()
    if not kept:
        _note(findings, Fault("cut-off", expect.position))


def _note(findings: Findings, fault: Fault) -> None:
    if len(findings.faults) < MOST_FAULTS:
        findings.faults.append(fault)


def _batches() -> Iterator[list[AuditSeal]]:
    after = 0
    while seals := list(AuditSeal.objects.filter(position__gt=after).order_by("position")[:BATCH]):
        yield seals
        after = seals[-1].position


def sealed_rows(events: QuerySet[AuditEvent]) -> Iterator[tuple[AuditEvent, AuditSeal | None]]:
    """The rows, oldest first, each with its seal where it has one; in batches, for exports."""
    after = 0
    while batch := list(events.filter(pk__gt=after).order_by("pk")[:BATCH]):
        seals = {seal.event_id: seal for seal in AuditSeal.objects.filter(event_id__in=[e.pk for e in batch])}
        for event in batch:
            yield event, seals.get(event.pk)
        after = batch[-1].pk


def as_record(event: AuditEvent, seal: AuditSeal | None) -> dict[str, Any]:
    """One row of an export, by stable English names; `seal` is empty while it is not sealed yet."""
    return {**json.loads(canonical(event)), "seal": str(seal) if seal else ""}


def export_lines(events: QuerySet[AuditEvent], form: str) -> Iterator[str]:
    """The rows with their seals as the lines of a file, oldest first; `form` is csv or jsonl."""
    rows = (as_record(event, seal) for event, seal in sealed_rows(events))
    if form == "jsonl":
        yield from (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    writer = csv.writer(_Line())
    for number, row in enumerate(rows):
        if number == 0:
            yield writer.writerow(row)
        cells = (
            json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict) else cell for cell in row.values()
        )
        yield writer.writerow([neutral(cell) for cell in cells])


class _Line:
    """What the CSV writer takes for a file: hands each line back."""

    def write(self, line: str) -> str:
        return line
