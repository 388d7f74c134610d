"""Units coming in, being confirmed or refused, and changing their facts."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.accounts.models import User
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import units
from kepuyue.organizations.forms import UnitRegistrationForm
from kepuyue.organizations.models import Organization, Role
from tests.cast import Cast
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
State = Organization.State


def register(cast: Cast, **facts: Any) -> tuple[Organization, User]:
    unit = {
        "name": "彩虹小学",
        "type": "school",
        "parent": cast.own_district,
        "no_code_reason": "founding",
    } | facts
    return units.register(unit=unit, person_name="林老师", email="Lin@School.example")


def pending(cast: Cast) -> Organization:
    return register(cast)[0]


def test_register_makes_a_pending_unit_with_its_owner(cast: Cast) -> None:
    unit, owner = register(cast)

    assert (unit.state, unit.level, unit.path) == ("pending", "unit", f"{cast.own_district.path}{unit.pk}/")
    assert (owner.email, owner.has_usable_password()) == ("lin@school.example", False)
    assert list(unit.memberships.values_list("user", "role")) == [(owner.pk, Role.OWNER)]
    assert [event.action for event in audit.trail(unit)] == ["unit.register"]


def test_register_asks_the_reviewers_of_the_superior_and_nobody_else(cast: Cast) -> None:
    unit = pending(cast)

    message = Message.objects.get(kind="unit.registered")
    assert (message.to, message.subject) == (cast.district_reviewer.email, "新单位待确认：彩虹小学")
    assert message.link == f"/desk/units/{unit.code}/"


def test_register_below_the_office_asks_the_office(cast: Cast) -> None:
    register(cast, parent=cast.office_unit)

    assert [message.to for message in Message.objects.filter(kind="unit.registered")] == [cast.office.email]


def test_register_with_a_known_address_adds_the_unit_to_its_person_and_changes_nothing_else(
    cast: Cast,
) -> None:
    cast.owner.set_password("long-enough-1")
    cast.owner.save()

    _unit, owner = units.register(
        unit={"name": "彩虹小学", "parent": cast.own_district, "no_code_reason": "founding"},
        person_name="另一个人", email=cast.owner.email.upper(),
    )  # fmt: skip

    owner.refresh_from_db()
    assert (owner, owner.name, owner.check_password("long-enough-1")) == (cast.owner, "负责人", True)
    letter = Message.objects.get(to=owner.email)
    assert "请照常登录" in letter.body and "password/reset" not in letter.body


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"name": "福田区图书馆"}, "name"), ({"credit_code": "123"}, "credit_code"), ({"name": ""}, "name")],
)
def test_register_with_a_bad_fact_says_which(cast: Cast, facts: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        register(cast, **facts)

    assert list(refused.value.message_dict) == [field]
    assert not User.objects.filter(email="lin@school.example").exists()


@pytest.mark.parametrize("person", ["district_reviewer", "office"])
def test_confirm_by_the_superior_makes_it_active_and_tells_its_owner(cast: Cast, person: str) -> None:
    unit = pending(cast)

    units.confirm(unit, by=getattr(cast, person))

    unit.refresh_from_db()
    assert unit.state == State.ACTIVE
    assert Message.objects.get(to="lin@school.example", kind="unit.decided").subject == "单位已确认：彩虹小学"
    assert [event.action for event in audit.trail(unit)] == ["unit.confirm", "unit.register"]


@pytest.mark.parametrize("person", ["owner", "other_reviewer", "department_reviewer", "judge", "outsider"])
@pytest.mark.parametrize("decide", [units.confirm, lambda unit, by: units.refuse(unit, by=by, reason="不对")])
def test_decision_by_anybody_else_is_denied(cast: Cast, person: str, decide: Any) -> None:
    unit = pending(cast)

    with pytest.raises(PermissionDenied):
        decide(unit, by=getattr(cast, person))

    unit.refresh_from_db()
    assert unit.state == State.PENDING


def test_unit_cannot_confirm_itself(cast: Cast) -> None:
    unit, owner = register(cast)

    with pytest.raises(PermissionDenied):
        units.confirm(unit, by=owner)


def test_confirm_twice_is_told_and_recorded_once(cast: Cast) -> None:
    unit = pending(cast)
    units.confirm(unit, by=cast.district_reviewer)

    with pytest.raises(NotPossibleNow, match="已经处理过"):
        units.confirm(unit, by=cast.office)

    assert audit.trail(unit).filter(action="unit.confirm").count() == 1


def test_refuse_without_reason_is_refused(cast: Cast) -> None:
    unit = pending(cast)

    with pytest.raises(ValidationError, match="请写明不能确认的原因"):
        units.refuse(unit, by=cast.district_reviewer, reason=" \n")


def test_refuse_tells_the_owner_why_and_what_to_do(cast: Cast) -> None:
    unit = pending(cast)

    units.refuse(unit, by=cast.district_reviewer, reason="名称与公章不符。")

    unit.refresh_from_db()
    assert (unit.state, unit.note) == (State.REFUSED, "名称与公章不符。")
    body = Message.objects.get(to="lin@school.example", kind="unit.decided").body
    assert body.startswith("名称与公章不符。\n\n请登录工作台")
    assert audit.trail(unit).filter(action="unit.refuse").get().reason == "名称与公章不符。"


def test_refused_unit_mended_asks_its_superior_again(cast: Cast) -> None:
    unit, owner = register(cast)
    units.refuse(unit, by=cast.district_reviewer, reason="名称与公章不符。")
    Message.objects.all().delete()

    units.edit(unit, {"name": "福田区彩虹小学"}, by=User.objects.get(pk=owner.pk), version=1)

    unit.refresh_from_db()
    assert (unit.state, unit.note, unit.name) == (State.PENDING, "", "福田区彩虹小学")
    assert [message.to for message in Message.objects.all()] == [cast.district_reviewer.email]
    units.confirm(unit, by=cast.district_reviewer)


def test_edit_writes_and_records_what_differs(cast: Cast) -> None:
    units.edit(cast.own_unit, {"address": "莲花路1号", "name": "福田区少年宫"}, by=cast.owner, version=1)

    cast.own_unit.refresh_from_db()
    assert cast.own_unit.address == "莲花路1号"
    assert audit.trail(cast.own_unit).get().changes == {"address": ["", "莲花路1号"]}


def test_edit_of_nothing_is_not_recorded(cast: Cast) -> None:
    units.edit(cast.own_unit, {"name": "福田区少年宫", "address": ""}, by=cast.owner, version=1)

    assert list(audit.trail(cast.own_unit)) == []


def test_edit_of_what_is_not_the_units_to_change_is_passed_over(cast: Cast) -> None:
    units.edit(
        cast.own_unit,
        {"level": "office", "parent": cast.far_unit, "path": "/", "state": "pending"},
        by=cast.owner,
        version=1,
    )

    fresh = Organization.objects.get(pk=cast.own_unit.pk)
    assert (fresh.level, fresh.parent, fresh.path, fresh.state) == (
        "unit", cast.own_district, cast.own_unit.path, "active",
    )  # fmt: skip


@pytest.mark.parametrize("person", ["editor", "check_in", "colleague", "district_reviewer", "outsider"])
def test_edit_by_others_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        units.edit(cast.own_unit, {"address": "别处"}, by=getattr(cast, person), version=1)


def test_edit_to_the_name_of_another_unit_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        units.edit(cast.own_unit, {"name": "福田区图书馆"}, by=cast.owner, version=1)

    assert Organization.objects.get(pk=cast.own_unit.pk).name == "福田区少年宫"


def test_edit_of_a_district_is_recorded_by_name(cast: Cast) -> None:
    units.edit(cast.own_unit, {"district": cast.other_district.district}, by=cast.owner, version=1)

    assert audit.trail(cast.own_unit).get().changes == {"district": ["福田区", "南山区"]}


def test_pending_unit_is_within_its_superiors_reach_only(cast: Cast) -> None:
    unit = UnitFactory(parent=cast.own_district, state=State.PENDING)

    with pytest.raises(PermissionDenied):
        units.confirm(unit, by=cast.other_reviewer)


def test_districts_are_the_first_superiors_to_choose_from(cast: Cast) -> None:
    parents = UnitRegistrationForm().fields["parent"].queryset  # type: ignore[attr-defined]

    assert [unit.name for unit in parents] == [
        unit.name for unit in (cast.own_district, cast.other_district, cast.office_unit, cast.department_unit)
    ]
