"""What the preview suggests for a cell, what it knows of the places in a file, and which activities it names as alike."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kepuyue.activities.models import Activity, State
from kepuyue.imports import places, queries
from kepuyue.imports.actions import committing, mending, staging
from kepuyue.imports.models import ImportBatch
from kepuyue.imports.places import Places
from kepuyue.imports.suggestions import Doubt, suggested
from tests.cast import Cast
from tests.factories import ActivityFactory, VenueFactory
from tests.imports.test_preview import BIRDS, HEAD, ROCKET, codes, stage, workbook

SHENZHEN = ZoneInfo("Asia/Shanghai")
ON_SATURDAY = {
    "sessions": [{"starts_at": "2024-09-14T01:00:00Z"}],
    "participations": [{"role": "host", "name": "福田区 少年宫"}],
}
KNOWN = Places(
    {"福田区": "futian", "南山区": "nanshan"},
    {"福田区少年宫": ("福田区少年宫", "futian")},
    frozenset({"福田区少年宫"}),
)


@pytest.mark.parametrize(
    ("code", "text", "better"),
    [
        ("weekday-mismatch", "9月14日（周日）上午9:00", "9月14日（周六）上午9:00"),
        ("weekday-mismatch", "9月14日星期天9:00", "9月14日星期六9:00"),
        ("weekday-mismatch", "9月14日（周六、周日）", ""),
        ("weekday-mismatch", "", ""),
        ("date-invalid", "9月31日 14:00", "9月30日 14:00"),
        ("date-invalid", "2024.2.30", "2024.2.29"),
        ("date-invalid", "13月1日", ""),
        ("date-invalid", "9月41日", ""),
        ("year-implausible", "2023年9月21日", "2024年9月21日"),
        ("year-implausible", "九月", ""),
        ("date-vague", "9月中旬", ""),
        ("time-reversed", "9月14日 9:00-5:00", "9月14日 9:00-17:00"),
        ("time-reversed", "9月14日 9：00至5：30", "9月14日 9：00至17：30"),
        ("time-reversed", "9月14日 20:00-8:00", ""),
        ("time-reversed", "9月14日 9:00-5:00、14:00-3:00", ""),
        ("phone-invalid", "O755-OOOOOOOO", "0755-00000000"),
        ("phone-invalid", "0755_00000000", "075500000000"),
        ("phone-invalid", "1.38E+10", ""),
        ("phone-invalid", "详询前台", ""),
        ("district-unknown", "福甜区", "福田区"),
        ("district-unknown", "前海", ""),
        ("venue-missing", "", "福田区少年宫"),
    ],
)  # fmt: skip
def test_suggestion_is_a_text_or_nothing(code: str, text: str, better: str) -> None:
    assert suggested(code, Doubt(text, ON_SATURDAY, 2024, SHENZHEN, KNOWN)) == better


def test_without_a_year_no_day_is_suggested() -> None:
    assert suggested("date-invalid", Doubt("9月31日", {}, 0, SHENZHEN, KNOWN)) == ""


# Places


@pytest.fixture
def hall(cast: Cast) -> Any:
    return VenueFactory(name="红树林公园", district=cast.own_unit.district)


@pytest.mark.django_db
def test_registered_venue_gives_its_district_and_its_name(cast: Cast, hall: Any) -> None:
    batch = stage(cast, workbook(HEAD, [*BIRDS[:4], "红树林 公园", BIRDS[5]]))

    row = batch.rows.get()
    assert row.content["district"] == cast.own_unit.district.code
    assert row.content["sessions"][0]["venue_name"] == "红树林公园"
    [notice] = [problem for problem in row.problems if problem["code"] == "district-by-venue"]
    assert (notice["cell"], notice["severity"]) == ("E2", "notice")
    assert cast.own_unit.district.name in notice["why"]


@pytest.mark.django_db
def test_two_venues_of_one_name_are_neither(cast: Cast, hall: Any) -> None:
    VenueFactory(name="红树林  公园", district=None)

    assert Places.of(cast.edition).district_of(["红树林公园"]) == ""
    assert Places.of(cast.edition).registered("红树林　公园") == "红树林　公园"
    assert Places.of(cast.edition).registered("红树林公园") == "红树林公园"


@pytest.mark.django_db
def test_district_that_there_is_not_is_said_at_its_cell(cast: Cast) -> None:
    batch = stage(cast, workbook([*HEAD, "所属区"], [*BIRDS, "福甜区"], [*ROCKET, "全市"]))

    said = [
        problem
        for row in batch.rows.all()
        for problem in row.problems
        if problem["code"] == "district-unknown"
    ]
    assert [(problem["cell"], problem["severity"]) for problem in said] == [("G2", "warning")]


@pytest.mark.django_db
def test_a_venue_registered_later_changes_nothing_that_is_imported(cast: Cast) -> None:
    file = workbook(HEAD, [*BIRDS[:3], "9月14日（周六）上午9:00—11:00", *BIRDS[4:]])
    committing.commit(stage(cast, file), by=cast.editor)
    Activity.objects.get().sessions.get().venue.__class__.objects.update(district=cast.own_unit.district)

    again = committing.commit(stage(cast, file), by=cast.editor)

    assert [row.state for row in again.rows.all()] == ["unchanged"]
    assert Activity.objects.get().district is None


@pytest.mark.django_db
def test_place_in_another_city_is_not_looked_up(cast: Cast, hall: Any) -> None:
    batch = stage(cast, workbook([*HEAD, "城市"], [*BIRDS, "东莞市"]))

    row = batch.rows.get()
    assert (row.content["city"], row.content["district"]) == ("东莞", "")
    assert places.BY_VENUE not in codes(batch)


# Alike


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "unit", "starts_like_it", "is_named"),
    [
        ("湿地观鸟", "other_unit", False, True),
        ("城市湿地公园观鸟导赏行", "own_unit", False, True),
        ("城市湿地公园观鸟导赏行", "other_unit", True, True),
        ("城市湿地公园观鸟导赏行", "other_unit", False, False),
        ("磁铁的秘密", "own_unit", True, False),
    ],
)
def test_activities_that_may_be_the_same_are_named(
    cast: Cast, title: str, unit: str, starts_like_it: bool, is_named: bool
) -> None:
    wanted = "湿地观鸟" if title == "湿地观鸟" else "城市湿地公园观鸟导赏活动行"
    batch = stage(cast, workbook(HEAD, [1, wanted, *BIRDS[2:]]))
    other = ActivityFactory(
        edition=cast.edition, organization=getattr(cast, unit), title=title, state=State.PUBLISHED, sessions=1
    )
    if starts_like_it:
        other.sessions.update(starts_at=batch.rows.get().content["sessions"][0]["starts_at"])

    found = queries.twins(batch, batch.rows.all(), cast.editor)

    assert found == ({batch.rows.get().pk: [other]} if is_named else {})


@pytest.mark.django_db
def test_further_numbers_of_one_row_are_not_named_as_the_same(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, [1, "湿地观鸟第一讲", *BIRDS[2:]]))
    named = [
        ActivityFactory(edition=cast.edition, organization=cast.own_unit, title=title, state=State.PUBLISHED)
        for title in ("湿地观鸟第二讲", "湿地观鸟第1讲")
    ]

    assert queries.twins(batch, batch.rows.all(), cast.editor) == {batch.rows.get().pk: named[1:]}


# Read again


def read_afresh(batch: ImportBatch, cast: Cast) -> list[dict[str, Any]]:
    """The rows as another batch would hold them that had the mended file from the start."""
    fresh = ImportBatch(
        organization=batch.organization, edition=batch.edition, by=cast.editor, file_name="新.xlsx"
    )
    staging.read_into(fresh, mending.book_of(batch))
    return contents_of(fresh)


def contents_of(batch: ImportBatch) -> list[dict[str, Any]]:
    fields = (
        "sheet",
        "number",
        "cells",
        "raw",
        "content",
        "problems",
        "refused",
        "severity",
        "outside_key",
        "state",
        "why",
    )
    return list(batch.rows.order_by("number").values(*fields))


MANY = [
    [n, f"第{n}课：看星", "福田区少年宫", f"9月{n}日 10:00-11:00", "少年宫报告厅", "0755-00000000"]
    for n in range(1, 9)
]


@pytest.mark.django_db
@pytest.mark.parametrize("most", [300, 0])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("D4", "9月中旬"),
        ("B5", "第1课：看星"),
        ("B6", ""),
        ("B3", "合计"),
        ("B1", "系边度"),
        ("D9", "9月8日 10:00-11:00"),
    ],
)
def test_a_mend_leaves_what_a_fresh_reading_would(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, cell: str, value: str, most: int
) -> None:
    monkeypatch.setattr(staging, "MOST_IN_PLACE", most)
    batch = stage(cast, workbook(HEAD, *MANY))
    before = set(batch.rows.values_list("pk", flat=True))

    mending.mend(batch, sheet="汇总", cell=cell, value=value, by=cast.editor)

    assert contents_of(batch) == read_afresh(batch, cast)
    assert len(before - set(batch.rows.values_list("pk", flat=True))) in {0, 0 if most else len(before)}
