"""Invitations: who may send one, what a link is good for, and that it cannot become a carrier of spam."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from kepuyue.accounts.models import User
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import invitations, joining, limits, members, standing
from kepuyue.organizations.models import Invitation, Membership, Role
from tests.cast import Cast
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NEWCOMER = {"name": "新同事", "email": "new@example.org", "password": "long-enough-1"}


def test_link_lets_a_newcomer_in_once_with_the_role(cast: Cast) -> None:
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    person, membership = joining.accept_as_newcomer(token, **NEWCOMER)

    assert (membership.organization, membership.role, person.check_password("long-enough-1")) == (
        cast.own_unit,
        "editor",
        True,
    )
    invitation.refresh_from_db()
    assert (invitation.state, [entry.user for entry in invitation.entries.all()]) == (
        Invitation.State.USED,
        [person],
    )
    assert [message.to for message in Message.objects.order_by("pk")] == [cast.owner.email, person.email]
    with pytest.raises(NotPossibleNow):
        joining.accept(token, by=cast.outsider)


def test_only_the_links_fingerprint_is_kept(cast: Cast) -> None:
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    assert token not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert token not in str(list(audit.trail(cast.own_unit).values()))
    assert len(token) >= 43


def test_link_for_several_lets_in_so_many(cast: Cast) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="check_in", max_uses=2)

    for number in range(2):
        joining.accept(token, by=UserFactory(name=f"志愿者{number}"))

    with pytest.raises(NotPossibleNow):
        joining.accept(token, by=UserFactory())


def test_accepting_twice_uses_the_link_once(cast: Cast) -> None:
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="check_in", max_uses=2)
    joining.accept(token, by=cast.outsider)

    with pytest.raises(NotPossibleNow, match="已经有这个角色"):
        joining.accept(token, by=cast.outsider)

    invitation.refresh_from_db()
    assert invitation.uses == 1


@pytest.mark.parametrize("end", ["expired", "revoked", "closed"])
def test_link_that_ended_lets_nobody_in(cast: Cast, end: str) -> None:
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    if end == "expired":
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=now() - timedelta(seconds=1))
    elif end == "revoked":
        invitations.revoke(invitation, by=cast.owner)
    else:
        standing.close(cast.own_unit, by=cast.office, reason="撤销")

    with pytest.raises(NotPossibleNow):
        joining.accept(token, by=cast.outsider)
    with pytest.raises(NotPossibleNow):
        joining.accept_as_newcomer(token, **NEWCOMER)

    assert not User.objects.filter(email="new@example.org").exists()


def test_wrong_token_is_nothing(cast: Cast) -> None:
    assert joining.found("wrong") is None
    with pytest.raises(NotPossibleNow):
        joining.accept("wrong", by=cast.outsider)


def test_mailed_link_is_good_for_its_address_only(cast: Cast) -> None:
    _invitation, token = invitations.invite(
        cast.own_unit, by=cast.owner, role="editor", email="New@Example.org"
    )

    with pytest.raises(ValidationError, match="另一个邮箱"):
        joining.accept(token, by=cast.outsider)
    person, _membership = joining.accept_as_newcomer(
        token, name="新", email="else@example.org", password="long-enough-1"
    )

    assert person.email == "new@example.org"
    first = Message.objects.order_by("pk")[0]
    assert (first.to, first.subject) == ("new@example.org", "邀请您加入：福田区少年宫")
    assert token in first.body


def test_newcomer_with_a_known_address_is_asked_to_sign_in(cast: Cast) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    with pytest.raises(ValidationError) as refused:
        joining.accept_as_newcomer(
            token, name="x", email=cast.outsider.email.upper(), password="long-enough-1"
        )

    assert list(refused.value.message_dict) == ["email"]


@pytest.mark.parametrize("password", ["short", "1234567890"])
def test_newcomer_with_a_weak_password_is_refused(cast: Cast, password: str) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    with pytest.raises(ValidationError):
        joining.accept_as_newcomer(token, **(NEWCOMER | {"password": password}))

    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    ("person", "role"),
    [("editor", "editor"), ("colleague", "editor"), ("other_reviewer", "owner"), ("outsider", "owner")],
)
def test_invitation_by_others_is_denied(cast: Cast, person: str, role: str) -> None:
    with pytest.raises(PermissionDenied):
        invitations.invite(cast.own_unit, by=getattr(cast, person), role=role)


def test_owner_cannot_invite_into_a_role_from_above(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        invitations.invite(cast.own_unit, by=cast.owner, role="reviewer")


def test_superior_invites_an_owner_and_nobody_else(cast: Cast) -> None:
    invitation, _token = invitations.invite(cast.own_unit, by=cast.district_reviewer, role="owner")

    assert invitation.role == "owner"
    with pytest.raises((PermissionDenied, ValidationError)):
        invitations.invite(cast.own_unit, by=cast.district_reviewer, role="editor")


def test_same_address_is_not_written_to_twice(cast: Cast) -> None:
    invitations.invite(cast.own_unit, by=cast.owner, role="editor", email="new@example.org")

    with pytest.raises(ValidationError, match="已经邀请过"):
        invitations.invite(cast.own_unit, by=cast.owner, role="editor", email="NEW@example.org")

    assert Message.objects.count() == 1


def test_days_invitations_are_limited_whatever_the_way(cast: Cast, settings: Any) -> None:
    settings.INVITATIONS_A_DAY = {"own": 2, "branch": 2}
    invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    members.add(cast.own_unit, by=cast.owner, email="a@example.org", name="甲", role="editor")

    with pytest.raises(limits.LimitReached):
        invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    with pytest.raises(limits.LimitReached):
        members.add(cast.own_unit, by=cast.owner, email="b@example.org", name="乙", role="editor")

    Invitation.objects.update(created_at=now() - timedelta(days=2))
    invitations.invite(cast.own_unit, by=cast.owner, role="editor")


@pytest.mark.parametrize("person", ["editor", "colleague", "outsider"])
def test_invitation_is_taken_back_only_by_those_who_may_send_it(cast: Cast, person: str) -> None:
    invitation, _token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    with pytest.raises(PermissionDenied):
        invitations.revoke(invitation, by=getattr(cast, person))


# The superior appoints


def test_superior_appoints_an_owner_where_the_only_one_has_gone(cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)

    membership = members.appoint(
        cast.own_unit, by=cast.district_reviewer, email="new@example.org", name="新", reason="原负责人调离"
    )

    assert (membership.role, membership.added_by) == (Role.OWNER, cast.district_reviewer)
    assert audit.trail(cast.own_unit).get().reason == "原负责人调离"
    assert [message.to for message in Message.objects.all()] == ["new@example.org"]


def test_owner_who_is_still_there_is_told_and_stays(cast: Cast) -> None:
    members.appoint(
        cast.own_unit, by=cast.district_reviewer, email="new@example.org", name="新", reason="加一位"
    )

    assert {message.to for message in Message.objects.all()} == {"new@example.org", cast.owner.email}
    assert Membership.objects.filter(organization=cast.own_unit, role=Role.OWNER).count() == 2


@pytest.mark.parametrize("person", ["owner", "editor", "other_reviewer", "judge", "outsider"])
def test_appointment_by_anybody_else_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        members.appoint(cast.own_unit, by=getattr(cast, person), email="x@example.org", name="x", reason="x")


def test_reviewer_cannot_appoint_in_the_own_seat(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        members.appoint(
            cast.own_district, by=cast.district_reviewer, email="x@example.org", name="x", reason="x"
        )


def test_appointment_needs_a_reason(cast: Cast) -> None:
    MembershipFactory(organization=cast.own_unit)

    with pytest.raises(ValidationError) as refused:
        members.appoint(cast.own_unit, by=cast.office, email="x@example.org", name="x", reason=" ")

    assert list(refused.value.message_dict) == ["reason"]


def test_open_link_dies_with_its_senders_right_to_invite(cast: Cast) -> None:
    MembershipFactory(organization=cast.own_unit, role=Role.OWNER, user=cast.outsider)
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="owner", max_uses=2)
    members.remove(Membership.objects.get(user=cast.owner, organization=cast.own_unit), by=cast.outsider)

    with pytest.raises(NotPossibleNow):
        joining.accept(token, by=User.objects.get(pk=cast.owner.pk))

    assert not Membership.objects.filter(user=cast.owner, organization=cast.own_unit).exists()


@pytest.mark.parametrize("email", ["", "new@example.org"])
@pytest.mark.parametrize("end", ["role lost", "account closed"])
def test_link_is_good_only_as_long_as_its_sender_may_invite(
    cast: Cast, client: Any, email: str, end: str
) -> None:
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor", email=email)
    assert client.get(invitations.path_of(token)).status_code == 200
    if end == "role lost":
        # However it was lost: not every way goes through the action
        Membership.objects.filter(user=cast.owner).delete()
    else:
        User.objects.filter(pk=cast.owner.pk).update(is_active=False)

    with pytest.raises(NotPossibleNow, match="已经不能邀请"):
        joining.accept_as_newcomer(token, **NEWCOMER)

    page = client.get(invitations.path_of(token))
    assert (page.status_code, "已经不能为“福田区少年宫”邀请同事" in page.content.decode()) == (410, True)
    assert not User.objects.filter(email="new@example.org").exists()
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_removing_a_sender_ends_open_invitations_and_tells_who_can_invite_anew(cast: Cast) -> None:
    second = MembershipFactory(organization=cast.own_unit, role=Role.OWNER).user
    mailed, _token = invitations.invite(cast.own_unit, by=cast.owner, role="editor", email="new@example.org")
    by_another, _token = invitations.invite(cast.own_unit, by=second, role="editor")

    members.remove(cast.owner.memberships.get(), by=second)

    mailed.refresh_from_db()
    by_another.refresh_from_db()
    assert (mailed.state, by_another.state) == (Invitation.State.REVOKED, Invitation.State.OPEN)
    told = Message.objects.get(kind="unit.invitations_ended")
    assert (told.to, "new@example" in told.body or "new＠example" in told.body) == (second.email, True)
    row = audit.trail(cast.own_unit).filter(action="unit.invite.revoke").get()
    assert (row.actor_name, row.reason) == (second.name, "发出邀请的人已经不能邀请同事。")


def test_superiors_invitation_ends_with_the_superiors_role_and_its_colleagues_are_told(cast: Cast) -> None:
    Membership.objects.filter(organization=cast.own_unit, role=Role.OWNER).delete()
    sent, _token = invitations.invite(
        cast.own_unit, by=cast.district_reviewer, role="owner", email="new@example.org"
    )
    colleague = MembershipFactory(organization=cast.own_district, role=Role.REVIEWER).user

    members.remove(cast.district_reviewer.memberships.get(), by=cast.office)

    sent.refresh_from_db()
    assert sent.state == Invitation.State.REVOKED
    assert [one.to for one in Message.objects.filter(kind="unit.invitations_ended")] == [colleague.email]


def test_losing_a_role_that_does_not_matter_leaves_invitations_good(cast: Cast) -> None:
    MembershipFactory(organization=cast.own_unit, role=Role.EDITOR, user=cast.owner)
    sent, _token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    members.remove(cast.owner.memberships.get(role=Role.EDITOR), by=cast.owner)

    sent.refresh_from_db()
    assert sent.state == Invitation.State.OPEN
    assert not Message.objects.filter(kind="unit.invitations_ended").exists()


def test_mail_that_holds_an_invitations_link_is_for_its_recipient_only(cast: Cast, sign_in: Any) -> None:
    _invitation, token = invitations.invite(
        cast.own_unit, by=cast.owner, role="editor", email="a@example.org"
    )
    mail = Message.objects.get(to="a@example.org")
    assert token in mail.body

    page = sign_in(cast.office).get(reverse("organizations:outbox-message", args=[mail.pk]))

    assert page.status_code == 200
    assert token not in page.content.decode()
