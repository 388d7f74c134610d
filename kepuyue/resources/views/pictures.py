"""The picture of an offer: seen by whoever may see the offer, added and removed by its unit."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.editions.request import DeskRequest
from kepuyue.resources import queries
from kepuyue.resources.actions import illustrating
from kepuyue.resources.forms.offers import OfferPictureForm


@require_safe
def picture(request: DeskRequest, code: str) -> FileResponse:
    """The picture itself."""
    found = get_object_or_404(queries.offers_seen_by(request.user).exclude(picture=""), code=code)
    try:
        file = found.picture.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Give the offer a picture, or another one."""
    found = get_object_or_404(queries.offers_of(request.user).select_related("organization"), code=code)
    form = OfferPictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            illustrating.show(
                found, by=request.user, file=form.cleaned_data["file"], alt=form.cleaned_data["alt"],
                credit=form.cleaned_data["credit"],
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("file", error)
        else:
            messages.success(request, _("图片已添加。约成以后也会用在联合活动里。"))
            return redirect("resources:offer", code)
    context = {"offer": found, "form": form, "limit_mb": settings.UPLOAD_MAX_BYTES // 1_000_000}
    status = 422 if request.method == "POST" else 200
    return render(request, "resources/offer_picture.html", context, status=status)


@require_POST
def remove(request: DeskRequest, code: str) -> HttpResponse:
    """Take it away."""
    found = get_object_or_404(queries.offers_of(request.user), code=code)
    try:
        illustrating.remove(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("图片已删除。"))
    return redirect("resources:offer", code)
