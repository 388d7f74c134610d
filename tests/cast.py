"""The cast of every access test, in one small city.

    市科协 office ── 福田区科协 ── own_unit (owner, editor, check-in, helper's desk), other_unit (colleague)
                  ├─ 南山区科协 ── far_unit
                  └─ a department ── department_unit

So that a test can ask "and the reviewer of the other district?" there is always somebody who could see too much.
"""

import time
from dataclasses import dataclass, fields
from typing import Any

from django.test import Client

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


def come_in(client: Client, user: Any, *, fresh_for: int = 0) -> None:
    """Sign the test client in, with the note of when that a real sign-in leaves: grave doors ask again five minutes
    after it. `fresh_for` (seconds) puts that off where one session serves a long run."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() + fresh_for}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


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


@dataclass(frozen=True)
class Edge:
    """Somebody at an edge of the rules. `as_near`: who of the cast is answered the same, everywhere.

    `as_far` is who is answered the same of things that belong to the far unit, said of those of the own unit: what
    the owner may in the own unit, the far owner may in the far one. `at_large` is who is answered the same at addresses
    of nothing in particular.
    """

    user: User
    as_near: str
    as_far: str = ""
    at_large: str = ""


def edges(cast: Cast) -> dict[str, Edge]:
    """People whose rights one forgets: far away, of a department, in two units, of no unit that counts, gone."""

    def person(name: str, role: str, organization: Organization) -> User:
        return MembershipFactory(user__name=name, organization=organization, role=role).user

    in_two = person("两处任职者", Role.EDITOR, cast.own_unit)
    MembershipFactory(user=in_two, organization=cast.far_unit, role=Role.CHECK_IN)
    found = {
        "far_owner": Edge(
            person("南山区天文台负责人", Role.OWNER, cast.far_unit), "colleague", "owner", "owner"
        ),
        "far_editor": Edge(
            person("南山区天文台填报人", Role.EDITOR, cast.far_unit), "colleague", "editor", "editor"
        ),
        "department_owner": Edge(
            person("第一中学负责人", Role.OWNER, cast.unit_of_department), "colleague", at_large="owner"
        ),
        "in_two_units": Edge(in_two, "editor", "check_in"),
        "signed_off": Edge(_gone(person("停用的负责人", Role.OWNER, cast.own_unit)), "anonymous"),
        "no_more_reviewer": Edge(
            _without_role(person("前审核人", Role.REVIEWER, cast.own_district)), "outsider"
        ),
        "no_more_owner": Edge(_without_role(person("前负责人", Role.OWNER, cast.own_unit)), "outsider"),
    }
    for state in Organization.State:
        if state != Organization.State.ACTIVE:
            unit = UnitFactory(name=f"状态为{state}的单位", parent=cast.own_district)
            facts: dict[str, object] = {"state": state}
            if state == "merged":
                facts["merged_into"] = cast.own_unit
            Organization.objects.filter(pk=unit.pk).update(**facts)
            # Who waits for confirmation works at drafts already
            at_large = "owner" if state == Organization.State.PENDING else ""
            owner = person(f"{state}负责人", Role.OWNER, unit)
            found[f"owner_of_{state}_unit"] = Edge(owner, "outsider", at_large=at_large)
    return found


def _gone(user: User) -> User:
    """The account is switched off while the person is signed in."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    return user


def _without_role(user: User) -> User:
    """The roles were taken away a moment ago, while the person is signed in."""
    user.memberships.all().delete()
    return user
