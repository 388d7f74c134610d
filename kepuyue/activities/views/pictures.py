"""Pictures of an activity: shown to whoever may see the activity, added and removed by its unit."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities import forms, queries
from kepuyue.activities.actions import illustration
from kepuyue.activities.models import Picture
from kepuyue.editions.queries import is_open_to_public
from kepuyue.editions.request import DeskRequest


@require_safe
@login_not_required
def picture(request: DeskRequest, pk: int) -> FileResponse:
    """The picture itself; of an unpublished activity only for those who may see the activity."""
    found = get_object_or_404(Picture.objects.select_related("activity__edition"), pk=pk)
    is_public = found.is_shown and found.activity.is_public and is_open_to_public(found.activity.edition)
    if not is_public and not queries.visible_to(request.user).filter(pk=found.activity_id).exists():
        raise Http404
    try:
        file = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400" if is_public else "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def pictures(request: DeskRequest, code: str) -> HttpResponse:
    """The activity's pictures, and one more."""
    activity = get_object_or_404(queries.editable_by(request.user).select_related("organization"), code=code)
    form = forms.PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            illustration.add(
                activity,
                by=request.user,
                file=form.cleaned_data["file"],
                alt=form.cleaned_data["alt"],
                credit=form.cleaned_data["credit"],
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            messages.success(
                request,
                _("图片已添加。活动已经发布，提交审核通过后公众才会看到。")
                if activity.published_at
                else _("图片已添加。"),
            )
            return redirect("activities:pictures", code)
    status = 422 if request.method == "POST" else 200
    context = {
        "activity": activity,
        "form": form,
        "pictures": queries.working_pictures(activity),
        "limit_mb": settings.UPLOAD_MAX_BYTES // 1_000_000,
    }
    return render(request, "activities/pictures.html", context, status=status)


@require_POST
def remove(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """Take one picture away."""
    activity = get_object_or_404(queries.editable_by(request.user).select_related("organization"), code=code)
    try:
        illustration.remove(get_object_or_404(activity.pictures, pk=pk), by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(
            request,
            _("图片已从修改稿里去掉。提交审核通过后生效。") if activity.published_at else _("图片已删除。"),
        )
    return redirect("activities:pictures", code)
