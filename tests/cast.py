"""The cast of every access test, in one small city.

    市科协 office ── 福田区科协 ── own_unit (owner, editor, check-in, helper's desk), other_unit (colleague)
                  ├─ 南山区科协 ── far_unit
                  └─ a department ── department_unit

So that a test can ask "and the reviewer of the other district?" there is always somebody who could see too much.
"""

from dataclasses import dataclass, fields

from kepuyue.accounts.models import User
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization, Role
from tests.factories import (
    DepartmentFactory,
    DistrictAssociationFactory,
    EditionFactory,
    MembershipFactory,
    OfficeFactory,
    UnitFactory,
    UserFactory,
)


@dataclass(frozen=True)
class Cast:
    """People are named by their role; None is a visitor who is not signed in."""

    edition: Edition
    office_unit: Organization
    own_district: Organization
    other_district: Organization
    department_unit: Organization
    own_unit: Organization
    other_unit: Organization
    far_unit: Organization
    unit_of_department: Organization

    owner: User
    editor: User
    check_in: User
    helpdesk: User
    colleague: User
    district_reviewer: User
    other_reviewer: User
    department_reviewer: User
    office: User
    judge: User
    moderator: User
    outsider: User
    anonymous: None = None

    def people(self) -> dict[str, User | None]:
        """Everybody by name, the visitor included."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is None or isinstance(value, User)}


def assemble() -> Cast:
    """Build the city and its people."""
    edition = EditionFactory()
    office_unit = OfficeFactory()
    own_district = DistrictAssociationFactory()
    other_district = DistrictAssociationFactory(district__code="nanshan", district__name="南山区")
    department = DepartmentFactory(name="市教育局")
    own_unit = UnitFactory(name="福田区少年宫", parent=own_district)
    other_unit = UnitFactory(name="福田区图书馆", parent=own_district)

    def person(name: str, role: str, organization: Organization) -> User:
        return MembershipFactory(user__name=name, organization=organization, role=role).user

    return Cast(
        edition=edition,
        office_unit=office_unit,
        own_district=own_district,
        other_district=other_district,
        department_unit=department,
        own_unit=own_unit,
        other_unit=other_unit,
        far_unit=UnitFactory(name="南山区天文台", parent=other_district),
        unit_of_department=UnitFactory(name="市第一中学", parent=department),
        owner=person("负责人", Role.OWNER, own_unit),
        editor=person("填报人", Role.EDITOR, own_unit),
        check_in=person("签到员", Role.CHECK_IN, own_unit),
        helpdesk=person("代办员", Role.HELPDESK, own_unit),
        colleague=person("邻居单位负责人", Role.OWNER, other_unit),
        district_reviewer=person("福田审核人", Role.REVIEWER, own_district),
        other_reviewer=person("南山审核人", Role.REVIEWER, other_district),
        department_reviewer=person("教育局审核人", Role.REVIEWER, department),
        office=person("市管理员", Role.OFFICE, office_unit),
        judge=person("评委", Role.JUDGE, office_unit),
        moderator=person("内容审看员", Role.MODERATOR, office_unit),
        outsider=UserFactory(name="路人"),
    )
