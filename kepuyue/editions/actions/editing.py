"""Changing an edition's facts on screen: theme, contact, key dates. One edit changes every place."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.editions.models import Edition, KeyDate
from kepuyue.editions.permissions import check_can_manage

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FACTS = ("theme", "theme_en", "contact_email", "contact_phone")


class Conflict(ValidationError):
    """Somebody else changed the edition since the person opened it. Nothing was written."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        super().__init__(
            _("这一届刚刚被别人修改过。您填写的内容没有丢，请与现在的内容核对后再保存。"), code="conflict"
        )


@transaction.atomic
def change(
    edition: Edition, *, facts: dict[str, str], key_dates: dict[str, date | None], by: "User", version: int
) -> Edition:
    """Write facts and key dates; a date of None removes it. `version` is the one the person looked at.

    Raises `Conflict` where it is not the present one, and PermissionDenied.
    """
    edition = Edition.objects.select_for_update(of=("self",)).select_related("office").get(pk=edition.pk)
    check_can_manage(by, edition)
    if version != edition.version:
        raise Conflict(edition)
    changes: dict[str, list[Any]] = {}
    for name in FACTS:
        if name in facts and facts[name] != getattr(edition, name):
            changes[name] = [getattr(edition, name), facts[name]]
            setattr(edition, name, facts[name])
    present = {entry.kind: entry for entry in edition.key_dates.all()}
    for kind, day in key_dates.items():
        entry = present.get(kind)
        if day == (entry.day if entry else None):
            continue
        changes[kind] = [entry.day if entry else None, day]
        _set_key_date(edition, entry, kind, day)
    if changes:
        edition.version += 1
        edition.save(update_fields=[*FACTS, "version"])
        audit.record("edition.change", edition, by=by, changes=changes, version=edition.version)
    return edition


def _set_key_date(edition: Edition, entry: KeyDate | None, kind: str, day: date | None) -> None:
    if entry and day is None:
        entry.delete()
    elif day is not None:
        entry = entry or KeyDate(edition=edition, kind=kind)
        # The clause belonged to the old day
        entry.day, entry.source = day, ""
        entry.save()
