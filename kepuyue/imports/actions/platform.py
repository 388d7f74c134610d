"""Addresses on the national platform, noted from the table in which people filled them in.

One small transaction per row, so that one bad address keeps no other from being noted; the same file sent again
notes nothing twice.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.imports import platform_rows, reader
from kepuyue.imports.platform_rows import PlatformRow
from kepuyue.publicity import key_activities
from kepuyue.publicity.actions import posting

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Outcome:
    """What came of one row: noted, known (it stood there already) or refused, and why."""

    row: PlatformRow
    state: str
    title: str = ""
    why: str = ""


def note_all(data: bytes, *, edition: Edition, by: "User") -> list[Outcome]:
    """Note every address of the table. Raises `reader.Unreadable` where there is none to read."""
    return [_noted(row, edition, by) for row in platform_rows.find(reader.read(data))]


def _noted(row: PlatformRow, edition: Edition, by: "User") -> Outcome:
    found = key_activities.seen_by(by).filter(edition=edition, code=row.code).distinct().first()
    if found is None:
        return Outcome(row, "refused", why=row.fault or _("没有这个编号的活动，或者不归您管。"))
    if row.fault:
        return Outcome(row, "refused", found.title, row.fault)
    before = getattr(found, "platform_entry", None)
    if before and row.address == before.address and row.posted_on in (None, before.posted_on):
        # As it was exported: nobody says with it that the platform was brought up to date after a change
        return Outcome(row, "known", found.title)
    try:
        with transaction.atomic():
            entry = posting.note(found, by=by, address=row.address, posted_on=row.posted_on)
    except (ValidationError, PermissionDenied) as error:
        why = wording.clauses(error.messages) if isinstance(error, ValidationError) else str(error)
        return Outcome(row, "refused", found.title, why)
    is_known = before is not None and before.noted_at == entry.noted_at
    return Outcome(row, "known" if is_known else "done", found.title)
