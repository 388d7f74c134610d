"""The sentences that every form shares."""

import pytest
from django import forms
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-hans", "请填写或选择这一项。"), ("en", "Please fill this in or choose one.")],
)
@pytest.mark.parametrize(
    "field", [forms.CharField(), forms.DateField(), forms.ChoiceField(choices=[("a", "甲")])]
)
def test_empty_field_says_what_to_do(field: forms.Field, language: str, sentence: str) -> None:
    with translation.override(language):
        with pytest.raises(forms.ValidationError) as found:
            field.clean("")
        said = found.value.messages

    assert said == [sentence]
