"""Reads about a person's keys and addresses; those of other units are not in the answer."""

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import organizations_where, reach
from kepuyue.partners.models import Delivery, Endpoint, Token

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def units_of(user: "Person") -> QuerySet[Organization]:
    """The units whose keys the person may make."""
    return organizations_where(user, "interface.manage").order_by("pk")


def tokens_of(user: "Person") -> QuerySet[Token]:
    """The tokens of these units, the newest first."""
    return (
        Token.objects.filter(reach(user, "interface.manage", "organization__path"))
        .select_related("organization", "made_by")
        .order_by("-pk")
    )


def endpoints_of(user: "Person") -> QuerySet[Endpoint]:
    """Their addresses, each with how many deliveries wait and how many were given up."""
    counted = {
        state: Count("deliveries", filter=Q(deliveries__state=state))
        for state in (Delivery.State.WAITING, Delivery.State.DEAD)
    }
    return (
        Endpoint.objects.filter(reach(user, "interface.manage", "organization__path"))
        .select_related("organization")
        .annotate(waiting=counted[Delivery.State.WAITING], dead=counted[Delivery.State.DEAD])
        .order_by("-pk")
    )
