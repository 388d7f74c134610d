"""Writing and changing: nothing that two people type is overwritten, nothing half-right is lost."""

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from kepuyue.accounts.models import User
from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.actions.merging import Conflict, Seen
from kepuyue.activities.models import Activity, Origin, Venue
from kepuyue.activities.queries import working_content
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from tests.activities.acting import draft, fresh, published, revised
from tests.cast import Cast, assemble
from tests.factories import DistrictFactory, MembershipFactory, VenueFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def test_create_makes_a_draft_and_records_it(cast: Cast) -> None:
    activity = drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content={"title": "光学课"},
        origin=Origin.IMPORT, outside_key="row 7",
    )  # fmt: skip

    stored = fresh(activity)
    assert (stored.state, stored.version, stored.origin, stored.outside_key, stored.created_by) == (
        "draft", 1, "import", "row 7", cast.editor,
    )  # fmt: skip
    assert contents.of(stored) == contents.blank() | {"title": "光学课"}
    event = audit.trail(activity).get()
    assert (event.action, event.version, event.organization_path) == (
        "activity.create",
        1,
        cast.own_unit.path,
    )


@pytest.mark.parametrize(
    "person", ["check_in", "helpdesk", "colleague", "district_reviewer", "judge", "outsider"]
)
def test_create_by_others_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        draft(cast, by=getattr(cast, person))

    assert Activity.objects.count() == 0


def test_begin_twice_with_the_same_form_is_one_draft(cast: Cast) -> None:
    token = uuid4()
    options: dict[str, Any] = {"edition": cast.edition, "organization": cast.own_unit, "by": cast.editor}

    first = drafting.begin(**options, content={"title": "光学课"}, token=token)
    again = drafting.begin(**options, content={"title": "光学课"}, token=token)
    other_title = drafting.begin(**options, content={"title": "声学课"}, token=token)
    other_form = drafting.begin(**options, content={"title": "光学课"}, token=uuid4())

    assert first == again
    assert len({first.pk, other_title.pk, other_form.pk}) == 3


@pytest.mark.django_db(transaction=True)
def test_begin_by_two_clicks_at_once_is_one_draft() -> None:
    cast, token, start = assemble(), uuid4(), Barrier(2)
    made: list[int] = []

    def click() -> None:
        start.wait()
        activity = drafting.begin(
            edition=cast.edition,
            organization=cast.own_unit,
            by=cast.editor,
            content={"title": "光学课"},
            token=token,
        )
        made.append(activity.pk)
        connection.close()

    clicks = [Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()

    assert made == [Activity.objects.get().pk] * 2


def test_change_writes_what_differs_and_records_it(cast: Cast) -> None:
    activity = draft(cast)

    drafting.change(activity, {"title": "新名字", "summary": activity.summary}, by=cast.owner)

    stored = fresh(activity)
    assert (stored.title, stored.version) == ("新名字", 2)
    event = audit.trail(activity).first()
    assert event is not None
    assert (event.action, event.version, event.changes) == (
        "activity.change", 2, {"title": ["火箭为什么能飞上天", "新名字"]},
    )  # fmt: skip


def test_change_of_nothing_is_not_recorded(cast: Cast) -> None:
    activity = draft(cast)

    drafting.change(activity, contents.of(activity), by=cast.owner, seen=Seen(1))

    assert (fresh(activity).version, audit.trail(activity).count()) == (1, 1)


@pytest.mark.parametrize(
    "person", ["check_in", "helpdesk", "colleague", "district_reviewer", "other_reviewer", "outsider"]
)
def test_change_by_others_is_denied(cast: Cast, person: str) -> None:
    activity = draft(cast)

    with pytest.raises(PermissionDenied):
        drafting.change(activity, {"title": "别人改的"}, by=getattr(cast, person))


def test_change_of_other_fields_by_two_people_keeps_both(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"summary": "甲写的"}, by=cast.owner, seen=Seen(1))

    # A whole step arrives: the field that the second never touched still holds its old value
    drafting.change(
        activity,
        {"title": "乙写的", "summary": "和工程师一起做一支水火箭，再到操场上发射。"},
        by=cast.editor,
        seen=Seen(1),
    )

    assert (fresh(activity).title, fresh(activity).summary) == ("乙写的", "甲写的")


