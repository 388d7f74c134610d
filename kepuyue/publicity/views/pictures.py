"""Pictures for the press at the desk: which may be used by media, on which ground and terms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.activities.models import Picture
from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.publicity import queries
from kepuyue.publicity.actions import clearing
from kepuyue.publicity.desk import edition_of
from kepuyue.publicity.forms.press import ClearingForm
from kepuyue.publicity.models import PressPicture
from kepuyue.publicity.permissions import check_clears_somewhere
from kepuyue.publicity.views.desk import posted, tabs
from kepuyue.publicity.views.stories import WhyForm

PAGE_SIZE = 24
BOTH = ("GET", "HEAD", "POST")


@require_safe
def picture_list(request: DeskRequest) -> HttpResponse:
    """The public pictures of the branch: cleared ones, and those nobody has looked at."""
    check_clears_somewhere(request.user)
    rows = queries.pictures_to_clear(request.user, edition_of(request))
    shown = {
        "cleared": rows.filter(press__isnull=False, press__ended_at=None),
        "waiting": rows.filter(press=None),
        "ended": rows.filter(press__ended_at__isnull=False),
    }
    show = request.GET.get("show", "")
    page = Paginator(shown.get(show, rows), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = (("cleared", _("媒体可用")), ("waiting", _("没有确认")), ("ended", _("已停止")))
    context = {
        "tabs": tabs(request, "pictures"),
        "page": page,
        "chips": [
            {"label": label, "href": "?" if show == code else f"?show={code}", "on": show == code,
             "count": shown[code].count()}
            for code, label in labels
        ],
    }  # fmt: skip
    return render(request, "publicity/pictures.html", context)


def _get(request: DeskRequest, pk: int) -> tuple[Picture, PressPicture | None]:
    """A picture of the branch and its clearance, or 404."""
    rows = queries.pictures_to_clear(request.user, edition_of(request))
    found = get_object_or_404(rows, pk=pk)
    known = PressPicture.objects.filter(picture=found).select_related("picture", "cleared_by").first()
    return found, known


@require_http_methods(BOTH)
def clearance(request: DeskRequest, pk: int) -> HttpResponse:
    """Clear a picture, or change on which terms."""
    found, known = _get(request, pk)
    form = ClearingForm(posted(request), picture=found, known=known)
    status, theirs = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            clearing.clear(found, form.facts(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            form.add_error(None, conflict)
            known = conflict.present
            form.look_at(known.version if known else 0)
            theirs = form.differing_from(ClearingForm(picture=found, known=known))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("媒体现在可以使用这张图片。"))
            return redirect("publicity:pictures")
    if form.errors:
        status = 409 if theirs is not None else 422
    context: dict[str, Any] = {
        "form": form,
        "theirs": theirs,
        "picture": found,
        "known": known,
        "trail": audit.trail(known)[:20] if known else [],
    }
    return render(request, "publicity/clearance.html", context, status=status)


@require_http_methods(BOTH)
def end(request: DeskRequest, pk: int) -> HttpResponse:
    """From now on media may take it no longer."""
    found, known = _get(request, pk)
    if known is None or known.ended_at:
        return redirect("publicity:clearance", found.pk)
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            clearing.end(known, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已停止，媒体页面不再提供这张图片。"))
            return redirect("publicity:pictures")
    context = {
        "form": form,
        "title": _("停止媒体使用"),
        "lead": found.alt,
        "text": _("停止后，媒体页面和新闻稿不再显示这张图片；已经下载的，请另行通知。"),
        "press": _("停止使用"),
        "back": reverse("publicity:clearance", args=[found.pk]),
    }
    return render(request, "resources/reason.html", context, status=422 if form.errors else 200)
