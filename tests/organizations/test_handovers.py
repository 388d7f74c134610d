"""Somebody leaves and hands all over."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import handovers, joining
from kepuyue.organizations.models import Handover, Invitation, Organization, Role
from kepuyue.organizations.signals import work_handed_over
from tests.accounts.signing import last_link
from tests.cast import Cast
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def roles_in(unit: Organization) -> set[tuple[str, str]]:
    return set(unit.memberships.values_list("user__name", "role"))


def test_accepted_handover_moves_all_roles_and_is_recorded(cast: Cast) -> None:
    MembershipFactory(user=cast.owner, organization=cast.own_unit, role=Role.CHECK_IN)
    heard = []
    work_handed_over.connect(
        lambda **sent: heard.append((sent["giver"], sent["taker"])), weak=False, dispatch_uid="test"
    )
    handover = handovers.offer(cast.own_unit, by=cast.owner, email=cast.editor.email, note="钥匙在前台")
    assert ("负责人", "owner") in roles_in(cast.own_unit)

    handovers.accept(handover, by=cast.editor)

    work_handed_over.disconnect(dispatch_uid="test")
    assert roles_in(cast.own_unit) == {
        ("填报人", "editor"), ("填报人", "owner"), ("填报人", "check_in"), ("签到员", "check_in"), ("代办员", "helpdesk"),
    }  # fmt: skip
    assert heard == [(cast.owner, cast.editor)]
    event = audit.trail(cast.own_unit).first()
    assert event is not None
    assert (event.action, event.reason) == ("unit.handover.accept", "钥匙在前台")
    assert [message.to for message in Message.objects.order_by("pk")] == [cast.editor.email, cast.owner.email]


def test_newcomer_takes_over_by_coming_in(cast: Cast) -> None:
    handover = handovers.offer(cast.own_unit, by=cast.owner, email="next@example.org", name="接任人")
    body = Message.objects.get(to="next@example.org").body
    token = body.split("/invitations/")[1].strip("/ \n")

    person, _membership = joining.accept_as_newcomer(token, name="接任人", email="", password="long-enough-1")

    handover.refresh_from_db()
    assert (handover.state, handover.taker) == (Handover.State.ACCEPTED, person)
    assert ("接任人", "owner") in roles_in(cast.own_unit)
    assert not cast.owner.memberships.exists()


def test_role_from_above_goes_only_to_a_colleague_and_the_superior_is_told(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        handovers.offer(cast.own_district, by=cast.district_reviewer, email=cast.outsider.email)
    assert list(refused.value.message_dict) == ["email"]
    colleague = MembershipFactory(organization=cast.own_district, role=Role.EDITOR, user__name="同事").user

    handovers.accept(
        handovers.offer(cast.own_district, by=cast.district_reviewer, email=colleague.email), by=colleague
    )

    assert roles_in(cast.own_district) == {("同事", "editor"), ("同事", "reviewer")}
    assert Message.objects.filter(
        to=cast.office.email, subject="下级单位的工作已交接：福田区科学技术协会"
    ).exists()


def test_editor_cannot_hand_over_to_a_stranger_who_has_no_account(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        handovers.offer(cast.own_unit, by=cast.editor, email="next@example.org")


@pytest.mark.parametrize("person", ["owner", "colleague", "office", "outsider"])
def test_handover_is_accepted_only_by_the_one_it_is_for(cast: Cast, person: str) -> None:
    handover = handovers.offer(cast.own_unit, by=cast.owner, email=cast.editor.email)

    with pytest.raises(PermissionDenied):
        handovers.accept(handover, by=getattr(cast, person))


def test_offer_by_somebody_without_a_role_there_is_denied(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        handovers.offer(cast.own_unit, by=cast.office, email=cast.editor.email)


def test_second_offer_is_refused_until_the_first_is_taken_back(cast: Cast) -> None:
    handover = handovers.offer(cast.own_unit, by=cast.owner, email="next@example.org")
    with pytest.raises(NotPossibleNow):
        handovers.offer(cast.own_unit, by=cast.owner, email=cast.editor.email)

    handovers.withdraw(handover, by=cast.owner)

    assert Invitation.objects.get().state == Invitation.State.REVOKED
    handovers.offer(cast.own_unit, by=cast.owner, email=cast.editor.email)


def test_declined_handover_changes_nothing_and_tells_the_giver(cast: Cast) -> None:
    before = roles_in(cast.own_unit)
    handover = handovers.offer(cast.own_unit, by=cast.owner, email=cast.editor.email)

    handovers.decline(handover, by=cast.editor)

    assert roles_in(cast.own_unit) == before
    assert Message.objects.order_by("pk").last().to == cast.owner.email  # type: ignore[union-attr]
    with pytest.raises(NotPossibleNow):
        handovers.accept(handover, by=cast.editor)


def test_handover_to_oneself_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        handovers.offer(cast.own_unit, by=cast.owner, email=cast.owner.email.upper())


def test_handover_to_somebody_of_another_unit_brings_them_in(cast: Cast) -> None:
    person = UserFactory(name="新人")

    handovers.accept(handovers.offer(cast.own_unit, by=cast.owner, email=person.email), by=person)

    assert ("新人", "owner") in roles_in(cast.own_unit)


def test_editor_brings_nobody_in_and_learns_of_no_account(cast: Cast) -> None:
    answers = []
    for email in (cast.outsider.email, "nobody@example.org"):
        with pytest.raises(ValidationError) as refused:
            handovers.offer(cast.own_unit, by=cast.editor, email=email)
        answers.append(refused.value.message_dict)

    assert answers[0] == answers[1]
    assert not cast.outsider.memberships.exists()


def test_role_given_from_above_meanwhile_does_not_go_to_somebody_who_left(cast: Cast) -> None:
    colleague = MembershipFactory(organization=cast.own_district, role=Role.EDITOR)
    handover = handovers.offer(cast.own_district, by=cast.district_reviewer, email=colleague.user.email)
    colleague.delete()

    with pytest.raises(NotPossibleNow):
        handovers.accept(handover, by=colleague.user)

    assert roles_in(cast.own_district) == {("福田审核人", "reviewer")}


def test_newcomer_who_takes_over_reads_the_note_and_may_set_up_a_passkey_at_once(
    cast: Cast, client: Client
) -> None:
    handover = handovers.offer(
        cast.own_unit, by=cast.owner, email="new@example.org", name="新", note="资料在共享盘"
    )
    path = last_link()
    assert "移交人在这里的全部角色" in client.get(path).content.decode()

    entered = client.post(path, {"name": "新", "password": "four-words-no-order"}, follow=True)

    assert entered.request["PATH_INFO"] == reverse("organizations:handover", args=[handover.pk])
    assert "资料在共享盘" in entered.content.decode()
    # The password was typed this very moment
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
