"""Ages, languages, accessibility and key activities from tables."""

from io import BytesIO

import openpyxl
import pytest

from kepuyue.activities.free_text import Ages
from kepuyue.activities.models import Activity
from kepuyue.imports import headers, suitability
from kepuyue.imports.actions import committing, staging
from kepuyue.imports.models import ImportRow
from kepuyue.publicity.actions import key_activities
from kepuyue.publicity.models import KeyDecision
from tests.imports.test_entries import find

NOBODY = Ages(None, None)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("6-12岁", Ages(6, 12)), ("６－１２岁", Ages(6, 12)), ("6—12", Ages(6, 12)), ("3岁以上", Ages(3, None)),
        ("3+", Ages(3, None)), ("18以上", Ages(18, None)), ("14周岁（含）以下", Ages(None, 14)), ("不限", NOBODY),
        ("老少皆宜", NOBODY), ("—", NOBODY),
    ],
)  # fmt: skip
def test_ages_that_are_stated(text, ages):
    found = suitability.read({"age": text})

    assert (found.ages, found.unclear, found.rest) == (ages, [], [])


@pytest.mark.parametrize(
    "text", ["成人", "小学1-3年级", "12-6岁", "6-12岁或60岁以上", "8", "300岁以上", "2024-06-12"]
)
def test_ages_that_nobody_can_be_sure_of_are_kept_as_text(text):
    found = suitability.read({"age": text})

    assert found.ages is None
    assert found.rest == [f"适合年龄：{text}"]
    assert [(column, code) for column, code, _why in found.unclear] == [("age", "age-unclear")]


def test_ages_in_the_audience_count_where_no_column_states_them():
    assert suitability.read({}, audience="6-12岁亲子家庭").ages == Ages(6, 12)
    assert suitability.read({"age": "不限"}, audience="6-12岁亲子家庭").ages == NOBODY
    assert suitability.read({}, audience="亲子家庭").ages is None


@pytest.mark.parametrize(
    ("text", "languages", "codes"),
    [
        ("普通话、粤语", "普通话、粤语", []), ("中英双语", "中英双语", []), ("", None, []), ("无", None, []),
        ("不限", None, []), ("方言", "方言", ["language-unclear"]),
    ],
)  # fmt: skip
def test_languages(text, languages, codes):
    found = suitability.read({"language": text})

    assert found.languages == languages
    assert [code for _column, code, _why in found.unclear] == codes


@pytest.mark.parametrize(
    ("text", "items", "note", "codes"),
    [
        ("轮椅可进出、手语翻译", ["wheelchair", "sign_language"], "", []),
        ("西门有无障碍坡道", ["wheelchair"], "西门有无障碍坡道", []),
        ("无", [], "", []), ("否", [], "", []), ("没有无障碍设施", [], "", []), ("", None, "", []),
        ("有", [], "有", ["access-unclear"]), ("不提供手语", [], "不提供手语", ["access-unclear"]),
    ],
)  # fmt: skip
def test_accessibility(text, items, note, codes):
    found = suitability.read({"access": text})

    assert (found.access_items, found.access_note) == (items, note)
    assert [code for _column, code, _why in found.unclear] == codes


@pytest.mark.parametrize(
    ("text", "is_key", "codes"),
    [("是", True, []), ("√", True, []), ("否", False, []), ("", None, []), ("看情况", None, ["key-unclear"])],
)
def test_whether_it_is_put_forward(text, is_key, codes):
    found = suitability.read({"key": text})

    assert found.is_key is is_key
    assert [code for _column, code, _why in found.unclear] == codes


def test_linked_city_puts_its_key_activities_forward_itself():
    found = suitability.read({"key": "是"}, is_elsewhere=True)

    assert (found.is_key, [code for _column, code, _why in found.unclear]) == (None, ["key-unclear"])


