"""Handing the trail out: that somebody took it away is in the trail itself."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent
from kepuyue.organizations import queries
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def export(wanted: dict[str, str], *, by: "User") -> QuerySet[AuditEvent]:
    """The rows of the person's branch narrowed as on the page; the office only. What was asked for is recorded."""
    office = queries.office()
    if office is None:
        raise PermissionDenied(_("还没有市级统筹单位。"))
    check(by, "audit.export", office)
    rows = queries.narrowed(queries.audit_rows(by), wanted)
    audit.record(
        "audit.export",
        office,
        by=by,
        changes={name: [None, value] for name, value in wanted.items()},
        reason=_("链头 %(head)s") % {"head": seals.head()},
    )
    return rows
