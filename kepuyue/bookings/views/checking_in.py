"""The doors of a session: the page that a phone installs, what it takes along and sends back, and the same without
scripts. Who may stand there holds `session.check_in` for the unit; nobody else finds a session here."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities.models import Session
from kepuyue.bookings import arrivals, queries, tickets, verdicts
from kepuyue.bookings.actions import checking_in, reading
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.actions.checking_in import Answer, Scan, Why
from kepuyue.bookings.forms.checking_in import CodeForm, FindForm, UndoForm, WalkInForm, batch_of
from kepuyue.bookings.models import Booking, CheckIn
from kepuyue.bookings.verdicts import Verdict
from kepuyue.bookings.views.finding import when
from kepuyue.core.time import now
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere, may

# In the browser's session: a device and its door, for the page without scripts
DEVICE, DOOR = "check_in_device", "check_in_door"


@never_cache
@require_safe
def sessions(request: DeskRequest) -> HttpResponse:
    """The sessions at whose doors the person may stand: today's, those to come, those of the last days."""
    if not holds_anywhere(request.user, "session.check_in"):
        raise PermissionDenied(_("签到由办活动的单位的签到员、填报人和负责人办理。请联系本单位负责人。"))
    today = timezone.localdate(now())
    rows: dict[str, list[Any]] = {"today": [], "later": [], "before": []}
    for terms in arrivals.doors(request.user):
        session = terms.session
        first, last = (
            timezone.localdate(one) for one in (session.starts_at, session.ends_at or session.starts_at)
        )
        part = "later" if first > today else "before" if last < today else "today"
        rows[part].append((session, when(session, session.activity)))
    groups = [
        (_("今天"), rows["today"]),
        (_("今天以后"), rows["later"]),
        (_("过去几天"), rows["before"][::-1]),
    ]
    return render(
        request, "bookings/check_in/sessions.html", {"groups": groups, "has_today": bool(rows["today"])}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: DeskRequest, pk: int) -> HttpResponse:
    """A session's door; what is sent is one code."""
    session = _session(request, pk)
    if request.method != "POST":
        return _page(request, session)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, session, status=422, code_form=form)
    typed = form.cleaned_data
    request.session[DOOR] = typed["door"]
    if form.is_forged:
        return _page(request, session, verdict=Verdict("forged", verdicts.titles()["forged"]))
    answer = _send(
        request, session, Scan(str(typed["key"]), now(), typed["code"], seats=typed["seats"], let_in=False)
    )
    return _page(request, session, verdict=verdicts.verdict(answer))


@require_POST
def walk_in(request: DeskRequest, pk: int) -> HttpResponse:
    """People without a booking."""
    session = _session(request, pk)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        return _page(request, session, status=422, walk_in_form=form)
    typed = form.cleaned_data
    answer = _send(request, session, Scan(str(typed["key"]), now(), seats=typed["seats"], let_in=False))
    if answer.row is None:
        return _page(request, session, status=409, verdict=verdicts.verdict(answer))
    messages.success(request, _("已放行%(count)s人。") % {"count": answer.row.seats})
    return redirect("bookings:door", session.pk)


