"""The same file comes again: what a person mended in it here is mended again, where the file still says the same.

Otherwise a sender's next file, as wrong in that cell as the last, would put the fault back into the activity.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.imports import sent
from kepuyue.imports.actions import mending
from kepuyue.imports.cells import column_letters
from kepuyue.imports.models import ImportBatch, ImportRow, Mend

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_MENDS = 500  # of the unit's earlier files, the latest first

# Where a mend belongs: the column, and either the whole row as it was sent, or its title and the cell
Place = tuple[int, tuple[str, ...]]


def carry_over(batch: ImportBatch, *, by: "User") -> int:
    """Mend the waiting batch as the unit's people mended its earlier files; returns how many cells that were."""
    earlier = list(
        Mend.objects.filter(batch__organization=batch.organization, batch__edition=batch.edition)
        .exclude(batch=batch)
        .order_by("-batch_id", "pk")[:MOST_MENDS]
    )
    known = _known(earlier)
    if not known:
        return 0
    columns = {column for column, _rest in known}
    found: list[Mend] = []
    for sheet, number, title, texts in _rows(batch):
        for column in columns:
            here = [known[place] for place in _places(column, title, texts) if place in known]
            if here and here[0] != _at(texts, column):
                cell = f"{column_letters(column)}{number}"
                found.append(Mend(batch=batch, sheet=sheet, cell=cell, value=here[0], by=by, at=now()))
    if not found:
        return 0
    try:
        with transaction.atomic():
            Mend.objects.bulk_create(found[:-1])
            last = found[-1]
            mending.mend(batch, sheet=last.sheet, cell=last.cell, value=last.value, by=by)
            audit.record(
                "import.carry",
                batch,
                by=by,
                changes={"mends": [0, len(found)]},
                organization_path=batch.organization.path,
            )
    except ValidationError:  # with them nothing could be read: the file stays as it was sent
        return 0
    return len(found)


def _known(mends: list[Mend]) -> dict[Place, str]:
    """What was typed, by every place that it belongs to; the latest file's word holds."""
    known: dict[Place, str] = {}
    by_batch: dict[int, dict[tuple[str, int], list[Mend]]] = {}
    for mend in mends:
        row, _column = sent.place_of(mend.cell)
        by_batch.setdefault(mend.batch_id, {}).setdefault((mend.sheet, row + 1), []).append(mend)
    batches = ImportBatch.objects.in_bulk(list(by_batch))
    for key, rows in by_batch.items():
        for sheet, number, title, texts in _rows(batches[key]):
            for mend in rows.get((sheet, number), ()):
                column = sent.place_of(mend.cell)[1]
                for place in _places(column, title, texts):
                    known.setdefault(place, mend.value)
    return known


def _places(column: int, title: str, texts: tuple[str, ...]) -> list[Place]:
    """By the whole row, and by its title with what stands in the cell."""
    return [(column, texts), *([(column, (title, _at(texts, column)))] if title else [])]


def _at(texts: tuple[str, ...], column: int) -> str:
    return texts[column] if column < len(texts) else ""


def _rows(batch: ImportBatch) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """(sheet, row's number from 1, title, every cell's text) of each row read, as it was sent."""
    sheets = {one.name: sent.unpacked(one.name, bytes(one.cells)) for one in batch.sheets.all()}
    rows = ImportRow.objects.filter(batch=batch).values_list("sheet", "number", "cells")
    for name, number, cells in rows.iterator():
        sheet = sheets.get(name)
        if sheet is None or number > len(sheet.rows):
            continue
        texts = ["" if cell is None else str(cell).strip() for cell in sheet.rows[number - 1]]
        while texts and not texts[-1]:
            texts.pop()
        row, column = sent.place_of(cells["title"]) if cells.get("title") else (-1, 0)
        title = _at(tuple(texts), column) if row == number - 1 else ""
        yield name, number, title, tuple(texts)
