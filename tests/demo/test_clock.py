"""The demonstration clock and its bar."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from kepuyue.core import duties
from kepuyue.core.time import now
from kepuyue.demo import stages
from kepuyue.demo.stages import Stage

pytestmark = pytest.mark.django_db


def moment(client):
    """What the clock shows on a page, in the demonstration's zone."""
    return client.get(reverse("ui:components")).context["demo_bar"]["moment"]


def jump(client, stage, **fields):
    return client.post(reverse("demo:stage"), {"stage": stage, **fields})


def test_clock_of_a_newcomer_stands_in_the_month(client):
    assert moment(client).date() == stages.MOMENTS[Stage.MONTH].date()


def test_clock_of_a_newcomer_stands_where_the_content_was_built_up_to(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    stages.keep(Stage.AFTER)
    stages.standing.cache_clear()
    try:
        assert moment(client).date() == stages.MOMENTS[Stage.AFTER].date()
        (tmp_path / "demo-stage").write_text("of another version")
        stages.standing.cache_clear()
        assert stages.standing() is stages.DEFAULT
    finally:
        stages.standing.cache_clear()


@pytest.mark.parametrize("stage", list(Stage))
def test_jump_moves_the_clock_of_this_visitor(client, stage):
    jump(client, stage)

    shown = moment(client)
    assert timedelta() <= shown - stages.MOMENTS[stage] < timedelta(minutes=1)


def test_jump_does_not_move_the_machines_clock_or_other_visitors(client, client_of_another):
    jump(client, Stage.CALL)

    assert abs(now() - timezone.now()) < timedelta(seconds=1)
    assert moment(client_of_another).month == 9


@pytest.fixture
def client_of_another():
    from django.test import Client

    return Client()


def test_jump_leads_back_to_the_page_and_nowhere_else(client):
    assert jump(client, Stage.CALL, next="/components/")["Location"] == "/components/"
    assert jump(client, Stage.CALL, next="https://elsewhere.example/")["Location"] == reverse(
        "programme:home"
    )


def test_jump_to_an_unknown_stage_is_refused(client):
    assert jump(client, "yesterday").status_code == 400


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda real: "call", id="a bare word"),
        pytest.param(lambda real: "", id="nothing"),
        pytest.param(lambda real: '["call", 0]', id="unsigned"),
        pytest.param(lambda real: real[:-2] + "xx", id="another signature"),
        pytest.param(lambda real: "x" * 500, id="noise"),
    ],
)
def test_forged_cookie_is_not_believed(client, forge):
    value = forge(stages.cookie_for(Stage.CALL))
    client.cookies[stages.COOKIE] = value

    assert stages.read_cookie(value) is None
    assert moment(client).month == 9


def test_clock_runs_on_from_the_jump(monkeypatch):
    cookie = stages.cookie_for(Stage.AFTER)
    later = timezone.now() + timedelta(hours=5)

    _stage, shift = stages.read_cookie(cookie)

    assert abs(later + shift - stages.MOMENTS[Stage.AFTER] - timedelta(hours=5)) < timedelta(seconds=2)


def test_bar_says_what_it_is(client):
    page = client.get(reverse("ui:components")).content.decode()

    assert "演示数据" in page and 'action="/demo/stage/"' in page


def test_outside_demonstration_mode_none_of_it_exists(tmp_path):
    code = (
        "import django; django.setup()\n"
        "from django.apps import apps; from django.conf import settings\n"
        "from django.core.management import get_commands; from django.urls import get_resolver\n"
        "assert not apps.is_installed('kepuyue.demo')\n"
        "assert not {'seed', 'demo-accounts'} & set(get_commands())\n"
        "assert 'demo' not in get_resolver().namespace_dict\n"
        "assert not any('demo' in name for name in settings.MIDDLEWARE)\n"
        "assert not any('demo' in name for name in settings.TEMPLATES[0]['OPTIONS']['context_processors'])\n"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "kepuyue.settings",
        "DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin",
    }

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.PROJECT_ROOT, env=environment, capture_output=True
    )

    assert done.returncode == 0, done.stderr.decode()


def test_what_is_done_in_the_background_goes_by_the_month_and_the_post_by_the_machine():
    seen = {}
    for room in ("bookings", "messaging"):
        duties.Duty(
            f"kepuyue.{room}.tasks.look", lambda room=room: seen.update({room: now()}), timedelta(1)
        ).do()

    assert seen["bookings"].date() == stages.MOMENTS[Stage.MONTH].date()
    assert abs(seen["messaging"] - timezone.now()) < timedelta(minutes=1)
