"""Reads about units and their people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from kepuyue.core.codes import as_credit_code
from kepuyue.core.models import AuditEvent
from kepuyue.organizations import naming
from kepuyue.organizations.models import FactsChange, Membership, Organization, UnitName
from kepuyue.organizations.permissions import holds_anywhere, organizations_where, reach

if TYPE_CHECKING:
    from kepuyue.accounts.models import User
    from kepuyue.organizations.permissions import Person

NEAR_SHOWN = 5


def people_of(organization: Organization, roles: Iterable[str]) -> "list[User]":
    """The active people who hold one of the roles in exactly this unit."""
    return list(
        get_user_model()
        .objects.filter(
            is_active=True, memberships__organization=organization, memberships__role__in=list(roles)
        )
        .distinct()
        .order_by("pk")
    )


def audit_rows(user: "Person") -> QuerySet[AuditEvent]:
    """What was recorded in the person's branch; rows that belong to no branch are the office's."""
    own = reach(user, "audit.see", "organization_path")
    if holds_anywhere(user, "edition.manage"):
        own |= Q(organization_path="")
    return AuditEvent.objects.filter(own)


def narrowed(rows: QuerySet[AuditEvent], wanted: dict[str, str]) -> QuerySet[AuditEvent]:
    """Rows of the trail by word (person or subject), action, the code of a unit (with all below it), and days.

    Days are those of the city's zone, both included.
    """
    if branch := wanted.get("branch"):
        paths = Organization.objects.filter(code=branch).values_list("path", flat=True)
        rows = rows.filter(organization_path__startswith=paths.get())
    if word := wanted.get("q"):
        rows = rows.filter(Q(subject_name__icontains=word) | Q(actor_name__icontains=word))
    if action := wanted.get("action"):
        rows = rows.filter(action=action)
    # The first day of the calendar begins before it in the world's time, its last day has none after it
    if (first := wanted.get("first")) and (day := date.fromisoformat(first)) != date.min:
        rows = rows.filter(at__gte=datetime.combine(day, time(), get_default_timezone()))
    if (last := wanted.get("last")) and (day := date.fromisoformat(last)) != date.max:
        end = datetime.combine(day + timedelta(days=1), time(), get_default_timezone())
        rows = rows.filter(at__lt=end)
    return rows


def office() -> Organization | None:
    """The top of the tree."""
    return Organization.objects.filter(level=Organization.Level.OFFICE).first()


def units_named(names: Iterable[str]) -> dict[str, Organization]:
    """The unit that each name belongs to: its own, a former one, or that of a unit merged into it.

    Names that belong to no unit are not in the answer. Two queries, however many names.
    """
    wanted = set(names)
    found = {entry.name: entry.organization for entry in
             UnitName.objects.filter(name__in=wanted).select_related("organization__merged_into")}  # fmt: skip
    for unit in Organization.objects.filter(name__in=wanted).select_related("merged_into"):
        if unit.merged_into is None or unit.name not in found:
            found[unit.name] = unit
    return {name: unit.merged_into or unit for name, unit in found.items()}


def found_by(units: QuerySet[Organization], word: str) -> QuerySet[Organization]:
    """Those that a word leads to: a part of the name or of another name, the code, the start of the credit code,
    or the initials of the name's pinyin."""
    word = word.strip()
    if not word:
        return units
    others = UnitName.objects.filter(organization=OuterRef("pk"))
    hit = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(code__iexact=word)
    hit |= Q(Exists(others.filter(name__icontains=word)))
    if re.fullmatch(r"[A-Za-z0-9]{2,}", word):
        letters = word.lower()
        hit |= Q(initials__contains=letters) | Q(Exists(others.filter(initials__contains=letters)))
    if len(word) >= 4 and (code := as_credit_code(word)):
        hit |= Q(credit_code__startswith=code)
    if key := naming.key(word):
        hit |= Q(name_key__contains=key)
    return units.filter(hit)


def state_counts(units: QuerySet[Organization]) -> dict[str, int]:
    """How many there are in each state."""
    return dict(units.order_by().values_list("state").annotate(Count("pk")))


@dataclass(frozen=True)
class Near:
    """A unit that may be the same as the one being named, and why."""

    organization: Organization
    score: float
    why: str


