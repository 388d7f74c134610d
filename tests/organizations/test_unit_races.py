"""Two people at once: one link, one unit, one pair."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from kepuyue.activities.actions import drafting
from kepuyue.organizations.actions import handovers, invitations, joining, members, merging, tree, units
from kepuyue.organizations.models import Membership, Merger, Organization
from tests.cast import assemble
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[str]:
    """Run them at the same moment; what came of each: its fault's name, or done."""
    barrier, outcomes = Barrier(len(works)), [""] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            work()
            outcomes[place] = "done"
        except ValidationError:
            outcomes[place] = "refused"
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_link_for_one_lets_in_one_of_four() -> None:
    cast = assemble()
    invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    people = [UserFactory() for _ in range(4)]

    outcomes = at_once(*(lambda person=person: joining.accept(token, by=person) for person in people))

    invitation.refresh_from_db()
    assert outcomes == ["done", "refused", "refused", "refused"]
    assert (invitation.uses, invitation.entries.count()) == (1, 1)


def test_two_units_merged_into_each_other_at_once_are_merged_once() -> None:
    cast = assemble()

    outcomes = at_once(
        lambda: merging.merge(cast.own_unit, into=cast.other_unit, by=cast.office),
        lambda: merging.merge(cast.other_unit, into=cast.own_unit, by=cast.office),
    )

    assert (outcomes, Merger.objects.count()) == (["done", "refused"], 1)


def test_unit_made_while_its_superior_moves_stands_in_the_moved_branch() -> None:
    cast = assemble()
    facts = {"name": "彩虹小学", "parent": cast.own_district, "no_code_reason": "founding"}

    at_once(
        lambda: tree.move(cast.own_unit, to=cast.other_district, by=cast.office),
        lambda: units.create(unit=facts, by=cast.district_reviewer),
        lambda: units.create(unit=facts | {"name": "星河小学"}, by=cast.district_reviewer),
    )

    for unit in Organization.objects.select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"


@pytest.mark.parametrize("other", ["gives too", "is removed"])
def test_unit_keeps_an_owner_whoever_gives_way_at_once(other: str) -> None:
    cast = assemble()
    second = MembershipFactory(organization=cast.own_unit, role="owner")
    away = handovers.offer(cast.own_unit, by=cast.owner, email=second.user.email)
    back = handovers.offer(cast.own_unit, by=second.user, email=cast.owner.email)

    at_once(
        lambda: handovers.accept(away, by=second.user),
        (lambda: handovers.accept(back, by=cast.owner))
        if other == "gives too"
        else (lambda: members.remove(second, by=cast.owner)),
    )

    assert Membership.objects.filter(organization=cast.own_unit, role="owner").count() == 1


def test_nothing_made_for_a_unit_is_left_behind_in_a_merger() -> None:
    cast = assemble()

    at_once(
        lambda: merging.merge(cast.own_unit, into=cast.other_unit, by=cast.district_reviewer),
        lambda: drafting.create(
            edition=cast.edition, organization=cast.own_unit, by=cast.editor, content={"title": "刚写的"}
        ),
        lambda: members.add(cast.own_unit, by=cast.owner, email="new@example.org", name="新", role="editor"),
    )

    assert not cast.own_unit.activities.exists() and not cast.own_unit.memberships.exists()


def test_somebody_new_who_is_named_by_two_units_at_once_is_one_person() -> None:
    cast = assemble()
    pairs = ((cast.own_unit, cast.owner), (cast.other_unit, cast.colleague))

    outcomes = at_once(
        *(
            lambda unit=unit, by=by: members.add(
                unit, by=by, email="new@example.org", name="新", role="editor"
            )
            for unit, by in pairs
        )
    )

    assert outcomes == ["done", "done"]
    assert Membership.objects.filter(user__email="new@example.org").count() == 2
