"""The desk's actions: who sees to what, many at once, taken back, told upwards, words, remarks, addresses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.accounts.models import User
from kepuyue.activities import letters
from kepuyue.activities.actions import assignment, desk, escalation, links, remarks, review, wordlist
from kepuyue.activities.models import (
    Activity,
    Assignment,
    Escalation,
    LinkCheck,
    Looking,
    Remark,
    Session,
    State,
    Submission,
)
from kepuyue.activities.reviewing import checks, deadlines, queue, reading, words
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import handovers
from kepuyue.organizations.models import Membership, Role
from tests.activities.acting import at_the_office, draft, handed_in
from tests.cast import Cast
from tests.factories import ActivityFactory, MembershipFactory

pytestmark = pytest.mark.usefixtures("in_the_month")


def second_reviewer(cast: Cast) -> Any:
    return MembershipFactory(user__name="第二审核人", organization=cast.own_district, role=Role.REVIEWER).user


def texts(kind: str) -> list[tuple[int, str]]:
    rows = Message.objects.filter(kind=kind).order_by("pk")
    return [(row.person_id, row.subject) for row in rows]


def actions() -> list[str]:
    return list(
        AuditEvent.objects.filter(action__startswith="review.")
        .order_by("pk")
        .values_list("action", flat=True)
    )


# Who sees to what


def test_taking_over_tells_the_former_one_once_and_is_audited(cast: Cast) -> None:
    pending, colleague = handed_in(cast), second_reviewer(cast)
    assignment.assign(pending, to=colleague, by=colleague)

    assignment.assign(pending, to=cast.district_reviewer, by=cast.district_reviewer)
    assignment.assign(pending, to=cast.district_reviewer, by=cast.district_reviewer)

    assert Assignment.objects.get().person == cast.district_reviewer
    assert texts("review.assigned") == [(colleague.pk, "已由福田审核人接手：火箭为什么能飞上天")]
    assert actions() == ["review.assign", "review.take_over"]


def test_colleague_is_told_of_what_they_are_given_and_relieved_of(cast: Cast) -> None:
    pending, colleague = handed_in(cast), second_reviewer(cast)

    assignment.assign(pending, to=colleague, by=cast.district_reviewer)
    assert assignment.release(pending, by=cast.district_reviewer)
    assert not assignment.release(pending, by=cast.district_reviewer)

    assert [person for person, _subject in texts("review.assigned")] == [colleague.pk, colleague.pk]
    assert actions() == ["review.assign", "review.release"]


@pytest.mark.parametrize("person", ["other_reviewer", "owner", "office"])
def test_nobody_is_assigned_who_does_not_review_there(cast: Cast, person: str) -> None:
    with pytest.raises(ValidationError, match="不是这个单位的审核人"):
        assignment.assign(handed_in(cast), to=getattr(cast, person), by=cast.district_reviewer)


@pytest.mark.parametrize("person", ["other_reviewer", "owner", "office", "judge"])
def test_nobody_assigns_out_of_turn(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        assignment.assign(handed_in(cast), to=cast.district_reviewer, by=getattr(cast, person))


def test_assignee_who_has_left_blocks_nothing(cast: Cast) -> None:
    pending, colleague = handed_in(cast), second_reviewer(cast)
    assignment.assign(pending, to=colleague, by=colleague)
    colleague.is_active = False
    colleague.save()

    row = queue.with_urgency(queue.waiting_for(cast.district_reviewer)).get()
    outcome = desk.decide_many([(pending, 0)], "approved", by=cast.district_reviewer, confirmed=[pending.pk])

    assert (row.assignee, outcome[0].code) == (None, "done")


def test_spread_gives_the_next_to_whoever_has_least(cast: Cast) -> None:
    colleague = second_reviewer(cast)
    rows = [handed_in(cast, title=f"第{number}站") for number in range(4)]
    assignment.assign(rows[0], to=colleague, by=colleague)

    proposal = queue.spread(cast.own_district)
    done = assignment.spread(proposal, by=cast.district_reviewer)

    assert (done, assignment.spread(proposal, by=cast.district_reviewer)) == (3, 0)
    assert {load.person.name: load.open for load in queue.loads(cast.own_district)} == {
        "福田审核人": 2,
        "第二审核人": 2,
    }


def test_two_who_look_at_one_see_each_other_for_a_while(cast: Cast, clock: Any) -> None:
    pending, colleague = handed_in(cast), second_reviewer(cast)

    assert assignment.look(pending, by=colleague) == []
    assert assignment.look(pending, by=cast.district_reviewer) == ["第二审核人"]
    clock.set(datetime(2024, 9, 14, 10, 5))
    assert assignment.look(pending, by=cast.district_reviewer) == []


def test_second_of_two_is_told_and_may_still_take_it_over(cast: Cast) -> None:
    pending, colleague, me = handed_in(cast), second_reviewer(cast), cast.district_reviewer
    assignment.assign(pending, to=colleague, by=colleague, seen=0)

    with pytest.raises(NotPossibleNow, match="第二审核人刚刚接手"):
        assignment.assign(pending, to=me, by=me, seen=0)
    assert Assignment.objects.get().person == colleague
    assignment.assign(pending, to=me, by=me, seen=colleague.pk)
    with pytest.raises(NotPossibleNow, match="福田审核人刚刚接手"):
        assignment.release(pending, by=colleague, seen=colleague.pk)
    assignment.release(pending, by=me, seen=me.pk)

    assert actions() == ["review.assign", "review.take_over", "review.release"]
    with pytest.raises(NotPossibleNow, match="退回待分办"):
        assignment.assign(pending, to=colleague, by=colleague, seen=me.pk)


def test_handed_over_work_brings_its_reviews_along(cast: Cast) -> None:
    pending, colleague, other = handed_in(cast), second_reviewer(cast), handed_in(cast, title="水滴里的世界")
    assignment.assign(pending, to=cast.district_reviewer, by=cast.district_reviewer)
    assignment.assign(other, to=colleague, by=colleague)

    offer = handovers.offer(cast.own_district, by=cast.district_reviewer, email=colleague.email)
    handovers.accept(offer, by=colleague)

    assert set(Assignment.objects.values_list("submission", "person")) == {
        (pending.pk, colleague.pk),
        (other.pk, colleague.pk),
    }
    event = AuditEvent.objects.get(action="review.hand_over")
    assert (event.changes["assignee"], event.actor_id) == (["福田审核人", "第二审核人"], colleague.pk)
    assert queue.counts(colleague)["mine"] == 2


def test_reviews_do_not_go_to_a_successor_who_does_not_review(cast: Cast) -> None:
    pending = handed_in(cast)
    assignment.assign(pending, to=cast.district_reviewer, by=cast.district_reviewer)
    helper = MembershipFactory(organization=cast.own_district, role=Role.HELPDESK).user

    done = assignment.hand_over(cast.own_district, giver=cast.district_reviewer, taker=helper)

    assert (done, Assignment.objects.count()) == (0, 0)
    assert actions() == ["review.assign", "review.release"]


# What is large by the edition's own rules


def test_large_and_its_last_day_come_from_the_rules_of_the_edition(cast: Cast) -> None:
    pending = handed_in(cast, expected_crowd=600)
    Session.objects.update(starts_at=datetime(2024, 9, 28, 2, tzinfo=UTC), ends_at=None)
    cast.edition.policy = {"crowd": {"licence_from": 500, "apply_days": 30}}
    cast.edition.save()

    row = queue.with_urgency(queue.waiting_for(cast.district_reviewer)).get()

    assert row.is_large
    assert row.first_start - row.urgent_at == timedelta(days=30)
    assert queue.counts(cast.district_reviewer)["large"] == 1
    Activity.objects.update(licence_exempt="政府直接举办")
    exempt = queue.with_urgency(queue.waiting_for(cast.district_reviewer)).get()
    assert (exempt.pk, exempt.is_large, exempt.urgent_at) == (pending.pk, True, exempt.first_start)


# Decisions


def test_deciding_on_a_colleagues_takes_it_over(cast: Cast) -> None:
    pending, colleague = handed_in(cast), second_reviewer(cast)
    assignment.assign(pending, to=colleague, by=colleague)

    desk.decide(pending, "approved", by=cast.district_reviewer, step=0)

    assert [person for person, _subject in texts("review.assigned")] == [colleague.pk]
    assert actions() == ["review.assign", "review.take_over", "review.approved"]


def test_many_at_once_tell_a_result_for_each_and_can_be_repeated(cast: Cast) -> None:
    plain, words_inside = handed_in(cast), handed_in(cast, title="包治百病的月亮")
    wordlist.add(cast.edition, by=cast.office, text="包治百病")
    decided, gone_up = handed_in(cast, title="石头会说话"), at_the_office(cast, title="星星的年纪")
    review.return_for_changes(decided, by=cast.district_reviewer, note="请改时间")
    rows = [(plain, 0), (words_inside, 0), (decided, 0), (gone_up, 1)]

    first = desk.decide_many(rows, "approved", by=cast.district_reviewer)
    again = desk.decide_many(rows, "approved", by=cast.district_reviewer)

    assert [outcome.code for outcome in first] == ["done", "look", "already", "not-yours"]
    assert first[2].text == "福田审核人已处理：退回修改"
    assert "包治百病" in first[1].text
    assert [outcome.code for outcome in again] == ["already", "look", "already", "not-yours"]
    assert plain.reviews.count() == 1


def test_what_one_request_does_not_do_is_said_and_done_by_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_AT_ONCE", 2)
    rows = [(handed_in(cast, title=f"第{number}站"), 0) for number in range(3)]

    first = desk.decide_many(rows, "approved", by=cast.district_reviewer)
    rest = [(outcome.submission, 0) for outcome in first if outcome.code == "left"]
    second = desk.decide_many(rest, "approved", by=cast.district_reviewer)

    assert [outcome.code for outcome in first + second] == ["done", "done", "left", "done"]
    assert "一次最多2项" in first[2].text


def test_many_at_once_pass_a_warning_only_when_opened_or_confirmed(cast: Cast) -> None:
    wordlist.add(cast.edition, by=cast.office, text="包治百病")
    opened, confirmed = handed_in(cast, title="包治百病的月亮"), handed_in(cast, title="包治百病的星")
    assignment.look(opened, by=cast.district_reviewer)

    outcomes = desk.decide_many(
        [(opened, 0), (confirmed, 0)], "approved", by=cast.district_reviewer, confirmed=[confirmed.pk]
    )

    assert [outcome.code for outcome in outcomes] == ["done", "done"]


def test_approval_is_taken_back_and_has_to_be_given_again(cast: Cast) -> None:
    pending = handed_in(cast)
    began = pending.turn_since
    review.approve(pending, by=cast.district_reviewer)

    back = desk.take_back(pending, by=cast.district_reviewer)

    assert (back.step, back.turn, back.turn_since) == (0, cast.own_district, began)
    assert list(back.reviews.values_list("decision", flat=True)) == ["taken_back"]
    assert [person for person, _subject in texts("review.taken_back")] == [cast.office.pk]
    with pytest.raises(PermissionDenied):
        review.approve(back, by=cast.office)
    review.approve(back, by=cast.district_reviewer)
    assert texts("review.turn")[-1][0] == cast.office.pk


def test_approval_is_not_taken_back_once_the_next_unit_has_looked(cast: Cast) -> None:
    passed = at_the_office(cast)
    assignment.look(passed, by=cast.office)

    with pytest.raises(NotPossibleNow):
        desk.take_back(passed, by=cast.district_reviewer)


def test_approval_is_not_taken_back_late_nor_by_others_nor_twice(cast: Cast, clock: Any) -> None:
    passed = at_the_office(cast)
    for person in (cast.office, cast.other_reviewer, second_reviewer(cast)):
        assert not desk.can_take_back(passed, by=person)
    clock.set(datetime(2024, 9, 14, 10, 11))

    with pytest.raises(NotPossibleNow):
        desk.take_back(passed, by=cast.district_reviewer)


def test_what_the_last_step_published_is_not_taken_back(cast: Cast) -> None:
    done = review.approve(at_the_office(cast), by=cast.office)

    assert not desk.can_take_back(done, by=cast.office)


# Service times


@pytest.mark.parametrize(("began", "days", "due"), [
    (date(2024, 9, 9), 3, date(2024, 9, 12)),  # Monday
    (date(2024, 9, 12), 3, date(2024, 9, 18)),  # over the holiday of the 16th and 17th, with the make-up Saturday
    (date(2024, 9, 14), 1, date(2024, 9, 18)),
    (date(2024, 9, 30), 3, date(2024, 10, 10)),
])  # fmt: skip
def test_due_day_counts_working_days(began: date, days: int, due: date) -> None:
    off = {date(2024, 9, 16), date(2024, 9, 17), *(date(2024, 10, day) for day in (1, 2, 3, 4, 7))}

    def is_working(day: date) -> bool:
        return day == date(2024, 9, 14) or (day.weekday() < 5 and day not in off)

    assert deadlines.after(began, days, is_working) == due
    latest = deadlines.latest_before(due + timedelta(days=1), days, is_working)
    assert deadlines.after(latest, days, is_working) == due


@pytest.mark.parametrize(
    ("left", "text"), [(-2, "已超2天"), (0, "今天到期"), (1, "明天到期"), (5, "还有5天")]
)
def test_due_day_is_said_plainly(cast: Cast, left: int, text: str) -> None:
    assert deadlines.due_words(date(2024, 9, 14) + timedelta(days=left), cast.edition) == text


def test_overdue_in_the_database_is_overdue_by_the_calendar(cast: Cast, clock: Any) -> None:
    clock.set(datetime(2024, 9, 2, 9))
    pending = handed_in(cast)
    due = deadlines.due_day(pending)
    assert due == date(2024, 9, 5)

    late = []
    for day in range(3, 10):
        clock.set(datetime(2024, 9, day, 9))
        late.append(Submission.objects.filter(deadlines.overdue_anywhere()).exists())

    assert late == [False, False, False, True, True, True, True]


def test_late_step_is_told_to_the_lead_then_to_the_superior_once_each(cast: Cast, clock: Any) -> None:
    lead = MembershipFactory(organization=cast.own_district, role=Role.OWNER).user
    clock.set(datetime(2024, 9, 2, 9))
    pending = handed_in(cast)

    told = []
    for day in (5, 6, 6, 9, 10, 11):
        clock.set(datetime(2024, 9, day, 9))
        escalation.tell_of_late()
        told.append([person for person, _subject in texts("review.late")])

    assert told == [[], [lead.pk], [lead.pk], [lead.pk], [lead.pk, cast.office.pk], [lead.pk, cast.office.pk]]
    assert list(Escalation.objects.values_list("submission", "level")) == [(pending.pk, 1), (pending.pk, 2)]
    assert queue.counts(cast.district_reviewer)["escalated"] == 1


# Words


def hits(text: str, *known: str) -> list[str]:
    finder = words.Finder([(letters.normalized(word), word, "", "") for word in known])
    return [text[hit.start : hit.end] for hit in finder.hits(text)]


@pytest.mark.parametrize(("text", "found"), [
    ("这里包治百病。", ["包治百病"]), ("包 治 百 病", ["包 治 百 病"]), ("包*治-百_病", ["包*治-百_病"]),
    ("包　治\u200b百·病", ["包　治\u200b百·病"]), ("包治百病包治百病", ["包治百病", "包治百病"]), ("包治\n百病", []),
    ("包治，我们说过的，百病", []), ("包治", []),
])  # fmt: skip
def test_word_is_found_through_signs_between_its_letters(text: str, found: list[str]) -> None:
    assert hits(text, "包治百病") == found


@pytest.mark.parametrize(("text", "word"), [
    ("專家測試", "专家测试"), ("专家测试", "專家測試"), ("ＡＢＣ１２３", "abc123"), ("AbC123", "ABC123"), ("①②③号", "123号"),
])  # fmt: skip
def test_word_is_found_in_other_characters_width_and_case(text: str, word: str) -> None:
    assert hits(text, word) == [text]


def test_word_of_letters_is_not_found_inside_a_longer_one() -> None:
    assert hits("class assistant 的 ass", "ass") == ["ass"]


def test_ten_thousand_words_and_a_long_text_stay_in_bounds() -> None:
    finder = words.Finder([(f"词{number}语", f"词{number}语", "", "") for number in range(10_000)])

    found = finder.hits("月" * 90_000 + "词77语" + "月" * 50_000 + "词78语")

    assert [(hit.word, hit.start) for hit in found] == [("词77语", 90_000)]


def test_list_is_read_as_it_is_written_out(cast: Cast) -> None:
    text = "包治百病,虚假宣传,请改为具体说法\n# 注释\n神药\t虚假宣传\n绝对安全\n药\n"

    taken = wordlist.add(cast.edition, by=cast.office, text=text)
    again = wordlist.add(cast.edition, by=cast.office, text=wordlist.written_out(cast.edition))

    assert (taken.new, [line for line, _why in taken.refused]) == (3, [5])
    assert (again.new, again.changed, again.refused) == (0, 0, [])


def test_words_are_the_offices(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        wordlist.add(cast.edition, by=cast.district_reviewer, text="包治百病")


def test_new_word_is_found_at_once(cast: Cast) -> None:
    pending = handed_in(cast, title="包治百病的月亮")
    assert checks.of(pending).hits == {}

    wordlist.add(cast.edition, by=cast.office, text="包治百病,虚假宣传")

    assert [(hit.word, hit.start) for hit in checks.of(pending).hits["title"]] == [("包治百病", 0)]


# Duplicates


@pytest.mark.parametrize(("title", "is_named"), [
    ("火箭为什么能飞上天", True), ("“火箭”为什么，能飞上天？", True), ("火箭为什么能飞上天（第二期）", True), ("水滴里的世界", False),
])  # fmt: skip
def test_activity_of_the_same_title_is_named(cast: Cast, title: str, is_named: bool) -> None:
    other = draft(cast, unit=cast.own_unit, title=title)

    twins = checks.twins_of(handed_in(cast))

    assert [twin.activity.pk for twin in twins] == ([other.pk] if is_named else [])


@pytest.mark.parametrize(("title", "other", "is_named"), [
    ("星空讲座第1讲", "星空讲座第2讲", False), ("星空讲座（第一期）", "星空讲座（第二期）", False),
    ("星空讲座之十二", "星空讲座之二十", False), ("走进实验室 3", "走进实验室 4", False),
    ("星空讲座第三讲", "星空讲座 第3讲", True), ("星空讲座第十二讲", "星空讲座第12讲", True),
    ("星空讲座第1讲", "星空讲座", True), ("2024年星空讲座第1讲", "2024年星空讲座第2讲", False),
])  # fmt: skip
def test_activities_of_one_row_are_no_duplicates_of_each_other(
    cast: Cast, title: str, other: str, is_named: bool
) -> None:
    known = draft(cast, unit=cast.own_unit, title=other)

    twins = checks.twins_of(handed_in(cast, title=title))

    assert [twin.activity.pk for twin in twins] == ([known.pk] if is_named else [])


def test_another_districts_draft_is_named_to_the_rules_and_the_office_only(cast: Cast) -> None:
    other = ActivityFactory(edition=cast.edition, organization=cast.far_unit, title="火箭为什么能飞上天")
    pending = handed_in(cast)

    told = {
        reader: [twin.activity.pk for twin in checks.twins_of(pending, reader=person)]
        for reader, person in (
            ("district", cast.district_reviewer), ("office", cast.office), ("rules", None),
        )
    }  # fmt: skip
    assert told == {"district": [], "office": [other.pk], "rules": [other.pk]}

    other.state, other.published_at = State.PUBLISHED, now()
    other.save(update_fields=["state", "published_at"])
    assert [twin.activity.pk for twin in checks.twins_of(pending, reader=cast.district_reviewer)] == [
        other.pk
    ]


def test_renamed_activity_is_found_by_its_new_title_only(cast: Cast) -> None:
    other = draft(cast, unit=cast.own_unit, title="水滴里的世界")
    other.title = "火箭為什麼能飛上天"
    other.save(update_fields=["title"])
    pending = handed_in(cast)

    assert [twin.activity.pk for twin in checks.twins_of(pending)] == [other.pk]


def test_like_title_is_named_for_the_same_unit_or_the_same_hour_and_place(cast: Cast) -> None:
    pending = handed_in(cast)
    like, far = "火箭为什么能飞上天吗", "火箭为何飞上天空去"
    same_unit = draft(cast, title=like)
    same_place = draft(cast, unit=cast.other_unit, by=cast.colleague, title=like)
    elsewhere = draft(cast, unit=cast.other_unit, by=cast.colleague, title=like)
    elsewhere.sessions.update(place="另一个地方", venue=None)
    draft(cast, title=far)

    twins = checks.twins_of(pending)

    assert {twin.activity.pk for twin in twins} == {same_unit.pk, same_place.pk}
    assert not any(twin.is_same_title for twin in twins)


# Remarks and what the unit made of them


def test_remarks_of_the_last_round_tell_whether_they_were_answered(cast: Cast) -> None:
    from kepuyue.activities.actions import drafting, submission

    first = handed_in(cast)
    review.return_for_changes(
        first, by=cast.district_reviewer, comments={"title": "短一点", "sessions": "写楼层"}
    )
    drafting.change(first.activity, {"title": "火箭"}, by=cast.editor)

    second = submission.submit(first.activity, by=cast.editor)

    assert [(one.text, one.is_answered) for one in reading.asked_last_time(second)] == [
        ("短一点", True),
        ("写楼层", False),
    ]


def test_ticked_remarks_are_put_in_once_and_counted(cast: Cast) -> None:
    general = remarks.keep(unit=cast.own_district, by=cast.district_reviewer, text="请补充急救安排。")
    pinned = remarks.keep(
        unit=cast.own_district, by=cast.district_reviewer, text="请写楼层。", field="sessions"
    )

    note, comments = reading.with_remarks("好。请补充急救安排。", {"sessions": ""}, [general, pinned])
    desk.decide(
        handed_in(cast),
        "returned",
        by=cast.district_reviewer,
        note=note,
        comments=comments,
        remarks=[general.pk, pinned.pk],
    )

    assert (note, comments) == ("好。请补充急救安排。", {"sessions": "请写楼层。"})
    assert list(Remark.objects.values_list("uses", flat=True)) == [1, 1]


def test_remark_changed_by_a_colleague_is_not_overwritten(cast: Cast) -> None:
    row = remarks.keep(unit=cast.own_district, by=cast.district_reviewer, text="请写楼层。")
    remarks.keep(
        unit=cast.own_district, by=cast.district_reviewer, text="请写楼层和房间。", remark=row, version=1
    )

    with pytest.raises(NotPossibleNow, match="请写楼层和房间。"):
        remarks.keep(
            unit=cast.own_district, by=cast.district_reviewer, text="请写哪一层。", remark=row, version=1
        )


@pytest.mark.parametrize(
    ("person", "shared"), [("other_reviewer", False), ("owner", False), ("district_reviewer", True)]
)
def test_remarks_are_kept_by_the_unit_and_shared_by_the_office(cast: Cast, person: str, shared: bool) -> None:
    with pytest.raises(PermissionDenied):
        remarks.keep(unit=cast.own_district, by=getattr(cast, person), text="一", is_shared=shared)


# Addresses


def test_addresses_are_asked_once_in_the_background_and_kept(cast: Cast) -> None:
    pending = handed_in(cast, booking_url="http://inner.example/x")

    assert links.ask_for_new() == 1
    assert links.ask_for(pending) == []
    asked = links.check_waiting(resolve=lambda _host, _port: ["10.0.0.1"])

    row = LinkCheck.objects.get()
    assert (asked, row.result, row.detail) == (1, "refused", "inner-address")
    assert links.check_waiting(resolve=lambda _host, _port: ["10.0.0.1"]) == 0
    told = [check.text for check in checks.of(pending).checks if check.field == "booking_url"]
    assert len(told) == 1 and "不是公开的网址" in told[0]


def test_opened_step_is_kept_with_person_and_moment(cast: Cast) -> None:
    pending = handed_in(cast)

    assignment.look(pending, by=cast.district_reviewer)
    assignment.look(pending, by=cast.district_reviewer)

    assert list(Looking.objects.values_list("submission", "step", "person")) == [
        (pending.pk, 0, cast.district_reviewer.pk)
    ]


def test_who_reviews_no_more_takes_nothing_back(cast: Cast) -> None:
    passed = at_the_office(cast)
    Membership.objects.filter(user=cast.district_reviewer).delete()

    with pytest.raises(NotPossibleNow):
        desk.take_back(passed, by=User.objects.get(pk=cast.district_reviewer.pk))

    passed.refresh_from_db()
    assert passed.turn == cast.office_unit
