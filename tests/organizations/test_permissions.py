"""Who may do what where, as a table: each role from its own unit, the units around it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from kepuyue.accounts.models import User
from kepuyue.organizations.models import Membership, Organization, Role
from kepuyue.organizations.permissions import (
    PERMISSIONS,
    ROLES,
    check,
    holds_anywhere,
    is_at_work,
    may,
    memberships,
    organizations_where,
    reach,
    reviewers,
)
from tests.cast import Cast
from tests.factories import MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

OWN, DISTRICT, SISTER, FAR, OFFICE = "own_unit", "own_district", "other_unit", "far_unit", "office_unit"
PLACES = (OWN, DISTRICT, SISTER, FAR, OFFICE)
BRANCH = {OWN, DISTRICT, SISTER}
# What goes with confirming units; each is asked for the superior of the unit that is changed
SUPERVISING = ("unit.confirm", "unit.create", "unit.appoint", "unit.close", "unit.move", "unit.merge")
REGISTERED = (
    "booking.see",
    "booking.manage",
    "booking.by_proxy",
    "session.check_in",
    "summary.file",
    "evaluation.apply",
)

# person: {permission: the units in which it holds}
TABLE: dict[str, dict[str, set[str]]] = {
    "owner": {
        "calendar.see": {OWN}, "unit.see": {OWN}, "unit.edit": {OWN}, "unit.people": {OWN}, "activity.see": {OWN}, "activity.edit": {OWN},
        "activity.submit": {OWN}, "activity.cancel": {OWN}, "import.run": {OWN}, "audit.see": {OWN},
        "liaison.see": {OWN}, "liaison.edit": {OWN}, "resource.offer": {OWN}, "resource.request": {OWN}, "plan.edit": {OWN},
        "cloud.edit": {OWN}, "content.moderate": {OWN}, "coverage.record": {OWN}, "evaluation.sign": {OWN}, "interface.manage": {OWN},
        **{key: {OWN} for key in REGISTERED},
    },
    "editor": {
        "calendar.see": {OWN}, "unit.see": {OWN}, "activity.see": {OWN}, "activity.edit": {OWN}, "activity.submit": {OWN},
        "import.run": {OWN}, "resource.offer": {OWN}, "resource.request": {OWN}, "cloud.edit": {OWN}, "coverage.record": {OWN},
        **{key: {OWN} for key in REGISTERED},
    },
    "check_in": {"unit.see": {OWN}, "activity.see": {OWN}, "session.check_in": {OWN}, "booking.see": {OWN}},
    "helpdesk": {"unit.see": {OWN}, "activity.see": {OWN}, "booking.by_proxy": {OWN}},
    "colleague": {
        "calendar.see": {SISTER}, "unit.see": {SISTER}, "unit.edit": {SISTER}, "unit.people": {SISTER}, "activity.see": {SISTER},
        "activity.edit": {SISTER}, "activity.submit": {SISTER}, "activity.cancel": {SISTER},
        "import.run": {SISTER}, "audit.see": {SISTER}, "liaison.see": {SISTER}, "liaison.edit": {SISTER},
        "resource.offer": {SISTER}, "resource.request": {SISTER}, "plan.edit": {SISTER},
        "cloud.edit": {SISTER}, "content.moderate": {SISTER}, "coverage.record": {SISTER}, "evaluation.sign": {SISTER}, "interface.manage": {SISTER},
        **{key: {SISTER} for key in REGISTERED},
    },
    "district_reviewer": {
        "calendar.see": BRANCH, "unit.see": BRANCH, "activity.see": BRANCH, "review.decide": BRANCH, "summary.accept": BRANCH, "letter.handle": BRANCH, "evaluation.recommend": BRANCH,
        "audit.see": BRANCH, "liaison.see": BRANCH, "liaison.edit": {DISTRICT}, "resource.oversee": BRANCH, "plan.edit": {DISTRICT}, "cloud.review": BRANCH, "key.decide": BRANCH,
        "coverage.confirm": BRANCH, "press.clear": BRANCH, "insight.see": BRANCH, "coverage.record": {DISTRICT}, "story.edit": {DISTRICT},
        "document.see": {DISTRICT}, "document.issue": {DISTRICT},
        **dict.fromkeys(SUPERVISING, BRANCH),
    },
    "other_reviewer": {
        "calendar.see": {FAR}, "unit.see": {FAR}, "activity.see": {FAR}, "review.decide": {FAR}, "summary.accept": {FAR}, "letter.handle": {FAR}, "evaluation.recommend": {FAR}, "audit.see": {FAR},
        "liaison.see": {FAR}, "resource.oversee": {FAR}, "cloud.review": {FAR}, "key.decide": {FAR}, "coverage.confirm": {FAR}, "press.clear": {FAR}, "insight.see": {FAR}, **{name: {FAR} for name in SUPERVISING},
    },
    "department_reviewer": {},
    "office": {
        "calendar.see": set(PLACES), "unit.see": set(PLACES), "activity.see": set(PLACES), "review.decide": set(PLACES), "summary.accept": set(PLACES), "letter.handle": set(PLACES), "evaluation.recommend": set(PLACES), "summary.file": {OFFICE},
        **{f"evaluation.{name}": {OFFICE} for name in ("apply", "sign", "manage")},
        "document.see": set(PLACES), "document.issue": {OFFICE}, "interface.manage": {OFFICE},
        **{name: set(PLACES) for name in SUPERVISING}, "liaison.see": set(PLACES), "liaison.edit": set(PLACES),
        "audit.see": set(PLACES), "unit.edit": set(PLACES),
        "unit.people": set(PLACES), "activity.edit": set(PLACES), "activity.cancel": set(PLACES),
        "activity.submit": {OFFICE}, "import.run": {OFFICE}, "edition.manage": {OFFICE},
        "messages.manage": {OFFICE}, "system.operate": {OFFICE}, "audit.export": {OFFICE}, "highlight.choose": {OFFICE}, "key.decide": set(PLACES), "coverage.confirm": set(PLACES), "press.clear": set(PLACES), "coverage.record": {OFFICE}, "story.edit": set(PLACES),
        "insight.see": set(PLACES), "insight.publish": {OFFICE}, "resource.offer": {OFFICE}, "resource.request": {OFFICE}, "resource.oversee": set(PLACES),
        "cloud.edit": {OFFICE}, "cloud.review": set(PLACES), "content.moderate": set(PLACES),
        "booking.see": set(PLACES), "booking.manage": set(PLACES), "booking.by_proxy": {OFFICE}, "session.check_in": {OFFICE},
    },
    "judge": {"evaluation.score": {OFFICE}},
    "moderator": {"unit.see": {OFFICE}, "content.moderate": set(PLACES)},
    "outsider": {},
}  # fmt: skip


@pytest.mark.parametrize("person", TABLE)
def test_person_may_what_the_table_says_and_nothing_else(cast: Cast, person: str) -> None:
    user = getattr(cast, person)

    held = {
        permission: {place for place in PLACES if may(user, permission, getattr(cast, place))}
        for permission in PERMISSIONS
    }

    assert {permission: places for permission, places in held.items() if places} == TABLE[person]


@pytest.mark.parametrize("person", TABLE)
def test_list_of_units_agrees_with_the_single_question(cast: Cast, person: str) -> None:
    user = getattr(cast, person)

    for permission in PERMISSIONS:
        listed = set(organizations_where(user, permission))
        assert listed == {unit for unit in Organization.objects.all() if may(user, permission, unit)}


def test_every_role_says_what_it_is_for() -> None:
    assert set(ROLES) == set(Role.values)
    assert [role for role, grant in ROLES.items() if not str(grant.description)] == []


def test_visitor_holds_nothing(cast: Cast) -> None:
    visitor = AnonymousUser()

    assert memberships(visitor) == []
    assert not any(may(visitor, permission, cast.own_unit) for permission in PERMISSIONS)
    assert list(organizations_where(visitor, "unit.see")) == []


def test_person_switched_off_holds_nothing(cast: Cast) -> None:
    cast.owner.is_active = False

    assert not may(cast.owner, "unit.see", cast.own_unit)


def test_person_of_a_refused_unit_may_only_mend_its_facts(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=Organization.State.REFUSED)

    held = {permission for permission in PERMISSIONS if holds_anywhere(cast.owner, permission)}

    assert held == {"unit.see", "unit.edit"}
    assert list(organizations_where(cast.editor, "activity.edit")) == []


def test_person_of_a_pending_unit_may_draft(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=Organization.State.PENDING)

    assert may(cast.owner, "activity.edit", cast.own_unit)


def test_unknown_permission_is_a_mistake_in_the_program(cast: Cast) -> None:
    with pytest.raises(ValueError, match="no such permission"):
        may(cast.owner, "unit.fly", cast.own_unit)


def test_check_refuses_with_a_sentence_that_says_whom_to_ask(cast: Cast) -> None:
    with pytest.raises(PermissionDenied) as refused:
        check(cast.editor, "unit.edit", cast.own_unit)

    assert str(refused.value) == "您在“福田区少年宫”没有这项权限。如需办理，请联系该单位负责人或上级科协。"


def test_roles_in_two_units_add_up(cast: Cast) -> None:
    MembershipFactory(user=cast.editor, organization=cast.far_unit, role=Role.OWNER)

    assert set(organizations_where(cast.editor, "activity.edit")) == {cast.own_unit, cast.far_unit}
    assert list(organizations_where(cast.editor, "unit.edit")) == [cast.far_unit]


def test_memberships_are_read_once_per_person_object(cast: Cast, django_assert_num_queries: Any) -> None:
    fresh = type(cast.owner).objects.get(pk=cast.owner.pk)

    with django_assert_num_queries(1):
        for permission in ("unit.see", "unit.edit", "activity.edit"):
            may(fresh, permission, cast.own_unit)


def test_reach_along_another_path_finds_the_rows_of_the_branch(cast: Cast) -> None:
    found = Membership.objects.filter(reach(cast.other_reviewer, "unit.see", "organization__path"))

    assert set(found) == set(Membership.objects.filter(organization=cast.other_district))


def test_reach_of_nobody_holds_no_row(cast: Cast) -> None:
    assert reach(cast.outsider, "unit.see") == Q(pk__in=[])


def test_branch_ends_at_whole_numbers_of_the_path(cast: Cast) -> None:
    # /1/2/ must not hold /1/20/: numbers that begin alike are other units
    alike = UnitFactory(parent=cast.other_district)
    Organization.objects.filter(pk=alike.pk).update(path=cast.own_district.path.rstrip("/") + "0/")
    alike.refresh_from_db()

    assert not may(cast.district_reviewer, "unit.see", alike)
    assert alike not in organizations_where(cast.district_reviewer, "unit.see")


def test_reviewers_are_the_active_ones_of_exactly_this_unit(cast: Cast) -> None:
    MembershipFactory(user=UserFactory(is_active=False), organization=cast.own_district, role=Role.REVIEWER)

    assert [m.user for m in reviewers(cast.own_district)] == [cast.district_reviewer]
    assert [m.user for m in reviewers(cast.office_unit)] == [cast.office]
    assert list(reviewers(cast.own_unit)) == []


@pytest.mark.parametrize(
    ("state", "has_a_part"), [("active", True), ("pending", True), ("refused", False), ("closed", False)]
)
def test_who_only_looks_back_has_no_part_in_the_month(cast: Cast, state: str, has_a_part: bool) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=state)
    owner = User.objects.get(pk=cast.owner.pk)

    assert is_at_work(owner, "activity.see") is has_a_part
