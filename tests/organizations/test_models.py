import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from kepuyue.organizations.models import Organization
from kepuyue.organizations.queries import office, people_of
from tests.cast import Cast
from tests.factories import (
    DistrictAssociationFactory,
    MembershipFactory,
    OfficeFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
CODE = "9144030071526726XG"


def test_path_leads_from_the_top_down() -> None:
    unit = UnitFactory()
    assert unit.parent is not None

    unit.refresh_from_db()

    assert unit.path == f"/{OfficeFactory().pk}/{unit.parent.pk}/{unit.pk}/"


def test_path_stays_when_the_unit_is_saved_again() -> None:
    unit = UnitFactory()
    before = unit.path

    unit.name = "新名字"
    unit.save()

    assert Organization.objects.get(pk=unit.pk).path == before


def test_branch_holds_the_unit_itself_and_all_below() -> None:
    district = DistrictAssociationFactory()
    unit = UnitFactory(parent=district)
    elsewhere = UnitFactory(
        parent=DistrictAssociationFactory(district__code="nanshan", district__name="南山区")
    )

    assert set(Organization.objects.in_branch(district)) == {district, unit}
    assert (unit.is_within(district), district.is_within(unit), elsewhere.is_within(district)) == (
        True,
        False,
        False,
    )


def test_credit_code_in_small_letters_is_kept_in_capitals() -> None:
    assert UnitFactory(credit_code=CODE.lower()).credit_code == CODE


def test_credit_code_in_small_letters_of_another_unit_is_refused_in_a_sentence() -> None:
    UnitFactory(credit_code=CODE)

    with pytest.raises(ValidationError) as refused:
        UnitFactory.build(parent=DistrictAssociationFactory(), credit_code=CODE.lower()).full_clean(
            exclude=["path"]
        )

    assert refused.value.message_dict == {
        "credit_code": ["这个信用代码已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。"]
    }


def test_credit_code_with_a_wrong_check_character_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        UnitFactory.build(parent=DistrictAssociationFactory(), credit_code=CODE[:-1] + "H").full_clean(
            exclude=["path"]
        )

    assert refused.value.message_dict == {
        "credit_code": ["校验位对不上，说明有一位抄错了，请对照证书逐位核对。"]
    }


def test_several_units_without_credit_code_live_side_by_side() -> None:
    UnitFactory(credit_code="")
    UnitFactory(credit_code="")

    assert Organization.objects.filter(credit_code="", level="unit").count() == 2


def test_unit_without_superior_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError):
        UnitFactory(parent=None, district=None)


def test_active_units_are_those_confirmed() -> None:
    UnitFactory(state=Organization.State.PENDING)
    confirmed = UnitFactory()

    assert set(Organization.objects.active().filter(level="unit")) == {confirmed}


def test_people_of_a_unit_are_active_and_listed_once() -> None:
    unit = UnitFactory()
    person = MembershipFactory(organization=unit, role="owner").user
    MembershipFactory(organization=unit, role="editor", user=person)
    MembershipFactory(organization=unit, role="owner", user=UserFactory(is_active=False))
    MembershipFactory(role="owner")

    assert people_of(unit, ("owner", "editor")) == [person]


def test_office_is_the_top_of_the_tree() -> None:
    assert office() is None
    UnitFactory()

    assert office() == OfficeFactory()


def test_texts_of_units_read_aloud(cast: Cast) -> None:
    membership = cast.owner.memberships.get()

    assert (str(cast.own_unit), str(cast.own_unit.district), str(membership)) == (
        "福田区少年宫", "福田区", "负责人 · 福田区少年宫 · 单位负责人",
    )  # fmt: skip
