"""The booklet as a page: one template for the typesetter and for a browser's own printing."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from kepuyue.core import wording
from kepuyue.programme.handbook.book import Book
from kepuyue.programme.posters import painting

STYLE = "programme/handbook.css"


@dataclass(frozen=True)
class Layout:
    """A way of printing: paper, and the size of letters."""

    code: str
    label: Any
    note: Any


LAYOUTS = {
    one.code: one
    for one in (
        Layout("a4", gettext_lazy("A4"), gettext_lazy("一张纸一页，适合装订成册")),
        Layout("a5", gettext_lazy("A5小册"), gettext_lazy("一张A4纸正好拼两页，适合随身带")),
        Layout("large", gettext_lazy("大字版"), gettext_lazy("A4，字号放大一半，给老年人看")),
    )
}


def rendered(book: Book, layout: str, *, back: str = "") -> str:
    """The whole booklet as HTML; with its style and a link to `back` where a browser shows it."""
    context = {
        "book": book,
        "layout": layout,
        "cover": cover(book.seed),
        "mark": _mark(),
        "code": code_of(book.address, 3),
        "language": wording.language_tag(),
        "back": back,
    }
    return render_to_string("programme/handbook/book.html", context)


def style() -> str:
    """The style sheet, as text."""
    found = finders.find(STYLE) or Path(settings.STATIC_ROOT) / STYLE
    return Path(found).read_text(encoding="utf-8")


@lru_cache(maxsize=4_096)
def code_of(address: str, scale: int) -> str:
    """A QR code as the address of a picture (PNG, two colours), quiet zone included."""
    written = BytesIO()
    segno.make(address, error="m", micro=False).save(
        written, kind="png", scale=scale, border=2, dark="#141a38"
    )
    return _as_address(written.getvalue(), "png")


@lru_cache(maxsize=4)
def cover(seed: str) -> str:
    """The night sky of the cover, the same for the same edition."""
    written = BytesIO()
    image = painting.sky((1240, 1754), seed, lettered=(90, 620, 1200, 1420))
    image.save(written, "JPEG", quality=86)
    return _as_address(written.getvalue(), "jpeg")


@lru_cache(maxsize=1)
def _mark() -> str:
    written = BytesIO()
    painting.mark(60).save(written, "PNG")
    return _as_address(written.getvalue(), "png")


def _as_address(body: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(body).decode()}"
