"""What the edition's rules ask: chains by system, lead times, the licence of a large event, signing off."""

from datetime import date, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.activities import completeness, safety
from kepuyue.activities import content as contents
from kepuyue.activities.actions import desk, drafting, licensing, review, signing, submission
from kepuyue.activities.models import Activity, SignOff, State, Submission
from kepuyue.activities.queries import (
    review_chain,
    review_checks,
    reviewable_by,
    to_accept,
    valid_sign_off,
    visible_to,
    working_content,
)
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Mark
from tests.activities.acting import at_the_office, draft, fresh, handed_in, published, revised
from tests.cast import Cast
from tests.factories import complete_content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]

NINE = dict.fromkeys(safety.ITEMS, "写明了")
ANN = {"name": "Ann", "introduction": "", "is_overseas": True}


def fresh_round(found: Submission) -> Submission:
    return Submission.objects.get(pk=found.pk)


def by_system(cast: Cast, **systems: str) -> None:
    cast.edition.policy |= {"systems": {key.replace("_", ":", 1): code for key, code in systems.items()}}
    cast.edition.save()


def test_chain_goes_by_system_instead_of_region_where_the_edition_says_so(cast: Cast) -> None:
    by_system(cast, type_society=cast.department_unit.code)
    cast.own_unit.type = "society"
    cast.own_unit.save()

    assert review_chain(draft(cast)) == [cast.department_unit, cast.office_unit]


def test_chain_of_a_unit_below_a_department_stays_with_it(cast: Cast) -> None:
    by_system(cast, type_school=cast.office_unit.code)
    cast.unit_of_department.type = "school"
    cast.unit_of_department.save()
    activity = draft(cast)
    activity.organization = cast.unit_of_department

    assert review_chain(activity) == [cast.department_unit, cast.office_unit]


def test_the_reviewers_of_the_system_see_and_decide_it_and_the_district_does_not_decide(cast: Cast) -> None:
    by_system(cast, type_society=cast.department_unit.code)
    cast.own_unit.type = "society"
    cast.own_unit.save()
    pending = handed_in(cast)

    assert pending in reviewable_by(cast.department_reviewer)
    assert pending.activity in visible_to(cast.department_reviewer)
    with pytest.raises(PermissionDenied):
        review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.department_reviewer)
    assert pending.activity in visible_to(cast.department_reviewer)


def late(cast: Cast, **rules: Any) -> None:
    cast.edition.policy |= {"lead_times": rules}
    cast.edition.save()


def test_lead_time_counts_working_days_and_the_whole_last_day(cast: Cast, clock: Any) -> None:
    late(cast, ordinary=3)
    lead = safety.lead_time(complete_content(), cast.edition)

    # The session is on Saturday 14 September 2024: Friday, Thursday, Wednesday are whole days before it
    assert lead is not None
    assert (lead.days, lead.due, lead.blocks) == (3, date(2024, 9, 11), False)
    clock.set(datetime(2024, 9, 11, 23, 59))
    assert not lead.is_late
    clock.set(datetime(2024, 9, 12, 0, 1))
    assert lead.is_late


def test_overseas_speaker_hands_in_late_only_with_an_exception(cast: Cast) -> None:
    late(cast, ordinary=0, overseas=10)
    activity = draft(cast, speakers=[ANN])
    with pytest.raises(submission.Incomplete, match="例外"):
        submission.submit(activity, by=cast.editor)
    with pytest.raises(PermissionDenied):
        licensing.waive(activity, by=cast.owner, reason="我自己同意")

    licensing.waive(activity, by=cast.district_reviewer, reason="外事办已批复")

    assert submission.submit(activity, by=cast.editor).state == "pending"


def test_exception_ends_with_the_text_that_was_passed_under_it(cast: Cast) -> None:
    late(cast, ordinary=10, overseas=10, ordinary_late="block")
    activity = draft(cast)
    licensing.waive(activity, by=cast.district_reviewer, reason="场地刚刚定下来")
    first = submission.submit(activity, by=cast.editor)
    review.approve(review.approve(first, by=cast.district_reviewer), by=cast.office)
    drafting.change(activity, {"speakers": [ANN]}, by=cast.editor)

    with pytest.raises(submission.Incomplete, match="例外"):
        submission.submit(activity, by=cast.editor)
    licensing.ask_to_waive(activity, by=cast.editor)
    licensing.waive(activity, by=cast.district_reviewer, reason="外事办已批复")
    revision = submission.submit(activity, by=cast.editor)

    assert "外事办已批复" in "".join(str(check.text) for check in review_checks(revision))


