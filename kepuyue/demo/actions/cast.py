"""The people of the demonstration and the units they stand for. All names are names of roles."""

import re
from dataclasses import dataclass, field

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hashers, make_password
from django.utils.crypto import get_random_string

from kepuyue.accounts.models import User
from kepuyue.activities.models import UnitRole
from kepuyue.core.time import now
from kepuyue.demo import accounts
from kepuyue.imports.entries import Entry
from kepuyue.imports.report import unit_key
from kepuyue.organizations.models import District, Membership, Organization, Role

NOTE = "演示：按公开资料中的主办单位登记"
LINKED_CITIES = "联动城市活动登记处（演示）"
Type, Level = Organization.Type, Organization.Level
TYPES = (
    (r"科学技术协会|科协", Type.ASSOCIATION),
    (r"局|委员会|宣传部|政府|委(?:（|$)|关爱办|管理事务中心|党工委|综合办|工会|团区委", Type.GOVERNMENT),
    (r"学会|协会|联合会|促进会|慈善会|基金会", Type.SOCIETY),
    (r"科普教育基地|科技馆|博物馆|自然学校|植物园|图书馆|书城|青少年宫|天文台|科学馆|公园", Type.BASE),
    (r"大学|学院|研究院|研究中心|研究所", Type.RESEARCH),
    (r"小学|中学|学校", Type.SCHOOL),
    (r"医院|公共卫生|社康", Type.HOSPITAL),
    (r"社区|居委会|街道|党群服务", Type.GRASSROOTS),
    (r"报业|新闻|商报|晚报|电视", Type.MEDIA),
    (r"公司|集团|银行|达实", Type.ENTERPRISE),
)


@dataclass
class Cast:
    """Finds, and where there is none makes, the unit of an activity and the people who act for units."""

    office: Organization
    units: dict[str, Organization] = field(default_factory=dict)
    associations: dict[str, Organization] = field(default_factory=dict)
    districts: dict[str, District] = field(default_factory=dict)
    _people: dict[tuple[int, str], User] = field(default_factory=dict)

    @classmethod
    def assemble(cls, office: Organization) -> "Cast":
        """Everybody who is known already, and the accounts that one can sign in with."""
        cast = cls(office)
        for unit in Organization.objects.select_related("district", "parent"):
            for key in _keys(unit.name):
                cast.units.setdefault(key, unit)
            if unit.level == Level.DISTRICT and unit.district:
                cast.associations[unit.district.name] = unit
        cast.districts = {district.name: district for district in District.objects.all()}
        drawn = accounts.draw_passwords()
        for account in accounts.ACCOUNTS:
            stands_for = cast.named(account.unit) if account.unit else office
            cast.enroll(account, stands_for or office, drawn[account.email])
        return cast

    def enroll(self, account: accounts.Account, unit: Organization, password: str) -> User:
        """One account with its role in the unit."""
        person = User.objects.filter(email=account.email).first()
        if person is None:
            person = User.objects.create(
                email=account.email,
                name=account.name,
                password=_hashed(password),
                email_proven_at=now(),
            )
        Membership.objects.get_or_create(user=person, organization=unit, role=account.role)
        self._people.setdefault((unit.pk, account.role), person)
        return person

    def named(self, name: str) -> Organization | None:
        """A known unit by its name, however it is written."""
        return next((self.units[key] for key in _keys(name) if key in self.units), None)

    def registrar(self, unit: Organization) -> User:
        """Who registers activities for the unit."""
        if unit.level == Level.OFFICE:
            return self._person(unit, Role.OFFICE)
        return self._people.get((unit.pk, Role.EDITOR)) or self._person(unit, Role.OWNER)

    def owner(self, unit: Organization) -> User:
        """Who answers for the unit."""
        return self._person(unit, Role.OFFICE if unit.level == Level.OFFICE else Role.OWNER)

    def reviewer(self, unit: Organization) -> User:
        """Who reviews for the unit."""
        return self._person(unit, Role.OFFICE if unit.level == Level.OFFICE else Role.REVIEWER)

    def _person(self, unit: Organization, role: Role) -> User:
        """Made where nobody holds the role; such a person has no password and cannot sign in."""
        known = self._people.get((unit.pk, role))
        if known is None:
            name = f"演示·{unit.name}"[:54] + role.label[:6]
            known, _is_new = User.objects.get_or_create(
                email=f"{role}-{unit.pk}@demo.example",
                defaults={"name": name, "password": make_password(None)},
            )
            Membership.objects.get_or_create(user=known, organization=unit, role=role)
            self._people[unit.pk, role] = known
        return known

    def owner_of(self, entry: Entry) -> Organization:
        """The unit that registers an activity: its first host, found or made; the district for lack of one."""
        if entry.city:
            return self._made(LINKED_CITIES, self.office, None)
        hosts = entry.named(UnitRole.HOST)
        if not hosts:
            return self.associations.get(entry.district, self.office)
        host = hosts[0]
        for district, association in self.associations.items():
            if re.fullmatch(rf"{district}(科技局|科技创新局|科学技术协会|科协)?(（科协）)?", host):
                return association
        return self.named(host) or self._made(host, *self._superior(host, entry))

    def _superior(self, name: str, entry: Entry) -> tuple[Organization, District | None]:
        """Under whom a new unit comes: the district in its name, its department, else district or office."""
        for district, association in self.associations.items():
            if district in name or name.startswith(district[:2]):
                return association, association.district
        for unit in self.units.values():
            if unit.level == Level.DEPARTMENT and name.startswith(unit.name):
                return unit, self.districts.get(entry.district)
        association_here = self.associations.get(entry.district)
        if association_here and not name.startswith("深圳"):
            return association_here, association_here.district
        return self.office, None

    def _made(self, name: str, parent: Organization, district: District | None) -> Organization:
        known = self.units.get(unit_key(name))
        if known is None:
            kind = next((type_ for words, type_ in TYPES if re.search(words, name)), Type.OTHER)
            known = Organization.objects.create(
                name=name, level=Level.UNIT, type=kind, parent=parent, district=district, note=NOTE
            )
            self.units[unit_key(name)] = known
        return known

    def district_of_place(self, place: str) -> District | None:
        """The district of a known unit that the place is named after; None rather than a guess."""
        key = unit_key(place)
        for known, unit in self.units.items():
            if unit.district and (key == known or (len(known) >= 4 and known in key)):
                return unit.district
        return None


def _hashed(password: str) -> str:
    """A drawn password has 57 bits and needs no slow hash; signing in replaces it by the usual one."""
    if any(isinstance(known, PBKDF2PasswordHasher) for known in get_hashers()):
        return PBKDF2PasswordHasher().encode(password, get_random_string(16), iterations=1000)
    return make_password(password)


def _keys(name: str) -> list[str]:
    """The name, and a name of some length that stands in its brackets."""
    inside = [part for part in re.findall(r"[（(](.*?)[）)]", name) if len(part) >= 5]
    return [unit_key(part) for part in (name, *inside)]
