"""Suggestions for the search box."""

from dataclasses import asdict

from django.http import HttpResponse, JsonResponse

from kepuyue.core.time import now
from kepuyue.programme import suggesting
from kepuyue.programme.request import PublicRequest, public_page


@public_page
def suggestions(request: PublicRequest) -> HttpResponse:
    """{"results": [{"value", "note"}]}: what the search may be for; `q` is what is typed so far."""
    found = suggesting.suggestions(request.edition, request.GET.get("q", ""), at=now())
    answer = JsonResponse({"results": [asdict(one) for one in found]})
    answer["Cache-Control"] = "public, max-age=60"
    return answer
