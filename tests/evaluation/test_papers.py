"""What goes to the province: letter, lists, forms, evidence; the public notice as a document."""

import json
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import docx
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook

from kepuyue.core.time import shifted
from kepuyue.documents import kinds
from kepuyue.documents.actions import drafting, issuing
from kepuyue.documents.measuring import word as measuring
from kepuyue.documents.models import OfficialDocument
from kepuyue.evaluation import blanks, official, package, queries, ranking
from kepuyue.evaluation.actions import freezing, noticing
from kepuyue.evaluation.models import Round
from tests.cast import Cast, come_in
from tests.evaluation.given import DAY, MOMENT, a_judge, fill_in, scoring
from tests.factories import OrganFactory


@pytest.fixture(autouse=True)
def after_the_month() -> Any:
    with shifted(MOMENT - timezone.now()):
        yield


@pytest.fixture
def settled(cast: Cast) -> Round:
    """A round whose list of two stands."""
    round = scoring(
        cast, (cast.own_unit, cast.owner, cast.district_reviewer), (cast.other_unit, cast.colleague, cast.district_reviewer)
    )  # fmt: skip
    for mark, sheet in zip((90, 60), a_judge(round, cast).sheets.order_by("candidate__number"), strict=True):
        fill_in(sheet, mark)
    freezing.freeze(round, by=cast.office)
    noticing.publish(round, starts_on=DAY, contact="市科协科普部", by=cast.office)
    with shifted(datetime(2024, 10, 20, tzinfo=UTC) - timezone.now()):
        noticing.settle(round, title="优秀活动", number="", granted_on=date(2024, 10, 20), by=cast.office)
    return Round.objects.select_related("edition__office").get()


def word_of(document: OfficialDocument) -> bytes:
    with document.word.open("rb") as file:
        return bytes(file.read())


def letter_of(cast: Cast, round: Round) -> OfficialDocument:
    facts = {"edition": round.edition.code, "addressees": "广东省科学技术协会"}
    organ = OrganFactory(organization=cast.office_unit)
    return drafting.begin(official.RECOMMENDATION, organ, by=cast.office, facts=facts)


def test_the_letter_tells_how_the_list_was_made_and_meets_the_standard(cast: Cast, settled: Round) -> None:
    issued = issuing.issue_draft(letter_of(cast, settled), by=cast.office)

    data = word_of(issued)
    text = "\n".join(one.text for one in docx.Document(BytesIO(data)).paragraphs)
    assert "广东省科学技术协会：" in text
    assert "共申报2项，经1个单位推荐、审核后参评2项，由1名评委独立评分" in text
    assert "公示5个工作日，没有收到异议" in text
    assert settled.snapshots.get().digest[:16] in text
    assert [one for one in measuring.measure(data) if not one.is_right] == []


def test_the_list_stands_in_the_letter_in_its_order(cast: Cast, settled: Round) -> None:
    issued = issuing.issue_draft(letter_of(cast, settled), by=cast.office)

    (table,) = docx.Document(BytesIO(word_of(issued))).tables

    names = [str(one) for one in queries.chosen(settled)]
    assert [row.cells[1].text for row in table.rows] == ["活动名称", *names]


def test_a_branch_recommends_by_a_letter_whom_it_has_agreed_to(cast: Cast) -> None:
    scoring(cast, (cast.own_unit, cast.owner, cast.district_reviewer))
    organ = OrganFactory(organization=cast.own_district, name="福田区科学技术协会", on_behalf="")
    other = OrganFactory(organization=cast.other_district)

    issued = issuing.issue(
        kind=official.BRANCH_RECOMMENDATION, issuer=organ, context={}, by=cast.district_reviewer
    )

    word = docx.Document(BytesIO(word_of(issued)))
    text = "\n".join(one.text for one in word.paragraphs)
    assert "推荐优秀活动1项，名单见附件" in text and "未发现上述单位近2年内发生违法违规" in text
    assert [cell.text for cell in word.tables[0].rows[1].cells][2] == cast.own_unit.name
    offered = {one.code for one in kinds.offered(cast.district_reviewer, organ)}
    assert official.BRANCH_RECOMMENDATION in offered
    assert official.BRANCH_RECOMMENDATION not in {
        one.code for one in kinds.offered(cast.other_reviewer, other)
    }
    with pytest.raises(ValidationError, match="还没有同意推荐"):
        issuing.issue(kind=official.BRANCH_RECOMMENDATION, issuer=other, context={}, by=cast.other_reviewer)


def test_each_form_stands_on_its_page_with_all_opinions_and_places_for_seals(settled: Round) -> None:
    with translation.override("en"):
        forms = blanks.filled(queries.chosen(settled))

    word = docx.Document(BytesIO(blanks.to_word(forms)))
    assert len(word.tables) == 2
    cells = [cell.text for row in word.tables[0].rows for cell in row.cells]
    assert {
        "活动名称",
        "系统登记的数字",
        "主要事迹",
        "申报单位意见",
        "推荐单位意见",
        "市科协审定意见",
    } <= set(cells)
    assert any("参与群众（清点）30 人次" in text for text in cells)
    assert sum("（盖章）" in text for text in dict.fromkeys(cells)) == 3


def test_the_table_of_forms_has_a_line_each_and_no_seals(settled: Round) -> None:
    book = load_workbook(BytesIO(blanks.to_xlsx("推荐汇总表", blanks.filled(queries.chosen(settled)))))

    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 3
    assert "情况属实，同意申报。" in rows[1] and not any("盖章" in str(cell) for row in rows for cell in row)


def test_the_package_holds_what_the_list_can_be_made_from_again(cast: Cast, settled: Round) -> None:
    letter_of(cast, settled)

    archive = zipfile.ZipFile(BytesIO(package.packed(settled.edition)))

    assert sorted(archive.namelist()) == [
        "1-推荐函（草稿）.docx", "2-推荐名单和推荐表/优秀活动推荐汇总表.xlsx", "2-推荐名单和推荐表/优秀活动推荐表.docx",
        "3-佐证材料/优秀活动全部名次.xlsx", "3-佐证材料/优秀活动评分数据.json", "说明.txt",
    ]  # fmt: skip
    data = json.loads(archive.read("3-佐证材料/优秀活动评分数据.json"))
    kept = settled.snapshots.get()
    assert ranking.digest(ranking.plain(ranking.rank(data))) == kept.result_digest
    assert kept.result_digest in archive.read("说明.txt").decode("utf-8-sig")


def test_only_the_office_takes_the_package(cast: Cast, settled: Round, client: Client) -> None:
    come_in(client, cast.office)

    answer = client.get("/desk/evaluation/package.zip")

    assert answer.status_code == 200 and zipfile.is_zipfile(BytesIO(answer.content))


def test_the_public_notice_is_drafted_as_a_document_without_typing_a_name(cast: Cast, settled: Round) -> None:
    facts = official.announcement_facts(settled)

    draft = drafting.begin(
        official.ANNOUNCEMENT, OrganFactory(organization=cast.office_unit), by=cast.office, facts=facts
    )

    rows = draft.content["attachments"][0]["blocks"][0]["rows"]
    assert [row[1] for row in rows] == [str(one) for one in queries.chosen(settled)]
