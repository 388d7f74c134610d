"""Photos of a summary: the page, one more, one described, one taken out, and the picture itself."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.editions.request import DeskRequest
from kepuyue.summaries import queries
from kepuyue.summaries.actions import photographing
from kepuyue.summaries.forms import PhotoForm
from kepuyue.summaries.models import WRITTEN, Photo
from kepuyue.summaries.permissions import can_decide, can_file, check_can_file
from kepuyue.summaries.views.desk import BOTH, get_seen


@require_http_methods(BOTH)
def photos(request: DeskRequest, code: str) -> HttpResponse:
    """All of one summary with what looks the same elsewhere; the unit adds one."""
    summary = get_seen(request, code)
    if request.method == "POST":
        check_can_file(request.user, summary)
    is_post = request.method == "POST"
    form = PhotoForm(request.POST if is_post else None, request.FILES if is_post else None, is_new=True)
    if is_post and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            photographing.add(summary, by=request.user, file=file, facts=form.facts())
        except ValidationError as error:
            form.add_error(None if hasattr(error, "error_dict") else "file", error)
        else:
            messages.success(request, _("照片已添加。"))
            return redirect("summaries:photos", code)
    found = list(summary.photos.all())
    may_withhold = can_file(request.user, summary) or can_decide(request.user, summary)
    is_open = can_file(request.user, summary) and summary.state in WRITTEN
    context = {
        "summary": summary,
        "activity": summary.activity,
        "form": form,
        "rows": list(zip(found, queries.alike(found), strict=True)),
        "is_open": is_open,
        "may_withhold": may_withhold,
        "takes_more": is_open and len(found) < photographing.most(summary),
        "most": photographing.most(summary),
        "limit_mb": settings.UPLOAD_MAX_BYTES // 1_000_000,
    }
    return render(request, "summaries/photos.html", context, status=422 if form.errors else 200)


def get_photo(request: DeskRequest, pk: int) -> Photo:
    """The photo, or 404 where the person may not see its summary."""
    rows = Photo.objects.filter(summary__in=queries.seen_by(request.user).values("pk"))
    return get_object_or_404(rows.select_related("summary__activity__organization"), pk=pk)


@require_safe
def file(request: DeskRequest, pk: int) -> FileResponse:
    """The picture itself, to whoever may see its summary."""
    try:
        opened = get_photo(request, pk).file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(opened, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(BOTH)
def photo(request: DeskRequest, pk: int) -> HttpResponse:
    """What is said of one photo."""
    found = get_photo(request, pk)
    check_can_file(request.user, found.summary)
    form = PhotoForm(request.POST if request.method == "POST" else None, instance=found, is_new=False)
    if request.method == "POST" and form.is_valid():
        try:
            photographing.describe(found, by=request.user, facts=form.facts())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("summaries:photos", found.summary.activity.code)
    context = {"form": form, "photo": found, "activity": found.summary.activity}
    return render(request, "summaries/photo.html", context, status=422 if form.errors else 200)


@require_POST
def withhold(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one from the public, whatever was accepted."""
    found = get_photo(request, pk)
    photographing.withhold(found, by=request.user)
    messages.success(request, _("这张照片不再公开，只有本单位和上级能看。"))
    return redirect("summaries:photos", found.summary.activity.code)


@require_POST
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one out."""
    found = get_photo(request, pk)
    code = found.summary.activity.code
    try:
        photographing.remove(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("照片已删除。"))
    return redirect("summaries:photos", code)
