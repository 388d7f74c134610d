"""A unit gets another superior, is closed and opened again."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.activities.models import Activity, Submission
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import standing, tree, units
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may
from tests.cast import Cast
from tests.factories import ActivityFactory, DepartmentFactory, SubmissionFactory, UnitFactory

pytestmark = pytest.mark.django_db
State = Organization.State


def fresh(unit: Organization) -> Organization:
    return Organization.objects.get(pk=unit.pk)


def test_move_takes_the_whole_branch_along(cast: Cast) -> None:
    child = UnitFactory(parent=cast.own_unit)
    grandchild = UnitFactory(parent=child)

    tree.move(cast.own_unit, to=cast.other_district, by=cast.office, reason="选错了上级")

    top = cast.other_district.path
    assert [fresh(unit).path for unit in (cast.own_unit, child, grandchild)] == [
        f"{top}{cast.own_unit.pk}/", f"{top}{cast.own_unit.pk}/{child.pk}/",
        f"{top}{cast.own_unit.pk}/{child.pk}/{grandchild.pk}/",
    ]  # fmt: skip
    assert fresh(cast.own_unit).parent == cast.other_district
    event = audit.trail(cast.own_unit).get(action="unit.move")
    assert (event.changes["parent"], event.reason) == (
        ["福田区科学技术协会", "南山区科学技术协会"],
        "选错了上级",
    )
    assert [message.to for message in Message.objects.all()] == [cast.owner.email]


def test_move_changes_who_oversees_it(cast: Cast) -> None:
    tree.move(cast.own_unit, to=cast.other_district, by=cast.office)

    moved = fresh(cast.own_unit)
    assert (may(cast.other_reviewer, "unit.see", moved), may(cast.district_reviewer, "unit.see", moved)) == (
        True,
        False,
    )


def test_move_gives_what_waits_for_review_to_the_new_superior(cast: Cast) -> None:
    submission = SubmissionFactory(activity=ActivityFactory(organization=cast.own_unit, state="submitted"))

    tree.move(cast.own_unit, to=cast.other_district, by=cast.office)

    submission.refresh_from_db()
    assert (submission.turn, submission.step) == (cast.other_district, 0)
    assert submission.chain == [cast.other_district.pk, cast.office_unit.pk]
    assert cast.other_reviewer.email in [message.to for message in Message.objects.all()]


def test_move_leaves_with_the_office_what_it_has_already(cast: Cast) -> None:
    submission = SubmissionFactory(activity=ActivityFactory(organization=cast.own_unit, state="submitted"))
    Submission.objects.filter(pk=submission.pk).update(step=1, turn=cast.office_unit)

    tree.move(cast.own_unit, to=cast.other_district, by=cast.office)

    submission.refresh_from_db()
    assert (submission.turn, submission.step) == (cast.office_unit, 1)


@pytest.mark.parametrize(
    "person", ["owner", "district_reviewer", "other_reviewer", "department_reviewer", "outsider"]
)
def test_move_by_somebody_who_does_not_oversee_both_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        tree.move(cast.own_unit, to=cast.other_district, by=getattr(cast, person))

    assert fresh(cast.own_unit).parent == cast.own_district


def test_move_below_a_department_and_back(cast: Cast) -> None:
    department = DepartmentFactory(name="市水务局")

    tree.move(cast.own_unit, to=department, by=cast.office)
    tree.move(cast.own_unit, to=cast.own_district, by=cast.office)

    assert fresh(cast.own_unit).path == cast.own_unit.path


def test_move_of_a_district_or_below_an_ordinary_unit_is_refused(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow):
        tree.move(cast.own_district, to=cast.other_district, by=cast.office)
    with pytest.raises(ValidationError):
        tree.move(cast.own_unit, to=cast.other_unit, by=cast.office)
    with pytest.raises(NotPossibleNow):
        tree.move(cast.own_unit, to=cast.own_district, by=cast.office)


def test_unit_made_below_a_superior_stands_there_and_needs_no_confirmation(cast: Cast) -> None:
    facts = {"name": "彩虹小学", "parent": cast.own_district, "no_code_reason": "founding"}

    unit = units.create(unit=facts, by=cast.district_reviewer)

    assert (unit.state, unit.path) == (State.ACTIVE, f"{cast.own_district.path}{unit.pk}/")


@pytest.mark.parametrize("person", ["owner", "other_reviewer", "judge", "outsider"])
def test_unit_made_by_anybody_else_is_denied(cast: Cast, person: str) -> None:
    facts = {"name": "彩虹小学", "parent": cast.own_district, "no_code_reason": "founding"}

    with pytest.raises(PermissionDenied):
        units.create(unit=facts, by=getattr(cast, person))


# Closing


def test_close_keeps_all_and_lets_its_people_only_look(cast: Cast) -> None:
    draft = ActivityFactory(organization=cast.own_unit)

    standing.close(cast.own_unit, by=cast.district_reviewer, reason="机构撤销")

    unit = fresh(cast.own_unit)
    assert (unit.state, unit.note, Activity.objects.filter(pk=draft.pk).exists()) == (
        State.CLOSED,
        "机构撤销",
        True,
    )
    owner = type(cast.owner).objects.get(pk=cast.owner.pk)
    assert {p: may(owner, p, unit) for p in ("unit.see", "activity.see", "activity.edit", "activity.submit", "unit.people")} == {
        "unit.see": True, "activity.see": True, "activity.edit": False, "activity.submit": False, "unit.people": False,
    }  # fmt: skip
    assert {message.to for message in Message.objects.all()} == {cast.owner.email, cast.editor.email}


def test_reopen_gives_the_roles_back(cast: Cast) -> None:
    standing.close(cast.own_unit, by=cast.office, reason="机构撤销")

    standing.reopen(cast.own_unit, by=cast.district_reviewer)

    unit = fresh(cast.own_unit)
    assert (unit.state, unit.note) == (State.ACTIVE, "")
    assert may(type(cast.owner).objects.get(pk=cast.owner.pk), "activity.submit", unit)
    with pytest.raises(NotPossibleNow):
        standing.reopen(cast.own_unit, by=cast.district_reviewer)


@pytest.mark.parametrize("person", ["owner", "editor", "other_reviewer", "outsider"])
def test_close_by_anybody_else_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        standing.close(cast.own_unit, by=getattr(cast, person), reason="x")


def test_close_of_ones_own_seat_is_denied(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        standing.close(cast.own_district, by=cast.district_reviewer, reason="x")
    with pytest.raises(PermissionDenied):
        standing.close(cast.office_unit, by=cast.office, reason="x")


def test_close_with_units_below_or_without_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow, match="2个下级单位"):
        standing.close(cast.own_district, by=cast.office, reason="x")
    with pytest.raises(ValidationError, match="写明停用的原因"):
        standing.close(cast.own_unit, by=cast.office, reason="  ")
