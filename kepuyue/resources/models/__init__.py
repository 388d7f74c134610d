"""The rows of the exchange between units."""

from kepuyue.resources.models.agreement import PromisedDay, Proposal, local_moment
from kepuyue.resources.models.offer import Kind, Offer, OfferQuerySet
from kepuyue.resources.models.opening import Opening
from kepuyue.resources.models.request import Request, RequestQuerySet

__all__ = [
    "Kind",
    "Offer",
    "OfferQuerySet",
    "Opening",
    "PromisedDay",
    "Proposal",
    "Request",
    "RequestQuerySet",
    "local_moment",
]
