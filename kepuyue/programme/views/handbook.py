"""The programme as a booklet: choosing, waiting while it is set, taking it along; or printing the page itself."""

from django.conf import settings
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.organizations.models import District
from kepuyue.programme.actions import outputs
from kepuyue.programme.feeds.selection import NotUnderstood
from kepuyue.programme.handbook import compiling, pages, typesetter, wish
from kepuyue.programme.models import Output
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.tasks import make_output
from kepuyue.publicity import key_activities

LATER = 5  # seconds
# What a browser is given as one page; the PDF holds more
MOST_ON_SCREEN = 500
KEPT_SECONDS = 600


@public_page
def handbook(request: PublicRequest) -> HttpResponse:
    """What booklets there are to choose from."""
    edition = request.edition
    has_key = key_activities.listed(approved(), edition).exists()
    context = {
        "districts": District.objects.all(),
        "layouts": pages.LAYOUTS.values(),
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "has_key": has_key,
        "is_there": typesetter.is_there(),
        "canonical": canonical(request),
        "crumbs": [(_("节目册"), "")],
    }
    return render(request, "programme/handbook.html", context)


@public_page
def pdf(request: PublicRequest) -> HttpResponseBase:
    """The booklet of a choice, with any filter of the list: at once where it is there, else how far it is."""
    with translation.override(_language(request)):
        try:
            asked = wish.of_address(request.edition, request.GET)
        except NotUnderstood as refusal:
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        return _answer(request, asked)


@public_page
def print_view(request: PublicRequest) -> HttpResponse:
    """The same booklet as a page that a browser prints; it has no page numbers."""
    with translation.override(_language(request)):
        try:
            asked = wish.of_address(request.edition, request.GET)
        except NotUnderstood as refusal:
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        if len(asked.keys()) > MOST_ON_SCREEN:
            return _page(request, asked, None, status=422, is_too_much=True)
        return HttpResponse(_on_screen(asked))


def _on_screen(asked: wish.Wish) -> str:
    """The page; that of the whole month is kept, so that no choice of filters fills the cache."""
    key = f"programme:handbook:{asked.key}"
    html: str | None = cache.get(key) if asked.selection.is_whole else None
    if html is None:
        book = compiling.compiled(asked.selection, only_key=asked.only_key)
        html = pages.rendered(book, asked.layout, back=reverse("programme:handbook"))
        if asked.selection.is_whole:
            cache.set(key, html, KEPT_SECONDS)
    return html


def _answer(request: HttpRequest, asked: wish.Wish) -> HttpResponseBase:
    etag = quote_etag(asked.key)
    found = Output.objects.filter(key=asked.key, state=Output.State.READY).first()
    if found and "progress" not in request.GET:
        unchanged = get_conditional_response(request, etag=etag)
        response = unchanged or _file(found, asked)
        response["ETag"] = etag
        response["Cache-Control"] = "no-cache"
        return response
    if not asked.keys():
        raise Http404(_("没有符合这些条件的活动。"))
    if not found and not typesetter.is_there():
        return _page(request, asked, None, status=503)
    try:
        output, is_new = outputs.ask(
            Output.Kind.HANDBOOK, asked.selection.edition, key=asked.key, series=asked.series, wish=asked.as_data()
        )  # fmt: skip
    except outputs.Busy:
        return _page(request, asked, None, status=503, is_busy=True)
    if is_new:
        make_output.enqueue(output.pk)
    return _page(request, asked, output, status=200 if "progress" in request.GET else 202)


def _page(
    request: HttpRequest,
    asked: wish.Wish,
    output: Output | None,
    *,
    status: int,
    is_busy: bool = False,
    is_too_much: bool = False,
) -> HttpResponse:
    address = _address("programme:handbook-pdf", asked)
    context = {
        "output": output,
        "is_busy": is_busy,
        "is_too_much": is_too_much,
        "most": MOST_ON_SCREEN,
        "address": address,
        "print_address": _address("programme:handbook-print", asked),
        "packages": " ".join(typesetter.PACKAGES),
        "canonical": canonical(request),
    }
    name = "programme/handbook_waiting.html"
    if "progress" in request.GET:
        name += "#progress"
    response = render(request, name, context, status=status)
    if status in (202, 503):
        response["Retry-After"] = str(60 if is_busy else LATER)
    response["Cache-Control"] = "no-store"
    return response


def _file(found: Output, asked: wish.Wish) -> FileResponse:
    name = f"{asked.selection.edition.code}-{asked.layout}.pdf"
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        # Somebody cleared the folder: made anew when asked again
        found.delete()
        raise Http404(_("文件已被清理，请再试一次。")) from None
    return FileResponse(file, content_type="application/pdf", filename=name)


def _address(name: str, asked: wish.Wish) -> str:
    more = {"layout": asked.layout, "lang": get_language() or "", **({"key": "1"} if asked.only_key else {})}
    query = "&".join(part for part in (asked.selection.filters, urlencode(more)) if part)
    return f"{reverse(name)}?{query}"


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
