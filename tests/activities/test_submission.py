"""Handing in and taking back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from kepuyue.activities import completeness
from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, review, submission
from kepuyue.activities.models import Activity, State, Submission
from kepuyue.activities.queries import working_content
from kepuyue.activities.safety import ITEMS
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Organization
from tests.activities.acting import draft, fresh, handed_in, published, revised
from tests.cast import Cast
from tests.factories import EditionFactory, complete_content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]

NINE = dict.fromkeys(ITEMS, "写明了")
ONLINE = {"mode": "online", "district": ""}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"title": ""}, [("title", "basics", True)]),
        ({"summary": ""}, [("summary", "basics", True)]),
        ({"summary": "", "description": "长的介绍"}, []),
        ({"participations": []}, [("participations", "units", True)]),
        ({"participations": [{"role": "adviser", "name": "某局"}]}, [("participations", "units", True)]),
        ({"sessions": []}, [("sessions", "sessions", True)]),
        ({"sessions": [], "is_year_round": True}, []),
        ({"district": ""}, [("district", "sessions", False)]),
        ({"district": "", "city": "广州"}, []),
        ({"booking_mode": "unknown"}, [("booking_mode", "audience", True)]),
        ({"booking_mode": "external"}, [("booking_url", "audience", True)]),
        ({"booking_mode": "external", "booking_note": "电话预约"}, []),
        ({"booking_mode": "external", "booking_url": "https://example.org"}, []),
        ({"content_lead": ""}, [("content_lead", "responsibility", True)]),
        ({"content_signoff": ""}, []),
        ({"expected_crowd": None}, [("expected_crowd", "responsibility", True)]),
        ({"expected_crowd": 0}, []),
        ({"expected_crowd": 999}, []),
        ({"expected_crowd": 49, "safety_items": {}}, []),
        ({"expected_crowd": 50, "safety_items": {}}, [("safety_items", "responsibility", True)]),
        ({"expected_crowd": 1000, "licence": "深公治1号"}, [("safety_items", "responsibility", True)]),
        ({"expected_crowd": 1000, "safety_items": NINE}, [("licence", "responsibility", False)]),
        ({"expected_crowd": 1000, "safety_items": NINE, "licence": "深公治1号"}, []),
        ({"expected_crowd": 1000, "safety_items": NINE, "licence_exempt": "government", "licence_exempt_note": "市政府主办"}, []),
        ({"expected_crowd": 1000, "safety_items": NINE, "licence_exempt": "government"}, [("licence_exempt_note", "responsibility", True)]),
        ({"expected_crowd": 1000, "safety_items": NINE, "licence_exempt": "我们不需要"}, [("licence", "responsibility", False)]),
        ({"emergency_contact": ""}, [("emergency_contact", "responsibility", True)]),
        ({"safety_plan": ""}, [("safety_plan", "responsibility", True)]),
        ({"contact_name": ""}, [("contact_name", "contact", True)]),
        ({"contact_phone": ""}, [("contact_phone", "contact", True)]),
        (ONLINE | {"expected_crowd": None, "emergency_contact": "", "safety_plan": ""}, []),
        (ONLINE | {"expected_crowd": 50_000}, []),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_gaps_are_what_is_missing(changes: dict[str, Any], missing: list[Any]) -> None:
    found = completeness.gaps(complete_content(**changes), EditionFactory())

    assert [(gap.field, gap.step, gap.blocks) for gap in found] == missing


def test_gaps_of_sessions_count_those_that_are_held() -> None:
    content = complete_content()
    session = content["sessions"][0]

    nowhere = completeness.gaps(content | {"sessions": [session, session | {"place": ""}]}, EditionFactory())
    cancelled = completeness.gaps(
        content | {"sessions": [session | {"is_cancelled": True}]}, EditionFactory()
    )

    assert [(str(gap.why), gap.blocks) for gap in nowhere] == [("场次2还没有地点，公众会找不到。", False)]
    assert [str(gap.why) for gap in cancelled] == ["请填写至少一个场次的时间。"]


def test_gaps_of_a_required_classification() -> None:
    edition = EditionFactory()
    edition.taxonomies.filter(code="audience").update(required=True)

    assert [(gap.field, str(gap.why)) for gap in completeness.gaps(complete_content(), edition)] == [
        ("terms_audience", "请选择“面向人群”。")
    ]


def test_gaps_put_first_what_blocks() -> None:
    found = completeness.gaps(contents.blank(), EditionFactory())

    assert [gap.blocks for gap in found] == sorted((gap.blocks for gap in found), reverse=True)


def test_submit_freezes_the_text_and_gives_the_turn(cast: Cast) -> None:
    activity = draft(cast)

    pending = submission.submit(activity, by=cast.editor)

    stored = fresh(activity)
    assert (stored.state, stored.version) == (State.SUBMITTED, 2)
    assert (pending.kind, pending.state, pending.turn, pending.step) == (
        "new",
        "pending",
        cast.own_district,
        0,
    )
    assert pending.chain == [cast.own_district.pk, cast.office_unit.pk]
    assert (pending.content, pending.base, pending.by) == (contents.of(stored), {}, cast.editor)
    assert [event.action for event in audit.trail(activity)] == [
        "activity.submit", "activity.sign_off", "activity.create",
    ]  # fmt: skip


def test_submit_tells_the_reviewers_whose_turn_it_is(cast: Cast) -> None:
    pending = handed_in(cast)

    message = Message.objects.get()
    assert (message.person, message.subject, message.link) == (
        cast.district_reviewer, "待审核：火箭为什么能飞上天", f"/desk/reviews/{pending.pk}/",
    )  # fmt: skip


@pytest.mark.parametrize(
    "person", ["check_in", "helpdesk", "colleague", "district_reviewer", "office", "outsider"]
)
def test_submit_by_others_is_denied(cast: Cast, person: str) -> None:
    activity = draft(cast)

    with pytest.raises(PermissionDenied):
        submission.submit(activity, by=getattr(cast, person))


def test_submit_of_something_incomplete_names_every_place_and_changes_nothing(cast: Cast) -> None:
    activity = draft(cast, contact_name="", safety_plan="")

    with pytest.raises(submission.Incomplete) as refused:
        submission.submit(activity, by=cast.editor)

    assert [gap.field for gap in refused.value.gaps] == ["safety_plan", "contact_name"]
    assert refused.value.messages == ["线下活动请填写安全预案要点。", "请填写联系人。"]
    assert (fresh(activity).state, Submission.objects.count(), Message.objects.count()) == ("draft", 0, 0)


def test_submit_with_something_typed_that_is_not_right_is_refused(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {}, by=cast.editor, unsaved={"audience": {"age_min": ["六"]}})

    with pytest.raises(submission.Unsaved) as refused:
        submission.submit(activity, by=cast.editor)

    assert refused.value.step == "audience"


@pytest.mark.parametrize("state", ["pending", "refused"])
def test_submit_of_a_unit_that_is_not_confirmed_is_refused(cast: Cast, state: str) -> None:
    activity = draft(cast)
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=state)

    with pytest.raises((NotPossibleNow, PermissionDenied)):
        submission.submit(activity, by=type(cast.editor).objects.get(pk=cast.editor.pk))

    assert fresh(activity).state == "draft"


def test_submit_twice_is_told_and_happens_once(cast: Cast) -> None:
    activity = draft(cast)
    submission.submit(activity, by=cast.editor)

    with pytest.raises(NotPossibleNow, match="审核中"):
        submission.submit(activity, by=cast.editor)

    assert (Submission.objects.count(), Message.objects.count()) == (1, 1)


def test_submit_of_a_published_activity_without_a_change_is_refused(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow, match="没有需要审核的变更"):
        submission.submit(published(cast), by=cast.editor)


@pytest.mark.parametrize("state", ["rejected", "cancelled", "archived"])
def test_submit_of_what_is_over_is_refused(cast: Cast, state: str) -> None:
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    with pytest.raises(NotPossibleNow):
        submission.submit(activity, by=cast.editor)


def test_withdraw_gives_it_back_to_the_unit(cast: Cast) -> None:
    pending = handed_in(cast)

    activity = submission.withdraw(pending.activity, by=cast.owner)

    pending.refresh_from_db()
    assert (fresh(activity).state, pending.state, pending.closed_at is None) == (
        "withdrawn",
        "withdrawn",
        False,
    )
    assert audit.trail(activity)[0].action == "activity.withdraw"


@pytest.mark.parametrize("person", ["check_in", "colleague", "district_reviewer", "outsider"])
def test_withdraw_by_others_is_denied(cast: Cast, person: str) -> None:
    pending = handed_in(cast)

    with pytest.raises(PermissionDenied):
        submission.withdraw(pending.activity, by=getattr(cast, person))


def test_withdraw_of_nothing_is_refused(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow, match="没有正在审核"):
        submission.withdraw(draft(cast), by=cast.editor)


def test_handed_in_again_after_withdrawing_is_compared_with_what_a_reviewer_saw(cast: Cast) -> None:
    activity = handed_in(cast).activity
    submission.withdraw(activity, by=cast.editor)
    drafting.change(activity, {"title": "新名字"}, by=cast.editor)

    again = submission.submit(activity, by=cast.editor)

    # Nobody decided on the first one, so all of it is new to the reviewer
    assert (again.base, submission.as_reader_would_compare(again)) == ({}, [])


def test_handed_in_again_after_a_return_is_compared_with_what_was_read(cast: Cast) -> None:
    first = handed_in(cast)
    review.return_for_changes(first, by=cast.district_reviewer, note="改一改")
    drafting.change(first.activity, {"title": "新名字"}, by=cast.editor)

    again = submission.submit(first.activity, by=cast.editor)

    assert [(c.field, c.old, c.new) for c in submission.as_reader_would_compare(again)] == [
        ("title", "火箭为什么能飞上天", "新名字")
    ]
    assert again.pk != first.pk


def test_withdrawn_revision_keeps_its_text(cast: Cast) -> None:
    activity = revised(cast, title="新名字")
    submission.submit(activity, by=cast.editor)

    submission.withdraw(activity, by=cast.editor)

    assert (fresh(activity).state, fresh(activity).title) == ("published", "火箭为什么能飞上天")
    assert working_content(activity)["title"] == "新名字"
    assert submission.submit(activity, by=cast.editor).content["title"] == "新名字"


def test_revision_not_handed_in_can_be_given_up(cast: Cast) -> None:
    activity = revised(cast, title="新名字")

    submission.discard(activity, by=cast.editor)

    assert activity.submissions.filter(state__in=("open", "pending")).count() == 0
    assert audit.trail(activity)[0].changes == {"title": ["新名字", "火箭为什么能飞上天"]}


def test_revision_in_review_is_withdrawn_before_it_is_given_up(cast: Cast) -> None:
    activity = revised(cast)
    submission.submit(activity, by=cast.editor)

    with pytest.raises(NotPossibleNow):
        submission.discard(activity, by=cast.editor)


def test_session_outside_the_edition_is_named_with_its_year(cast: Cast) -> None:
    session = complete_content()["sessions"][0] | {"starts_at": "2023-09-21T02:00:00Z", "ends_at": None}

    found = completeness.gaps(complete_content(sessions=[session]), cast.edition)

    assert [(gap.field, gap.blocks) for gap in found] == [("sessions", False)]
    assert "2023年9月21日" in str(found[0].why)
