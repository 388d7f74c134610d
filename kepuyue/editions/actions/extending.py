"""Exceptions from deadlines: for a branch or a tier, until a day, for a reason that stays on record."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.editions.actions.editing import locked, touch
from kepuyue.editions.models import Edition, Extension
from kepuyue.editions.queries import key_day
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def extend(
    edition: Edition, kind: str, *, until: date, reason: str, by: "User",
    organization: Organization | None = None, tier: str = "",
) -> Extension:  # fmt: skip
    """Put a deadline off for one branch or tier; a second time moves the day. Raises ValidationError."""
    edition = locked(edition, by)
    due = key_day(edition, kind)
    if due is None:
        raise ValidationError(_("这一届没有规定这项截止日期，无需延期。"), code="no-deadline")
    if until <= due:
        raise ValidationError(
            {"until": _("延期要晚于原定的截止日期（%(day)s）。") % {"day": due}}, code="not-later"
        )
    if not reason.strip():
        raise ValidationError({"reason": _("请写明理由，延期会记录在案。")}, code="no-reason")
    found = edition.extensions.filter(kind=kind, organization=organization, tier=tier).first()
    old = found.until if found else None
    found = found or Extension(edition=edition, kind=kind, organization=organization, tier=tier)
    found.until, found.reason, found.by = until, reason.strip(), by
    found.full_clean()
    found.save()
    touch(edition)
    audit.record(
        "extension.grant", found, by=by, changes={"until": [old, until]}, reason=found.reason,
        organization_path=organization.path if organization else "",
    )  # fmt: skip
    return found


@transaction.atomic
def end(extension: Extension, *, by: "User") -> None:
    """Take an exception back; the common deadline holds again."""
    edition = locked(extension.edition, by)
    audit.record(
        "extension.end", extension, by=by,
        organization_path=extension.organization.path if extension.organization else "",
    )  # fmt: skip
    extension.delete()
    touch(edition)
