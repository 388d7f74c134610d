"""Figures once published stay as they were, and the annual statistics are typed where they cannot be known."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from kepuyue.activities.models import State
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.insight import national
from kepuyue.insight.actions import publishing, returning
from kepuyue.insight.board import Choice
from kepuyue.insight.models import Release, StatisticsReturn
from kepuyue.insight.permissions import in_branch
from kepuyue.summaries.models import Figure, Summary
from tests.cast import Cast
from tests.factories import (
    ActivityFactory,
    ReleaseFactory,
    SessionFactory,
    SummaryFactory,
    TaxonomyFactory,
    TermFactory,
)

pytestmark = pytest.mark.usefixtures("in_the_month")
ADDRESS = "/desk/insight/releases/"


def publish(cast: Cast, by: Any = None, **facts: Any) -> Release:
    usual = {
        "codes": ["activities", "rating"],
        "splits": ["district", "day"],
        "title": "第一周",
        "token": uuid4(),
    }
    choice = facts.pop("choice", Choice())
    return publishing.publish(cast.edition, choice, by=by or cast.office, **usual | facts)


def public(cast: Cast, **facts: Any) -> Any:
    return ActivityFactory(
        **{"edition": cast.edition, "organization": cast.own_unit, "state": State.PUBLISHED, "sessions": 1}
        | facts
    )


def test_what_is_published_stays_while_the_board_goes_on(cast: Cast, sign_in: Any) -> None:
    public(cast)
    made = publish(cast)
    public(cast)

    figure, rating = made.figures.all()
    assert (figure.value, figure.words["en"]["unit"], figure.said["definition"][:2]) == (
        1,
        "activities",
        "已经",
    )
    assert [row["key"] for row in figure.splits[0]["rows"] if row["value"]] == ["futian"]
    assert (rating.value, rating.said["shown"]) == (None, "—")
    line = sign_in(cast.office).get(f"{ADDRESS}{made.pk}/").context["lines"][0]
    assert (line["figure"].value, line["live"], line["differs"]) == (1, "2", True)


def test_what_it_comes_to_now_is_for_those_who_see_everything(cast: Cast, sign_in: Any) -> None:
    public(cast, organization=cast.far_unit)
    made = publish(cast, splits=[])
    ActivityFactory.create_batch(
        3, edition=cast.edition, organization=cast.far_unit, state=State.PUBLISHED, sessions=1
    )

    page = sign_in(cast.district_reviewer).get(f"{ADDRESS}{made.pk}/")

    assert [set(line) for line in page.context["lines"]] == [{"figure", "is_redefined"}] * 2
    assert "现在" not in page.content.decode().partition("<table")[2]
    assert "现在" in sign_in(cast.office).get(f"{ADDRESS}{made.pk}/").content.decode().partition("<table")[2]


def test_rows_that_the_conditions_leave_out_are_not_published_as_zeros(cast: Cast) -> None:
    public(cast, terms=["tier:district", "audience:children", "audience:older_people"])
    public(cast, organization=cast.far_unit, terms=["tier:department"])
    day = date(2024, 9, 14)
    choice = Choice(district="futian", audience="children", first=day, last=day)

    figure = publish(
        cast, codes=["activities"], splits=["district", "audience", "day", "tier"], choice=choice
    ).figures.get()

    rows = {split["split"]: {row["key"]: row["value"] for row in split["rows"]} for split in figure.splits}
    assert (rows["district"], rows["audience"], rows["day"]) == (
        {"futian": 1}, {"children": 1}, {"2024-09-14": 1},
    )  # fmt: skip
    assert rows["tier"] == {"main_venue": 0, "district": 1, "department": 0}


def test_days_outside_the_month_are_published_so_that_days_come_to_the_whole(cast: Cast) -> None:
    SessionFactory(activity=public(cast), starts_at=now() + timedelta(days=60))

    figure = publish(cast, codes=["scheduled"], splits=["day"]).figures.get()

    rows = figure.splits[0]["rows"]
    assert (rows[-1]["key"], rows[-1]["name"], rows[-1]["name_en"]) == (
        "2024-11-13", "11月13日（周三）", "Wed, Nov 13",
    )  # fmt: skip
    assert len(rows) == 31
    assert sum(row["value"] for row in rows) == figure.value == 2


def test_publishing_is_recorded_and_sent_twice_it_is_one(cast: Cast) -> None:
    token = uuid4()
    first, second = publish(cast, token=token), publish(cast, token=token)

    assert first == second
    (event,) = audit.trail(first)
    assert (event.action, event.changes) == (
        "figures.publish",
        {"activities": [None, 0], "rating": [None, None]},
    )


def test_what_was_counted_is_kept_and_said_in_both_languages(cast: Cast) -> None:
    choice = Choice(district="futian", first=date(2024, 9, 14), last=date(2024, 9, 20))

    made = publish(cast, choice=choice)

    assert Choice.read(made.choice) == choice
    assert made.limits == {
        "zh": "所属区：福田区；日期：9月14日 – 9月20日",
        "en": "District: Futian; Day: Sept 14 – 20",
    }


@pytest.mark.parametrize("person", ["district_reviewer", "owner"])
def test_only_the_office_publishes(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        publish(cast, by=getattr(cast, person))


def test_nothing_chosen_is_nothing_to_publish(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        publish(cast, codes=[])


def test_what_cannot_be_told_of_a_day_is_neither_offered_nor_published(cast: Cast, sign_in: Any) -> None:
    held(cast, [], figures={("visits", "count"): 90_000})
    choice = Choice(first=date(2024, 9, 14), last=date(2024, 9, 14))

    with pytest.raises(ValidationError) as refused:
        publish(cast, codes=["scheduled", "visits-count"], choice=choice)

    assert "参与群众（清点）" in refused.value.message_dict["codes"][0]
    assert not Release.objects.exists()
    client = sign_in(cast.office)
    page = client.get(f"{ADDRESS}new/?first=2024-09-14&last=2024-09-14")
    offered = {code for code, _label in page.context["form"].fields["codes"].choices}
    assert "scheduled" in offered and "visits-count" not in offered
    assert "也不能按天发布" in page.content.decode()
    assert "visits-count" in {
        code for code, _label in client.get(f"{ADDRESS}new/").context["form"].fields["codes"].choices
    }


def test_of_an_earlier_release_of_a_day_nothing_is_said_to_have_changed(cast: Cast, sign_in: Any) -> None:
    made = ReleaseFactory(edition=cast.edition, choice={"first": "2024-09-14", "last": "2024-09-14"})
    made.figures.update(code="visits-count", value=90_000)

    (line,) = sign_in(cast.office).get(f"{ADDRESS}{made.pk}/").context["lines"]

    assert (line["live"], line["differs"]) == ("—", False)


def test_a_release_by_district_says_what_counts_in_full_in_each(cast: Cast, sign_in: Any) -> None:
    public(cast)
    said = "在每个区都算全数"

    sessions = publish(cast, codes=["scheduled"], splits=["district"])
    assert said not in sign_in(None).get("/figures/").content.decode()
    visits = publish(cast, codes=["visits-count"], splits=["tier"], choice=Choice(district="futian"))

    assert sign_in(None).get("/figures/").content.decode().count(said) == 1
    client = sign_in(cast.office)
    pages = [client.get(f"{ADDRESS}{one.pk}/").content.decode() for one in (sessions, visits)]
    assert [said in page for page in pages] == [False, True]


def test_a_correction_says_why_and_each_is_corrected_once(cast: Cast) -> None:
    first = publish(cast)
    with pytest.raises(ValidationError):
        publish(cast, corrects=first, reason="  ")

    second = publish(cast, corrects=first, reason="漏算了一场")

    assert Release.objects.get(pk=first.pk).correction == second
    with pytest.raises(NotPossibleNow):
        publish(cast, corrects=first, reason="又错了")
    publish(cast, corrects=second, reason="又错了")


def test_the_database_refuses_a_correction_without_a_reason(cast: Cast) -> None:
    first = ReleaseFactory(edition=cast.edition)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReleaseFactory(edition=cast.edition, corrects=first, reason="")


def test_the_office_publishes_corrects_and_everybody_reads_it(cast: Cast, sign_in: Any) -> None:
    public(cast)
    client = sign_in(cast.office)
    form = client.get(f"{ADDRESS}new/?district=futian").context["form"]
    typed = {"title": "开幕日", "codes": ["activities"], "splits": ["tier"], "token": form["token"].value()}
    answer = client.post(f"{ADDRESS}new/?district=futian", typed)
    first = Release.objects.get()
    assert answer.headers["Location"] == f"{ADDRESS}{first.pk}/"
    again = client.get(f"{ADDRESS}{first.pk}/correction/").context["form"]
    assert (again["codes"].value(), again["splits"].value()) == (["activities"], ["tier"])
    missing = client.post(f"{ADDRESS}{first.pk}/correction/", typed | {"token": uuid4()})
    assert (missing.status_code, "reason" in missing.context["form"].errors) == (422, True)
    client.post(f"{ADDRESS}{first.pk}/correction/", typed | {"token": uuid4(), "reason": "漏算了一场"})

    page = sign_in(None).get("/figures/").content.decode()
    assert page.count("漏算了一场") == 2
    assert "只算" not in page and "所属区：福田区" in page
    assert 'href="/api/v1/figures"' in page


def test_figures_of_an_edition_that_the_public_never_saw_are_not_shown(cast: Cast, sign_in: Any) -> None:
    ReleaseFactory(
        edition__code="secret", edition__is_current=False, edition__was_current=False, title="未公开"
    )

    assert "未公开" not in sign_in(None).get("/figures/").content.decode()


# The annual statistics


def held(
    cast: Cast,
    terms: list[str],
    *,
    mode: str = "offline",
    figures: dict[tuple[str, str], int] | None = None,
    **facts: Any,
) -> Any:
    activity = public(cast, mode=mode, terms=terms, **facts)
    if figures:
        summary: Any = SummaryFactory(activity=activity, filed="accepted")
        Figure.objects.filter(filing__summary=summary).delete()
        for (name, method), value in figures.items():
            Figure.objects.create(
                filing=summary.filings.get(), name=name, method=method, value=value, origin="typed"
            )
    return activity


@pytest.fixture
def forms(cast: Cast) -> None:
    taxonomy = TaxonomyFactory(edition=cast.edition, code="form")
    for code in ("lecture", "exhibition", "open_day"):
        TermFactory(taxonomy=taxonomy, code=code)


@pytest.mark.usefixtures("forms")
def test_items_are_known_by_form_mode_and_type_of_unit(cast: Cast) -> None:
    held(cast, ["form:lecture"], figures={("visits", "count"): 30})
    held(cast, ["form:lecture"], mode="hybrid", figures={("visits", "check_in"): 5, ("views", "views"): 900})
    held(cast, ["form:exhibition"], figures={("visits", "count"): 70})
    held(cast, ["form:open_day"])
    held(cast, ["form:open_day"], organization=cast.far_unit)
    type(cast.far_unit).objects.filter(pk=cast.far_unit.pk).update(type="research")
    Summary.objects.update()

    known = national.known(cast.edition, in_branch(cast.office_unit))

    assert {code: one.proposed for code, one in known.items() if one.proposed is not None} == {
        "lectures-offline": 2, "lectures-online": 1, "lectures-online-visits": 900, "exhibitions-offline": 1,
        "exhibitions-offline-visits": 70, "exhibitions-online": 0, "contests-offline": 0, "contests-online": 0, "open-institutions": 1,
    }  # fmt: skip
    # Checked in and counted: nobody adds them up unasked
    assert dict(known["lectures-offline-visits"].by_method) == {"参与群众（签到）": 5, "参与群众（清点）": 30}
    assert not known["science-week"].is_known


def test_the_form_holds_whole_numbers_zero_as_zero_and_a_dash_for_no_value(cast: Cast) -> None:
    written = national.to_xlsx(cast.edition, "=福田区科协", {"lectures-offline": 12, "contests-online": 0})

    sheet = openpyxl.load_workbook(BytesIO(written)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[3] == [1, "科普（技）讲座", "线下举办次数", "次", 12]
    assert [row[4] for row in cells[3:19]] == [12, *["-"] * 9, 0, *["-"] * 5]
    said = [row[0] for row in cells]
    assert "填报单位（盖章）：=福田区科协" in said
    assert "单位负责人（签字）：" in said


def test_what_is_typed_is_kept_and_stands_in_the_file(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)
    page = client.get("/desk/insight/statistics/")
    assert page.context["form"]["contests-online"].value() == 0

    client.post("/desk/insight/statistics/", {"version": 0, "science-week": "3", "contests-online": ""})

    kept = StatisticsReturn.objects.get()
    assert (kept.organization, kept.typed, kept.version) == (cast.own_district, {"science-week": 3}, 1)
    (event,) = audit.trail(kept)
    assert event.changes == {"science-week": [None, 3]}
    sheet = openpyxl.load_workbook(BytesIO(client.get("/desk/insight/statistics.xlsx").content)).active
    assert [row[4].value for row in sheet.iter_rows(min_row=4, max_row=19)] == [*["-"] * 14, 3, "-"]
    assert client.get(f"/desk/insight/statistics/?unit={cast.other_district.code}").status_code == 404


def test_two_who_type_at_once_are_shown_to_each_other(cast: Cast, sign_in: Any) -> None:
    returning.keep(cast.edition, cast.own_district, {"science-week": 3}, version=0, by=cast.district_reviewer)

    answer = sign_in(cast.district_reviewer).post(
        "/desk/insight/statistics/", {"version": 0, "science-week": "5"}
    )

    assert answer.status_code == 422
    assert [row[1:] for row in answer.context["theirs"]] == [("3", "5")]
    assert StatisticsReturn.objects.get().typed == {"science-week": 3}
    with pytest.raises(Conflict):
        returning.keep(cast.edition, cast.own_district, {}, version=5, by=cast.district_reviewer)


@pytest.mark.parametrize("typed", [{"science-week": -1}, {"science-week": 10**10}, {"nothing": 1}])
def test_only_whole_numbers_of_known_items_are_kept(cast: Cast, typed: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        returning.keep(cast.edition, cast.own_district, typed, version=0, by=cast.district_reviewer)


def test_nobody_reports_for_a_branch_of_others(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        returning.keep(cast.edition, cast.own_district, {}, version=0, by=cast.other_reviewer)


def test_splits_of_a_release_stand_in_one_table_each(cast: Cast) -> None:
    public(cast, terms=["tier:district"])

    tables = publish(cast, codes=["activities", "scheduled", "volunteers"]).tables

    assert [(one["name"], one["heads"]) for one in tables] == [
        ("所属区", ["活动", "场次", "科普志愿者"]), ("日期", ["活动", "场次"]),
    ]  # fmt: skip
    assert tables[0]["rows"][0] == ("福田区", ["1", "1", "0"])
