"""The sentences that every form shares."""

import re
from pathlib import Path

import pytest
from django import forms
from django.utils import translation

from kepuyue.organizations.models import Organization

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "sentence"), [("zh-hans", "请选择"), ("en", "Please choose")])
def test_empty_choice_of_a_model_field_asks_to_choose(language: str, sentence: str) -> None:
    form = forms.modelform_factory(Organization, fields=("type", "district", "no_code_reason"))()

    with translation.override(language):
        page = str(form)

    assert (page.count(f">{sentence}</option>"), "-----" in page) == (2, False)


def test_no_template_puts_a_chinese_colon_between_translated_parts() -> None:
    """Outside of a translated sentence it would stand in English pages too; there is `labelled` for it."""
    translated = re.compile(
        r"{% (blocktranslate|comment).*?{% end\1 %}|{% translate .*?%}|{#.*?#}", re.DOTALL
    )
    showcase = ROOT / "kepuyue/ui/templates/ui/showcase"  # shown to those who build, in Chinese only
    found = [
        str(template.relative_to(ROOT))
        for template in (ROOT / "kepuyue").rglob("*.html")
        if showcase not in template.parents and "：" in translated.sub("", template.read_text())
    ]

    assert found == []


def test_no_form_is_included_without_its_token() -> None:
    """What is included with `only` knows nothing of the request, and a form in it would be refused when it is sent."""
    folders = (ROOT / "kepuyue").glob("*/templates")
    texts = {
        str(path.relative_to(folder)): path.read_text()
        for folder in folders
        for path in folder.rglob("*.html")
    }
    included = re.compile(r'{% include "([^"]+)"([^%]*)%}')

    def holds_a_token(name: str) -> bool:
        text = texts.get(name, "")
        return "{% csrf_token %}" in text or any(
            holds_a_token(inner) for inner, _rest in included.findall(text)
        )

    found = [
        f"{name}: {inner}"
        for name, text in texts.items()
        for inner, rest in included.findall(text)
        if rest.split()[-1:] == ["only"] and holds_a_token(inner)
    ]

    assert found == []
