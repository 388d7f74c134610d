"""The picture of an item: seen by whoever may see the item, changed by its unit."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.cloud import queries
from kepuyue.cloud.actions import covers
from kepuyue.cloud.forms.items import CoverForm
from kepuyue.cloud.models import CloudItem, Cover
from kepuyue.cloud.views.finding import pressed
from kepuyue.cloud.views.items import get_own
from kepuyue.editions.queries import is_open_to_public
from kepuyue.editions.request import DeskRequest


@require_safe
@login_not_required
def picture(request: DeskRequest, pk: int) -> FileResponse:
    """The picture itself; of what is not public only for those who may see the item."""
    cover = get_object_or_404(Cover.objects.select_related("item__edition"), pk=pk)
    is_public = (
        cover.is_shown
        and CloudItem.objects.public().filter(pk=cover.item_id).exists()
        and is_open_to_public(cover.item.edition)
    )
    if not is_public and not queries.items_seen_by(request.user).filter(pk=cover.item_id).exists():
        raise Http404
    try:
        file = cover.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400" if is_public else "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Give the item a picture, or another one."""
    found = get_own(request, code)
    form = CoverForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            covers.put(
                found, by=request.user, file=form.cleaned_data["file"], alt=form.cleaned_data["alt"],
                credit=form.cleaned_data["credit"],
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("file", error)
        else:
            messages.success(
                request,
                _("图片已添加。提交审核通过后公众才会看到。") if found.is_public else _("图片已添加。"),
            )
            return redirect("cloud:item", found.code)
    context = {"item": found, "form": form, "limit_mb": settings.UPLOAD_MAX_BYTES // 1_000_000}
    status = 422 if request.method == "POST" else 200
    return render(request, "cloud/cover.html", context, status=status)


@require_POST
def remove(request: DeskRequest, code: str) -> HttpResponse:
    """Take it away."""
    found = get_own(request, code)
    return pressed(
        request,
        lambda: covers.remove(found, by=request.user),
        _("图片已删除。"),
        to="cloud:item",
        args=[found.code],
    )
