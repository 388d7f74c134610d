"""An agreement follows its joint activity: what changes after publication reaches the other side, once."""

from datetime import date, timedelta
from typing import Any

import pytest

from kepuyue.activities.actions import publication, rescheduling, takedown
from kepuyue.activities.models import Activity, State
from kepuyue.messaging.models import Message
from kepuyue.resources.actions import agreeing
from kepuyue.resources.models import Offer, PromisedDay, Proposal
from tests.cast import Cast
from tests.factories import ProposalFactory, RequestFactory
from tests.resources.acting import asked, fresh, moment

pytestmark = pytest.mark.usefixtures("in_the_month")


@pytest.fixture
def proposal(cast: Cast) -> Proposal:
    """The neighbour registers what the own unit promised for 20 September; it is public."""
    found = asked(cast)
    activity = agreeing.accept(found, by=cast.owner, registrar=cast.other_unit)
    Activity.objects.filter(pk=activity.pk).update(state=State.PUBLISHED, published_at=moment(cast, 13, 9))
    Message.objects.all().delete()
    return found


def joint_of(proposal: Proposal) -> Activity:
    activity = fresh(proposal.request).activity
    assert activity is not None
    return activity


def told(person: Any) -> list[str]:
    return list(Message.objects.filter(person=person).order_by("pk").values_list("subject", flat=True))


def promised(offer: Offer) -> list[date]:
    return list(PromisedDay.objects.filter(offer=offer).values_list("day", flat=True))


def test_new_time_tells_the_other_side_once_and_the_promise_moves_along(
    cast: Cast, proposal: Proposal
) -> None:
    session = joint_of(proposal).sessions.get()

    rescheduling.postpone(
        session,
        by=cast.colleague,
        reason="台风",
        starts_at=moment(cast, 21, 10),
        ends_at=moment(cast, 21, 11),
    )

    assert told(cast.owner) == ["联合活动已改期：星空走进图书馆"]
    assert "9月21日（周六） 10:00–11:00" in Message.objects.get(person=cast.owner).body
    assert promised(proposal.offer) == [date(2024, 9, 21)]
    assert (fresh(proposal).starts_at, fresh(proposal.offer).times_promised) == (moment(cast, 21, 10), 1)


def test_a_time_promised_to_somebody_else_is_not_promised_twice_and_is_said(
    cast: Cast, proposal: Proposal
) -> None:
    other = ProposalFactory(
        request=RequestFactory(organization=cast.far_unit, offer=proposal.offer, state="accepted"),
        offer=proposal.offer, state="accepted",
        starts_at=moment(cast, 21, 9), ends_at=moment(cast, 21, 12),
    )  # fmt: skip
    PromisedDay.objects.create(offer=proposal.offer, proposal=other, day=date(2024, 9, 21), place_in_day=1)

    rescheduling.postpone(
        joint_of(proposal).sessions.get(), by=cast.colleague, reason="台风",
        starts_at=moment(cast, 21, 10), ends_at=moment(cast, 21, 11),
    )  # fmt: skip

    assert told(cast.owner) == ["联合活动改到了已约出的时间：星空走进图书馆"]
    assert promised(proposal.offer) == [date(2024, 9, 20), date(2024, 9, 21)]
    assert fresh(proposal).starts_at == moment(cast, 20, 14)


def test_a_postponed_session_and_a_new_place_are_told(cast: Cast, proposal: Proposal) -> None:
    rescheduling.postpone(joint_of(proposal).sessions.get(), by=cast.colleague, reason="台风")
    rescheduling.move(
        joint_of(proposal).sessions.get(), by=cast.colleague, reason="检修", venue_name="二楼教室"
    )

    assert told(cast.owner) == ["联合活动已延期：星空走进图书馆", "联合活动已换地点：星空走进图书馆"]
    assert promised(proposal.offer) == [date(2024, 9, 20)]


def test_cancelling_the_activity_ends_the_agreement_and_frees_the_day(cast: Cast, proposal: Proposal) -> None:
    publication.cancel(joint_of(proposal), by=cast.colleague, reason="场馆停电")

    assert told(cast.owner) == ["联合活动已取消：星空走进图书馆"]
    assert "场馆停电" in Message.objects.get(person=cast.owner).body
    assert (promised(proposal.offer), fresh(proposal.offer).times_promised) == ([], 0)
    assert (fresh(proposal.request).state, fresh(proposal.request).end_reason) == ("withdrawn", "场馆停电")
    assert fresh(proposal).state == "withdrawn"


def test_a_takedown_and_its_end_are_told_and_keep_the_promise(cast: Cast, proposal: Proposal) -> None:
    activity = joint_of(proposal)
    found = takedown.take_down(
        activity, by=cast.district_reviewer, ground="false", source="读者来信", evidence="没有依据"
    )
    takedown.restore(found, by=cast.district_reviewer, reason="已更正")

    assert told(cast.owner) == ["联合活动已下架：星空走进图书馆", "联合活动已恢复：星空走进图书馆"]
    assert promised(proposal.offer) == [date(2024, 9, 20)]


def test_an_activity_without_an_agreement_concerns_nobody_here(cast: Cast, proposal: Proposal) -> None:
    agreeing.call_off(proposal.request, by=cast.owner, reason="专家生病")
    Message.objects.all().delete()

    rescheduling.postpone(
        joint_of(proposal).sessions.get(), by=cast.colleague, reason="台风",
        starts_at=moment(cast, 20, 14) + timedelta(days=1),
    )  # fmt: skip

    assert told(cast.owner) == []
