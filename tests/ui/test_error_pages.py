from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

import kepuyue.ui


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_standalone_page_speaks_both_languages_and_needs_nothing(name: str) -> None:
    html = render_to_string(name)

    assert '<section lang="en">' in html
    assert "返回上一页" in html
    assert "go back" in html
    assert "<script" not in html


@pytest.mark.django_db
def test_missing_page_tells_what_to_do(client: Client) -> None:
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_every_icon_that_templates_and_tones_name_is_in_the_sprite() -> None:
    import json
    import re

    from kepuyue.ui.tones import TONES

    package = Path(kepuyue.ui.__file__).parent.parent
    listed = set(json.loads((package.parent / "frontend" / "icons.json").read_text(encoding="utf-8")))
    named = {tone.icon for tone in TONES.values()}
    for page in package.glob("*/templates/**/*.html"):
        text = page.read_text(encoding="utf-8")
        named |= set(re.findall(r'\{% icon "([\w-]+)"', text))
        named |= set(re.findall(r'\bicon(?:_end|_name)?="([\w-]+)"', text))

    assert named - listed == set()
