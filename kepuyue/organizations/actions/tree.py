"""Changes of the tree itself, one at a time: where a unit stands, and with it all below it."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations import signals
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import check, check_from_above
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def hold() -> None:
    """Until the end of the transaction nobody else changes the tree: a unit made below a branch that is just
    being moved would keep the old path. Readers and rows that point to units do not wait."""
    top = Organization.objects.filter(level=Organization.Level.OFFICE).order_by("pk")
    list(top.select_for_update(no_key=True).values_list("pk", flat=True))


def held(organization: Organization) -> Organization:
    """The unit as it stands now, held until the end of the transaction: what is made for it meanwhile cannot be
    left behind by a merger. Raises `NotPossibleNow` where it is part of another unit by now."""
    # First held, then read: PostgreSQL joins what a row pointed to before it had waited for it
    Organization.objects.select_for_update().get(pk=organization.pk)
    found = Organization.objects.select_related("parent", "merged_into").get(pk=organization.pk)
    if found.merged_into is not None:
        raise NotPossibleNow(
            _("“%(unit)s”刚刚并入“%(survivor)s”，请刷新页面，在那里继续。")
            % {"unit": found, "survivor": found.merged_into}
        )
    return found


def replant(organization: Organization, parent: Organization) -> list[int]:
    """Put the unit and its branch below `parent`; returns the ids whose paths were rewritten. Within `hold`."""
    old, new = organization.path, f"{parent.path}{organization.pk}/"
    branch = Organization.objects.filter(path__startswith=old)
    ids = list(branch.values_list("pk", flat=True))
    Organization.objects.filter(pk=organization.pk).update(parent=parent)
    branch.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    organization.parent, organization.path = parent, new
    return ids


def check_place(organization: Organization, parent: Organization) -> None:
    """Raise ValidationError where the unit cannot stand below `parent`."""
    if parent.is_within(organization):
        raise ValidationError(_("不能把单位移到它自己或它的下级单位下面。"), code="circle")
    if parent.state != Organization.State.ACTIVE or parent.level == Organization.Level.UNIT:
        raise ValidationError(_("上级单位要选市科协、区科协或主管部门。"), code="no-superior")


@transaction.atomic
def move(organization: Organization, *, to: Organization, by: "User", reason: str = "") -> Organization:
    """Give the unit another superior, with all below it. Only somebody who oversees both superiors may.

    Activities stay the unit's. What waits for review goes on with those who have it; what is handed in from now
    on goes to the new superior.
    """
    hold()
    organization = Organization.objects.select_related("parent").get(pk=organization.pk)
    to = Organization.objects.get(pk=to.pk)
    check_from_above(by, "unit.move", organization)
    check(by, "unit.move", to)
    if organization.level != Organization.Level.UNIT:
        raise NotPossibleNow(_("市科协、区科协和成员单位的位置由届次资料决定，不能移动。"))
    former = organization.parent
    assert former is not None
    if former.pk == to.pk:
        raise NotPossibleNow(_("它已经在这个上级单位下面了。"))
    check_place(organization, to)
    old_path = organization.path
    ids = replant(organization, to)
    Organization.objects.filter(pk=organization.pk).update(version=organization.version + 1)
    audit.record(
        "unit.move",
        organization,
        by=by,
        changes={
            "parent": [former.name, to.name],
            "path": [old_path, organization.path],
            "branch": [None, len(ids)],
        },
        reason=reason.strip(),
        organization_path=organization.path,
    )
    signals.unit_moved.send(sender=Organization, organization=organization, former=former)
    tell(
        "unit.standing",
        people_of(organization, (Role.OWNER,)),
        subject=gettext_lazy("上级单位已调整：%(unit)s"),
        body=gettext_lazy("“%(unit)s”的上级单位由“%(former)s”调整为“%(parent)s”。已填的活动不受影响。"),
        values={"unit": organization, "former": former, "parent": to},
        link=reverse("organizations:unit", args=[organization.code]),
    )
    return Organization.objects.get(pk=organization.pk)
