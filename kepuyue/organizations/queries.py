"""Reads about units and their people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from kepuyue.core.models import AuditEvent
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere, reach

if TYPE_CHECKING:
    from kepuyue.accounts.models import User
    from kepuyue.organizations.permissions import Person


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


def office() -> Organization | None:
    """The top of the tree."""
    return Organization.objects.filter(level=Organization.Level.OFFICE).first()
