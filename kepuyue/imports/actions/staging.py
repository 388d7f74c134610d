"""From a file to a batch that a person can look at. Nothing but the batch is written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from kepuyue.activities.content import Content
from kepuyue.activities.forms import Known, clean_content
from kepuyue.core import audit
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.imports import (
    calendar_content,
    calendar_entries,
    conversion,
    entries,
    places,
    reader,
    sent,
    sheet_view,
)
from kepuyue.imports.calendar_entries import CalendarEntry
from kepuyue.imports.calendars import formats
from kepuyue.imports.cells import Book
from kepuyue.imports.dates import ERROR, WARNING, Frame
from kepuyue.imports.entries import Entry, Findings, Problem
from kepuyue.imports.models import ImportBatch, ImportRow, KnownHeading, SentSheet
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


# What a row that takes another's record brings; its number and its batch are the same
WRITTEN_AGAIN = (
    "cells", "raw", "content", "problems", "refused", "severity", "outside_key", "archive_year", "state", "why",
    "digest",
)  # fmt: skip
MOST_IN_PLACE = 300  # rows; where more read otherwise, all are written anew


def look_at(data: bytes, edition: Edition | None) -> Findings:
    """What a file holds, read for an edition (None: for the archives). Raises `reader.Unreadable`."""
    if formats.looks_like_one(data):
        return calendar_entries.find(data, edition)
    return _findings(reader.read(data), edition)


def _findings(book: Book, edition: Edition | None, chosen: Mapping[str, str] | None = None) -> Findings:
    home = edition or current_edition()
    frame = Frame(ZoneInfo(settings.TIME_ZONE))
    if edition:
        calendar = edition.rules.calendar
        frame = Frame(
            edition.zone,
            edition.year,
            edition.starts_on,
            edition.ends_on,
            frozenset(calendar.off),
            frozenset(calendar.work),
        )
    districts = list(District.objects.values_list("name", flat=True))
    return entries.find(book, frame, home.city if home else "", districts, chosen)


@transaction.atomic
def stage(
    data: bytes, *, file_name: str, organization: Organization, edition: Edition | None, by: "User"
) -> ImportBatch:
    """Read the file and keep every row with what is understood of it, and the sheets as they were sent.

    What the unit's people said of its headings before holds again. Where no table is found the batch says so
    (`unsure`) and waits for somebody to choose the columns. Raises `reader.Unreadable`.
    """
    check(by, "import.run", organization)
    batch = ImportBatch(
        organization=organization,
        edition=edition,
        by=by,
        file_name=file_name[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
    )
    if formats.looks_like_one(data):  # a calendar has no sheets to stand beside what becomes of it
        _keep(batch, calendar_entries.find(data, edition))
    else:
        book = reader.read(data)
        read_into(batch, book)
        _keep_sheets(batch, book)
    audit.record("import.stage", batch, by=by, organization_path=organization.path)
    return batch


def _keep_sheets(batch: ImportBatch, book: Book) -> None:
    SentSheet.objects.bulk_create(
        SentSheet(batch=batch, position=place, name=sheet.name, cells=sent.packed(sheet))
        for place, sheet in enumerate(book.sheets)
        if any(sheet.rows)
    )


def read_into(batch: ImportBatch, book: Book) -> None:
    """Let the batch hold what the book says: its rows are written anew. The caller holds the transaction."""
    chosen = dict(
        KnownHeading.objects.filter(organization=batch.organization).values_list("heading", "meaning")
    )
    try:
        findings = _findings(book, batch.edition, chosen)
        batch.unsure = ""
    except reader.NoTable as reason:
        if all(sheet_view.first_headings(sheet) is None for sheet in book.sheets):
            raise
        findings, batch.unsure = Findings(book=book, encoding=book.encoding), str(reason)
    _keep(batch, findings)


def _keep(batch: ImportBatch, findings: Findings) -> None:
    batch.encoding = findings.encoding
    batch.ignored_sheets, batch.unused_columns = findings.ignored_sheets, findings.unused_columns
    batch.found_tables = [asdict(table) for table in findings.tables]
    batch.save()
    # Archives are made when they are needed; they have the zone and the classifications of the current edition
    home = batch.edition or current_edition()
    check = _Check(batch, home or Edition(time_zone=settings.TIME_ZONE), conversion.Vocabulary.of(home))
    faults: dict[tuple[str, int], list[Problem]] = {}
    for problem in findings.problems:
        faults.setdefault((problem.sheet, problem.row), []).append(problem)
    rows = [check.read(entry, faults.get((entry.sheet, entry.row), [])) for entry in findings.entries]
    rows += [
        check.left_out(sheet, number, why, faults.get((sheet, number), []))
        for sheet, number, why in findings.skipped
    ]
    standing = dict(batch.rows.values_list("digest", "pk"))
    new = [row for row in rows if standing.pop(row.digest, None) is None]
    if _take_the_places(new, batch, set(standing.values())):
        check.settle(new)
        ImportRow.objects.bulk_update(new, WRITTEN_AGAIN, batch_size=500)
    else:
        check.settle(rows)
        batch.rows.all().delete()
        ImportRow.objects.bulk_create(rows, batch_size=500)


def _take_the_places(new: list[ImportRow], batch: ImportBatch, gone: set[int]) -> bool:
    """Give the rows that read otherwise now the records of those that stood in their places; False where rows came,
    went or moved. A mend of one cell costs one row then, and not the checking of a whole file."""
    if not gone and not new:
        return True
    if len(new) != len(gone) or len(new) > MOST_IN_PLACE:
        return False
    places = {
        (sheet, number): pk
        for pk, sheet, number in batch.rows.filter(pk__in=gone).values_list("pk", "sheet", "number")
    }
    if len(places) != len(new) or {(row.sheet, row.number) for row in new} != places.keys():
        return False
    for row in new:
        row.pk = places[row.sheet, row.number]
    return True


@dataclass
class _Check:
    """Makes rows of what was read. What is costly, the rules of the forms, is asked for by `settle` alone."""

    batch: ImportBatch
    edition: Edition
    vocabulary: conversion.Vocabulary
    untried: dict[str, Content] = field(default_factory=dict)

    def read(self, entry: Entry, faults: list[Problem]) -> ImportRow:
        """An activity, its content not yet tried."""
        if isinstance(entry, CalendarEntry):
            content = calendar_content.raw_content(entry.event, self.vocabulary)
        else:
            content = conversion.raw_content(entry, self.vocabulary)
            faults = faults + places.remarks(entry, content["district"], self.vocabulary.places)
        row = ImportRow(
            batch=self.batch,
            sheet=entry.sheet,
            number=entry.row,
            cells=entry.cells,
            raw=entry.raw,
            problems=[asdict(problem) for problem in faults],
            outside_key=entry.key,
            archive_year=None if self.batch.edition else entry.year,
        )
        row.digest = _digest(
            row.sheet,
            row.number,
            row.cells,
            row.raw,
            row.problems,
            row.outside_key,
            row.archive_year,
            content,
        )
        self.untried[row.digest] = content
        return row

    def left_out(self, sheet: str, number: int, why: str, faults: list[Problem]) -> ImportRow:
        """A row of the file that is no activity."""
        row = ImportRow(
            batch=self.batch, sheet=sheet, number=number, state=ImportRow.State.SKIPPED, why=why[:300],
            problems=[asdict(problem) for problem in faults],
        )  # fmt: skip
        row.digest = _digest(sheet, number, why, row.problems)
        return row

    def settle(self, rows: list[ImportRow]) -> None:
        """Try the contents by the rules of the forms, and say how grave each row's faults are."""
        known = Known.of(self.edition)
        for row in rows:
            if row.digest in self.untried:
                row.content, row.refused = clean_content(self.untried[row.digest], self.edition, known)
            row.severity = _gravest(row)


def _digest(*facts: object) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _gravest(row: ImportRow) -> str:
    severities = {problem["severity"] for problem in row.problems} | ({ERROR} if row.refused else set())
    return next((severity for severity in (ERROR, WARNING) if severity in severities), "")
