"""The page on which seats of a session are booked: before it opens, in the rush, and once nothing is left.

With scripts the page asks the interface (`frontend/booking.js`) and comes back here with the same key for the ticket;
without them one form does all of it. Both pass the same door (`bookings.door`).
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from kepuyue.accounts.network import client_address
from kepuyue.activities.models import Activity, Session
from kepuyue.bookings import door, offers, tickets
from kepuyue.bookings.admission import Answer, NotYet, Outcome, book
from kepuyue.bookings.door import Reply
from kepuyue.bookings.offers import Offer
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import times
from kepuyue.programme.booking_choices import Choice, choices
from kepuyue.programme.booking_forms import ClassForm, PartyForm
from kepuyue.programme.cards import localized
from kepuyue.programme.permissions import approved
from kepuyue.programme.request import PublicRequest, canonical, never_kept, public_form, public_look

# Seconds that a page is kept in memory (`middleware.BookingPagesMiddleware`): until booking opens nothing on it changes
BEFORE, WHILE_OPEN = 10, 2
# A refresh by the browser itself, where it runs no scripts, comes at the opening; a tab is not left for longer
LONGEST_NAP = 1_800


@dataclass(frozen=True)
class Found:
    """A session that is booked here, with all that its page needs."""

    session: Session
    activity: Activity
    offer: Offer
    choices: dict[int, Choice]


# Nobody is signed in by a cookie here, so another site's form could do nothing that its own reader cannot; without a
# token of its own the page is the same for all, and thousands may ask for it
@csrf_exempt
@public_form
def booking(request: PublicRequest, session: int) -> HttpResponse:
    """Look at how a session is booked, and book it."""
    found = _find(request, session)
    kind = ClassForm if request.GET.get("for") == "class" and found.offer.group_most else PartyForm
    if request.method == "POST":
        return never_kept(
            _ask(request, found, kind(request.POST, offer=found.offer, activity=found.activity))
        )
    response = _page(request, found, kind(offer=found.offer, activity=found.activity))
    return _kept(request, response, found.offer)


@public_look
def clock(request: PublicRequest) -> HttpResponse:
    """The server's clock, by which pages count down: milliseconds since 1970."""
    return never_kept(JsonResponse({"now": round(now().timestamp() * 1000)}))


def _find(request: PublicRequest, pk: int) -> Found:
    session = (
        Session.objects.select_related("activity__edition", "activity__organization", "venue")
        .filter(pk=pk, activity__in=approved())
        .first()
    )
    if session is None or not is_open_to_public(session.activity.edition):
        raise Http404(_("没有找到这一场。"))
    activity = session.activity
    found = choices(activity, activity.sessions.select_related("venue"), at=now())
    if session.pk not in found:
        raise Http404(_("这一场不在这里预约。请看活动页上的预约方式。"))
    return Found(session, activity, found[session.pk].offer, found)


def _ask(request: PublicRequest, found: Found, form: PartyForm) -> HttpResponse:
    """Take the form through the door in one go; whatever is refused is told with what was typed."""
    session, is_check = found.session.pk, "check" in request.POST
    if not form.is_valid():
        return _page(request, found, _with_key(form), status=422)
    if is_check:
        # The script asks before it waits for the opening, so that nobody finds out only then
        return HttpResponse(status=204)
    if not door.is_fresh(session):
        door.learn(session)
    language = _language()
    token = form.cleaned_data["token"]
    asked = _request(request, session, form, token)
    if isinstance(asked, Reply) and asked.body["type"] == "no-token":
        place = door.held_off(client_address(request), language) or door.admit(session, language=language)
        if place.status != 200:
            return _refused(request, found, form, place)
        token = place.body["token"]
        asked = _request(request, session, form, token)
    if isinstance(asked, Reply):
        # The place in the queue stays in the form
        form.put(token=token)
        return _refused(request, found, form, asked)
    try:
        answer = book(asked)
    except NotYet:
        return _refused(request, found, form, door.not_yet(language))
    if answer.is_booked and not _is_a_strangers(form, answer):
        return redirect(tickets.link(answer.code))
    if answer.outcome is Outcome.KEY_USED:
        # Mended after an answer that never came: what is sent next is another request, and is told what there is
        form.put(key=secrets.token_urlsafe(16))
    reply = door.reply(Answer(Outcome.ALREADY_BOOKED) if answer.is_booked else answer, language)
    return _refused(request, found, form, reply)