@never_cache
@require_POST
def find(request: DeskRequest, pk: int) -> HttpResponse:
    """Who says a name and has no code at hand; masked, and recorded."""
    session = _session(request, pk)
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, session, status=422, find_form=form)
    found = reading.find_at_the_door(session, by=request.user, word=form.cleaned_data["q"])
    return _page(request, session, find_form=form, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a check-in back, with a reason."""
    row = arrivals.check_in_of(request.user, pk)
    if row is None:
        raise Http404
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        checking_in.undo(row, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("这次签到已撤销。"))
        return redirect("bookings:door", row.session_id)
    context = {"row": row, "session": row.session, "activity": row.session.activity, "form": form,
               "when": when(row.session, row.session.activity)}  # fmt: skip
    return render(request, "bookings/check_in/undo.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def carried(request: DeskRequest, pk: int) -> HttpResponse:
    """What a phone takes along, so that it can check in without a network; recorded."""
    session = _session(request, pk)
    # Before the rows: what is booked while they are read is asked for once more
    standing = _standing(session)
    rows = reading.carry(session, by=request.user)
    states = dict(Booking.State.choices)
    return JsonResponse(
        standing
        | {
            "until": _milliseconds(arrivals.kept_until(session)),
            "keys": tickets.public_keys(),
            "states": {code: str(label) for code, label in states.items()},
            "rows": [
                [
                    one.code,
                    one.seats,
                    one.state,
                    one.name,
                    one.tail,
                    one.children,
                    one.school,
                    *_first(one.first),
                ]
                for one in rows
            ],
        }
    )


@never_cache
@require_POST
def scans(request: DeskRequest, pk: int) -> HttpResponse:
    """Take in what a phone has scanned, and tell it what it does not know yet; an empty batch only asks."""
    session = _session(request, pk)
    try:
        batch = batch_of(request.body)
    except ValidationError as error:
        return JsonResponse({"detail": error.messages}, status=422)
    answers = checking_in.sync(session, batch.scans, device=batch.device, door=batch.door, by=request.user)
    for key, reason in batch.taken_back:
        if row := CheckIn.objects.filter(session=session, device=batch.device, key=key).first():
            checking_in.undo(row, by=request.user, reason=reason)
    news = arrivals.news(session, batch.since) if batch.since.year > 1970 else []
    return JsonResponse(
        _standing(session)
        | {
            "answers": [_told(one) for one in answers] + [_not_taken(key) for key in batch.malformed],
            "news": [[code, *_first(first)] for code, first in news],
        }
    )


def _session(request: DeskRequest, pk: int) -> Session:
    session = arrivals.session_of(request.user, pk)
    if session is None:
        raise Http404
    return session


def _send(request: DeskRequest, session: Session, scan: Scan) -> Answer:
    device = request.session.setdefault(DEVICE, str(uuid4()))
    door = request.session.get(DOOR, "")
    try:
        return checking_in.sync(session, [scan], device=device, door=door, by=request.user)[0]
    except Refused as refused:
        return Answer(scan.key, refusal=str(refused))


def _page(request: DeskRequest, session: Session, *, status: int = 200, verdict: Verdict | None = None,
          code_form: CodeForm | None = None, walk_in_form: WalkInForm | None = None,
          find_form: FindForm | None = None, found: list[arrivals.Expected] | None = None) -> HttpResponse:  # fmt: skip
    activity, unit = session.activity, session.activity.organization
    today = timezone.localdate(now())
    first, last = (
        timezone.localdate(one) for one in (session.starts_at, session.ends_at or session.starts_at)
    )
    context = {
        "session": session, "activity": activity, "when": when(session, activity), "verdict": verdict,
        "is_today": first <= today <= last, "attendance": queries.attendance(session),
        "code_form": code_form or CodeForm(initial={"door": request.session.get(DOOR, "")}),
        "walk_in_form": walk_in_form or WalkInForm(), "find_form": find_form or FindForm(), "found": found,
        "undo_form": UndoForm(),
        "door_name": request.session.get(DOOR, ""),
        "recent": arrivals.recent(session, request.user),
        "can_list": may(request.user, "booking.see", unit),
        "data": _page_data(request, session),
    }  # fmt: skip
    return render(request, "bookings/check_in/door.html", context, status=status)


def _page_data(request: DeskRequest, session: Session) -> dict[str, Any]:
    """What the script needs. No person is named in it, since a phone keeps the page; the number of who has signed in
    makes a phone forget what another person carried."""
    return {
        "session": session.pk,
        "user": request.user.pk,
        "zone": session.activity.edition.time_zone,
        "doors": reverse("bookings:doors"),
        "door": reverse("bookings:door", args=[0]),
        "worker": reverse("bookings:door-worker"),
        "tones": verdicts.TONES,
        "texts": verdicts.texts(),
        "carried": reverse("bookings:door-carried", args=[session.pk]),
        "scans": reverse("bookings:door-scans", args=[session.pk]),
        "clock": reverse("programme:booking-clock"),
        "titles": verdicts.titles(),
    }


def _standing(session: Session) -> dict[str, Any]:
    figures = queries.attendance(session)
    return {
        "now": _milliseconds(now()),
        "mark": arrivals.mark(session),
        "figures": {
            "booked": figures.booked, "in": figures.checked_in, "walk_in": figures.walk_in,
            "free": figures.walk_in_free, "conflicts": figures.conflicts, "beyond": figures.beyond,
        },
    }  # fmt: skip


def _told(answer: Answer) -> dict[str, Any]:
    said = verdicts.verdict(answer)
    return {
        "key": answer.key,
        "kind": said.kind,
        "detail": said.detail,
        "seats": said.seats,
        "result": answer.row.result if answer.row else "",
        "beyond": answer.row.beyond if answer.row else 0,
        "at": _milliseconds(answer.row.scanned_at) if answer.row else 0,
        "undone": bool(answer.row and answer.row.undone_at),
    }


def _not_taken(key: str) -> dict[str, Any]:
    detail = _("手机发来的这一条不完整，没有算进去。请观众再出示一次。")
    return {
        "key": key,
        "kind": Why.UNKNOWN,
        "detail": detail,
        "seats": 0,
        "result": "",
        "beyond": 0,
        "at": 0,
        "undone": False,
    }


def _first(first: CheckIn | None) -> list[Any]:
    """[when in milliseconds, at which door, how many]; zeros where nobody came in."""
    return [_milliseconds(first.scanned_at), first.door, first.seats] if first else [0, "", 0]


def _milliseconds(moment: Any) -> int:
    return round(moment.timestamp() * 1000)
