"""No list asks the database more often because it is longer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kepuyue.activities.models import (
    Activity,
    Participation,
    Remark,
    SensitiveWord,
    Speaker,
    State,
    Submission,
    UnitRole,
)
from kepuyue.activities.signals import public_content_changed
from kepuyue.bookings.admission import take
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.documents.actions import issuing
from kepuyue.documents.models import IssuingOrgan
from kepuyue.imports.models import CalendarSubscription, ImportBatch
from kepuyue.messaging.actions import outbox
from kepuyue.organizations.models import Organization
from kepuyue.partners.models import Token
from tests.bookings.given import asks, bookable
from tests.cast import Cast
from tests.factories import (
    ActivityFactory,
    CloudItemFactory,
    CoverageFactory,
    CoverFactory,
    DistrictAssociationFactory,
    DraftFactory,
    LetterFactory,
    MembershipFactory,
    OfferFactory,
    OpeningFactory,
    OrganFactory,
    PictureFactory,
    PressPictureFactory,
    ProposalFactory,
    QuestionFactory,
    ReleaseFactory,
    RequestFactory,
    SourceFactory,
    StoryFactory,
    SubmissionFactory,
    SummaryFactory,
    UnitFactory,
    VenueFactory,
)
from tests.federation.elsewhere import gather, said

Make = Callable[[Cast], Any]


def assert_same_queries(ask: Callable[[], Any], make_row: Callable[[], Any]) -> None:
    """One row or three: the same number of queries, once what a process keeps in memory has been read."""
    counts = []
    for more in (1, 2):
        for _row in range(more):
            make_row()
        ask()
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask()
        counts.append(len(queries))
        shown = "\n".join(query["sql"][:200] for query in queries)
    assert counts[0] == counts[1], f"{counts[0]} queries for one row, {counts[1]} for three:\n{shown}"


def public_activity(cast: Cast) -> Any:
    """One with everything that a card may show."""
    activity = ActivityFactory(
        organization=UnitFactory(parent=cast.own_district), state=State.PUBLISHED, sessions=2,
        terms=["tier:district", "audience:children"],
    )  # fmt: skip
    activity.sessions.update(venue=VenueFactory())
    Participation.objects.create(activity=activity, role=UnitRole.HOST, name=activity.organization.name,
                                 organization=activity.organization)  # fmt: skip
    Speaker.objects.create(activity=activity, name="主讲人")
    PictureFactory(activity=activity)
    public_content_changed.send(sender=Activity, activity=activity)
    return activity


def own_activity(cast: Cast) -> Any:
    return ActivityFactory(organization=cast.own_unit, sessions=2)


def waiting_submission(cast: Cast) -> Any:
    unit = UnitFactory(parent=cast.own_district)
    return SubmissionFactory(activity=ActivityFactory(organization=unit, state=State.SUBMITTED, sessions=2))


def assigned_submission(cast: Cast) -> Any:
    """One that the reviewer sees to, opened and told upwards."""
    row = waiting_submission(cast)
    row.assignments.create(step=0, person=cast.district_reviewer)
    row.lookings.create(step=0, person=cast.district_reviewer)
    row.escalations.create(step=0, level=1)
    return row


def late_submission(cast: Cast) -> Any:
    row = assigned_submission(cast)
    Submission.objects.filter(pk=row.pk).update(turn_since=row.turn_since - timedelta(days=20))
    return row


def frequent_remark(cast: Cast) -> Any:
    number = Remark.objects.count()
    return Remark.objects.create(
        organization=cast.own_district, text=f"请写清楚在{number}楼集合。", field="sessions"
    )


def sensitive_word(cast: Cast) -> Any:
    number = SensitiveWord.objects.count()
    return SensitiveWord.objects.create(
        edition=cast.edition, word=f"包治{number}病", normal=f"包治{number}病"
    )


def batch(cast: Cast) -> Any:
    return ImportBatch.objects.create(
        organization=cast.own_unit, edition=cast.edition, by=cast.owner, file_name="表.xlsx", sha256="0" * 64
    )


def a_key(cast: Cast) -> Any:
    return Token.objects.create(
        organization=cast.own_unit, name="图书馆系统", start="kpy_abcdef", made_by=cast.owner, expires_at=now(),
        key_hash=f"{Token.objects.count():064}", scopes=["activities:write"],
    )  # fmt: skip


def gathered_activity(cast: Cast) -> Any:
    source = SourceFactory(edition=cast.edition)
    gather(source, said("X2", source.address, city=source.name))
    return source


def subscribed_calendar(cast: Cast) -> Any:
    calendar = CalendarSubscription.objects.create(
        organization=cast.own_unit, edition=cast.edition, by=cast.owner, file_name="日历.ics", state="active"
    )
    calendar.items.create(key="new", title="新的")
    return calendar


def message(cast: Cast) -> Any:
    return outbox.post(
        kind="unit.decided",
        to="a@example.org",
        subject="一",
        body="二",
        key=None,
        person=cast.owner,
        link="/desk/",
    )


def unit(cast: Cast) -> Any:
    return MembershipFactory(organization=UnitFactory(parent=cast.own_district)).organization


def new_unit(cast: Cast) -> Any:
    return UnitFactory(parent=cast.own_district, state=Organization.State.PENDING)


def recorded(cast: Cast) -> Any:
    return audit.record("unit.edit", cast.own_unit, by=cast.owner, organization_path=cast.own_unit.path)


def open_offer(cast: Cast) -> Any:
    unit = UnitFactory(parent=cast.own_district)
    return OfferFactory(organization=unit, terms=["content:frontier"], districts=[unit.district])


def own_offer(cast: Cast) -> Any:
    return OfferFactory(organization=cast.own_unit)


def open_request(cast: Cast) -> Any:
    return RequestFactory(organization=UnitFactory(parent=cast.own_district), terms=["content:frontier"])


def waiting_proposal(cast: Cast) -> Any:
    offer = OfferFactory(organization=cast.own_unit)
    return ProposalFactory(offer=offer, request=RequestFactory(organization=cast.other_unit, offer=offer))


def public_opening(cast: Cast) -> Any:
    return OpeningFactory(organization=UnitFactory(parent=cast.own_district), state="confirmed")


def cloud_item(cast: Cast) -> Any:
    """A public broadcast with all that a card may show."""
    activity = ActivityFactory(organization=cast.own_unit, state=State.PUBLISHED, sessions=1)
    item = CloudItemFactory(
        edition=cast.edition, organization=UnitFactory(parent=cast.own_district), state="published", activity=activity,
        terms=["audience:children"],
    )  # fmt: skip
    CoverFactory(item=item)
    return item


def own_cloud_item(cast: Cast) -> Any:
    return CloudItemFactory(edition=cast.edition, organization=cast.own_unit, state="published")


def waiting_cloud_item(cast: Cast) -> Any:
    unit = UnitFactory(parent=cast.own_district)
    return CloudItemFactory(edition=cast.edition, organization=unit, state="submitted")


def asked_question(cast: Cast) -> Any:
    topic = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, kind="topic", state="published"
    )
    return QuestionFactory(item=topic, text="月亮为什么会变圆？")


def report(cast: Cast) -> Any:
    row = CoverageFactory(
        edition=cast.edition, organization=UnitFactory(parent=cast.own_district), state="confirmed"
    )
    row.activities.add(ActivityFactory(organization=row.organization, state=State.PUBLISHED, sessions=1))
    row.units.add(row.organization)
    return row


def waiting_report(cast: Cast) -> Any:
    """One that its district has not confirmed yet."""
    row = report(cast)
    row.state = "recorded"
    row.save(update_fields=["state"])
    return row


def public_story(cast: Cast) -> Any:
    """One with a picture; each of another district."""
    picture = PressPictureFactory(picture__activity__organization=cast.own_unit)
    return StoryFactory(edition=cast.edition, organization=DistrictAssociationFactory(), picture=picture)


def helped_session(cast: Cast) -> Any:
    session = bookable(3, helper=3)
    session.activity.edition = cast.edition
    session.activity.save()
    return take(
        [replace(asks(session, 1, channel="helper"), by=cast.owner.pk, organization=cast.own_unit.pk)]
    )


def door(cast: Cast) -> Any:
    """A session of today at whose door the own unit stands."""
    session = bookable(5, in_days=0.1)
    session.activity.organization = cast.own_unit
    session.activity.save()
    return session


def due_summary(cast: Cast) -> Any:
    return SummaryFactory(activity__edition=cast.edition, activity__organization=cast.own_unit)


def filed_summary(cast: Cast) -> Any:
    """Each of another unit of the district."""
    unit = UnitFactory(parent=cast.own_district)
    return SummaryFactory(activity__edition=cast.edition, activity__organization=unit, filed="filed")


def issued_document(cast: Cast) -> Any:
    """With a draft beside it."""
    organ = IssuingOrgan.objects.first() or OrganFactory(organization=cast.office_unit)
    DraftFactory(organ=organ)
    return issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)


def letter(cast: Cast) -> Any:
    """Each of another unit of the district."""
    return LetterFactory(edition=cast.edition, unit=UnitFactory(parent=cast.own_district))


def published_figures(cast: Cast) -> Any:
    """Each with a correction."""
    first = ReleaseFactory(edition=cast.edition)
    return ReleaseFactory(edition=cast.edition, corrects=first, reason="漏算了一场")


LISTS: list[tuple[str, str, Make]] = [
    ("district_reviewer", "/desk/mailbox/", letter),
    ("office", "/desk/mailbox/", letter),
    ("office", "/desk/documents/?year=2024", issued_document),
    ("office", "/desk/documents/register.xlsx?year=2024", issued_document),
    ("owner", "/desk/summaries/", due_summary),
    ("district_reviewer", "/desk/summaries/branch/", filed_summary),
    ("district_reviewer", "/desk/summaries/branch/table.xlsx", filed_summary),
    ("district_reviewer", "/desk/summaries/panel/", filed_summary),
    ("office", "/desk/insight/", public_activity),
    ("district_reviewer", "/desk/insight/rows/?of=scheduled", public_activity),
    ("office", "/desk/insight/coverage/", public_activity),
    ("office", "/desk/insight/coverage/gap/?district=futian&first=2024-09-10&last=2024-09-10", open_offer),
    ("district_reviewer", "/desk/insight/coverage/gap/", open_request),
    ("office", "/desk/insight/late/", late_submission),
    ("district_reviewer", "/desk/insight/late/", due_summary),
    ("office", "/desk/insight/statistics/", public_activity),
    ("office", "/desk/insight/releases/", published_figures),
    ("anonymous", "/figures/", published_figures),
    ("anonymous", "/bases/", public_opening),
    ("anonymous", "/press/", public_story),
    ("anonymous", "/press/", report),
    ("anonymous", "/press/stories/", public_story),
    ("anonymous", "/press/stories.atom", public_story),
    ("anonymous", "/press/coverage/", report),
    ("office", "/desk/press/", public_story),
    ("district_reviewer", "/desk/press/pictures/", public_story),
    ("district_reviewer", "/desk/coverage/", report),
    ("district_reviewer", "/desk/coverage/panel/", waiting_report),
    ("district_reviewer", "/desk/coverage/export.csv", report),
    ("owner", "/desk/proxy/", helped_session),
    ("anonymous", "/cloud/", cloud_item),
    ("owner", "/desk/cloud/", own_cloud_item),
    ("district_reviewer", "/desk/cloud/", waiting_cloud_item),
    ("owner", "/desk/cloud/questions/?show=waiting", asked_question),
    ("owner", "/desk/resources/", open_offer),
    ("owner", "/desk/resources/own/", own_offer),
    ("owner", "/desk/resources/own/", waiting_proposal),
    ("owner", "/desk/resources/panel/", waiting_proposal),
    ("owner", "/desk/resources/requests/", open_request),
    ("district_reviewer", "/desk/resources/overview/", open_offer),
    ("district_reviewer", "/desk/resources/overview/", open_request),
    ("district_reviewer", "/desk/resources/overview/", waiting_proposal),
    ("district_reviewer", "/desk/openings/", public_opening),
    ("anonymous", "/", public_activity),
    ("anonymous", "/activities/", public_activity),
    ("anonymous", "/activities/?q=科学", public_activity),
    ("anonymous", "/calendar/", public_activity),
    ("anonymous", "/calendar/2024-09-14/", public_activity),
    ("anonymous", "/districts/futian/", public_activity),
    ("anonymous", "/cities/", gathered_activity),
    ("anonymous", "/api/v1/programme/changes", gathered_activity),
    ("office", "/desk/federation/", gathered_activity),
    ("anonymous", "/api/v1/activities", public_activity),
    ("anonymous", "/api/v1/programme/changes", public_activity),
    ("owner", "/desk/interface/", a_key),
    ("owner", "/desk/", own_activity),
    ("owner", "/desk/activities/", own_activity),
    ("owner", "/desk/activities/panel/", own_activity),
    ("owner", "/desk/imports/", batch),
    ("owner", "/desk/imports/calendars/", subscribed_calendar),
    ("owner", "/desk/messages/", message),
    ("owner", "/desk/audit/", recorded),
    ("office", "/desk/audit/", recorded),
    ("office", "/desk/outbox/", message),
    ("district_reviewer", "/desk/reviews/", waiting_submission),
    ("district_reviewer", "/desk/reviews/panel/", waiting_submission),
    ("district_reviewer", "/desk/units/", unit),
    ("district_reviewer", "/desk/units/", new_unit),
    ("district_reviewer", "/desk/", new_unit),
    ("office", "/desk/reviews/", waiting_submission),
    ("district_reviewer", "/desk/reviews/", assigned_submission),
    ("district_reviewer", "/desk/reviews/?show=mine&sort=unit", assigned_submission),
    ("district_reviewer", "/desk/reviews/spread/", waiting_submission),
    ("district_reviewer", "/desk/reviews/figures/", late_submission),
    ("district_reviewer", "/desk/reviews/remarks/", frequent_remark),
    ("office", "/desk/reviews/words/", sensitive_word),
    ("office", "/desk/activities/", own_activity),
    ("check_in", "/door/", door),
]


@pytest.fixture
def reader(cast: Cast) -> Iterator[Callable[[str], Client]]:
    def enter(person: str) -> Client:
        client = Client()
        if (user := cast.people()[person]) is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    yield enter


@pytest.mark.parametrize(
    ("person", "address", "make"), LISTS, ids=lambda value: getattr(value, "__name__", value)
)
def test_list_asks_as_often_for_three_rows_as_for_one(
    person: str, address: str, make: Make, cast: Cast, reader: Callable[[str], Client], in_the_month: object
) -> None:
    client = reader(person)

    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, address

    assert_same_queries(ask, lambda: make(cast))