def test_policy_that_warns_lets_the_late_one_through(cast: Cast) -> None:
    late(cast, ordinary=0, overseas=10, overseas_late="warn")
    assert handed_in(cast, speakers=[ANN]).state == "pending"


@pytest.mark.parametrize(
    ("people", "police"), [(1000, "区公安分局"), (4999, "区公安分局"), (5000, "市公安局")]
)
def test_licence_gate_names_the_police_and_the_day(cast: Cast, people: int, police: str) -> None:
    gate = safety.licence_gate(complete_content(expected_crowd=people), cast.edition)

    assert gate is not None
    assert (str(gate.police), gate.apply_by, gate.is_open) == (police, date(2024, 8, 25), False)
    assert [code for code, _name, _ready in gate.papers] == ["legal", "programme", "plan", "venue"]


def test_no_gate_below_a_thousand_or_online(cast: Cast) -> None:
    assert safety.licence_gate(complete_content(expected_crowd=999), cast.edition) is None
    assert safety.licence_gate(complete_content(expected_crowd=5000, mode="online"), cast.edition) is None


def test_large_event_is_reviewed_and_published_only_with_its_number(cast: Cast) -> None:
    pending = at_the_office(cast, expected_crowd=1000, safety_items=NINE)
    with pytest.raises(NotPossibleNow, match="许可文号"):
        review.approve(pending, by=cast.office)
    assert fresh(pending.activity).state == State.SUBMITTED

    licensing.file(pending.activity, by=cast.editor, number="深公治1号")
    review.approve(pending, by=cast.office)

    assert (fresh(pending.activity).state, fresh(pending.activity).licence) == (State.PUBLISHED, "深公治1号")


EXEMPT = {"licence_exempt": "daily_business", "licence_exempt_note": "科学馆周末常设展览，在核定容量以内"}


def test_exemption_is_accepted_by_each_reviewer_and_stays_on_record(cast: Cast) -> None:
    pending = handed_in(cast, expected_crowd=1000, safety_items=NINE, **EXEMPT)
    with pytest.raises(ValidationError, match="免于安全许可的理由成立"):
        review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.district_reviewer, accepts=["exemption"])
    [outcome] = desk.decide_many([(pending, 1)], "approved", by=cast.office, confirmed=[pending.pk])
    assert (outcome.code, fresh(pending.activity).state) == ("blocked", State.SUBMITTED)

    review.approve(fresh_round(pending), by=cast.office, note="同意", accepts=["exemption"])

    assert fresh(pending.activity).state == State.PUBLISHED
    accepted = "已核对并认可：免于安全许可的理由成立：公园、影剧院、音乐厅、娱乐场所等在日常业务范围内举办（条例第二条）；科学馆周末常设展览，在核定容量以内"
    assert [one.note for one in pending.reviews.all()] == [accepted, f"同意\n{accepted}"]


def test_exemption_beside_a_number_needs_no_acceptance(cast: Cast) -> None:
    pending = at_the_office(cast, expected_crowd=1000, safety_items=NINE, licence="深公治1号", **EXEMPT)

    review.approve(pending, by=cast.office)

    assert fresh(pending.activity).state == State.PUBLISHED


