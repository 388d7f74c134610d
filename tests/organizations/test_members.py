"""People of a unit: who gives which role, and that somebody always stays."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from kepuyue.accounts.models import User
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import handovers, invitations, joining, members
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import may, roles_to_give
from tests.cast import Cast, assemble
from tests.factories import MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

UNIT_ROLES = ["owner", "editor", "check_in", "helpdesk", "moderator"]


@pytest.mark.parametrize(
    ("person", "place", "roles"),
    [
        ("owner", "own_unit", UNIT_ROLES),
        ("editor", "own_unit", []),
        ("colleague", "own_unit", []),
        ("district_reviewer", "own_unit", []),
        ("district_reviewer", "own_district", []),
        ("office", "own_unit", UNIT_ROLES),
        ("office", "own_district", [*UNIT_ROLES, "reviewer"]),
        ("office", "department_unit", [*UNIT_ROLES, "reviewer"]),
        (
            "office",
            "office_unit",
            ["office", "reviewer", "judge", "editor", "check_in", "helpdesk", "moderator"],
        ),
        ("judge", "office_unit", []),
        ("outsider", "own_unit", []),
    ],
)
def test_roles_to_give_follow_the_tree(cast: Cast, person: str, place: str, roles: list[str]) -> None:
    assert roles_to_give(getattr(cast, person), getattr(cast, place)) == roles


def test_owner_of_a_district_cannot_make_reviewers(cast: Cast) -> None:
    owner = MembershipFactory(organization=cast.own_district, role=Role.OWNER).user

    assert roles_to_give(owner, cast.own_district) == UNIT_ROLES


def test_add_makes_a_new_person_who_is_told_how_to_sign_in(cast: Cast) -> None:
    membership = members.add(
        cast.own_unit, by=cast.owner, email="New@Example.org", name="新同事", role="editor"
    )

    assert (membership.user.email, membership.user.name, membership.user.has_usable_password()) == (
        "new@example.org", "新同事", False,
    )  # fmt: skip
    message = Message.objects.get()
    assert (message.to, message.subject) == ("new@example.org", "您已加入：福田区少年宫")
    assert "/accounts/password/reset/" in message.body
    assert audit.trail(cast.own_unit).get().changes == {"people": [None, "新同事 填报人"]}


def test_add_of_a_known_person_gives_the_role_and_keeps_the_name(cast: Cast) -> None:
    members.add(cast.own_unit, by=cast.owner, email=cast.colleague.email.upper(), name="别名", role="editor")

    assert User.objects.get(pk=cast.colleague.pk).name == "邻居单位负责人"
    assert set(cast.colleague.memberships.values_list("organization__name", "role")) == {
        ("福田区图书馆", "owner"), ("福田区少年宫", "editor"),
    }  # fmt: skip


def test_add_of_the_same_role_twice_is_told(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        members.add(cast.own_unit, by=cast.owner, email=cast.editor.email, name="x", role="editor")

    assert refused.value.message_dict == {"email": ["这位同事已经有这个角色了。"]}
    assert Message.objects.count() == 0


def test_owner_lets_a_colleague_read_the_questions_of_the_units_topics(cast: Cast) -> None:
    members.add(cast.own_unit, by=cast.owner, email="new@example.org", name="新", role="moderator")

    reader = User.objects.get(email="new@example.org")
    assert may(reader, "content.moderate", cast.own_unit)
    assert not may(reader, "content.moderate", cast.other_unit)


@pytest.mark.parametrize("role", ["reviewer", "office", "judge", "king"])
def test_add_of_a_role_that_is_not_the_persons_to_give_is_refused(cast: Cast, role: str) -> None:
    with pytest.raises(ValidationError) as refused:
        members.add(cast.own_unit, by=cast.owner, email="new@example.org", name="新", role=role)

    assert refused.value.message_dict == {"role": ["这个角色要由上级单位添加。"]}
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("person", ["editor", "colleague", "district_reviewer", "outsider"])
def test_add_by_others_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        members.add(
            cast.own_unit, by=getattr(cast, person), email="new@example.org", name="新", role="editor"
        )


def test_add_to_a_unit_that_is_not_confirmed_writes_to_nobody(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(state="pending")
    cast.own_unit.refresh_from_db()

    with pytest.raises(NotPossibleNow, match="上级单位确认以后"):
        members.add(cast.own_unit, by=cast.owner, email="stranger@example.org", name="陌生人", role="editor")

    assert roles_to_give(cast.owner, cast.own_unit) == []
    assert Message.objects.count() == 0


def test_remove_takes_the_role_and_records_it(cast: Cast) -> None:
    members.remove(cast.editor.memberships.get(), by=cast.owner)

    assert list(cast.editor.memberships.all()) == []
    assert audit.trail(cast.own_unit).get().changes == {"people": ["填报人 填报人", None]}


@pytest.mark.parametrize(("person", "unit_role"), [("owner", "own_unit"), ("office", "office_unit")])
def test_remove_of_the_last_owner_is_refused(cast: Cast, person: str, unit_role: str) -> None:
    user = getattr(cast, person)

    with pytest.raises(ValidationError, match="至少要留一位负责人"):
        members.remove(user.memberships.get(), by=cast.office)

    assert user.memberships.count() == 1


def test_remove_of_one_of_two_owners_is_possible(cast: Cast) -> None:
    second = MembershipFactory(organization=cast.own_unit, role=Role.OWNER)

    members.remove(second, by=cast.owner)

    assert Membership.objects.filter(organization=cast.own_unit, role=Role.OWNER).get().user == cast.owner


def test_owner_who_cannot_sign_in_does_not_count_as_staying(cast: Cast) -> None:
    MembershipFactory(organization=cast.own_unit, role=Role.OWNER, user=UserFactory(is_active=False))

    with pytest.raises(ValidationError, match="至少要留一位负责人"):
        members.remove(cast.owner.memberships.get(), by=cast.owner)


def test_remove_of_a_reviewer_by_the_districts_owner_is_refused(cast: Cast) -> None:
    owner = MembershipFactory(organization=cast.own_district, role=Role.OWNER).user

    with pytest.raises(ValidationError, match="上级单位调整"):
        members.remove(cast.district_reviewer.memberships.get(), by=owner)


@pytest.mark.parametrize("person", ["editor", "colleague", "district_reviewer", "outsider"])
def test_remove_by_others_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        members.remove(cast.helpdesk.memberships.get(), by=getattr(cast, person))


@pytest.mark.django_db(transaction=True)
def test_two_owners_removing_each_other_at_once_leave_one() -> None:
    cast = assemble()
    second = MembershipFactory(organization=cast.own_unit, role=Role.OWNER)
    first = cast.owner.memberships.get()
    start = Barrier(2)
    refused: list[Any] = []

    def remove(membership: Membership, by: User) -> None:
        start.wait()
        try:
            members.remove(membership, by=User.objects.get(pk=by.pk))
        except (ValidationError, PermissionDenied) as error:
            refused.append(error)
        finally:
            connection.close()

    pair = [
        Thread(target=remove, args=(first, second.user)),
        Thread(target=remove, args=(second, cast.owner)),
    ]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    assert Membership.objects.filter(organization=cast.own_unit, role=Role.OWNER).count() == 1
    assert len(refused) == 1


def test_add_of_somebody_whose_unit_nobody_confirmed_lets_the_mail_prove_the_address(cast: Cast) -> None:
    stranger = UserFactory(email="colleague@example.org", password="squatted-2024")
    pending = UnitFactory(parent=cast.own_district, state=Organization.State.PENDING)
    MembershipFactory(user=stranger, organization=pending, role=Role.OWNER)

    members.add(cast.own_unit, by=cast.owner, email=stranger.email, name="同事", role=Role.EDITOR)

    stranger.refresh_from_db()
    assert not stranger.has_usable_password()


def test_role_goes_to_nobody_who_only_typed_the_address(cast: Cast) -> None:
    """Whoever came in elsewhere by a link that was passed on may have typed the address of the one who is meant."""
    _invitation, token = invitations.invite(cast.other_unit, by=cast.colleague, role=Role.EDITOR)
    joining.accept_as_newcomer(token, name="冒名", email="chief@example.org", password="four-words-no-order")

    with pytest.raises(ValidationError, match="还没有确认邮箱"):
        members.add(
            cast.own_district, by=cast.office, email="chief@example.org", name="科长", role=Role.REVIEWER
        )
    with pytest.raises(ValidationError, match="还没有确认邮箱"):
        handovers.offer(cast.own_unit, by=cast.owner, email="chief@example.org")

    assert not Membership.objects.filter(role=Role.REVIEWER, user__email="chief@example.org").exists()


def test_add_of_somebody_without_a_unit_keeps_a_password_of_a_proven_address(cast: Cast) -> None:
    person = UserFactory(email="reader@example.org", password="mine-since-2024", email_proven_at=now())

    members.add(cast.own_unit, by=cast.owner, email=person.email, name="x", role=Role.EDITOR)

    person.refresh_from_db()
    assert person.check_password("mine-since-2024")


def test_add_of_a_confirmed_colleague_keeps_the_password(cast: Cast) -> None:
    cast.colleague.set_password("still-mine-2024")
    cast.colleague.email_proven_at = now()
    cast.colleague.save()

    members.add(cast.own_unit, by=cast.owner, email=cast.colleague.email, name="同事", role=Role.EDITOR)

    cast.colleague.refresh_from_db()
    assert cast.colleague.check_password("still-mine-2024")
