"""Somebody leaves: all roles in a unit and the open work go over to a colleague who accepts."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.actions import people
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations import signals
from kepuyue.organizations.actions import departures, invitations, limits
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Handover, Invitation, Membership, Organization, Role
from kepuyue.organizations.permissions import OVERSEERS, OWN_ROLES
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = Handover.State


@transaction.atomic
def offer(organization: Organization, *, by: "User", email: str, name: str = "", note: str = "") -> Handover:
    """Offer all of one's roles in the unit to a colleague, or to somebody new, who is invited by that.

    Roles that come from above (reviewing, judging) may go only to somebody who is in the unit already: otherwise
    the superior appoints. Nothing changes until the other accepts.
    """
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    roles = list(Membership.objects.filter(user=by, organization=organization).values_list("role", flat=True))
    if not roles:
        raise PermissionDenied(_("您在这个单位没有角色可以交接。"))
    if organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("只有正常的单位可以交接工作。"))
    email = email.strip().lower()
    if email == by.email.lower():
        raise ValidationError({"email": _("请填写接任人的邮箱，不是您自己的。")})
    if Handover.objects.filter(organization=organization, giver=by, state=State.OFFERED).exists():
        raise NotPossibleNow(_("您已经发起了交接，请等对方接受，或先撤回。"))
    taker = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    is_colleague = taker is not None and taker.memberships.filter(organization=organization).exists()
    from_above = [Role(role).label for role in roles if role not in OWN_ROLES]
    if from_above and not is_colleague:
        raise ValidationError({"email": _("“%(roles)s”只能交给本单位已有的同事。请先请上级单位把接任人加进来，再交接。")
                              % {"roles": wording.listed(from_above)}})  # fmt: skip
    if not is_colleague and Role.OWNER not in roles:
        # Who is in the unit is for its owners to say; whether the address has an account is not told
        raise ValidationError({"email": _("接任人还不在本单位。请先请单位负责人把接任人加进来，再交接。")})
    invitation = None
    if taker is None:
        invitation, _token = invitations.invite(
            organization, by=by, role=Role.OWNER, email=email, name=name, days=14
        )
    else:
        if not is_colleague:
            people.check_address_is_theirs(taker)
        limits.check_limit(by)
    handover = Handover.objects.create(
        organization=organization, giver=by, taker=taker, invitation=invitation, note=note.strip()
    )
    audit.record("unit.handover.offer", organization, by=by, changes={"handover": [None, handover.pk]},
                 organization_path=organization.path)  # fmt: skip
    if taker:
        tell(
            "unit.handover",
            [taker],
            subject=gettext_lazy("请接手工作：%(unit)s"),
            body=gettext_lazy(
                "%(giver)s请您接手在“%(unit)s”的全部角色和未完成的工作。接受以后，对方不再有这些角色。"
            ),
            values={"giver": by.get_full_name(), "unit": organization},
            link=reverse("organizations:handover", args=[handover.pk]),
        )
    return handover


@transaction.atomic
def accept(handover: Handover, *, by: "User") -> Handover:
    """The other takes over: all roles of the one who leaves go over, and the open work follows."""
    handover = _locked(handover)
    if handover.taker_id != by.pk:
        raise PermissionDenied(_("这份交接是给另一位同事的。"))
    _check_open(handover)
    return _complete(handover, by)


def complete_by(invitation: Invitation, person: "User") -> None:
    """Coming in by the invitation of a handover accepts it, too. Called within the invitation's transaction."""
    handover = Handover.objects.filter(invitation=invitation, state=State.OFFERED).first()
    if handover is not None:
        handover.taker = person
        _complete(_locked(handover), person)


