"""From registration to publication, walked by five people who each sit at a device of their own, and by a visitor.

The unit's owner and editor hold phones, the two officers of the district and the one of the office sit at desks. What
one writes reaches the next only through the program: by the desk and by the mails that it writes.
"""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from kepuyue.activities.models import Activity, State
from kepuyue.core.models import AuditEvent
from kepuyue.editions.actions import loading
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Membership, Organization, Role
from tests.browser.conftest import settle
from tests.browser.test_journey import PASSWORD, confirm_unit, fill_in, pass_on, register_unit
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

TITLE, BETTER = "水动力飞行器课堂", "水火箭课堂"
OLD_PLACE, NEW_PLACE = "月亮湾小学操场", "月亮湾小学体育馆"
REMARK = "请写出学生能听懂的名称"
EDITOR = "editor@example.org"


@pytest.fixture
def district() -> Organization:
    """The real edition, an officer and a reviewer of one district, and the office's person."""
    loading.load(settings.EDITIONS_DIR / "shenzhen-2024")
    futian = Organization.objects.get(level=Organization.Level.DISTRICT, district__code="futian")
    office = Organization.objects.get(level=Organization.Level.OFFICE)
    for email, name, unit, role in (
        ("officer@example.org", "福田经办人", futian, Role.REVIEWER),
        ("reviewer@example.org", "福田审核人", futian, Role.REVIEWER),
        ("office@example.org", "市管理员", office, Role.OFFICE),
    ):
        MembershipFactory(
            user=UserFactory(email=email, name=name, password=PASSWORD), organization=unit, role=role
        )
    return futian


@pytest.fixture
def a_phone(open_page: Callable[..., Page]) -> Callable[[], Page]:
    return lambda: open_page(390, 844, is_mobile=True, has_touch=True)


@pytest.fixture
def a_desk(open_page: Callable[..., Page]) -> Callable[[str], Page]:
    """A desktop browser of its own in which somebody signs in through the page."""

    def signed_in(email: str) -> Page:
        page = open_page(1280, 800)
        sign_in(page, email)
        return page

    return signed_in


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")


def last_mail(to: str) -> str:
    message = Message.objects.filter(to=to).first()
    assert message is not None, f"nothing was written to {to}"
    return message.body


def path_in(mail: str) -> str:
    """The first address in a mail, on this machine."""
    found = re.search(r"https?://[\w.:-]+(/\S*)", mail)
    assert found, mail
    return found[1]


def invite_editor(owner: Page) -> None:
    """By the unit's own page, as the owner finds it from the desk."""
    unit = Organization.objects.get(name="福田区月亮湾小学")
    owner.goto(f"/desk/units/{unit.code}/")
    owner.locator("details summary", has_text="添加同事").click()
    form = owner.locator(f"form[action='/desk/units/{unit.code}/people/']")
    form.locator("[name=name]").fill("周老师")
    form.locator("[name=email]").fill(EDITOR)
    form.locator("[name=role]").select_option("editor")
    form.get_by_role("button", name="添加").click()
    expect(owner.get_by_text(EDITOR)).to_be_visible()


def come_in_by_mail(editor: Page) -> None:
    """The mail leads to a page that writes a second one, whose link sets the password."""
    editor.goto(path_in(last_mail(EDITOR)))
    editor.locator("input[name=email]").fill(EDITOR)
    editor.get_by_role("main").locator("button[type=submit]").click()
    editor.wait_for_url("**/done/")
    editor.goto(path_in(last_mail(EDITOR)))
    editor.locator("input[name=password1]").fill(PASSWORD)
    editor.locator("input[name=password2]").fill(PASSWORD)
    editor.get_by_role("main").locator("button[type=submit]").click()
    # The link has proven who it is: no second sign-in
    expect(editor.get_by_role("heading", level=1)).to_contain_text("您好")


def open_activity(page: Page, title: str) -> None:
    page.goto("/desk/activities/")
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def submit(page: Page, title: str) -> None:
    open_activity(page, title)
    page.get_by_role("checkbox", name="已通读全部内容").check()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("已提交").first).to_be_visible()


def return_with_a_remark(page: Page, title: str) -> None:
    page.goto("/desk/reviews/")
    page.get_by_role("link", name=title).click()
    page.locator("details.comment summary").first.click()
    page.locator("[name=comment-title]").fill(REMARK)
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text(f"已退回：{title}")).to_be_visible()


def change(page: Page, title: str, step: str, field: str, value: str) -> None:
    open_activity(page, title)
    page.get_by_role("link", name="修改", exact=True).click()
    code = Activity.objects.get(title=title).code
    page.goto(f"/desk/activities/{code}/edit/{step}/")
    page.locator(f"[name={field}]").fill(value)
    settle(page)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_role("button", name="提交审核")).to_be_visible()


def change_place(page: Page, title: str, place: str) -> None:
    page.goto(f"/desk/activities/{Activity.objects.get(title=title).code}/edit/sessions/")
    page.get_by_role("gridcell").filter(has_text=OLD_PLACE).click()
    page.get_by_role("combobox", name="场地").last.fill(place)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_role("button", name="提交审核")).to_be_visible()


