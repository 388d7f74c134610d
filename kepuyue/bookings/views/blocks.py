"""Who may not book online for a while: the office looks at appeals, lifts, and holds off touts."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.bookings import queries
from kepuyue.bookings.actions import blocking
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.forms.desk import BlockForm, DecisionForm
from kepuyue.bookings.models import Block
from kepuyue.editions.request import DeskRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def blocks(request: DeskRequest) -> HttpResponse:
    """Those that hold, appeals first; a POST holds a number off."""
    blocking.check_decides(request.user)
    form = BlockForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if request.edition is None:
            raise Http404(_("还没有一届活动。"))
        try:
            blocking.block(
                request.edition, phone=form.cleaned_data["phone"], days=form.cleaned_data["days"],
                note=form.cleaned_data["note"], by=request.user,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已经限制，短信告诉了本人。"))
            return redirect("bookings:blocks")
    return _page(request, form, status=422 if request.method == "POST" else 200)


@require_POST
def lift(request: DeskRequest, pk: int) -> HttpResponse:
    """Let them book again."""
    return _decide(request, pk, blocking.lift, _("已经恢复网上预约。"))


@require_POST
def uphold(request: DeskRequest, pk: int) -> HttpResponse:
    """Leave it as it is."""
    return _decide(request, pk, blocking.uphold, _("已经答复，限制不变。"))


def _decide(request: DeskRequest, pk: int, decide: Callable[..., Block], said: str) -> HttpResponse:
    blocking.check_decides(request.user)
    get_object_or_404(Block, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            decide(pk, by=request.user, decision=form.cleaned_data["decision"])
        except Refused as refused:
            form.add_error("decision", str(refused))
        else:
            messages.success(request, said)
            return redirect("bookings:blocks")
    if not Block.objects.standing().filter(pk=pk).exists():
        # Its row is no longer on the page
        messages.warning(request, _("这条限制已经结束或由同事处理了，不用再答复。"))
        return redirect("bookings:blocks")
    return _page(request, BlockForm(), decided=(pk, form), status=422)


def _page(
    request: DeskRequest, form: BlockForm, *, decided: tuple[int, DecisionForm] | None = None, status: int
) -> HttpResponse:
    found = queries.blocks(request.edition) if request.edition else []
    rows = [
        (
            one,
            number,
            decided[1] if decided and decided[0] == one.pk else DecisionForm(auto_id=f"{one.pk}-%s"),
        )
        for one, number in found
    ]
    return render(request, "bookings/blocks.html", {"rows": rows, "form": form}, status=status)
