"""What a form complains of is said in plain words, in both languages."""

import pytest
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import translation


class Everything(forms.Form):
    title = forms.CharField(max_length=5)
    number = forms.IntegerField(validators=[MinValueValidator(1), MaxValueValidator(9)])
    site = forms.URLField(assume_scheme="https")
    mail = forms.EmailField()
    day = forms.DateField()
    hour = forms.TimeField()
    moment = forms.DateTimeField()
    one = forms.ChoiceField(choices=[("a", "甲")])
    several = forms.MultipleChoiceField(choices=[("a", "甲")])


WRONG = {
    "title": "一二三四五六", "number": "六", "site": "不是网址", "mail": "a@", "day": "九月", "hour": "下午",
    "moment": "明天", "one": "b", "several": ["b"],
}  # fmt: skip


def complaints(language: str, **typed: object) -> dict[str, str]:
    with translation.override(language):
        form = Everything(WRONG | typed)
        return {name: str(errors[0]) for name, errors in form.errors.items()}


def test_complaints_say_what_to_do() -> None:
    told = complaints("zh-hans")

    assert told["title"] == "太长了：最多5个字，现在有6个。"
    assert told["number"] == "请只写整数。"
    assert told["one"] == told["several"] == "没有这个选项，请从列表里选。"
    assert len(told) == len(WRONG)
    stiff = [text for text in told.values() if any(word in text for word in ("确保", "有效", "变量", "字段"))]
    assert stiff == []
    assert complaints("zh-hans", number="0")["number"] == "不能小于1。"
    assert complaints("zh-hans", number="10")["number"] == "不能大于9。"


@pytest.mark.parametrize("name", WRONG)
def test_complaints_are_there_in_english(name: str) -> None:
    assert complaints("en")[name].isascii()
