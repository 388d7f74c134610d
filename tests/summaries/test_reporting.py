"""A branch's month, and the city's, as an official document: figures by method, charts with their tables, photos by rule."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook

from kepuyue.activities.models import State
from kepuyue.core.time import shifted
from kepuyue.documents import kinds, storing, word
from kepuyue.documents.actions import drafting, issuing
from kepuyue.documents.content import Chart, Document, Picture, Table
from kepuyue.documents.measuring import word as measuring
from kepuyue.documents.models import IssuingOrgan
from kepuyue.summaries.models import Figure, Filing, Summary
from kepuyue.summaries.reporting import letter
from tests.cast import Cast, come_in
from tests.factories import ActivityFactory, OrganFactory, PhotoFactory, SummaryFactory

FACTS = {"pictures": 12, "with_list": True}


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with shifted(datetime(2024, 10, 8, 2, tzinfo=UTC) - timezone.now()):
        yield


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Pictures that nobody names are left over when a test is undone."""
    settings.MEDIA_ROOT = tmp_path


def summed_up(cast: Cast, unit: Any, *, counted: int = 30, checked_in: int = 0, **more: Any) -> Summary:
    """The accepted summary of an activity of the unit."""
    activity = ActivityFactory(
        edition=cast.edition, organization=unit, state=State.PUBLISHED, sessions=1, **more
    )
    summary = SummaryFactory(activity=activity, filed="accepted")
    Figure.objects.filter(filing__summary=summary).update(value=counted)
    if checked_in:
        filing = Filing.objects.get(summary=summary)
        Figure.objects.create(
            filing=filing, name="visits", method="check_in", value=checked_in, origin="typed"
        )
    return summary


def photo(summary: Summary, likeness: str, **more: Any) -> Any:
    """One that was described before the summary was filed."""
    return PhotoFactory(
        summary=summary, likeness_key=likeness, described_at=datetime(2024, 9, 20, tzinfo=UTC), **more
    )


def made(cast: Cast, kind: str = "city-summary", organ: IssuingOrgan | None = None, **facts: Any) -> Document:
    organ = organ or OrganFactory(organization=cast.office_unit)
    by = cast.office if organ.organization == cast.office_unit else cast.district_reviewer
    draft = drafting.begin(kind, organ, by=by, facts={**FACTS, **facts})
    return storing.from_json(draft.content)


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


def test_figures_stand_by_how_they_were_obtained_and_are_not_added_up(cast: Cast) -> None:
    summed_up(cast, cast.own_unit, counted=30, checked_in=12)
    summed_up(cast, cast.far_unit, counted=70)

    figures = {row[:2]: row[2] for row in tables(made(cast))[0].rows}

    assert (figures["参与群众", "签到"], figures["参与群众", "清点"]) == ("12", "100")
    assert "112" not in figures.values()


def test_every_chart_says_what_the_table_below_it_says(cast: Cast) -> None:
    summed_up(cast, cast.own_unit, counted=30, checked_in=12)
    summed_up(cast, cast.far_unit, counted=70)

    document = made(cast)

    charts = [block for block in document.blocks if isinstance(block, Chart)]
    by_branch = next(one for one in tables(document) if one.head[0] == "区、部门")
    shown = next(one for one in charts if one.caption.startswith("按区和部门的活动数"))
    assert [(row[0], float(row[1])) for row in by_branch.rows] == list(
        zip(shown.labels, shown.series[0][1], strict=True)
    )


def test_what_is_being_supplemented_counts_with_what_was_accepted(cast: Cast) -> None:
    summed_up(cast, cast.own_unit)
    Summary.objects.update(state=Summary.State.SUPPLEMENTED)

    said = made(cast).blocks[1]

    assert "已采纳1份（占公布活动的100%）" in said.text  # type: ignore[union-attr]


def test_a_unit_sends_its_summaries_with_a_letter(cast: Cast, client: Client) -> None:
    summary = summed_up(cast, cast.own_unit, counted=42, title="水火箭发射营")
    Filing.objects.filter(summary=summary).update(words="火箭飞过了旗杆。")
    photo(summary, "00ff00ff00ff00ff")
    summed_up(cast, cast.other_unit, title="别家的活动")
    come_in(client, cast.owner)

    page = client.get("/desk/summaries/").content.decode()
    answer = client.get(f"/desk/summaries/letters/{cast.own_unit.code}.docx")

    assert f"/desk/summaries/letters/{cast.own_unit.code}.docx" in page
    document = docx.Document(BytesIO(answer.content))
    text = "\n".join(one.text for one in document.paragraphs)
    assert f"{cast.own_district.name}：" in text and "参与群众（清点）42 人次" in text
    assert "火箭飞过了旗杆。" in text and "别家的活动" not in text and len(document.inline_shapes) == 1
    assert [one for one in measuring.measure(answer.content) if not one.is_right] == []
    assert client.get(f"/desk/summaries/letters/{cast.far_unit.code}.docx").status_code == 403


