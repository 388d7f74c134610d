"""One's own bookings without an account: a phone number, a code sent to it, and then half an hour to look, take along
or erase.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kepuyue.accounts import network
from kepuyue.accounts.actions.tries import Claim
from kepuyue.bookings import offers, phones, tickets
from kepuyue.bookings.actions import blocking, erasing, proving
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.models import Block, Booking
from kepuyue.core import ciphers
from kepuyue.core.time import now
from kepuyue.programme.booking_forms import CodeForm, PhoneForm
from kepuyue.programme.cards import localized, moment, place_of
from kepuyue.programme.request import (
    PublicRequest,
    canonical,
    never_kept,
    public_form,
    public_look,
    public_press,
)

# What the browser's session holds: a code on its way; a number that was shown to be theirs
SENT, PROVEN = "booking_code", "booking_person"
LASTS = timedelta(minutes=30)
View = Callable[..., HttpResponse]


def proven(view: View) -> View:
    """Only for who has shown a number to be theirs; the view is given its digest."""

    @wraps(view)
    def answer(request: PublicRequest, **of: Any) -> HttpResponse:
        person = _person(request)
        return never_kept(view(request, person, **of)) if person else redirect("programme:my-bookings")

    return answer


@public_look
def mine(request: PublicRequest) -> HttpResponse:
    """The bookings, or the way to them."""
    person = _person(request)
    if not person:
        return _asking(request)
    return _listing(request, person)


@public_press
@proven
def appeal(request: PublicRequest, person: str, pk: int) -> HttpResponse:
    """Say why one could not come, once; the office decides."""
    try:
        blocking.appeal(pk, person=person, said=request.POST.get("said", ""))
    except Refused as refused:
        return _listing(request, person, refusal=str(refused), said=request.POST.get("said", ""))
    messages.success(request, _("收到了。市级办公室看过后会在这里答复。"))
    return redirect("programme:my-bookings")


def _listing(request: PublicRequest, person: str, *, refusal: str = "", said: str = "") -> HttpResponse:
    rows = [_row(one) for one in offers.of_person(person)]
    context = {
        "blocks": Block.objects.of_interest(person).select_related("edition"),
        "refusal": refusal,
        "said": said,
        "ahead": [row for row in rows if not row.is_past and row.booking.is_active],
        "off": [row for row in rows if not row.is_past and not row.booking.is_active],
        "past": [row for row in rows if row.is_past],
        "phone": phones.masked(ciphers.decrypted(request.session[PROVEN]["phone"])),
        "canonical": canonical(request),
    }
    return never_kept(render(request, "programme/my_bookings.html", context, status=422 if refusal else 200))


@public_press
def send_code(request: PublicRequest) -> HttpResponse:
    """Send a code to a number; the same is said whether it has bookings or not."""
    form = PhoneForm(request.POST)
    if form.is_valid():
        sent = proving.send_code(form.cleaned_data["phone"], origin=network.origin(request))
        if isinstance(sent, proving.Sent):
            request.session[SENT] = asdict(sent)
            request.session.set_expiry(int(LASTS.total_seconds()))
            return redirect("programme:my-bookings")
        form.add_error("phone", _too_often(sent))
    return _asking(request, phone_form=form, status=422)


@public_press
def prove(request: PublicRequest) -> HttpResponse:
    """Look at a code that was typed."""
    sent = proving.Sent.of(request.session.get(SENT))
    if sent is None:
        messages.warning(request, _("验证码过期了，请再要一个。"))
        return redirect("programme:my-bookings")
    form = CodeForm(request.POST)
    if form.is_valid():
        is_right = proving.is_right(sent, form.cleaned_data["code"], origin=network.origin(request))
        request.session[SENT] = asdict(sent)
        if is_right is True:
            del request.session[SENT]
            request.session.cycle_key()
            until = (now() + LASTS).timestamp()
            request.session[PROVEN] = {"person": sent.person, "phone": sent.phone, "until": until}
            return redirect("programme:my-bookings")
        form.add_error("code", _too_often(is_right) if isinstance(is_right, Claim) else _wrong(sent))
    return _asking(request, code_form=form, status=422)


@public_press
def leave(request: PublicRequest) -> HttpResponse:
    """Forget in this browser whose bookings were looked at, or ask for another number."""
    for name in (SENT, PROVEN):
        request.session.pop(name, None)
    return redirect("programme:my-bookings")


@public_look
@proven
def export(request: PublicRequest, person: str) -> HttpResponse:
    """All that is kept of them, to take along (个人信息保护法 art. 45)."""
    rows = [offers.as_kept(one) for one in offers.of_person(person)]
    answer = JsonResponse({"bookings": rows}, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="bookings.json"'
    return answer


@public_form
@proven
def erase(request: PublicRequest, person: str) -> HttpResponse:
    """Erase all that is kept of them, once it was said what becomes of the bookings that are still to come."""
    if request.method == "POST":
        erasing.erase_person(person)
        request.session.pop(PROVEN, None)
        messages.success(request, _("已经删除您的姓名和手机号，还没到的预约也取消了。"))
        return redirect("programme:my-bookings")
    ahead = [row for row in map(_row, offers.of_person(person)) if row.booking.is_active and not row.is_past]
    return render(
        request, "programme/booking_erasure.html", {"ahead": ahead, "canonical": canonical(request)}
    )


@dataclass(frozen=True)
class Row:
    """A booking in the list."""

    booking: Booking
    title: str
    language: str
    when: str
    place: str
    href: str
    is_past: bool


def _row(booking: Booking) -> Row:
    session, activity = booking.session, booking.session.activity
    title, language = localized(activity.title, activity.title_en)
    return Row(
        booking, title, language, moment(session, activity.edition.zone).text, place_of(session),
        tickets.link(booking.code), session.is_over,
    )  # fmt: skip


def _person(request: PublicRequest) -> str:
    kept = request.session.get(PROVEN)
    return str(kept["person"]) if kept and kept["until"] > now().timestamp() else ""


def _asking(request: PublicRequest, *, phone_form: PhoneForm | None = None, code_form: CodeForm | None = None,
            status: int = 200) -> HttpResponse:  # fmt: skip
    sent = proving.Sent.of(request.session.get(SENT)) if phone_form is None else None
    context: dict[str, Any] = {
        "phone": phones.masked(ciphers.decrypted(sent.phone)) if sent else "",
        "phone_form": phone_form or PhoneForm(),
        "code_form": code_form or CodeForm(),
        "canonical": canonical(request),
    }
    return never_kept(render(request, "programme/my_bookings_proof.html", context, status=status))


def _too_often(claimed: Claim) -> str:
    return _("太频繁了，请%(minutes)s分钟后再试。") % {"minutes": -(-claimed.wait // 60)}


def _wrong(sent: proving.Sent) -> str:
    left = proving.TRIES - sent.tries
    if left <= 0:
        return _("验证码不对，已经试了太多次。请换一个号码，或者再要一个验证码。")
    return _("验证码不对，请核对短信里的6位数字。还可以试%(left)s次。") % {"left": left}
