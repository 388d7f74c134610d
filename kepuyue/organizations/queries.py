"""Reads about units and their people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


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


def office() -> Organization | None:
    """The top of the tree."""
    return Organization.objects.filter(level=Organization.Level.OFFICE).first()
