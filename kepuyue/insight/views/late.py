"""One page over everything that is late."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kepuyue.core.time import now
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import late
from kepuyue.insight.views.desk import asked, tabs


@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """Submissions, reviews, summaries, requests and openings of the person's branches."""
    page = asked(request)
    found = late.of(request.user, page.edition)
    context = {
        "page": page,
        "at": now(),
        "tabs": tabs("late"),
        "found": found,
        "is_nothing": not any(found.counts.values()),
    }
    return render(request, "insight/late.html", context)