def test_from_registration_to_publication_by_five_accounts(
    district: Organization,
    a_phone: Callable[[], Page],
    a_desk: Callable[[str], Page],
    assert_fits: Callable[[Page], None],
    screenshot: Callable[..., None],
) -> None:
    # A unit comes in, and its people
    owner, editor, visitor = a_phone(), a_phone(), a_phone()
    register_unit(owner, district)
    officer = a_desk("officer@example.org")
    confirm_unit(officer)
    invite_editor(owner)
    come_in_by_mail(editor)

    # The editor fills in, the owner hands in
    fill_in(editor, TITLE)
    submit(owner, TITLE)
    screenshot(owner, "five-accounts-submitted")

    # The district returns it with a remark at the field, the editor mends it
    reviewer = a_desk("reviewer@example.org")
    return_with_a_remark(reviewer, TITLE)
    assert REMARK in last_mail(EDITOR)
    open_activity(editor, TITLE)
    expect(editor.get_by_text(REMARK).first).to_be_visible()
    change(editor, TITLE, "basics", "title", BETTER)
    screenshot(editor, "five-accounts-mended")
    submit(editor, BETTER)

    # District and office pass it, and the visitor finds it
    pass_on(reviewer, BETTER)
    assert visitor.goto("/activities/?q=水火箭课堂")
    expect(visitor.get_by_role("link", name=BETTER)).to_have_count(0)
    office = a_desk("office@example.org")
    pass_on(office, BETTER)
    find(visitor, BETTER)
    expect(visitor.get_by_text(OLD_PLACE).first).to_be_visible()
    assert_fits(visitor)
    public_page = visitor.url

    # A change of what is published: the public reads the approved text until the new one is approved
    change_place(editor, BETTER, NEW_PLACE)
    assert_still(visitor, public_page, OLD_PLACE, NEW_PLACE)
    submit(owner, BETTER)
    assert_still(visitor, public_page, OLD_PLACE, NEW_PLACE)
    look_at_the_difference(reviewer, BETTER)
    screenshot(reviewer, "five-accounts-difference")
    pass_on(reviewer, BETTER)
    assert_still(visitor, public_page, OLD_PLACE, NEW_PLACE)
    pass_on(office, BETTER)
    visitor.goto(public_page)
    expect(visitor.get_by_text(NEW_PLACE).first).to_be_visible()
    # What was promised before is named, and struck through
    expect(visitor.get_by_text(OLD_PLACE)).to_have_count(1)
    expect(visitor.locator("s", has_text=OLD_PLACE)).to_be_visible()
    screenshot(visitor, "five-accounts-public")
    nothing_was_lost()


def find(visitor: Page, title: str) -> None:
    visitor.goto("/activities/")
    visitor.locator("main input[name=q]").fill("火箭")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**q=**")
    settle(visitor)
    visitor.get_by_role("link", name=title).click()
    expect(visitor.get_by_role("heading", name=title, level=1)).to_be_visible()


def assert_still(visitor: Page, address: str, shown: str, hidden: str) -> None:
    visitor.goto(address)
    expect(visitor.get_by_text(shown).first).to_be_visible()
    expect(visitor.get_by_text(hidden)).to_have_count(0)


def look_at_the_difference(reviewer: Page, title: str) -> None:
    """The change stands against the published text."""
    reviewer.goto("/desk/reviews/")
    reviewer.get_by_role("link", name=title).click()
    expect(reviewer.locator("del").first).to_be_visible()
    expect(reviewer.locator("ins").first).to_be_visible()


def nothing_was_lost() -> None:
    """Every step stands in the trail once, under the name of who took it; everybody was told once."""
    activity = Activity.objects.get(title=BETTER)
    trail = AuditEvent.objects.filter(subject_type="activity", subject_id=str(activity.pk)).order_by("pk")
    steps = [(event.action, event.actor_name) for event in trail if event.action != "activity.change"]
    assert activity.state == State.PUBLISHED
    assert steps == [
        ("activity.create", "周老师"),
        ("activity.sign_off", "林老师"),
        ("activity.submit", "林老师"),
        ("review.returned", "福田审核人"),
        ("activity.sign_off", "周老师"),
        ("activity.submit", "周老师"),
        ("review.approved", "福田审核人"),
        ("review.approved", "市管理员"),
        ("activity.publish", "市管理员"),
        ("activity.sign_off", "林老师"),
        ("activity.submit", "林老师"),
        ("review.approved", "福田审核人"),
        ("review.approved", "市管理员"),
        ("activity.revise", "市管理员"),
    ]
    approvals = Message.objects.filter(subject=f"已通过：{BETTER}").values_list("to", flat=True)
    assert Counter(approvals) == {"teacher@example.org": 2, EDITOR: 2}  # the activity, then its change
    assert {membership.user.name for membership in Membership.objects.filter(organization=activity.organization)} == {
        "林老师", "周老师",
    }  # fmt: skip
