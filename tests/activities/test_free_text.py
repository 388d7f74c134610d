"""Known words in what units write freely."""

import pytest

from kepuyue.activities.free_text import LANGUAGES, Ages, access_in, ages_in, languages_in


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("", set()),
        ("普通话", {"mandarin"}),
        ("中文讲解，英文字幕", {"mandarin", "english"}),
        ("中英双语", {"mandarin", "english"}),
        ("双语", {"mandarin", "english"}),
        ("粤语为主，普通话为辅", {"cantonese", "mandarin"}),
        ("广东话、客家话、潮汕话", {"cantonese", "hakka", "teochew"}),
        ("Mandarin and English", {"mandarin", "english"}),
        ("ENGLISH ONLY", {"english"}),
        (
            "日语；韩语；法语；德语；西班牙语；俄语",
            {"japanese", "korean", "french", "german", "spanish", "russian"},
        ),
        ("有手语翻译", {"sign"}),
        ("不提供手语翻译", set()),
        ("普通话，没有英语讲解", {"mandarin"}),
        ("无英文；有粤语", {"cantonese"}),
        ("no English, Mandarin only", {"mandarin"}),
        ("Englisch", set()),
        ("方言", set()),
    ],
)
def test_languages_are_read_out_of_a_text(text: str, languages: set[str]) -> None:
    assert languages_in(text) == languages
    assert languages <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ("有无障碍通道、可带导盲犬、有手语翻译", ["wheelchair", "sign_language", "guide_dog"]),
        ("无障碍卫生间在二楼", ["toilet"]),
        ("现场大字屏，实时字幕", ["captions", "large_print"]),
        ("盲文手册、口述影像、助听设备，周三安静时段", ["hearing", "audio", "braille", "quiet_hour"]),
        ("轮椅暂不能进入", []),
        ("没有无障碍电梯", []),
        ("Wheelchair access, quiet hour", ["wheelchair", "quiet_hour"]),
    ],
)
def test_promises_of_accessibility_are_read_out_of_a_text(text: str, items: list[str]) -> None:
    assert access_in(text) == items


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("", None),
        ("3至13岁少儿", Ages(3, 13)),
        ("6-12岁", Ages(6, 12)),
        ("6岁~12岁", Ages(6, 12)),
        ("年满8周岁以上", Ages(8, None)),
        ("12岁及以下", Ages(None, 12)),
        ("3-6岁、7-13岁两组", None),
        ("13-3岁", None),
        ("中小学生", None),
        ("建馆30年", None),
    ],
)
def test_ages_are_read_only_where_figures_state_them(text: str, ages: Ages | None) -> None:
    assert ages_in(text) == ages
