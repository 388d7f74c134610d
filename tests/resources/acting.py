"""Short ways to put a talk between two units where a test needs it, by the real actions.

The cast's own unit (owner, editor) offers; its neighbour (colleague) asks.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from kepuyue.resources.actions import agreeing, requesting
from kepuyue.resources.actions.requesting import Wish
from kepuyue.resources.models import Kind, Offer, Proposal, Request, local_moment
from tests.cast import Cast
from tests.factories import OfferFactory


def moment(cast: Cast, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of September 2024 in the city."""
    return local_moment(date(2024, 9, day), time(hour, minute), cast.edition)


def wish(cast: Cast, day: int = 20, hour: int = 14, **more: Any) -> Wish:
    return Wish(
        moment(cast, day, hour), moment(cast, day, hour + 1, 30), **({"place": "图书馆一楼报告厅"} | more)
    )


def facts(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "title": "星空走进图书馆",
        "head_count": 60,
        "audience_note": "社区家庭",
        "age_min": 8,
        "age_max": None,
        "wishes": "想听秋季星空，留时间提问。",
        "needs": "",
        "district": cast.other_unit.district,
        "contact_name": "馆员",
        "contact_phone": "0755-22222222",
    } | more


def offered(cast: Cast, **more: Any) -> Offer:
    offer: Offer = OfferFactory(
        organization=cast.own_unit, edition=cast.edition, created_by=cast.owner, **more
    )
    return offer


def asked(cast: Cast, offer: Offer | None = None, **more: Any) -> Proposal:
    """The neighbour asks for the offer on 20 September at 14:00."""
    request = requesting.ask_for(
        offer or offered(cast), organization=cast.other_unit, by=cast.colleague, facts=facts(cast),
        wish=more.pop("wish", None) or wish(cast), token=uuid4(),
    )  # fmt: skip
    return request.proposals.get()


def asked_openly(cast: Cast, **more: Any) -> Request:
    """The neighbour asks everybody for a talk between the 16th and the 27th."""
    own = {
        "from_day": date(2024, 9, 16),
        "until_day": date(2024, 9, 27),
        "time_note": "下午",
        "place": "图书馆",
        "is_online": False,
    }
    return requesting.ask_openly(
        edition=cast.edition, organization=cast.other_unit, kind=Kind.EXPERT, by=cast.colleague,
        facts=facts(cast, **own, **more), token=uuid4(),
    )  # fmt: skip


def answered(cast: Cast, request: Request | None = None, offer: Offer | None = None) -> Proposal:
    """The own unit answers the neighbour's open request."""
    return agreeing.answer(
        request or asked_openly(cast), offer or offered(cast), by=cast.owner, wish=wish(cast)
    )


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)
