from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from kepuyue.activities import content as contents
from kepuyue.activities.content import Content
from kepuyue.activities.models import (
    PUBLIC_STATES,
    Activity,
    Participation,
    Picture,
    Session,
    State,
    Submission,
    UnitRole,
    Venue,
)
from kepuyue.activities.queries import review_chain
from kepuyue.core.time import now
from tests.factories.editions import EditionFactory
from tests.factories.organizations import DistrictFactory, UnitFactory


class VenueFactory(DjangoModelFactory[Venue]):
    name = factory.Sequence(lambda n: f"第{n}展厅")

    class Meta:
        model = Venue


class ActivityFactory(DjangoModelFactory[Activity]):
    """A draft with a title. `state=State.PUBLISHED` makes it public, without review and without sessions.

    `sessions=2` gives it so many hours on following days of September 2024 from the 14th, 10:00, on;
    `terms=["tier:district"]` classifies it. To hand one in, write `complete_content()` into it.
    """

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    title = factory.Sequence(lambda n: f"科学实验课第{n}期")
    district = factory.LazyAttribute(lambda row: row.organization.district)
    published_at = factory.LazyAttribute(lambda row: now() if row.state in PUBLIC_STATES else None)
    state = State.DRAFT

    class Meta:
        model = Activity
        skip_postgeneration_save = True

    @factory.post_generation
    def sessions(self: Any, create: bool, number: int | None, **_options: Any) -> None:
        if create:
            for day in range(number or 0):
                SessionFactory(activity=self, starts_at=_morning(self) + timedelta(days=day))

    @factory.post_generation
    def terms(self: Any, create: bool, pairs: list[str] | None, **_options: Any) -> None:
        if create and pairs:
            contents.write(self, {"terms": pairs})


def _morning(activity: Activity) -> datetime:
    year = activity.edition.year
    return datetime(year, 9, 14, 10, tzinfo=activity.edition.zone)


class SessionFactory(DjangoModelFactory[Session]):
    """One hour on 14 September of the edition's year at 10:00."""

    activity = factory.SubFactory(ActivityFactory)
    starts_at = factory.LazyAttribute(lambda row: _morning(row.activity))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(hours=1))

    class Meta:
        model = Session


class ParticipationFactory(DjangoModelFactory[Participation]):
    activity = factory.SubFactory(ActivityFactory)
    role = UnitRole.HOST
    name = factory.LazyAttribute(lambda row: row.activity.organization.name)

    class Meta:
        model = Participation


def drawing() -> ContentFile:
    """A very small picture, as it is after re-encoding."""
    drawn = BytesIO()
    Image.new("RGB", (4, 3)).save(drawn, "JPEG")
    return ContentFile(drawn.getvalue(), "rocket.jpg")


class PictureFactory(DjangoModelFactory[Picture]):
    """A very small picture, as it is after re-encoding."""

    activity = factory.SubFactory(ActivityFactory)
    file = factory.LazyFunction(drawing)
    alt = "一支水火箭"

    class Meta:
        model = Picture


class SubmissionFactory(DjangoModelFactory[Submission]):
    """A new activity that waits for the first unit of its review chain. No mail is written for it."""

    activity = factory.SubFactory(ActivityFactory, state=State.SUBMITTED, sessions=1)
    kind = Submission.Kind.NEW
    state = Submission.State.PENDING
    content = factory.LazyAttribute(lambda row: contents.of(row.activity))
    chain = factory.LazyAttribute(lambda row: [unit.pk for unit in review_chain(row.activity)])
    turn = factory.LazyAttribute(lambda row: next(iter(review_chain(row.activity)), None))
    submitted_at = factory.LazyFunction(now)
    turn_since = factory.LazyFunction(now)

    class Meta:
        model = Submission


def complete_content(**changes: Any) -> Content:
    """Content that lacks nothing for handing in: an ordinary morning in a hall, in 福田区."""
    DistrictFactory()
    content: Content = contents.blank() | {
        "title": "火箭为什么能飞上天",
        "summary": "和工程师一起做一支水火箭，再到操场上发射。",
        "mode": "offline",
        "district": "futian",
        "terms": ["tier:district"],
        "admission": "free",
        "booking_mode": "walk_in",
        "participations": [{"role": "host", "name": "福田区科学技术协会"}],
        "sessions": [
            {
                "id": None,
                "starts_at": "2024-09-14T02:00:00Z",
                "ends_at": "2024-09-14T04:00:00Z",
                "is_all_day": False,
                "venue": None,
                "place": "少年宫一楼报告厅",
                "online_url": "",
                "capacity": 60,
                "is_full": False,
                "note": "",
                "is_cancelled": False,
                "is_postponed": False,
                "safety_plan": "",
                "emergency_contact": "",
            }
        ],
        "content_lead": "李明",
        "content_signoff": "王芳",
        "expected_crowd": 60,
        "emergency_contact": "陈刚 13800000000",
        "safety_plan": "两名工作人员在出入口引导，配急救箱。",
        "safety_items": {"staff": "两人，戴红色袖标", "flow": "单向参观", "rescue": "急救箱在服务台"},
        "contact_name": "赵丽",
        "contact_phone": "0755-80000000",
    }
    return content | changes
