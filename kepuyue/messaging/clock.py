"""Whose morning it is when the daily digest leaves."""

from collections.abc import Callable
from datetime import tzinfo

from django.utils import timezone

_known: list[Callable[[], tzinfo | None]] = []


def keep_to(zone: Callable[[], tzinfo | None]) -> None:
    """A room above says by which zone people live; called once when it starts. None: it does not know."""
    _known.append(zone)


def zone() -> tzinfo:
    """The zone that people live by; without anybody who knows, the server's own."""
    return next((found for ask in _known if (found := ask()) is not None), timezone.get_default_timezone())
