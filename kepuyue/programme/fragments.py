"""Rendered parts of pages that look the same to every visitor, kept for a minute or until anything changes."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language

from kepuyue.editions.models import Edition
from kepuyue.programme.catalogue import Catalogue

SECONDS = 60


def kept(
    name: str,
    edition: Edition,
    known: Catalogue,
    at: datetime,
    *parts: Any,
    build: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """What `build` makes, or what it made within the same minute.

    The key holds all that the parts show: a published or changed activity, another language, another minute
    of the clock (the demonstration's too) or an edited edition each make a new one. Nothing in them may
    depend on who is reading.
    """
    facts = (
        name, edition.pk, edition.version, edition.loaded_at, known.mark, get_language(), f"{at:%Y%m%d%H%M}", parts
    )  # fmt: skip
    key = f"programme:{sha256(repr(facts).encode()).hexdigest()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = build()
        cache.set(key, found, SECONDS)
    return found
