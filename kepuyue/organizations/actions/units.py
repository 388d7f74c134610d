"""Units coming in and being confirmed by their superior."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.actions import outbox
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import check
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

_MEND = gettext_lazy("请登录工作台，在“单位”里改好资料并保存，就会再次请上级确认。")
EDITABLE_FIELDS = ("name", "name_en", "type", "district", "credit_code", "address", "note")


@transaction.atomic
def register(
    *, unit: dict[str, Any], person_name: str, email: str, password: str
) -> "tuple[Organization, User]":
    """A unit registers itself with its first person, its owner; its superior is asked to confirm.

    `unit` holds the model's fields, `parent` among them. Until it is confirmed it can write drafts only.
    """
    organization = Organization(level=Organization.Level.UNIT, state=Organization.State.PENDING, **unit)
    organization.full_clean(exclude=["path"])
    organization.save()
    users = get_user_model()
    if users.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": _("这个邮箱已经登记过，请先登录，或换一个邮箱。")})
    owner = users.objects.create_user(email, password, name=person_name)
    Membership.objects.create(user=owner, organization=organization, role=Role.OWNER)
    audit.record("unit.register", organization, by=owner, organization_path=organization.path)
    _ask_the_superior(organization)
    return organization, owner


def _ask_the_superior(organization: Organization) -> None:
    assert organization.parent is not None
    with translation.override(settings.CITY_LANGUAGE):
        for superior in people_of(organization.parent, (Role.REVIEWER, Role.OFFICE)):
            link = reverse("organizations:unit", args=[organization.code])
            outbox.post(
                kind="unit.registered",
                to=superior.email,
                person=superior,
                subject=_("新单位待确认：%(unit)s"),
                body=_("“%(unit)s”登记为您的下级单位，请核对后确认。"),
                values={"unit": organization},
                link=link,
                key=None,
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
    with translation.override(settings.CITY_LANGUAGE):
        confirmed = state == Organization.State.ACTIVE
        for person in people_of(organization, (Role.OWNER,)):
            outbox.post(
                kind="unit.decided",
                to=person.email,
                person=person,
                subject=_("单位已确认：%(unit)s") if confirmed else _("单位未通过确认：%(unit)s"),
                body=_("现在可以提交活动了。") if confirmed else f"%(reason)s\n\n{_MEND}",
                values={"unit": organization, "reason": reason},
                link=reverse("organizations:desk"),
                key=None,
            )
    return organization


@transaction.atomic
def edit(organization: Organization, changes: dict[str, Any], *, by: "User") -> Organization:
    """Change a unit's own facts (`EDITABLE_FIELDS`). A refused unit asks its superior again by that."""
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    check(by, "unit.edit", organization)
    differences = {
        field: [str(getattr(organization, field) or ""), str(value or "")]
        for field, value in changes.items()
        if field in EDITABLE_FIELDS and getattr(organization, field) != value
    }
    for field in differences:
        setattr(organization, field, changes[field])
    asks_again = organization.state == Organization.State.REFUSED
    if asks_again:
        organization.state, organization.note = Organization.State.PENDING, ""
    organization.full_clean(exclude=["path"])
    organization.save()
    if asks_again:
        audit.record("unit.register", organization, by=by, organization_path=organization.path)
        _ask_the_superior(organization)
    if differences:
        audit.record(
            "unit.edit", organization, by=by, changes=differences, organization_path=organization.path
        )
    return organization
