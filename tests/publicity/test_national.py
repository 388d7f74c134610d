"""Key activities: put forward, decided, exported for the national platform, noted back, changed since, reminded."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.activities.actions import publication, rescheduling
from kepuyue.activities.models import Activity, State
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition, KeyDate
from kepuyue.imports.actions import platform
from kepuyue.messaging.models import Message
from kepuyue.publicity import key_activities, national_table
from kepuyue.publicity.actions import key_activities as deciding
from kepuyue.publicity.actions import posting
from kepuyue.publicity.models import KeyDecision, PlatformEntry
from tests.activities import acting
from tests.cast import Cast, come_in
from tests.conftest import Clock
from tests.factories import ActivityFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
ADDRESS = "https://platform.example/activity/1"


def public(cast: Cast, **facts: Any) -> Activity:
    made: Activity = ActivityFactory(
        organization=facts.pop("unit", cast.own_unit), state=State.PUBLISHED, sessions=1, **facts
    )
    return made


def listed(cast: Cast, **facts: Any) -> Activity:
    made = public(cast, **facts)
    deciding.enlist(made, by=cast.office)
    return made


def posted(cast: Cast, **facts: Any) -> Activity:
    made = listed(cast, **facts)
    posting.note(made, by=cast.editor, address=ADDRESS)
    return made


def state_of(activity: Activity) -> str:
    found = key_activities.rows(Activity.objects.filter(pk=activity.pk), activity.edition)
    return found[0].state if found else ""


def rule(cast: Cast, decided_by: str) -> None:
    cast.edition.policy = {"key_activities": {"decided_by": decided_by}}
    cast.edition.save(update_fields=["policy"])


def told(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("person__name", flat=True))


def test_unit_puts_forward_and_its_superior_decides(cast: Cast) -> None:
    made = public(cast)

    deciding.propose(made, by=cast.editor)
    deciding.propose(made, by=cast.editor)
    assert (state_of(made), told("key.turn")) == ("proposed", ["福田审核人"])
    deciding.enlist(made, by=cast.district_reviewer)

    assert (state_of(made), told("key.news")) == ("unposted", ["填报人", "负责人"])
    assert KeyDecision.objects.get().organization == cast.own_district
    trail = [row.action for row in audit.trail(made) if row.action.startswith("key.")]
    assert trail == ["key.enlist", "key.propose"]


def test_refusal_says_why_and_can_be_asked_again(cast: Cast) -> None:
    made = public(cast)
    deciding.propose(made, by=cast.editor)

    with pytest.raises(ValidationError):
        deciding.decline(made, by=cast.district_reviewer, reason=" ")
    deciding.decline(made, by=cast.district_reviewer, reason="和区里的重复")
    assert state_of(made) == "declined"
    with pytest.raises(NotPossibleNow):
        deciding.withdraw(made, by=cast.editor)

    deciding.propose(made, by=cast.editor)
    assert state_of(made) == "proposed"
    deciding.withdraw(made, by=cast.editor)
    assert state_of(made) == ""


@pytest.mark.parametrize("person", ["owner", "editor", "other_reviewer", "department_reviewer", "moderator"])
def test_nobody_decides_but_those_above(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        deciding.enlist(public(cast), by=getattr(cast, person))


@pytest.mark.parametrize("person", ["colleague", "other_reviewer", "check_in", "outsider"])
def test_nobody_puts_forward_or_notes_for_others(cast: Cast, person: str) -> None:
    by, made = getattr(cast, person), listed(cast)

    with pytest.raises(PermissionDenied):
        deciding.propose(public(cast), by=by)
    with pytest.raises(PermissionDenied):
        posting.note(made, by=by, address=ADDRESS)


def test_rule_of_the_edition_says_who_decides(cast: Cast) -> None:
    rule(cast, "city")
    made = public(cast)
    deciding.propose(made, by=cast.editor)
    assert told("key.turn") == ["市管理员"]
    with pytest.raises(PermissionDenied):
        deciding.enlist(made, by=cast.district_reviewer)
    assert deciding.enlist(made, by=cast.office).organization == cast.office_unit

    rule(cast, "unit")
    free = public(cast)
    deciding.propose(free, by=cast.editor)
    free = Activity.objects.select_related("edition").get(pk=free.pk)
    assert (state_of(free), key_activities.is_key(free)) == ("unposted", True)


def test_another_city_and_what_was_called_off_are_none(cast: Cast) -> None:
    gone = public(cast)
    publication.cancel(gone, by=cast.owner, reason="停电")

    with pytest.raises(NotPossibleNow):
        deciding.enlist(gone, by=cast.office)
    with pytest.raises(ValidationError):
        deciding.enlist(public(cast, city="广州", district=None), by=cast.office)


def test_what_is_under_review_is_not_put_forward_meanwhile(cast: Cast) -> None:
    pending = acting.handed_in(cast)

    with pytest.raises(NotPossibleNow):
        deciding.propose(pending.activity, by=cast.editor)

    assert not AuditEvent.objects.filter(action="key.propose").exists()


def test_address_is_noted_once_and_a_change_since_is_told(cast: Cast) -> None:
    made = listed(cast)
    with pytest.raises(NotPossibleNow):
        posting.note(public(cast), by=cast.office, address=ADDRESS)

    entry = posting.note(made, by=cast.editor, address=f" {ADDRESS} ", posted_on=date(2024, 9, 10))
    again = posting.note(made, by=cast.editor, address=ADDRESS)
    assert (entry.address, entry.posted_on, again.noted_at) == (ADDRESS, date(2024, 9, 10), entry.noted_at)
    assert state_of(made) == "posted"

    rescheduling.postpone(made.sessions.get(), by=cast.owner, reason="暴雨")
    row = key_activities.rows(Activity.objects.filter(pk=made.pk), cast.edition)[0]
    assert (row.state, row.changed) == ("changed", ["状态", "各场次时间和地点"])
    posting.note(made, by=cast.editor, address=ADDRESS)
    assert state_of(made) == "posted"
    assert PlatformEntry.objects.get().posted_on == date(2024, 9, 10)
    assert [row.action for row in audit.trail(made)[:3]] == ["key.post", "session.postponed", "key.post"]


def test_contacts_are_not_kept_and_their_change_asks_for_nothing(cast: Cast) -> None:
    made = posted(cast, contact_name="赵丽", contact_phone="0755-80000000")

    Activity.objects.filter(pk=made.pk).update(contact_name="钱进")

    assert state_of(made) == "posted"
    assert "赵丽" not in str(PlatformEntry.objects.get().posted)


def test_what_is_called_off_after_posting_waits_until_the_platform_says_so(cast: Cast) -> None:
    made, never = posted(cast), listed(cast)
    for one in (made, never):
        publication.cancel(one, by=cast.owner, reason="停电")

    assert (state_of(made), state_of(never)) == ("off", "dropped")
    posting.note(made, by=cast.editor, address=ADDRESS)
    assert state_of(made) == "posted"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://a.example/1", "//a.example", "https://", "平台",
                                     "https://known.example@evil.example/", "https://a.example/" + "x" * 500])  # fmt: skip
def test_only_an_address_of_the_web_is_noted(cast: Cast, address: str) -> None:
    with pytest.raises(ValidationError):
        posting.note(listed(cast), by=cast.editor, address=address)

    assert not PlatformEntry.objects.exists()


def test_day_of_posting_lies_not_ahead_and_nothing_is_noted_before_publicity(
    cast: Cast, clock: Clock
) -> None:
    made = listed(cast)
    with pytest.raises(ValidationError):
        posting.note(made, by=cast.editor, address=ADDRESS, posted_on=date(2024, 9, 15))

    clock.set(datetime(2024, 8, 20, 12))
    with pytest.raises(NotPossibleNow):
        posting.note(made, by=cast.editor, address=ADDRESS)


def sheet_of(answer: Any) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return list(sheet.iter_rows(values_only=True))


def test_table_leaves_from_the_publicity_date_on_and_not_before(
    cast: Cast, client: Client, clock: Clock
) -> None:
    hostile = "=1+cmd|' /C calc'!A0"
    made = listed(cast, title=hostile, summary="@看", terms=["tier:district", "audience:children"])
    public(cast, title="不是重点")
    clock.set(datetime(2024, 8, 20, 23, 59))
    come_in(client, cast.office)
    early = client.get("/desk/key-activities/table.xlsx", follow=True)
    assert "从8月21日（周三）起可以导出" in early.content.decode()

    clock.set(datetime(2024, 8, 21, 0, 1))
    come_in(client, cast.office)
    head, row = sheet_of(client.get("/desk/key-activities/table.xlsx", headers={"accept-language": "en"}))

    found = dict(zip(head, row, strict=True))
    assert (found["编号"], found["活动名称"], found["活动简介"]) == (made.code, f"'{hostile}", "'@看")
    assert (found["活动标签"], found["活动板块"], found["面向人群"], found["活动形式"]) == (
        "2024年全国科普日活动", "各区分会场活动", "少年儿童", "线下",
    )  # fmt: skip
    assert AuditEvent.objects.filter(action="key.export").count() == 1


def test_edition_without_a_publicity_date_opens_with_its_month(cast: Cast) -> None:
    KeyDate.objects.filter(edition=cast.edition, kind=KeyDate.Kind.PUBLICITY_OPENS).delete()

    assert key_activities.opens_on(Edition.objects.get(pk=cast.edition.pk)) == cast.edition.starts_on


def test_each_takes_along_only_their_own(cast: Cast, client: Client) -> None:
    own, far = listed(cast), listed(cast, unit=cast.far_unit)
    for person, codes in (
        ("owner", {own.code}),
        ("other_reviewer", {far.code}),
        ("office", {own.code, far.code}),
    ):
        come_in(client, getattr(cast, person))
        rows = sheet_of(client.get("/desk/key-activities/table.xlsx"))[1:]
        assert {row[0] for row in rows} == codes


def filled(client: Client, fill: Callable[[Any, dict[str, int]], None]) -> bytes:
    """The table as it was exported, with something filled in."""
    book = openpyxl.load_workbook(BytesIO(client.get("/desk/key-activities/table.xlsx").content))
    sheet = book.active
    assert sheet is not None
    columns = {cell.value: cell.column for cell in sheet[1]}
    fill(sheet, columns)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def test_table_comes_back_with_addresses_and_a_second_time_changes_nothing(
    cast: Cast, client: Client
) -> None:
    first, second, bad = listed(cast), listed(cast), listed(cast)
    come_in(client, cast.office)
    say = {first.code: ADDRESS, bad.code: "javascript:alert(1)"}

    def fill(sheet: Any, columns: dict[str, int]) -> None:
        for row in range(2, sheet.max_row + 1):
            code = sheet.cell(row, columns["编号"]).value
            sheet.cell(row, columns["平台网址"]).value = say.get(code)
            if code == first.code:
                sheet.cell(row, columns["平台发布日期"]).value = datetime(2024, 9, 1)
        sheet.append(["ZZZZZZ"])
        sheet.cell(sheet.max_row, columns["平台网址"]).value = ADDRESS

    data = filled(client, fill)
    outcomes = platform.note_all(data, edition=cast.edition, by=cast.office)
    again = platform.note_all(data, edition=cast.edition, by=cast.office)

    assert sorted(one.state for one in outcomes) == ["done", "refused", "refused"]
    assert sorted(one.state for one in again) == ["known", "refused", "refused"]
    entry = PlatformEntry.objects.get()
    assert (entry.activity, entry.address, entry.posted_on) == (first, ADDRESS, date(2024, 9, 1))
    assert state_of(second) == "unposted"


def test_table_sent_back_as_it_was_exported_says_nothing_was_brought_up_to_date(
    cast: Cast, client: Client
) -> None:
    made = listed(cast)
    posting.note(made, by=cast.editor, address=ADDRESS, posted_on=date(2024, 9, 1))
    rescheduling.postpone(made.sessions.get(), by=cast.owner, reason="暴雨")
    come_in(client, cast.office)
    assert state_of(made) == "changed"

    def new_date(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(2, columns["平台发布日期"]).value = datetime(2024, 9, 10)

    untouched, dated = filled(client, lambda _sheet, _columns: None), filled(client, new_date)

    (same,) = platform.note_all(untouched, edition=cast.edition, by=cast.office)
    assert (same.state, state_of(made)) == ("known", "changed")
    (told,) = platform.note_all(dated, edition=cast.edition, by=cast.office)
    assert (told.state, state_of(made)) == ("done", "posted")


def test_page_of_the_import_says_what_came_of_each_row(cast: Cast, client: Client) -> None:
    own, far = listed(cast), listed(cast, unit=cast.far_unit, title="别处的重点")
    come_in(client, cast.owner)
    text = f"编号,平台网址\n{own.code},{ADDRESS}\n{far.code},{ADDRESS}\n{own.code},<script>\n"

    page = client.post("/desk/imports/platform/", {"file": _file(text.encode(), "表.csv")}).content.decode()
    no_table = client.post("/desk/imports/platform/", {"file": _file("甲,乙\n1,2\n".encode(), "表.csv")})

    assert own.title in page and "没有这个编号的活动，或者不归您管。" in page and "别处的重点" not in page
    assert "&lt;script&gt;" in page
    assert (no_table.status_code, "没有找到“编号”和“平台网址”两栏" in no_table.content.decode()) == (
        422,
        True,
    )


def _file(data: bytes, name: str) -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def test_units_with_something_to_do_are_reminded_once_a_day(cast: Cast, clock: Clock) -> None:
    listed(cast)
    posted(cast)
    unmanned = listed(cast, unit=cast.far_unit)
    Message.objects.all().delete()

    def remind() -> tuple[int, list[Any]]:
        rows = key_activities.rows(key_activities.overseen_by(cast.office), cast.edition)
        return posting.remind(rows, cast.edition, by=cast.office)

    assert remind() == (1, [unmanned.organization])
    assert remind() == (0, [unmanned.organization])
    assert told("key.news") == ["填报人", "负责人"]
    clock.set(datetime(2024, 9, 15, 10))
    assert remind()[0] == 1


def test_tallies_count_what_is_listed_and_what_is_due(cast: Cast) -> None:
    listed(cast)
    posted(cast)
    listed(cast, unit=cast.far_unit)
    deciding.propose(public(cast), by=cast.editor)
    rows = key_activities.rows(Activity.objects.all(), cast.edition)

    assert sorted((one.name, one.listed, one.due) for one in key_activities.by_district(rows)) == [
        ("南山区", 1, 1), ("福田区", 2, 1),
    ]  # fmt: skip
    assert [(one.name, one.due) for one in key_activities.by_unit(rows)] == [
        ("南山区天文台", 1), ("福田区少年宫", 1),
    ]  # fmt: skip


def test_list_asks_the_database_no_more_often_because_it_is_longer(
    cast: Cast, client: Client, django_assert_num_queries: Any
) -> None:
    rows = [posted(cast), listed(cast), public(cast, is_key=True)]
    with django_assert_num_queries(6):
        key_activities.rows(Activity.objects.all(), cast.edition)
    assert len(rows) == 3
    for _number in range(4):
        posted(cast)
    with django_assert_num_queries(6):
        key_activities.rows(Activity.objects.all(), cast.edition)


def test_interface_says_key_of_what_is_listed_only(cast: Cast, client: Client) -> None:
    proposed, made = public(cast, is_key=True), listed(cast)

    answers = {
        one.code: client.get(f"/api/v1/activities/{one.code}").json()["is_key"] for one in (proposed, made)
    }

    assert answers == {proposed.code: False, made.code: True}


def test_table_knows_every_column_twice_or_not_at_all(cast: Cast) -> None:
    head, _rows = national_table.written([])

    assert len(head) == len(set(head)) and {national_table.CODE, national_table.ADDRESS} <= set(head)
    assert set(head) >= national_table.APART


def test_address_that_is_none_stays_in_its_field_under_its_activity(cast: Cast, client: Client) -> None:
    made, other = listed(cast), listed(cast)
    come_in(client, cast.owner)

    answer = client.post(f"/desk/key-activities/{made.code}/address/", {"address": "还没有 网址"})

    assert answer.status_code == 422
    (row,) = [one for one in answer.context["rows"] if one["refused"]]
    assert row["row"].activity == made != other
    page = answer.content.decode()
    assert 'value="还没有 网址"' in page and page.count("<details open>") == 1
    assert not PlatformEntry.objects.exists()


def test_box_in_the_form_puts_forward_and_takes_back(cast: Cast, client: Client) -> None:
    made = acting.draft(cast)
    come_in(client, cast.editor)
    address = f"/desk/key-activities/{made.code}/wish/"

    assert "checked" not in client.get(address).content.decode()
    ticked = client.post(address, {"put_forward": "1"}).content.decode()
    assert ("checked" in ticked, "待认定" in ticked, state_of(made)) == (True, True, "proposed")
    again = client.post(address, {}).content.decode()

    assert ("checked" in again, state_of(made)) == (False, "")
    assert [row.action for row in audit.trail(made) if row.action.startswith("key.")] == [
        "key.withdraw",
        "key.propose",
    ]


def test_box_gives_way_to_what_was_decided_and_the_desk_says_why(cast: Cast, client: Client) -> None:
    made = public(cast)
    deciding.propose(made, by=cast.editor)
    deciding.decline(made, by=cast.district_reviewer, reason="和区里的重复")
    come_in(client, cast.editor)

    for address in (f"/desk/key-activities/{made.code}/wish/", f"/desk/key-activities/{made.code}/"):
        page = client.get(address).content.decode()
        assert "不列为重点活动" in page and "和区里的重复" in page and "再推荐一次" in page
        assert "checkbox" not in page
    again = client.post(f"/desk/key-activities/{made.code}/wish/", {"put_forward": "1"}).content.decode()

    assert "待认定" in again and state_of(made) == "proposed"


def test_box_says_why_nothing_can_be_put_forward_while_it_is_reviewed(cast: Cast, client: Client) -> None:
    made = acting.handed_in(cast).activity
    come_in(client, cast.editor)

    answer = client.post(f"/desk/key-activities/{made.code}/wish/", {"put_forward": "1"})

    assert answer.status_code == 409 and "alert" in answer.content.decode()
    assert state_of(made) == ""


def test_linked_city_has_no_box(cast: Cast, client: Client) -> None:
    made = public(cast, city="广州", district=None)
    come_in(client, cast.editor)

    assert client.get(f"/desk/key-activities/{made.code}/wish/").status_code == 404
    assert "key-wish" not in client.get(f"/desk/activities/{made.code}/edit/classification/").content.decode()


@pytest.mark.parametrize(
    ("decided_by", "says"),
    [("superior", "上级单位认定"), ("city", "市级统筹单位认定"), ("unit", "打了勾就是重点活动")],
)
def test_box_tells_who_decides(cast: Cast, client: Client, decided_by: str, says: str) -> None:
    rule(cast, decided_by)
    made = acting.draft(cast)
    come_in(client, cast.editor)

    assert says in client.get(f"/desk/key-activities/{made.code}/wish/").content.decode()
