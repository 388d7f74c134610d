"""Which offer fits which request, and why: the one place where fitness is scored.

Deterministic and explainable: a pair that cannot work scores nothing and is not shown; the others are ranked by
plain points, each with its reason in words, so that a person can check the ranking by reading it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.resources.availability import free_days
from kepuyue.resources.models import Offer, Request

# Points: what the talk is about weighs most, then whom it is for, then nearness and room to choose a day
PER_TOPIC, MOST_TOPICS = 4, 3
PER_AUDIENCE, MOST_AUDIENCES = 3, 2
SAME_DISTRICT = 3
SERVES_DISTRICT = 2
ONLINE = 2
MANY_DAYS = 2
HOLDS_ALL = 1
FITS_AGE = 1
SHOWN_AT_MOST = 5


@dataclass(frozen=True)
class Match:
    """One pair that can work. `reasons` speak for it, `doubts` are what the two should talk about."""

    offer: Offer
    request: Request
    points: int
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]


def match(offer: Offer, request: Request) -> Match | None:
    """How well the offer answers the request; None where it cannot: other kind, district, dates, or itself."""
    if offer.kind != request.kind or offer.organization_id == request.organization_id:
        return None
    if offer.state != Offer.State.OPEN or offer.times_left == 0:
        return None
    days = free_days(offer, request.days)
    if not days:
        return None
    near = _nearness(offer, request)
    if near is None:
        return None
    points, reasons, doubts = near[0], [near[1]], []
    topics, audiences = _common(offer, request)
    if topics:
        points += PER_TOPIC * min(len(topics), MOST_TOPICS)
        reasons.insert(0, _("主题相同：%(terms)s") % {"terms": wording.listed(topics)})
    else:
        doubts.append(_("主题没有直接对上"))
    if audiences:
        points += PER_AUDIENCE * min(len(audiences), MOST_AUDIENCES)
        reasons.append(_("人群相同：%(terms)s") % {"terms": wording.listed(audiences)})
    points += MANY_DAYS if len(days) > 1 else 0
    reasons.append(_("%(count)s天可约，最早%(day)s") % {"count": len(days), "day": wording.day_text(days[0])})
    if offer.people_max is None or offer.people_max >= request.head_count:
        points += HOLDS_ALL
    else:
        doubts.append(
            _("每次最多%(most)s人，需求是%(people)s人")
            % {"most": offer.people_max, "people": request.head_count}
        )
    if _ages_meet(offer, request):
        points += FITS_AGE
    else:
        doubts.append(_("适合的年龄不同"))
    return Match(offer, request, points, tuple(reasons), tuple(doubts))


def _nearness(offer: Offer, request: Request) -> tuple[int, str] | None:
    home = offer.organization.district
    if home and request.district_id == home.pk:
        near: tuple[int, str] | None = (
            SAME_DISTRICT,
            _("同在%(district)s") % {"district": home.name_for_reader},
        )
    else:
        near = (SERVES_DISTRICT, _("可以到您所在的区") if offer.travels else _("可以接待其他区"))
    served = [district.pk for district in offer.districts.all()]
    comes = not served or request.district_id in served
    if comes and not request.is_online:
        return near
    if offer.is_online:
        return ONLINE, _("可以线上进行")
    return near if comes and not request.is_online else None


def _common(offer: Offer, request: Request) -> tuple[list[object], list[object]]:
    """The terms that both name: topics and audiences."""
    wanted = {term.pk for term in request.terms.all()}
    shared = [term for term in offer.terms.all() if term.pk in wanted]
    audiences: list[object] = [term for term in shared if term.taxonomy.code == "audience"]
    return [term for term in shared if term.taxonomy.code != "audience"], audiences


def _ages_meet(offer: Offer, request: Request) -> bool:
    low = max(offer.age_min or 0, request.age_min or 0)
    high = min(offer.age_max or 200, request.age_max or 200)
    return low <= high


def best(pairs: Iterable[Match | None], most: int = SHOWN_AT_MOST) -> list[Match]:
    """The best-fitting first; the same points in the order in which offers, then requests, were made."""
    found = [pair for pair in pairs if pair is not None]
    return sorted(found, key=lambda pair: (-pair.points, pair.offer.pk, pair.request.pk))[:most]


def offers_for(request: Request, offers: Iterable[Offer]) -> list[Match]:
    """The offers that answer the request best."""
    return best(match(offer, request) for offer in offers)


def requests_for(offer: Offer, requests: Iterable[Request]) -> list[Match]:
    """The requests that the offer answers best."""
    return best(match(offer, request) for request in requests)
