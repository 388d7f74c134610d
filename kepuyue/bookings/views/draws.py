"""The draw of a session, for everybody to follow and to do again; and the button by which its unit holds it."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.activities.models import PUBLIC_STATES
from kepuyue.bookings.actions import ballots
from kepuyue.bookings.forms.desk import DrawForm
from kepuyue.bookings.models import Ballot, Booking
from kepuyue.bookings.views.finding import get_session, when
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check


@require_safe
@login_not_required
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """What was fixed before, how it is drawn, and the numbers that were drawn."""
    ballot = _public(pk)
    session = ballot.terms.session
    context = {
        "ballot": ballot, "terms": ballot.terms, "session": session, "activity": session.activity,
        "when": when(session, session.activity), "result": ballot.record.get("result"),
        "entries": len(ballot.record["entries"])
        if ballot.record
        else Booking.objects.filter(session=session, state=Booking.State.ENTERED).count(),
    }  # fmt: skip
    return render(request, "bookings/draw.html", context)


@require_safe
@login_not_required
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The draw as a file: seed, entries, result; `kepuyue bookings draw --verify` does it again."""
    ballot = _public(pk)
    if ballot.drawn_at is None:
        raise Http404
    response = HttpResponse(
        json.dumps(ballot.record, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="draw-{pk}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """The unit states the public value and holds the draw."""
    session = get_session(request, code, pk)
    check(request.user, "booking.manage", session.activity.organization)
    ballot = get_object_or_404(Ballot.objects.select_related("terms"), terms__session=session)
    form = DrawForm(request.POST if request.method == "POST" else None, source=ballot.public_source)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ballots.draw(ballot, by=request.user, public_value=form.cleaned_data.get("public_value", ""))
            except ValidationError as error:
                status = 409
                form.add_error("public_value" if hasattr(error, "error_dict") else None, error.messages[0])
            else:
                messages.success(request, _("抽签完成，结果已经公布。"))
                return redirect("bookings:list", code, pk)
    context = {
        "form": form, "ballot": ballot, "session": session, "activity": session.activity,
        "when": when(session, session.activity),
        "is_due": ballot.terms.draws_at is not None and ballot.terms.draws_at <= now(),
    }  # fmt: skip
    return render(request, "bookings/draw_hold.html", context, status=status)


def _public(pk: int) -> Ballot:
    found = Ballot.objects.filter(
        terms__session__id=pk,
        terms__session__activity__state__in=PUBLIC_STATES,
        terms__draws_at__isnull=False,
    )
    related = (
        "terms__session__venue", "terms__session__activity__edition", "terms__session__activity__organization",
    )  # fmt: skip
    ballot = get_object_or_404(found.select_related(*related))
    if not is_open_to_public(ballot.terms.session.activity.edition):
        raise Http404
    return ballot
