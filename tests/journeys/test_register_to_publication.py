"""A unit registers, hands an activity in, is asked for a change, and the public finds it."""

from typing import Any

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client
from django.urls import reverse

from kepuyue.activities.models import Activity, State, Submission
from kepuyue.organizations.models import Organization
from tests.accounts.signing import last_link
from tests.cast import Cast, come_in
from tests.journeys.pages import form_of

pytestmark = pytest.mark.usefixtures("in_the_month")


def browser(user: AbstractBaseUser | None = None) -> Client:
    """A browser of one person's own, in Chinese."""
    client = Client(headers={"accept-language": "zh-CN"})
    if user is not None:
        come_in(client, user)
    return client


def press(client: Client, page: str, *, sends: str = "", to: str = "", id: str = "", **typed: Any) -> Any:
    """Open a page, fill its form in and send it; the answer is the page that one lands on."""
    form = form_of(client.get(page), sends=sends, to=to, id=id)
    return client.post(form.action or page, form.filled(**typed), follow=True)


def step(client: Client, activity: Activity, name: str, **typed: Any) -> Any:
    return press(client, reverse("activities:edit", args=[activity.code, name]), id="step-form", **typed)


def test_unit_registered_today_reaches_the_public(cast: Cast) -> None:
    # The unit registers; its first person comes in by the link of the mail, which sets the password
    unit_browser = browser()
    landed = press(
        unit_browser, reverse("organizations:registration"), sends="person_name",
        name="福田区彩虹小学", type="school", district=str(cast.own_district.district_id),
        parent=str(cast.own_district.pk), credit_code="", no_code_reason="founding", address="彩虹路1号",
        person_name="林老师", email="lin@school.example",
    )  # fmt: skip
    assert landed.redirect_chain[-1][0] == reverse("account_reset_password_done")
    page = unit_browser.get(last_link(), follow=True)
    passwords = {"password1": "rainbow-school-2024", "password2": "rainbow-school-2024"}
    came_in = unit_browser.post(page.redirect_chain[-1][0], passwords)
    assert came_in["Location"] == reverse("organizations:desk")
    unit = Organization.objects.get(name="福田区彩虹小学")
    assert unit.state == Organization.State.PENDING

    # A draft can be begun before the unit is confirmed
    press(unit_browser, reverse("activities:new"), sends="title", title="彩虹实验室开放日")
    activity = Activity.objects.get(title="彩虹实验室开放日")
    assert list(activity.participations.values_list("role", "name")) == [("host", "福田区彩虹小学")]

    step(unit_browser, activity, "basics", summary="看光怎样被拆开。", description="棱镜、光栅和肥皂泡。")
    step(unit_browser, activity, "units")
    step(unit_browser, activity, "classification", terms_tier="district", terms_audience=["children"])
    step(
        unit_browser, activity, "sessions",
        **{
            "district": "futian", "sessions-0-starts_on": "2024-09-15", "sessions-0-starts_at": "09:30",
            "sessions-0-ends_at": "11:00", "sessions-0-venue_name": "彩虹小学实验楼", "sessions-0-capacity": "40",
        },
    )  # fmt: skip
    step(unit_browser, activity, "audience", booking_mode="walk_in", admission="free")
    step(
        unit_browser, activity, "responsibility",
        content_lead="林老师", expected_crowd="40",
        emergency_contact="林老师 13800000000", safety_plan="两位老师带队。",
    )  # fmt: skip
    checked = step(unit_browser, activity, "contact", contact_name="林老师", contact_phone="0755-81234567")
    assert checked.redirect_chain[-1][0] == reverse("activities:detail", args=[activity.code])
    assert [gap for gap in checked.context["gaps"] if gap.blocks] == []

    # Handed in too early: the unit is not confirmed
    hand_in = {"page": reverse("activities:detail", args=[activity.code])}
    hand_in |= {"to": reverse("activities:submission", args=[activity.code]), "signs": "1"}
    early = press(unit_browser, **hand_in)
    assert "单位还在等待上级确认" in early.content.decode()
    assert Submission.objects.count() == 0

    # The superior confirms
    district = browser(cast.district_reviewer)
    press(
        district, reverse("organizations:unit", args=[unit.code]),
        to=reverse("organizations:confirmation", args=[unit.code]),
    )  # fmt: skip
    press(unit_browser, **hand_in)
    first = Submission.objects.get()
    assert first.turn == cast.own_district

    # The district pins a comment and returns it
    review_page = reverse("activities:review", args=[first.pk])
    decision = {"page": review_page, "to": reverse("activities:decision", args=[first.pk])}
    press(district, **decision, decision="returned", **{"comment-sessions": "请写明楼层。"})
    seen = unit_browser.get(reverse("activities:edit", args=[activity.code, "sessions"]))
    assert "请写明楼层。" in seen.content.decode()

    # The unit mends it and hands it in again
    step(unit_browser, activity, "sessions", **{"sessions-0-place": "三楼光学室"})
    press(unit_browser, **hand_in)
    second = Submission.objects.get(state="pending")

    # The district passes it on, the office publishes it
    for reviewer in (district, browser(cast.office)):
        page = reverse("activities:review", args=[second.pk])
        press(reviewer, page, to=reverse("activities:decision", args=[second.pk]), decision="approved")
    activity.refresh_from_db()
    assert activity.state == State.PUBLISHED

    # The public finds it by two characters
    visitor = browser()
    found = visitor.get(reverse("programme:activities"), {"q": "彩虹"})
    assert reverse("programme:activity", args=[activity.code]) in found.content.decode()
    public = visitor.get(reverse("programme:activity", args=[activity.code])).content.decode()
    assert "三楼光学室" in public
    assert [word for word in ("13800000000", "0755-81234567") if word in public] == []
