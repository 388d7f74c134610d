"""Tickets as people and doors see them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kepuyue.bookings import tickets

# Seconds; a key of before stays published, so that a copy of yesterday verifies today's tickets unless the site's
# secret was changed since
KEYS_KEPT = 3600


@login_not_required
@require_safe
@cache_control(public=True, max_age=KEYS_KEPT)
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys by which whoever stands at a door verifies tickets without a network (RFC 7517, RFC 8037)."""
    return JsonResponse({"keys": tickets.public_keys()}, content_type="application/jwk-set+json")
