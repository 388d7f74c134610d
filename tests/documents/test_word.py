"""What stands in the Word file, and how titles are broken."""

import re
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kepuyue.documents import word
from kepuyue.documents.content import Picture, width
from kepuyue.documents.titles import LONGEST, broken
from tests.documents.given import TITLE, upward, whole


def texts(data: bytes) -> list[str]:
    return [one.text for one in docx.Document(BytesIO(data)).paragraphs]


def test_parts_stand_in_the_order_of_the_standard() -> None:
    found = [text for text in texts(word.render(whole())) if text.strip()]

    begins = ["深圳市科普工作联席会议办公室文件", "深科联办〔2024〕4号", "深圳市科普工作联席会议办公室\n关于举办", "市科普工作联席会议各成员单位",
              "各区各部门", "一、时间和主题", "各区", "二、活动内容", "（一）践行", "1. 科普基地", "（1）示范点", "（二）开展科学教育"]  # fmt: skip
    assert [text.startswith(one) for text, one in zip(found, begins, strict=False)] == [True] * len(begins)
    after = found[found.index("附件：1. 中国科协科普部关于2024年全国科普日活动的预通知") :]
    assert after[:8] == [
        "附件：1. 中国科协科普部关于2024年全国科普日活动的预通知", "2. 2024年深圳科普月重点活动一览表",
        "深圳市科普工作联席会议办公室", "（深圳市科学技术协会代章）", "2024年8月6日", "（联系人：科普部，电话：12345）",
        "附件1", "中国科协科普部关于2024年\n全国科普日活动的预通知",
    ]  # fmt: skip
    assert not any("此页无正文" in text for text in found)


def test_mark_of_several_organs_has_the_host_first_and_one_number() -> None:
    word_file = docx.Document(BytesIO(word.render(upward())))

    found = [one.text for one in word_file.paragraphs if one.text.strip()]
    assert found[:5] == [
        "000007",
        "秘密★1年",
        "加急",
        "\t签发人：李　明　王小川",
        "\t深科联办〔2024〕4号\t欧阳文华",
    ]
    mark = word_file.tables[0]
    assert [row.cells[0].text for row in mark.rows] == [
        "深圳市科学技术协会",
        "深圳市教育局",
        "深圳市科技创新局",
    ]
    assert mark.rows[0].cells[1].text == "文件" and mark.rows[0].cells[1]._tc is mark.rows[2].cells[1]._tc
    signed = found.index("\t深圳市科学技术协会\t深圳市教育局")
    assert found[signed + 1 : signed + 3] == ["\t深圳市科技创新局", "2024年8月6日"]


@pytest.mark.parametrize(
    ("joint", "rows"),
    [
        (("甲局",), 1),
        (("甲局", "乙局", "丙局"), 2),
        (("深圳市前海深港现代服务业合作区管理局",), 2),
        (("甲局", "乙局", "丙局", "丁局", "戊局", "己局"), 3),
    ],
)
def test_names_of_several_organs_leave_room_for_each_seal(joint: tuple[str, ...], rows: int) -> None:
    document = replace(upward(), issuer="某协会", joint=joint)

    found = texts(word.render(document))

    signed = found[: found.index("2024年8月6日")][-rows:]
    assert "".join(signed).replace("\t", "") == "某协会" + "".join(joint)


def test_so_many_organs_that_no_text_would_fit_leave_the_mark_to_the_host() -> None:
    document = replace(upward(), joint=("甲局", "乙局", "丙局", "丁局", "戊局"))

    assert document.marked == (("深圳市科学技术协会文件",), "")
    assert replace(document, joint=("甲局",), mark="某协会").marked == (("某协会", "甲局"), "")


def test_whoever_signs_stands_on_a_page_with_text() -> None:
    paragraphs = docx.Document(BytesIO(word.render(whole()))).paragraphs

    last = next(place for place, one in enumerate(paragraphs) if one.text.startswith("附件：1."))
    day = next(place for place, one in enumerate(paragraphs) if one.text == "2024年8月6日")
    assert all("w:keepNext" in one._p.xml for one in paragraphs[last - 1 : day])


def test_table_repeats_its_head_and_divides_no_row() -> None:
    table = docx.Document(BytesIO(word.render(whole()))).tables[0]

    assert [cell.text for cell in table.rows[0].cells] == ["序号", "活动名称", "时间"] and len(
        table.rows
    ) == 37
    assert "w:tblHeader" in table.rows[0]._tr.xml and "w:tblHeader" not in table.rows[1]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_what_no_file_can_hold_is_left_out() -> None:
    document = replace(whole(), title="关于活动的\x0b通知\ud800", attachments=())

    assert "关于活动的通知" in texts(word.render(document))


def test_picture_is_set_with_its_caption() -> None:
    file = BytesIO()
    Image.new("RGB", (40, 20), "navy").save(file, "PNG")
    document = replace(whole(), blocks=(Picture(file.getvalue(), "图1 主场", 0.5),))

    data = word.render(document)

    [shape] = docx.Document(BytesIO(data)).inline_shapes
    assert round(shape.width.mm) == 78 and "图1 主场" in texts(data)


def test_one_attachment_has_no_number() -> None:
    document = replace(whole(), attachments=whole().attachments[:1])

    found = texts(word.render(document))

    assert "附件：中国科协科普部关于2024年全国科普日活动的预通知" in found and "附件" in found


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (TITLE, ["深圳市科普工作联席会议办公室", "关于举办2024年深圳全国科普日", "暨深圳科普月活动的通知"]),
        ("关于做好2025年全国科普日活动的通知", ["关于做好2025年全国科普日活动的通知"]),
        (
            "中国科协科普部关于2024年全国科普日活动的预通知",
            ["中国科协科普部关于2024年", "全国科普日活动的预通知"],
        ),
    ],
)
def test_title_is_broken_by_meaning(title: str, lines: list[str]) -> None:
    assert broken(title) == lines


WORDS = (
    "深圳市", "科普工作", "联席会议", "办公室", "关于", "举办", "2024年", "暨", "的", "和", "、", "全国科普日", "活动", "通知"
)  # fmt: skip


# The first title waits for the dictionary
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=16))
def test_broken_title_loses_nothing_fits_and_divides_no_word(words: list[str]) -> None:
    title = re.sub("[的和、暨]{2,}", "的", "".join(words))

    lines = broken(title)

    assert "".join(lines) == title
    assert all(width(line) <= LONGEST for line in lines)
    assert not any(line.startswith(("的", "、")) for line in lines[1:])
    assert not any(
        before.endswith(("20", "全国科普", "202")) and after.startswith(("24年", "日", "4年"))
        for before, after in pairwise(lines)
    )
