import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory


def rendered(source: str, **context: Any) -> str:
    html = Template("{% load ui %}" + source).render(Context(context))
    return re.sub(r"\s+", " ", html).strip()


class Contact(forms.Form):
    name = forms.CharField(label="姓名", help_text="与证件一致")
    days = forms.MultipleChoiceField(
        label="日期", choices=[("1", "周六")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="同意")

    def clean(self) -> None:
        if self.data.get("fault"):
            raise forms.ValidationError("时间有冲突")


def test_icon_alone_has_a_label() -> None:
    html = rendered('{% icon "calendar" label="日期" %}')

    assert html.startswith('<svg class="icon" role="img" aria-label="日期"><use href="/static/')
    assert html.endswith('#calendar"></use></svg>')


def test_icon_beside_words_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "calendar" %}')


def test_icon_escapes_its_label() -> None:
    assert "&lt;b&gt;" in rendered('{% icon "calendar" label=text %}', text="<b>")


def test_cover_is_drawn_unescaped() -> None:
    assert rendered('{% cover 7 kind="water" %}').startswith('<svg class="cover"')


@pytest.mark.parametrize(
    ("code", "tone"),
    [("published", "ok"), ("cancelled", "warn"), ("returned", "moon"), ("something new", "idle")],
)
def test_status_tells_by_colour_icon_and_word(code: str, tone: str) -> None:
    html = rendered('{% status code "文字" %}', code=code)

    assert html.startswith(f'<span class="status status--{tone}"><svg class="icon"')
    assert html.endswith("文字</span>")


def test_moon_strip_says_how_much_goes_on() -> None:
    days = [{"day": date(2024, 9, 14), "count": 16, "href": "/day/"}]

    html = rendered("{% moon_strip days current=day today=day %}", days=days, day=days[0]["day"])

    assert 'href="/day/"' in html
    assert 'aria-current="date"' in html
    assert "（今天） 16场" in html


def test_moon_strip_day_without_address_is_no_link() -> None:
    assert "<a " not in rendered("{% moon_strip days %}", days=[{"day": date(2024, 9, 14), "count": 0}])


@pytest.mark.parametrize(
    ("name", "shown"), [("2024年深圳科普月", "2024年<wbr>深圳科普月"), ("<科普>月", "&lt;科普&gt;月")]
)
def test_name_of_the_site_breaks_after_the_year_alone(name: str, shown: str) -> None:
    assert rendered("{% edition_name edition %}", edition={"name": name}) == shown


def test_error_summary_of_a_blank_form_is_empty() -> None:
    assert rendered("{% error_summary form %}", form=Contact()) == ""


def test_error_summary_links_each_fault_to_its_field() -> None:
    html = rendered("{% error_summary form %}", form=Contact({"fault": "1"}))

    assert re.findall(r'href="(#\w+)"', html.split("error-summary__list")[1]) == ["#id_name", "#id_agreed"]
    assert "<li>时间有冲突</li>" in html


def test_error_summary_names_a_field_whose_label_is_a_sentence_by_its_beginning() -> None:
    class Guardian(forms.Form):
        agreed = forms.BooleanField(
            label="我是孩子的父母或其他监护人，同意孩子参加，并看过说明。",
            error_messages={"required": "请勾选。"},
        )

    html = rendered("{% error_summary form %}", form=Guardian({}))

    assert ">我是孩子的父母或其他监护人：请勾选。<" in html


def test_form_draws_label_help_and_fault_of_a_field() -> None:
    html = rendered("{{ form.name.as_field_group }}", form=Contact({}))

    assert (
        '<label class="field__label" for="id_name">姓名<span class="field__required">必填</span></label>'
        in html
    )
    assert '<p class="field__help" id="id_name_helptext">与证件一致</p>' in html
    assert '<div id="id_name_error">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_form_draws_choices_as_a_fieldset_and_a_check_with_its_label_behind() -> None:
    html = rendered("{{ form }}", form=Contact())

    assert '<legend class="field__label">日期</legend>' in html
    assert re.search(r'<input type="checkbox" name="agreed"[^>]*><label', html)


def test_pagination_of_one_page_is_empty(rf: RequestFactory) -> None:
    page = Paginator(range(3), 5).page(1)

    assert rendered("{% pagination page %}", page=page, request=rf.get("/")) == ""


def test_pagination_keeps_the_other_parameters(rf: RequestFactory) -> None:
    page = Paginator(range(30), 5).page(2)

    html = rendered("{% pagination page %}", page=page, request=rf.get("/", {"q": "月", "page": "2"}))

    assert 'href="?q=%E6%9C%88&amp;page=3" rel="next"' in html
    assert '<span aria-current="page">2</span>' in html


def test_diff_marks_for_eyes_and_ears() -> None:
    html = rendered('{% diff "南门" "北门" %}')

    assert '<del><span class="visually-hidden">删去：</span>南</del>' in html
    assert '<ins><span class="visually-hidden">新增：</span>北</ins>门' in html


def test_diff_of_nothing_and_nothing_is_empty() -> None:
    assert rendered("{% diff None None %}") == '<div class="diff"></div>'


@pytest.mark.parametrize(("here", "current"), [("/a/", True), ("/a/b/", True), ("/b/", False)])
def test_nav_link_knows_where_we_are(rf: RequestFactory, here: str, current: bool) -> None:
    html = rendered('{% nav_link "/a/" "活动" prefix="/a/" %}', request=rf.get(here))

    assert ('aria-current="page"' in html) is current


def test_nav_link_without_address_is_left_out() -> None:
    assert rendered('{% nav_link "" "活动" %}') == ""


def test_nav_link_shows_what_waits() -> None:
    assert '<span class="count">7</span>' in rendered('{% nav_link "/a/" "活动" badge=7 %}')
