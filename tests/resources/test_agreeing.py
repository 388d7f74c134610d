"""Two units come to terms; no order of calls promises a day twice."""

from contextvars import copy_context
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from kepuyue.activities import completeness
from kepuyue.activities import content as contents
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import merging
from kepuyue.resources import joint
from kepuyue.resources.actions import agreeing, offering, requesting
from kepuyue.resources.models import Offer, PromisedDay, Proposal, Request
from tests.cast import Cast, assemble
from tests.factories import MembershipFactory, OfferFactory, UnitFactory
from tests.racing import at_once
from tests.resources.acting import answered, asked, asked_openly, facts, fresh, moment, offered, wish

pytestmark = pytest.mark.usefixtures("in_the_month")


def told(user: object) -> list[str]:
    return list(Message.objects.filter(person=user).order_by("pk").values_list("subject", flat=True))


def test_acceptance_makes_a_joint_draft_with_every_fact_carried_over(cast: Cast) -> None:
    offer = offered(
        cast, summary="认识秋夜的星空。", description="从牛郎织女讲起。", safety_note="夜间观测须有家长陪同。",
        terms=["content:frontier", "audience:children"],
    )  # fmt: skip

    activity = agreeing.accept(asked(cast, offer), by=cast.owner, registrar=cast.other_unit)

    found = contents.of(activity)
    [session] = found.pop("sessions")
    expected = contents.blank() | {
        "title": "星空走进图书馆",
        "summary": "认识秋夜的星空。",
        "description": "从牛郎织女讲起。\n\n福田区图书馆的期待：想听秋季星空，留时间提问。",
        "district": "futian",
        "audience_note": "社区家庭",
        "age_min": 8,
        "admission": "free",
        "booking_mode": "external",
        "booking_note": "由福田区图书馆统一组织参加",
        "expected_crowd": 60,
        "safety_plan": "夜间观测须有家长陪同。\n按60人准备；福田区图书馆负责现场秩序、疏散、急救和带队。",
        "emergency_contact": "馆员 0755-22222222",
        "content_lead": "内容负责人",
        "content_signoff": "内容审定人",
        "contact_name": "馆员",
        "contact_phone": "0755-22222222",
        "terms": ["audience:children", "content:frontier"],
        "participations": [
            {"role": "host", "name": "福田区图书馆"},
            {"role": "organizer", "name": "福田区少年宫"},
        ],
        "speakers": [{"name": "天文科普专家", "introduction": "市天文台 研究员", "is_overseas": False}],
    }
    assert {name: found[name] for name in found} == {name: expected[name] for name in found}
    assert (session["starts_at"], session["ends_at"], session["capacity"]) == (
        "2024-09-20T06:00:00Z", "2024-09-20T07:30:00Z", 60,
    )  # fmt: skip
    assert str(activity.sessions.get().venue) == "图书馆一楼报告厅"
    # Nothing that blocks handing in is left to be typed
    assert [gap.why for gap in completeness.gaps(contents.of(activity), cast.edition) if gap.blocks] == []
    assert joint.carried_over(contents.of(activity)) == 20


def test_acceptance_promises_the_day_and_links_both_ways(cast: Cast) -> None:
    proposal = asked(cast)

    activity = agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    request = fresh(proposal.request)
    assert (request.state, request.activity, fresh(proposal).state) == ("accepted", activity, "accepted")
    assert list(activity.resource_requests.all()) == [request]
    assert fresh(proposal.offer).times_promised == 1
    assert list(PromisedDay.objects.values_list("day", "place_in_day")) == [(moment(cast, 20, 0).date(), 1)]
    assert [(p.role, p.organization) for p in activity.participations.all()] == [
        ("host", cast.own_unit), ("co_organizer", cast.other_unit),
    ]  # fmt: skip


