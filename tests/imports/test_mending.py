"""A file that waits: looked at beside what becomes of it, mended cell by cell, its columns named by hand."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kepuyue.activities.models import Activity
from kepuyue.core.models import AuditEvent
from kepuyue.imports.actions import committing, mending
from kepuyue.imports.cells import column_index, column_letters
from kepuyue.imports.models import ImportBatch, KnownHeading, Mend
from kepuyue.imports.reader import Unreadable
from tests.cast import Cast
from tests.imports.test_actions import BIRDS, HEADER, stage, states

pytestmark = pytest.mark.django_db

FAULTY = (
    "活动名称,主办单位,活动时间,活动地点\n"
    "湿地观鸟,福田区少年宫,9月14日（周日）9:00-11:00,红树林公园\n"
    "秋夜观星,福田区少年宫,9月31日 19:00-21:00,西涌\n"
    "化石讲座,福田区少年宫,待定,博物馆\n"
)
# No word of this heading is known to the reader
STRANGE = "甲项,乙项,丙项\n湿地观鸟,9月14日 9:00-11:00,红树林公园\n"


def codes(batch: ImportBatch) -> dict[str, str]:
    return {problem["cell"]: problem["code"] for row in batch.rows.all() for problem in row.problems}


def page_of(client: Any, batch: ImportBatch, **query: str) -> str:
    text: str = client.get(reverse("imports:batch", args=[batch.pk]), query).content.decode()
    return text


@pytest.mark.parametrize("index", [0, 25, 26, 51, 52, 701])
def test_letters_of_columns_are_read_back(index: int) -> None:
    assert column_index(column_letters(index)) == index


def test_mended_cell_is_read_by_the_same_reader_and_what_was_sent_stays(cast: Cast) -> None:
    batch = stage(cast, FAULTY)
    assert codes(batch) == {"C2": "weekday-mismatch", "C3": "date-invalid", "C4": "date-vague"}
    as_sent = bytes(batch.sheets.get().cells)

    mending.mend(batch, sheet="", cell="C3", value="9月30日 19:00-21:00", by=cast.editor)

    assert codes(batch) == {"C2": "weekday-mismatch", "C4": "date-vague"}
    stars = batch.rows.get(number=3)
    assert [session["starts_at"] for session in stars.content["sessions"]] == ["2024-09-30T11:00:00Z"]
    assert bytes(batch.sheets.get().cells) == as_sent
    mend = batch.mends.get()
    assert (mend.cell, mend.by) == ("C3", cast.editor)
    event = AuditEvent.objects.get(action="import.mend")
    assert event.reason == "C3"


def test_mended_file_is_committed_as_mended(cast: Cast) -> None:
    batch = stage(cast, FAULTY)
    mending.mend(batch, sheet="", cell="A3", value="冬夜观星", by=cast.editor)

    committing.commit(batch, by=cast.editor)

    assert set(Activity.objects.values_list("title", flat=True)) == {"湿地观鸟", "冬夜观星", "化石讲座"}


def test_mend_taken_back_lets_the_cell_say_again_what_was_sent(cast: Cast) -> None:
    batch = stage(cast, FAULTY)
    mending.mend(batch, sheet="", cell="C3", value="9月30日", by=cast.editor)
    mending.mend(batch, sheet="", cell="C3", value="9月29日", by=cast.editor)
    assert Mend.objects.get().value == "9月29日"

    mending.unmend(batch, pk=Mend.objects.get().pk, by=cast.editor)

    assert codes(batch)["C3"] == "date-invalid"


def test_file_with_a_mend_still_updates_what_came_of_the_file_before(cast: Cast) -> None:
    committing.commit(stage(cast, FAULTY), by=cast.editor)
    batch = stage(cast, FAULTY)
    mending.mend(batch, sheet="", cell="C3", value="9月30日 19:00-21:00", by=cast.editor)

    committing.commit(batch, by=cast.editor)

    assert states(batch) == {"changed": 1, "unchanged": 2}
    assert Activity.objects.count() == 3


def test_chosen_column_is_forgotten_when_it_is_not_used_any_more(cast: Cast) -> None:
    batch = stage(cast, STRANGE)
    mending.choose(batch, {"甲项": "title", "乙项": "when", "丙项": "note"}, by=cast.editor)

    mending.choose(batch, {"丙项": mending.UNUSED, "乙项": ""}, by=cast.editor)

    assert list(KnownHeading.objects.values_list("heading", "meaning")) == [("甲项", "title")]


def test_known_heading_that_is_not_wanted_is_left_out(cast: Cast) -> None:
    batch = stage(cast, HEADER + BIRDS)

    mending.choose(batch, {"备注": mending.UNUSED}, by=cast.editor)

    assert "请带水" not in str(batch.rows.get().content)


@pytest.mark.parametrize("text", ["只有一栏\n没有别的\n", "甲项,乙项\n"])
def test_file_without_anything_to_choose_is_refused(cast: Cast, text: str) -> None:
    with pytest.raises(Unreadable):
        stage(cast, text)

    assert not ImportBatch.objects.exists()


def test_page_shows_the_sheet_with_problems_beside_their_cells(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, FAULTY)

    page = page_of(sign_in(cast.editor), batch)

    assert page.count("sheet__cell--error") == 2
    assert page.count("sheet__cell--warning") == 1
    assert "改为“9月14日（周六）9:00-11:00”" in page
    assert "改为“9月30日 19:00-21:00”" in page


def test_suggestion_is_taken_by_one_press_with_and_without_scripts(cast: Cast, sign_in: Any) -> None:
    batch, client = stage(cast, FAULTY), sign_in(cast.editor)
    address = reverse("imports:mend", args=[batch.pk])
    fields = {"sheet": "", "sheet_at": "0", "page": "1"}

    plain = client.post(
        address, fields | {"cell": "C2", "value": "9月14日（周六）9:00-11:00"}, follow=True
    ).content.decode()
    fragment = client.post(
        address, fields | {"cell": "C3", "value": "9月30日 19:00"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "C2已改为" in plain and "<html" in plain
    assert "C3已改为" in fragment and "<html" not in fragment
    assert codes(batch) == {"C4": "date-vague"}


def test_trouble_with_a_mend_is_told_in_the_fragment(cast: Cast, sign_in: Any) -> None:
    batch = stage(cast, FAULTY)

    answer = sign_in(cast.editor).post(
        reverse("imports:mend", args=[batch.pk]),
        {"sheet": "", "cell": "?", "value": "x"},
        headers={"HX-Request": "true"},
    )

    assert "表格里没有这一格" in answer.content.decode()


def test_choice_by_which_nothing_is_left_to_read_is_refused_and_all_stays(cast: Cast, sign_in: Any) -> None:
    batch, client = stage(cast, "活动名称,主办单位\n湿地观鸟,福田区少年宫\n"), sign_in(cast.editor)
    fields = {"sheet": "", "sheet_at": "0", "page": "1", "value": ""}

    answers = [
        client.post(reverse("imports:mend", args=[batch.pk]), fields | {"cell": cell}, follow=True)
        for cell in ("B2", "A2")
    ]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "只有表头" in answers[-1].content.decode()
    assert [mend.cell for mend in batch.mends.all()] == ["B2"]
    assert batch.rows.waiting().get().content["title"] == "湿地观鸟"


def test_file_whose_sheets_were_not_kept_cannot_be_mended(cast: Cast) -> None:
    batch = stage(cast, FAULTY)
    batch.sheets.all().delete()

    for change in (
        lambda: mending.choose(batch, {"主办单位": mending.UNUSED}, by=cast.editor),
        lambda: mending.mend(batch, sheet="", cell="C3", value="9月30日", by=cast.editor),
    ):
        with pytest.raises(ValidationError):
            change()

    assert not KnownHeading.objects.exists()
    assert batch.rows.count() == 3
