"""After publication: the fast lane with its sampling, sessions that change, takedowns."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from factory import Sequence
from openpyxl import load_workbook

from kepuyue.activities.actions import (
    drafting,
    publication,
    rescheduling,
    review,
    sampling,
    submission,
    takedown,
    trusting,
)
from kepuyue.activities.models import ChangeNotice, Sampling, Session, State, Submission, Trust
from kepuyue.activities.queries import trust_of, working_content
from kepuyue.activities.signals import session_changed
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import merging, tree
from kepuyue.organizations.models import Organization
from tests.activities.acting import draft, fresh, handed_in, published
from tests.activities.test_illustration import add
from tests.cast import Cast
from tests.factories import UnitFactory, VenueFactory, complete_content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def trusted(cast: Cast, **rules: Any) -> Trust:
    cast.edition.policy |= {"fast_lane": {"sample_share": 0, "at_least_one_in": 3} | rules}
    cast.edition.save()
    cast.own_unit.refresh_from_db()
    return trusting.give(
        cast.own_unit, edition=cast.edition, by=cast.district_reviewer, reason="三年无差错", until=date(2024, 9, 30)
    )  # fmt: skip


def test_trusted_unit_publishes_at_once_and_is_signed_off(cast: Cast) -> None:
    trusted(cast)

    done = handed_in(cast)

    assert (done.state, done.lane, fresh(done.activity).state) == ("approved", "fast", State.PUBLISHED)
    assert done.activity.sign_offs.count() == 1


def test_at_least_one_in_so_many_is_sampled_and_the_draw_can_be_repeated(cast: Cast) -> None:
    trusted(cast)

    done = [handed_in(cast, title=f"第{n}课：{name}") for n, name in enumerate("山水星云虫鱼")]

    assert [one.draw["sampled"] for one in done] == [False, False, True, False, False, True]
    assert Sampling.objects.count() == 2
    kept = Submission.objects.get(pk=done[0].pk)
    assert kept.draw == trusting.drawn(kept, number=1, since=0, share=0, one_in=3)


@pytest.mark.parametrize(
    "content",
    [
        {"expected_crowd": 1000, "safety_items": dict.fromkeys(
            ("programme", "staff", "fire", "capacity", "buffer", "entry", "parking", "flow", "rescue"), "有")},
        {"speakers": [{"name": "Ann", "introduction": "", "is_overseas": True}]},
        {"age_min": 6, "age_max": 12},
    ],
    ids=["crowd", "overseas", "minors"],
)  # fmt: skip
def test_what_is_not_plain_is_read_first(cast: Cast, content: dict[str, Any]) -> None:
    trusted(cast)
    assert (handed_in(cast, **content).state, Sampling.objects.count()) == ("pending", 0)


def test_open_warning_is_read_first(cast: Cast) -> None:
    trusted(cast)
    handed_in(cast)
    assert handed_in(cast).state == "pending"  # the same title again


def test_trust_ends_by_its_day_and_by_revocation(cast: Cast, clock: Any) -> None:
    trust = trusted(cast)
    clock.set(datetime(2024, 10, 1, 0, 1))
    assert trust_of(cast.own_unit, cast.edition) is None
    clock.set(datetime(2024, 9, 30, 23, 59))
    assert trust_of(cast.own_unit, cast.edition) == trust
    trusting.revoke(trust, by=cast.office, reason="有差错")
    assert trust_of(cast.own_unit, cast.edition) is None


@pytest.mark.parametrize("person", ["owner", "colleague", "other_reviewer", "outsider"])
def test_trust_is_given_by_superiors_only(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        trusting.give(
            cast.own_unit, edition=cast.edition, by=getattr(cast, person), reason="好", until=date(2024, 9, 30)
        )  # fmt: skip


def test_sampling_that_asks_for_a_correction_makes_it_a_duty_with_full_review(cast: Cast) -> None:
    trusted(cast, at_least_one_in=1)
    activity = handed_in(cast).activity
    found = Sampling.objects.get()
    sampling.ask_to_correct(found, by=cast.district_reviewer, note="数据没有出处", revokes=True)
    drafting.change(activity, {"summary": "出处：中国科学院。"}, by=cast.editor)
    pending = submission.submit(activity, by=cast.editor)
    assert (pending.state, trust_of(cast.own_unit, cast.edition)) == ("pending", None)
    review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.office)

    found.refresh_from_db()
    assert (found.state, fresh(activity).summary) == ("corrected", "出处：中国科学院。")


def test_sampling_may_take_down(cast: Cast) -> None:
    trusted(cast, at_least_one_in=1)
    activity = handed_in(cast).activity

    sampling.take_down(
        Sampling.objects.get(), by=cast.district_reviewer, ground="false", source="抽查", evidence="无出处"
    )

    assert (fresh(activity).state, Sampling.objects.get().state) == ("taken_down", "taken_down")
    assert trust_of(cast.own_unit, cast.edition) is None


def only_session(activity: Any) -> Session:
    return Session.objects.get(activity=activity)


def heard(act: Any) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []

    def listen(sender: Any, what: str, key: str, **kwargs: Any) -> None:
        told.append((what, key))

    session_changed.connect(listen)
    try:
        act()
    finally:
        session_changed.disconnect(listen)
    return told


def test_near_new_time_shows_at_once_and_everyone_is_told_once(cast: Cast) -> None:
    activity = published(cast)
    session = only_session(activity)
    before = Message.objects.count()

    told = heard(
        lambda: rescheduling.postpone(
            session, by=cast.editor, reason="暴雨", starts_at=session.starts_at + timedelta(days=2)
        )
    )

    notice = ChangeNotice.objects.get()
    assert told == [("retimed", f"notice:{notice.pk}")]
    assert (notice.old["starts_at"], notice.new["starts_at"]) == (
        "2024-09-14T02:00:00Z",
        "2024-09-16T02:00:00Z",
    )
    people = sorted(m.person.name for m in Message.objects.filter(key__startswith="notice:"))
    assert people == sorted(["负责人", "福田审核人", "市管理员"])
    assert Message.objects.count() == before + 3
    assert audit.trail(activity)[0].action == "session.retimed"


def test_session_that_comes_to_last_for_days_more_waits_for_review(cast: Cast) -> None:
    activity = published(cast)
    session = only_session(activity)

    rescheduling.postpone(
        session,
        by=cast.editor,
        reason="暴雨",
        starts_at=session.starts_at + timedelta(days=1),
        ends_at=session.starts_at + timedelta(days=300),
    )

    session.refresh_from_db()
    assert (session.is_postponed, session.starts_at.day) == (True, 14)
    assert [row.state for row in activity.submissions.all()] == ["pending", "approved"]


def test_far_new_time_waits_for_review_while_the_old_one_is_off(cast: Cast) -> None:
    activity = published(cast)
    session = only_session(activity)

    rescheduling.postpone(
        session, by=cast.editor, reason="暴雨", starts_at=session.starts_at + timedelta(days=14)
    )

    session.refresh_from_db()
    assert (session.is_postponed, session.starts_at.day) == (True, 14)
    pending = activity.submissions.get(state="pending")
    review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.office)
    session.refresh_from_db()
    assert (session.is_postponed, session.starts_at.day) == (False, 28)
    assert [notice.kind for notice in ChangeNotice.objects.all()] == ["retimed", "postponed"]


def test_postponed_without_a_new_time_gets_one_by_an_ordinary_change(cast: Cast) -> None:
    activity = published(cast)
    rescheduling.postpone(only_session(activity), by=cast.editor, reason="停电")
    entry = {k: v for k, v in working_content(activity)["sessions"][0].items() if k != "is_postponed"}
    drafting.change(activity, {"sessions": [entry | {"starts_at": "2024-09-20T02:00:00Z", "ends_at": None}]},
                    by=cast.editor)  # fmt: skip

    assert working_content(activity)["sessions"][0]["is_postponed"] is False
    assert only_session(activity).is_postponed


@pytest.mark.parametrize(("district", "at_once"), [("own", True), ("other", False)])
def test_known_venue_of_the_same_district_shows_at_once(cast: Cast, district: str, at_once: bool) -> None:
    activity = published(cast)
    where = cast.own_unit.district if district == "own" else cast.other_district.district
    activity.district = cast.own_unit.district
    activity.save()
    VenueFactory(name="会堂", district=where)

    rescheduling.move(only_session(activity), by=cast.editor, reason="装修", venue_name="会堂")

    session = only_session(activity)
    assert (session.venue is not None, session.is_postponed) == (at_once, not at_once)
    assert activity.submissions.filter(state="pending").exists() != at_once


def test_last_session_is_not_cancelled_alone(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow, match="最后一个场次"):
        rescheduling.cancel_session(only_session(published(cast)), by=cast.owner, reason="雨")


def test_cancelled_activity_leaves_one_notice_and_tells_reviewers(cast: Cast) -> None:
    activity = published(cast)

    publication.cancel(activity, by=cast.owner, reason="台风")

    assert [(n.kind, n.session) for n in ChangeNotice.objects.all()] == [("cancelled", None)]
    assert Message.objects.filter(person=cast.district_reviewer, key__startswith="notice:").count() == 1


def test_taken_down_is_gone_everywhere_and_comes_back_with_a_reason(cast: Cast, client: Any) -> None:
    activity = published(cast)
    page = reverse("programme:activity", args=[activity.code])
    interface = reverse("api:activity", args=[activity.code])
    assert [client.get(url).status_code for url in (page, interface)] == [200, 200]

    found = takedown.take_down(
        activity,
        by=cast.district_reviewer,
        ground="false",
        source="读者来信",
        evidence="第二段的数据没有出处",
    )

    gone = client.get(page)
    assert (gone.status_code, client.get(interface).status_code) == (410, 404)
    assert activity.title not in gone.content.decode()
    assert activity.code not in client.get(reverse("programme:activities"), {"q": "火箭"}).content.decode()
    takedown.restore(found, by=cast.office, reason="已补出处")
    assert client.get(page).status_code == 200
    with pytest.raises(NotPossibleNow):
        takedown.restore(found, by=cast.office, reason="再一次")


@pytest.mark.parametrize("person", ["owner", "colleague", "other_reviewer", "outsider"])
def test_takedown_by_others_is_denied(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        takedown.take_down(
            published(cast), by=getattr(cast, person), ground="false", source="我", evidence="不喜欢"
        )  # fmt: skip


def test_takedown_without_its_facts_is_refused_and_nothing_changes(cast: Cast) -> None:
    activity = published(cast)
    with pytest.raises(ValidationError) as refused:
        takedown.take_down(activity, by=cast.office, ground="", source="", evidence="")

    assert sorted(refused.value.error_dict) == ["evidence", "ground", "source"]
    assert fresh(activity).state == State.PUBLISHED


def test_register_exports_text_that_no_spreadsheet_takes_for_a_formula(cast: Cast, sign_in: Any) -> None:
    takedown.take_down(published(cast), by=cast.office, ground="other", source="=1+1", evidence="x")

    answer = sign_in(cast.office).get(reverse("activities:takedowns-export"))

    assert "'=1+1" in answer.content.decode("utf-8-sig")


def test_register_is_a_workbook_too(cast: Cast, sign_in: Any) -> None:
    takedown.take_down(published(cast), by=cast.office, ground="other", source="=1+1", evidence="x")

    answer = sign_in(cast.office).get(reverse("activities:takedowns-export") + "?form=xlsx")

    sheet = load_workbook(BytesIO(answer.content)).active
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert dict(zip(head, row, strict=True))["线索来源"] == "'=1+1"
    assert answer["Content-Disposition"].endswith('takedowns.xlsx"')


def test_page_shows_old_and_new_value(cast: Cast, client: Any) -> None:
    activity = published(cast)
    session = only_session(activity)
    rescheduling.postpone(
        session, by=cast.editor, reason="暴雨", starts_at=session.starts_at + timedelta(days=1)
    )

    page = client.get(reverse("programme:activity", args=[activity.code])).content.decode()

    assert "改期" in page
    assert "9月14日" in page
    assert "9月15日" in page
    assert "暴雨" in page


def test_pictures_of_a_published_activity_wait_for_review(cast: Cast) -> None:
    activity = published(cast)
    picture = add(cast, activity)

    assert (picture.is_shown, working_content(activity)["pictures"]) == (False, [picture.pk])
    pending = submission.submit(activity, by=cast.editor)
    review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.office)
    picture.refresh_from_db()
    assert picture.is_shown
    assert draft(cast).pictures.count() == 0


def test_trust_of_the_former_superior_ends_where_the_unit_is_moved(cast: Cast) -> None:
    trusted(cast)

    tree.move(cast.own_unit, to=cast.other_district, by=cast.office)

    assert trust_of(Organization.objects.get(pk=cast.own_unit.pk), cast.edition) is None


def test_trust_does_not_go_over_in_a_merger(cast: Cast) -> None:
    trusted(cast)

    merging.merge(cast.own_unit, into=cast.other_unit, by=cast.office)

    assert trust_of(cast.other_unit, cast.edition) is None


def test_two_trusted_units_can_be_merged_and_each_keeps_its_own_trust(cast: Cast) -> None:
    theirs = trusted(cast)
    own = trusting.give(
        cast.other_unit, edition=cast.edition, by=cast.district_reviewer, reason="好", until=date(2024, 9, 30)
    )  # fmt: skip

    merging.merge(cast.own_unit, into=cast.other_unit, by=cast.office)

    assert trust_of(cast.other_unit, cast.edition) == own
    assert Trust.objects.get(pk=theirs.pk).organization == cast.own_unit


def test_what_the_office_took_down_is_not_put_back_by_a_district(cast: Cast, sign_in: Any) -> None:
    activity = published(cast)
    found = takedown.take_down(activity, by=cast.office, ground="false", source="来信", evidence="无出处")
    page = reverse("activities:takedowns")
    address = reverse("activities:restoration", args=[found.pk])

    with pytest.raises(PermissionDenied):
        takedown.restore(found, by=cast.district_reviewer, reason="我看可以")

    assert fresh(activity).state == State.TAKEN_DOWN
    assert address not in sign_in(cast.district_reviewer).get(page).content.decode()
    assert address in sign_in(cast.office).get(page).content.decode()


def test_earlier_takedown_does_not_undo_a_later_one(cast: Cast) -> None:
    activity = published(cast)
    facts = {"ground": "false", "source": "来信", "evidence": "无出处"}
    earlier = takedown.take_down(activity, by=cast.office, **facts)
    takedown.restore(earlier, by=cast.office, reason="已补出处")
    publication.cancel(activity, by=cast.owner, reason="停电")
    takedown.take_down(activity, by=cast.office, **facts)

    with pytest.raises(NotPossibleNow):
        takedown.restore(earlier, by=cast.office, reason="再一次")

    assert fresh(activity).state == State.TAKEN_DOWN


def test_small_steps_do_not_carry_a_session_beyond_what_review_has_seen(cast: Cast) -> None:
    activity = published(cast)
    session = only_session(activity)
    for days in (5, 5):
        session.refresh_from_db()
        rescheduling.postpone(
            session, by=cast.editor, reason="暴雨", starts_at=session.starts_at + timedelta(days=days)
        )

    session.refresh_from_db()
    assert (session.starts_at.day, session.is_postponed) == (19, True)
    assert activity.submissions.filter(state="pending").count() == 1


def exhibition(cast: Cast) -> Session:
    """Open from 13 to 20 September, all day."""
    span = {"starts_at": "2024-09-12T16:00:00Z", "ends_at": "2024-09-20T16:00:00Z", "is_all_day": True}
    return published(cast, sessions=[complete_content()["sessions"][0] | span]).sessions.get()


ACTS: dict[str, Any] = {
    "cancel": lambda session, by: rescheduling.cancel_session(session, by=by, reason="台风"),
    "postpone": lambda session, by: rescheduling.postpone(session, by=by, reason="台风"),
    "move": lambda session, by: rescheduling.move(session, by=by, reason="停电", venue_name="少年宫"),
    "cancel all": lambda session, by: publication.cancel(session.activity, by=by, reason="台风"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_past_is_neither_cancelled_nor_postponed_nor_moved(
    cast: Cast, client: Any, clock: Any, act: str
) -> None:
    session = published(cast).sessions.get()
    clock.set(datetime(2024, 9, 30, 0, 1))
    before = audit.trail(session.activity).count()

    with pytest.raises(NotPossibleNow, match="结束"):
        ACTS[act](session, cast.owner)

    assert audit.trail(session.activity).count() == before
    client.force_login(cast.editor)
    page = client.get(reverse("activities:detail", args=[session.activity.code])).content.decode()
    assert "已结束" in page
    assert f"/sessions/{session.pk}/" not in page
    assert reverse("activities:cancellation", args=[session.activity.code]) not in page


def test_exhibition_that_is_on_may_be_moved_and_ended_but_not_postponed(
    cast: Cast, client: Any, clock: Any
) -> None:
    session = exhibition(cast)
    clock.set(datetime(2024, 9, 20, 23, 59))
    with pytest.raises(NotPossibleNow, match="已经开放了几天，不能改期"):
        rescheduling.postpone(session, by=cast.editor, reason="雨")
    client.force_login(cast.editor)
    page = client.get(reverse("activities:detail", args=[session.activity.code])).content.decode()
    assert reverse("activities:session-postponement", args=[session.activity.code, session.pk]) not in page
    assert reverse("activities:session-move", args=[session.activity.code, session.pk]) in page

    publication.cancel(session.activity, by=cast.owner, reason="展品受损")

    assert fresh(session.activity).state == State.CANCELLED


def test_session_that_waits_for_a_new_time_is_not_over_when_the_old_one_is(cast: Cast, clock: Any) -> None:
    session = published(cast).sessions.get()
    rescheduling.postpone(session, by=cast.editor, reason="雨")
    clock.set(datetime(2024, 9, 22, 12))

    rescheduling.postpone(
        Session.objects.get(pk=session.pk), by=cast.editor, reason="晴",
        starts_at=datetime(2024, 9, 23, 10, tzinfo=cast.edition.zone),
    )  # fmt: skip

    assert ChangeNotice.objects.filter(session=session).count() == 2


def test_unit_to_trust_is_found_in_the_branch_and_picked_without_a_script(cast: Cast, client: Any) -> None:
    here = reverse("activities:trusts")
    client.force_login(cast.district_reviewer)
    page = client.get(here).content.decode()
    assert cast.own_unit.name not in page
    found = client.get(here, {"q": cast.own_unit.name[:3]}).content.decode()
    assert f'href="?unit={cast.own_unit.code}#give"' in found
    assert cast.unit_of_department.name not in client.get(
        here, {"q": cast.unit_of_department.name}
    ).content.decode().replace(f'value="{cast.unit_of_department.name}"', "")
    picked = client.get(here, {"unit": cast.own_unit.code}).context["form"]
    typed = {"organization": picked["organization"].value(), "until": "2024-09-30", "reason": "三年无差错"}

    assert client.post(here, typed | {"organization": cast.unit_of_department.code}).status_code == 422
    assert client.post(here, typed).status_code == 302

    assert Trust.objects.get().organization == cast.own_unit


def test_search_for_a_unit_shows_a_dozen_and_says_that_there_are_more(cast: Cast, client: Any) -> None:
    UnitFactory.create_batch(14, parent=cast.own_district, name=Sequence(lambda n: f"第{n}科普站"))
    client.force_login(cast.district_reviewer)

    page = client.get(reverse("activities:trusts"), {"q": "科普站"}).content.decode()

    assert page.count('#give">第') == 12
    assert "还有更多" in page


def test_a_new_day_alone_keeps_the_hours_of_the_session(cast: Cast, client: Any) -> None:
    session = published(cast).sessions.get()
    before = session.starts_at, session.ends_at
    client.force_login(cast.editor)
    address = reverse("activities:session-postponement", args=[session.activity.code, session.pk])
    shown = client.get(address).context["form"].initial
    zone = cast.edition.zone
    day = (session.starts_at.astimezone(zone) + timedelta(days=1)).date()

    client.post(
        address,
        {"reason": "雨", "starts_on": day, "starts_at": shown["starts_at"], "ends_at": shown["ends_at"]},
    )

    session.refresh_from_db()
    assert (session.starts_at, session.ends_at) == tuple(moment + timedelta(days=1) for moment in before)


def test_hours_without_a_day_are_asked_about_only_where_somebody_typed_them(cast: Cast, client: Any) -> None:
    session = published(cast).sessions.get()
    client.force_login(cast.editor)
    address = reverse("activities:session-postponement", args=[session.activity.code, session.pk])
    shown = client.get(address).context["form"].initial

    refused = client.post(address, {"reason": "雨", "starts_at": "08:05", "ends_at": shown["ends_at"]})
    assert refused.status_code == 422
    client.post(address, {"reason": "雨", "starts_at": shown["starts_at"], "ends_at": shown["ends_at"]})

    session.refresh_from_db()
    assert session.is_postponed
