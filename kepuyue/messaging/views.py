from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.messaging import kinds, queries, tokens
from kepuyue.messaging.actions import preferences
from kepuyue.messaging.forms import PreferencesForm
from kepuyue.messaging.models import Delivery, Message


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The signed-in person's messages, newest first; seeing them marks them as read."""
    own = Message.objects.filter(person_id=request.user.pk).exclude(kind="messages.digest")
    page = Paginator(own, 30).get_page(request.GET.get("page"))
    response = render(request, "messaging/inbox.html", {"page": page})
    own.filter(pk__in=[message.pk for message in page], read_at=None).update(read_at=timezone.now())
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Of what the person is told by mail, at once or once a day."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        preferences.choose(request.user, form.chosen())
        messages.success(request, _("已保存。以后的消息按新的设置发送。"))
        return redirect("messaging:settings")
    always = [kind.label for kind, _now, offered in queries.preferences(request.user) if len(offered) == 1]
    context = {"form": form, "always": always}
    return render(request, "messaging/settings.html", context, status=422 if form.errors else 200)


@csrf_exempt  # RFC 8058: a mail program posts here by itself; the signed token is the authority
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscription(request: HttpRequest, token: str) -> HttpResponse:
    """Turn one kind of mail off, from the link in it. Looking (GET) changes nothing: scanners open links."""
    found = tokens.read_unsubscribe(token)
    if found is None or not kinds.is_known(found[1]):
        raise Http404
    kind = kinds.kind(found[1])
    if str(Delivery.DESK) not in queries.choices(kind):
        raise Http404
    person = get_object_or_404(get_user_model(), pk=found[0])
    if request.method == "POST":
        preferences.unsubscribe(person, kind.code)
    is_off = queries.delivery(person.pk, kind) == Delivery.DESK
    return render(request, "messaging/unsubscription.html", {"kind": kind, "is_off": is_off})
