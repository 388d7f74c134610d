from typing import Any

from django.http import HttpRequest


def edition(request: HttpRequest) -> dict[str, Any]:
    """The current edition, for every page's header."""
    return {"edition": getattr(request, "edition", None)}