def _complete(handover: Handover, taker: "User") -> Handover:
    organization, giver = handover.organization, handover.giver
    if organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("只有正常的单位可以交接工作。"))
    gone = list(
        Membership.objects.select_for_update().filter(user=giver, organization=organization).order_by("pk")
    )
    if not gone:
        raise NotPossibleNow(_("对方在这个单位已经没有角色了。"))
    from_above = [membership for membership in gone if membership.role not in OWN_ROLES]
    # Whoever came in by the handover's own invitation is none who was in the unit already
    is_colleague = (
        handover.invitation is None and taker.memberships.filter(organization=organization).exists()
    )
    if from_above and not is_colleague:
        # As when it was offered: since then the giver may have got such a role, or the taker have left
        raise NotPossibleNow(
            _("“%(roles)s”只能交给本单位已有的同事。请先请上级单位把您加进来，再接受。")
            % {"roles": wording.listed(membership.get_role_display() for membership in from_above)}
        )
    for membership in gone:
        Membership.objects.get_or_create(
            user=taker, organization=organization, role=membership.role, defaults={"added_by": giver}
        )
    Membership.objects.filter(pk__in=[membership.pk for membership in gone]).delete()
    handover.taker, handover.state, handover.closed_at = taker, State.ACCEPTED, now()
    handover.save(update_fields=["taker", "state", "closed_at"])
    roles = wording.listed(membership.get_role_display() for membership in gone)
    audit.record(
        "unit.handover.accept",
        organization,
        by=taker,
        changes={"people": [f"{giver.get_full_name()} {roles}", f"{taker.get_full_name()} {roles}"]},
        reason=handover.note,
        organization_path=organization.path,
    )
    departures.end_invitations(giver.pk, by=taker)
    signals.work_handed_over.send(sender=Handover, organization=organization, giver=giver, taker=taker)
    values = {
        "giver": giver.get_full_name(),
        "taker": taker.get_full_name(),
        "unit": organization,
        "roles": roles,
    }
    link = reverse("organizations:desk")
    tell(
        "unit.handover",
        [giver],
        subject=gettext_lazy("已交接：%(unit)s"),
        body=gettext_lazy("%(taker)s接手了您在“%(unit)s”的工作：%(roles)s。谢谢您。"),
        values=values,
        link=link,
    )
    if organization.parent is not None and from_above:
        # What the superior gave has changed hands: it must not learn of that by chance
        tell("unit.handover", people_of(organization.parent, OVERSEERS),
             subject=gettext_lazy("下级单位的工作已交接：%(unit)s"),
             body=gettext_lazy("“%(unit)s”的%(roles)s由%(giver)s交给了%(taker)s。如有不妥，请调整人员。"),
             values=values, link=reverse("organizations:unit", args=[organization.code]))  # fmt: skip
    return handover


@transaction.atomic
def decline(handover: Handover, *, by: "User") -> Handover:
    """The other does not take over; everything stays as it is."""
    handover = _locked(handover)
    if handover.taker_id != by.pk:
        raise PermissionDenied(_("这份交接是给另一位同事的。"))
    return _close(handover, State.DECLINED, by)


@transaction.atomic
def withdraw(handover: Handover, *, by: "User") -> Handover:
    """The one who wanted to leave takes the offer back; an invitation that went out with it ends."""
    handover = _locked(handover)
    if handover.giver_id != by.pk:
        raise PermissionDenied(_("只有发起交接的人可以撤回。"))
    handover = _close(handover, State.WITHDRAWN, by)
    if handover.invitation is not None and handover.invitation.state == Invitation.State.OPEN:
        invitations.revoke(handover.invitation, by=by)
    return handover


def _close(handover: Handover, state: str, by: "User") -> Handover:
    _check_open(handover)
    handover.state, handover.closed_at = state, now()
    handover.save(update_fields=["state", "closed_at"])
    action = "unit.handover.decline" if state == State.DECLINED else "unit.handover.withdraw"
    audit.record(action, handover.organization, by=by, organization_path=handover.organization.path)
    if state == State.DECLINED:
        tell("unit.handover", [handover.giver], subject=gettext_lazy("对方没有接手：%(unit)s"),
             body=gettext_lazy("%(taker)s没有接手您在“%(unit)s”的工作。您的角色没有变，可以另找一位同事。"),
             values={"taker": by.get_full_name(), "unit": handover.organization},
             link=reverse("organizations:unit", args=[handover.organization.code]))  # fmt: skip
    return handover


def _check_open(handover: Handover) -> None:
    if handover.state != State.OFFERED:
        raise NotPossibleNow(_("这份交接已经结束：%(state)s。") % {"state": handover.get_state_display()})


def _locked(handover: Handover) -> Handover:
    # The unit first, as in `members.remove`: else two who give way to each other at once leave it to nobody
    Organization.objects.select_for_update().get(pk=handover.organization_id)
    rows = Handover.objects.select_for_update(of=("self",)).select_related(
        "organization__parent", "giver", "invitation"
    )
    return rows.get(pk=handover.pk)
