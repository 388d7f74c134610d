"""The table of key activities brought back with the platform's addresses."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.imports import reader
from kepuyue.imports.actions import platform
from kepuyue.imports.forms import SheetForm
from kepuyue.organizations.permissions import holds_anywhere


@require_http_methods(["GET", "HEAD", "POST"])
def addresses(request: DeskRequest) -> HttpResponse:
    """Choose the file; afterwards what came of each row that had an address."""
    if not (holds_anywhere(request.user, "activity.edit") or holds_anywhere(request.user, "key.decide")):
        raise PermissionDenied(_("重点活动由填报单位推荐，由区科协、成员单位和市科协认定。"))
    edition = get_object_or_404(Edition, pk=request.edition.pk if request.edition else 0)
    is_sent = request.method == "POST"
    form = SheetForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    outcomes = None
    if is_sent and form.is_valid():
        try:
            outcomes = platform.note_all(form.cleaned_data["file"].read(), edition=edition, by=request.user)
        except reader.Unreadable as reason:
            form.add_error("file", str(reason))
    context = {
        "form": form,
        "outcomes": outcomes,
        "refused": [one for one in outcomes or [] if one.state == "refused"],
        "done": [one for one in outcomes or [] if one.state == "done"],
        "known": sum(one.state == "known" for one in outcomes or []),
        "crumbs": [(_("重点活动"), reverse("publicity:key-activities")), (_("导入平台网址"), "")],
    }
    return render(request, "imports/platform.html", context, status=422 if form.errors else 200)
