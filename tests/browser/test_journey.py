"""The main job on a phone, in a real browser and on the real edition.

The Shenzhen 2024 edition is loaded; a unit registers and is confirmed, types one activity and imports another
from a spreadsheet; the district returns and then passes it, the office approves it, and the public finds it by
a word of two characters.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity, State
from kepuyue.editions.actions import loading
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Organization, Role
from tests.browser.conftest import settle
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "moonlight-2024-school"


@pytest.fixture
def officers() -> dict[str, Any]:
    """The edition with its districts and units, and two people who review."""
    loading.load(settings.EDITIONS_DIR / "shenzhen-2024")
    district = Organization.objects.get(level=Organization.Level.DISTRICT, district__code="futian")
    office = Organization.objects.get(level=Organization.Level.OFFICE)
    people = {
        "district": UserFactory(email="district@example.org", name="福田审核人", password=PASSWORD),
        "office": UserFactory(email="office@example.org", name="市管理员", password=PASSWORD),
    }
    MembershipFactory(user=people["district"], organization=district, role=Role.REVIEWER)
    MembershipFactory(user=people["office"], organization=office, role=Role.OFFICE)
    return people | {"district_unit": district}


@pytest.fixture
def phone_of(open_page: Callable[..., Page]) -> Callable[[str], Page]:
    """A phone of its own for each person, signed in through the page."""

    def signed_in(email: str) -> Page:
        page = open_page(390, 844, is_mobile=True, has_touch=True)
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
        return page

    return signed_in


def register_unit(page: Page, superior: Organization) -> None:
    page.goto("/desk/units/registration/")
    page.locator("[name=name]").fill("福田区月亮湾小学")
    page.locator("[name=type]").select_option("school")
    page.locator("[name=district]").select_option(str(superior.district_id))
    page.locator("[name=parent]").select_option(str(superior.pk))
    page.locator("[name=no_code_reason]").select_option("founding")
    page.locator("[name=person_name]").fill("林老师")
    page.locator("[name=email]").fill("teacher@example.org")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", name="邮件已发出")).to_be_visible()
    letter = Message.objects.filter(to="teacher@example.org").latest("pk").body
    page.goto(urlsplit(next(word for word in letter.split() if word.startswith("http"))).path)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("林老师")


def confirm_unit(page: Page) -> None:
    page.goto("/desk/")
    page.get_by_role("link", name="福田区月亮湾小学").click()
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("已确认：福田区月亮湾小学")).to_be_visible()


def next_step(page: Page, heading: str) -> None:
    settle(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name=heading, level=2)).to_be_visible()


def type_activity(page: Page, title: str) -> str:
    fill_in(page, title)
    page.get_by_role("checkbox", name="已通读全部内容").check()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("已提交").first).to_be_visible()
    return page.url


def type_session(page: Page, day: str, start: str, end: str, venue: str) -> None:
    """One more session in the grid as a thumb does it: what is tapped opens, days and times by the phone's own picker."""
    page.get_by_role("button", name="加一场").tap()
    row = page.get_by_role("row").last
    open_cell = row.locator("input.grid__input")
    expect(open_cell).to_have_attribute("type", "date")
    open_cell.fill(day)
    for column, text in ((2, start), (3, end), (4, venue)):
        row.get_by_role("gridcell").nth(column).tap()
        open_cell.fill(text)
    page.keyboard.press("Enter")


def fill_in(page: Page, title: str) -> None:
    page.goto("/desk/activities/new/")
    page.locator("[name=title]").fill(title)
    page.get_by_role("button", name="开始填写").click()
    expect(page.get_by_role("heading", name="基本信息", level=2)).to_be_visible()
    page.locator("[name=summary]").fill("做一支会喷水的火箭，看它为什么往上飞。")
    next_step(page, "参与单位")
    next_step(page, "分类")
    page.get_by_label("各区分会场活动").check()
    next_step(page, "时间地点")
    type_session(page, "2024-09-21", "10:00", "11:30", "月亮湾小学操场")
    next_step(page, "人群和预约")
    page.get_by_label("免费").check()
    page.get_by_label("无需预约").check()
    next_step(page, "内容和安全")
    page.locator("[name=content_lead]").fill("林老师")
    page.locator("[name=expected_crowd]").fill("40")
    page.locator("[name=emergency_contact]").fill("校医室")
    page.locator("[name=safety_plan]").fill("发射区拉线，两位老师看护。")
    next_step(page, "联系方式")
    page.locator("[name=contact_name]").fill("林老师")
    page.locator("[name=contact_phone]").fill("0755-80000000")
    settle(page)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def import_sheet(page: Page, folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["活动名称", "主办单位", "活动时间", "活动地点"])
    sheet.append(["显微镜下的一滴水", "福田区月亮湾小学", "2024年9月22日 15:00-16:00", "月亮湾小学实验室"])
    file = folder / "月亮湾小学活动表.xlsx"
    book.save(file)
    page.goto("/desk/imports/new/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", name="显微镜下的一滴水")).to_be_visible()
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("link", name="显微镜下的一滴水")).to_be_visible()


def return_for_a_better_title(page: Page, title: str) -> None:
    page.goto("/desk/reviews/")
    page.get_by_role("link", name=title).click()
    page.locator("details.comment summary").first.click()
    page.locator("[name=comment-title]").fill("请写出学生能听懂的名称")
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text(f"已退回：{title}")).to_be_visible()


def pass_on(page: Page, title: str) -> None:
    page.goto("/desk/reviews/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text(f"已通过：{title}")).to_be_visible()


def test_main_job_on_a_phone(
    officers: dict[str, Any],
    phone: Page,
    phone_of: Callable[[str], Page],
    assert_fits: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    unit, visitor = phone, phone.context.browser
    assert visitor is not None
    register_unit(unit, officers["district_unit"])
    district = phone_of("district@example.org")
    confirm_unit(district)

    detail = type_activity(unit, "水动力飞行器课堂")
    import_sheet(unit, tmp_path)

    return_for_a_better_title(district, "水动力飞行器课堂")
    unit.goto(detail)
    expect(unit.get_by_text("请写出学生能听懂的名称")).to_be_visible()
    unit.get_by_role("link", name="修改", exact=True).click()
    unit.locator("[name=title]").fill("水火箭课堂")
    settle(unit)
    unit.get_by_role("button", name="保存并检查").click()
    unit.get_by_role("checkbox", name="已通读全部内容").check()
    unit.get_by_role("button", name="提交审核").click()
    pass_on(district, "水火箭课堂")
    pass_on(phone_of("office@example.org"), "水火箭课堂")

    assert Activity.objects.get(title="水火箭课堂").state == State.PUBLISHED
    assert Activity.objects.get(title="显微镜下的一滴水").state == State.DRAFT
    unit.context.clear_cookies()
    unit.goto("/activities/")
    unit.locator("main input[name=q]").fill("火箭")
    unit.keyboard.press("Enter")
    unit.wait_for_url("**q=**")
    settle(unit)
    unit.get_by_role("link", name="水火箭课堂").click()
    expect(unit.get_by_role("heading", name="水火箭课堂", level=1)).to_be_visible()
    expect(unit.get_by_text("月亮湾小学操场").first).to_be_visible()
    expect(unit.get_by_role("main")).to_have_count(1)
    expect(unit.get_by_role("heading", level=1)).to_have_count(1)
    assert_fits(unit)