def test_who_issues_documents_issues_that_letter_with_a_number(cast: Cast) -> None:
    organ = OrganFactory(organization=cast.own_district, name=cast.own_district.name, on_behalf="")
    assert letter.KIND not in {one.code for one in kinds.offered(cast.district_reviewer, organ)}
    with pytest.raises(ValidationError, match="还没有报送过总结"):
        issuing.issue(kind=letter.KIND, issuer=organ, context={}, by=cast.district_reviewer)
    summed_up(cast, cast.own_district, title="区里的活动")

    issued = issuing.issue(kind=letter.KIND, issuer=organ, context={}, by=cast.district_reviewer)

    assert letter.KIND in {one.code for one in kinds.offered(cast.district_reviewer, organ)}
    assert issued.number == 1 and storing.from_json(issued.content).addressees == str(cast.edition.office)


def test_a_branch_writes_of_itself_and_to_the_office(cast: Cast) -> None:
    summed_up(cast, cast.own_unit, title="福田的活动")
    summed_up(cast, cast.far_unit, title="南山的活动")

    document = made(cast, "branch-summary", OrganFactory(organization=cast.own_district))

    assert document.addressees == str(cast.edition.office)
    assert document.signers == ("（待填写）",)
    (listed,) = (block for block in document.attachments[1].blocks if isinstance(block, Table))
    assert [row[1] for row in listed.rows] == ["福田的活动"]


def test_photos_are_taken_in_turn_one_an_activity_none_twice_and_none_without_consent(cast: Cast) -> None:
    here, there = summed_up(cast, cast.own_unit, counted=90), summed_up(cast, cast.far_unit, counted=80)
    other = summed_up(cast, cast.own_unit, counted=70)
    photo(here, "0f0f0f0f0f0f0f0f", caption="先")
    photo(here, "ffffffff00000000", caption="同一项活动的第二张")
    photo(there, "00000000ffffffff", caption="后")
    photo(other, "0f0f0f0f0f0f0f0e", caption="和先很像")
    photo(other, "ffff0000ffff0000", caption="孩子", people="children")

    pictures = [block for block in made(cast).blocks if isinstance(block, Picture)]

    assert [one.caption.partition("（")[0] for one in pictures] == ["照片1　先", "照片2　后"]


def test_the_word_file_meets_the_standard_and_its_charts_hold_their_numbers(cast: Cast) -> None:
    summed_up(cast, cast.own_unit, counted=30, checked_in=12)
    organ = OrganFactory(organization=cast.office_unit)
    with translation.override("en"):
        draft = drafting.begin("city-summary", organ, by=cast.office, facts=FACTS)
    issued = issuing.issue_draft(draft, by=cast.office)
    with issued.word.open("rb") as file:
        data = file.read()

    assert [one.figure.code for one in measuring.measure(data) if not one.is_right] == []
    assert any("主要数字" in one.text for one in docx.Document(BytesIO(data)).paragraphs)
    with ZipFile(BytesIO(data)) as archive:
        books = [name for name in archive.namelist() if name.startswith("word/embeddings/")]
        rows = list(load_workbook(BytesIO(archive.read(books[0]))).active.iter_rows(values_only=True))
    assert rows[0][1:3] == ("公布活动（项）", "已采纳总结（份）") and rows[1][1:3] == (1, 1)


def test_content_with_charts_is_kept_and_read_again_as_it_was(cast: Cast) -> None:
    summed_up(cast, cast.own_unit)
    document = made(cast)

    assert storing.from_json(storing.to_json(document)) == document
    assert word.render(document)


def test_without_an_accepted_summary_there_is_nothing_to_write(cast: Cast) -> None:
    SummaryFactory(activity__edition=cast.edition, activity__organization=cast.own_unit)

    with pytest.raises(ValidationError, match="还没有已采纳的总结"):
        made(cast)


def test_beside_a_bar_stands_its_value_and_nothing_else(cast: Cast) -> None:
    summed_up(cast, cast.own_unit)

    with ZipFile(BytesIO(word.render(made(cast)))) as archive:
        chart = archive.read("word/charts/chart1.xml").decode()

    for name, is_shown in (("showVal", 1), ("showCatName", 0), ("showSerName", 0), ("showLegendKey", 0)):
        assert f'{name} val="{is_shown}"' in chart and f'{name} val="{1 - is_shown}"' not in chart
