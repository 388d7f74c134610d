"""For the press: stories, figures of the month, pictures cleared for use, coverage, whom to ask."""

from hashlib import sha256
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import catalogue, queries
from kepuyue.programme.cards import card
from kepuyue.programme.feeds import press as press_feed
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.structured import news_article
from kepuyue.programme.views.feeds import edition_of, open_feed
from kepuyue.publicity.models import Coverage
from kepuyue.publicity.presentation import headed, written_out
from kepuyue.publicity.queries import shown_stories, usable_pictures

STORIES, PICTURES, REPORTS = 6, 24, 8
PAGE_SIZE = 20
REPORT_PAGE = 30


@public_page
def press(request: PublicRequest) -> HttpResponse:
    """What a journalist looks for, on one page."""
    edition = request.edition
    newest = shown_stories(edition)
    confirmed = Coverage.objects.confirmed().filter(edition=edition)
    context = {
        "canonical": canonical(request),
        "stories": [headed(one) for one in newest[:STORIES]],
        "story_count": newest.count(),
        "figures": _figures(edition, confirmed.count()),
        "at": now(),
        "pictures": usable_pictures(edition)[:PICTURES],
        "coverage": confirmed[:REPORTS],
        "chips": _chips(edition, ""),
        "report_count": confirmed.count(),
        "papers": edition.papers.filter(is_published=True)[:3],
        "marks": edition.marks.all(),
    }
    return render(request, "programme/press.html", context)


def _figures(edition: Edition, reports: int) -> list[dict[str, Any]]:
    """The figures that media ask for, each with what is counted."""
    known = catalogue.load(edition)
    found = queries.figures(known, known.own)
    rows = [
        (
            _("活动"),
            found.activities,
            _("项"),
            _("已公开、在科普月期间举办、没有取消的本市活动；一项可以有多场。"),
        ),
        (_("场次"), found.sessions, _("场次"), _("这些活动在科普月期间的场次；连续多周的展览算一场。")),
        (_("展览"), found.exhibitions, _("场次"), _("其中连续一周以上的展览和开放，已含在场次里。")),
        (
            _("有活动的区"),
            len(queries.by_district(known)),
            _("个"),
            _("至少有一项本市活动的区，含新区和合作区。"),
        ),
        (
            _("全年科普"),
            found.year_round,
            _("项"),
            _("全年举办或在科普月以外的活动，不计入上面的活动和场次。"),
        ),
        (_("媒体报道"), reports, _("条"), _("已登记并确认的报道，每条只计一次。")),
    ]
    return [
        {"label": label, "value": value, "unit": unit, "definition": definition}
        for label, value, unit, definition in rows
    ]


def _chips(edition: Edition, chosen: str) -> list[dict[str, Any]]:
    """Outlet kinds that have reports, each the way to them; the chosen one leads back to all."""
    levels = Coverage.objects.confirmed().filter(edition=edition).order_by().values_list("level", flat=True)
    counts: dict[str, int] = {}
    for level in levels:
        counts[level] = counts.get(level, 0) + 1
    here = reverse("programme:press-coverage")
    return [
        {"label": label, "href": here if code == chosen else f"{here}?level={code}", "on": code == chosen,
         "count": counts[code]}
        for code, label in Coverage.Level.choices if counts.get(code)
    ]  # fmt: skip


@public_page
def stories(request: PublicRequest) -> HttpResponse:
    """All stories, the newest first."""
    page = Paginator(shown_stories(request.edition), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "stories": [headed(one) for one in page.object_list],
        "canonical": canonical(request),
        "crumbs": [(_("媒体页面"), reverse("programme:press")), (_("新闻"), "")],
    }
    return render(request, "programme/press_stories.html", context)


@public_page
def story(request: PublicRequest, code: str) -> HttpResponse:
    """One story, with the activities that it tells of."""
    edition = request.edition
    found = get_object_or_404(shown_stories(edition).prefetch_related("activities"), code=code.upper())
    shown = written_out(found)
    address = canonical(request)
    read = queries.rows(one.pk for one in shown.activities)
    at = now().astimezone(edition.zone)
    context = {
        "shown": shown,
        "cards": [card(read[one.pk], at=at) for one in shown.activities if one.pk in read],
        "canonical": address,
        "og_image": whole(shown.picture.picture.get_absolute_url()) if shown.picture else "",
        "json_ld": news_article(
            shown, url=address, language=get_language() or "zh-Hans", changed=found.updated_at,
            publisher=edition.office_name or edition.city,
        ),
        "crumbs": [(_("媒体页面"), reverse("programme:press")), (shown.title, "")],
    }  # fmt: skip
    return render(request, "programme/press_story.html", context)


@open_feed
def feed(request: HttpRequest) -> HttpResponse:
    """The stories as Atom."""
    edition = edition_of(request)
    if not is_open_to_public(edition):
        raise Http404(_("新闻还没有公开。"))
    body = press_feed.written(edition)
    etag = quote_etag(f"press-{sha256(body).hexdigest()[:24]}")
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    return answer


@public_page
def picture(request: PublicRequest, pk: int) -> HttpResponse:
    """A picture to take away, in the size in which the house keeps it, as long as it is cleared."""
    found = get_object_or_404(usable_pictures(request.edition), picture__pk=pk)
    try:
        file = found.picture.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    name = f"{found.picture.activity.code.lower()}-{pk}.jpg"
    answer = FileResponse(file, content_type="image/jpeg", as_attachment=True, filename=name)
    # A clearance can end at any moment
    answer["Cache-Control"] = "no-cache"
    return answer  # type: ignore[return-value]


@public_page
def coverage(request: PublicRequest) -> HttpResponse:
    """What media reported, the newest first, by outlet kind."""
    edition = request.edition
    rows = Coverage.objects.confirmed().filter(edition=edition)
    level = request.GET.get("level", "")
    if level not in Coverage.Level.values:
        level = ""
    if level:
        rows = rows.filter(level=level)
    page = Paginator(rows, REPORT_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "chips": _chips(edition, level),
        "canonical": canonical(request),
        "crumbs": [(_("媒体页面"), reverse("programme:press")), (_("媒体报道"), "")],
    }
    return render(request, "programme/press_coverage.html", context)
