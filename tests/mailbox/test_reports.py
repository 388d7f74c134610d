"""Figures and words as people write them."""

import pytest

from kepuyue.mailbox import reports
from kepuyue.mailbox.reports import Stretch


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("共吸引约３００余名市民参与", {"visits-estimate": 300}),
        ("参与群众\t300人次\n志愿者：25\n发放资料（份）：1,200", {"visits-estimate": 300, "volunteers-count": 25, "materials-count": 1200}),
        ("经扫码统计，参与市民1,280人次。共有8家单位参加。", {"visits-count": 1280, "units-record": 8}),
        ("举办讲座2场，参加群众三百二十人次", {"visits-estimate": 320, "sessions-record": 2}),
        ("线上直播观看量达1.2万人次，线下无人", {"views-views": 12_000}),
        ("（线上）”，参与群众约120人次", {"visits-estimate": 120}),
        ("活动名称：讲座；参与人数：200；志愿者人数：10；专家人数：2", {"visits-estimate": 200, "volunteers-count": 10, "experts-count": 2}),
        ("12名志愿者和3位高校专家参加，咨询80人次，义诊45人次", {"volunteers-count": 12, "experts-count": 3, "consultations-count": 80, "clinic-count": 45}),
        ("展出展板20块、展品15件", {"boards-count": 20, "exhibits-count": 15}),
        ("一名观众说：很好。2024年9月14日上午9点开始，电话13800000000", {}),
        ("200余名学生前来参观，其中50人做了实验", {"visits-estimate": 200}),
    ],
)  # fmt: skip
def test_figures_are_read_as_they_are_written(text: str, known: dict[str, int]) -> None:
    found = reports.figures([Stretch("总结.docx", text)])

    assert {one.key: one.value for one in found} == known
    assert all(one.place == "总结.docx" and not one.clashes for one in found)


def test_different_numbers_for_one_thing_are_all_named() -> None:
    [found] = reports.figures([Stretch("", "第一场参与观众100人次；第二场参与观众150人次")])

    assert (found.value, found.clashes) == (100, [150])


def test_words_are_without_courtesy_contact_and_signature() -> None:
    text = (
        "各位领导：\n您好！\n9月14日我馆举办科普讲座，听众踊跃。\n总结见附件，请查收。\n联系人：陈一\n"
        "电话：0755-00000000\n此致\n敬礼\n福田区少年宫\n2024年9月15日"
    )

    assert reports.words([Stretch("", "见附件"), Stretch("", text)]) == "9月14日我馆举办科普讲座，听众踊跃。"


def test_words_that_are_too_long_end_with_a_sentence() -> None:
    told = reports.words([Stretch("", "科普活动很精彩。" * 300)])

    assert len(told) <= 1500
    assert told.endswith("。")