def test_draft_for_the_other_side_is_in_the_name_of_who_asked_and_says_who_accepted(cast: Cast) -> None:
    activity = agreeing.accept(asked(cast), by=cast.owner, registrar=cast.other_unit)

    assert (activity.organization, activity.created_by) == (cast.other_unit, cast.colleague)
    assert [(row.action, row.actor_id) for row in audit.trail(activity)] == [
        ("joint.draft", cast.owner.pk), ("activity.create", cast.colleague.pk),
    ]  # fmt: skip


def test_both_sides_are_told_once_of_each_step(cast: Cast) -> None:
    MembershipFactory(organization=cast.own_unit, user=cast.owner, role="editor")
    proposal = asked(cast)
    agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    assert told(cast.owner) == ["有单位来约：" + proposal.offer.title, "已约定：星空走进图书馆"]
    assert told(cast.colleague) == ["已约定：星空走进图书馆"]


def test_the_same_day_cannot_be_promised_twice(cast: Cast) -> None:
    offer = offered(cast)
    first, second = asked(cast, offer), asked(cast, offer, wish=wish(cast, hour=16))
    agreeing.accept(first, by=cast.owner, registrar=cast.own_unit)

    with pytest.raises(NotPossibleNow, match="已经约给别的单位"):
        agreeing.accept(second, by=cast.owner, registrar=cast.own_unit)

    assert (fresh(second).state, fresh(second.request).state) == ("pending", "open")
    assert fresh(offer).times_promised == 1


def test_twice_a_day_is_possible_where_the_offer_says_so_but_not_at_one_time(cast: Cast) -> None:
    offer = offered(cast, per_day=2)
    first, later, same = asked(cast, offer), asked(cast, offer, wish=wish(cast, hour=16)), asked(cast, offer)
    agreeing.accept(first, by=cast.owner, registrar=cast.own_unit)
    agreeing.accept(later, by=cast.owner, registrar=cast.own_unit)

    with pytest.raises(NotPossibleNow, match="这个时间已经约给别的单位"):
        agreeing.accept(same, by=cast.owner, registrar=cast.own_unit)

    assert list(PromisedDay.objects.values_list("place_in_day", flat=True)) == [1, 2]


