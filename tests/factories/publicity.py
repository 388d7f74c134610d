from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from kepuyue.activities.models import State
from kepuyue.publicity.models import Coverage, Highlight, PressPicture, Story
from kepuyue.publicity.sameness import key_of
from tests.factories.activities import ActivityFactory, PictureFactory
from tests.factories.editions import EditionFactory
from tests.factories.organizations import OfficeFactory, UnitFactory


class HighlightFactory(DjangoModelFactory[Highlight]):
    """A published activity of 14 September, chosen for that day as its first."""

    activity = factory.SubFactory(ActivityFactory, state=State.PUBLISHED, sessions=1)
    edition = factory.SelfAttribute("activity.edition")
    day = date(2024, 9, 14)
    position = 1
    line = "和工程师一起做水火箭"

    class Meta:
        model = Highlight


class PressPictureFactory(DjangoModelFactory[PressPicture]):
    """A picture of a public activity, cleared."""

    picture = factory.SubFactory(
        PictureFactory, activity=factory.SubFactory(ActivityFactory, state="published", sessions=1)
    )
    edition = factory.LazyAttribute(lambda row: row.picture.activity.edition)
    credit = "市科协供图"
    ground = PressPicture.Ground.OWN
    people = PressPicture.People.NOBODY
    terms = "报道科普月可用，请署名。"

    class Meta:
        model = PressPicture


class StoryFactory(DjangoModelFactory[Story]):
    """A story of the office that everybody can read."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(OfficeFactory)
    state = Story.State.RELEASED
    title = factory.Sequence(lambda n: f"科普月第{n}天")
    summary = "全市同时开展。"
    body = "第一段。\n\n## 小标题\n\n- 一\n- 二"
    appears_at = datetime(2024, 9, 10, 2, tzinfo=UTC)

    class Meta:
        model = Story


class CoverageFactory(DjangoModelFactory[Coverage]):
    """A report that waits to be confirmed."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(UnitFactory)
    outlet = "晚报"
    level = Coverage.Level.CITY
    medium = Coverage.Medium.WEB
    title = factory.Sequence(lambda n: f"水火箭飞上天之{n}")
    published_on = date(2024, 9, 10)
    link = factory.Sequence(lambda n: f"https://news.example.org/{n}")
    key = factory.LazyAttribute(
        lambda row: key_of(link=row.link, outlet=row.outlet, title=row.title, published_on=row.published_on)
    )

    class Meta:
        model = Coverage