def test_change_of_one_field_by_two_people_shows_both_and_writes_nothing(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "甲写的"}, by=cast.owner, seen=Seen(1))

    with pytest.raises(Conflict) as refused:
        drafting.change(activity, {"title": "乙写的", "summary": "乙也写了"}, by=cast.editor, seen=Seen(1))

    (clash,) = refused.value.clashes
    assert (clash.field, str(clash.label), clash.theirs, clash.yours, clash.by) == (
        "title", "活动名称", "甲写的", "乙写的", "负责人",
    )  # fmt: skip
    assert refused.value.messages == [
        "负责人刚刚也修改了活动名称。您填写的内容没有丢，请核对后决定保留哪一个。"
    ]
    assert (refused.value.version, fresh(activity).title, fresh(activity).summary) == (
        2, "甲写的", "和工程师一起做一支水火箭，再到操场上发射。",
    )  # fmt: skip


def test_change_sent_again_with_the_version_shown_is_taken(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "甲写的"}, by=cast.owner, seen=Seen(1))

    drafting.change(activity, {"title": "乙写的"}, by=cast.editor, seen=Seen(2))

    assert fresh(activity).title == "乙写的"


def test_change_to_the_same_text_by_two_people_is_no_conflict(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "同一个"}, by=cast.owner, seen=Seen(1))

    drafting.change(activity, {"title": "同一个"}, by=cast.editor, seen=Seen(1))

    assert fresh(activity).version == 2


def test_change_by_oneself_from_an_older_page_is_no_conflict(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "第一次"}, by=cast.editor, seen=Seen(1))

    drafting.change(activity, {"title": "第二次"}, by=cast.editor, seen=Seen(1))

    assert fresh(activity).title == "第二次"


def test_change_between_ones_own_by_a_third_person_is_a_conflict(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "我的"}, by=cast.editor, seen=Seen(1))
    drafting.change(activity, {"title": "她的"}, by=cast.owner, seen=Seen(2))

    with pytest.raises(Conflict) as refused:
        drafting.change(activity, {"title": "我的再改"}, by=cast.editor, seen=Seen(1))

    assert [(clash.theirs, clash.by) for clash in refused.value.clashes] == [("她的", "负责人")]


def test_change_by_three_people_names_the_last_who_changed_each_field(cast: Cast) -> None:
    third = MembershipFactory(organization=cast.own_unit, role="editor", user__name="第三人").user
    activity = draft(cast)
    drafting.change(activity, {"title": "甲", "summary": "甲"}, by=cast.owner, seen=Seen(1))
    drafting.change(activity, {"title": "丙"}, by=third, seen=Seen(2))

    with pytest.raises(Conflict) as refused:
        drafting.change(
            activity, {"title": "乙", "summary": "乙", "title_en": "B"}, by=cast.editor, seen=Seen(1)
        )

    assert [(clash.field, clash.theirs, clash.by) for clash in refused.value.clashes] == [
        ("title", "丙", "第三人"), ("summary", "甲", "负责人"),
    ]  # fmt: skip


def test_change_from_another_window_of_the_same_person_is_a_conflict(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"title": "左边的窗口"}, by=cast.editor, seen=Seen(1, set()))

    with pytest.raises(Conflict) as refused:
        drafting.change(activity, {"title": "右边的窗口"}, by=cast.editor, seen=Seen(1, set()))

    assert refused.value.messages == [
        "您在另一个窗口刚刚也修改了活动名称。您填写的内容没有丢，请核对后决定保留哪一个。"
    ]
    drafting.change(activity, {"title": "右边的窗口"}, by=cast.editor, seen=Seen(1, set(), accepted=2))
    assert fresh(activity).title == "右边的窗口"


def test_own_text_kept_in_a_conflict_leaves_what_else_was_changed_elsewhere(cast: Cast) -> None:
    activity = draft(cast)
    stale = contents.of(activity)
    drafting.change(activity, {"title": "她的", "summary": "她的"}, by=cast.owner, seen=Seen(1))

    sent = {"title": "我的", "summary": stale["summary"]}
    drafting.change(activity, sent, by=cast.editor, seen=Seen(1, set(), accepted=2))

    assert (fresh(activity).title, fresh(activity).summary) == ("我的", "她的")


def at(hour: int, **more: Any) -> dict[str, Any]:
    return {"starts_at": f"2024-09-21T{hour:02}:00:00Z", "ends_at": f"2024-09-21T{hour + 1:02}:00:00Z"} | more


