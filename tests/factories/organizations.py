import factory
from factory.django import DjangoModelFactory

from kepuyue.organizations.models import District, Membership, Organization, Role
from tests.factories.accounts import UserFactory

Level, Type = Organization.Level, Organization.Type


class DistrictFactory(DjangoModelFactory[District]):
    """福田区; `DistrictFactory(code="nanshan", name="南山区")` for another. The same code is the same district."""

    code = "futian"
    name = factory.LazyAttribute(lambda row: {"futian": "福田区"}.get(row.code, f"{row.code}区"))
    name_en = factory.LazyAttribute(lambda row: f"{row.code.title()} District")
    tile_column = factory.Sequence(lambda n: n % 6)
    tile_row = factory.Sequence(lambda n: n // 6 % 6)
    position = factory.Sequence(lambda n: n)

    class Meta:
        model = District
        django_get_or_create = ("code",)


class OfficeFactory(DjangoModelFactory[Organization]):
    """The top of the tree. There is one."""

    name = "深圳市科学技术协会"
    name_en = "Shenzhen Association for Science and Technology"
    level = Level.OFFICE
    type = Type.ASSOCIATION

    class Meta:
        model = Organization
        django_get_or_create = ("name",)


class DistrictAssociationFactory(DjangoModelFactory[Organization]):
    """A district's association below the office: 福田区科学技术协会. The same district gives the same one."""

    district = factory.SubFactory(DistrictFactory)
    name = factory.LazyAttribute(lambda row: f"{row.district.name}科学技术协会")
    level = Level.DISTRICT
    type = Type.ASSOCIATION
    parent = factory.SubFactory(OfficeFactory)

    class Meta:
        model = Organization
        django_get_or_create = ("name",)


class DepartmentFactory(DjangoModelFactory[Organization]):
    """A member unit of the city below the office."""

    name = factory.Sequence(lambda n: f"市第{n}局")
    level = Level.DEPARTMENT
    type = Type.GOVERNMENT
    parent = factory.SubFactory(OfficeFactory)

    class Meta:
        model = Organization


class UnitFactory(DjangoModelFactory[Organization]):
    """A unit that holds activities, below 福田区科协 unless `parent=` says otherwise."""

    name = factory.Sequence(lambda n: f"第{n}科普基地")
    level = Level.UNIT
    type = Type.BASE
    parent = factory.SubFactory(DistrictAssociationFactory)
    district = factory.LazyAttribute(lambda row: row.parent.district)

    class Meta:
        model = Organization


class MembershipFactory(DjangoModelFactory[Membership]):
    """A person with a role in a unit: `MembershipFactory(organization=unit, role=Role.EDITOR).user`."""

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(UnitFactory)
    role = Role.OWNER

    class Meta:
        model = Membership