def test_whatever_the_lists_of_the_template_offer_is_understood():
    for column, offered in (
        ("age", suitability.age_choices()),
        ("language", suitability.language_choices()),
        ("access", suitability.access_choices()),
    ):
        for text in offered:
            assert suitability.read({column: text}).unclear == []
    together = suitability.read({"access": "、".join(suitability.access_choices())})
    assert (len(together.access_items or ()), together.access_note) == (len(suitability.access_choices()), "")


def test_headings():
    row = ["活动名称", "适合年龄（岁）", "语言", "无障碍", "重点活动", "活动时间"]

    assert headers.columns(row) == {"title": 0, "age": 1, "language": 2, "access": 3, "key": 4, "when": 5}
    assert headers.meaning("您的年龄") is None
    assert headers.meaning("重点活动") is None  # perhaps a value, perhaps what a list is called
    assert headers.columns(["重点活动", "活动时间", "活动地点"]) == {"when": 1, "venue": 2}


def test_fault_stands_beside_its_cell():
    header = ["活动名称", "活动时间", "年龄段", "语种", "是否重点活动"]
    found = find(["观鸟", "9月14日", "成人", "方言", "再说"], header=header)

    assert [(problem.cell, problem.code) for problem in found.problems] == [
        ("C2", "age-unclear"), ("D2", "language-unclear"), ("E2", "key-unclear"),
    ]  # fmt: skip


HEADER = "活动名称,主办单位,活动时间,活动地点,适合年龄,语种,无障碍设施,重点活动\n"


def bring_in(cast, row):
    batch = staging.stage(
        (HEADER + row).encode(),
        file_name="活动.csv",
        organization=cast.own_unit,
        edition=cast.edition,
        by=cast.editor,
    )
    committing.commit(batch, by=cast.editor)
    return batch.rows.get()


@pytest.mark.django_db
def test_facts_reach_the_activity_and_later_the_file_changes_them(cast):
    row = bring_in(cast, "观鸟,福田区少年宫,2024-09-14 9:00-11:00,公园,8岁以上,粤语、手语,轮椅可进出,是\n")
    activity = Activity.objects.get()

    assert row.state == ImportRow.State.CREATED
    assert (activity.age_min, activity.age_max, activity.languages) == (8, None, "粤语、手语")
    assert (activity.accessibility_items, activity.accessibility) == (["wheelchair"], "")
    assert activity.is_key

    row = bring_in(cast, "观鸟,福田区少年宫,2024-09-14 9:00-11:00,公园,不限,粤语、手语,无,否\n")
    activity.refresh_from_db()

    assert row.state == ImportRow.State.CHANGED
    assert (activity.age_min, activity.accessibility_items, activity.is_key) == (None, [], False)
    assert row.version == activity.version


@pytest.mark.django_db
def test_what_was_decided_stays_whatever_the_file_says(cast):
    bring_in(cast, "观鸟,福田区少年宫,2024-09-14 9:00-11:00,公园,,,,是\n")
    activity = Activity.objects.get()
    key_activities.enlist(activity, by=cast.district_reviewer)

    row = bring_in(cast, "观鸟,福田区少年宫,2024-09-14 9:00-11:00,公园,,,,否\n")

    assert row.state == ImportRow.State.UNCHANGED
    assert KeyDecision.objects.get(activity=activity).state == KeyDecision.State.LISTED


@pytest.mark.django_db
def test_ages_in_a_workbook_that_became_a_day_are_told(cast):
    """Spreadsheet programs turn 6-12 into 12 June."""
    book = openpyxl.Workbook()
    book.active.append(["活动名称", "活动时间", "活动地点", "适合年龄"])
    book.active.append(["观鸟", "2024-09-14", "公园", "6-12岁"])
    book.active["D2"].number_format = "@"
    book.active.append(["观星", "2024-09-15", "公园", "6月12日"])
    file = BytesIO()
    book.save(file)

    batch = staging.stage(
        file.getvalue(),
        file_name="活动.xlsx",
        organization=cast.own_unit,
        edition=cast.edition,
        by=cast.editor,
    )

    assert [[p["code"] for p in row.problems if p["code"] == "age-unclear"] for row in batch.rows.all()] == [
        [], ["age-unclear"],
    ]  # fmt: skip
