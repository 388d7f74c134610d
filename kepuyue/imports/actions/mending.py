"""What a person does to a file that waits: mends a cell, says what a column means. The file is then read again, by the
same reader; what was sent stays as it was."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.imports import headers, sent
from kepuyue.imports.actions import staging
from kepuyue.imports.cells import Book
from kepuyue.imports.models import ImportBatch, KnownHeading, Mend
from kepuyue.imports.reader import Unreadable
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

LONGEST = 2_000  # characters of a mended cell
CELL = re.compile(r"[A-Z]{1,2}[1-9][0-9]{0,5}")  # spreadsheets are read so far to the right and no further
UNUSED = "-"  # what is chosen for a column that is not to be used


def mend(batch: ImportBatch, *, sheet: str, cell: str, value: str, by: "User") -> ImportBatch:
    """Read the file with this text in this cell ("C12"). The same cell mended again is mended anew."""
    with transaction.atomic():
        batch = _waiting(batch, by)
        if len(value) > LONGEST:
            raise ValidationError(_("太长了，最多%(most)s个字。") % {"most": LONGEST})
        if not CELL.fullmatch(cell) or not batch.sheets.filter(name=sheet).exists():
            raise ValidationError(_("表格里没有这一格。"))
        Mend.objects.update_or_create(
            batch=batch, sheet=sheet, cell=cell, defaults={"value": value.strip(), "by": by, "at": now()}
        )
        _read_again(batch)
        _record("import.mend", batch, sheet, cell, by)
    return batch


def unmend(batch: ImportBatch, *, pk: int, by: "User") -> ImportBatch:
    """Let the cell say again what was sent."""
    with transaction.atomic():
        batch = _waiting(batch, by)
        known = batch.mends.filter(pk=pk).first()
        if known is None:
            return batch
        known.delete()
        _read_again(batch)
        _record("import.unmend", batch, known.sheet, known.cell, by)
    return batch


def _record(action: str, batch: ImportBatch, sheet: str, cell: str, by: "User") -> None:
    # Where and not what: the cell may hold somebody's telephone number
    where = f"{sheet}!{cell}".lstrip("!")
    audit.record(action, batch, by=by, reason=where, organization_path=batch.organization.path)


def choose(batch: ImportBatch, meanings: Mapping[str, str], *, by: "User") -> ImportBatch:
    """Read the file by these meanings of its headings, {heading: meaning, UNUSED, or "" for as it is read by itself}.

    What is chosen holds for the unit's later files as well. Only what differs from what the reader finds is kept.
    """
    with transaction.atomic():
        batch = _waiting(batch, by)
        before = _known(batch)
        for heading, meaning in meanings.items():
            name = headers.plain(heading)[:120]
            if not name or meaning not in ("", UNUSED, *headers.HEADINGS):
                continue
            known = KnownHeading.objects.filter(organization=batch.organization, heading=name)
            by_itself = headers.meaning(heading) or UNUSED
            if meaning in ("", by_itself):
                known.delete()
            else:
                KnownHeading.objects.update_or_create(
                    organization=batch.organization,
                    heading=name,
                    defaults={"meaning": "" if meaning == UNUSED else meaning},
                )
        _read_again(batch)
        after = _known(batch)
        changes = {
            heading: [before.get(heading), after.get(heading)]
            for heading in sorted(before.keys() | after.keys())
            if before.get(heading) != after.get(heading)
        }
        audit.record(
            "import.choose", batch, by=by, changes=changes, organization_path=batch.organization.path
        )
    return batch


def _known(batch: ImportBatch) -> dict[str, str]:
    """What the unit's people have said of its headings."""
    known = KnownHeading.objects.filter(organization=batch.organization)
    return dict(known.values_list("heading", "meaning"))


def _waiting(batch: ImportBatch, by: "User") -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("organization", "edition").get(
        pk=batch.pk
    )  # fmt: skip
    check(by, "import.run", batch.organization)
    if batch.state != ImportBatch.State.STAGED:
        raise NotPossibleNow(_("这份表格已经导入，不能再改。请在活动里修改，或者撤销导入后重新上传。"))
    return batch


def book_of(batch: ImportBatch) -> Book:
    """The file's sheets with what was mended in them."""
    mends: dict[str, dict[str, str]] = {}
    for one in batch.mends.all():
        mends.setdefault(one.sheet, {})[one.cell] = one.value
    sheets = [
        sent.mended(sent.unpacked(sheet.name, bytes(sheet.cells)), mends.get(sheet.name, {}))
        for sheet in batch.sheets.order_by("position")
    ]
    return Book(sheets, encoding=batch.encoding)


def _read_again(batch: ImportBatch) -> None:
    ignored = batch.ignored_sheets
    book = book_of(batch)
    here = {sheet.name for sheet in book.sheets}
    # Hidden sheets were told of and not kept
    book.ignored.extend((name, why) for name, why in ignored if name not in here)
    try:
        staging.read_into(batch, book)
    except Unreadable as reason:  # by these mends or columns nothing is left to read; all stays as it was
        raise ValidationError(str(reason)) from None
