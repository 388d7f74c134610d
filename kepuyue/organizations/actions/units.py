"""Units coming in, being confirmed by their superior, and changing their facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions import letters, people
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.organizations import queries, signals
from kepuyue.organizations.actions import facts, tree
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import check
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

EDITABLE_FIELDS = (
    "name", "name_en", "type", "district", "credit_code", "no_code_reason", "no_code_note", "address",
)  # fmt: skip


@transaction.atomic
def register(*, unit: dict[str, Any], person_name: str, email: str) -> "tuple[Organization, User]":
    """A unit registers itself with its first person, its owner; its superior is asked to confirm.

    `unit` holds the model's fields, `parent` among them, and either a credit code or the reason why there is none.
    Until it is confirmed it can write drafts only.
    """
    users = get_user_model()
    organization = _made(unit, Organization.State.PENDING)
    # Whether the address has an account is not told: in both cases the mail goes on from here
    known = users.objects.filter(email__iexact=email).first()
    owner = known or users.objects.create_user(email, None, name=person_name)
    Membership.objects.create(user=owner, organization=organization, role=Role.OWNER)
    audit.record(
        "unit.register",
        organization,
        by=owner,
        changes=_facts_of(organization),
        reason=_("邮箱由登记的人填写，当时还没有核实。"),
        organization_path=organization.path,
    )
    _ask_the_superior(organization)
    # Typing an address proves nothing about it: the password is set by the link that goes there
    may_set = known is None or not (known.has_usable_password() or known.email_proven_at)
    letters.unit_registered(owner, organization, people.password_link(owner) if may_set else "")
    return organization, owner


@transaction.atomic
def create(*, unit: dict[str, Any], by: "User") -> Organization:
    """A superior makes a unit below itself or below one of its branch; it needs no confirmation."""
    check(by, "unit.create", unit["parent"])
    organization = _made(unit, Organization.State.ACTIVE)
    audit.record(
        "unit.create",
        organization,
        by=by,
        changes=_facts_of(organization),
        organization_path=organization.path,
    )
    return organization


def _facts_of(organization: Organization) -> dict[str, list[Any]]:
    """What is known of a new unit, as the trail keeps it."""
    values = {field: str(getattr(organization, field) or "") for field in EDITABLE_FIELDS}
    return {field: ["", value] for field, value in values.items() if value}


def _made(unit: dict[str, Any], state: str) -> Organization:
    tree.hold()
    # Read again: it may have been moved or closed since the form was opened
    parent = Organization.objects.get(pk=unit["parent"].pk)
    if parent.state != Organization.State.ACTIVE or parent.level == Organization.Level.UNIT:
        raise ValidationError({"parent": _("上级单位要选市科协、区科协或主管部门。")})
    organization = Organization(level=Organization.Level.UNIT, state=state, **unit | {"parent": parent})
    check_code_or_reason(organization)
    organization.full_clean(exclude=["path"])
    if known := queries.units_named([organization.name]).get(organization.name):
        raise ValidationError({"name": _("“%(name)s”是“%(unit)s”的曾用名或别名。") % {
            "name": organization.name, "unit": known}})  # fmt: skip
    organization.save()
    return organization


def check_code_or_reason(organization: Organization) -> None:
    """A unit gives its credit code or says why it has none; 其他 needs words."""
    if organization.credit_code:
        organization.no_code_reason = organization.no_code_note = ""
    elif not organization.no_code_reason:
        raise ValidationError({"credit_code": _("请填写统一社会信用代码；没有的，请在下一栏选择原因。")})
    elif organization.no_code_reason == Organization.NoCode.OTHER and not organization.no_code_note.strip():
        raise ValidationError({"no_code_note": _("请写明为什么没有信用代码。")})


def _ask_the_superior(organization: Organization) -> None:
    assert organization.parent is not None
    tell(
        "unit.registered",
        people_of(organization.parent, (Role.REVIEWER, Role.OFFICE)),
        subject=gettext_lazy("新单位待确认：%(unit)s"),
        body=gettext_lazy("“%(unit)s”登记为您的下级单位，请核对后确认。"),
        values={"unit": organization},
        link=reverse("organizations:unit", args=[organization.code]),
    )


@transaction.atomic
def confirm(organization: Organization, *, by: "User") -> Organization:
    """The superior confirms that the unit is what it says; it may hand in activities from now on."""
    return _decide(organization, Organization.State.ACTIVE, "unit.confirm", by=by, reason="")


@transaction.atomic
def refuse(organization: Organization, *, by: "User", reason: str) -> Organization:
    """The superior refuses the registration and says why; the unit's people are told."""
    if not reason.strip():
        raise ValidationError(_("请写明不能确认的原因，单位会看到。"), code="reason-missing")
    return _decide(organization, Organization.State.REFUSED, "unit.refuse", by=by, reason=reason.strip())


