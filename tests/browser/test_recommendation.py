"""From 28 September to the package for the province: summaries by form and by mail, judges on a phone, the list, the letter.

The real day passes in the demonstration's jumps; where a notice has to run out, its days are moved into the past.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from kepuyue.activities.models import State
from kepuyue.core.time import shifted
from kepuyue.demo import stages
from kepuyue.demo.stages import Stage
from kepuyue.documents.measuring import word as measuring
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.tasks import build_document
from kepuyue.editions.models import KeyDate
from kepuyue.evaluation.models import Notice, Objection, Round
from kepuyue.mailbox.actions import studying, taking
from kepuyue.summaries.models import Summary
from tests.cast import Cast
from tests.factories import ActivityFactory, OrganFactory, SummaryFactory
from tests.mailbox import given

pytestmark = pytest.mark.django_db(transaction=True)
ROCKETS, STARS = "水火箭动手发射营", "秋夜星空观测开放日"


@pytest.fixture
def summaries(cast: Cast) -> dict[str, Summary]:
    """Two units whose sessions are over."""
    due = {"edition": cast.edition, "kind": KeyDate.Kind.SUMMARY_DUE}
    KeyDate.objects.update_or_create(**due, defaults={"day": "2024-09-28"})
    return {
        title: SummaryFactory(
            activity=ActivityFactory(
                edition=cast.edition, organization=unit, title=title, state=State.PUBLISHED, sessions=1
            )
        )
        for title, unit in ((ROCKETS, cast.own_unit), (STARS, cast.other_unit))
    }


@pytest.fixture
def seat(
    open_page: Callable[..., Page], sign_in_browser: Callable[[Page, Any], None], live_server: Any
) -> Callable[..., Page]:
    """`seat(user, stage)`: a page at which somebody sits on the day of a stage."""

    def sat(user: Any, stage: Stage, width: int = 390) -> Page:
        page = open_page(width, 844)
        if user is not None:
            sign_in_browser(page, user)
        value = stages.cookie_for(stage)
        page.context.add_cookies([{"name": stages.COOKIE, "value": value, "url": live_server.url}])
        return page

    return sat


def press(page: Page, address: str, button: str, **typed: str) -> None:
    """Fill in a step and press its button; it is done when the page has moved on."""
    page.goto(address)
    for label, value in typed.items():
        page.locator(f"[name={label}]").fill(value)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page).not_to_have_url(address)


def file_by_form(owner: Page, code: str) -> None:
    owner.goto(f"/desk/summaries/{code}/")
    owner.locator("[name=visits-count]").fill("320")
    owner.get_by_label("几句话").fill("孩子们自己动手，火箭飞过了旗杆。")
    owner.get_by_role("button", name="报送", exact=True).click()
    expect(owner.get_by_text("已报送").first).to_be_visible()


def file_by_mail(cast: Cast, colleague: Page, code: str) -> None:
    text = f"9月14日，我单位举办“{STARS}”，参与群众约260人次，志愿者8名。市民排队看土星。"
    with shifted(stages.MOMENTS[Stage.SUMMARY] - timezone.now()):
        letter = taking.take(cast.edition, given.mail(text, sender=cast.colleague.email))
        assert letter is not None
        studying.study(letter)
    colleague.goto(f"/desk/summaries/{code}/")
    expect(colleague.locator("[name=visits-estimate]")).to_have_value("260")
    colleague.get_by_role("button", name="报送", exact=True).click()
    expect(colleague.get_by_text("已报送").first).to_be_visible()


def draft_the_summary_of_the_city(office: Page, organ: IssuingOrgan, cast: Cast) -> None:
    """Begun at the desk, built by the worker; the page that waits shows it by itself."""
    office.goto(f"/desk/documents/new/{organ.pk}/city-summary/")
    office.locator("main form").get_by_role("button").first.click()
    expect(office.get_by_text("正在起草").first).to_be_visible()
    with shifted(stages.MOMENTS[Stage.AFTER] - timezone.now()):
        build_document.func(OfficialDocument.objects.get().pk, cast.office.pk)
    paper = office.locator(".paper")
    expect(paper.get_by_text("报送总结2份，已采纳2份")).to_be_visible()
    expect(paper.get_by_role("cell", name="320", exact=True).first).to_be_visible()
    expect(paper.get_by_text("孩子们自己动手，火箭飞过了旗杆。")).to_be_visible()


def put_forward(owner: Page, district: Page, office: Page, round: int, title: str) -> None:
    owner.goto(f"/desk/evaluation/rounds/{round}/applications/")
    owner.get_by_role("button", name="开始申报").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(title)
    where = owner.url
    owner.get_by_role("link", name="签署承诺并申报").click()
    owner.get_by_label("我已阅读并签署以上承诺").check()
    owner.get_by_role("button", name="签署并申报").click()
    expect(owner.get_by_text("待推荐")).to_be_visible()
    press(district, f"{where}recommendation/", "同意推荐")
    press(office, f"{where}admission/", "同意参评")


def test_from_summaries_to_the_package_for_the_province(
    cast: Cast, summaries: dict[str, Summary], seat: Callable[..., Page], live_server: Any
) -> None:
    codes = {title: one.activity.code for title, one in summaries.items()}

    # 28 September: one unit fills in the form, the other writes a mail; the district accepts both
    file_by_form(seat(cast.owner, Stage.SUMMARY), codes[ROCKETS])
    file_by_mail(cast, seat(cast.colleague, Stage.SUMMARY), codes[STARS])
    district = seat(cast.district_reviewer, Stage.SUMMARY, 1280)
    district.goto("/desk/summaries/branch/")
    for box in district.locator("input[name=code]").all():
        box.check()
    district.get_by_role("button", name="采纳勾选的").click()
    district.wait_for_load_state()
    assert set(Summary.objects.values_list("state", flat=True)) == {Summary.State.ACCEPTED}

    # October: the city's summary writes itself; the office opens a round, both units put their activity forward without typing it again
    office = seat(cast.office, Stage.AFTER, 1280)
    district, owner, colleague, judge = (
        seat(one, Stage.AFTER) for one in (cast.district_reviewer, cast.owner, cast.colleague, cast.judge)
    )
    organ = OrganFactory(organization=cast.office_unit)
    draft_the_summary_of_the_city(office, organ, cast)
    office.goto("/desk/evaluation/rounds/")
    office.get_by_label("类别").select_option("activities")
    office.get_by_label("名称").fill("2024年优秀活动评选")
    office.get_by_role("button", name="建立").click()
    round = Round.objects.get().pk
    desk = f"{live_server.url}/desk/evaluation/rounds/{round}/"
    press(office, f"{desk}opening/", "开始", until="2024-10-20")
    for unit, title in ((owner, ROCKETS), (colleague, STARS)):
        put_forward(unit, district, office, round, title)

    # A judge accepts and marks on a phone, and reads no name of a unit
    office.goto(desk)
    office.get_by_label("评委").select_option(label="评委")
    office.get_by_role("button", name="邀请评委").click()
    judge.goto(f"/desk/evaluation/scoring/{round}/")
    judge.get_by_role("button", name="接受").click()
    expect(judge.get_by_text("谢谢，已接受。")).to_be_visible()
    press(office, f"{desk}scoring-start/", "开始评分", until="2024-10-25")
    judge.goto(f"/desk/evaluation/scoring/{round}/")
    judge.locator(".summary-list a").first.click()
    for _sheet in range(2):
        expect(judge.get_by_text(cast.own_unit.name)).to_have_count(0)
        for mark in judge.locator("form input[type=number]").all():
            mark.fill("88")
        judge.get_by_role("button", name="提交，评下一个").click()
        expect(judge.get_by_text("已提交").first).to_be_visible()

    # The list is frozen and shown; a citizen objects and is answered; the list stands
    press(office, f"{desk}freezing/", "封存")
    press(office, f"{desk}notices/", "公示", starts_on="2024-10-08", contact="市科协科普部，0755-00000000")
    citizen = seat(None, Stage.AFTER)
    citizen.goto(f"/recommendations/{round}/")
    citizen.get_by_label("姓名或单位名称").fill("某市民")
    citizen.get_by_label("联系方式").fill("a@example.org")
    citizen.get_by_label("异议内容和依据").fill("当天人数没有那么多。")
    citizen.get_by_role("button", name="提交异议").click()
    expect(citizen.get_by_text("已收到您的异议")).to_be_visible()
    office.goto(f"/desk/evaluation/objections/{Objection.objects.get().pk}/")
    office.get_by_label("异议不成立").check()
    office.get_by_label("核查结果").fill("经核查签到和现场照片，人数属实。")
    office.get_by_role("button", name="保存结论").click()
    Notice.objects.update(starts_on=date(2024, 9, 29), ends_on=date(2024, 10, 7))
    press(office, f"{desk}settlement/", "确定", title="2024年深圳科普月优秀活动", granted_on="2024-10-08")
    citizen.goto("/honors/")
    expect(citizen.get_by_text(ROCKETS)).to_be_visible()

    # The letter writes itself, gets its number and meets the standard; the package holds everything
    office.goto(f"/desk/documents/new/{organ.pk}/recommendation/")
    office.get_by_label("主送机关").fill("广东省科学技术协会")
    office.locator("main form").get_by_role("button").first.click()
    office.goto(f"{office.url}issue/")
    office.get_by_label("标题、正文、日期和附件都核对过").check()
    office.locator("main form").get_by_role("button", name="印发").click()
    expect(office).not_to_have_url(re.compile("issue/$"))
    answer = office.request.get("/desk/evaluation/package.zip")
    archive = zipfile.ZipFile(BytesIO(answer.body()))
    names = archive.namelist()
    assert {
        "1-推荐函.docx",
        "2-推荐名单和推荐表/优秀活动推荐表.docx",
        "3-佐证材料/优秀活动评分数据.json",
    } <= set(names)
    assert [
        one.figure.code for one in measuring.measure(archive.read("1-推荐函.docx")) if not one.is_right
    ] == []
