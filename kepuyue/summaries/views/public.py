"""What everybody may see of a summary: photos of how it was."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.programme.cards import localized
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, public_look, public_page
from kepuyue.summaries import queries
from kepuyue.summaries.models import Photo


@public_page
def photos(request: PublicRequest, code: str) -> HttpResponse:
    """The photos of one activity: a part of its page that is fetched when it comes into sight, else a page."""
    activity = get_object_or_404(approved().select_related("edition"), code=code.upper())
    title, language = localized(activity.title, activity.title_en)
    address = reverse("programme:activity", args=[activity.code])
    context = {
        "activity": activity,
        "title": title,
        "language": language,
        "photos": queries.public_photos(activity),
        "canonical": canonical(request),
        "crumbs": [(_("活动"), reverse("programme:activities")), (title, address), (_("现场照片"), "")],
    }
    template = "summaries/_public_photos.html" if request.htmx else "summaries/public_photos.html"
    return render(request, template, context)


@public_look
def photo(request: PublicRequest, pk: int) -> FileResponse:
    """One of these pictures; kept by browsers for minutes only, for consent can be withdrawn."""
    found = get_object_or_404(Photo.objects.select_related("summary__activity__edition"), pk=pk)
    activity: Activity = found.summary.activity
    if found not in queries.public_photos(activity) or not approved().filter(pk=activity.pk).exists():
        raise Http404
    try:
        opened = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(opened, content_type="image/jpeg")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