@pytest.mark.parametrize(
    ("change", "is_small"),
    [
        ({"terms": ["tier:main_venue"]}, False), ({"terms": []}, False),
        ({"terms": ["audience:children", "tier:district"]}, True),
        ({"marks": ["national_day"]}, False), ({"licence": "深公治2号"}, False), (EXEMPT, False),
        ({"expected_crowd": 1000}, False), ({"expected_crowd": 999}, True), ({"contact_name": "林老师"}, True),
        ({"licence_papers": ["plan"]}, True),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_classification_marks_and_licence_of_what_is_public_come_back(
    cast: Cast, change: dict[str, Any], is_small: bool
) -> None:
    Mark.objects.create(edition=cast.edition, code="national_day", name="全国科普日")
    activity = published(cast, terms=["tier:district"])
    before = contents.of(activity)

    drafting.change(activity, change, by=cast.editor)

    now_public = contents.of(fresh(activity))
    assert now_public == (before | change if is_small else before)
    waiting = activity.submissions.filter(state="open").first()
    assert (waiting is None) == is_small
    assert waiting is None or {one.field for one in contents.diff(waiting.base, waiting.content)} == set(
        change
    )


def test_crowd_that_is_licensed_is_not_lowered_below_the_gate_unread(cast: Cast) -> None:
    activity = published(cast, expected_crowd=1500, safety_items=NINE, licence="深公治1号")

    drafting.change(activity, {"expected_crowd": 999, "licence": ""}, by=cast.editor)

    assert (fresh(activity).expected_crowd, fresh(activity).licence) == (1500, "深公治1号")


def test_another_tier_is_reviewed_by_those_of_the_new_tier_and_by_the_office_of_the_old(cast: Cast) -> None:
    raised = fresh(published(cast))
    cast.edition.policy["review"] = {"default": ["branch"], "tier:main_venue": ["office"]}
    cast.edition.save()
    drafting.change(raised, {"terms": ["tier:main_venue"]}, by=cast.editor)
    assert submission.submit(raised, by=cast.editor).chain == [cast.office_unit.pk]
    review.approve(raised.submissions.get(state="pending"), by=cast.office)

    drafting.change(fresh(raised), {"terms": []}, by=cast.editor)

    lowered = submission.submit(fresh(raised), by=cast.editor)
    assert lowered.chain == [cast.own_district.pk, cast.office_unit.pk]


def test_number_for_what_is_public_is_a_change_that_is_handed_in(cast: Cast) -> None:
    activity = published(cast, expected_crowd=1000, safety_items=NINE, licence="深公治1号")

    licensing.file(activity, by=cast.editor, number="深公治2号")

    waiting = activity.submissions.get(state="pending")
    assert (fresh(activity).licence, waiting.content["licence"]) == ("深公治1号", "深公治2号")
    licensing.file(activity, by=cast.editor, number="深公治3号")
    assert (fresh(activity).licence, fresh_round(waiting).content["licence"]) == ("深公治1号", "深公治3号")


LICENSED = {"expected_crowd": 1500, "safety_items": NINE, "licence": "深公治1号"}


def session_changed(activity: Any, **change: Any) -> dict[str, Any]:
    return {"sessions": [working_content(activity)["sessions"][0] | change]}


@pytest.mark.parametrize("change", [{"place": "市民广场"}, {"expected_crowd": 3000}], ids=["place", "size"])
def test_another_place_or_size_of_a_licensed_event_waits_for_another_licence(
    cast: Cast, change: dict[str, Any]
) -> None:
    activity = published(cast, **LICENSED)
    drafting.change(
        activity, session_changed(activity, **change) if "place" in change else change, by=cast.editor
    )
    assert "重新申请" in completeness.hindrances(activity, working_content(activity))[0].why
    pending = review.approve(submission.submit(activity, by=cast.editor), by=cast.district_reviewer)
    with pytest.raises(NotPossibleNow, match="重新申请安全许可"):
        review.approve(pending, by=cast.office, accepts=["licensed", "exemption"])

    licensing.file(activity, by=cast.editor, number="深公治2号")
    review.approve(fresh_round(pending), by=cast.office)

    assert fresh(activity).licence == "深公治2号"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"starts_at": "2024-09-14T03:00:00Z"}, "公安机关已经同意"), ({"title": "火箭为什么能飞上天？"}, "举办的内容没有变")],
    ids=["time", "text"],
)  # fmt: skip
def test_another_time_or_text_of_a_licensed_event_is_accepted_expressly(
    cast: Cast, change: dict[str, Any], sentence: str
) -> None:
    activity = published(cast, **LICENSED)
    drafting.change(
        activity, change if "title" in change else session_changed(activity, **change), by=cast.editor
    )
    pending = submission.submit(activity, by=cast.editor)
    with pytest.raises(ValidationError, match=sentence):
        review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.district_reviewer, accepts=["licensed"])

    review.approve(fresh_round(pending), by=cast.office, accepts=["licensed"])

    assert sentence in pending.reviews.all()[1].note
    # What the police agreed to is the new yardstick
    drafting.change(fresh(activity), {"summary": "改一句"}, by=cast.editor)
    assert to_accept(submission.submit(fresh(activity), by=cast.editor)) == {}


def test_session_that_is_not_held_is_no_other_place(cast: Cast) -> None:
    one = complete_content()["sessions"][0]
    old = complete_content(**LICENSED, sessions=[one, one | {"place": "广场"}])

    assert safety.licensed_facts_changed(old, old | {"sessions": [one, one | {"is_cancelled": True}]}) == []


def test_change_after_licensing_is_named(cast: Cast) -> None:
    old = complete_content(expected_crowd=1000, licence="1号")
    moved = old | {"sessions": [old["sessions"][0] | {"place": "广场"}], "expected_crowd": 2000}

    assert safety.licensed_facts_changed(old, moved) == ["place", "size"]
    assert safety.licensed_facts_changed(old, moved | {"licence": "2号"}) == []


