"""A messy file from its upload to what is handed in: mended, its columns named, imported, completed and taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity, State
from kepuyue.imports.actions import committing
from kepuyue.imports.models import ImportBatch
from tests.browser.conftest import settle
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]

SHEET = (
    "二〇二四年九月活动表,,,,,\n"
    "活动名称,主办单位,活动时间,活动地点,是否需要预约,跟谁讲\n"
    "湿地观鸟,福田区少年宫,9月14日（周日）9:00-11:00,红树林公园,否,老年人\n"
    "秋夜观星,福田区少年宫,9月31日 19:00-21:00,西涌,否,老年人\n"
    "化石讲座,福田区少年宫,9月21日 14:00-16:00,博物馆,否,老年人\n"
    "合计,3项,,,,\n"
)


def upload(page: Page, text: str, *, shows: str = "原表") -> None:
    page.goto("/desk/imports/new/")
    page.locator("[name=file]").set_input_files(
        {"name": "九月.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name=shows)).to_be_visible()


def fill_in_what_is_lacking(page: Page) -> int:
    """Types into every shared field that the page asks for, and tells how many there were."""
    fields = page.locator("section[aria-labelledby=shared] :is(input, textarea, select):visible").all()
    for field in fields:
        name = field.get_attribute("name") or ""
        kind = field.evaluate("one => one.type")
        if kind in ("checkbox", "radio"):
            continue
        if kind == "select-one":
            field.select_option(index=1)
        elif "phone" in name:
            field.fill("0755-00000000")
        elif kind == "number" or "crowd" in name:
            field.fill("30")
        else:
            field.fill("值班主任")
    for group in page.locator("section[aria-labelledby=shared] fieldset").all():
        group.get_by_role("checkbox").or_(group.get_by_role("radio")).first.check()
    return len(fields)


def test_file_is_mended_imported_and_taken_back(
    cast: Cast,
    desktop: Page,
    sign_in_browser: Callable[[Page, Any], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = desktop
    sign_in_browser(page, cast.editor)
    upload(page, SHEET)
    assert_accessible(page)

    page.get_by_role("button", name="改为“9月14日（周六）9:00-11:00”").click()
    expect(page.get_by_text("C3已改为")).to_be_visible()
    page.get_by_label("C4改为").fill("9月28日 19:00-21:00")
    page.get_by_role("button", name="改这一格").click()
    expect(page.get_by_text("C4已改为")).to_be_visible()
    expect(page.locator(".mend")).to_have_count(0)
    page.get_by_text("栏目读得不对？逐栏选择").click()
    page.get_by_label("跟谁讲").select_option("面向人群")
    assert_accessible(page)
    page.get_by_role("button", name="按我选的重读").click()
    expect(page.get_by_text("按以前的选择读的栏目")).to_have_count(1)
    row = page.get_by_role("row").filter(has_text="秋夜观星")
    row.hover()
    expect(page.locator("article.is-linked")).to_contain_text("秋夜观星")

    page.get_by_role("button", name="导入3项").click()
    expect(page.get_by_text("新增3项")).to_be_visible()
    assert set(Activity.objects.values_list("audience_note", flat=True)) == {"老年人"}
    page.get_by_role("link", name="撤销").first.click()
    assert_accessible(page)
    page.locator("main form button[type=submit]").click()
    settle(page)
    expect(page.get_by_text("这次导入已撤销")).to_be_visible()
    assert not Activity.objects.exists()


def test_phone_shows_one_side_at_a_time_and_every_row_leads_to_its_cells_and_back(
    cast: Cast,
    phone: Page,
    sign_in_browser: Callable[[Page, Any], None],
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
) -> None:
    page = phone
    sign_in_browser(page, cast.editor)
    upload(page, SHEET, shows="会成为")
    sheet, cards = page.get_by_role("heading", name="原表"), page.get_by_role("heading", name="会成为")
    expect(sheet).to_be_hidden()
    assert_accessible(page)
    assert_fits(page)

    page.get_by_role("button", name="原表").tap()
    expect(sheet).to_be_visible()
    expect(cards).to_be_hidden()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="会成为").tap()
    page.get_by_role("link", name="第4行").tap()
    expect(page.get_by_role("row").filter(has_text="秋夜观星")).to_be_in_viewport()
    page.get_by_role("link", name="4", exact=True).tap()
    expect(page.get_by_role("heading", name="秋夜观星")).to_be_in_viewport()
    page.get_by_role("button", name="改为“9月30日 19:00-21:00”").tap()
    expect(page.get_by_text("C4已改为")).to_be_visible()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="会成为")).to_have_attribute("aria-pressed", "true")
    assert_accessible(page)
    assert_fits(page)
    assert ImportBatch.objects.get().mends.get().value == "9月30日 19:00-21:00"


def test_thirty_activities_of_one_file_are_handed_in_without_typing_a_fact_twice(
    cast: Cast,
    desktop: Page,
    sign_in_browser: Callable[[Page, Any], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = desktop
    sign_in_browser(page, cast.editor)
    lines = [
        "活动名称,主办单位,活动时间,活动地点,详细地址,所属区,面向人群,活动类型,活动简介,是否需要预约,是否收费,预计单场人数"
    ]
    lines += [
        f"第{n}次湿地观鸟,福田区少年宫,9月{n % 28 + 1}日 {8 + n // 28}:00-11:00,红树林公园,滨海大道1号,福田区,老年人,讲座,和老师一起认识候鸟,否,免费,30"
        for n in range(30)
    ]
    upload(page, "\n".join(lines))
    page.get_by_role("button", name="导入30项").click()
    expect(page.get_by_text("可以离开这个页面")).to_be_visible()
    committing.commit(ImportBatch.objects.get(), by=cast.editor)  # no worker runs beside the tests
    page.reload()
    page.get_by_role("link", name="补全并提交30项草稿").click()
    everything = page.get_by_role("checkbox", name="全选这一页").first
    everything.check()
    assert_accessible(page)
    typed = fill_in_what_is_lacking(page)
    page.get_by_role("button", name="补到勾选的活动").click()
    settle(page)
    expect(page.get_by_text("可以提交", exact=True)).to_have_count(30)
    everything.check()
    page.get_by_label("我已通读勾选的活动").check()
    page.get_by_role("button", name="提交勾选的").click()
    settle(page)
    expect(page.get_by_text("成功30项")).to_be_visible()
    assert Activity.objects.filter(state=State.SUBMITTED).count() == 30
    assert typed < 15
