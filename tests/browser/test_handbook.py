"""Asking for the booklet and waiting for it, as a visitor sees it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kepuyue.core.time import now
from kepuyue.programme import tasks
from kepuyue.programme.models import Output
from tests.factories import EditionFactory, SessionFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_that_waits_tells_when_the_booklet_is_there(
    phone: Page,
    settings: Any,
    tmp_path: Path,
    assert_accessible: Callable[[Page], None],
    assert_fits: Callable[[Page], None],
) -> None:
    settings.MEDIA_ROOT = tmp_path
    edition = EditionFactory(
        starts_on=now().date(), ends_on=(now() + timedelta(days=20)).date(), is_current=True
    )
    one = published(title="湿地观鸟", sessions=0, edition=edition)
    SessionFactory(
        activity=one, starts_at=now() + timedelta(days=1), ends_at=now() + timedelta(days=1, hours=1)
    )
    announce(one)

    phone.goto("/handbook/")
    phone.get_by_role("button", name="下载PDF").click()
    phone.get_by_text("排队中").wait_for()
    for check in (assert_accessible, assert_fits):
        check(phone)
    tasks.make_output.func(Output.objects.get().pk)
    phone.get_by_role("link", name="打开节目册").wait_for()
    assert_accessible(phone)
    address = phone.get_by_role("link", name="打开节目册").get_attribute("href")
    answer = phone.request.get(address or "")

    assert answer.status == 200 and answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
