"""A round from the call for applications to the honors: who may, when, what is kept, what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone, translation

from kepuyue.activities.models import State
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import shifted, today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict as Changed
from kepuyue.editions import scheme
from kepuyue.editions.policy import Calendar
from kepuyue.evaluation import boards, closeness, masking, queries, ranking, snapshots
from kepuyue.evaluation.actions import applying, forgetting, freezing, honoring, judging, noticing, rounds
from kepuyue.evaluation.forms import WeightsForm
from kepuyue.evaluation.models import Candidate, Honor, Judge, Line, Notice, Objection, Round, Sheet
from kepuyue.organizations.models import Role
from kepuyue.summaries.models import Summary
from tests.cast import Cast, assemble, come_in
from tests.evaluation.given import DAY, MOMENT, a_judge, a_round, admitted, fill_in, rules, scoring, summed_up
from tests.factories import ActivityFactory, MembershipFactory, OfficeFactory, UserFactory
from tests.racing import at_once


@pytest.fixture(autouse=True)
def after_the_month() -> Any:
    with shifted(MOMENT - timezone.now()):
        yield


def near(cast: Cast) -> tuple[Any, Any, Any]:
    return cast.own_unit, cast.owner, cast.district_reviewer


def next_door(cast: Cast) -> tuple[Any, Any, Any]:
    return cast.other_unit, cast.colleague, cast.district_reviewer


def another_judge(cast: Cast) -> Any:
    return MembershipFactory(user__name="第二位评委", organization=cast.office_unit, role=Role.JUDGE).user


def test_a_unit_writes_nothing_anew_signs_and_hands_in(cast: Cast) -> None:
    round = a_round(cast)
    activity = summed_up(cast.own_unit, cast.edition)

    candidate = applying.begin(round, cast.own_unit, activity=activity, by=cast.editor)

    assert candidate.deeds == "来了很多孩子。"
    with pytest.raises(PermissionDenied, match="负责人"):
        applying.apply(candidate, signs=True, by=cast.editor)
    with pytest.raises(ValidationError, match="承诺书"):
        applying.apply(candidate, signs=False, by=cast.owner)
    applied = applying.apply(candidate, signs=True, by=cast.owner)
    assert (applied.state, applied.statement[:2], applied.signed_by) == ("applied", "我单", cast.owner)


def test_the_three_levels_say_their_opinions(cast: Cast) -> None:
    candidate = admitted(a_round(cast), cast, *near(cast))

    assert [(one.level, one.organization) for one in candidate.opinions.all()] == [
        ("applying", cast.own_unit), ("recommending", cast.own_district), ("deciding", cast.office_unit),
    ]  # fmt: skip
    assert "近2年内" in candidate.opinions.get(level="recommending").text


def test_only_the_superior_recommends_and_as_many_as_the_edition_lets(cast: Cast) -> None:
    cast.edition.policy["evaluation"] = scheme.usual().model_dump(mode="json") | {"per_recommender": 1}
    cast.edition.save()
    round = a_round(cast)
    admitted(round, cast, *near(cast))
    second = applying.begin(
        round, cast.other_unit, activity=summed_up(cast.other_unit, cast.edition), by=cast.colleague
    )
    applying.apply(second, signs=True, by=cast.colleague)

    with pytest.raises(PermissionDenied):
        applying.recommend(second, by=cast.other_reviewer)
    with pytest.raises(ValidationError, match="最多推荐1个"):
        applying.recommend(second, by=cast.district_reviewer)


def test_what_was_returned_is_signed_anew(cast: Cast) -> None:
    round = a_round(cast)
    candidate = applying.begin(
        round, cast.own_unit, activity=summed_up(cast.own_unit, cast.edition), by=cast.owner
    )
    applying.apply(candidate, signs=True, by=cast.owner)

    returned = applying.return_for_changes(candidate, note="写得再具体些", by=cast.district_reviewer)

    assert (returned.state, returned.statement, returned.signed_at) == ("returned", "", None)
    assert applying.apply(returned, signs=True, by=cast.owner).state == "applied"


def test_deeds_changed_by_two_people_are_not_overwritten(cast: Cast) -> None:
    candidate = applying.begin(
        a_round(cast), cast.own_unit, activity=summed_up(cast.own_unit, cast.edition), by=cast.owner
    )
    seen = candidate.version
    applying.write(candidate, deeds="先写的", version=seen, by=cast.owner)

    with pytest.raises(Changed):
        applying.write(candidate, deeds="后写的", version=seen, by=cast.editor)

    assert Candidate.objects.get().deeds == "先写的"


def test_without_an_accepted_summary_or_after_a_breach_nobody_takes_part(cast: Cast) -> None:
    bare = ActivityFactory(edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED)
    candidate = applying.begin(a_round(cast), cast.own_unit, activity=bare, by=cast.owner)
    applying.write(candidate, deeds="做了很多", version=candidate.version, by=cast.owner)
    honoring.note_breach(cast.own_unit, happened_on=date(2023, 5, 1), text="行政处罚决定书", by=cast.office)

    with pytest.raises(ValidationError) as refused:
        applying.apply(candidate, signs=True, by=cast.owner)

    assert [one[:12] for one in refused.value.messages] == ["2023-05-01有违", "总结还没有被采纳，请先报"]


def test_a_summary_that_is_being_supplemented_is_still_accepted(cast: Cast) -> None:
    activity = summed_up(cast.own_unit, cast.edition)
    Summary.objects.update(state=Summary.State.SUPPLEMENTED)
    candidate = applying.begin(a_round(cast), cast.own_unit, activity=activity, by=cast.owner)

    assert applying.apply(candidate, signs=True, by=cast.owner).state == "applied"


def test_an_old_breach_is_forgiven(cast: Cast) -> None:
    honoring.note_breach(cast.own_unit, happened_on=date(2022, 9, 30), text="旧事", by=cast.office)

    assert admitted(a_round(cast), cast, *near(cast)).state == "admitted"


def test_a_judge_never_marks_the_own_branch_nor_what_they_declared(cast: Cast) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    related = MembershipFactory(user=cast.judge, organization=cast.own_unit, role=Role.EDITOR).user
    judge = a_judge(round, cast, related)
    neutral = a_judge(round, cast, another_judge(cast))

    own, other = round.candidates.order_by("organization")

    assert set(judge.sheets.values_list("candidate", flat=True)) == {other.pk}
    judging.declare(neutral, other, reason="曾任顾问", by=neutral.user)
    assert closeness.between([neutral], [own, other]) == {(neutral.pk, other.pk): "declared"}
    assert neutral.sheets.get(candidate=other).void == "conflict"


def test_a_reviewer_of_the_district_is_close_to_all_of_it(cast: Cast) -> None:
    round = scoring(cast, near(cast))
    MembershipFactory(user=cast.judge, organization=cast.own_district, role=Role.REVIEWER)

    assert a_judge(round, cast).sheets.count() == 0


def test_what_a_judge_who_becomes_close_had_given_no_longer_counts(cast: Cast) -> None:
    round = scoring(cast, near(cast))
    judge = a_judge(round, cast)
    fill_in(judge.sheets.get())
    assert len(snapshots.gathered(round)["sheets"]) == 1

    MembershipFactory(user=cast.judge, organization=cast.own_unit, role=Role.EDITOR)

    assert snapshots.gathered(round)["sheets"] == []


def test_sheets_are_shared_out_evenly(cast: Cast) -> None:
    round = a_round(cast)
    for unit in (near(cast), next_door(cast)):
        admitted(round, cast, *unit)
    changed = rounds.change_rules(
        round, {**round.rules, "judges_each": 1}, by=cast.office, version=round.version
    )
    judges = [a_judge(changed, cast), a_judge(changed, cast, another_judge(cast))]

    rounds.begin_scoring(changed, until=DAY, by=cast.office)

    assert [one.sheets.count() for one in judges] == [1, 1]


def test_a_judge_leaves_what_was_handed_in_counts_and_the_rest_goes_to_others(cast: Cast) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    leaving = a_judge(round, cast)
    fill_in(leaving.sheets.order_by("candidate__number").first(), 70)

    judging.leave(leaving, reason="出差", by=leaving.user)
    stays = a_judge(round, cast, another_judge(cast))

    assert len(snapshots.gathered(round)["sheets"]) == 1
    assert stays.sheets.count() == 2
    with pytest.raises(NotPossibleNow):
        fill_in(leaving.sheets.filter(submitted_at=None).get())


def test_the_office_may_void_what_a_judge_gave(cast: Cast) -> None:
    round = scoring(cast, near(cast))
    judge = a_judge(round, cast)
    fill_in(judge.sheets.get())

    judging.leave(judge, reason="违反纪律", voids=True, by=cast.office)

    assert snapshots.gathered(round)["sheets"] == []
    with pytest.raises(PermissionDenied):
        judging.leave(
            a_judge(round, cast, another_judge(cast)), reason="x", voids=True, by=another_judge(cast)
        )


def test_marks_lie_between_0_and_100_and_all_are_asked_for_at_the_end(cast: Cast) -> None:
    sheet = a_judge(scoring(cast, near(cast)), cast).sheets.get()
    code = next(one.code for one in sheet.judge.round.scheme.criteria if one.judged)

    with pytest.raises(ValidationError, match="0到100"):
        judging.mark(sheet, {code: 101}, remark="", version=1, submits=False, by=cast.judge)
    with pytest.raises(ValidationError) as missing:
        judging.mark(sheet, {code: 80}, remark="", version=1, submits=True, by=cast.judge)
    draft = judging.mark(sheet, {code: 80}, remark="好", version=1, submits=False, by=cast.judge)

    assert code not in missing.value.message_dict
    assert (draft.marks, draft.submitted_at) == ({code: 80}, None)
    with pytest.raises(Changed):
        judging.mark(sheet, {code: 10}, remark="", version=1, submits=False, by=cast.judge)


def test_rules_changed_after_scoring_began_need_a_reason_and_open_the_sheets_whose_questions_changed(
    cast: Cast,
) -> None:
    round = scoring(cast, near(cast))
    fill_in(a_judge(round, cast).sheets.get())
    weights = {**round.rules, "criteria": [dict(one) for one in round.rules["criteria"]]}
    weights["criteria"][0]["weight"] -= 5
    weights["criteria"][1]["weight"] += 5

    with pytest.raises(ValidationError, match="为什么改规则"):
        rounds.change_rules(round, weights, by=cast.office, version=Round.objects.get().version)
    changed = rounds.change_rules(
        round, weights, by=cast.office, version=Round.objects.get().version, reason="专家组意见"
    )
    assert Sheet.objects.get().submitted_at is not None
    weights["criteria"][0]["question"] = "方案好不好？"
    rounds.change_rules(changed, weights, by=cast.office, version=changed.version, reason="问题写错了")

    sheet = Sheet.objects.get()
    assert (sheet.submitted_at, bool(sheet.marks)) == (None, True)
    event = AuditEvent.objects.filter(action="evaluation.rules").latest("pk")
    assert (event.reason, event.changes["sheets"]) == ("问题写错了", [1, 0])


def test_weights_that_do_not_add_up_are_refused(cast: Cast) -> None:
    round = a_round(cast)
    wrong = {**round.rules, "criteria": [{**one, "weight": 1} for one in round.rules["criteria"]]}

    with pytest.raises(ValidationError, match="等于100"):
        rounds.change_rules(round, wrong, by=cast.office, version=round.version)


def frozen(cast: Cast) -> Round:
    round = scoring(cast, near(cast), next_door(cast))
    judge = a_judge(round, cast)
    for mark, sheet in zip((90, 60), judge.sheets.order_by("candidate__number"), strict=True):
        fill_in(sheet, mark)
    freezing.freeze(round, by=cast.office)
    return Round.objects.select_related("edition__office").get()


def test_a_frozen_list_can_be_made_again_from_what_was_kept(cast: Cast) -> None:
    round = frozen(cast)
    kept = round.snapshots.get()

    again = ranking.rank(kept.content)

    assert ranking.digest(kept.content) == kept.digest
    assert ranking.digest(ranking.plain(again)) == kept.result_digest
    assert kept.chosen == [1, 2]


def test_what_happens_afterwards_moves_no_frozen_list(cast: Cast) -> None:
    round = frozen(cast)
    before = ranking.rank(round.snapshots.get().content)
    Sheet.objects.update(marks={})

    assert ranking.plain(queries.board(round).ranked) == ranking.plain(before)
    with pytest.raises(NotPossibleNow):
        rounds.change_rules(round, rules(), by=cast.office, version=round.version)
    with pytest.raises(NotPossibleNow):
        applying.exclude(round.candidates.first(), reason="x", by=cast.office)


def test_what_takes_long_to_gather_is_kept_until_the_round_is_changed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    for sheet in a_judge(round, cast).sheets.all():
        fill_in(sheet, 80)
    quick = queries.board(round)
    assert quick.as_of is None and queries.board(round) is not quick
    monkeypatch.setattr(boards, "QUICK", 0.0)

    kept = queries.board(round)
    Sheet.objects.update(marks={})
    again = queries.board(round)
    rounds.change_rules(
        round, {**round.rules, "outlier": 30}, by=cast.office, version=round.version, reason="演示"
    )
    changed = queries.board(Round.objects.select_related("edition__office").get(pk=round.pk))
    monkeypatch.setattr(boards, "KEPT", 0.0)

    assert kept.as_of is not None and again is kept
    assert changed is not kept and all(one.unmarked for one in changed.ranked)
    assert "sheets" not in kept.data and queries.board(round) is not kept


def test_a_list_with_missing_marks_or_open_ties_is_not_frozen(cast: Cast) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    one_place = {**round.rules, "quota": {**round.rules["quota"], "total": 1}}
    round = rounds.change_rules(round, one_place, by=cast.office, version=round.version, reason="名额")
    with pytest.raises(ValidationError, match="没有评委打分"):
        freezing.freeze(round, by=cast.office)
    for sheet in a_judge(round, cast).sheets.all():
        fill_in(sheet)

    with pytest.raises(ValidationError, match="同分"):
        freezing.freeze(round, by=cast.office)
    first, second = round.candidates.order_by("number")
    freezing.decide_tie(first, is_chosen=False, reason="参与人数少", by=cast.office)
    freezing.decide_tie(second, is_chosen=True, reason="服务基层更广", by=cast.office)

    assert freezing.freeze(round, by=cast.office).chosen == [2]


def test_the_notice_counts_working_days_by_the_calendar() -> None:
    calendar = Calendar(
        off=[date(2024, 10, d) for d in (1, 2, 3, 4, 7)], work=[date(2024, 9, 29), date(2024, 10, 12)]
    )

    assert calendar.last_of(date(2024, 9, 30), 5) == date(2024, 10, 11)
    assert calendar.last_of(date(2024, 9, 28), 2) == date(2024, 9, 30)  # from a Saturday; the 29th is worked
    assert calendar.last_of(date(2024, 10, 9), 1) == date(2024, 10, 9)


def noticed(cast: Cast) -> Round:
    round = frozen(cast)
    noticing.publish(round, starts_on=DAY, contact="市科协科普部，办公电话0755-00000000", by=cast.office)
    return Round.objects.select_related("edition__office").get()


def test_an_objection_is_kept_encrypted_and_heard_once(cast: Cast) -> None:
    round = noticed(cast)
    candidate = round.candidates.get(number=1)

    made = noticing.object_to(
        candidate, name="某市民", contact="a@example.org", text="人数不实，见照片。", by=None
    )

    kept = Objection.objects.values("name", "contact").get()
    assert "某市民" not in kept["name"] and "example" not in kept["contact"]
    assert (made.who, made.reached_by) == ("某市民", "a@example.org")
    noticing.decide(made, upheld=False, finding="经核查，签到记录属实。", by=cast.office)
    with pytest.raises(NotPossibleNow, match="同一事项不再受理"):
        noticing.decide(made, upheld=True, finding="再查", by=cast.office)


def test_nothing_is_settled_before_the_last_day_or_with_an_open_objection(cast: Cast) -> None:
    round = noticed(cast)
    with pytest.raises(NotPossibleNow, match="才结束"):
        noticing.settle(round, title="优秀活动", number="", granted_on=DAY, by=cast.office)
    made = noticing.object_to(round.candidates.get(number=1), name="甲", contact="乙", text="丙", by=None)
    with shifted(datetime(2024, 10, 20, tzinfo=UTC) - timezone.now()):
        with pytest.raises(NotPossibleNow, match="没有结论"):
            noticing.settle(round, title="优秀活动", number="", granted_on=DAY, by=cast.office)
        noticing.decide(made, upheld=False, finding="不成立", by=cast.office)
        honors = noticing.settle(round, title="优秀活动", number="", granted_on=DAY, by=cast.office)

        assert [one.candidate.number for one in honors] == [1, 2]
        with pytest.raises(NotPossibleNow):
            noticing.object_to(round.candidates.get(number=1), name="甲", contact="乙", text="丙", by=None)


def test_an_objection_that_is_upheld_leads_to_a_new_list_and_a_new_notice(cast: Cast) -> None:
    round = noticed(cast)
    wrong = round.candidates.get(number=1)
    made = noticing.object_to(wrong, name="甲", contact="乙", text="丙", by=None)
    noticing.decide(made, upheld=True, finding="拆分活动重复申报", by=cast.office)

    with shifted(timedelta(days=30)), pytest.raises(NotPossibleNow, match="异议成立"):
        noticing.settle(round, title="优秀活动", number="", granted_on=DAY, by=cast.office)
    freezing.reopen(round, reason="异议成立", by=cast.office)
    applying.exclude(wrong, reason="异议成立", by=cast.office)
    freezing.freeze(round, by=cast.office)
    noticing.publish(round, starts_on=DAY, contact="市科协", by=cast.office)

    assert queries.chosen_numbers(Round.objects.get()) == [2]
    assert [one.reopened_because for one in round.snapshots.all()] == ["异议成立", ""]


def test_an_honor_is_revoked_with_a_reason_and_stays_visible(cast: Cast) -> None:
    round = noticed(cast)
    with shifted(datetime(2024, 10, 20, tzinfo=UTC) - timezone.now()):
        honor, _other = noticing.settle(
            round, title="优秀活动", number="深科协〔2024〕9号", granted_on=DAY, by=cast.office
        )

        with pytest.raises(ValidationError):
            honoring.revoke(honor, reason=" ", by=cast.office)
        honoring.revoke(honor, reason="查实数据造假", by=cast.office)

        assert Honor.objects.get(pk=honor.pk).revoked_because == "查实数据造假"
        with pytest.raises(PermissionDenied):
            honoring.revoke(_other, reason="x", by=cast.owner)


def test_the_office_of_another_city_takes_no_honor_and_notes_no_breach(cast: Cast) -> None:
    honor = Honor.objects.create(
        edition=cast.edition, line="units", level="city", title="优秀单位", organization=cast.own_unit, granted_on=DAY
    )  # fmt: skip
    elsewhere = MembershipFactory(organization=OfficeFactory(name="另一座城市的科协"), role="office").user

    with pytest.raises(PermissionDenied):
        honoring.revoke(honor, reason="不归我管", by=elsewhere)
    with pytest.raises(PermissionDenied):
        honoring.note_breach(cast.own_unit, happened_on=DAY, text="不归我管", by=elsewhere)
    honoring.note_breach(cast.own_unit, happened_on=today(), text="今天的决定书", by=cast.office)


def test_a_sheet_that_is_taken_back_stands_in_the_trail(cast: Cast) -> None:
    judge = a_judge(scoring(cast, near(cast)), cast)
    sheet = fill_in(judge.sheets.get())

    sheet = judging.mark(sheet, {}, remark="", version=sheet.version, submits=False, by=judge.user)
    judging.mark(sheet, {}, remark="再想想", version=sheet.version, submits=False, by=judge.user)

    said = [event.action for event in audit.trail(judge).order_by("pk")]
    assert said == ["judge.invite", "judge.accept", "judge.mark", "judge.unmark"]


def test_an_answer_that_is_neither_yes_nor_no_declines_nothing(cast: Cast, client: Client) -> None:
    round = scoring(cast, near(cast))
    judge = judging.invite(round, cast.judge, by=cast.office)
    come_in(client, cast.judge)

    client.post(f"/desk/evaluation/scoring/{round.pk}/answer/", {})

    judge.refresh_from_db()
    assert judge.state == "invited"


def test_who_objected_is_erased_a_year_later(cast: Cast) -> None:
    made = noticing.object_to(
        noticed(cast).candidates.get(number=1), name="甲", contact="乙", text="丙", by=None
    )
    noticing.decide(made, upheld=False, finding="不成立", by=cast.office)

    assert forgetting.forget_objectors() == 0
    with shifted(MOMENT + timedelta(days=366) - timezone.now()):
        assert forgetting.forget_objectors() == 1

    made.refresh_from_db()
    assert (made.name, made.who, made.finding) == ("", "", "不成立")


@pytest.mark.parametrize("line", Line.values)
def test_snapshots_tell_where_each_number_comes_from(cast: Cast, line: str) -> None:
    round = scoring(cast, near(cast), line=line)

    (one,) = snapshots.gathered(round)["candidates"]

    assert one["values"]["visits-count"] == 30
    assert one["values"]["punctual"] == [100, 1]
    (activity,) = cast.own_unit.activities.all()
    assert one["sources"]["visits-count"] == [[activity.code, 30]]
    assert (
        one["groups"]["unit"] == cast.own_unit.code and one["groups"]["recommender"] == cast.own_district.code
    )


def test_only_one_round_a_line(cast: Cast) -> None:
    a_round(cast)

    with pytest.raises(ValidationError, match="已经有这一类"):
        a_round(cast)
    with pytest.raises(PermissionDenied):
        rounds.create(cast.edition, Line.UNITS, name="x", by=cast.district_reviewer)


def test_a_judge_is_somebody_with_the_role(cast: Cast) -> None:
    round = a_round(cast)

    with pytest.raises(ValidationError, match="评委角色"):
        judging.invite(round, UserFactory(name="路人甲"), by=cast.office)

    declined = judging.answer(
        judging.invite(round, cast.judge, by=cast.office), accepts=False, note="没空", by=cast.judge
    )
    assert declined.state == Judge.State.DECLINED


def test_a_sheet_is_asked_by_the_rules_as_they_stand_now(cast: Cast) -> None:
    round = scoring(cast, near(cast))
    sheet = a_judge(round, cast).sheets.select_related("judge__round").get()
    asked = [one.code for one in round.scheme.criteria if one.judged]
    more = {**round.rules, "criteria": [dict(one) for one in round.rules["criteria"]]}
    scale = next(one for one in more["criteria"] if one["code"] == "scale")
    scale |= {"judged": 50, "question": "规模大不大？"}
    now_at = Round.objects.get().version
    rounds.change_rules(round, more, by=cast.office, version=now_at, reason="增加一项")

    with pytest.raises(ValidationError) as missing:
        judging.mark(
            sheet, dict.fromkeys(asked, 80), remark="", version=sheet.version, submits=True, by=cast.judge
        )

    assert set(missing.value.message_dict) == {"scale"}


def test_nobody_is_recommended_once_scoring_has_begun(cast: Cast) -> None:
    round = a_round(cast)
    admitted(round, cast, *near(cast))
    late = applying.begin(
        round, cast.other_unit, activity=summed_up(cast.other_unit, cast.edition), by=cast.colleague
    )
    applying.apply(late, signs=True, by=cast.colleague)
    rounds.begin_scoring(round, until=DAY, by=cast.office)

    with pytest.raises(NotPossibleNow, match="不在申报时间"):
        applying.recommend(late, by=cast.district_reviewer)


def test_a_breach_that_became_known_keeps_the_list_from_being_frozen(cast: Cast) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    for sheet in a_judge(round, cast).sheets.all():
        fill_in(sheet)
    honoring.note_breach(cast.own_unit, happened_on=date(2024, 9, 1), text="行政处罚决定书", by=cast.office)
    wrong = round.candidates.get(organization=cast.own_unit)

    with pytest.raises(ValidationError, match=f"{wrong.number}号有违法违规记录"):
        freezing.freeze(round, by=cast.office)
    applying.exclude(wrong, reason="有违法记录", by=cast.office)

    assert len(freezing.freeze(round, by=cast.office).chosen) == 1


def test_a_judge_who_leaves_keeps_the_reasons_of_sheets_that_were_void(cast: Cast) -> None:
    round = scoring(cast, near(cast), next_door(cast))
    judge = a_judge(round, cast)
    first, _second = judge.sheets.select_related("candidate").order_by("candidate__number")
    judging.declare(judge, first.candidate, reason="曾任顾问", by=cast.judge)

    judging.leave(judge, reason="出差", by=cast.judge)

    assert list(judge.sheets.order_by("candidate__number").values_list("void", flat=True)) == [
        "conflict",
        "left",
    ]


def test_what_each_level_says_is_in_the_language_of_the_forms(cast: Cast) -> None:
    with translation.override("en"):
        candidate = admitted(a_round(cast), cast, *near(cast))

    assert [one.text[:4] for one in candidate.opinions.all()] == ["情况属实", "截至填表", "经审核，"]


def test_names_of_units_are_masked_with_and_without_city_and_brackets(cast: Cast) -> None:
    cast.own_unit.name = "深圳市福田区少年宫（福田区科技馆）"
    cast.own_unit.save()
    candidate = admitted(a_round(cast), cast, *near(cast), title="少年宫开放日")

    told = masking.masked(candidate, "福田区少年宫和福田区科技馆联合福田区科学技术协会举办，市民踊跃。")

    assert told == "■■和■■联合■■举办，市民踊跃。"


def test_a_judge_reads_no_name_of_a_unit(cast: Cast, client: Client) -> None:
    candidate = admitted(a_round(cast), cast, *near(cast))
    Candidate.objects.update(deeds="福田区少年宫办了三天。")
    rounds.begin_scoring(candidate.round, until=DAY, by=cast.office)
    sheet = a_judge(candidate.round, cast).sheets.get()
    come_in(client, cast.judge)

    page = client.get(f"/desk/evaluation/sheets/{sheet.pk}/").content.decode()

    assert "■■办了三天。" in page
    assert cast.own_unit.name not in page and cast.own_district.name not in page


def test_other_weights_are_tried_without_changing_anything(cast: Cast, client: Client) -> None:
    round = frozen(cast)
    come_in(client, cast.office)
    fields = WeightsForm(rules=round.scheme).initial
    other = {**fields, "quota-total": 1}
    query = {name: value for name, value in other.items() if value is not False}

    page = client.get(f"/desk/evaluation/rounds/{round.pk}/simulation/", query)

    assert page.status_code == 200
    assert [one["number"] for one in page.context["leave"]] == [2]
    assert Round.objects.get().rules == round.rules


OBJECTED = {"name": "某市民", "contact": "a@example.org", "text": "人数不实"}


def test_an_objection_that_is_refused_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    round = noticed(cast)
    # Within it by the clock of the demonstration too, which requests go by here
    Notice.objects.update(starts_on=date(2024, 9, 1), ends_on=date(2024, 12, 31))
    typed = {**OBJECTED, "candidate": round.candidates.get(number=1).pk}

    page = client.post(f"/recommendations/{round.pk}/", {**typed, "name": ""})

    assert page.status_code == 422
    assert "人数不实" in page.content.decode() and not Objection.objects.exists()
    assert client.post(f"/recommendations/{round.pk}/", typed).status_code == 302
    assert Objection.objects.get().who == "某市民"


def test_what_was_typed_when_the_notice_ended_is_not_lost(cast: Cast, client: Client) -> None:
    round = noticed(cast)
    Notice.objects.update(starts_on=date(2023, 9, 1), ends_on=date(2023, 9, 8))
    typed = {**OBJECTED, "candidate": round.candidates.get(number=1).pk}

    page = client.post(f"/recommendations/{round.pk}/", typed)

    assert page.status_code == 422
    assert "人数不实" in page.content.decode() and "不在公示期" in page.content.decode()
    assert "<textarea" not in client.get(f"/recommendations/{round.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_admitting_and_beginning_to_score_at_once_nobody_stays_without_a_number() -> None:
    cast = assemble()
    round = a_round(cast)
    admitted(round, cast, *near(cast))
    second = applying.begin(
        round, cast.other_unit, activity=summed_up(cast.other_unit, cast.edition), by=cast.colleague
    )
    applying.apply(second, signs=True, by=cast.colleague)
    applying.recommend(second, by=cast.district_reviewer)
    candidate, office = Candidate.objects.get(pk=second.pk), type(cast.office).objects.get

    at_once(
        lambda: applying.admit(candidate, by=office(pk=cast.office.pk)),
        lambda: rounds.begin_scoring(round, until=DAY, by=office(pk=cast.office.pk)),
    )

    standing = Candidate.objects.filter(state="admitted")
    scored = Round.objects.get(pk=round.pk).state == "scoring"
    assert not scored or all(one.number for one in standing)
