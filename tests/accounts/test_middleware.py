"""Every page asks for sign-in; what was typed when the sign-in had expired comes back once."""

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.accounts.middleware import KEPT_INPUT, KEPT_INPUT_MAX_CHARACTERS
from kepuyue.activities.models import Activity
from tests.cast import Cast
from tests.factories import ActivityFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
TOKEN = {"csrfmiddlewaretoken": "x"}


@pytest.fixture
def draft(cast: Cast) -> Activity:
    return ActivityFactory(edition=cast.edition, organization=cast.own_unit)


def test_page_without_sign_in_leads_to_the_sign_in_and_back(client: Client) -> None:
    response = client.get("/desk/activities/?state=draft")

    assert response["Location"] == f"{reverse('account_login')}?next=/desk/activities/%3Fstate%3Ddraft"


def test_fragment_without_sign_in_answers_401_and_keeps_what_was_typed(
    client: Client, draft: Activity
) -> None:
    address = reverse("activities:edit", args=[draft.code, "basics"])

    response = client.post(address, TOKEN | {"title": "改过的名字"}, headers={"hx-request": "true"})

    assert (response.status_code, response.content) == (401, b"")
    assert client.session[KEPT_INPUT] == {"path": address, "values": {"title": ["改过的名字"]}}


def test_form_sent_after_the_sign_in_expired_comes_back_once(
    client: Client, cast: Cast, draft: Activity
) -> None:
    address = reverse("activities:edit", args=[draft.code, "basics"])
    response = client.post(
        address, TOKEN | {"title": "打了很久的名字", "mode": "online", "description": "很长"}
    )
    assert response["Location"] == f"{reverse('account_login')}?next={address}"
    client.force_login(cast.editor, backend=BACKEND)

    restored = client.get(address)
    again = client.get(address)

    assert [page.context["input"].form["title"].value() for page in (restored, again)] == [
        "打了很久的名字", draft.title,
    ]  # fmt: skip
    assert "已恢复您登录前填写的内容" in restored.content.decode()
    assert restored.context["input"].form["description"].value() == "很长"


def test_kept_input_is_given_to_its_own_page_only(client: Client, cast: Cast, draft: Activity) -> None:
    client.post(reverse("activities:edit", args=[draft.code, "basics"]), TOKEN | {"title": "打了很久"})
    client.force_login(cast.editor, backend=BACKEND)

    client.get(reverse("activities:edit", args=[draft.code, "audience"]))

    assert KEPT_INPUT in client.session


def test_remarks_of_a_reviewer_whose_sign_in_expired_come_back(client: Client, cast: Cast) -> None:
    pending = SubmissionFactory(activity__organization=cast.own_unit)
    page = reverse("activities:review", args=[pending.pk])
    sent = TOKEN | {"step": "0", "note": "总体不错", "comment-title": "名字再短一点", "decision": "returned"}

    response = client.post(
        reverse("activities:decision", args=[pending.pk]),
        sent,
        headers={"referer": f"http://testserver{page}"},
    )
    assert response["Location"] == f"{reverse('account_login')}?next={page}"
    client.force_login(cast.district_reviewer, backend=BACKEND)
    restored = client.get(page)

    assert restored.context["form"]["note"].value() == "总体不错"
    assert {row["field"]: row["comment"] for row in restored.context["rows"]}["title"] == "名字再短一点"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("", "/desk/activities/ABC/submission/"),
        ("https://evil.example/x", "/desk/activities/ABC/submission/"),
        ("http://testserver/desk/activities/ABC/?a=1", "/desk/activities/ABC/%3Fa%3D1"),
    ],
)
def test_button_pressed_after_the_sign_in_expired_leads_back_to_its_page(
    client: Client, referer: str, leads_to: str
) -> None:
    headers = {"referer": referer} if referer else {}

    response = client.post("/desk/activities/ABC/submission/", TOKEN, headers=headers)

    assert response["Location"] == f"{reverse('account_login')}?next={leads_to}"


def test_passwords_are_never_kept(client: Client) -> None:
    client.post(
        reverse("account_change_password"), TOKEN | {"oldpassword": "a", "password1": "b", "note": "c"}
    )

    assert client.session[KEPT_INPUT]["values"] == {"note": ["c"]}


def test_input_too_long_is_not_kept(client: Client, draft: Activity) -> None:
    address = reverse("activities:edit", args=[draft.code, "basics"])

    client.post(address, TOKEN | {"description": "长" * (KEPT_INPUT_MAX_CHARACTERS + 1)})

    assert KEPT_INPUT not in client.session


def test_post_that_is_no_form_is_not_kept(client: Client, draft: Activity) -> None:
    client.post(reverse("activities:edit", args=[draft.code, "basics"]), {"title": "机器"})

    assert KEPT_INPUT not in client.session


def test_kept_input_of_a_page_one_may_not_open_stays_away(
    client: Client, cast: Cast, draft: Activity
) -> None:
    address = reverse("activities:edit", args=[draft.code, "basics"])
    client.post(address, TOKEN | {"title": "打了很久"})
    client.force_login(cast.outsider, backend=BACKEND)

    assert client.get(address).status_code == 404