def _request(request: PublicRequest, session: int, form: PartyForm, token: str) -> Any:
    return door.request_of(
        session,
        authorization=f"Bearer {token}",
        key=form.cleaned_data["key"] or offers.key_of_form(session, form.cleaned_data["phone"], form.body()),
        body=form.body(),
        language=_language(),
    )


def _is_a_strangers(form: PartyForm, answer: Answer) -> bool:
    """Whether the booking may be another person's who has the same name and number: without a key of its own the form
    is answered a second time for a double press only, not later.
    """
    return not form.cleaned_data["key"] and not offers.is_new(answer.code)


def _refused(request: PublicRequest, found: Found, form: PartyForm, reply: Reply) -> HttpResponse:
    form.take(reply.body.get("errors", []))
    context = {
        "refusal": reply.body | {"is_sold_out": reply.body["type"] in ("sold-out", "closed", "not-bookable")}
    }
    response = _page(request, found, _with_key(form), status=reply.status, **context)
    for name, value in reply.headers:
        if name == "Retry-After":
            response[name] = value
    return response


def _with_key(form: PartyForm) -> PartyForm:
    """The form again; pressed twice it is answered once."""
    form.put(key=form.data.get("key") or secrets.token_urlsafe(16))
    return form


def _page(
    request: PublicRequest, found: Found, form: PartyForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    session, activity, offer, at = found.session, found.activity, found.offer, now()
    choice = found.choices[session.pk]
    state = offer.state(at)
    left = (offer.opens_at - at).total_seconds()
    rules = activity.edition.rules.booking
    title, language = localized(activity.title, activity.title_en)
    context: dict[str, Any] = {
        "activity": activity,
        "title": title,
        "language": language,
        "choice": choice,
        "state": state,
        "form": form,
        "is_class": isinstance(form, ClassForm),
        "offer": offer,
        "opens_at": offer.opens_at.astimezone(activity.edition.zone),
        "others": [one for pk, one in found.choices.items() if pk != session.pk and one.can_be_booked],
        "no_show": rules,
        "notice": offers.notice_of(activity),
        "refresh_in": int(min(left, LONGEST_NAP)) + 1 if state == "not-open" else 0,
        "script": {
            "session": session.pk,
            "opensAt": round(offer.opens_at.timestamp() * 1000),
            "clock": reverse("programme:booking-clock"),
            "admission": reverse("api:admission", args=[session.pk]),
            "bookings": reverse("api:bookings", args=[session.pk]),
            "version": rules.version,
        },
        "accept_time": times.length_text(offer.accept_minutes),
        "is_bound": form.is_bound,
        "canonical": canonical(request),
        "crumbs": [(title, reverse("programme:activity", args=[activity.code])), (_("预约"), "")],
    }
    return render(request, "programme/booking.html", context | more, status=status)


def _kept(request: PublicRequest, response: HttpResponse, offer: Offer) -> HttpResponse:
    left = (offer.opens_at - now()).total_seconds()
    # Nearer and nearer to the opening, and never beyond it
    seconds = max(0.0, min(BEFORE, left / 6 if left > BEFORE else left)) if left > 0 else WHILE_OPEN
    response.kept_for = seconds  # type: ignore[attr-defined]
    is_anybody = not request.user.is_authenticated
    patch_cache_control(response, max_age=int(seconds), **{"public" if is_anybody else "private": True})
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response


def _language() -> str:
    return wording.language_tag().lower()