def test_sessions_changed_in_two_windows_are_put_together_row_by_row(cast: Cast) -> None:
    activity = draft(cast, sessions=[at(1), at(3), at(5), at(7)])
    first, second, third, fourth = contents.of(fresh(activity))["sessions"]
    theirs = [first | {"capacity": 10}, second, fourth, at(9)]
    drafting.change(activity, {"sessions": theirs}, by=cast.owner, seen=Seen(1, set()))

    mine = [first, second | {"capacity": 20}, third, fourth, at(10)]
    drafting.change(activity, {"sessions": mine}, by=cast.editor, seen=Seen(1, set()))

    stored = contents.of(fresh(activity))["sessions"]
    assert [(one["starts_at"][11:13], one["capacity"]) for one in stored] == [
        ("01", 10), ("03", 20), ("07", None), ("09", None), ("10", None),
    ]  # fmt: skip


def test_one_session_changed_in_two_windows_is_the_only_one_asked_about(cast: Cast) -> None:
    activity = draft(cast, sessions=[at(1), at(3)])
    first, second = contents.of(fresh(activity))["sessions"]
    theirs = [first | {"capacity": 10}, second | {"capacity": 5}]
    drafting.change(activity, {"sessions": theirs}, by=cast.owner, seen=Seen(1, set()))

    with pytest.raises(Conflict) as refused:
        mine = [first | {"capacity": 20}, second]
        drafting.change(activity, {"sessions": mine}, by=cast.editor, seen=Seen(1, set()))

    (clash,) = refused.value.clashes
    assert [[one["capacity"] for one in side] for side in (clash.theirs, clash.yours)] == [[10], [20]]
    drafting.change(activity, {"sessions": mine}, by=cast.editor, seen=Seen(1, set(), accepted=2))
    assert [one["capacity"] for one in contents.of(fresh(activity))["sessions"]] == [20, 5]


def test_change_back_by_others_leaves_ones_own_change(cast: Cast) -> None:
    activity = draft(cast)
    drafting.change(activity, {"summary": "甲"}, by=cast.owner, seen=Seen(1))
    drafting.change(activity, {"title": "乙"}, by=cast.editor, seen=Seen(2))

    drafting.change(activity, {"title": "乙再改", "summary": "甲"}, by=cast.editor, seen=Seen(2))

    assert (fresh(activity).title, fresh(activity).summary) == ("乙再改", "甲")


def test_typed_values_that_are_not_right_yet_are_kept_per_step(cast: Cast) -> None:
    activity = draft(cast)

    drafting.change(activity, {}, by=cast.editor, unsaved={"basics": {"title": [""]}})
    drafting.change(activity, {}, by=cast.owner, unsaved={"audience": {"age_min": ["六"]}})
    assert fresh(activity).unsaved == {"basics": {"title": [""]}, "audience": {"age_min": ["六"]}}
    drafting.change(activity, {"title": "有了"}, by=cast.editor, unsaved={"basics": {}})

    assert (fresh(activity).unsaved, fresh(activity).title) == ({"audience": {"age_min": ["六"]}}, "有了")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("submitted", "这项活动正在审核，暂不能修改。需要修改时，请先撤回。"),
        ("rejected", "这项活动现在是“未通过”，不能再修改。"),
        ("cancelled", "这项活动现在是“已取消”，不能再修改。"),
        ("archived", "这项活动现在是“已存档”，不能再修改。"),
    ],
)
def test_change_of_what_is_out_of_hand_says_why(cast: Cast, state: str, sentence: str) -> None:
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    with pytest.raises(NotPossibleNow) as refused:
        drafting.change(activity, {"title": "新"}, by=cast.editor)

    assert refused.value.messages == [sentence]


@pytest.mark.parametrize("state", ["draft", "returned", "withdrawn"])
def test_change_of_what_is_in_hand_is_written(cast: Cast, state: str) -> None:
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    assert drafting.change(activity, {"title": "新"}, by=cast.editor).title == "新"


# A published activity


def test_small_correction_of_a_published_activity_shows_at_once(cast: Cast) -> None:
    activity = published(cast)

    drafting.change(activity, {"public_phone": "12345", "accessibility": "有坡道"}, by=cast.editor)

    assert (fresh(activity).public_phone, fresh(activity).accessibility) == ("12345", "有坡道")
    assert activity.submissions.filter(state="open").count() == 0


