"""Closing a unit that has ceased its work, and opening it again."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import check_from_above
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = Organization.State


@transaction.atomic
def close(organization: Organization, *, by: "User", reason: str) -> Organization:
    """Its superior closes it and says why. Its people can look but change nothing any more.

    Drafts stay and cannot be handed in; what waits for review is decided by the reviewers; what is published
    stays public until it is cancelled. Invitations that are still open end.
    """
    if not reason.strip():
        raise ValidationError(_("请写明停用的原因，单位会看到。"), code="reason-missing")
    organization = _locked(organization)
    check_from_above(by, "unit.close", organization)
    if organization.state != State.ACTIVE:
        raise NotPossibleNow(_("只有正常的单位可以停用。"))
    below = organization.children.filter(state__in=(State.ACTIVE, State.PENDING)).count()
    if below:
        raise NotPossibleNow(
            _("它还有%(count)s个下级单位。请先把它们移到别的上级单位，或先停用它们。") % {"count": below}
        )
    people = people_of(organization, (Role.OWNER, Role.EDITOR))
    _set(organization, State.CLOSED, reason.strip())
    audit.record(
        "unit.close", organization, by=by, reason=reason.strip(), organization_path=organization.path
    )
    tell(
        "unit.standing",
        people,
        subject=gettext_lazy("单位已停用：%(unit)s"),
        body=gettext_lazy(
            "上级单位停用了“%(unit)s”，原因：%(reason)s。草稿还在，已发布的活动照常显示；如有疑问请联系上级单位。"
        ),
        values={"unit": organization, "reason": reason.strip()},
        link=reverse("organizations:unit", args=[organization.code]),
    )
    return organization


@transaction.atomic
def reopen(organization: Organization, *, by: "User") -> Organization:
    """Its superior opens a closed unit again; its people have their roles back."""
    organization = _locked(organization)
    check_from_above(by, "unit.close", organization)
    if organization.state != State.CLOSED:
        raise NotPossibleNow(_("这个单位没有停用。"))
    _set(organization, State.ACTIVE, "")
    audit.record("unit.reopen", organization, by=by, organization_path=organization.path)
    tell(
        "unit.standing",
        people_of(organization, (Role.OWNER, Role.EDITOR)),
        subject=gettext_lazy("单位已恢复：%(unit)s"),
        body=gettext_lazy("“%(unit)s”可以照常填报活动了。"),
        values={"unit": organization},
        link=reverse("organizations:unit", args=[organization.code]),
    )
    return organization


def _locked(organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=("self",)).select_related("parent")
    return rows.get(pk=organization.pk)


def _set(organization: Organization, state: str, note: str) -> None:
    organization.state, organization.note = state, note[:300]
    organization.version += 1
    organization.save(update_fields=["state", "note", "version"])