def test_each_session_may_have_its_own_safety(cast: Cast) -> None:
    content = complete_content(safety_plan="", emergency_contact="")
    own = content["sessions"][0] | {"safety_plan": "两人值守", "emergency_contact": "陈刚"}

    assert completeness.gaps(content | {"sessions": [own]}, cast.edition) == []


def test_submission_without_signing_asks_for_a_sign_off(cast: Cast) -> None:
    activity = draft(cast)
    with pytest.raises(submission.Incomplete, match="签审"):
        submission.submit(activity, by=cast.editor, signs=False)

    signing.sign(activity, by=cast.owner)

    assert submission.submit(activity, by=cast.editor, signs=False).state == "pending"


@pytest.mark.parametrize(("change", "holds"), [({"title": "别的"}, False), ({"public_phone": "12345"}, True)])
def test_sign_off_holds_for_what_was_read(cast: Cast, change: dict[str, Any], holds: bool) -> None:
    activity = draft(cast)
    signing.sign(activity, by=cast.editor)

    drafting.change(activity, change, by=cast.editor)

    assert (valid_sign_off(activity, working_content(fresh(activity))) is not None) == holds


def test_link_signs_once_and_only_what_was_shown(cast: Cast) -> None:
    activity = draft(cast)
    link, key = signing.make_link(activity, by=cast.editor, name="郑校长")
    digest = contents.digest(working_content(activity))
    drafting.change(activity, {"title": "改过的"}, by=cast.editor)
    with pytest.raises(NotPossibleNow, match="重新通读"):
        signing.sign_by_link(link, digest=digest)

    signed = signing.sign_by_link(link, digest=contents.digest(working_content(fresh(activity))))

    assert (signed.name, signed.by, signed.method) == ("郑校长", None, SignOff.Method.LINK)
    assert signing.link_of(key) is None
    with pytest.raises(NotPossibleNow):
        signing.sign_by_link(link, digest=signed.digest)


def test_draft_is_deleted_by_its_unit_and_what_was_reviewed_is_kept(cast: Cast) -> None:
    drafting.delete(draft(cast), by=cast.editor)
    pending = handed_in(cast)
    review.return_for_changes(pending, by=cast.district_reviewer, note="改")

    with pytest.raises(NotPossibleNow):
        drafting.delete(pending.activity, by=cast.editor)
    with pytest.raises(PermissionDenied):
        drafting.delete(draft(cast), by=cast.colleague)


@pytest.mark.parametrize(
    ("change", "is_small"),
    [
        ({"capacity": 80}, True), ({"note": "带水"}, True), ({"emergency_contact": "李"}, True),
        ({"place": "二楼"}, False), ({"starts_at": "2024-09-14T03:00:00Z"}, False), ({"is_cancelled": True}, False),
    ],
)  # fmt: skip
def test_of_a_published_session_only_time_and_place_come_back(
    cast: Cast, change: dict[str, Any], is_small: bool
) -> None:
    activity = published(cast)
    session = working_content(activity)["sessions"][0]

    drafting.change(activity, {"sessions": [session | change]}, by=cast.editor)

    assert activity.submissions.filter(state="open").exists() != is_small


def test_small_correction_beside_an_open_revision_does_not_publish_the_revision(cast: Cast) -> None:
    activity = revised(cast, sessions=[complete_content()["sessions"][0] | {"id": None, "place": "新地方"}])
    open_sessions = working_content(activity)["sessions"]

    drafting.change(activity, {"sessions": [one | {"capacity": 9} for one in open_sessions]}, by=cast.editor)

    assert [session.place for session in fresh(activity).sessions.all()] == ["少年宫一楼报告厅"]


def test_waiver_without_a_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        licensing.waive(draft(cast), by=cast.district_reviewer, reason=" ")


def test_exemption_that_was_any_text_becomes_the_facts_of_the_governments_case(cast: Cast) -> None:
    found = at_the_office(cast, expected_crowd=1000, safety_items=NINE)
    old = {"licence_exempt": "市政府直接举办"}
    Activity.objects.filter(pk=found.activity_id).update(**old)
    Submission.objects.update(content={"title": "旧", **old}, base={})
    migration = import_module("kepuyue.activities.migrations.0008_exemptions_written_as_text")

    migration.as_case_and_facts(apps, None)

    new = {"licence_exempt": "government", "licence_exempt_note": "市政府直接举办"}
    assert Activity.objects.filter(pk=found.activity_id, **new).exists()
    assert (fresh_round(found).content, fresh_round(found).base) == ({"title": "旧"} | new, {})