@pytest.mark.parametrize(
    "field",
    sorted(
        contents.REVIEWED
        - {"marks", "mode", "city", "district", "sessions", "speakers", "pictures", "is_year_round"}
    ),
)
def test_change_of_a_published_text_waits_for_review(cast: Cast, field: str) -> None:
    activity = published(cast)
    before = getattr(activity, field)

    drafting.change(activity, {field: "新的内容"}, by=cast.editor)

    assert getattr(fresh(activity), field) == before
    assert working_content(activity)[field] == "新的内容"


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "hybrid"}, {"expected_crowd": 1000}, {"district": ""}, {"is_year_round": True}, {"sessions": []},
        {"speakers": [{"name": "王", "introduction": "", "is_overseas": False}]},
        {"participations": [{"role": "host", "name": "别的单位"}]},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_change_of_a_published_fact_waits_for_review(cast: Cast, change: dict[str, Any]) -> None:
    activity = published(cast)
    before = contents.of(activity)

    drafting.change(activity, change, by=cast.editor)

    assert contents.of(fresh(activity)) == before
    assert working_content(activity) | change == working_content(activity)


def test_revision_with_small_and_large_changes_shows_the_small_ones_only(cast: Cast) -> None:
    activity = published(cast)

    drafting.change(activity, {"title": "新名字", "public_phone": "12345"}, by=cast.editor)

    assert (fresh(activity).title, fresh(activity).public_phone) == ("火箭为什么能飞上天", "12345")
    revision = activity.submissions.get(state="open")
    assert [change.field for change in submission.as_reader_would_compare(revision)] == ["title"]


def test_revision_grows_with_every_change(cast: Cast) -> None:
    activity = revised(cast, title="新名字")

    drafting.change(activity, {"summary": "新介绍", "public_phone": "12345"}, by=cast.owner)

    revision = activity.submissions.get(state="open")
    assert [change.field for change in submission.as_reader_would_compare(revision)] == ["title", "summary"]
    assert fresh(activity).public_phone == "12345"


def test_revision_under_review_is_not_changed(cast: Cast) -> None:
    activity = revised(cast)
    submission.submit(activity, by=cast.editor)

    with pytest.raises(NotPossibleNow) as refused:
        drafting.change(activity, {"public_phone": "12345"}, by=cast.editor)

    assert refused.value.messages == ["这项活动的变更正在审核，暂不能修改。需要修改时，请先撤回。"]


def test_venue_typed_by_name_is_the_known_one_or_new(cast: Cast) -> None:
    known = VenueFactory(name="科学馆")
    activity = draft(cast)
    session = contents.of(activity)["sessions"][0]

    for name in (" 科学馆 ", "新场馆", ""):
        drafting.change(activity, {"sessions": [session | {"venue_name": name}]}, by=cast.editor)
        session = contents.of(fresh(activity))["sessions"][0]
        if name:
            assert session["venue"] == (known.pk if "科学馆" in name else Venue.objects.get(name="新场馆").pk)

    assert (session["venue"], Venue.objects.count()) == (None, 2)


def test_venue_named_again_learns_what_was_not_known() -> None:
    district = DistrictFactory()
    first = drafting.venue_named("科学馆")

    again = drafting.venue_named("科学馆", district=district, address="上海路1号")
    third = drafting.venue_named("科学馆", address="别处")

    assert (first.pk, third.address, third.district) == (again.pk, "上海路1号", district)


def test_venue_of_the_same_name_in_another_city_is_another() -> None:
    assert drafting.venue_named("科学馆").pk != drafting.venue_named("科学馆", city="广州").pk


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_at_once_lose_nothing() -> None:
    cast = assemble()
    activity, start = draft(cast), Barrier(2)
    answers: list[str] = []

    def save(person: User, title: str) -> None:
        start.wait()
        try:
            drafting.change(activity, {"title": title}, by=person, seen=Seen(1))
            answers.append("saved")
        except Conflict:
            answers.append("conflict")
        finally:
            connection.close()

    people = [Thread(target=save, args=(cast.owner, "甲")), Thread(target=save, args=(cast.editor, "乙"))]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert sorted(answers) == ["conflict", "saved"]
    assert (fresh(activity).version, audit.trail(activity).filter(action="activity.change").count()) == (2, 1)
