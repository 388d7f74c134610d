"""Who answers for a member unit: named by itself, asked for from above."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.messaging.models import Message
from kepuyue.organizations import queries
from kepuyue.organizations.actions import liaisons
from kepuyue.organizations.models import Liaison
from tests.cast import Cast
from tests.factories import DepartmentFactory, UnitFactory

pytestmark = pytest.mark.django_db
FACTS = {"leader_name": "分管领导", "lead_office": "科普部", "name": "联络员", "phone": "0755-00000000"}


def test_unit_names_its_liaison_and_the_trail_holds_no_number(cast: Cast) -> None:
    liaison = liaisons.name(cast.own_district, FACTS, by=cast.district_reviewer, version=0)

    assert (liaison.name, liaison.version, liaison.updated_by) == ("联络员", 1, cast.district_reviewer)
    assert "0755" not in str(audit.trail(cast.own_district).get().changes)


def test_same_facts_again_change_nothing(cast: Cast) -> None:
    liaisons.name(cast.own_district, FACTS, by=cast.district_reviewer, version=0)

    liaisons.name(cast.own_district, FACTS, by=cast.district_reviewer, version=1)

    assert (Liaison.objects.get().version, audit.trail(cast.own_district).count()) == (1, 1)


def test_change_since_it_was_opened_is_a_conflict_and_overwrites_nothing(cast: Cast) -> None:
    liaisons.name(cast.own_district, FACTS, by=cast.district_reviewer, version=0)

    with pytest.raises(Conflict) as conflict:
        liaisons.name(cast.own_district, FACTS | {"name": "另一位"}, by=cast.office, version=0)

    assert conflict.value.present.name == Liaison.objects.get().name == "联络员"


@pytest.mark.parametrize("person", ["owner", "other_reviewer", "judge", "outsider"])
def test_liaison_is_named_by_nobody_else(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        liaisons.name(cast.own_district, FACTS, by=getattr(cast, person), version=0)


def test_unconfirmed_unit_names_nobody(cast: Cast) -> None:
    unit = UnitFactory(parent=cast.own_district, state="pending")

    with pytest.raises(NotPossibleNow):
        liaisons.name(unit, FACTS, by=cast.office, version=0)


def test_liaison_without_name_or_number_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        liaisons.name(cast.own_district, FACTS | {"name": "", "phone": ""}, by=cast.office, version=0)

    assert set(refused.value.message_dict) == {"name", "phone"}


def test_reminder_goes_once_a_day_to_those_who_named_nobody(cast: Cast, in_the_month: object) -> None:
    liaisons.name(cast.other_district, FACTS, by=cast.office, version=0)
    units = list(queries.expected_liaisons(cast.office))

    counts = [liaisons.remind(units, by=cast.office)[0] for _time in range(2)]

    assert counts == [3, 0]
    assert {message.to for message in Message.objects.all()} == {
        cast.district_reviewer.email,
        cast.department_reviewer.email,
        cast.office.email,
    }


def test_reminder_names_the_units_that_have_nobody_to_write_to(cast: Cast) -> None:
    empty = DepartmentFactory(name="市水务局")

    _told, unreachable = liaisons.remind([empty], by=cast.office)

    assert unreachable == [empty]


def test_expected_liaisons_are_those_of_ones_branch(cast: Cast) -> None:
    assert list(queries.expected_liaisons(cast.district_reviewer)) == [cast.own_district]
    assert list(queries.expected_liaisons(cast.editor)) == []
    assert len(queries.expected_liaisons(cast.office)) == 4
