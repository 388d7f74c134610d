"""What every public page does first: is there an edition, and is its programme open yet?"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core.time import today
from kepuyue.editions.models import Edition, KeyDate
from kepuyue.editions.queries import Phase, key_day, phase


class PublicRequest(HttpRequest):
    """A request of anybody, for an edition that is open to the public; for type checking only."""

    edition: Edition
    phase: Phase
    htmx: Any


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to all. Before publicity opens (notice 四(三)) every such page says when it will."""

    @wraps(view)
    def same_for_all(request: PublicRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # Nothing in it depends on who reads, unless somebody has signed in (`middleware.KeptPagesMiddleware`)
        response.is_for_all = True  # type: ignore[attr-defined]
        return response

    return login_not_required(require_safe(_once_open(same_for_all)))


def public_look(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """As `public_page`, for what is one visitor's own: it is never kept for others."""
    return login_not_required(require_safe(_once_open(view)))


def public_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """As `public_page`, for what anybody may send: a question, for instance."""
    return login_not_required(require_http_methods(["GET", "HEAD", "POST"])(_once_open(view)))


def public_press(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """As `public_form`, where there is nothing to look at."""
    return login_not_required(require_POST(_once_open(view)))


def _once_open(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: PublicRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        edition = getattr(request, "edition", None)
        if edition is None:
            return render(request, "programme/no_edition.html")
        request.phase = phase(edition, today())
        if request.phase is Phase.CALL:
            opens = key_day(edition, KeyDate.Kind.PUBLICITY_OPENS) or edition.starts_on
            context = {"opens": opens, "days_left": (opens - today()).days, "canonical": canonical(request)}
            return render(request, "programme/opens_soon.html", context)
        return view(request, *args, **kwargs)

    return answer


def canonical(request: HttpRequest) -> str:
    """The page's one address, without filters and whatever the way here added."""
    return f"{settings.PUBLIC_URL}{request.path}"


def never_kept(response: HttpResponse) -> HttpResponse:
    """The answer, of which no browser keeps a copy: it is one person's, or changes by the moment."""
    response["Cache-Control"] = "no-store"
    return response
