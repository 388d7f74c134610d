"""Ages, languages, access and fees of the demonstration."""

import pytest

from kepuyue.activities.free_text import Ages
from kepuyue.demo import moving, particulars
from kepuyue.imports.entries import Entry


@pytest.mark.parametrize(
    ("audience", "ages"),
    [
        ("小学生", Ages(6, 12)), ("中学生", Ages(12, 18)), ("小学生;中学生", Ages(6, 18)), ("老年人", Ages(60, None)),
        ("亲子家庭（20对）", Ages(3, 14)), ("公众", None), ("公众;青少年", None), ("中小学校长", None),
        ("大中小学生", None), ("中小学师生", None), ("", None),
    ],
)  # fmt: skip
def test_usual_ages(audience, ages):
    assert particulars.usual_ages(audience) == ages


def of(**facts):
    entry = Entry("", 2, **({"title": "科普讲座", "mode": "offline"} | facts))
    return particulars.particulars(entry, moving.plan(entry))


def test_what_the_source_says_is_taken_as_it_says_it():
    found = of(city="佛山", summary="3-12岁儿童免费参加，英文讲解，有手语翻译", audience="公众")

    assert found == {
        "age_min": 3, "age_max": 12, "languages": "英语、手语", "accessibility_items": ["sign_language"],
        "admission": "free",
    }  # fmt: skip


def test_of_another_city_nothing_is_set_that_its_source_does_not_say():
    assert of(city="佛山", summary="听讲座", audience="公众") == {}
