"""From a file to a batch that a person can look at. Nothing but the batch is written."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kepuyue.activities.forms import Known, clean_content
from kepuyue.core import audit
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.imports import calendar_content, calendar_entries, conversion, entries, reader, sent, sheet_view
from kepuyue.imports.calendar_entries import CalendarEntry
from kepuyue.imports.calendars import formats
from kepuyue.imports.cells import Book
from kepuyue.imports.dates import ERROR, WARNING, Frame
from kepuyue.imports.entries import Entry, Findings
from kepuyue.imports.models import ImportBatch, ImportRow, KnownHeading, SentSheet
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


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
    edition, home = batch.edition, batch.edition or current_edition()
    batch.encoding = findings.encoding
    batch.ignored_sheets, batch.unused_columns = findings.ignored_sheets, findings.unused_columns
    batch.found_tables = [asdict(table) for table in findings.tables]
    batch.save()
    vocabulary = conversion.Vocabulary.of(home)
    # Archives are made when they are needed; they have the zone and the classifications of the current edition
    like = home or Edition(time_zone=settings.TIME_ZONE)
    known = Known.of(like)
    rows = [_row(entry, edition, like, vocabulary, known) for entry in findings.entries]
    faults: dict[tuple[str, int], list[dict[str, str]]] = {}
    for problem in findings.problems:
        faults.setdefault((problem.sheet, problem.row), []).append(asdict(problem))
    rows += [
        ImportRow(sheet=sheet, number=number, state=ImportRow.State.SKIPPED, why=why[:300])
        for sheet, number, why in findings.skipped
    ]
    for row in rows:
        row.batch = batch
        row.problems = faults.get((row.sheet, row.number), [])
        row.severity = _gravest(row)
    batch.rows.all().delete()
    ImportRow.objects.bulk_create(rows, batch_size=500)


def _row(
    entry: Entry, edition: Edition | None, like: Edition, vocabulary: conversion.Vocabulary, known: Known
) -> ImportRow:
    if isinstance(entry, CalendarEntry):
        raw = calendar_content.raw_content(entry.event, vocabulary)
    else:
        raw = conversion.raw_content(entry, vocabulary)
    content, refused = clean_content(raw, like, known)
    return ImportRow(
        sheet=entry.sheet,
        number=entry.row,
        cells=entry.cells,
        raw=entry.raw,
        content=content,
        refused=refused,
        outside_key=entry.key,
        archive_year=None if edition else entry.year,
    )


def _gravest(row: ImportRow) -> str:
    severities = {problem["severity"] for problem in row.problems} | ({ERROR} if row.refused else set())
    return next((severity for severity in (ERROR, WARNING) if severity in severities), "")