def near(
    name: str,
    *,
    credit_code: str = "",
    address: str = "",
    among: QuerySet[Organization],
    but: int | None = None,
    known: list[tuple[int, str]] | None = None,
) -> list[Near]:
    """Units that may be the same one, the likeliest first: by name, other names, credit code or address."""
    keys = [key for key in (naming.key(name), *naming.bracketed(name)) if len(key) > 1]
    code, place = as_credit_code(credit_code), naming.address_key(address)
    best: dict[int, tuple[float, str]] = {}

    def note(pk: int, score: float, why: str) -> None:
        if pk != but and score >= naming.ALIKE and score > best.get(pk, (0.0, ""))[0]:
            best[pk] = (score, why)

    among = among.order_by()
    if keys:
        for pk, other in known if known is not None else names_among(among):
            for key in keys:
                alike = naming.likeness(key, other)
                note(pk, alike.score, alike.why)
    if len(code) == 18:
        for pk in among.filter(credit_code=code).values_list("pk", flat=True):
            note(pk, 1.0, _("统一社会信用代码相同"))
    if len(place) >= 6:
        for pk, other in among.exclude(address="").values_list("pk", "address"):
            if naming.address_key(other) == place:
                note(pk, 0.7, _("地址相同"))
    likeliest = sorted(best, key=lambda pk: (-best[pk][0], pk))[:NEAR_SHOWN]
    units = Organization.objects.select_related("parent", "district").in_bulk(likeliest)
    return [Near(units[pk], *best[pk]) for pk in likeliest]


def names_among(units: QuerySet[Organization]) -> list[tuple[int, str]]:
    """The keys of all names of the units, other names included, to compare many new names with at once."""
    others = UnitName.objects.filter(organization__in=units.order_by())
    return [
        *units.order_by().values_list("pk", "name_key"),
        *others.values_list("organization_id", "name_key"),
    ]


def near_confirmed(
    name: str, credit_code: str = "", known: list[tuple[int, str]] | None = None
) -> list[Near]:
    """For everybody, visitors included: nothing but confirmed units, and nothing of them is shown but the name."""
    return near(name, credit_code=credit_code, among=Organization.objects.active(), known=known)


def near_within(user: "Person", organization: Organization) -> list[Near]:
    """For those who oversee it: what looks like the same unit among all they may see, address included."""
    return near(
        organization.name,
        credit_code=organization.credit_code,
        address=organization.address,
        among=Organization.objects.standing().filter(reach(user, "unit.see")),
        but=organization.pk,
    )


def waiting(user: "Person") -> QuerySet[Organization]:
    """The units that wait for the person's confirmation, the longest wait first."""
    return (
        organizations_where(user, "unit.confirm")
        .filter(state=Organization.State.PENDING)
        .select_related("parent", "district")
        .order_by("asked_at", "pk")
    )


def waiting_facts(user: "Person") -> QuerySet[FactsChange]:
    """Names, codes and types that wait for the person's confirmation, the longest wait first."""
    return (
        FactsChange.objects.filter(
            reach(user, "unit.confirm", "organization__parent__path"),
            state=FactsChange.State.WAITING,
            organization__state=Organization.State.ACTIVE,
        )
        .select_related("organization__parent")
        .order_by("asked_at", "pk")
    )


def waiting_change(organization: Organization) -> FactsChange | None:
    """What this unit waits for its superior to confirm."""
    rows = FactsChange.objects.filter(organization=organization, state=FactsChange.State.WAITING)
    return rows.select_related("organization", "by").first()


def expected_liaisons(user: "Person") -> QuerySet[Organization]:
    """The districts and member units whose liaison the person may see, in the order of the tree; each is to name
    one (rules of the joint conference)."""
    levels = (Organization.Level.DISTRICT, Organization.Level.DEPARTMENT, Organization.Level.OFFICE)
    return (
        organizations_where(user, "liaison.see")
        .filter(level__in=levels, state=Organization.State.ACTIVE)
        .select_related("liaison", "district")
        .order_by("path")
    )


def members(organization: Organization) -> QuerySet[Membership]:
    """Who has which role in the unit."""
    return Membership.objects.filter(organization=organization).select_related("user").order_by("pk")
