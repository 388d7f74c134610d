"""Two records of one unit become one, and what was wrong is taken back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from kepuyue.activities.models import Activity, Participation, Review, UnitRole
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations import queries
from kepuyue.organizations.actions import merging
from kepuyue.organizations.models import Liaison, Membership, Merger, Organization, Role, UnitName
from tests.cast import Cast
from tests.factories import ActivityFactory, MembershipFactory, SubmissionFactory, UnitFactory, VenueFactory

pytestmark = pytest.mark.django_db
CODE = "9144030071526726XG"


def fresh(unit: Organization) -> Organization:
    return Organization.objects.get(pk=unit.pk)


def test_every_field_that_points_to_units_says_what_a_merger_does_to_it() -> None:
    silent = [
        pointer.label
        for pointer in merging.pointers()
        if getattr(pointer.model, "on_merge", {}).get(pointer.field) not in merging.WAYS
    ]

    assert silent == [], (
        'say on_merge = {"field": "move" …} in these models; see organizations/actions/merging.py'
    )


def test_merge_moves_everything_to_the_survivor(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district, address="莲花路1号", credit_code=CODE)
    draft = ActivityFactory(organization=twin)
    Participation.objects.create(activity=draft, role=UnitRole.HOST, name=twin.name, organization=twin)
    venue = VenueFactory(organization=twin)
    person = MembershipFactory(organization=twin, role=Role.EDITOR).user
    MembershipFactory(organization=twin, role=Role.OWNER, user=cast.owner)
    Liaison.objects.create(organization=twin, name="联络员", phone="0755-00000000")

    merger = merging.merge(twin, into=cast.own_unit, by=cast.district_reviewer)

    merged, survivor = fresh(twin), fresh(cast.own_unit)
    assert (merged.state, merged.merged_into, merged.credit_code) == ("merged", survivor, "")
    assert (survivor.credit_code, survivor.address) == (CODE, "莲花路1号")
    draft.refresh_from_db()
    venue.refresh_from_db()
    assert (draft.organization, draft.participations.get().organization, venue.organization) == (
        survivor,
    ) * 3
    assert set(survivor.memberships.values_list("user", "role")) >= {
        (person.pk, "editor"),
        (cast.owner.pk, "owner"),
    }
    assert Liaison.objects.get().organization == survivor
    assert merger.moved["activities.Activity.organization"] == [draft.pk]
    for pointer in merging.pointers():
        if pointer.way != merging.KEEP and pointer.label != "organizations.Organization.merged_into":
            assert not pointer.rows(merged).exists(), pointer.label


def test_merge_is_in_the_trail_of_both_and_told(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    other_owner = MembershipFactory(organization=twin).user

    merging.merge(twin, into=cast.own_unit, by=cast.office)

    assert [audit.trail(unit).get().action for unit in (twin, cast.own_unit)] == ["unit.merge"] * 2
    told = {message.to: message.body for message in Message.objects.all()}
    assert set(told) == {other_owner.email, cast.owner.email}
    assert "您的角色和活动都在那里" in told[other_owner.email]
    assert f"带着原来的角色过来了：{other_owner.name}" in told[cast.owner.email]


def test_merged_units_old_name_stays_known(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    UnitName.objects.create(organization=twin, name="少年宫分部")

    merging.merge(twin, into=cast.own_unit, by=cast.office)

    names = ["福田少年宫", "少年宫分部", "福田区少年宫", "没有这个"]
    assert queries.units_named(names) == dict.fromkeys(names[:3], cast.own_unit)


def test_chain_of_mergers_leads_to_the_last(cast: Cast) -> None:
    first, second = (UnitFactory(name=name, parent=cast.own_district) for name in ("甲单位", "乙单位"))

    merging.merge(first, into=second, by=cast.office)
    merging.merge(second, into=cast.own_unit, by=cast.office)

    assert fresh(first).merged_into == cast.own_unit
    assert queries.units_named(["甲单位", "乙单位"]) == {"甲单位": cast.own_unit, "乙单位": cast.own_unit}


def test_role_held_in_both_is_held_once(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    MembershipFactory(organization=twin, role=Role.OWNER, user=cast.owner)

    merging.merge(twin, into=cast.own_unit, by=cast.office)

    assert Membership.objects.filter(user=cast.owner, role=Role.OWNER).count() == 1


def test_review_that_was_given_stays_with_the_unit_that_gave_it(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    submission = SubmissionFactory(activity=ActivityFactory(organization=cast.other_unit, state="submitted"))
    review = Review.objects.create(submission=submission, organization=twin, decision="approved")

    merging.merge(twin, into=cast.own_unit, by=cast.office)

    review.refresh_from_db()
    assert review.organization == twin


def test_merge_across_districts_moves_what_waits_to_the_survivors_superior(cast: Cast) -> None:
    submission = SubmissionFactory(activity=ActivityFactory(organization=cast.far_unit, state="submitted"))

    merging.merge(cast.far_unit, into=cast.own_unit, by=cast.office)

    submission.refresh_from_db()
    assert submission.turn == cast.own_district


@pytest.mark.parametrize("person", ["owner", "district_reviewer", "other_reviewer", "outsider"])
def test_merge_by_somebody_who_does_not_oversee_both_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        merging.merge(cast.far_unit, into=cast.own_unit, by=getattr(cast, person))


def test_merge_of_what_cannot_be_merged_is_refused(cast: Cast) -> None:
    child = UnitFactory(parent=cast.own_unit)
    refusals = [
        (cast.own_unit, cast.own_unit), (cast.own_district, cast.own_unit), (cast.own_unit, child), (cast.own_unit, cast.other_unit),
    ]  # fmt: skip

    for merged, survivor in refusals:
        with pytest.raises(ValidationError):
            merging.merge(merged, into=survivor, by=cast.office)


def test_merge_twice_is_refused(cast: Cast) -> None:
    merging.merge(cast.other_unit, into=cast.own_unit, by=cast.office)

    with pytest.raises(NotPossibleNow):
        merging.merge(cast.other_unit, into=cast.own_unit, by=cast.office)

    assert Merger.objects.count() == 1


def test_undo_takes_back_what_went_over_and_leaves_what_came_later(cast: Cast) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district, credit_code=CODE)
    theirs = ActivityFactory(organization=twin)
    MembershipFactory(organization=twin, role=Role.OWNER, user=cast.owner)
    merger = merging.merge(twin, into=cast.own_unit, by=cast.office)
    later = ActivityFactory(organization=fresh(cast.own_unit))

    merging.undo(merger, by=cast.district_reviewer)

    back, survivor = fresh(twin), fresh(cast.own_unit)
    assert (back.state, back.merged_into, back.credit_code) == ("active", None, CODE)
    assert survivor.credit_code == ""
    assert {activity.pk: activity.organization for activity in Activity.objects.all()} == {
        theirs.pk: back,
        later.pk: survivor,
    }
    assert set(back.memberships.values_list("user", "role")) == {(cast.owner.pk, "owner")}
    assert queries.units_named(["福田少年宫"]) == {"福田少年宫": back}
    assert [audit.trail(unit).first().action for unit in (back, survivor)] == ["unit.unmerge"] * 2
    with pytest.raises(NotPossibleNow):
        merging.undo(merger, by=cast.office)


def test_undo_gives_children_back(cast: Cast) -> None:
    department_twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    child = UnitFactory(parent=department_twin)
    merger = merging.merge(department_twin, into=cast.other_district, by=cast.office)
    assert fresh(child).path == f"{cast.other_district.path}{child.pk}/"

    merging.undo(merger, by=cast.office)

    assert fresh(child).path == f"{department_twin.path}{child.pk}/"


def test_holdings_count_what_would_move(cast: Cast) -> None:
    ActivityFactory(organization=cast.own_unit)

    found = {holding.label: holding.count for holding in merging.holdings(cast.own_unit)}

    assert (found["活动"], found["任职"]) == (1, 4)


def test_same_imported_line_in_both_is_said_and_nothing_is_merged(cast: Cast) -> None:
    for unit in (cast.own_unit, cast.other_unit):
        ActivityFactory(organization=unit, edition=cast.edition, outside_key="表1-7")

    with pytest.raises(NotPossibleNow, match="活动"):
        merging.merge(cast.other_unit, into=cast.own_unit, by=cast.office)

    assert fresh(cast.other_unit).state == "active"
    assert Merger.objects.count() == 0


def test_people_of_an_unconfirmed_look_alike_do_not_come_into_the_real_unit(cast: Cast) -> None:
    fake = UnitFactory(name="福田少年宫", parent=cast.own_district, state="pending")
    stranger = MembershipFactory(organization=fake, role=Role.OWNER).user
    before = set(cast.own_unit.memberships.values_list("user", "role"))

    merger = merging.merge(fake, into=cast.own_unit, by=cast.district_reviewer)

    assert set(cast.own_unit.memberships.values_list("user", "role")) == before
    assert "请联系该单位负责人" in Message.objects.get(to=stranger.email).body
    merging.undo(merger, by=cast.district_reviewer)
    assert set(fake.memberships.values_list("user", "role")) == {(stranger.pk, "owner")}
    undone = Message.objects.filter(subject="单位合并已撤销：福田少年宫")
    assert {stranger.email, cast.owner.email} <= {message.to for message in undone}


def test_preview_and_owners_name_who_is_kept_out(cast: Cast, sign_in: Any) -> None:
    fake = UnitFactory(name="福田少年宫", parent=cast.own_district, state="pending")
    stranger = MembershipFactory(organization=fake, role=Role.OWNER).user
    MembershipFactory(organization=fake, role=Role.EDITOR, user=cast.editor)
    page = reverse("organizations:merger", args=[cast.own_unit.code])
    reviewer = sign_in(cast.district_reviewer)

    sides = {side["unit"].name: side for side in reviewer.get(f"{page}?other={fake.code}").context["sides"]}

    assert {name: side["kept_out"] for name, side in sides.items()} == {
        "福田少年宫": [stranger],  # the editor is in the other unit as well
        "福田区少年宫": [],
    }
    assert "任职" not in {holding.label for holding in sides["福田少年宫"]["holdings"]}
    reviewer.post(page, {"other": fake.code, "survivor": cast.own_unit.code})
    told = {message.to: message.body for message in Message.objects.filter(kind="unit.standing")}
    assert f"没有带过来：{stranger.name}。" in told[cast.owner.email]
    assert "请联系该单位负责人" in told[stranger.email]
    assert "您的角色和活动都在那里" in told[cast.editor.email]