def _decide(organization: Organization, state: str, action: str, *, by: "User", reason: str) -> Organization:
    organization = (
        Organization.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organization.pk)
    )
    check(by, "unit.confirm", organization.parent or organization)
    if organization.state != Organization.State.PENDING:
        raise NotPossibleNow(_("这个单位已经处理过了。"))
    organization.state = state
    if reason:
        organization.note = reason[:300]
    organization.save(update_fields=["state", "note"])
    audit.record(action, organization, by=by, reason=reason, organization_path=organization.path)
    confirmed = state == Organization.State.ACTIVE
    tell(
        "unit.decided",
        people_of(organization, (Role.OWNER,)),
        subject=gettext_lazy("单位已确认：%(unit)s")
        if confirmed
        else gettext_lazy("单位未通过确认：%(unit)s"),
        body=gettext_lazy("现在可以提交活动了。")
        if confirmed
        else gettext_lazy("%(reason)s\n\n请登录工作台，在“单位”里改好资料并保存，就会再次请上级确认。"),
        values={"unit": organization, "reason": reason},
        link=reverse("organizations:desk"),
    )
    return organization


@dataclass(frozen=True)
class Outcome:
    """What became of one unit of several decided at once; `fault` is empty where it went well."""

    organization: Organization
    fault: str = ""


def decide_each(
    organizations: "Iterable[Organization]", *, by: "User", reason: str | None = None
) -> list[Outcome]:
    """Confirm several units, or with a `reason` refuse them; each in a transaction of its own, so that one that
    somebody else has just decided does not hold up the others."""
    outcomes = []
    for organization in organizations:
        try:
            done = (
                confirm(organization, by=by) if reason is None else refuse(organization, by=by, reason=reason)
            )
            outcomes.append(Outcome(done))
        except ValidationError as error:
            outcomes.append(Outcome(organization, wording.clauses(error.messages)))
        except PermissionDenied as error:
            outcomes.append(Outcome(organization, str(error)))
    return outcomes


@transaction.atomic
def edit(organization: Organization, changes: dict[str, Any], *, by: "User", version: int) -> Organization:
    """Change a unit's own facts (`EDITABLE_FIELDS`). A refused unit asks its superior again by that.

    `version` is the one the person looked at; raises `Conflict` where it is not the present one. A former name
    stays known as another name of the unit. In a confirmed unit name, credit code and type wait for the superior
    (see `facts`).
    """
    organization = (
        Organization.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organization.pk)
    )
    check(by, "unit.edit", organization)
    if organization.version != version:
        raise Conflict(
            organization,
            _("这个单位的资料刚刚被别人修改过。您填写的内容没有丢，请与现在的内容核对后再保存。"),
        )
    differences = {
        field: [str(getattr(organization, field) or ""), str(value or "")]
        for field, value in changes.items()
        if field in EDITABLE_FIELDS and getattr(organization, field) != value
    }
    held = (
        {field: changes[field] for field in facts.CONFIRMED_FIELDS if field in differences}
        if facts.needs_confirmation(organization, by)
        else {}
    )
    present = {field: getattr(organization, field) for field in held}
    for field in differences:
        setattr(organization, field, changes[field])
    asks_again = organization.state == Organization.State.REFUSED
    if asks_again:
        organization.state, organization.note, organization.asked_at = Organization.State.PENDING, "", now()
    if {"credit_code", "no_code_reason", "no_code_note"} & differences.keys():
        check_code_or_reason(organization)
    organization.full_clean(exclude=["path"])
    if "name" in differences:
        facts.check_name_is_free(organization)
    for field, value in present.items():
        # It is possible, and waits for the superior
        setattr(organization, field, value)
        del differences[field]
    if differences or asks_again:
        organization.version += 1
    organization.save()
    if "name" in differences:
        facts.keep_former_name(organization, differences["name"][0])
    if {"name", "name_en"} & differences.keys():
        signals.unit_renamed.send(sender=Organization, organization=organization)
    if held:
        facts.ask(organization, held, by=by)
    if asks_again:
        audit.record("unit.register", organization, by=by, organization_path=organization.path)
        _ask_the_superior(organization)
    if differences:
        audit.record(
            "unit.edit",
            organization,
            by=by,
            changes=differences,
            organization_path=organization.path,
            version=organization.version,
        )
    return organization
