"""Reads about offers, requests and openings; what a person may not see is not in the answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import memberships, reach
from kepuyue.resources.models import Kind, Offer, OfferQuerySet, Opening, Proposal, Request, RequestQuerySet
from kepuyue.resources.permissions import takes_part
from kepuyue.resources.timetable import Promise, promised, span_on

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

AGREED = (Request.State.ACCEPTED, Request.State.FULFILLED)


def offers_seen_by(user: "Person") -> OfferQuerySet:
    """Open offers of all units for people who take part; own ones and those of one's branch in every state."""
    own = reach(user, "resource.offer", "organization__path") | reach(
        user, "resource.oversee", "organization__path"
    )
    return Offer.objects.filter(own | (Q(state=Offer.State.OPEN) if takes_part(user) else Q(pk__in=[])))


def offers_of(user: "Person") -> OfferQuerySet:
    """What the person may change: the offers of their own units."""
    return Offer.objects.filter(reach(user, "resource.offer", "organization__path"))


def requests_seen_by(user: "Person") -> RequestQuerySet:
    """Own requests, those that ask for or were answered by an own offer, open ones, and those of one's branch."""
    own = reach(user, "resource.request", "organization__path")
    oversees = reach(user, "resource.oversee", "organization__path")
    answering = Proposal.objects.filter(request=OuterRef("pk")).filter(
        reach(user, "resource.offer", "offer__organization__path")
        | reach(user, "resource.oversee", "offer__organization__path")
    )
    to_all = Q(offer__isnull=True, state__in=(Request.State.OPEN, Request.State.PROPOSED))
    return Request.objects.filter(
        own | oversees | Exists(answering) | (to_all if takes_part(user) else Q(pk__in=[]))
    )


def requests_of(user: "Person") -> RequestQuerySet:
    """The requests of the person's own units."""
    return Request.objects.filter(reach(user, "resource.request", "organization__path"))


def proposals_of(request: Request, user: "Person") -> list[Proposal]:
    """The talk about a request as the person may see it: all of it for the requester and overseers, else one's own."""
    rows = request.proposals.select_related("offer__organization__district", "offer__edition", "organization")
    seen = reach(user, "resource.request", "request__organization__path") | reach(
        user, "resource.oversee", "request__organization__path"
    )
    seen |= reach(user, "resource.offer", "offer__organization__path")
    seen |= reach(user, "resource.oversee", "offer__organization__path")
    found = list(
        rows.filter(seen).prefetch_related(
            "offer__terms__taxonomy", "offer__districts", "offer__promised_days"
        )
    )
    for proposal in found:
        proposal.request = request
    return found


def proposals_seen_by(user: "Person") -> QuerySet[Proposal]:
    """The proposals that the person may open."""
    return Proposal.objects.filter(
        reach(user, "resource.request", "request__organization__path")
        | reach(user, "resource.oversee", "request__organization__path")
        | reach(user, "resource.offer", "offer__organization__path")
        | reach(user, "resource.oversee", "offer__organization__path")
    ).select_related(
        "request__organization",
        "request__edition",
        "request__district",
        "offer__organization",
        "offer__edition",
        "organization",
    )


def waiting_for(user: "Person", edition: Edition) -> list[Proposal]:
    """The proposals that the person's own units have to answer, the longest wait first."""
    own = [membership.organization_id for membership in memberships(user)]
    offering = reach(user, "resource.offer", "offer__organization__path") & Q(offer__organization__in=own)
    requesting = reach(user, "resource.request", "request__organization__path") & Q(
        request__organization__in=own
    )
    rows = (
        Proposal.objects.filter(state=Proposal.State.PENDING, request__edition=edition)
        .filter(offering | requesting)
        .select_related("request__organization", "request__edition", "offer__organization", "organization")
        .order_by("created_at", "pk")
    )
    return [proposal for proposal in rows if proposal.other_side.pk in own]


# Bases and their openings


def bases() -> QuerySet[Organization]:
    """The units that open to the public as bases: by type, or by a category of science bases."""
    return (
        Organization.objects.active()
        .filter(level=Organization.Level.UNIT)
        .filter(Q(type=Organization.Type.BASE) | ~Q(category=""))
        .select_related("district", "parent")
    )


def last_opening(organization: Organization, edition: Edition) -> Opening | None:
    """What the base said in the latest edition before."""
    return (
        Opening.objects.filter(organization=organization, edition__starts_on__lt=edition.starts_on)
        .select_related("edition")
        .order_by("-edition__starts_on")
        .first()
    )


def public_openings(edition: Edition) -> QuerySet[Opening]:
    """Confirmed by the superior, of units that are active."""
    return (
        Opening.objects.filter(edition=edition, organization__state=Organization.State.ACTIVE)
        .exclude(public={})
        .select_related("organization__district", "edition")
        .order_by("organization__district__position", "organization__name")
    )


