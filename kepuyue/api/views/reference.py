"""The page from which a partner works: five minutes to the first activity, then every operation."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kepuyue.api.reference import operations
from kepuyue.core.links import whole
from kepuyue.partners.events import EVENTS, example
from kepuyue.partners.scopes import SCOPES


@require_safe
@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """Made of the description that programs read, so that neither says what the other does not."""
    context = {
        "site": settings.PUBLIC_URL,
        "groups": operations(),
        "scopes": [(code, scope.label) for code, scope in SCOPES.items()],
        "events": EVENTS.items(),
        "pushed": example(),
        "canonical": whole(reverse("api:reference")),
    }
    return render(request, "api/reference.html", context)
