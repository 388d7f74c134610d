"""The office's outbox: what was told to whom, what has not left, and why."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import wording
from kepuyue.messaging import queries as outbox
from kepuyue.messaging.actions import holding
from kepuyue.messaging.models import BouncedAddress, KindHold, Message
from kepuyue.messaging.workflow import MESSAGE
from kepuyue.organizations.forms import HoldForm, OutboxForm
from kepuyue.organizations.permissions import holds_anywhere


@require_safe
def messages_out(request: SignedInRequest) -> HttpResponse:
    """All messages, newest first, with what the office may do about them."""
    _check(request)
    return _list(request, HoldForm())


@require_safe
def message(request: SignedInRequest, pk: int) -> HttpResponse:
    """One message as its recipient gets it."""
    _check(request)
    shown = get_object_or_404(Message.objects.select_related("person"), pk=pk)
    context = {
        "message_out": shown,
        # How somebody signs in, and from where, is between them and the site even where no key is in it
        "is_hidden": shown.is_secret or shown.kind.startswith("account."),
        "verbs": [
            verb
            for verb in holding.VERBS
            if verb in MESSAGE.verbs(shown.state) and not (verb == "send_again" and shown.cleared_at)
        ],
        "bounced": outbox.has_bounced(shown.to),
    }
    return render(request, "organizations/outbox_message.html", context)


@require_POST
def move(request: SignedInRequest, verb: str) -> HttpResponse:
    """Hold, release or send again what is ticked; each by itself, and each failure said."""
    _check(request)
    if verb not in holding.VERBS:
        raise Http404
    ticked = [
        int(text) for text in request.POST.getlist("message")[:500] if text.isascii() and text.isdecimal()
    ]
    if not ticked:
        messages.warning(request, _("没有选中消息。请先勾选，再操作。"))
        return redirect("organizations:outbox")
    results = holding.move(ticked, verb, by=request.user)
    done = [result for result in results if not result.error]
    if done:
        messages.success(
            request, ngettext("已处理%(count)s条。", "已处理%(count)s条。", len(done)) % {"count": len(done)}
        )
    for result in results:
        if result.error:
            messages.warning(request, wording.labelled(result.message.subject, result.error))
    return redirect("organizations:outbox")


@require_POST
def hold(request: SignedInRequest) -> HttpResponse:
    """Let a whole kind wait."""
    _check(request)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            holding.hold_kind(form.cleaned_data["kind"], by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("这类消息从现在起暂缓，放行以前不会发出。"))
            return redirect("organizations:outbox")
    return _list(request, form, status=422)


@require_POST
def release(request: SignedInRequest, kind: str) -> HttpResponse:
    """Let a held kind go out again."""
    _check(request)
    try:
        count = holding.release_kind(kind, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已放行，%(count)s条消息正在发出。") % {"count": count})
    return redirect("organizations:outbox")


def _check(request: SignedInRequest) -> None:
    if not holds_anywhere(request.user, "messages.manage"):
        raise PermissionDenied(_("只有市级管理员可以查看发件箱。"))


def _list(request: SignedInRequest, hold_form: HoldForm, status: int = 200) -> HttpResponse:
    form = OutboxForm(request.GET)
    rows = outbox.outbox(**form.wanted())
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "form": form,
        "counts": [(Message.State(state), count) for state, count in outbox.counts().items() if count],
        "holds": KindHold.objects.select_related("by").order_by("since"),
        "bounced": BouncedAddress.objects.count(),
        "hold_form": hold_form,
    }
    return render(request, "organizations/outbox.html", context, status=status)
