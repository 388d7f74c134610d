"""What is empty, and what would fill it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q

from kepuyue.activities.models import State
from kepuyue.insight import coverage, late
from kepuyue.insight.board import Choice
from kepuyue.insight.coverage import Cell
from kepuyue.insight.indicators import NOT_STATED
from kepuyue.insight.naming import Names
from kepuyue.organizations.models import Organization
from tests.cast import Cast
from tests.factories import (
    ActivityFactory,
    EditionFactory,
    OfferFactory,
    OpeningFactory,
    RequestFactory,
    SessionFactory,
    SubmissionFactory,
    SummaryFactory,
    UnitFactory,
)

pytestmark = pytest.mark.usefixtures("in_the_month")
ADDRESS = "/desk/insight/coverage/"
DAY = date(2024, 9, 14)


def grid(cast: Cast, rows: str = "day", columns: str = "district", **choice: Any) -> coverage.Grid:
    return coverage.grid(cast.edition, Names(cast.edition), rows, columns, Choice(**choice), Q())


def show(cast: Cast, *, days: int = 1, **facts: Any) -> Any:
    """A public activity of the own unit on the 14th, lasting so many days."""
    made: Any = ActivityFactory(
        **{"edition": cast.edition, "organization": cast.own_unit, "state": State.PUBLISHED} | facts
    )
    starts = datetime(2024, 9, 14, 0, tzinfo=cast.edition.zone)
    SessionFactory(activity=made, starts_at=starts, ends_at=starts + timedelta(days=days), is_all_day=True)
    return made


def test_a_show_covers_each_of_its_days_and_no_midnight_more(cast: Cast) -> None:
    show(cast, days=2)

    found = grid(cast)

    assert [day for day, _name in found.rows if found.cell(day, "futian").public] == [
        "2024-09-14",
        "2024-09-15",
    ]
    assert (found.size, found.empty) == (60, 58)
    assert found.blank(columns=True) == ["南山区"]


def test_what_is_written_or_reviewed_stands_beside_and_fills_nothing_yet(cast: Cast) -> None:
    show(cast, state=State.SUBMITTED)
    show(cast, state=State.DRAFT)
    show(cast, state=State.CANCELLED)
    show(cast, state=State.REJECTED)

    found = grid(cast)

    assert found.cell("2024-09-14", "futian") == Cell(public=0, coming=2)
    assert found.on_the_way == 1


def test_audiences_and_contents_stand_against_each_other_within_the_rest(cast: Cast) -> None:
    show(cast, terms=["audience:children", "audience:older_people", "content:frontier"])
    show(cast, organization=cast.far_unit, terms=["audience:children", "content:for_people"])

    found = grid(cast, "audience", "content", district="futian")

    assert {key: cell.public for key, cell in found.cells.items()} == {
        ("children", "frontier"): 1, ("older_people", "frontier"): 1,
    }  # fmt: skip
    assert [
        key for key, _name in grid(cast, "day", "district", district="futian", first=DAY, last=DAY).columns
    ] == ["futian"]


def test_each_cell_opens_what_it_counts(cast: Cast, sign_in: Any) -> None:
    show(cast)
    client = sign_in(cast.office)
    page = client.get(ADDRESS)

    cells = {one["href"]: one["cell"].public for _name, line in page.context["lines"] for one in line}
    full = [href for href, public in cells.items() if public]
    assert [len(client.get(href).context["public"]) for href in full] == [1]


@pytest.mark.parametrize(
    "chosen",
    ["district=-", "audience=-", "content=-", "audience=-&content=-&district=-", "audience=-&district=futian",
     "rows=audience&columns=content&audience=-", "rows=audience&columns=content&content=-&district=-"],
)  # fmt: skip
def test_a_cell_of_what_states_nothing_opens_what_it_counts(cast: Cast, sign_in: Any, chosen: str) -> None:
    for district in (None, cast.own_unit.district):
        show(cast, district=district)
        show(cast, district=district, terms=["audience:children"])
        show(cast, district=district, terms=["content:frontier"])
        show(cast, district=district, terms=["audience:children", "content:frontier"])
    client = sign_in(cast.office)

    page = client.get(f"{ADDRESS}?{chosen}")

    cells = {one["href"]: one["cell"].public for _name, line in page.context["lines"] for one in line}
    full = {href: public for href, public in cells.items() if public}
    assert full
    assert {href: len(client.get(href).context["public"]) for href in full} == full


def test_a_gap_of_what_states_nothing_is_filled_by_what_states_nothing(cast: Cast) -> None:
    undated = ActivityFactory(edition=cast.edition, organization=cast.own_unit, district=None)
    ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, district=None, terms=["audience:children"]
    )
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, district=cast.own_unit.district)
    wished = RequestFactory(edition=cast.edition, organization=cast.own_unit, district=None)
    RequestFactory(edition=cast.edition, organization=cast.own_unit, district=cast.own_unit.district)
    everywhere = OfferFactory(edition=cast.edition, organization=cast.far_unit)
    OfferFactory(edition=cast.edition, organization=cast.far_unit, districts=[cast.other_district.district])
    idle = UnitFactory(parent=cast.own_district, district=None)

    found = coverage.filling(cast.office, cast.edition, Choice(audience=NOT_STATED, district=NOT_STATED))

    assert (found.undated, found.requests, found.offers) == ([undated], [wished], [everywhere])
    assert set(found.units) == {cast.unit_of_department, idle}


def test_axes_that_are_the_same_are_told_apart_and_leave_as_a_table(cast: Cast, sign_in: Any) -> None:
    show(cast)
    client = sign_in(cast.district_reviewer)

    text = (
        client.get(f"{ADDRESS}?rows=district&columns=district&form=csv")
        .content.decode("utf-8-sig")
        .splitlines()
    )

    assert text[0].startswith("所属区,9月1日")
    assert text[1].split(",").count("1") == 1


def test_a_gap_is_filled_by_what_is_coming_offered_wished_and_by_idle_units(cast: Cast) -> None:
    coming = show(cast, state=State.SUBMITTED, terms=["audience:children"])
    show(cast, state=State.SUBMITTED, terms=["audience:older_people"])
    undated = ActivityFactory(edition=cast.edition, organization=cast.own_unit, terms=["audience:children"])
    here = {"edition": cast.edition}
    fits = OfferFactory(
        **here, organization=cast.far_unit, terms=["audience:children"], districts=[cast.own_unit.district]
    )
    silent = OfferFactory(**here, organization=cast.far_unit)
    OfferFactory(**here, organization=cast.far_unit, terms=["audience:older_people"])
    OfferFactory(**here, organization=cast.far_unit, districts=[cast.far_unit.district])
    OfferFactory(**here, organization=cast.far_unit, closed_days=["2024-09-14"])
    OfferFactory(**here, organization=cast.far_unit, kind="venue")
    wished = RequestFactory(
        **here, organization=cast.own_unit, district=cast.own_unit.district, terms=["audience:children"],
        from_day=DAY, until_day=DAY,
    )  # fmt: skip
    RequestFactory(
        **here, organization=cast.far_unit, district=cast.far_unit.district, from_day=DAY, until_day=DAY
    )
    RequestFactory(
        **here, organization=cast.own_unit, district=cast.own_unit.district, from_day=date(2024, 9, 20), until_day=date(2024, 9, 21)
    )  # fmt: skip

    found = coverage.filling(
        cast.office, cast.edition, Choice(audience="children", district="futian", first=DAY, last=DAY)
    )

    assert (found.coming, found.undated) == ([coming], [undated])
    assert (found.offers, found.requests) == ([fits, silent], [wished])
    assert found.units == [cast.other_unit]


def test_a_district_is_told_of_its_own_units_only(cast: Cast) -> None:
    found = coverage.filling(cast.district_reviewer, cast.edition, Choice())

    assert {unit.name for unit in found.units} == {cast.own_unit.name, cast.other_unit.name}


def test_who_is_late_is_told_for_everything_at_once(cast: Cast, clock: Any) -> None:
    waiting = SubmissionFactory(activity__edition=cast.edition, activity__organization=cast.own_unit)
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, state=State.RETURNED)
    ActivityFactory(edition=cast.edition, organization=cast.far_unit)
    SummaryFactory(activity__edition=cast.edition, activity__organization=cast.own_unit)
    request = RequestFactory(edition=cast.edition, organization=cast.own_unit, offer=None)
    Organization.objects.update(type="school")
    OpeningFactory(
        edition=cast.edition, organization=UnitFactory(parent=cast.own_district, type="base"), state="draft"
    )
    clock.set(datetime(2024, 10, 5, 10))

    found = late.of(cast.office, cast.edition)

    assert found.counts == {"handing_in": 2, "reviews": 1, "summaries": 1, "requests": 1, "openings": 1}
    assert [(one.unit, one.drafts, one.returned) for one in found.not_handed_in] == [
        (cast.own_unit, 0, 1), (cast.far_unit, 1, 0),
    ]  # fmt: skip
    assert [one.unit for one in found.reviews] == [waiting.turn]
    assert [one for one, _days in found.requests] == [request]
    assert late.of(cast.other_reviewer, cast.edition).counts == {
        "handing_in": 1, "reviews": 0, "summaries": 0, "requests": 0, "openings": 0,
    }  # fmt: skip


def test_reviews_of_another_edition_are_not_late_in_this_one(cast: Cast, clock: Any) -> None:
    before = EditionFactory(code="shenzhen-2023", year=2023, is_current=False, was_current=True)
    SubmissionFactory(activity__edition=before, activity__organization=cast.own_unit)
    clock.set(datetime(2024, 9, 30, 10))
    here = SubmissionFactory(activity__edition=cast.edition, activity__organization=cast.own_unit)

    assert late.of(cast.office, cast.edition).reviews == []
    clock.set(datetime(2024, 10, 15, 10))
    (line,) = late.of(cast.office, cast.edition).reviews
    assert (line.unit, line.waiting, line.late, line.oldest) == (here.turn, 1, 1, here.turn_since)


def test_nothing_late_is_said_in_one_sentence(cast: Cast, sign_in: Any) -> None:
    Organization.objects.update(type="school")

    assert "没有拖欠的" in sign_in(cast.office).get("/desk/insight/late/").content.decode()
