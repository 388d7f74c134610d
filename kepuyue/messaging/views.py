from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kepuyue.messaging.models import Message


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The signed-in person's messages, newest first; seeing them marks them as read."""
    own = Message.objects.filter(person_id=request.user.pk)
    page = Paginator(own, 30).get_page(request.GET.get("page"))
    response = render(request, "messaging/inbox.html", {"page": page})
    own.filter(pk__in=[message.pk for message in page], read_at=None).update(read_at=timezone.now())
    return response
