from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "value"), [("theme", "dark"), ("theme", "light"), ("print", "large")])
def test_display_keeps_the_choice_and_goes_back(client: Client, name: str, value: str) -> None:
    response = client.post(reverse("ui:display"), {name: value, "next": "/components/"})

    assert (response.status_code, response.headers["Location"]) == (302, "/components/")
    assert response.cookies[name].value == value


def test_display_leaves_the_other_choice_alone(client: Client) -> None:
    response = client.post(reverse("ui:display"), {"theme": "dark"})

    assert list(response.cookies) == ["theme"]


def test_display_back_to_the_device_forgets_the_choice(client: Client) -> None:
    response = client.post(reverse("ui:display"), {"theme": ""})

    assert response.cookies["theme"]["max-age"] == 0


def test_display_refuses_what_it_does_not_know(client: Client) -> None:
    response = client.post(reverse("ui:display"), {"theme": "plaid"})

    assert (response.status_code, list(response.cookies)) == (302, [])


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_display_goes_nowhere_else(client: Client, elsewhere: str) -> None:
    response = client.post(reverse("ui:display"), {"theme": "dark", "next": elsewhere})

    assert response.headers["Location"] == "/"


def test_display_shows_in_the_page_without_a_flash(client: Client) -> None:
    client.cookies["theme"] = "dark"
    client.cookies["print"] = "large"

    html = client.get(reverse("ui:components")).content.decode()

    assert '<html lang="zh-hans" data-theme="dark" data-print="large">' in html


def test_language_changes_without_a_cookie_of_ours_before(client: Client) -> None:
    response = client.post(reverse("ui:set_language"), {"language": "en", "next": "/components/"})

    assert response.cookies["django_language"].value == "en"


def test_components_page_needs_no_inline_style_or_script(client: Client) -> None:
    html = client.get(reverse("ui:components")).content.decode()

    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count('<script type="module"')


@pytest.mark.parametrize(
    ("demo", "debug", "status"), [(True, False, 200), (False, True, 200), (False, False, 404)]
)
def test_components_are_shown_in_the_demonstration_only(
    client: Client, settings: Any, demo: bool, debug: bool, status: int
) -> None:
    settings.DEMO, settings.DEBUG = demo, debug

    assert client.get(reverse("ui:components")).status_code == status
