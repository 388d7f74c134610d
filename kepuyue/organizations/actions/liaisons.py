"""Who answers for a member unit: named by the unit itself, asked for by those above it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.time import now, today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Liaison, Organization, Role
from kepuyue.organizations.permissions import check
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FIELDS = ("leader_name", "leader_post", "lead_office", "name", "post", "phone", "email")


@transaction.atomic
def name(organization: Organization, facts: dict[str, str], *, by: "User", version: int) -> Liaison:
    """Write who liaises for the unit. `version` is the entry's that the person looked at, 0 where there was none.

    Raises `versions.Conflict`.
    """
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    check(by, "liaison.edit", organization)
    if organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("上级单位确认以后，才能登记联络员。"))
    present = Liaison.objects.filter(organization=organization).first()
    if (present.version if present else 0) != version:
        assert present is not None  # entries are never taken away
        raise Conflict(
            present, _("联络员信息刚刚被别人修改过。您填写的内容没有丢，请与现在的内容核对后再保存。")
        )
    liaison = present or Liaison(organization=organization, version=0)
    # The trail says which facts changed, not what they were: it is kept longer than the person's number
    changed = [field for field in FIELDS if field in facts and getattr(liaison, field) != facts[field]]
    if not changed and present:
        return present
    for field in changed:
        setattr(liaison, field, facts[field].strip())
    liaison.version += 1
    liaison.updated_at, liaison.updated_by = now(), by
    liaison.full_clean()
    liaison.save()
    audit.record(
        "unit.liaison", organization, by=by, changes={"liaison": [None, "、".join(changed)]},
        organization_path=organization.path, version=liaison.version,
    )  # fmt: skip
    return liaison


@transaction.atomic
def remind(organizations: Iterable[Organization], *, by: "User") -> tuple[int, list[Organization]]:
    """Ask the units that have named nobody; returns how many people were written to and which units have nobody
    to write to. Pressed twice on one day, nobody gets a second mail."""
    told, unreachable = 0, []
    for organization in organizations:
        check(by, "liaison.see", organization)
        if Liaison.objects.filter(organization=organization).exists():
            continue
        people = people_of(organization, (Role.OWNER, Role.REVIEWER, Role.OFFICE))
        if not people:
            unreachable.append(organization)
            continue
        told += tell(
            "unit.liaison",
            people,
            subject=gettext_lazy("请登记联络员：%(unit)s"),
            body=gettext_lazy("请为“%(unit)s”登记分管领导、牵头处室和联络员，三分钟就好。"),
            values={"unit": organization},
            link=reverse("organizations:liaison", args=[organization.code]),
            key=f"unit.liaison:{organization.pk}:{today():%Y-%m-%d}",
        )
    return told, unreachable
