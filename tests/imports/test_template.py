"""The empty workbook, filled in as it asks, needs nothing more: no problem, no second typing."""

import json
import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kepuyue.activities import completeness, queries
from kepuyue.activities.models import Activity, State
from kepuyue.editions.actions import loading
from kepuyue.editions.models import Edition
from kepuyue.imports import template
from kepuyue.imports.actions import committing, staging
from kepuyue.imports.conversion import Vocabulary
from kepuyue.imports.models import ImportBatch
from kepuyue.organizations.models import Organization, Role
from tests.factories import MembershipFactory, UserFactory
from tests.journeys.pages import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("before_the_month")]

UNIT = "深圳市福田区月亮湾小学"
# What a person types who has no list to choose from; the times as varied as people write them
TYPED = {
    "主办单位": [UNIT],
    "承办单位": ["", f"{UNIT}科学社"],
    "协办单位": ["", "深圳市天文学会、福田区少年宫"],
    "活动日期": ["2024-09-14", "9/21、9/22", "9月7日-8日", "9月1日-30日每周六", "2024年9月28日"],
    "具体时间": ["9:30-11:30", "14:00-16:00", ""],
    "活动地点": ["操场", "科学馆一楼报告厅"],
    "详细地址": ["", "上步中路1号"],
    "线上地址": ["", "https://live.example.org/1"],
    "适合年龄": ["", "7-14岁"],
    "活动语言": ["", "普通话、粤语"],
    "无障碍设施": ["", "轮椅可进出、手语翻译"],
    "活动简介": ["做一支会喷水的火箭，看它为什么往上飞。"],
    "名额": [40, None],
    "预计单场人数": [60, 120],
    "内容负责人": ["林老师"],
    "现场安全负责人及电话": ["王老师 0755-80000001"],
    "安全预案要点": ["发射区拉线，两位老师戴袖标看护，两个出口疏导；雨天改在体育馆，校医在场，备急救箱。"],
    "联系人": ["林老师"],
    "联系电话": ["0755-80000000"],
    "公开电话": ["", "0755-80000002"],
    "备注": ["", "请自带水"],
}


@pytest.fixture
def before_the_month(clock: Any) -> None:
    """Long enough before the first activity that nothing is late."""
    clock.set(datetime(2024, 8, 19, 10))


@pytest.fixture
def edition() -> Edition:
    loading.load(settings.EDITIONS_DIR / "shenzhen-2024")
    return Edition.objects.get(code="shenzhen-2024")


@pytest.fixture
def editor(edition: Edition) -> Any:
    district = Organization.objects.get(level=Organization.Level.DISTRICT, district__code="futian")
    unit = Organization.objects.create(
        name=UNIT, level=Organization.Level.UNIT, parent=district, district=district.district
    )
    return MembershipFactory(user=UserFactory(), organization=unit, role=Role.EDITOR).user


def sheet_of(data: bytes) -> tuple[Workbook, Worksheet]:
    book = load_workbook(BytesIO(data))
    return book, book[template.SHEET]


