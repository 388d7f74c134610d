"""Files that browsers fetch, while somebody builds anew under a running server."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from PIL import Image

from kepuyue.ui.middleware import StaticFilesMiddleware

pytestmark = pytest.mark.django_db  # the end of an answer closes connections
GATHERED = django_settings.PROJECT_ROOT / "build" / "static"
RED = b"body{color:red}" * 40  # long enough to be worth compressing
BLUE = b"body{color:blue}" * 50


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/main-abcdefgh.css").write_text(RED.decode())
    (tmp_path / "assets/main-abcdefgh.css.gz").write_bytes(gzip.compress(RED))
    return tmp_path


def not_found(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


def asked(server: StaticFilesMiddleware, **headers: str) -> tuple[int, bytes]:
    answer: Any = server(RequestFactory().get("/static/assets/main-abcdefgh.css", headers=headers))
    body = b"".join(answer)
    answer.close()
    if answer.status_code == 200:
        assert int(answer["Content-Length"]) == len(body)
    return answer.status_code, body


def test_file_is_served_in_the_form_that_the_browser_reads(root: Path) -> None:
    server = StaticFilesMiddleware(not_found)

    assert asked(server) == (200, RED)
    status, body = asked(server, accept_encoding="gzip")
    assert (status, gzip.decompress(body)) == (200, RED)


def test_file_written_anew_is_served_whole(root: Path) -> None:
    server = StaticFilesMiddleware(not_found)
    (root / "assets/main-abcdefgh.css").write_text(BLUE.decode())
    (root / "assets/main-abcdefgh.css.gz").unlink()

    assert asked(server) == (200, BLUE)
    assert asked(server, accept_encoding="gzip") == (200, BLUE)


def test_file_that_has_gone_is_not_found_and_served_again_once_it_is_back(root: Path) -> None:
    server = StaticFilesMiddleware(not_found)
    file = root / "assets/main-abcdefgh.css"
    written = file.read_text()
    file.unlink()

    assert asked(server)[0] == 404
    file.write_text(written)
    assert asked(server) == (200, RED)


def test_app_has_icons_as_pictures_of_the_stated_size() -> None:
    manifest = GATHERED / "ui" / "app.webmanifest"
    icons = json.loads(manifest.read_text(encoding="utf-8"))["icons"]
    found = {(icon["purpose"], icon["sizes"]): manifest.parent / icon["src"] for icon in icons}

    assert {("any", "192x192"), ("any", "512x512"), ("maskable", "512x512"), ("any", "any")} <= set(found)
    for (_purpose, sizes), path in [
        *found.items(),
        (("", "180x180"), GATHERED / "icons" / "apple-touch-icon.png"),
    ]:
        if sizes == "any":
            assert path.suffix == ".svg" and path.exists()
            continue
        with Image.open(path) as picture:
            assert (picture.format, f"{picture.width}x{picture.height}") == ("PNG", sizes)
            # Drawn, not empty; what may be cut to any shape and what iOS shows has no see-through corner
            assert len(picture.getcolors(1 << 16) or []) > 20
            if "maskable" in path.name or "apple" in path.name:
                assert picture.convert("RGBA").getpixel((0, 0))[3] == 255  # type: ignore[index]
