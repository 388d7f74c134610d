"""A school asks, a base accepts, and the joint draft stands filled: on phones, on the real edition."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from kepuyue.activities import completeness, content
from kepuyue.activities.models import Activity, State
from kepuyue.editions.actions import loading
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization, Role
from tests.browser.conftest import settle
from tests.factories import MembershipFactory, OfferFactory, UnitFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> dict[str, Any]:
    """The real edition, a base with an open offer, and a school of the same district."""
    loading.load(settings.EDITIONS_DIR / "shenzhen-2024")
    edition = Edition.objects.get()
    base = Organization.objects.get(name="深圳市天文台")
    district = Organization.objects.get(level=Organization.Level.DISTRICT, district=base.district)
    school = UnitFactory(name="大鹏新区月亮湾小学", type="school", parent=district)
    offer = OfferFactory(
        edition=edition, organization=base, title="秋夜星空怎么看", safety_note="夜间观测须有教师陪同。",
        terms=["content:strategic_technology", "audience:teenagers"],
    )  # fmt: skip
    return {
        "offer": offer,
        "astronomer": MembershipFactory(organization=base, role=Role.EDITOR, user__name="观测员").user,
        "teacher": MembershipFactory(organization=school, role=Role.EDITOR, user__name="林老师").user,
        "school": school,
        "base": base,
    }


def test_school_asks_base_accepts_and_the_joint_draft_opens_filled(
    city: dict[str, Any],
    open_page: Callable[..., Page],
    sign_in_browser: Callable[[Page, Any], None],
) -> None:
    teacher, astronomer = (open_page(390, 844, is_mobile=True, has_touch=True) for _ in range(2))
    sign_in_browser(teacher, city["teacher"])
    sign_in_browser(astronomer, city["astronomer"])

    # The school finds the offer and asks for it
    teacher.goto("/desk/resources/")
    teacher.get_by_role("link", name="秋夜星空怎么看").click()
    teacher.get_by_role("link", name="预约", exact=True).click()
    teacher.get_by_label("想办的活动").fill("星空走进月亮湾小学")
    teacher.get_by_label("具体愿望").fill("想看中秋的月亮")
    teacher.get_by_label("日期").first.fill("2099-09-21")
    teacher.get_by_label("开始时间").fill("14:00")
    teacher.get_by_label("结束时间").fill("15:30")
    teacher.get_by_label("地点").fill("月亮湾小学报告厅")
    teacher.get_by_label("预计人数").fill("200")
    teacher.get_by_label("参加的人").fill("五年级学生")
    teacher.get_by_label("联系人").fill("林老师")
    teacher.get_by_label("联系电话").fill("0755-00000001")
    teacher.get_by_role("button", name="发给对方").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("星空走进月亮湾小学")
    expect(teacher.get_by_text("等待答复")).to_be_visible()

    # The base proposes the next day, the school agrees and registers the activity itself
    astronomer.goto("/desk/resources/own/")
    astronomer.get_by_role("link", name="星空走进月亮湾小学").click()
    astronomer.get_by_role("link", name="另提时间").click()
    astronomer.get_by_label("日期").first.fill("2099-09-22")
    astronomer.get_by_role("button", name="发给对方").click()
    teacher.goto("/desk/resources/own/")
    teacher.get_by_role("link", name="星空走进月亮湾小学").first.click()
    teacher.get_by_label("大鹏新区月亮湾小学").check()
    teacher.get_by_role("button", name="接受").click()
    expect(teacher.get_by_role("heading", name="联合活动")).to_be_visible()

    # The draft opens filled: nothing is typed again
    teacher.get_by_role("link", name="打开草稿").click()
    settle(teacher)
    expect(teacher.get_by_label("活动名称")).to_have_value("星空走进月亮湾小学")
    activity = Activity.objects.get()
    assert (activity.state, activity.organization) == (State.DRAFT, city["school"])
    assert [(p.role, p.organization) for p in activity.participations.all()] == [
        ("host", city["school"]), ("organizer", city["base"]),
    ]  # fmt: skip
    assert f"{activity.sessions.get().starts_at:%F %R}" == "2099-09-22 06:00"
    gaps = completeness.gaps(content.of(activity), activity.edition)
    assert [gap.field for gap in gaps if gap.blocks] == []

    # The base sees it too, and the school's number now
    astronomer.reload()
    astronomer.goto("/desk/resources/own/")
    expect(astronomer.get_by_text("没有等您答复的预约。")).to_be_visible()
