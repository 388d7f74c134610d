"""Setting up the organs in whose name a unit issues."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit, versions
from kepuyue.documents import queries
from kepuyue.documents.models import IssuingOrgan
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FIELDS = ("code", "name", "mark", "on_behalf", "printed_by", "first_number", "first_year")


@transaction.atomic
def add(organization: Organization, *, by: "User | None", facts: dict[str, Any]) -> IssuingOrgan:
    """A further organ of a unit. `by` None: an operator's folder brings it."""
    if by is not None:
        check(by, "document.issue", organization)
    organ = IssuingOrgan(organization=organization, **facts)
    organ.full_clean()
    organ.save()
    _keep("document.organ.add", organ, by, {"code": [None, organ.code], "name": [None, organ.name]})
    return organ


@transaction.atomic
def change(organ: IssuingOrgan, *, by: "User", facts: dict[str, Any]) -> IssuingOrgan:
    """Change what it is called. What begins and continues its numbers stays once it has given one."""
    organ = IssuingOrgan.objects.select_for_update().select_related("organization").get(pk=organ.pk)
    check(by, "document.issue", organ.organization)
    fixed = {name: facts.get(name, getattr(organ, name)) for name in ("code", "first_number", "first_year")}
    moved = [name for name, value in fixed.items() if value != getattr(organ, name)]
    if moved and queries.years(organ):
        raise ValidationError(
            dict.fromkeys(moved, _("已经用它编过号，不能再改；需要别的代字，请另设一个发文机关。"))
        )
    for name, value in facts.items():
        setattr(organ, name, value)
    organ.full_clean()
    organ = IssuingOrgan.objects.select_related("organization").get(pk=organ.pk)
    if changes := versions.write(organ, facts):
        _keep("document.organ.change", organ, by, changes)
    return organ


def _keep(action: str, organ: IssuingOrgan, by: "User | None", changes: dict[str, list[Any]]) -> None:
    audit.record(
        action, organ, by=by, changes=changes, organization_path=organ.organization.path, is_quiet=True
    )