def test_an_offer_is_not_promised_more_often_than_it_says(cast: Cast) -> None:
    offer = offered(cast, times_at_most=1)
    first, second = asked(cast, offer), asked(cast, offer, wish=wish(cast, day=24))
    agreeing.accept(first, by=cast.owner, registrar=cast.own_unit)

    with pytest.raises(NotPossibleNow, match="约满"):
        agreeing.accept(second, by=cast.owner, registrar=cast.own_unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(times_promised=2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limits", [{"times_at_most": None}, {"times_at_most": 1, "per_day": 9}])
def test_many_who_accept_at_once_promise_one_day_once(limits: dict[str, int | None]) -> None:
    cast = assemble()
    offer = offered(cast, **limits)
    hours = range(8, 14) if limits["times_at_most"] else [14] * 6
    proposals = [asked(cast, offer, wish=wish(cast, hour=hour)) for hour in hours]
    start, answers = Barrier(len(proposals)), []

    def press(proposal: Proposal) -> None:
        start.wait()
        try:
            agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)
            answers.append("accepted")
        except ValidationError:
            answers.append("refused")
        finally:
            connection.close()

    people = [Thread(target=copy_context().run, args=(press, proposal)) for proposal in proposals]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert sorted(answers) == ["accepted"] + ["refused"] * 5
    assert (fresh(offer).times_promised, PromisedDay.objects.count()) == (1, 1)
    assert Proposal.objects.filter(state="accepted").count() == 1
    assert Request.objects.filter(activity__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_proposal_accepted_twice_at_once_makes_one_activity() -> None:
    cast = assemble()
    proposal = asked(cast)
    start, answers = Barrier(2), []

    def press(person: object) -> None:
        start.wait()
        try:
            agreeing.accept(proposal, by=person, registrar=cast.own_unit)  # type: ignore[arg-type]
            answers.append("accepted")
        except ValidationError:
            answers.append("refused")
        finally:
            connection.close()

    people = [Thread(target=copy_context().run, args=(press, person)) for person in (cast.owner, cast.editor)]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert sorted(answers) == ["accepted", "refused"]
    assert cast.own_unit.activities.count() == 1


@pytest.mark.django_db(transaction=True)
def test_acceptance_and_a_merger_at_once_do_not_wait_for_each_other() -> None:
    cast = assemble()
    proposal, survivor = asked(cast), UnitFactory(parent=cast.own_district, district=cast.own_unit.district)

    ends = at_once(
        lambda: agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit),
        lambda: merging.merge(cast.own_unit, into=survivor, by=cast.office),
    )

    assert ends in (["done", "done"], ["NotPossibleNow", "done"], ["PermissionDenied", "done"])
    assert not cast.own_unit.activities.exists()
    assert survivor.activities.exists() == (ends == ["done", "done"])


def test_an_exhibit_takes_every_day_that_it_stays(cast: Cast) -> None:
    offer = offered(cast, kind="exhibit", details={"area": 60, "transport": "自运", "days_most": 10})
    long = requesting.Wish(moment(cast, 18, 9), moment(cast, 20, 17))
    agreeing.accept(asked(cast, offer, wish=long), by=cast.owner, registrar=cast.own_unit)

    assert [day.day for day in PromisedDay.objects.values_list("day", flat=True)] == [18, 19, 20]
    with pytest.raises(ValidationError, match="已经约满"):
        asked(cast, offer, wish=wish(cast, day=19))


def test_an_open_request_is_answered_accepted_and_the_others_lapse(cast: Cast) -> None:
    request = asked_openly(cast)
    first = answered(cast, request)
    other = OfferFactory(organization=cast.far_unit, edition=cast.edition)
    astronomer = MembershipFactory(organization=cast.far_unit, role="owner").user
    second = agreeing.answer(request, other, by=astronomer, wish=wish(cast, day=23))
    assert fresh(request).state == "proposed"

    agreeing.accept(second, by=cast.colleague, registrar=cast.other_unit)

    assert (fresh(first).state, fresh(second).state, fresh(request).state) == (
        "lapsed",
        "accepted",
        "accepted",
    )
    assert told(cast.owner)[-1:] == ["没有约成：星空走进图书馆"]


def test_one_counter_proposal_each_way_and_no_more(cast: Cast) -> None:
    proposal = asked(cast)

    counter = agreeing.counter(proposal, by=cast.owner, wish=wish(cast, day=24))

    assert (fresh(proposal).state, counter.state, fresh(proposal.request).state) == (
        "countered",
        "pending",
        "proposed",
    )
    with pytest.raises(NotPossibleNow, match="各提过一次"):
        agreeing.counter(counter, by=cast.colleague, wish=wish(cast, day=25))
    activity = agreeing.accept(counter, by=cast.colleague, registrar=cast.own_unit)
    assert activity.sessions.get().starts_at == moment(cast, 24, 14)


def test_requester_counters_an_answer_and_it_is_the_offering_units_turn(cast: Cast) -> None:
    first = answered(cast)

    counter = agreeing.counter(first, by=cast.colleague, wish=wish(cast, day=26))

    assert (counter.other_side, fresh(first.request).state) == (cast.own_unit, "open")
    agreeing.accept(counter, by=cast.editor, registrar=cast.other_unit)
    assert fresh(first.request).state == "accepted"


def test_refusal_ends_a_request_for_an_offer_which_can_then_ask_all(cast: Cast) -> None:
    proposal = asked(cast)

    agreeing.decline(proposal, by=cast.owner, reason="那天专家出差")
    assert (fresh(proposal.request).state, fresh(proposal.request).end_reason) == ("declined", "那天专家出差")

    request = requesting.open_up(fresh(proposal.request), by=cast.colleague)
    assert (request.state, request.offer, request.title) == ("open", None, "星空走进图书馆")


def test_refusal_of_an_answer_leaves_an_open_request_open(cast: Cast) -> None:
    proposal = answered(cast)

    agreeing.decline(proposal, by=cast.colleague, reason="时间不合适")

    assert (fresh(proposal).state, fresh(proposal.request).state) == ("declined", "open")


def test_refusal_wants_a_reason(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="原因"):
        agreeing.decline(asked(cast), by=cast.owner, reason="  ")


def test_called_off_the_day_is_free_again_and_the_other_side_is_told(cast: Cast) -> None:
    proposal = asked(cast)
    agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    agreeing.call_off(proposal.request, by=cast.colleague, reason="场地停电")

    assert (fresh(proposal.request).state, fresh(proposal.offer).times_promised) == ("withdrawn", 0)
    assert PromisedDay.objects.count() == 0
    assert told(cast.owner)[-1] == "约定取消：星空走进图书馆"
    again = asked(cast, proposal.offer)
    assert agreeing.accept(again, by=cast.owner, registrar=cast.own_unit).pk


def test_answer_can_be_taken_back_before_it_is_decided(cast: Cast) -> None:
    proposal = answered(cast)

    agreeing.take_back(proposal, by=cast.editor)

    assert (fresh(proposal).state, fresh(proposal.request).state) == ("withdrawn", "open")


@pytest.mark.parametrize("person", ["colleague", "check_in", "district_reviewer", "office", "outsider"])
def test_only_the_side_whose_turn_it_is_accepts(person: str, cast: Cast) -> None:
    proposal = asked(cast)

    with pytest.raises(PermissionDenied):
        agreeing.accept(proposal, by=cast.people()[person], registrar=cast.own_unit)  # type: ignore[arg-type]

    assert fresh(proposal).state == "pending"


def test_a_third_unit_cannot_be_the_one_that_registers(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="由需求方还是提供方"):
        agreeing.accept(asked(cast), by=cast.owner, registrar=cast.far_unit)


def test_stopping_an_offer_ends_what_waits_for_it_and_says_why(cast: Cast) -> None:
    proposal = asked(cast)

    offering.close(proposal.offer, by=cast.district_reviewer, reason="内容需要更新")

    assert (fresh(proposal).state, fresh(proposal.request).state) == ("lapsed", "declined")
    assert told(cast.colleague) == ["资源已停止：" + proposal.offer.title]
    assert told(cast.owner)[-1] == "您的资源已被停止：" + proposal.offer.title
    with pytest.raises(PermissionDenied):
        offering.close(offered(cast), by=cast.other_reviewer, reason="不归我管")


@pytest.mark.parametrize(
    ("stated", "wanted", "why"),
    [
        ({"weekdays": [0, 1]}, {}, "只能约在周一、周二"),
        ({"closed_days": ["2024-09-20"]}, {}, "不能约"),
        ({"last_day": None}, {}, "9月15日前"),
        ({"people_max": 40}, {}, "每次最多40人"),
        ({}, {"is_online": True}, "不能线上"),
    ],
)
def test_wish_that_does_not_fit_is_refused_with_what_would(
    stated: dict[str, object], wanted: dict[str, object], why: str, cast: Cast
) -> None:
    if "last_day" in stated:
        stated = {"last_day": moment(cast, 15, 0).date()}
    with pytest.raises(ValidationError, match=why):
        asked(cast, offered(cast, **stated), wish=wish(cast, **wanted))


def test_unconfirmed_unit_neither_offers_nor_asks(cast: Cast) -> None:
    unit = UnitFactory(parent=cast.own_district, state="pending")
    newcomer = MembershipFactory(organization=unit).user

    with pytest.raises(PermissionDenied, match="上级单位确认"):
        requesting.ask_for(
            offered(cast), organization=unit, by=newcomer, facts=facts(cast), wish=wish(cast), token=uuid4()
        )


def test_the_same_form_sent_twice_is_one_request_and_tells_once(cast: Cast) -> None:
    token, offer = uuid4(), offered(cast)
    for _click in range(2):
        requesting.ask_for(
            offer,
            organization=cast.other_unit,
            by=cast.colleague,
            facts=facts(cast),
            wish=wish(cast),
            token=token,
        )

    assert Request.objects.count() == 1
    assert len(told(cast.owner)) == 1
