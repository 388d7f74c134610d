"""One number is the same wherever it stands, and everybody sees the branch that is theirs."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kepuyue.activities.models import Activity, State
from kepuyue.bookings.models import Booking, BookingTerms, CheckIn, Quota
from kepuyue.bookings.models.feedback import Feedback
from kepuyue.core import tables
from kepuyue.core.time import now
from kepuyue.insight import board, drawing, export
from kepuyue.insight.board import Choice
from kepuyue.insight.indicators import BY_SESSION, INDICATORS, LINKED, NOT_STATED, OWN, SPLITS
from kepuyue.insight.naming import Names
from kepuyue.summaries.models import Figure
from tests.cast import Cast
from tests.factories import ActivityFactory, EditionFactory, SessionFactory, SummaryFactory, VenueFactory

pytestmark = pytest.mark.usefixtures("in_the_month")
ADDRESS = "/desk/insight/"
DAY = date(2024, 9, 14)


def public(cast: Cast, *, sessions: int = 1, **facts: Any) -> Activity:
    made: Any = ActivityFactory(
        **{"edition": cast.edition, "organization": cast.own_unit, "state": State.PUBLISHED} | facts, sessions=sessions
    )  # fmt: skip
    return made


def happen(
    activity: Activity, *, seats: int = 10, came: int = 2, walked_in: int = 3, marks: tuple[int, ...] = (4, 5)
) -> None:
    """At its first session seats were given out, people came and answered."""
    session = activity.sessions.order_by("starts_at")[0]
    terms = BookingTerms.objects.create(session=session, opens_at=now())
    Quota.objects.create(terms=terms, channel="online", capacity=seats, taken=came)
    booking = Booking.objects.create(
        session=session, code=f"B{activity.pk:05d}", state="confirmed", seats=came, person=f"p{activity.pk}", key=f"k{activity.pk}",
        day=date(2024, 9, 14), nth=1, arrived_at=now(),
    )  # fmt: skip
    for result, people, of in (
        ("first", came, booking),
        ("again", came, booking),
        ("walk_in", walked_in, None),
    ):
        if people:
            CheckIn.objects.create(
                session=session, booking=of, device="d", key=f"{activity.pk}-{result}", seats=people, result=result,
                scanned_at=now(),
            )  # fmt: skip
    for number, mark in enumerate(marks):
        Feedback.objects.create(
            session=session,
            device=f"{activity.pk}-{number}",
            day=date(2024, 9, 14),
            answers={"1": mark, "2": mark},
        )


def city(cast: Cast) -> None:
    """Activities of every sort: in two districts, classified or not, with and without sessions, summed up."""
    one = public(
        cast,
        sessions=3,
        terms=["tier:district", "audience:children", "audience:older_people", "content:frontier"],
    )
    happen(one)
    one.sessions.order_by("-starts_at").update(venue=VenueFactory(district=cast.other_district.district))
    far = public(cast, organization=cast.far_unit, sessions=2, terms=["tier:department", "audience:children"])
    happen(far, seats=4, came=4, walked_in=0, marks=(1,))
    SummaryFactory(activity=far, filed="accepted")
    public(cast, sessions=0)
    called_off = public(cast, sessions=2, state=State.CANCELLED, published_at=now())
    assert called_off.is_public
    postponed = public(cast, sessions=1)
    postponed.sessions.update(is_postponed=True)
    partly = public(cast, sessions=2, terms=["tier:district"])
    partly.sessions.filter(pk=partly.sessions.order_by("pk")[0].pk).update(is_cancelled=True)
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, sessions=1)  # a draft counts nowhere


def test_each_kind_of_thing_is_counted_by_its_definition(cast: Cast) -> None:
    city(cast)

    found = board.of(cast.edition)

    values = {code: INDICATORS[code].plain(found.value(code)) for code in INDICATORS}
    assert {code: value for code, value in values.items() if INDICATORS[code].is_live} == {
        "activities": 5, "scheduled": 6, "begun": 2, "called-off": 3, "seats": 14, "taken": 6, "fill": 43,
        "arrivals": 6, "walk-ins": 3, "opened": 0, "rating": 3.33, "answers": 3, "owed": 1, "filed": 1, "accepted": 1,
    }  # fmt: skip
    assert (values["visits-count"], values["satisfaction"], values["visits-estimate"]) == (30, None, 0)


def test_a_row_of_a_split_is_what_the_board_of_that_row_comes_to(cast: Cast) -> None:
    city(cast)
    whole = board.of(cast.edition)

    told = []
    for split in SPLITS:
        for key in whole.splits[split]:
            part = board.of(cast.edition, Choice().of(split, key))
            for code, one in INDICATORS.items():
                if split in one.splits:
                    told.append(
                        (
                            split,
                            key,
                            code,
                            one.plain(whole.part(split, key, code)),
                            one.plain(part.value(code)),
                        )
                    )

    assert [row for row in told if row[3] != row[4]] == []
    assert len(told) > 200


def test_what_a_number_comes_from_adds_up_to_it(cast: Cast) -> None:
    city(cast)
    found = board.of(cast.edition, Choice(district="futian", last=date(2024, 9, 15)))

    for code, one in INDICATORS.items():
        assert one.fold.together(value for _row, value in found.lines(code)) == found.value(code), code


def test_conditions_hold_together_for_one_session(cast: Cast) -> None:
    """In 福田 on one day and in 南山 on another is not in 南山 on the first."""
    both = public(cast, sessions=2)
    last = both.sessions.order_by("-starts_at")[0]
    both.sessions.filter(pk=last.pk).update(venue=VenueFactory(district=cast.other_district.district))

    def activities(**choice: Any) -> Any:
        return board.of(cast.edition, Choice(**choice)).value("activities")

    day = date(2024, 9, 14)
    assert activities(first=day, last=day, district="futian") == 1
    assert activities(first=day, last=day, district="nanshan") == 0
    assert activities(district="nanshan") == 1


def test_indicators_say_their_splits_and_days_belong_to_sessions() -> None:
    assert all(set(one.splits) <= set(SPLITS) for one in INDICATORS.values())
    assert {code for code, one in INDICATORS.items() if one.splits == BY_SESSION} == {
        "activities", "scheduled", "begun", "called-off", "seats", "taken", "fill", "arrivals", "walk-ins", "rating", "answers",
    }  # fmt: skip
    assert all(str(one.definition) and str(one.name) for one in INDICATORS.values())


def test_more_activities_ask_no_more_of_the_database(cast: Cast) -> None:
    city(cast)
    with CaptureQueriesContext(connection) as few:
        board.of(cast.edition)
    city(cast)
    with CaptureQueriesContext(connection) as many:
        board.of(cast.edition)

    assert len(many) == len(few) <= 20


def test_a_district_sees_its_branch_the_office_all_and_a_unit_nothing(cast: Cast, sign_in: Any) -> None:
    city(cast)
    rows = f"{ADDRESS}rows/?of=activities&form=csv"

    def told(person: Any) -> int:
        text: str = sign_in(person).get(rows).content.decode("utf-8-sig")
        return len(text.splitlines()) - 1

    assert (told(cast.office), told(cast.district_reviewer), told(cast.other_reviewer)) == (5, 4, 1)
    assert sign_in(cast.owner).get(ADDRESS).status_code == 403


def test_every_number_of_the_page_opens_rows_that_come_to_it(cast: Cast, sign_in: Any) -> None:
    city(cast)
    client = sign_in(cast.office)
    page = client.get(f"{ADDRESS}?tier=district")

    for group in page.context["groups"]:
        for line in group["lines"]:
            assert client.get(line["href"]).context["total"] == line["number"], line["code"]
    for bar in page.context["districts"]:
        assert client.get(bar.href).context["total"] == bar.shown


def test_what_is_not_understood_limits_nothing(cast: Cast, sign_in: Any) -> None:
    public(cast)
    page = sign_in(cast.office).get(f"{ADDRESS}?tier=nowhere&first=2024-02-31&of=everything")

    assert page.status_code == 200
    assert page.context["page"].choice == Choice()
    assert page.context["page"].indicator.code == "activities"


def test_without_an_edition_before_nothing_is_compared(cast: Cast, sign_in: Any) -> None:
    public(cast)

    assert "没有可比的数字" in sign_in(cast.office).get(ADDRESS).content.decode()


def test_the_edition_before_stands_beside_by_the_same_classification(cast: Cast, sign_in: Any) -> None:
    before = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    ActivityFactory.create_batch(2, edition=before, organization=cast.own_unit, state=State.PUBLISHED, sessions=1,
                                 terms=["tier:district"])  # fmt: skip
    public(cast, terms=["tier:district"])

    page = sign_in(cast.office).get(f"{ADDRESS}?first=2024-09-14&last=2024-09-14")

    (activities,) = [line for line in page.context["groups"][0]["lines"] if line["code"] == "activities"]
    assert activities["change"] == "上届2，少50%"
    (tier,) = [one for one in page.context["splits"] if one["name"] == SPLITS["tier"]]
    assert [(bar.shown, bar.last) for bar in tier["bars"] if bar.key == "district"] == [("1", "2")]
    assert sign_in(cast.other_reviewer).get(ADDRESS).context["groups"][0]["lines"][0]["change"] == ""


def test_a_month_that_is_on_is_not_held_against_one_that_is_over(
    cast: Cast, sign_in: Any, clock: Any
) -> None:
    before = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    former = public(cast, edition=before, sessions=10)
    happen(former, came=4)
    last_session = former.sessions.order_by("-starts_at")[0]
    CheckIn.objects.create(
        session=last_session, device="d", key="late", seats=90, result="walk_in", scanned_at=now()
    )
    summary: Any = SummaryFactory(activity=former, filed="accepted")
    Figure.objects.filter(filing__summary=summary, name="visits", method="count").update(value=50_000)
    current = public(cast, sessions=10)
    happen(current, came=2)
    SummaryFactory(activity=current, filed="accepted")
    client = sign_in(cast.office)

    def changes() -> dict[str, str]:
        page = client.get(ADDRESS)
        return {line["code"]: line["change"] for group in page.context["groups"] for line in group["lines"]}

    said = changes()
    assert (said["scheduled"], said["begun"]) == ("与上届一样", "同期：与上届一样")
    assert (said["arrivals"], said["walk-ins"]) == ("同期：上届4，少50%", "同期：与上届一样")
    assert {said[code] for code in ("taken", "fill", "days", "districts", "visits-count", "accepted")} == {""}
    assert "9月30日以后再比，总结里的数字10月15日以后再比" in client.get(ADDRESS).content.decode()
    assert "上届" not in client.get(f"{ADDRESS}?of=visits-count").content.decode().partition('id="splits"')[2]

    clock.set(datetime(2024, 10, 1, 10))
    said = changes()
    assert (said["begun"], said["walk-ins"], said["taken"]) == ("与上届一样", "上届93，少97%", "上届4，少50%")
    assert said["visits-count"] == ""
    assert "总结里的数字10月15日以后再与上届相比" in client.get(ADDRESS).content.decode()

    clock.set(datetime(2024, 10, 16, 10))
    assert changes()["visits-count"] == "上届50,000，少100%"


@pytest.mark.parametrize(
    ("code", "value", "before", "said"),
    [
        ("activities", 3, 2, "上届2，多50%"),
        ("activities", 2, 2, "与上届一样"),
        ("activities", 2, 0, ""),
        ("rating", (900, 2), (800, 2), "上届4.00，多0.50"),
        ("punctual", (100, 2), (180, 2), "上届90，少40"),
        ("rating", (0, 0), (800, 2), "上届4.00"),
    ],
)
def test_change_says_what_was_and_how_much_it_is_now(code: str, value: Any, before: Any, said: str) -> None:
    assert drawing.change(INDICATORS[code], value, before) == said


def test_bars_are_as_long_as_the_longest_that_is_stated(cast: Cast) -> None:
    public(cast, terms=["tier:district"])
    for _number in range(3):
        public(cast)
    found = board.of(cast.edition)

    bars = drawing.bars(found, None, INDICATORS["activities"], "tier", Names(cast.edition), lambda *_key: "")

    assert {bar.key: (bar.shown, bar.length) for bar in bars} == {
        "main_venue": ("0", 0), "district": ("1", 100), "department": ("0", 0), NOT_STATED: ("3", 100),
    }  # fmt: skip


def test_linked_cities_are_a_row_beside_the_districts(cast: Cast, sign_in: Any) -> None:
    public(cast)
    for number in range(2):
        public(cast, title=f"惠州的活动{number}", district=None, city="惠州")
    public(cast, title="不知道在哪里", district=None)
    found, names = board.of(cast.edition), Names(cast.edition)

    bars = {
        bar.key: (bar.name, bar.shown, bar.is_rest, bar.is_cut)
        for bar in drawing.bars(found, None, INDICATORS["activities"], "district", names, lambda *_key: "")
        if not bar.is_empty
    }
    assert bars == {
        "futian": ("福田区", "1", False, False),
        LINKED: ("联动城市", "2", True, True),
        NOT_STATED: ("没有写明", "1", True, False),
    }
    assert found.value("activities") == 4
    # They are no district that the month reached, and what is chosen of the board leaves the same
    assert found.value("districts") == frozenset({"futian"})
    elsewhere = board.of(cast.edition, Choice(district=LINKED))
    assert (elsewhere.value("activities"), elsewhere.value("scheduled")) == (2, 2)
    client = sign_in(cast.office)
    page = client.get(ADDRESS, {"of": "activities"}).content.decode()
    assert "“联动城市”不和其他各项比" in page and "含联动城市的2项活动" in page


def test_linked_cities_alone_are_drawn_whole(cast: Cast) -> None:
    public(cast, title="惠州的活动", district=None, city="惠州")
    found = board.of(cast.edition)

    bars = drawing.bars(
        found, None, INDICATORS["activities"], "district", Names(cast.edition), lambda *_key: ""
    )

    assert [(bar.key, bar.length, bar.is_cut) for bar in bars if not bar.is_empty] == [(LINKED, 100, False)]


def test_the_city_itself_is_chosen_without_the_linked_ones(cast: Cast, sign_in: Any) -> None:
    public(cast)
    public(cast, title="惠州的活动", district=None, city="惠州")
    public(cast, title="不知道在哪里", district=None)
    public(cast, title="没有场次", district=None, city="惠州", sessions=0)
    own, names = board.of(cast.edition, Choice(district=OWN)), Names(cast.edition)

    assert (own.value("activities"), own.value("scheduled")) == (2, 2)
    assert LINKED not in [key for key, _name in own.keys("district", names)]
    assert {key: part["activities"] for key, part in own.splits["district"].items()} == {
        "futian": 1,
        NOT_STATED: 1,
    }
    client = sign_in(cast.office)
    page = client.get(ADDRESS, {"district": OWN}).content.decode()
    assert "所属区：本市" in page and "下面的数字含联动城市" not in page
    # A coverage of the city itself is what it always is: nobody can choose it there
    assert OWN not in client.get(f"{ADDRESS}coverage/").content.decode()


def test_averages_are_held_against_what_states_nothing_too(cast: Cast) -> None:
    happen(public(cast), marks=(5, 5))
    happen(public(cast, district=None), marks=(1, 1))

    bars = drawing.bars(
        board.of(cast.edition), None, INDICATORS["rating"], "district", Names(cast.edition), lambda *_key: ""
    )

    assert {bar.key: (bar.length, bar.is_cut) for bar in bars if not bar.is_empty} == {
        "futian": (100, False),
        NOT_STATED: (20, False),
    }


def test_files_hold_the_whole_and_every_row(cast: Cast, sign_in: Any) -> None:
    city(cast)
    client = sign_in(cast.office)

    text = client.get(f"{ADDRESS}files/?form=csv").content.decode("utf-8-sig").splitlines()
    assert text[1].startswith("合计,,5,6,2")
    assert any(line.startswith("所属区,南山区,2,") for line in text)
    assert client.get(f"{ADDRESS}files/").headers["Content-Type"] == tables.CONTENT_TYPES["xlsx"]
    data = client.get(f"{ADDRESS}files/?form=json&district=nanshan").json()
    assert data["choice"] == {"district": "nanshan"}
    assert data["indicators"][0] == {
        "code": "activities", "name": "活动", "unit": "项", "definition": str(INDICATORS["activities"].definition),
        "value": 2, "splits": data["indicators"][0]["splits"],
    }  # fmt: skip
    assert data["indicators"][0]["splits"]["tier"] == {"district": 1, "department": 1}


def test_days_outside_the_month_stand_in_the_table_and_the_files(cast: Cast) -> None:
    SessionFactory(activity=public(cast), starts_at=now() + timedelta(days=60))
    found = board.of(cast.edition)
    names = Names(cast.edition)

    days = drawing.columns(found, INDICATORS["scheduled"], names, lambda *_key: "")

    assert [one["shown"] for one in days["outside"]] == ["1"]
    assert days["empty"] == 29
    assert any(row[1] == "11月13日（周三）" and row[3] == 1 for row in export.whole_table(found, names)[1])


def test_days_that_are_not_chosen_are_not_drawn_as_empty(cast: Cast) -> None:
    public(cast)
    chosen = Choice(first=date(2024, 9, 14), last=date(2024, 9, 15))

    days = drawing.columns(
        board.of(cast.edition, chosen), INDICATORS["scheduled"], Names(cast.edition), lambda *_key: ""
    )

    assert [(one["number"], one["is_empty"]) for one in days["columns"] if one["is_chosen"]] == [
        (14, False),
        (15, True),
    ]
    assert days["empty"] == 1


def test_rows_that_the_conditions_leave_out_stand_in_no_file(cast: Cast) -> None:
    SessionFactory(activity=public(cast), starts_at=now() + timedelta(days=60))
    names = Names(cast.edition)

    head, *rows = export.whole_table(board.of(cast.edition, Choice(district="nanshan")), names)[1]
    data = export.as_data(board.of(cast.edition), names, "day")

    assert [row[1] for row in rows if row[0] == SPLITS["district"]] == ["南山区"]
    assert head[0] == "合计"
    (scheduled,) = [one for one in data["indicators"] if one["code"] == "scheduled"]
    assert scheduled["splits"]["day"] == {"2024-09-14": 1, "2024-11-13": 1}


def exhibition(cast: Cast) -> Activity:
    """A month of it came to 90,000 counted visits; on the 14th it has one session of 30, in the other district."""
    shown = public(cast, sessions=30)
    shown.sessions.filter(starts_at__date=DAY).update(
        venue=VenueFactory(district=cast.other_district.district)
    )
    summary: Any = SummaryFactory(activity=shown, filed="accepted")
    Figure.objects.filter(filing__summary=summary, name="visits", method="count").update(value=90_000)
    return shown


def test_what_is_known_of_a_whole_activity_is_not_told_of_one_day(cast: Cast, sign_in: Any) -> None:
    exhibition(cast)
    client = sign_in(cast.office)
    chosen = "first=2024-09-14&last=2024-09-14"
    assert board.of(cast.edition).plain("visits-count") == 90_000

    page = client.get(f"{ADDRESS}?{chosen}&of=visits-count")
    numbers = {line["code"]: line["number"] for group in page.context["groups"] for line in group["lines"]}

    whole = {code for code, one in INDICATORS.items() if "day" not in one.splits}
    assert {code for code, number in numbers.items() if number == "—" and code in whole} == whole
    assert (numbers["activities"], numbers["scheduled"]) == ("1", "1")
    assert (
        {bar.shown for bar in page.context["districts"]}
        == {tile["count"] for tile in page.context["tiles"]}
        == {"—"}
    )
    assert "属于整项活动的数字" in page.content.decode()
    assert "属于整项活动的数字" not in client.get(ADDRESS).content.decode()
    rows = client.get(f"{ADDRESS}rows/?{chosen}&of=visits-count")
    assert (rows.context["total"], rows.context["rows"]) == ("—", [])
    assert "还没有来源" not in rows.content.decode()


def test_files_and_the_command_tell_nothing_of_a_day_that_nobody_knows(cast: Cast, sign_in: Any) -> None:
    exhibition(cast)

    data = sign_in(cast.office).get(f"{ADDRESS}files/?form=json&last=2024-09-14").json()
    text = sign_in(cast.office).get(f"{ADDRESS}files/?form=csv&last=2024-09-14").content.decode("utf-8-sig")
    call_command("insight", "--until", "2024-09-14", "--by", "district", stdout=(words := StringIO()))

    found = {one["code"]: one["value"] for one in data["indicators"]}
    assert {code for code, value in found.items() if value is None} >= {
        code for code, one in INDICATORS.items() if "day" not in one.splits
    }
    assert found["activities"] == 1
    assert "90000" not in text and "90,000" not in words.getvalue()
    assert "参与群众（清点）：—\n  福田区  —\n" in words.getvalue()


def test_beside_districts_it_is_said_that_activities_count_in_full_in_each(cast: Cast, sign_in: Any) -> None:
    exhibition(cast)
    client = sign_in(cast.office)

    found = board.of(cast.edition)
    said = client.get(ADDRESS).content.decode().count("在每个区都算全数")
    filtered = client.get(f"{ADDRESS}?district=nanshan").content.decode().count("在每个区都算全数")

    assert [found.plain("visits-count", "district", key) for key in ("futian", "nanshan")] == [90_000] * 2
    assert (said, filtered) == (2, 3)
    assert "在每个区都算全数" in client.get(f"{ADDRESS}rows/?district=nanshan").content.decode()


def test_the_command_prints_the_same_numbers(cast: Cast) -> None:
    city(cast)
    out = StringIO()

    call_command("insight", edition=cast.edition.code, tier="district", format="json", by="day", stdout=out)

    data = json.loads(out.getvalue())
    found = {one["code"]: one["value"] for one in data["indicators"]}
    assert (found["activities"], found["scheduled"]) == (2, 4)
    assert data["indicators"][0]["splits"] == {"day": {"2024-09-14": 1, "2024-09-15": 2, "2024-09-16": 1}}
    call_command("insight", "--by", "tier", stdout=(words := StringIO()))
    assert words.getvalue().startswith("活动：5 项\n  深圳主场活动  0\n")


@pytest.mark.parametrize(("option", "value"), [("edition", "nowhere"), ("tier", "nowhere")])
def test_the_command_refuses_what_there_is_not(cast: Cast, option: str, value: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("insight", **{option: value})

    assert refused.value.returncode == 2
