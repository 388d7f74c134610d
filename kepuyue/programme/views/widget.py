"""The widget: the one page that other sites may show in a frame, and the page that builds what they write for it."""

from pathlib import Path
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.organizations.models import District
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.widget import (
    ACCENT,
    MOST,
    chosen,
    look_of,
    on_accent,
    path_of,
    snippet,
)


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_safe
@login_not_required
def widget(request: HttpRequest) -> HttpResponse:
    """The next sessions of a choice, for a frame on any site; it sets no cookie and knows nobody."""
    edition = getattr(request, "edition", None)
    look = look_of(request.GET)
    with translation.override(_language(request)):
        context: dict[str, Any] = {"look": look, "language": wording.language_tag(), "edition": edition}
        if edition is not None and is_open_to_public(edition):
            at = now().astimezone(edition.zone)
            choice = chosen(edition, request.GET, at=at, most=look.most)
            context |= {"choice": choice, "name": edition.name_for_reader}
        response = render(request, "programme/widget.html", context)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@login_not_required
def accent(request: HttpRequest, colour: str) -> HttpResponse:
    """The one colour that an embedding site chooses, and the letters that are read on it."""
    body = f":root{{--accent:#{colour};--on-accent:#{on_accent(colour)}}}\n"
    response = HttpResponse(body, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
@login_not_required
def script(request: HttpRequest) -> HttpResponse:
    """The script that an embedding site includes, at an address that stays."""
    name = "programme/widget.js"
    found = finders.find(name) or Path(settings.STATIC_ROOT) / name
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public_page
def builder(request: PublicRequest) -> HttpResponse:
    """What to write into a page of one's own, with a preview."""
    edition, look = request.edition, look_of(request.GET)
    choice = chosen(edition, request.GET, at=now().astimezone(edition.zone), most=look.most)
    title = choice.unit.name if choice.unit else edition.name_for_reader
    context = {
        "look": look,
        "choice": choice,
        "unit": choice.unit,
        "address": path_of(choice, look),
        "snippet": snippet(choice, look, f"{title} · {_('近期活动')}"),
        "districts": District.objects.all(),
        "district": request.GET.get("district", ""),
        "is_free": request.GET.get("free") == "1",
        "themes": [("auto", _("跟随访客")), ("light", _("浅色")), ("dark", _("深色"))],
        "densities": [("cozy", _("宽松")), ("compact", _("紧凑"))],
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "most": MOST,
        "usual_accent": ACCENT,
        "canonical": canonical(request),
    }
    name = (
        "programme/embed.html#result" if request.htmx and not request.htmx.boosted else "programme/embed.html"
    )
    return render(request, name, context)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
