from datetime import date, time
from typing import Any

import factory
from factory.django import DjangoModelFactory

from kepuyue.core.time import now
from kepuyue.editions.models import Term
from kepuyue.resources.models import Kind, Offer, Opening, Proposal, Request, local_moment
from tests.factories.editions import EditionFactory
from tests.factories.organizations import UnitFactory

DETAILS: dict[str, dict[str, Any]] = {
    Kind.EXPERT: {"expert_name": "天文科普专家", "expert_post": "市天文台 研究员", "is_overseas": False},
    Kind.VENUE: {"venue_name": "一楼报告厅", "capacity": 200, "accessibility": "有坡道"},
    Kind.SITE: {"venue_name": "基因组实验室", "group_size": 30, "meeting_point": "南门"},
    Kind.COURSE: {"teacher": "课程老师"},
    Kind.EXHIBIT: {"area": 80, "transport": "由提供方运输", "days_most": 10},
}


def _terms(record: Any, create: bool, pairs: list[str] | None) -> None:
    for pair in pairs or [] if create else []:
        taxonomy, _colon, code = pair.partition(":")
        record.terms.add(
            Term.objects.get(taxonomy__edition=record.edition, taxonomy__code=taxonomy, code=code)
        )


class OfferFactory(DjangoModelFactory[Offer]):
    """An open offer of an expert's talk, once a day, any day. `terms=["content:frontier"]` gives it topics."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    kind = Kind.EXPERT
    state = Offer.State.OPEN
    title = factory.Sequence(lambda n: f"星空讲座第{n}讲")
    summary = "跟着专家认识秋夜的星空。"
    duration = 90
    details = factory.LazyAttribute(lambda row: dict(DETAILS[row.kind]))
    content_lead = "内容负责人"
    content_signoff = "内容审定人"
    contact_name = "提供方联系人"
    contact_phone = "0755-11111111"
    created_at = factory.LazyFunction(now)
    updated_at = factory.LazyFunction(now)

    class Meta:
        model = Offer
        skip_postgeneration_save = True

    @factory.post_generation
    def terms(self: Any, create: bool, pairs: list[str] | None, **_options: Any) -> None:
        _terms(self, create, pairs)

    @factory.post_generation
    def districts(self: Any, create: bool, districts: list[Any] | None, **_options: Any) -> None:
        if create and districts:
            self.districts.set(districts)


class RequestFactory(DjangoModelFactory[Request]):
    """An open request for a talk in the second half of September 2024, for 60 people in the unit's district."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    kind = Kind.EXPERT
    title = factory.Sequence(lambda n: f"星空进校园第{n}期")
    district = factory.LazyAttribute(lambda row: row.organization.district)
    head_count = 60
    from_day = date(2024, 9, 16)
    until_day = date(2024, 9, 27)
    contact_name = "需求方联系人"
    contact_phone = "0755-22222222"
    created_at = factory.LazyFunction(now)
    waiting_since = factory.LazyFunction(now)

    class Meta:
        model = Request
        skip_postgeneration_save = True

    @factory.post_generation
    def terms(self: Any, create: bool, pairs: list[str] | None, **_options: Any) -> None:
        _terms(self, create, pairs)


class ProposalFactory(DjangoModelFactory[Proposal]):
    """The requesting unit's wish for the offer: 20 September 2024, 14:00 to 15:30. It waits for the offering unit."""

    request = factory.SubFactory(RequestFactory)
    offer = factory.SubFactory(OfferFactory)
    organization = factory.LazyAttribute(lambda row: row.request.organization)
    starts_at = factory.LazyAttribute(
        lambda row: local_moment(date(2024, 9, 20), time(14), row.request.edition)
    )
    ends_at = factory.LazyAttribute(
        lambda row: local_moment(date(2024, 9, 20), time(15, 30), row.request.edition)
    )
    created_at = factory.LazyFunction(now)

    class Meta:
        model = Proposal


OPENING = {
    "admission": "free",
    "admission_note": "",
    "hours": {"1": ["09:00", "17:00"], "5": ["09:00", "17:00"]},
    "closed": [],
    "special": [],
    "booking": "none",
    "how_to_visit": "地铁1号线竹子林站步行五分钟",
    "concessions": ["older", "minors"],
    "facilities": ["lift"],
    "groups": True,
    "group_size": 30,
}


class OpeningFactory(DjangoModelFactory[Opening]):
    """A base's opening on Tuesdays and Saturdays, being written. `state="confirmed"` makes it public."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    state = Opening.State.DRAFT
    content = factory.LazyFunction(lambda: dict(OPENING))
    public = factory.LazyAttribute(lambda row: row.content if row.state == Opening.State.CONFIRMED else {})
    confirmed_at = factory.LazyAttribute(lambda row: now() if row.state == Opening.State.CONFIRMED else None)

    class Meta:
        model = Opening