def choices(book: Workbook, sheet: Worksheet) -> dict[str, list[str]]:
    """What the lists of each column offer, as a spreadsheet program resolves them."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type != "list":
            continue
        name, _mark, cells = rule.formula1.lstrip("=").replace("$", "").partition("!")
        column = sheet[str(rule.sqref).split(":")[0]].column_letter
        found[str(sheet[f"{column}1"].value).rstrip("*")] = [row[0].value for row in book[name][cells]]
    return found


def filled(data: bytes, rows: int, name: str = "") -> tuple[bytes, list[dict[str, Any]]]:
    """The workbook as a person fills it in who takes another choice in each row; `name`: a row of lectures."""
    book, sheet = sheet_of(data)
    offered = TYPED | choices(book, sheet)
    heads = [str(cell.value).rstrip("*") for cell in sheet[1]]
    assert set(offered) | {"活动名称"} == set(heads)
    written = []
    for number in range(rows):
        row = {head: offered[head][number % len(offered[head])] for head in heads[1:]}
        title = f"{name}第{number + 1}讲" if name else f"水火箭课堂 {chr(0x4E00 + number)}"
        written.append({"活动名称": title} | row)
        for place, head in enumerate(heads, start=1):
            sheet.cell(number + 2, place).value = written[-1][head] or None
    file = BytesIO()
    book.save(file)
    return file.getvalue(), written


def test_filled_copy_of_thirty_activities_needs_nothing_more(
    edition: Edition, editor: Any, sign_in: Any
) -> None:
    unit = Organization.objects.get(name=UNIT)
    answer = sign_in(editor).get(reverse("imports:template"))
    assert 'filename="kepuyue-template.xlsx"' in answer["Content-Disposition"]
    data, written = filled(answer.content, 30)

    batch = staging.stage(data, file_name="填好.xlsx", organization=unit, edition=edition, by=editor)
    rows = list(batch.rows.all())
    assert [(row.number, row.problems, row.refused) for row in rows if row.severity] == []
    assert len(rows) == 30
    committing.commit(batch, by=editor)

    assert Activity.objects.filter(organization=unit).count() == 30
    for activity in Activity.objects.filter(organization=unit):
        gaps = completeness.hindrances(activity, queries.working_content(activity))
        assert [gap.why for gap in gaps if gap.blocks] == []
    third = Activity.objects.get(title=written[2]["活动名称"])
    assert third.district is not None
    assert (third.admission, third.expected_crowd, third.district.name) == ("paid", 60, written[2]["所属区"])
    assert [f"{one.starts_at.astimezone(edition.zone):%F}" for one in third.sessions.all()] == ["2024-09-07"]


def test_thirty_activities_reach_the_public_from_the_filled_copy_alone(
    edition: Edition, editor: Any, sign_in: Any, clock: Any
) -> None:
    """Upload, import, hand in, review: after the workbook nothing but ticks and buttons."""
    unit = Organization.objects.get(name=UNIT)
    district, office = unit.parent, Organization.objects.get(level=Organization.Level.OFFICE)
    assert district is not None
    data, written = filled(template.workbook(edition), 30, "走进航天")
    client = sign_in(editor)
    landed = client.post(
        reverse("imports:new"),
        {"organization": unit.pk, "file": SimpleUploadedFile("填好.xlsx", data)},
        follow=True,
    )
    batch = ImportBatch.objects.get()
    assert not batch.rows.exclude(severity="").exists(), landed.content.decode()
    client.post(reverse("imports:commit", args=[batch.pk]))
    committing.commit(ImportBatch.objects.get(), by=editor)  # no worker runs beside the tests

    together = reverse("activities:together") + f"?of=import-{batch.pk}"
    form = form_of(client.get(together), id="many")
    ticked = {"row": [one.code for one in Activity.objects.filter(organization=unit)]}
    client.post(together, form.filled() | ticked | {"signs": "1", "do": "hand-in"})
    assert set(Activity.objects.values_list("state", flat=True)) == {State.SUBMITTED}
    for reviewer in (district, office):
        person = MembershipFactory(user=UserFactory(), organization=reviewer, role=Role.REVIEWER).user
        desk = sign_in(person)
        form = form_of(desk.get(reverse("activities:reviews")), to=reverse("activities:decisions"))
        shown = re.findall(
            r'name="row" value="([^"]+)"', desk.get(reverse("activities:reviews")).content.decode()
        )
        desk.post(reverse("activities:decisions"), form.filled() | {"row": shown, "decision": "approved"})

    assert list(Activity.objects.exclude(state=State.PUBLISHED)) == []
    clock.set(datetime(2024, 9, 2, 10))
    listed = Client().get("/api/v1/activities", {"q": "走进航天", "page_size": "100"}).json()
    assert {one["title"] for one in listed["results"]} == {row["活动名称"] for row in written}
    for activity in Activity.objects.all()[:3]:
        page = Client().get(reverse("programme:activity", args=[activity.code])).content.decode()
        assert activity.title in page
        assert activity.contact_phone not in page


def test_whatever_is_chosen_is_read_as_just_that_term(edition: Edition, editor: Any) -> None:
    """Of several classifications that share a word, such as 科普创作, the one is taken whose list it came from."""
    vocabulary = Vocabulary.of(edition)
    book, sheet = sheet_of(template.workbook(edition))
    offered = choices(book, sheet)

    for taxonomy in edition.taxonomies.prefetch_related("terms"):
        names = offered.get("面向人群" if taxonomy.code == "audience" else f"{taxonomy.name}分类")
        if names is not None:
            pairs = [f"{taxonomy.code}:{term.code}" for term in taxonomy.terms.all()]
            assert [vocabulary.classify([name])[0] for name in names] == [[pair] for pair in pairs]
    assert {"活动板块分类", "活动内容分类", "活动形式分类", "面向人群", "所属区", "参与方式"} <= set(offered)


def test_command_finds_no_problem_either(edition: Edition, editor: Any, tmp_path: Path, capsys: Any) -> None:
    data, _written = filled(template.workbook(edition), 12)
    file = tmp_path / "填好.xlsx"
    file.write_bytes(data)

    call_command("import", str(file), "--edition", edition.code, "--dry-run", "--format", "json")

    report = json.loads(capsys.readouterr().out)
    assert (report["problems"], report["skipped_rows"], len(report["activities"])) == ([], [], 12)


def test_empty_copy_is_refused_with_a_sentence(edition: Edition, editor: Any) -> None:
    unit = Organization.objects.get(name=UNIT)

    with pytest.raises(Exception, match="只有表头"):
        staging.stage(
            template.workbook(edition), file_name="空.xlsx", organization=unit, edition=edition, by=editor
        )
