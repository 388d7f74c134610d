"""A confirmed unit wants another name, credit code or type: its superior confirms that, as it confirmed the unit."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations import signals
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import FactsChange, Organization, Role, UnitName
from kepuyue.organizations.permissions import OVERSEERS, check, check_from_above, may_from_above
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = FactsChange.State
# By these a unit is known: whoever could change them alone could become, in public, a unit that nobody confirmed
CONFIRMED_FIELDS = ("name", "type", "credit_code", "no_code_reason", "no_code_note")


def needs_confirmation(organization: Organization, by: "User") -> bool:
    """Whether what this person changes in `CONFIRMED_FIELDS` waits for the superior. Before a unit is confirmed it
    is looked at anyway; and whoever confirms it need not ask themselves."""
    if organization.state != Organization.State.ACTIVE or organization.parent is None:
        return False
    return not may_from_above(by, "unit.confirm", organization)


def ask(organization: Organization, wanted: dict[str, Any], *, by: "User") -> FactsChange:
    """Keep what is wanted until the superior has decided; a former wish of the unit is replaced.

    Called by `units.edit`, within its transaction, which has checked who and that the values are possible.
    """
    organization.facts_changes.filter(state=State.WAITING).update(state=State.WITHDRAWN, decided_at=now())
    change = FactsChange.objects.create(organization=organization, wanted=wanted, by=by)
    _record("unit.facts.ask", change, by=by)
    assert organization.parent is not None
    tell(
        "unit.facts",
        people_of(organization.parent, OVERSEERS),
        subject=gettext_lazy("单位资料变更待确认：%(unit)s"),
        body=gettext_lazy("“%(unit)s”要修改名称、信用代码或类型，请核对后确认。确认以前对外仍显示原来的。"),
        values={"unit": organization},
        link=reverse("organizations:unit", args=[organization.code]),
    )
    return change


@transaction.atomic
def confirm(change: FactsChange, *, by: "User") -> FactsChange:
    """The superior confirms: the new facts are the unit's from now on, its former name stays known."""
    change = _locked(change)
    organization = change.organization
    check_from_above(by, "unit.confirm", organization)
    _check_open(change)
    former, changes = organization.name, _changes(change)
    for name, value in change.wanted.items():
        setattr(organization, name, value)
    # Since it was asked another unit may have taken the name or the code
    organization.full_clean(exclude=["path"])
    organization.version += 1
    organization.save()
    if organization.name != former:
        keep_former_name(organization, former)
        signals.unit_renamed.send(sender=Organization, organization=organization)
    _close(change, State.CONFIRMED)
    _record("unit.facts.confirm", change, by=by, changes=changes)
    _tell_owners(
        change,
        subject=gettext_lazy("资料变更已确认：%(unit)s"),
        body=gettext_lazy("上级单位确认了新的资料，对外已经按新的显示。原来的名称仍能查到本单位。"),
    )
    return change


@transaction.atomic
def refuse(change: FactsChange, *, by: "User", reason: str) -> FactsChange:
    """The superior does not confirm and says why; everything stays as it is."""
    change = _locked(change)
    check_from_above(by, "unit.confirm", change.organization)
    _check_open(change)
    if not reason.strip():
        raise ValidationError(_("请写明不能确认的原因，单位会看到。"), code="reason-missing")
    change.reason = reason.strip()[:300]
    _close(change, State.REFUSED)
    _record("unit.facts.refuse", change, by=by, reason=change.reason)
    _tell_owners(
        change,
        subject=gettext_lazy("资料变更未确认：%(unit)s"),
        body=gettext_lazy("%(reason)s\n\n资料没有变。请改好后再提交一次。"),
    )
    return change


@transaction.atomic
def withdraw(change: FactsChange, *, by: "User") -> FactsChange:
    """The unit takes its wish back."""
    change = _locked(change)
    check(by, "unit.edit", change.organization)
    _check_open(change)
    _close(change, State.WITHDRAWN)
    _record("unit.facts.withdraw", change, by=by)
    return change


def keep_former_name(organization: Organization, former: str) -> None:
    """The former name of a confirmed unit leads to it; one that belongs to another unit cannot become its name."""
    check_name_is_free(organization)
    UnitName.objects.filter(name=organization.name).delete()
    if organization.state == Organization.State.ACTIVE:
        UnitName.objects.get_or_create(name=former, defaults={"organization": organization})


def check_name_is_free(organization: Organization) -> None:
    """Raise where its name is a former or other name of another unit."""
    if known := UnitName.objects.filter(name=organization.name).exclude(organization=organization).first():
        raise ValidationError({"name": _("“%(name)s”是“%(unit)s”的曾用名或别名。") % {
            "name": known.name, "unit": known.organization}})  # fmt: skip


def _locked(change: FactsChange) -> FactsChange:
    # The unit first, as everywhere
    Organization.objects.select_for_update().get(pk=change.organization_id)
    rows = FactsChange.objects.select_for_update(of=("self",)).select_related("organization__parent")
    return rows.get(pk=change.pk)


def _check_open(change: FactsChange) -> None:
    if change.state != State.WAITING:
        raise NotPossibleNow(_("这次变更已经处理过了：%(state)s。") % {"state": change.get_state_display()})
    if change.organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("这个单位现在不是正常状态，不能变更资料。"))


def _close(change: FactsChange, state: str) -> None:
    change.state, change.decided_at = state, now()
    change.save(update_fields=["state", "reason", "decided_at"])


def _changes(change: FactsChange) -> dict[str, list[Any]]:
    unit = change.organization
    return {
        name: [getattr(unit, name), value]
        for name, value in change.wanted.items()
        if getattr(unit, name) != value
    }


def _record(
    action: str,
    change: FactsChange,
    *,
    by: "User",
    reason: str = "",
    changes: dict[str, list[Any]] | None = None,
) -> None:
    audit.record(
        action,
        change.organization,
        by=by,
        reason=reason,
        changes=_changes(change) if changes is None else changes,
        organization_path=change.organization.path,
        version=change.organization.version,
    )


def _tell_owners(change: FactsChange, *, subject: Any, body: Any) -> None:
    tell(
        "unit.decided",
        people_of(change.organization, (Role.OWNER,)),
        subject=subject,
        body=body,
        values={"unit": change.organization, "reason": change.reason},
        link=reverse("organizations:unit", args=[change.organization.code]),
    )
