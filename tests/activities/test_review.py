"""Deciding: whose turn it is, what each decision leads to, and that none happens twice."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.accounts.models import User
from kepuyue.activities import content as contents
from kepuyue.activities.actions import desk, drafting, review, submission
from kepuyue.activities.models import Comment, Review, State, Submission
from kepuyue.activities.queries import (
    review_chain,
    review_checks,
    reviewable_by,
    working_content,
)
from kepuyue.activities.reviewing import queue
from kepuyue.activities.safety import ITEMS
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Membership, Organization
from tests.activities.acting import at_the_office, draft, fresh, handed_in, published, revised
from tests.cast import Cast, assemble
from tests.factories import ActivityFactory, MembershipFactory, UnitFactory, complete_content
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def review_queue(user: User) -> Any:
    """What waits for the person, as the desk orders it."""
    return queue.ordered(queue.with_urgency(queue.waiting_for(user)), "urgency")


# Whose turn it is


@pytest.mark.parametrize(
    ("unit", "terms", "chain"),
    [
        ("own_unit", ["tier:district"], ["own_district", "office_unit"]),
        ("unit_of_department", [], ["department_unit", "office_unit"]),
        ("own_district", [], ["office_unit"]),
        ("department_unit", ["tier:department"], ["office_unit"]),
        ("office_unit", [], ["office_unit"]),
        ("own_unit", ["tier:main_venue"], ["office_unit"]),
        ("own_unit", ["audience:children", "tier:main_venue"], ["office_unit"]),
    ],
)
def test_chain_follows_the_tree_and_the_policy(
    cast: Cast, unit: str, terms: list[str], chain: list[str]
) -> None:
    activity = ActivityFactory(edition=cast.edition, organization=getattr(cast, unit), terms=terms)

    assert review_chain(activity) == [getattr(cast, name) for name in chain]


def test_chain_without_a_policy_is_branch_then_office(cast: Cast) -> None:
    cast.edition.policy = {}
    cast.edition.save()

    assert review_chain(draft(cast)) == [cast.own_district, cast.office_unit]


def test_chain_of_a_unit_below_a_unit_goes_to_the_nearest_branch(cast: Cast) -> None:
    club = UnitFactory(parent=cast.own_unit)

    assert review_chain(ActivityFactory(edition=cast.edition, organization=club)) == [
        cast.own_district, cast.office_unit,
    ]  # fmt: skip


def test_chain_with_nobody_in_it_publishes_at_once(cast: Cast) -> None:
    cast.edition.policy = {"review": {"default": ["branch"]}}
    cast.edition.save()
    owner = MembershipFactory(organization=cast.own_district, role="owner").user

    done = submission.submit(draft(cast, unit=cast.own_district, by=owner), by=owner)

    assert (done.state, fresh(done.activity).state) == ("approved", State.PUBLISHED)


def test_unit_right_below_the_office_is_read_by_it_where_the_policy_asks_for_the_branch_only(
    cast: Cast,
) -> None:
    cast.edition.policy = {"review": {"default": ["branch"]}}
    cast.edition.save()
    society = UnitFactory(name="市天文学会", parent=cast.office_unit)
    owner = MembershipFactory(organization=society, role="owner").user

    waiting = submission.submit(draft(cast, unit=society, by=owner), by=owner)

    assert (waiting.state, waiting.turn) == ("pending", cast.office_unit)
    assert fresh(waiting.activity).state == State.SUBMITTED


@pytest.mark.parametrize(
    "person",
    ["owner", "editor", "colleague", "other_reviewer", "department_reviewer", "office", "judge", "outsider"],
)
@pytest.mark.parametrize("decide", ["approve", "return_for_changes", "reject"])
def test_decision_by_whoever_it_is_not_the_turn_of_is_denied(cast: Cast, person: str, decide: str) -> None:
    pending = handed_in(cast)

    with pytest.raises(PermissionDenied):
        getattr(review, decide)(pending, by=getattr(cast, person), note="好")

    assert (Review.objects.count(), fresh(pending.activity).state) == (0, State.SUBMITTED)


def test_decision_of_the_district_at_the_offices_step_is_denied(cast: Cast) -> None:
    pending = at_the_office(cast)

    with pytest.raises(PermissionDenied):
        review.approve(pending, by=cast.district_reviewer)


def test_office_at_the_districts_step_is_told_how_to_step_in(cast: Cast) -> None:
    with pytest.raises(PermissionDenied) as refused:
        review.approve(handed_in(cast), by=cast.office)

    assert (
        str(refused.value)
        == "现在轮到“福田区科学技术协会”审核。如需代为办理，请先在该单位的人员里添加审核人。"
    )


def test_office_steps_in_where_the_district_has_nobody(cast: Cast) -> None:
    Membership.objects.filter(organization=cast.own_district).delete()
    pending = handed_in(cast)
    assert list(review_queue(cast.office)) == [pending]

    passed = review.approve(pending, by=cast.office)

    assert passed.turn == cast.office_unit


def test_queue_holds_what_waits_for_oneself(cast: Cast) -> None:
    district, office = handed_in(cast), at_the_office(cast, title="二")

    queues = {
        name: list(review_queue(getattr(cast, name)))
        for name in (
            "district_reviewer",
            "office",
            "other_reviewer",
            "department_reviewer",
            "owner",
            "outsider",
        )
    }

    assert queues == {
        "district_reviewer": [district], "office": [office], "other_reviewer": [], "department_reviewer": [],
        "owner": [], "outsider": [],
    }  # fmt: skip


@pytest.mark.usefixtures("in_the_month")
def test_queue_puts_the_soonest_session_first_and_what_is_over_last(cast: Cast) -> None:
    session = complete_content()["sessions"][0]
    whenever = handed_in(cast, title="全年", sessions=[], is_year_round=True)
    later = handed_in(
        cast, title="后", sessions=[session | {"starts_at": "2024-09-20T02:00:00Z", "ends_at": None}]
    )
    over = handed_in(
        cast, title="过", sessions=[session | {"starts_at": "2024-09-02T02:00:00Z", "ends_at": None}]
    )
    sooner = handed_in(
        cast, title="先", sessions=[session | {"starts_at": "2024-09-15T02:00:00Z", "ends_at": None}]
    )

    assert list(review_queue(cast.district_reviewer)) == [sooner, later, whenever, over]
    assert "所有场次的日期都已经过去。" in [check.text for check in review_checks(over)]


def test_rounds_of_review_are_seen_by_the_branch_above(cast: Cast) -> None:
    pending = handed_in(cast)

    seen = [name for name, person in cast.people().items() if person and pending in reviewable_by(person)]

    assert seen == ["district_reviewer", "office"]


# What each decision leads to


def test_approve_at_the_first_step_passes_it_up(cast: Cast) -> None:
    passed = review.approve(handed_in(cast), by=cast.district_reviewer, note="时间已核对")

    assert (passed.state, passed.step, passed.turn) == ("pending", 1, cast.office_unit)
    assert fresh(passed.activity).state == State.SUBMITTED
    done = Review.objects.get()
    assert (done.organization, done.by, done.decision, done.note) == (
        cast.own_district, cast.district_reviewer, "approved", "时间已核对",
    )  # fmt: skip
    assert Message.objects.get(person=cast.office).subject == "待审核：火箭为什么能飞上天"


def test_approve_at_the_last_step_publishes(cast: Cast) -> None:
    done = review.approve(at_the_office(cast), by=cast.office)

    activity = fresh(done.activity)
    assert (activity.state, activity.published_at is None) == (State.PUBLISHED, False)
    assert (Submission.objects.get().state, Submission.objects.get().closed_at is None) == ("approved", False)
    assert [event.action for event in audit.trail(activity)] == [
        "activity.publish", "review.approved", "review.approved", "activity.submit", "activity.sign_off",
        "activity.create",
    ]  # fmt: skip
    told = Message.objects.filter(subject="已通过：火箭为什么能飞上天").order_by("person")
    assert [message.person for message in told] == [cast.owner, cast.editor]


def test_return_gives_it_back_with_remarks(cast: Cast) -> None:
    pending = handed_in(cast)

    review.return_for_changes(
        pending, by=cast.district_reviewer, note="总体不错", comments={"title": "短一点", "summary": "  "}
    )

    pending.refresh_from_db()
    assert (fresh(pending.activity).state, pending.state) == (State.RETURNED, "returned")
    assert list(Comment.objects.values_list("field", "text")) == [("title", "短一点")]
    body = Message.objects.get(person=cast.editor).body
    assert body.startswith("请修改：火箭为什么能飞上天\n总体不错\n  · 活动名称：短一点\n\n")
    assert audit.trail(pending.activity)[0].action == "review.returned"


def test_return_with_remarks_alone_is_enough(cast: Cast) -> None:
    review.return_for_changes(handed_in(cast), by=cast.district_reviewer, comments={"title": "短一点"})

    assert Review.objects.get().note == ""


@pytest.mark.parametrize("options", [{}, {"note": "  "}, {"comments": {"title": " "}}])
def test_return_without_a_word_is_refused(cast: Cast, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="请写明需要修改什么"):
        review.return_for_changes(handed_in(cast), by=cast.district_reviewer, **options)


def test_return_with_a_remark_on_no_field_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="没有这些栏目：colour"):
        review.return_for_changes(handed_in(cast), by=cast.district_reviewer, comments={"colour": "红"})


def test_reject_ends_it_with_a_reason(cast: Cast) -> None:
    pending = handed_in(cast)

    review.reject(pending, by=cast.district_reviewer, note="与主题无关")

    pending.refresh_from_db()
    assert (fresh(pending.activity).state, pending.state) == (State.REJECTED, "rejected")
    assert Message.objects.get(person=cast.owner).body.startswith("未通过：火箭为什么能飞上天\n与主题无关")


def test_reject_without_a_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="请写明不予通过的原因"):
        review.reject(handed_in(cast), by=cast.district_reviewer, note=" ")


def test_office_can_return_what_the_district_passed(cast: Cast) -> None:
    pending = at_the_office(cast)

    review.return_for_changes(pending, by=cast.office, note="再改")
    drafting.change(pending.activity, {"title": "改了"}, by=cast.editor)
    again = submission.submit(pending.activity, by=cast.editor)

    assert (again.turn, again.step) == (cast.own_district, 0)


# Twice, and at once


@pytest.mark.parametrize("decide", ["approve", "return_for_changes", "reject"])
def test_decision_after_the_last_is_told_what_is_the_case(cast: Cast, decide: str) -> None:
    done = review.approve(at_the_office(cast), by=cast.office)

    with pytest.raises(NotPossibleNow, match="现在的状态是“通过”"):
        getattr(review, decide)(done, by=cast.office, note="好")

    assert Review.objects.count() == 2


def test_button_pressed_twice_by_one_person_in_both_units_passes_one_step(cast: Cast) -> None:
    both = MembershipFactory(organization=cast.office_unit, role="office", user=cast.district_reviewer).user
    pending = handed_in(cast)
    review.approve(pending, by=User.objects.get(pk=both.pk), step=0)

    with pytest.raises(ValidationError, match="已经处理过这一步"):
        review.approve(pending, by=User.objects.get(pk=both.pk), step=0)

    pending.refresh_from_db()
    assert (pending.step, Review.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_approving_at_once_publish_once() -> None:
    cast = assemble()
    second = MembershipFactory(organization=cast.office_unit, role="office").user
    pending = at_the_office(cast)

    ends = at_once(
        lambda: review.approve(pending, by=cast.office, step=1),
        lambda: review.approve(pending, by=second, step=1),
    )

    assert ends == ["NotPossibleNow", "done"]
    assert audit.trail(pending.activity).filter(action="activity.publish").count() == 1
    assert Review.objects.filter(organization=cast.office_unit).count() == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_returning_at_once_do_one_of_both() -> None:
    cast = assemble()
    pending = handed_in(cast)

    ends = at_once(
        lambda: submission.withdraw(pending.activity, by=cast.editor),
        lambda: review.return_for_changes(pending, by=cast.district_reviewer, note="改"),
    )

    assert ends == ["NotPossibleNow", "done"]
    pending.refresh_from_db()
    assert (pending.state, fresh(pending.activity).state) in {
        ("withdrawn", "withdrawn"),
        ("returned", "returned"),
    }


# Revisions of what is public


def test_revision_shows_the_approved_text_until_it_is_approved(cast: Cast) -> None:
    activity = revised(cast, title="新名字")
    pending = submission.submit(activity, by=cast.editor)
    pending = review.approve(pending, by=cast.district_reviewer)
    assert fresh(activity).title == "火箭为什么能飞上天"

    review.approve(pending, by=cast.office)

    stored = fresh(activity)
    assert (stored.title, stored.state) == ("新名字", State.PUBLISHED)
    event = audit.trail(activity)[0]
    assert (event.action, event.changes) == ("activity.revise", {"title": ["火箭为什么能飞上天", "新名字"]})


def test_returned_revision_goes_on_from_its_text(cast: Cast) -> None:
    activity = revised(cast, title="新名字")
    pending = submission.submit(activity, by=cast.editor)

    review.return_for_changes(pending, by=cast.district_reviewer, note="再改")
    drafting.change(activity, {"summary": "新介绍"}, by=cast.editor)

    text = working_content(activity)
    assert (text["title"], text["summary"]) == ("新名字", "新介绍")
    assert (fresh(activity).state, fresh(activity).title) == (State.PUBLISHED, "火箭为什么能飞上天")
    assert submission.submit(activity, by=cast.editor).turn == cast.own_district


def test_rejected_revision_leaves_the_public_text(cast: Cast) -> None:
    activity = revised(cast, title="新名字")
    pending = submission.submit(activity, by=cast.editor)

    review.reject(pending, by=cast.district_reviewer, note="不妥")

    assert (fresh(activity).state, working_content(activity)["title"]) == (
        State.PUBLISHED,
        "火箭为什么能飞上天",
    )


def test_session_left_out_by_an_approved_revision_is_cancelled_and_stays(cast: Cast) -> None:
    session = complete_content()["sessions"][0]
    second = session | {"starts_at": "2024-09-21T02:00:00Z", "ends_at": "2024-09-21T04:00:00Z"}
    activity = published(cast, sessions=[session, second])
    kept = contents.of(activity)["sessions"][:1]
    drafting.change(activity, {"sessions": kept}, by=cast.editor)
    pending = submission.submit(activity, by=cast.editor)
    assert list(activity.sessions.values_list("is_cancelled", flat=True)) == [False, False]

    review.approve(review.approve(pending, by=cast.district_reviewer), by=cast.office)

    assert list(activity.sessions.values_list("pk", "is_cancelled")) == [
        (kept[0]["id"], False), (kept[0]["id"] + 1, True),
    ]  # fmt: skip


def test_revision_with_a_new_session_gives_it_to_the_public(cast: Cast) -> None:
    activity = published(cast)
    session = contents.of(activity)["sessions"][0]
    new = session | {"id": None, "starts_at": "2024-09-22T02:00:00Z", "ends_at": None}
    drafting.change(activity, {"sessions": [session, new]}, by=cast.editor)

    pending = submission.submit(activity, by=cast.editor)
    review.approve(review.approve(pending, by=cast.district_reviewer), by=cast.office)

    assert activity.sessions.filter(is_cancelled=False).count() == 2
    assert activity.sessions.filter(pk=session["id"]).exists()


# What a reviewer should look at


def test_checks_of_a_plain_activity_find_nothing(cast: Cast) -> None:
    assert [(check.tone, check.text) for check in review_checks(handed_in(cast))] == [
        ("ok", "时间、重复和许可都没有发现问题。")
    ]


@pytest.mark.parametrize(
    ("changes", "tone", "field"),
    [
        (
            {"expected_crowd": 1000, "licence": "1号", "safety_items": dict.fromkeys(ITEMS, "写明了")},
            "notice",
            "licence",
        ),
        ({"speakers": [{"name": "Ann", "introduction": "", "is_overseas": True}]}, "notice", "speakers"),
        ({"district": ""}, "notice", "district"),
    ],
)
def test_checks_point_to_what_needs_a_look(
    cast: Cast, changes: dict[str, Any], tone: str, field: str
) -> None:
    assert [(check.tone, check.field) for check in review_checks(handed_in(cast, **changes))] == [
        (tone, field)
    ]


def test_checks_find_days_outside_the_month_in_the_citys_time(cast: Cast) -> None:
    session = complete_content()["sessions"][0]
    inside = session | {
        "starts_at": "2024-08-31T16:30:00Z",
        "ends_at": None,
    }  # 00:30 on 1 September in Shenzhen
    outside = session | {"starts_at": "2024-09-30T16:30:00Z", "ends_at": None}  # 00:30 on 1 October
    cancelled = outside | {"starts_at": "2024-10-05T02:00:00Z", "is_cancelled": True}

    checks = review_checks(handed_in(cast, sessions=[inside, outside, cancelled]))

    assert [(check.tone, check.text) for check in checks] == [("warn", "有场次不在本届时间内：10月1日")]


def test_checks_find_the_same_title_and_a_missing_place(cast: Cast) -> None:
    other = ActivityFactory(edition=cast.edition, organization=cast.other_unit, title="火箭为什么能飞上天")
    session = complete_content()["sessions"][0]

    checks = review_checks(handed_in(cast, sessions=[session | {"place": ""}]))

    assert [(check.tone, check.text) for check in checks] == [
        ("warn", f"同名活动：福田区图书馆（{other.code}）"), ("notice", "场次1没有地点。"),
    ]  # fmt: skip


def test_approve_at_the_last_step_tells_the_unit_the_reviewers_words(cast: Cast) -> None:
    pending = handed_in(cast)
    pending = review.approve(pending, by=cast.district_reviewer)

    review.approve(pending, by=cast.office, note="内容很好，请注意防晒。")

    told = Message.objects.get(person=cast.editor, subject__startswith="已通过")
    assert "内容很好，请注意防晒。" in told.body


def test_step_of_a_closed_reviewing_unit_is_taken_by_those_above(cast: Cast) -> None:
    waiting = handed_in(cast)
    Organization.objects.filter(pk=cast.own_district.pk).update(state=Organization.State.CLOSED)
    waiting.refresh_from_db()

    assert list(review_queue(cast.office)) == [waiting]
    assert review.approve(waiting, by=cast.office).turn == cast.office_unit


def test_change_taken_back_and_altered_is_not_passed_by_who_read_the_old_text(cast: Cast) -> None:
    activity = revised(cast, title="读过的标题")
    read = submission.submit(activity, by=cast.editor)
    desk_row = (Submission.objects.get(pk=read.pk), read.step)

    submission.withdraw(activity, by=cast.editor)
    drafting.change(activity, {"title": "没有人读过的标题"}, by=cast.editor)
    again = submission.submit(activity, by=cast.editor)

    with pytest.raises(ValidationError):
        review.approve(read, by=cast.district_reviewer, step=read.step)
    outcome = desk.decide_many([desk_row], Review.Decision.APPROVED, by=cast.district_reviewer)
    again.refresh_from_db()
    assert ([one.code for one in outcome], again.state, again.step) == (["already"], "pending", 0)
