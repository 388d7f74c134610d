"""Files that are two things at once, or not what they say, sent to every door that takes one.

Doors are found by opening every page. Whatever a door answers, what it keeps is what it says, and nothing of a program.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from kepuyue.core.models import AuditEvent
from tests.architecture.world import World, a_world
from tests.security import planting
from tests.security.filling import all_forms, typed_into

pytestmark = pytest.mark.django_db

SCRIPT = b"<script>kpx()</script>"
# What a kept file begins with: pictures written anew, PDF, Office files
KEPT = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"PK\x03\x04")
DOWNLOADED = {".pdf", ".docx"}


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind)
    return written.getvalue()


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue()


def vast_png() -> bytes:
    """A file of some hundred bytes that says it is 60,000 × 60,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(99)))
        + chunk(b"IEND", b"")
    )


FILES: dict[str, tuple[str, str, bytes]] = {
    "gif and script": ("a.gif", "image/gif", picture("GIF") + b"/*" + SCRIPT + b"*/=1;kpx()"),
    "picture and page": ("a.html", "text/html", picture("PNG") + SCRIPT),
    "picture and archive": ("a.jpg", "image/jpeg", picture("JPEG") + zipped(**{"a.html": SCRIPT})),
    "document and page": ("a.pdf", "application/pdf", b"%PDF-1.7\n" + SCRIPT + b"\n%%EOF\n"),
    "page named document": ("a.pdf", "application/pdf", b"<!doctype html>" + SCRIPT),
    "page before document": ("a.pdf", "application/pdf", SCRIPT + b"\n%PDF-1.7\n%%EOF\n"),
    "drawing named picture": (
        "a.png",
        "image/png",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="kpx()">' + SCRIPT + b"</svg>",
    ),
    "archive named document": (
        "a.docx",
        "application/zip",
        zipped(**{"a.html": SCRIPT, "../../b.html": SCRIPT}),
    ),
    "archive named text": ("a.txt", "text/plain", zipped(**{"a.html": SCRIPT})),
    "program": ("a.png", "image/png", b"MZ" + bytes(200) + SCRIPT),
    "no characters": ("a.csv", "text/csv", "危险\0词,类别\0\n活动名称,时间\0\n".encode()),
    "half a character": ("a.txt", "text/plain", "危险词".encode("utf-16") + b"\xff\xfe\x00\xd8"),
    "vast picture": ("a.png", "image/png", vast_png()),
    "way out": ("../../../a\r\nX-Kp: 1<kp-x>.png", "image/png", picture("PNG")),
    "nothing": ("a.png", "image/png", b""),
}


@pytest.fixture(scope="module")
def doors(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, list[Any]]]:
    """Every form with a field for a file."""

    def prepare(cast: Any) -> dict[str, Any]:
        planting.something_everywhere(cast)
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as world:
        yield world, [door for door in all_forms(world) if door[3].css('input[type="file"]')]


def kept() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_doors_are_found(doors: tuple[World, list[Any]]) -> None:
    assert len(doors[1]) >= 6


@pytest.mark.parametrize("kind", FILES)
def test_door_keeps_only_what_it_says(kind: str, doors: tuple[World, list[Any]]) -> None:
    world, found = doors
    name, content_type, content = FILES[kind]
    complaints: list[str] = []

    for person, target, _page, form in found:
        before = kept()
        typed: dict[str, Any] = {}
        for field, value in typed_into(form, "一段话", seriously=True):
            typed.setdefault(field, []).append(value)
        for field in form.css('input[type="file"]'):
            file = SimpleUploadedFile("a", content, content_type=content_type)
            file._name = name  # as a client writes it: Django's own class would clean it here already
            typed[field.attributes["name"] or ""] = file
        with transaction.atomic():
            answer = world.client(person).post(target, typed)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            complaints.append(f"{target} answered {answer.status_code}")
        for path in kept() - before:
            stored = path.read_bytes()
            if not stored.startswith(KEPT):
                complaints.append(f"{target} kept {stored[:20]!r}")
            if path.suffix not in DOWNLOADED and (SCRIPT in stored or b"PK\x03\x04" in stored[4:]):
                complaints.append(f"{target} kept a program in {path.name}")
            if not path.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()) or "kp-x" in path.name:
                complaints.append(f"{target} took the name {path.name}")
            path.unlink()

    assert not complaints, "\n".join(complaints)
    assert AuditEvent.objects.exists()


def test_control_a_proper_picture_is_kept_and_seen(doors: tuple[World, list[Any]]) -> None:
    world, found = doors
    before, new = kept(), set()

    for person, target, _page, form in found:
        typed: dict[str, Any] = dict(typed_into(form, "一段话", seriously=True))
        for field in form.css('input[type="file"]'):
            typed[field.attributes["name"] or ""] = SimpleUploadedFile("a.png", picture("PNG"), "image/png")
        with transaction.atomic():
            world.client(person).post(target, typed)
            transaction.set_rollback(True)
        new |= {target} if kept() - before else set()
        for path in kept() - before:
            path.unlink()

    assert new