@dataclass(frozen=True)
class BaseEntry:
    """A base as the public list shows it."""

    opening: Opening
    promise: Promise
    today: Any
    opens_today: bool

    @property
    def organization(self) -> Organization:
        return self.opening.organization


def base_entries(edition: Edition, on: date) -> list[BaseEntry]:
    """All bases with a public opening: what they promise in the month and whether they are open on the day."""
    return [
        BaseEntry(
            opening,
            promised(opening.public, edition.days),
            span_on(opening.public, on),
            span_on(opening.public, on) is not None,
        )
        for opening in public_openings(edition)
    ]


@dataclass(frozen=True)
class Filing:
    """One base and how far its opening is."""

    organization: Organization
    opening: Opening | None
    promise: Promise | None

    @property
    def is_missing(self) -> bool:
        return self.opening is None or (self.opening.state == Opening.State.DRAFT and not self.opening.public)


def filings(user: "Person", edition: Edition) -> list[Filing]:
    """The bases of the person's branch, those that wait for a decision first, then those that have not filed."""
    mine = bases().filter(reach(user, "resource.oversee", "path"))
    rows = mine.prefetch_related(
        Prefetch("openings", Opening.objects.filter(edition=edition), to_attr="_openings")
    ).annotate(people=Count("memberships"))
    found = []
    for base in rows:
        opening = next(iter(base._openings), None)
        if opening:
            opening.organization = base
        found.append(Filing(base, opening, promised(opening.content, edition.days) if opening else None))
    order: dict[str, int] = {
        Opening.State.FILED: 0,
        "": 1,
        Opening.State.DRAFT: 1,
        Opening.State.RETURNED: 2,
        Opening.State.CONFIRMED: 3,
    }
    return sorted(
        found, key=lambda one: (order[one.opening.state if one.opening else ""], one.organization.path)
    )


# What the office looks at


@dataclass(frozen=True)
class Overview:
    """What was brought together in a branch, and what lies idle."""

    unasked: list[Offer]
    unanswered: list[Request]
    agreed: Sequence[Request]
    by_kind: list[tuple[str, int, int, int]] = field(default_factory=list)
    by_district: list[tuple[District, int]] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The largest number among the kinds, for drawing bars."""
        return max(
            (max(offers, requests, agreed) for _kind, offers, requests, agreed in self.by_kind), default=0
        )


def overview(user: "Person", edition: Edition) -> Overview:
    """Offers nobody asked for, open requests nobody answered, and what was agreed, in the person's branch.

    A request counts for the branch that asks; where it was agreed, for the branch of the offer too.
    """
    offers = Offer.objects.filter(reach(user, "resource.oversee", "organization__path"), edition=edition)
    asked_by_branch = reach(user, "resource.oversee", "organization__path")
    given_by_branch = Exists(
        Proposal.objects.filter(request=OuterRef("pk"), state=Proposal.State.ACCEPTED).filter(
            reach(user, "resource.oversee", "offer__organization__path")
        )
    )
    requests = Request.objects.filter(edition=edition)
    asked = requests.filter(asked_by_branch)
    unasked = offers.open().filter(~Exists(Proposal.objects.filter(offer=OuterRef("pk")))).with_facts()
    unanswered = (
        asked.filter(state=Request.State.OPEN, offer__isnull=True)
        .filter(~Exists(Proposal.objects.filter(request=OuterRef("pk"))))
        .with_facts()
    )
    agreed = list(
        requests.filter(asked_by_branch | Q(given_by_branch), state__in=AGREED)
        .with_facts()
        .select_related("activity")
        .prefetch_related(
            Prefetch(
                "proposals",
                Proposal.objects.filter(state=Proposal.State.ACCEPTED).select_related("offer__organization"),
                to_attr="agreement",
            )
        )
    )
    offered = Counter(offers.filter(state=Offer.State.OPEN).values_list("kind", flat=True))
    wanted = Counter(asked.values_list("kind", flat=True))
    together = Counter(request.kind for request in agreed)
    districts = Counter(request.district_id for request in agreed)
    return Overview(
        unasked=list(unasked.order_by("created_at", "pk")),
        unanswered=list(unanswered.order_by("created_at", "pk")),
        agreed=agreed,
        by_kind=[(str(label), offered[kind], wanted[kind], together[kind]) for kind, label in Kind.choices],
        by_district=[(district, districts[district.pk]) for district in District.objects.all()],
    )


def age_in_days(record: Offer | Request) -> int:
    """How many days it has been there."""
    return max((now() - record.created_at).days, 0)
