"""That somebody opened an item, told by the page's script."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kepuyue.accounts.network import origin
from kepuyue.cloud.actions import counting
from kepuyue.cloud.models import CloudItem
from kepuyue.editions.queries import is_open_to_public


# Without a form's token, as the page is kept for all: it only adds one to a number
@csrf_exempt
@require_POST
@login_not_required
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Add one to how often the item was opened."""
    item = get_object_or_404(CloudItem.objects.public().select_related("edition"), code=code.upper())
    if not is_open_to_public(item.edition):
        raise Http404
    counting.count(item, origin=origin(request))
    return HttpResponse(status=204)
