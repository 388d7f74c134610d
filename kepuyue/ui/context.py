from typing import Any

from django.conf import settings
from django.http import HttpRequest


def display(request: HttpRequest) -> dict[str, Any]:
    """How the reader wants pages shown: theme and print size, kept in cookies so that nothing flashes."""
    theme = request.COOKIES.get(settings.COOKIE_PREFIX + "theme", "")
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "large_print": request.COOKIES.get(settings.COOKIE_PREFIX + "print") == "large",
        "cookie_prefix": settings.COOKIE_PREFIX,
    }
