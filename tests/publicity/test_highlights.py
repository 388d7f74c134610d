"""The highlights of days: who chooses what, what the public sees of it, what is proposed and why, two at once."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.activities.actions import publication, rescheduling, takedown
from kepuyue.activities.models import Activity, Admission, Session, State
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.publicity import candidates, days
from kepuyue.publicity.actions import highlights
from kepuyue.publicity.actions import key_activities as deciding
from kepuyue.publicity.models import Highlight
from tests.cast import Cast, come_in
from tests.factories import ActivityFactory, HighlightFactory, PictureFactory, SessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
DAY = date(2024, 9, 20)


def activity(cast: Cast, *, day: date = DAY, **facts: Any) -> Activity:
    """A published activity of the own unit, an hour long on the day at 10:00."""
    made: Activity = ActivityFactory(
        organization=facts.pop("unit", cast.own_unit), state=State.PUBLISHED, **facts
    )
    start = datetime(day.year, day.month, day.day, 10, tzinfo=cast.edition.zone)
    SessionFactory(activity=made, starts_at=start, ends_at=start + timedelta(hours=1))
    return made


def chosen(cast: Cast, what: Activity | None = None, **more: Any) -> Highlight:
    return highlights.choose(cast.edition, DAY, what or activity(cast), by=cast.office, **more)


def state_of(cast: Cast, day: date = DAY) -> str:
    return next(one.state for one in days.month(cast.edition) if one.day == day)


def test_office_chooses_and_the_unit_is_told_once(cast: Cast) -> None:
    what = activity(cast)

    first, again = chosen(cast, what, line="看火箭"), chosen(cast, what)

    assert (first.pk, first.position, first.line) == (again.pk, 1, "看火箭")
    assert [row.action for row in audit.trail(first)] == ["highlight.choose"]
    assert sorted(Message.objects.filter(kind="highlight.chosen").values_list("person__name", flat=True)) == [
        "填报人", "负责人",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "person", ["owner", "editor", "district_reviewer", "department_reviewer", "moderator"]
)
def test_nobody_but_the_office_chooses_describes_orders_or_removes(cast: Cast, person: str) -> None:
    there, by = chosen(cast), getattr(cast, person)

    for press in (
        lambda: highlights.choose(cast.edition, DAY, activity(cast), by=by),
        lambda: highlights.describe(there, by=by, line="甲", line_en=""),
        lambda: highlights.put_first(there, by=by),
        lambda: highlights.remove(there, by=by),
    ):
        with pytest.raises(PermissionDenied):
            press()


@pytest.mark.parametrize("why", ["draft", "cancelled", "another day", "postponed", "another city", "outside"])
def test_what_does_not_take_place_that_day_before_the_public_cannot_be_chosen(cast: Cast, why: str) -> None:
    facts = {"draft": {"state": State.DRAFT}, "another city": {"city": "广州", "district": None}}.get(why, {})
    what = activity(cast, day=date(2024, 9, 21) if why == "another day" else DAY)
    Activity.objects.filter(pk=what.pk).update(**facts)
    if why == "cancelled":
        publication.cancel(what, by=cast.owner, reason="场馆停电")
    if why == "postponed":
        what.sessions.update(is_postponed=True)

    with pytest.raises(ValidationError):
        highlights.choose(cast.edition, date(2024, 10, 1) if why == "outside" else DAY, what, by=cast.office)

    assert not Highlight.objects.exists()


def test_who_looked_at_the_day_before_a_colleague_changed_it_looks_again(cast: Cast) -> None:
    there = chosen(cast, seen="")

    with pytest.raises(NotPossibleNow):
        chosen(cast, seen="")

    assert chosen(cast, seen=str(there.pk)).position == 2


def test_replacing_keeps_the_place_and_removing_closes_the_gap(cast: Cast) -> None:
    first, second, third = chosen(cast), chosen(cast), chosen(cast)

    new = chosen(cast, instead=second)
    highlights.remove(first, by=cast.office)

    assert list(Highlight.objects.values_list("pk", "position")) == [(new.pk, 1), (third.pk, 2)]
    assert audit.trail(second)[0].action == "highlight.remove"
    with pytest.raises(NotPossibleNow):
        chosen(cast, instead=second)
    with pytest.raises(NotPossibleNow):
        highlights.remove(first, by=cast.office)


def test_one_is_put_first_and_a_day_holds_no_more_than_its_most(cast: Cast) -> None:
    rows = [chosen(cast) for _number in range(highlights.MOST_A_DAY)]

    with pytest.raises(NotPossibleNow):
        chosen(cast)
    highlights.put_first(rows[2], by=cast.office)

    order = [rows[2], rows[0], rows[1], *rows[3:]]
    assert list(Highlight.objects.values_list("pk", flat=True)) == [row.pk for row in order]
    assert highlights.put_first(rows[2], by=cast.office).position == 1


def test_line_is_kept_with_its_session_and_not_with_one_of_another_activity(cast: Cast) -> None:
    there = chosen(cast)
    session = there.activity.sessions.get()

    said = highlights.describe(there, by=cast.office, line=" 看火箭 ", line_en="Rockets", session=session)
    highlights.describe(there, by=cast.office, line="看火箭", line_en="Rockets", session=session)

    assert (said.line, said.line_en, said.session) == ("看火箭", "Rockets", session)
    assert [row.action for row in audit.trail(there)] == ["highlight.describe", "highlight.choose"]
    with pytest.raises(ValidationError):
        highlights.describe(there, by=cast.office, line="", line_en="", session=SessionFactory())


def test_what_is_called_off_is_gone_from_the_public_at_once_and_the_grid_says_why(
    cast: Cast, client: Client
) -> None:
    what = activity(cast, title="看不见的火箭")
    chosen(cast, what)
    assert "看不见的火箭" in client.get("/highlights/").content.decode()

    publication.cancel(what, by=cast.owner, reason="场馆停电")

    assert "看不见的火箭" not in client.get("/highlights/").content.decode()
    assert days.shown(cast.edition, DAY, DAY) == []
    assert state_of(cast) == "gone"
    come_in(client, cast.office)
    assert "活动已取消" in client.get("/desk/highlights/").content.decode()


def test_each_way_of_being_called_off_has_its_words(cast: Cast) -> None:
    def why(highlight: Highlight) -> str:
        return days.trouble(days.read(cast.edition).get(pk=highlight.pk))

    assert why(chosen(cast)) == ""
    gone = chosen(cast)
    takedown.take_down(gone.activity, by=cast.office, ground="false", source="来信", evidence="无依据")
    assert why(gone) == "活动已下架"
    late = chosen(cast)
    rescheduling.postpone(late.activity.sessions.get(), by=cast.owner, reason="暴雨")
    assert why(late) == "活动已延期"
    named = chosen(cast)
    highlights.describe(
        named, by=cast.office, line="", line_en="", session=SessionFactory(activity=named.activity)
    )
    assert why(named) == "已改到别的日子"
    Session.objects.filter(highlights=named).update(is_cancelled=True)
    assert why(named) == "这一场已取消"
    moved = chosen(cast)
    moved.activity.sessions.update(
        starts_at=datetime(2024, 9, 25, 10, tzinfo=cast.edition.zone), ends_at=None
    )
    assert why(moved) == "已改到别的日子"
    hidden = HighlightFactory(activity__edition=cast.edition, day=DAY, position=9)
    Activity.objects.filter(pk=hidden.activity_id).update(state=State.WITHDRAWN)
    assert why(hidden) == "没有公众页面"


def test_grid_says_what_is_missing(cast: Cast) -> None:
    there = chosen(cast)

    def missing() -> list[str]:
        return days.lacks(days.read(cast.edition).get(pk=there.pk))

    assert missing() == ["没有图片", "没有一句话推荐"]
    highlights.describe(there, by=cast.office, line="看火箭", line_en="")
    PictureFactory(activity=there.activity)
    assert missing() == ["没有英文推荐"]
    assert (state_of(cast), state_of(cast, date(2024, 9, 21))) == ("ok", "empty")


def test_candidates_are_ranked_and_say_why(cast: Cast) -> None:
    plain = activity(cast, unit=cast.far_unit)
    best = activity(cast, is_key=True, admission=Admission.FREE, terms=["audience:children"])
    PictureFactory(activity=best)
    best.sessions.update(capacity=120)
    deciding.enlist(best, by=cast.office)
    cancelled = activity(cast)
    publication.cancel(cancelled, by=cast.owner, reason="停电")

    found = candidates.candidates(cast.edition, [DAY, date(2024, 9, 28)])

    assert [one.code for one in found[DAY]] == [best.code, plain.code]
    assert found[date(2024, 9, 28)] == []
    assert found[DAY][0].reasons == [
        "重点活动", "有图片", "本周还没有选过福田区", "本周还没有选过“少年儿童”", "免费", "名额120",
    ]  # fmt: skip
    assert found[DAY][1].doubts == ["没有图片"]


def test_what_the_week_has_shown_already_comes_later(cast: Cast) -> None:
    monday = activity(cast, day=date(2024, 9, 16))
    highlights.choose(cast.edition, date(2024, 9, 16), monday, by=cast.office)
    start = datetime(2024, 9, 20, 10, tzinfo=cast.edition.zone)
    SessionFactory(activity=monday, starts_at=start, ends_at=start + timedelta(hours=1))
    same_district, other = activity(cast), activity(cast, unit=cast.far_unit)

    found = candidates.candidates(cast.edition, [DAY])[DAY]

    assert [one.code for one in found] == [other.code, same_district.code, monday.code]
    assert found[2].doubts == ["没有图片", "9月16日已经选过"]


def test_exhibition_is_worth_more_on_its_first_day(cast: Cast) -> None:
    show: Activity = ActivityFactory(organization=cast.own_unit, state=State.PUBLISHED)
    zone = cast.edition.zone
    SessionFactory(
        activity=show, is_all_day=True, starts_at=datetime(2024, 9, 20, tzinfo=zone),
        ends_at=datetime(2024, 9, 30, tzinfo=zone),
    )  # fmt: skip

    found = candidates.candidates(cast.edition, [DAY, date(2024, 9, 22)])

    assert "当天开幕" in found[DAY][0].reasons
    assert "持续多日的展览" in found[date(2024, 9, 22)][0].doubts


def test_of_a_crowded_day_those_are_weighed_that_promise_most(cast: Cast) -> None:
    for _number in range(4):
        activity(cast)
    seats, free, key = activity(cast), activity(cast, admission=Admission.FREE), activity(cast, is_key=True)
    seats.sessions.update(capacity=20)
    PictureFactory(activity=key)

    found = candidates.candidates(cast.edition, [DAY], most=9, pool=3)[DAY]

    assert [one.code for one in found] == [key.code, free.code, seats.code]


def test_word_finds_what_is_not_among_the_most_promising(cast: Cast) -> None:
    for _number in range(3):
        activity(cast, admission=Admission.FREE)
    wanted = activity(cast, title="Stargazing 观星夜")

    found = candidates.candidates(cast.edition, [DAY], word="stargazing", pool=1)[DAY]

    assert [one.code for one in found] == [wanted.code]


def test_questions_to_the_database_do_not_grow_with_days_or_activities(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    for number in range(16, 20):
        highlights.choose(
            cast.edition, date(2024, 9, number), activity(cast, day=date(2024, 9, number)), by=cast.office
        )
        activity(cast)

    with django_assert_num_queries(7):
        candidates.candidates(cast.edition, cast.edition.days)
    with django_assert_num_queries(3):
        days.month(cast.edition)


def test_desk_chooses_in_one_press_and_refuses_what_was_decided_meanwhile(cast: Cast, client: Client) -> None:
    what, late = activity(cast, is_key=True), activity(cast)
    come_in(client, cast.office)
    assert what.title in client.get("/desk/highlights/").content.decode()

    sent = {"activity": what.code, "seen": "", "from": "grid"}
    assert client.post(f"/desk/highlights/{DAY}/", sent).headers["Location"] == f"/desk/highlights/#day-{DAY}"
    answer = client.post(f"/desk/highlights/{DAY}/", {"activity": late.code, "seen": ""}, follow=True)

    assert "同事刚刚改了这一天的热点" in answer.content.decode()
    assert Highlight.objects.get().activity == what
    assert client.get("/desk/highlights/2024-10-01/").status_code == 404
    assert client.get("/desk/highlights/20240920/").status_code == 404
    assert client.get("/desk/highlights/no-day/").status_code == 404


def test_unit_sees_what_the_public_sees_and_what_became_of_its_own(cast: Cast, client: Client) -> None:
    own, far = activity(cast, title="本单位的火箭"), activity(cast, unit=cast.far_unit, title="别处的火箭")
    hidden = activity(cast, unit=cast.far_unit, title="别处下架的火箭")
    for what in (own, far, hidden):
        chosen(cast, what)
    takedown.take_down(hidden, by=cast.office, ground="false", source="来信", evidence="无依据")
    come_in(client, cast.owner)

    page = client.get("/desk/highlights/").content.decode()

    assert "本单位入选的活动" in page and "本单位的火箭" in page and "别处的火箭" in page
    assert "别处下架的火箭" not in page and "选这项" not in page


def test_table_holds_every_day_and_hostile_titles_stay_text(cast: Cast, client: Client) -> None:
    hostile = '=HYPERLINK("http://evil.example","赢大奖")'
    chosen(cast, activity(cast, title=hostile), line="@看火箭")
    come_in(client, cast.office)

    sheet = openpyxl.load_workbook(BytesIO(client.get("/desk/highlights/table.xlsx").content)).active

    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 31
    row = next(row for row in rows if row[0] == str(DAY))
    assert (row[3], row[4], row[7]) == (f"'{hostile}", "'@看火箭", "福田区")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
