"""What everybody reads: papers, key dates, marks."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kepuyue.editions.markdown import to_html
from kepuyue.editions.models import Edition, MainVenue, Mark, Paper
from kepuyue.editions.permissions import can_manage


@require_safe
@login_not_required
def notice(request: HttpRequest) -> HttpResponse:
    """The notice and its annexes, and how the marks are used."""
    edition = _edition(request)
    context = {
        "papers": edition.papers.filter(is_published=True) if edition else [],
        "marks": edition.marks.all() if edition else [],
        "key_dates": edition.key_dates.all() if edition else [],
    }
    return render(request, "editions/notice.html", context)


@require_safe
@login_not_required
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """One paper to read."""
    found = get_object_or_404(Paper, edition=_edition(request), code=code, is_published=True)
    return render(request, "editions/paper.html", {"paper": found, "body": to_html(found.body)})


@require_safe
@login_not_required
def mark_picture(request: HttpRequest, edition: str, code: str) -> FileResponse:
    """A mark's picture; of an edition that was never current only for its office."""
    found = get_object_or_404(
        Mark.objects.select_related("edition__office"), edition__code=edition, code=code
    )
    if not found.picture or not (found.edition.was_current or can_manage(request.user, found.edition)):
        raise Http404
    try:
        file = found.picture.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return FileResponse(file, content_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@require_safe
@login_not_required
def main_venue_plan(request: HttpRequest, edition: str) -> FileResponse:
    """The plan of a published main venue; before that only for the edition's office."""
    found = get_object_or_404(MainVenue.objects.select_related("edition__office"), edition__code=edition)
    is_public = found.is_published and found.edition.was_current
    if not found.plan or not (is_public or can_manage(request.user, found.edition)):
        raise Http404
    try:
        file = found.plan.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return FileResponse(file, content_type="image/png", headers={"Cache-Control": "private, max-age=300"})


def _edition(request: HttpRequest) -> Edition | None:
    """The edition that the middleware put on the request."""
    found: Edition | None = request.edition  # type: ignore[attr-defined]
    return found
