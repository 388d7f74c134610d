"""Opening offers of bases: what they promise, the superior's check, reminders, and the public pages."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.messaging.models import Message
from kepuyue.resources import timetable
from kepuyue.resources.actions import openings
from kepuyue.resources.forms.openings import OpeningForm
from kepuyue.resources.models import Opening
from tests.cast import Cast
from tests.factories import EditionFactory, OpeningFactory, UnitFactory
from tests.factories.resources import OPENING
from tests.resources.acting import fresh

pytestmark = pytest.mark.usefixtures("in_the_month")
MONTH = [date(2024, 9, day) for day in range(1, 31)]


def filed(cast: Cast, **content: Any) -> Opening:
    openings.save(cast.own_unit, cast.edition, OPENING | content, by=cast.editor, version=0)
    return openings.file(cast.own_unit, cast.edition, by=cast.editor)


def public(cast: Cast) -> Opening:
    opening = filed(cast)
    return openings.confirm(opening, by=cast.district_reviewer, version=opening.version)


def test_promise_counts_open_days_and_hours_of_the_month() -> None:
    week = {"hours": {"1": ["09:00", "17:00"], "5": ["10:00", "12:30"]}, "closed": ["2024-09-17"]}

    assert timetable.promised(week, MONTH) == timetable.Promise(days=7, hours=34.0)


def test_one_half_day_in_the_month_is_thin() -> None:
    once = timetable.promised({"special": [["2024-09-21", "09:00", "11:30"]]}, MONTH)

    assert (once.days, once.hours, once.is_thin) == (1, 2.5, True)
    assert not timetable.promised(OPENING, MONTH).is_thin


def test_single_day_goes_before_weekday_and_closed_day() -> None:
    content = OPENING | {"closed": ["2024-09-14"], "special": [["2024-09-14", "13:00", "15:00"]]}

    assert str(timetable.span_on(content, date(2024, 9, 14))) == "13:00–15:00"
    assert timetable.span_on(OPENING | {"closed": ["2024-09-14"]}, date(2024, 9, 14)) is None


@pytest.mark.parametrize(("day", "saturday"), [(9, 14), (14, 14), (15, 14), (16, 21)])
def test_weekend_is_the_one_at_hand(day: int, saturday: int) -> None:
    assert timetable.weekend_of(date(2024, 9, day))[0].day == saturday


def test_opening_is_public_once_the_superior_confirmed_it(cast: Cast, client: Client) -> None:
    opening = filed(cast)
    address = f"/bases/{cast.own_unit.code}/"
    assert client.get(address).status_code == 404

    openings.confirm(opening, by=cast.district_reviewer, version=opening.version)

    assert client.get(address).status_code == 200
    assert [m.subject for m in Message.objects.filter(person=cast.owner)] == [
        f"开放安排已公开：{cast.own_unit}"
    ]


def test_change_shows_only_after_it_is_confirmed_again(cast: Cast, client: Client) -> None:
    opening = public(cast)

    openings.save(
        cast.own_unit,
        cast.edition,
        OPENING | {"how_to_visit": "改走北门"},
        by=cast.editor,
        version=opening.version,
    )

    text = client.get(f"/bases/{cast.own_unit.code}/").content.decode()
    assert "竹子林站" in text and "改走北门" not in text
    assert fresh(opening).state == "draft"


def test_nobody_confirms_their_own_units_opening(cast: Cast) -> None:
    opening = filed(cast)

    for person in (cast.owner, cast.editor, cast.other_reviewer):
        with pytest.raises(PermissionDenied):
            openings.confirm(opening, by=person, version=opening.version)


def test_what_was_not_read_is_not_confirmed(cast: Cast) -> None:
    opening = filed(cast)

    with pytest.raises(Conflict):
        openings.confirm(opening, by=cast.office, version=opening.version - 1)


def test_two_people_who_write_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    openings.save(cast.own_unit, cast.edition, OPENING, by=cast.editor, version=0)

    with pytest.raises(Conflict):
        openings.save(cast.own_unit, cast.edition, OPENING | {"note": "乙"}, by=cast.owner, version=0)


def test_filing_names_what_is_missing(cast: Cast) -> None:
    openings.save(cast.own_unit, cast.edition, {"hours": {}}, by=cast.editor, version=0)

    with pytest.raises(ValidationError) as refused:
        openings.file(cast.own_unit, cast.edition, by=cast.editor)

    assert refused.value.messages == [
        "请填写每周开放时间，或至少一个单独开放的日期。",
        "请选择免费、优惠还是收费。",
        "请选择预约方式。",
        "请写明怎样到达和参观。",
    ]


def test_given_back_with_a_remark_it_is_filed_again(cast: Cast) -> None:
    opening = filed(cast)

    openings.give_back(opening, by=cast.district_reviewer, version=opening.version, remark="闭馆日漏了中秋")

    assert (fresh(opening).state, fresh(opening).remark) == ("returned", "闭馆日漏了中秋")
    assert openings.file(cast.own_unit, cast.edition, by=cast.editor).state == "filed"


def test_last_editions_opening_is_copied_without_its_single_dates(cast: Cast) -> None:
    before = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, with_taxonomies=False)
    OpeningFactory(organization=cast.own_unit, edition=before, content=OPENING | {"closed": ["2023-09-29"]})

    copied = openings.copy_last(cast.own_unit, cast.edition, by=cast.editor)

    assert copied.content == {
        name: value for name, value in OPENING.items() if name not in ("closed", "special")
    }
    with pytest.raises(NotPossibleNow):
        openings.copy_last(cast.own_unit, cast.edition, by=cast.editor)


def test_reminder_reaches_who_has_not_filed_once_a_day_and_names_who_cannot_be_told(cast: Cast) -> None:
    empty = UnitFactory(name="无人值守馆", parent=cast.own_district)

    first = openings.remind([cast.own_unit, empty], cast.edition, by=cast.district_reviewer)
    again = openings.remind([cast.own_unit], cast.edition, by=cast.district_reviewer)

    assert (first, again) == ((1, [empty]), (0, []))
    assert Message.objects.filter(person=cast.owner, kind="opening.turn").count() == 1
    with pytest.raises(PermissionDenied):
        openings.remind([cast.far_unit], cast.edition, by=cast.district_reviewer)


def test_form_reads_days_as_people_write_them(cast: Cast) -> None:
    typed = {
        "special": "9月14日 09:00-11:30\n2024-09-21 9：00—11：00",
        "closed": "9/17，9月29日",
        "from_1": "09:00",
        "until_1": "17:00",
    }
    form = OpeningForm(typed, edition=cast.edition, content={})

    assert form.is_valid(), form.errors
    content = form.content()
    assert content["special"] == [["2024-09-14", "09:00", "11:30"], ["2024-09-21", "09:00", "11:00"]]
    assert (content["closed"], content["hours"]) == (["2024-09-17", "2024-09-29"], {"1": ["09:00", "17:00"]})


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"special": "中秋节上午"}, "special"),
        ({"special": "9月14日 25:00-26:00"}, "special"),
        ({"closed": "2月30日"}, "closed"),
        ({"from_1": "09:00"}, "until_1"),
        ({"from_1": "17:00", "until_1": "09:00"}, "until_1"),
        ({"admission": "discounted"}, "admission_note"),
        ({"booking": "external"}, "booking_note"),
        ({"booking_url": "javascript:alert(1)"}, "booking_url"),
    ],
)
def test_form_says_where_the_slip_is(typed: dict[str, str], field: str, cast: Cast) -> None:
    form = OpeningForm(typed, edition=cast.edition, content={})

    assert list(form.errors) == [field]


def test_list_is_filtered_by_today_and_weekend(cast: Cast, client: Client) -> None:
    OpeningFactory(organization=cast.own_unit, state="confirmed")
    OpeningFactory(
        organization=cast.far_unit, state="confirmed", content=OPENING | {"hours": {"1": ["09:00", "12:00"]}}
    )

    def shown(query: str) -> list[bool]:
        text = client.get(f"/bases/{query}").content.decode()
        return [unit.name in text for unit in (cast.own_unit, cast.far_unit)]

    # It is Saturday 14 September
    assert [shown(q) for q in ("", "?open=today", "?open=weekend", "?district=nanshan", "?open=odd")] == [
        [True, True], [True, False], [True, False], [False, True], [True, True],
    ]  # fmt: skip
