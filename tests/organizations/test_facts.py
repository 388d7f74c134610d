"""A confirmed unit's name, credit code and type: what its superior confirms before the public sees it."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations import queries
from kepuyue.organizations.actions import facts, standing, units
from kepuyue.organizations.models import FactsChange, Organization, UnitName
from tests.cast import Cast

pytestmark = pytest.mark.django_db
NEW = "福田区青少年活动中心"


def asked(cast: Cast, **wanted: Any) -> FactsChange:
    """The owner has asked for another name, or what is given."""
    unit = Organization.objects.get(pk=cast.own_unit.pk)
    units.edit(unit, wanted or {"name": NEW}, by=cast.owner, version=unit.version)
    change = queries.waiting_change(cast.own_unit)
    assert change is not None
    return change


def own_unit(cast: Cast) -> Organization:
    return Organization.objects.get(pk=cast.own_unit.pk)


def test_new_name_waits_while_the_address_is_written_at_once(cast: Cast) -> None:
    change = asked(cast, name=NEW, address="莲花路1号")

    unit = own_unit(cast)
    assert (unit.name, unit.address, unit.version) == ("福田区少年宫", "莲花路1号", 2)
    assert (change.wanted, change.differences()) == ({"name": NEW}, [("单位名称", "福田区少年宫", NEW)])
    assert [(row.action, row.changes) for row in audit.trail(cast.own_unit).order_by("pk")] == [
        ("unit.facts.ask", {"name": ["福田区少年宫", NEW]}),
        ("unit.edit", {"address": ["", "莲花路1号"]}),
    ]
    assert [(one.kind, one.to) for one in Message.objects.all()] == [
        ("unit.facts", cast.district_reviewer.email)
    ]
    assert list(queries.waiting_facts(cast.district_reviewer)) == [change]
    assert list(queries.waiting_facts(cast.other_reviewer)) == []


def test_confirmed_change_is_the_units_and_its_former_name_stays_known(cast: Cast) -> None:
    change = asked(cast, name=NEW, type="school")

    facts.confirm(change, by=cast.district_reviewer)

    unit = own_unit(cast)
    assert (unit.name, unit.type, unit.version) == (NEW, "school", 2)
    assert queries.units_named(["福田区少年宫"]) == {"福田区少年宫": unit}
    row = audit.trail(cast.own_unit).get(action="unit.facts.confirm")
    assert row.changes == {"name": ["福田区少年宫", NEW], "type": [cast.own_unit.type, "school"]}
    assert Message.objects.get(kind="unit.decided").to == cast.owner.email
    with pytest.raises(NotPossibleNow, match="已确认"):
        facts.confirm(change, by=cast.district_reviewer)


def test_refused_change_says_why_and_leaves_all_as_it_was(cast: Cast) -> None:
    change = asked(cast)
    with pytest.raises(ValidationError, match="请写明"):
        facts.refuse(change, by=cast.district_reviewer, reason=" ")

    facts.refuse(change, by=cast.district_reviewer, reason="与公章不一致")

    assert (own_unit(cast).name, queries.waiting_change(cast.own_unit)) == ("福田区少年宫", None)
    assert "与公章不一致" in Message.objects.get(kind="unit.decided").body
    assert not UnitName.objects.filter(organization=cast.own_unit).exists()


@pytest.mark.parametrize("person", ["owner", "editor", "colleague", "other_reviewer", "outsider"])
def test_change_is_decided_by_the_superior_only(cast: Cast, person: str) -> None:
    change = asked(cast)

    with pytest.raises(PermissionDenied):
        facts.confirm(change, by=getattr(cast, person))
    with pytest.raises(PermissionDenied):
        facts.refuse(change, by=getattr(cast, person), reason="不")

    assert own_unit(cast).name == "福田区少年宫"


def test_later_wish_replaces_the_one_that_waits_and_may_be_withdrawn(cast: Cast) -> None:
    first, second = asked(cast), asked(cast, name="福田区少年活动中心")

    first.refresh_from_db()
    assert (first.state, queries.waiting_change(cast.own_unit)) == ("withdrawn", second)
    facts.withdraw(second, by=cast.owner)
    assert queries.waiting_change(cast.own_unit) is None
    with pytest.raises(NotPossibleNow):
        facts.confirm(second, by=cast.district_reviewer)


def test_name_taken_since_it_was_asked_is_not_confirmed(cast: Cast) -> None:
    change = asked(cast)
    Organization.objects.filter(pk=cast.other_unit.pk).update(name=NEW)

    with pytest.raises(ValidationError):
        facts.confirm(change, by=cast.district_reviewer)

    assert own_unit(cast).name == "福田区少年宫"


def test_impossible_name_is_refused_when_it_is_asked(cast: Cast) -> None:
    UnitName.objects.create(organization=cast.other_unit, name=NEW)

    with pytest.raises(ValidationError, match="曾用名"):
        units.edit(own_unit(cast), {"name": NEW}, by=cast.owner, version=1)

    assert not FactsChange.objects.exists()


def test_office_that_confirms_units_need_not_ask_itself(cast: Cast) -> None:
    units.edit(own_unit(cast), {"name": NEW}, by=cast.office, version=1)

    assert (own_unit(cast).name, FactsChange.objects.exists()) == (NEW, False)


def test_closed_units_wish_waits_for_nobody(cast: Cast) -> None:
    change = asked(cast)
    standing.close(cast.own_unit, by=cast.office, reason="撤销")

    assert list(queries.waiting_facts(cast.district_reviewer)) == []
    with pytest.raises(NotPossibleNow, match="不是正常状态"):
        facts.confirm(change, by=cast.district_reviewer)


def test_superior_sees_the_difference_and_decides_on_the_units_page(cast: Cast, sign_in: Any) -> None:
    owner = sign_in(cast.owner)
    form = {"name": NEW, "type": cast.own_unit.type, "district": cast.own_unit.district_id, "version": 1}
    said = owner.post(reverse("organizations:unit-edit", args=[cast.own_unit.code]), form, follow=True)
    assert "要等上级确认" in said.content.decode()
    page = reverse("organizations:unit", args=[cast.own_unit.code])
    reviewer = sign_in(cast.district_reviewer)

    for address in (page, reverse("organizations:waiting")):
        text = reviewer.get(address).content.decode()
        assert ("<del>" in text, "<ins>" in text) == (True, True)
    reviewer.post(reverse("organizations:facts-confirmation", args=[cast.own_unit.code]))

    assert own_unit(cast).name == NEW
