"""Keeping what is typed into the annual statistics."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.editions.models import Edition
from kepuyue.insight.models import StatisticsReturn
from kepuyue.insight.national import ITEMS
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST = 1_000_000_000


@transaction.atomic
def keep(
    edition: Edition, organization: Organization, typed: dict[str, int | None], *, version: int, by: "User"
) -> StatisticsReturn:
    """Write the numbers (None: no value); `version` is the one that the person looked at, 0 before the first."""
    if not may(by, "insight.see", organization):
        raise PermissionDenied(_("统计年报由统筹这个单位的人员填写。"))
    wrong = {
        code: _("请填0到%(most)s的整数。") % {"most": f"{MOST:,}"}
        for code, value in typed.items()
        if code not in ITEMS or (value is not None and not 0 <= value <= MOST)
    }
    if wrong:
        raise ValidationError(wrong)
    # The unit is held, so that two who write the first one at once write one
    Organization.objects.select_for_update().get(pk=organization.pk)
    found = StatisticsReturn.objects.filter(edition=edition, organization=organization).first()
    known = found.version if found else 0
    if known != version:
        raise Conflict(found)
    kept = {code: value for code, value in typed.items() if value is not None}
    before = found.typed if found else {}
    changes = {
        code: [before.get(code), kept.get(code)] for code in ITEMS if before.get(code) != kept.get(code)
    }
    if found is None:
        found = StatisticsReturn(edition=edition, organization=organization, version=0)
    found.typed, found.version, found.updated_at, found.by = kept, found.version + 1, now(), by
    found.save()
    audit.record(
        "statistics.keep",
        found,
        by=by,
        changes=changes,
        organization_path=organization.path,
        version=found.version,
    )
    return found
