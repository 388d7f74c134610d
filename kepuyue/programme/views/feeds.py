"""The programme for other programs: one address for each format, with the filters of the list."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.core.middleware import COMPRESSIBLE, accepts_gzip
from kepuyue.core.tables import CONTENT_TYPES
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import queries
from kepuyue.programme.feeds import atom, ical, json_feed, schedule, table
from kepuyue.programme.feeds.selection import NotUnderstood, Selection, of_one, select
from kepuyue.programme.permissions import approved

# A whole feed of up to this many bytes is kept; what is filtered is written anew, so that no query fills the cache
MOST_KEPT = 4_000_000
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Format:
    """One format: how it is written, as what, and whether a browser keeps it as a file."""

    content_type: str
    written: Callable[[Selection], bytes]
    is_file: bool = False


FORMATS = {
    "ics": Format("text/calendar; charset=utf-8", ical.written),
    "atom": Format("application/atom+xml; charset=utf-8", atom.written),
    "json": Format("application/feed+json; charset=utf-8", json_feed.written),
    "xml": Format("application/xml; charset=utf-8", schedule.written),
    "csv": Format(CONTENT_TYPES["csv"], table.csv, is_file=True),
    "xlsx": Format(CONTENT_TYPES["xlsx"], table.xlsx, is_file=True),
}


def open_feed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to all and to every program; `lang=en` or `lang=zh-hans` chooses the language for good."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = request.GET.get("lang", "")
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return login_not_required(require_safe(answer))


@open_feed
def activities(request: HttpRequest, form: str) -> HttpResponse:
    """All that matches the filters in the address, of the current edition or the one that `edition` names."""
    try:
        selection = select(edition_of(request), request.GET)
    except NotUnderstood as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
    return answer_with(request, form, selection, name="activities")


@open_feed
def activity(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """One activity, of whatever edition is open to the public."""
    found = approved().filter(code=code.upper()).select_related("edition").first()
    if found is None and queries.taken_down(code):
        return HttpResponse(_("这项活动已下架。"), status=410, content_type="text/plain; charset=utf-8")
    if found is None or not is_open_to_public(found.edition):
        raise Http404(_("没有找到这项活动。"))
    return answer_with(request, form, of_one(found), name=found.code)


def answer_with(request: HttpRequest, form: str, selection: Selection, *, name: str) -> HttpResponse:
    """The selection in one of the formats, or that nothing changed since the reader asked."""
    if form not in FORMATS:
        raise Http404(_("没有这种格式。"))
    chosen = FORMATS[form]
    # Weak, since the same feed is sent compressed and plain
    etag = f"W/{quote_etag(f'{form}-{selection.stamp}')}"
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _written(request, form, chosen, selection)
        kind = "attachment" if chosen.is_file else "inline"
        response["Content-Disposition"] = f'{kind}; filename="{name}.{form}"'
    response["ETag"] = etag
    # Asked again each time, answered by the stamp alone where nothing changed: a cancellation shows at once
    response["Cache-Control"] = "no-cache"
    return response


def _written(request: HttpRequest, form: str, chosen: Format, selection: Selection) -> HttpResponse:
    """The whole feed as it was written, and compressed, once until something changes; others are written anew."""
    if not selection.is_whole:
        response = HttpResponse(chosen.written(selection), content_type=chosen.content_type)
        return _linked(response, selection.next_address(form))
    takes = chosen.content_type.startswith(COMPRESSIBLE) and accepts_gzip(request)
    key = f"programme:feed:{form}:{'gzip' if takes else 'plain'}:{selection.stamp}"
    body, more = cache.get(key) or (b"", "")
    if not body:
        body, more = chosen.written(selection), selection.next_address(form)
        if takes:
            # Public to the last byte: there is no secret whose length could be guessed
            body = gzip.compress(body, mtime=0)
        if len(body) <= MOST_KEPT:
            cache.set(key, (body, more), KEPT_SECONDS)
    response = HttpResponse(body, content_type=chosen.content_type)
    if takes:
        response["Content-Encoding"] = "gzip"
    if chosen.content_type.startswith(COMPRESSIBLE):
        patch_vary_headers(response, ["Accept-Encoding"])
    return _linked(response, more)


def _linked(response: HttpResponse, more: str) -> HttpResponse:
    """With the address of the next page, in whatever format (RFC 8288)."""
    if more:
        response["Link"] = f'<{more}>; rel="next"'
    return response


def edition_of(request: HttpRequest) -> Edition:
    """The current edition, or the one that `edition` names; not found where it is not open to look at."""
    code = request.GET.get("edition", "")
    found = getattr(request, "edition", None)
    if code:
        found = Edition.objects.live().filter(code=code[:60], was_current=True).first()
    if found is None:
        raise Http404(_("没有这一届。"))
    return found
