"""What search engines ask for first."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from kepuyue.core.links import whole
from kepuyue.programme.feeds import sitemap

XML = "application/xml; charset=utf-8"


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """The public pages may be read; desks and filtered copies of the list are nothing for a search engine."""
    closed = [
        "/desk/",
        "/accounts/",
        f"{reverse('programme:activities')}?",
        reverse("programme:handbook-pdf"),
    ]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        f"Sitemap: {whole(reverse('programme:sitemap'))}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the site map."""
    return HttpResponse(sitemap.index(), content_type=XML)


@require_safe
@login_not_required
def part(request: HttpRequest, number: int) -> HttpResponse:
    """One of its parts."""
    found = sitemap.part(number, getattr(request, "edition", None))
    if found is None:
        raise Http404
    return HttpResponse(found, content_type=XML)
