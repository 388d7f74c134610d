"""The main actions, each with every one of its writes failing in turn: all is written or nothing, with one line in the trail."""

from collections.abc import Callable
from typing import Any

import pytest

from kepuyue.activities.actions import drafting, publication, review, submission
from kepuyue.core.models import AuditEvent
from kepuyue.organizations.actions import members, units
from kepuyue.organizations.models import Membership, Organization, Role
from tests.activities import acting
from tests.cast import Cast
from tests.factories import ActivityFactory, PictureFactory, UnitFactory, complete_content
from tests.security.half_done import chosen, half_done

pytestmark = pytest.mark.django_db

Act = Callable[[Cast], Callable[[], Any]]


def _create(cast: Cast) -> Callable[[], Any]:
    return lambda: drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content=complete_content()
    )


def _change(cast: Cast) -> Callable[[], Any]:
    draft = acting.draft(cast)
    speakers = [{"name": "李华", "introduction": "工程师", "is_overseas": False}]
    return lambda: drafting.change(draft, {"title": "新名称", "speakers": speakers}, by=cast.editor)


def _revise(cast: Cast) -> Callable[[], Any]:
    published = acting.published(cast)
    return lambda: drafting.change(published, {"title": "新名称", "licence": "甲"}, by=cast.editor)


def _submit(cast: Cast) -> Callable[[], Any]:
    draft = acting.draft(cast)
    return lambda: submission.submit(draft, by=cast.editor)


def _withdraw(cast: Cast) -> Callable[[], Any]:
    pending = acting.handed_in(cast)
    return lambda: submission.withdraw(pending.activity, by=cast.editor)


def _pass_up(cast: Cast) -> Callable[[], Any]:
    pending = acting.handed_in(cast)
    return lambda: review.approve(pending, by=cast.district_reviewer)


def _publish(cast: Cast) -> Callable[[], Any]:
    pending = acting.at_the_office(cast)
    return lambda: review.approve(pending, by=cast.office)


def _publish_change(cast: Cast) -> Callable[[], Any]:
    handed_in = submission.submit(acting.revised(cast), by=cast.editor)
    passed = review.approve(handed_in, by=cast.district_reviewer)
    return lambda: review.approve(passed, by=cast.office)


def _return(cast: Cast) -> Callable[[], Any]:
    pending = acting.handed_in(cast)
    return lambda: review.return_for_changes(
        pending, by=cast.district_reviewer, note="请改", comments={"title": "请改名称"}
    )


def _return_change(cast: Cast) -> Callable[[], Any]:
    pending = submission.submit(acting.revised(cast), by=cast.editor)
    return lambda: review.return_for_changes(pending, by=cast.district_reviewer, note="请改")


def _reject(cast: Cast) -> Callable[[], Any]:
    pending = acting.handed_in(cast)
    return lambda: review.reject(pending, by=cast.district_reviewer, note="不合适")


def _cancel(cast: Cast) -> Callable[[], Any]:
    published = acting.revised(cast)
    return lambda: publication.cancel(published, by=cast.owner, reason="台风")


def _register(cast: Cast) -> Callable[[], Any]:
    unit = {
        "name": "新单位",
        "type": "school",
        "no_code_reason": "founding",
        "parent": cast.own_district,
        "district": cast.own_district.district,
    }
    return lambda: units.register(unit=unit, person_name="甲", email="new@example.org")


def _confirm(cast: Cast) -> Callable[[], Any]:
    unit = UnitFactory(parent=cast.own_district, state=Organization.State.PENDING)
    Membership.objects.create(user=cast.outsider, organization=unit, role=Role.OWNER)
    return lambda: units.confirm(unit, by=cast.district_reviewer)


def _refuse(cast: Cast) -> Callable[[], Any]:
    unit = UnitFactory(parent=cast.own_district, state=Organization.State.PENDING)
    Membership.objects.create(user=cast.outsider, organization=unit, role=Role.OWNER)
    return lambda: units.refuse(unit, by=cast.district_reviewer, reason="名称不对")


def _add_person(cast: Cast) -> Callable[[], Any]:
    return lambda: members.add(
        cast.own_unit, by=cast.owner, email="new@example.org", name="甲", role=Role.EDITOR
    )


def _remove_person(cast: Cast) -> Callable[[], Any]:
    return lambda: members.remove(cast.editor.memberships.get(), by=cast.owner)


ACTS: dict[str, Act] = {
    name.strip("_"): act
    for name, act in globals().copy().items()
    if name.startswith("_") and getattr(act, "__annotations__", {}).get("cast") is Cast
}
# One line each, but for what is two things at once: handing in is signed too, publishing tells what became public
TRAIL = {"submit": 2, "publish": 2, "publish_change": 2}


@pytest.fixture
def small_city(in_the_month: object, cast: Cast) -> Cast:
    return cast


@pytest.mark.parametrize("name", ACTS)
def test_action_does_all_or_nothing_whichever_write_fails(name: str, small_city: Cast, is_long: bool) -> None:
    assert half_done(ACTS[name](small_city), chosen(is_long)) == []


@pytest.mark.parametrize("name", ACTS)
def test_action_writes_its_line_in_the_trail_once(name: str, small_city: Cast) -> None:
    act = ACTS[name](small_city)
    before = AuditEvent.objects.count()

    act()

    assert AuditEvent.objects.count() - before == TRAIL.get(name, 1)


def test_control_two_writes_without_a_transaction_are_noticed(cast: Cast) -> None:
    def act() -> None:
        ActivityFactory(organization=cast.own_unit)
        PictureFactory(activity=ActivityFactory(organization=cast.own_unit))

    assert half_done(act, chosen(True)) != []
