"""The workflows as tables: an offer, a request, one proposal, and a base's opening. The only place that knows them."""

from kepuyue.core.transitions import Table
from kepuyue.resources.models import Offer, Opening, Proposal, Request

OFFER = Table(
    name="offer",
    moves={
        (Offer.State.DRAFT, "open"): Offer.State.OPEN,
        (Offer.State.PAUSED, "open"): Offer.State.OPEN,
        (Offer.State.OPEN, "pause"): Offer.State.PAUSED,
        (Offer.State.DRAFT, "close"): Offer.State.CLOSED,
        (Offer.State.OPEN, "close"): Offer.State.CLOSED,
        (Offer.State.PAUSED, "close"): Offer.State.CLOSED,
    },
    owners={
        Offer.State.DRAFT: "offering unit",
        Offer.State.OPEN: "offering unit",
        Offer.State.PAUSED: "offering unit",
        Offer.State.CLOSED: "nobody",
    },
    labels=dict(Offer.State.choices),
)

REQUEST = Table(
    name="request",
    moves={
        (Request.State.OPEN, "answer"): Request.State.PROPOSED,
        (Request.State.PROPOSED, "answer"): Request.State.PROPOSED,
        # The requesting unit has nothing to decide any more: it is the offering side's turn again
        (Request.State.PROPOSED, "hand_back"): Request.State.OPEN,
        (Request.State.OPEN, "accept"): Request.State.ACCEPTED,
        (Request.State.PROPOSED, "accept"): Request.State.ACCEPTED,
        (Request.State.OPEN, "decline"): Request.State.DECLINED,
        (Request.State.PROPOSED, "decline"): Request.State.DECLINED,
        (Request.State.DECLINED, "open_up"): Request.State.OPEN,
        (Request.State.OPEN, "withdraw"): Request.State.WITHDRAWN,
        (Request.State.PROPOSED, "withdraw"): Request.State.WITHDRAWN,
        (Request.State.OPEN, "expire"): Request.State.EXPIRED,
        (Request.State.PROPOSED, "expire"): Request.State.EXPIRED,
        (Request.State.ACCEPTED, "call_off"): Request.State.WITHDRAWN,
        (Request.State.ACCEPTED, "fulfil"): Request.State.FULFILLED,
    },
    owners={
        Request.State.OPEN: "offering side",
        Request.State.PROPOSED: "requesting unit",
        Request.State.ACCEPTED: "both units",
        Request.State.DECLINED: "requesting unit",
        Request.State.WITHDRAWN: "nobody",
        Request.State.EXPIRED: "nobody",
        Request.State.FULFILLED: "nobody",
    },
    labels=dict(Request.State.choices),
)

PROPOSAL = Table(
    name="proposal",
    moves={
        (Proposal.State.PENDING, "accept"): Proposal.State.ACCEPTED,
        (Proposal.State.PENDING, "decline"): Proposal.State.DECLINED,
        (Proposal.State.PENDING, "counter"): Proposal.State.COUNTERED,
        (Proposal.State.PENDING, "take_back"): Proposal.State.WITHDRAWN,
        (Proposal.State.PENDING, "lapse"): Proposal.State.LAPSED,
        (Proposal.State.ACCEPTED, "call_off"): Proposal.State.WITHDRAWN,
    },
    owners={
        Proposal.State.PENDING: "the other side",
        Proposal.State.ACCEPTED: "nobody",
        Proposal.State.DECLINED: "nobody",
        Proposal.State.COUNTERED: "nobody",
        Proposal.State.WITHDRAWN: "nobody",
        Proposal.State.LAPSED: "nobody",
    },
    labels=dict(Proposal.State.choices),
)

OPENING = Table(
    name="opening",
    moves={
        (Opening.State.DRAFT, "change"): Opening.State.DRAFT,
        (Opening.State.RETURNED, "change"): Opening.State.RETURNED,
        # A filed text that is changed is filed again; the public keeps the confirmed one meanwhile
        (Opening.State.FILED, "change"): Opening.State.DRAFT,
        (Opening.State.CONFIRMED, "change"): Opening.State.DRAFT,
        (Opening.State.DRAFT, "file"): Opening.State.FILED,
        (Opening.State.RETURNED, "file"): Opening.State.FILED,
        (Opening.State.FILED, "confirm"): Opening.State.CONFIRMED,
        (Opening.State.FILED, "return"): Opening.State.RETURNED,
    },
    owners={
        Opening.State.DRAFT: "base",
        Opening.State.FILED: "superior",
        Opening.State.RETURNED: "base",
        Opening.State.CONFIRMED: "base",
    },
    labels=dict(Opening.State.choices),
)
