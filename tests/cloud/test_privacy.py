"""What leads to a person is masked, however it is written; numbers of science stay."""

import pytest

from kepuyue.cloud.privacy import MASK, hints, masked

# Invented on purpose: no number or account here belongs to anybody
LEADS = [
    "我的电话是13800000000", "电话１３８-0000-0000谢谢", "一三八零零零零零零零零", "打138 0000 0000", "+86 138 0000 0000", "1.3.8.0.0.0.0.0.0.0.0",
    "138\u200b0000\u200b0000", "家里电话0755-00000000", "身份证440301199001010000好", "身份证 440301 19900101 000X", "加微信 abc_12345",
    "加vx:kepu9988", "VX：kepuabc", "微信号是kepuabc", "我的QQ是 12345678", "扣扣123456", "发到 a.b@mail.example", "a.b ＠ mail 点 com",
    "看 www.kepu.example/x", "去https://x.example/y看", "有问题上abc.com找我",
]  # fmt: skip
SCIENCE = [
    "月球离地球384400公里吗？", "1985年的哈雷彗星2061年回来？", "为什么3.1415926535897932384是无理数", "1到100000000的质数有多少",
    "光速是299792458米每秒", "微信是怎么把图片传出去的？", "二维码里能存多少字", "微信 wechat 为什么能传图片", "5G和4G差在哪里", "QQ糖为什么有弹性",
    "12345678为什么不是质数", "v=at是什么意思", "地球46亿岁，宇宙138亿岁", "圆周率的第2000位", "COVID-19是什么", "为什么1公里=1000米",
]  # fmt: skip


@pytest.mark.parametrize("text", LEADS)
def test_what_leads_to_a_person_is_masked(text: str) -> None:
    found = masked(text)

    assert found.kinds
    assert MASK in found.text
    assert "0000000" not in found.text.replace(" ", "")
    assert "kepu" not in found.text


@pytest.mark.parametrize("text", SCIENCE)
def test_question_about_science_stays_as_it_was_written(text: str) -> None:
    found = masked(text)

    assert found.text == text
    assert found.kinds == ()


def test_masking_twice_changes_nothing_more() -> None:
    once = masked("打13800000000或加vx:kepu9988").text

    assert masked(once).text == once


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("我叫王小明，黑洞是什么", "可能是姓名"),
        ("我在南湖实验小学上学", "可能是学校或班级"),
        ("我们三年级(2)班想知道", "可能是学校或班级"),
        ("我家在梅林花园3栋", "可能是住址"),
        ("今年9岁，想问恐龙", "可能是年龄"),
    ],
)
def test_what_only_a_person_can_judge_is_marked(text: str, why: str) -> None:
    assert why in [hint.why for hint in hints(text)]


@pytest.mark.parametrize(
    "text", ["这颗星叫什么？", "恐龙生活在多少万年前", "班门弄斧是什么意思", "植物园里的花怎么养"]
)
def test_plain_question_has_no_mark(text: str) -> None:
    assert hints(text) == []
