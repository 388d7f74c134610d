"""Pictures that are drawn: the poster of an activity, and the cards that links unfold to."""

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import queries
from kepuyue.programme.permissions import approved
from kepuyue.programme.posters import poster


@require_safe
@login_not_required
def activity(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The poster or the card of one activity, of whatever edition is open to the public."""
    found = queries.in_full(approved()).filter(code=code.upper()).first()
    if found is None and queries.taken_down(code):
        return HttpResponse(_("这项活动已下架。"), status=410, content_type="text/plain; charset=utf-8")
    if found is None or not is_open_to_public(found.edition):
        raise Http404(_("没有找到这项活动。"))
    facts = poster.facts_of(found, now().astimezone(found.edition.zone))
    return _picture(request, kind, facts, f"{found.code}-{kind}.png")


@require_safe
@login_not_required
def edition(request: HttpRequest) -> HttpResponse:
    """The card of the whole programme, for pages without a picture of their own."""
    found = getattr(request, "edition", None)
    if found is None:
        raise Http404(_("没有这一届。"))
    facts = poster.facts_of_edition(found, whole(reverse("programme:home")))
    return _picture(request, poster.CARD, facts, f"{found.code}.png")


def _picture(request: HttpRequest, kind: str, facts: poster.Facts, name: str) -> HttpResponse:
    body = poster.drawn(kind, facts)
    etag = quote_etag(sha256(body).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(body, content_type="image/png")
        response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response
