"""The file beside what becomes of it: cells mended, columns named by hand, both read by the same reader."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from kepuyue.activities.models import Activity, State
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.imports import headers, sent, sheet_view, template
from kepuyue.imports.actions import committing, mending, staging
from kepuyue.imports.cells import EPOCH_1904, Sheet
from kepuyue.imports.models import ImportBatch, KnownHeading, Mend
from kepuyue.imports.wording import meaning_labels
from tests.cast import Cast
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db

HEAD = ["序号", "活动名称", "主办单位", "活动时间", "活动地点", "联系电话"]
BIRDS = [1, "湿地观鸟", "福田区少年宫", "9月14日（周日）上午9:00—11:00", "红树林公园", "0755-00000000"]
ROCKET = [2, "火箭为什么能飞上天", "福田区少年宫", "9月31日 14:00", "少年宫报告厅", "0755-00000000"]


def workbook(*rows: list[Any], name: str = "汇总") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def stage(cast: Cast, data: bytes) -> ImportBatch:
    return staging.stage(
        data, file_name="汇总.xlsx", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )


def codes(batch: ImportBatch) -> list[str]:
    return [problem["code"] for row in batch.rows.order_by("number") for problem in row.problems]


def address(batch: ImportBatch, name: str = "batch") -> str:
    return reverse(f"imports:{name}", args=[batch.pk])


# The sheet as sent


def test_sheet_is_kept_with_every_kind_of_cell() -> None:
    sheet = Sheet(
        "表", [["文", 1, 2.5, True, None], [date(2024, 9, 1), datetime(2024, 9, 1, 9), time(9, 30), timedelta(hours=2)]],
        merges=[(0, 0, 1, 0)], hidden_rows={1}, hidden_columns={3}, formulas={(0, 2)}, numbers={(1, 0): 45536.0},
        epoch=EPOCH_1904, is_cut=True,
    )  # fmt: skip

    assert sent.unpacked("表", sent.packed(sheet)) == sheet


def test_mended_cell_is_text_that_no_format_changes() -> None:
    sheet = Sheet("", [["甲"], ["乙"]], formulas={(1, 0)}, numbers={(1, 0): 3.0})

    sent.mended(sheet, {"A2": "9月14日", "C1": "新", "B9": "太远", "A1": ""})

    assert sheet.rows == [[None, None, "新"], ["9月14日"]]
    assert (sheet.formulas, sheet.numbers) == (set(), {})


def test_page_shows_how_each_cell_was_taken(cast: Cast) -> None:
    batch = stage(cast, workbook(["2024年汇总"], HEAD, BIRDS, ROCKET, ["合计", "2项"]))
    sheet = batch.sheets.get()

    page = sheet_view.page_of(
        sent.unpacked(sheet.name, bytes(sheet.cells)), 1, rows=batch.rows.all(), tables=batch.found_tables
    )

    kinds = {row.number: row.kind for row in page.rows}
    tones = {cell.address: cell.tone for row in page.rows for cell in row.cells}
    assert kinds == {1: "skipped", 2: "heading", 3: "entry", 4: "entry", 5: "skipped"}
    assert (tones["B2"], tones["B3"], tones["D3"], tones["D4"], tones["B5"]) == (
        "heading", "taken", "warning", "error", "plain",
    )  # fmt: skip


def test_joined_cells_are_joined_and_cut_to_the_page() -> None:
    sheet = Sheet("", [["甲", None, "丙"], [None, None, "丁"]], merges=[(0, 0, 5, 1)], hidden_rows={1})

    page = sheet_view.page_of(sheet, 1, rows=[], tables=[])

    first, second = page.rows
    assert [(cell.address, cell.across, cell.down) for cell in first.cells] == [("A1", 2, 2), ("C1", 1, 1)]
    assert [cell.address for cell in second.cells] == ["C2"]
    assert (first.is_hidden, second.is_hidden) == (False, True)


def test_long_sheet_is_paged_and_a_page_beyond_it_is_the_last() -> None:
    sheet = Sheet("", [[f"行{number}"] for number in range(95)])

    page = sheet_view.page_of(sheet, 99, rows=[], tables=[])

    assert (page.pages, page.number, page.rows[0].number, len(page.rows)) == (3, 3, 81, 15)


# Mending


def test_mended_cell_is_read_again_by_the_same_reader(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS, ROCKET))
    assert codes(batch) == ["weekday-mismatch", "date-invalid"]

    mending.mend(batch, sheet="汇总", cell="D2", value="9月14日（周六）上午9:00—11:00", by=cast.editor)
    mending.mend(batch, sheet="汇总", cell="D3", value="9月21日 14:00-15:30", by=cast.editor)

    assert codes(batch) == []
    committing.commit(ImportBatch.objects.get(pk=batch.pk), by=cast.editor)
    rocket = Activity.objects.get(title="火箭为什么能飞上天")
    assert rocket.sessions.get().starts_at.isoformat() == "2024-09-21T06:00:00+00:00"
    assert AuditEvent.objects.filter(action="import.mend", reason="汇总!D2").count() == 1


def test_cell_says_again_what_was_sent(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))
    mending.mend(batch, sheet="汇总", cell="B2", value="湿地看鸟", by=cast.editor)
    assert batch.rows.get(number=2).content["title"] == "湿地看鸟"

    mending.unmend(batch, pk=Mend.objects.get().pk, by=cast.editor)

    assert batch.rows.get(number=2).content["title"] == "湿地观鸟"


def test_missing_place_is_filled_in(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, [*BIRDS[:4], None, BIRDS[5]]))
    assert "venue-missing" in codes(batch)

    mending.mend(batch, sheet="汇总", cell="E2", value="红树林公园", by=cast.editor)

    assert "venue-missing" not in codes(batch)


@pytest.mark.parametrize(("sheet", "cell", "value"), [("没有", "A1", "x"), ("汇总", "A1", "长" * 2_001)])
def test_mend_that_makes_no_sense_is_refused(cast: Cast, sheet: str, cell: str, value: str) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    with pytest.raises(ValidationError):
        mending.mend(batch, sheet=sheet, cell=cell, value=value, by=cast.editor)

    assert not Mend.objects.exists()


@pytest.mark.parametrize("cell", ["", "A", "1", "A0", "AAAA1", "A1B", "a1", "A99999999", "汇总", "Ａ１"])
def test_address_that_is_none_is_refused(cast: Cast, cell: str) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    with pytest.raises(ValidationError):
        mending.mend(batch, sheet="汇总", cell=cell, value="x", by=cast.editor)


def test_what_is_imported_is_mended_no_more(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))
    committing.commit(batch, by=cast.editor)

    with pytest.raises(NotPossibleNow):
        mending.mend(batch, sheet="汇总", cell="B2", value="湿地看鸟", by=cast.editor)


def test_somebody_elses_file_is_not_theirs_to_mend(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    with pytest.raises(PermissionDenied):
        mending.mend(batch, sheet="汇总", cell="B2", value="别人的", by=cast.colleague)


def test_mended_file_sent_again_changes_nothing(cast: Cast) -> None:
    first = stage(cast, workbook(HEAD, BIRDS))
    mending.mend(first, sheet="汇总", cell="D2", value="9月14日（周六）上午9:00—11:00", by=cast.editor)
    committing.commit(ImportBatch.objects.get(pk=first.pk), by=cast.editor)

    again = stage(cast, workbook(HEAD, [*BIRDS[:3], "9月14日（周六）上午9:00—11:00", *BIRDS[4:]]))
    committing.commit(again, by=cast.editor)

    assert [row.state for row in again.rows.all()] == ["unchanged"]


# Suggestions


def test_suggestion_taken_leaves_no_problem(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS, ROCKET))
    client = sign_in(cast.editor)
    page = client.get(address(batch)).content.decode()
    assert "改为“9月14日（周六）上午9:00—11:00”" in page
    assert "改为“9月30日 14:00”" in page

    better = {"sheet": "汇总", "cell": "D3", "value": "9月30日 14:00", "sheet_at": "0", "page": "1"}
    answer = client.post(address(batch, "mend"), better, headers={"hx-request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "D3已改为“9月30日 14:00”" in answer.content.decode()
    assert codes(batch) == ["weekday-mismatch"]


def test_mend_without_scripts_comes_back_to_the_same_page(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    answer = sign_in(cast.editor).post(
        address(batch, "mend"),
        {"sheet": "汇总", "cell": "B2", "value": "湿地看鸟", "sheet_at": "0", "page": "1"},
    )

    assert answer["Location"] == f"{address(batch)}?sheet=0&page=1"


# Columns by hand


def test_every_meaning_has_a_name() -> None:
    assert [meaning for meaning, _label in meaning_labels()] == list(headers.HEADINGS)


ODD = (["搞啥", "几时搞", "系边度"], ["磁铁实验课", "9月14日10:00-11:00", "福田区少年宫"])


def test_columns_that_nobody_knows_are_named_by_hand_and_remembered(cast: Cast) -> None:
    batch = stage(cast, workbook(*ODD))

    mending.choose(batch, {"搞啥": "title", "几时搞": "when", "系边度": "venue"}, by=cast.editor)

    row = batch.rows.get()
    assert (row.number, row.content["title"], row.problems) == (2, "磁铁实验课", [])
    later = stage(cast, workbook(ODD[0], ["恐龙讲座", "9月15日14:00-15:00", "福田区少年宫"], name="下个月"))
    assert [row.content["title"] for row in later.rows.all()] == ["恐龙讲座"]
    assert later.rows.get().content["sessions"][0]["venue_name"] == "福田区少年宫"


def test_column_is_left_out_and_taken_in_again(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    mending.choose(batch, {"联系电话": mending.UNUSED}, by=cast.editor)
    assert batch.rows.get(number=2).content["contact_phone"] == ""
    mending.choose(batch, {"联系电话": "phone"}, by=cast.editor)

    assert batch.rows.get(number=2).content["contact_phone"] == "0755-00000000"
    assert not KnownHeading.objects.exists()


def test_unknown_meanings_are_not_kept(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    mending.choose(batch, {"联系电话": "password", "": "title"}, by=cast.editor)

    assert not KnownHeading.objects.exists()


def test_what_one_unit_chose_holds_for_itself_only(cast: Cast) -> None:
    KnownHeading.objects.create(organization=cast.other_unit, heading="联系电话", meaning="")

    assert stage(cast, workbook(HEAD, BIRDS)).rows.get(number=2).content["contact_phone"] == "0755-00000000"


def test_file_without_a_table_waits_for_somebody_to_name_its_columns(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    file = SimpleUploadedFile("a.csv", "甲,乙\n一,二\n".encode())

    answer = client.post(reverse("imports:new"), {"organization": cast.own_unit.pk, "file": file})

    batch = ImportBatch.objects.get()
    assert answer["Location"] == address(batch)
    page = client.get(answer["Location"]).content.decode()
    assert "没有认出表头" in page
    assert page.count('name="meaning"') == 2
    client.post(address(batch, "columns"), {"heading": ["甲", "乙"], "meaning": ["title", "venue"]})
    assert [row.content["title"] for row in batch.rows.all()] == ["一"]


# What else the page tells


def test_activity_of_the_same_title_is_named_where_one_may_see_it(cast: Cast, sign_in: Any) -> None:
    here = {"edition": cast.edition, "title": "湿地观鸟"}
    hidden = ActivityFactory(organization=cast.far_unit, **here)
    batch = stage(cast, workbook(HEAD, BIRDS))
    client = sign_in(cast.editor)

    assert "本届已有同名活动" not in client.get(address(batch)).content.decode()
    hidden.state, hidden.published_at = State.PUBLISHED, now()
    hidden.save()

    assert "本届已有同名活动" in client.get(address(batch)).content.decode()


def test_file_that_updates_an_activity_does_not_call_it_a_double(cast: Cast, sign_in: Any) -> None:
    committing.commit(stage(cast, workbook(HEAD, BIRDS)), by=cast.editor)

    page = sign_in(cast.editor).get(address(stage(cast, workbook(HEAD, BIRDS)))).content.decode()

    assert "本届已有同名活动" not in page


@pytest.mark.parametrize("asked", ["?sheet=9", "?sheet=x&page=-1", "?page=99999", "?page=١"])
def test_odd_places_in_a_file_are_answered(cast: Cast, sign_in: Any, asked: str) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    assert sign_in(cast.editor).get(address(batch) + asked).status_code == 200


def test_mend_that_leaves_nothing_is_refused_and_loses_nothing(cast: Cast) -> None:
    batch = stage(cast, workbook(["活动名称", "活动时间"], ["观鸟", "9月14日"]))
    mending.mend(batch, sheet="汇总", cell="B2", value="", by=cast.editor)

    with pytest.raises(ValidationError):
        mending.mend(batch, sheet="汇总", cell="A2", value="", by=cast.editor)

    assert [one.cell for one in Mend.objects.all()] == ["B2"]
    assert batch.rows.get().content["title"] == "观鸟"


def test_trail_tells_which_cell_was_given_back_and_which_headings_were_named(cast: Cast) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))
    mending.mend(batch, sheet="汇总", cell="B2", value="湿地看鸟", by=cast.editor)
    given_back = Mend.objects.get().pk

    for _press in range(2):
        mending.unmend(batch, pk=given_back, by=cast.editor)
    mending.choose(batch, {"联系电话": mending.UNUSED}, by=cast.editor)

    told = AuditEvent.objects.filter(action__in=("import.unmend", "import.choose")).order_by("pk")
    assert list(told.values_list("action", "reason", "changes")) == [
        ("import.unmend", "汇总!B2", {}),
        ("import.choose", "", {"联系电话": [None, ""]}),
    ]


# What another text would not mend, and what is refused


@pytest.mark.parametrize("is_scripted", [True, False])
def test_refused_mend_stays_in_its_field_with_the_reason_beside_it(
    cast: Cast, sign_in: Any, is_scripted: bool
) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))
    typed = "很" * (mending.LONGEST + 1)

    answer = sign_in(cast.editor).post(
        address(batch, "mend"),
        {"sheet": "汇总", "cell": "D2", "value": typed, "sheet_at": "0", "page": "1"},
        headers={"hx-request": "true"} if is_scripted else {},
    )

    page = answer.content.decode()
    assert answer.status_code == (200 if is_scripted else 422)
    assert ("<html" in page) != is_scripted
    assert f'value="{typed}"' in page
    assert page.count("太长了，最多2000个字。") == 1
    assert not batch.mends.exists()


def test_refusal_of_a_cell_that_is_not_shown_is_told_above(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, workbook(HEAD, BIRDS))

    answer = sign_in(cast.editor).post(
        address(batch, "mend"), {"sheet": "别的", "cell": "Z9", "value": "1"}, headers={"hx-request": "true"}
    )

    assert "表格里没有这一格。" in answer.content.decode()


def test_value_that_the_form_refuses_is_mended_at_its_cell(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, workbook(HEAD, [1, "长" * 130, *BIRDS[2:]]))
    client = sign_in(cast.editor)

    assert 'aria-label="B2改为"' in client.get(address(batch)).content.decode()
    client.post(address(batch, "mend"), {"sheet": "汇总", "cell": "B2", "value": "湿地观鸟"})

    assert batch.rows.get().content["title"] == "湿地观鸟"


def test_row_that_is_there_twice_is_told_of_and_offers_no_field_that_would_not_help(
    cast: Cast, sign_in: Any
) -> None:
    batch = stage(cast, workbook(HEAD, ROCKET, ROCKET))

    page = sign_in(cast.editor).get(address(batch)).content.decode()

    assert "只导入一次" in page
    assert 'aria-label="B3改为"' not in page


def test_lists_of_our_own_template_are_nothing_to_tell(cast: Cast, sign_in: Any) -> None:
    book = load_workbook(BytesIO(template.workbook(cast.edition)))
    book[template.SHEET]["A2"], book[template.SHEET]["B2"] = "湿地观鸟", "福田区少年宫"
    written = BytesIO()
    book.save(written)
    batch = stage(cast, written.getvalue())

    page = sign_in(cast.editor).get(address(batch)).content.decode()

    assert "选项" not in page
