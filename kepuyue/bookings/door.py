"""The public door to admission: what a request says, and what it is answered, whatever carries it.

The interface (`api`) and the raw route of a rush (`asgi`) call the same three functions: `admit` gives a token,
`request_of` reads what is asked with it, `reply` says how it ended. Nothing here waits for the database but the
terms of a session, which are read once in a few seconds.
"""

import json
import math
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kepuyue.bookings import challenges, limits, parties, phones, tokens
from kepuyue.bookings.admission import Answer, Asked, Outcome
from kepuyue.bookings.admission.memory import sold_out
from kepuyue.bookings.models import BookingTerms, Channel
from kepuyue.bookings.parties import ALONE, Party
from kepuyue.core import ciphers
from kepuyue.core.time import now

PROBLEM = "application/problem+json"
MOST_BYTES = 4_000
LONGEST_KEY = 200
# Seconds that a session's opening and closing are believed without being read again
TERMS_KEPT = 3.0
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as every carrier writes it."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def content_type(self) -> str:
        """JSON, or a problem as RFC 9457 has it."""
        return "application/json" if self.status < 400 else PROBLEM

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Attendee(BaseModel):
    """Who comes: their name, and the phone number that the booking is known by. Nothing else is asked."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    name: str = Field(min_length=1, max_length=40)
    phone: str = Field(min_length=5, max_length=25)


class Wanted(BaseModel):
    """A request for seats."""

    model_config = ConfigDict(extra="forbid")
    attendee: Attendee
    seats: int = Field(default=1, ge=1, le=500)
    consent: str = Field(default="", max_length=20)
    "Version of the text on personal data that was agreed to; needed where children come along"
    children: int = Field(default=0, ge=0, le=500)
    "How many of the seats are for children under 14; who books is their guardian"
    school: str = Field(default="", max_length=80)
    "Of a class; who books is its teacher"
    adults: int = Field(default=0, ge=0, le=500)
    "Of a class: how many of the seats are for those who look after it"

    @property
    def party(self) -> Party:
        """Who comes along."""
        return Party(self.consent, self.children, self.school.strip(), self.adults)


@dataclass(slots=True)
class _Pace:
    """How quickly a process lets people of one session in, and when the next one's turn is."""

    next_at: float = 0.0


@dataclass(slots=True)
class _Hours:
    opens_at: float
    closes_at: float
    ratio: int
    "Pupils to one adult"


@dataclass(slots=True)
class _Memory:
    hours: dict[int, _Hours | None] = field(default_factory=dict)
    read_at: dict[int, float] = field(default_factory=dict)
    paces: dict[int, _Pace] = field(default_factory=dict)
    pacing: threading.Lock = field(default_factory=threading.Lock)


_memory = _Memory()


def forget() -> None:
    """What this process remembers of sessions is read again."""
    _memory.hours.clear()
    _memory.read_at.clear()
    _memory.paces.clear()


def held_off(address: str, language: str) -> Reply | None:
    """The answer for a network that asks too often; asked before anything is read for it."""
    wait = limits.wait_of_network(address)
    return problem(429, "limited", language, wait=wait) if wait else None


def answer_in(body: bytes) -> str:
    """What a request to join a queue answers to a challenge: {"challenge": "…"}; "" where it says nothing of one."""
    try:
        said = json.loads(body) if 0 < len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return ""
    answer = said.get("challenge") if isinstance(said, dict) else None
    return answer if isinstance(answer, str) else ""


def admit(session: int, *, language: str, answer: str = "") -> Reply:
    """A place in the queue of a session that was learnt of, as a token, with when its turn is and how many come
    before it.

    Places are given in the order of arrival. Before booking opens the first turn is the moment it opens; a process lets
    `ADMISSIONS_PER_SECOND` in. The estimate is that turn, counted by the server's clock, which is told as well.
    """
    hours = _memory.hours.get(session)
    moment = now().timestamp()
    if hours is None:
        return problem(404, "not-bookable", language)
    if moment >= hours.closes_at:
        return problem(409, "closed", language)
    if (asked := challenges.demanded(session, answer)) is not None:
        return problem(428, "challenge", language, more={"challenge": asked})
    first = max(moment, hours.opens_at)
    with _memory.pacing:
        pace = _memory.paces.setdefault(session, _Pace())
        turn_at = max(first, pace.next_at)
        pace.next_at = turn_at + 1 / settings.ADMISSIONS_PER_SECOND
    token = tokens.issue(session, issued_at=moment, turn_at=turn_at)
    return Reply(
        200,
        {
            "token": token,
            "server_time": _written(moment),
            "opens_at": _written(hours.opens_at),
            "turn_at": _written(turn_at),
            "expires_at": _written(turn_at + tokens.LIFETIME),
            "wait_seconds": _seconds(turn_at - moment),
            "position": int((turn_at - first) * settings.ADMISSIONS_PER_SECOND * _processes()),
            "availability": "sold-out" if sold_out.is_full(session) else "open",
        },
    )


def _processes() -> int:
    """How many processes let people in side by side. They do not know of each other: the place is an estimate, the
    turn is not.
    """
    return settings.WEB_WORKERS * settings.WEB_MACHINES


def request_of(session: int, *, authorization: str, key: str, body: bytes, language: str) -> Asked | Reply:
    """What is asked, ready for admission; or the answer where it cannot be asked so."""
    moment = now()
    token = tokens.read(authorization[7:]) if authorization[:7].lower() == "bearer " else None
    if token is None or token.session != session or moment.timestamp() > token.ends_at:
        return problem(401, "no-token", language, ("WWW-Authenticate", 'Bearer realm="bookings"'))
    if moment.timestamp() < token.turn_at:
        return problem(429, "too-early", language, wait=token.turn_at - moment.timestamp())
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        return problem(422, "no-key", language)
    if len(body) > MOST_BYTES:
        return problem(413, "too-large", language)
    try:
        wanted = Wanted.model_validate_json(body)
    except ValidationError as error:
        return _invalid(error, language)
    phone = phones.as_kept(wanted.attendee.phone)
    if not phone:
        return problem(
            422,
            "phone",
            language,
            errors=[{"parameter": "attendee.phone", "detail": _said("phone", language)}],
        )
    if errors := _party_faults(session, wanted, language):
        return problem(422, "invalid-parameter", language, errors=errors)
    person = ciphers.digest(phone, "booking.person")
    # One place in the queue is for one party: a few tries, for a slip of the finger
    if wait := limits.wait_of_person(person) or limits.wait_of_token(token.number.hex(), key):
        return problem(429, "limited", language, wait=wait)
    return asked(
        session,
        name=wanted.attendee.name,
        phone=phone,
        seats=wanted.seats,
        key=key,
        at=moment,
        party=wanted.party,
    )


def asked(
    session: int,
    *,
    name: str,
    phone: str,
    seats: int,
    key: str,
    at: datetime,
    channel: str = Channel.ONLINE,
    by: int | None = None,
    organization: int | None = None,
    party: Party = ALONE,
) -> Asked:
    """A request for seats as admission takes it; `phone` is as `phones.as_kept` gives it."""
    content = f"{name}\n{phone}\n{seats}\n{channel}" + (f"\n{party.text}" if party.text else "")
    return Asked(
        session=session,
        person=ciphers.digest(phone, "booking.person"),
        key=ciphers.digest(key, "booking.key"),
        content=ciphers.digest(content, "booking.content"),
        name=ciphers.encrypted(name),
        phone=ciphers.encrypted(phone),
        arrived_at=at,
        seats=seats,
        channel=channel,
        by=by,
        organization=organization,
        party=party,
    )


def reply(answer: Answer, language: str) -> Reply:
    """How a request ended, as the interface says it (product contract: 201, 409, 422)."""
    match answer.outcome:
        case Outcome.CONFIRMED:
            return Reply(201, {"code": answer.code, "status": "confirmed"})
        case Outcome.WAITLISTED:
            return Reply(201, {"code": answer.code, "status": "waitlisted", "position": answer.position})
        case Outcome.ENTERED:
            return Reply(201, {"code": answer.code, "status": "entered", "position": answer.position})
        case Outcome.NOT_OPEN:
            opens_at = answer.opens_at.astimezone(UTC).isoformat() if answer.opens_at else ""
            return problem(409, "closed", language, said="not-open", more={"opens_at": opens_at})
        case Outcome.ALREADY_BOOKED | Outcome.SOLD_OUT | Outcome.CLOSED:
            return problem(409, str(answer.outcome), language)
        case Outcome.DAY_IS_FULL:
            return problem(409, str(answer.outcome), language, more={"limit": answer.limit})
        case Outcome.BLOCKED:
            until = answer.until.astimezone(UTC).isoformat() if answer.until else ""
            return problem(409, str(answer.outcome), language, more={"until": until})
        case Outcome.TOO_MANY_SEATS:
            return problem(422, str(answer.outcome), language, more={"limit": answer.limit})
        case Outcome.KEY_USED:
            return problem(422, str(answer.outcome), language)
        case Outcome.NOT_BOOKABLE:
            return problem(404, str(answer.outcome), language)


def not_yet(language: str) -> Reply:
    """Admission cannot answer now; the same request with the same key may be sent again."""
    return problem(503, "not-yet", language, wait=2)


def problem(
    status: int,
    kind: str,
    language: str,
    *headers: tuple[str, str],
    said: str = "",
    wait: float = 0.0,
    errors: list[dict[str, str]] | None = None,
    more: dict[str, Any] | None = None,
) -> Reply:
    """A refusal as RFC 9457 has it: a short stable type, the status, a sentence that says what to do."""
    detail = _said(said or kind, language)
    body: dict[str, Any] = {"type": kind, "title": detail, "status": status, "detail": detail, **(more or {})}
    if errors:
        body["errors"] = errors
    if wait:
        headers = (*headers, ("Retry-After", str(max(1, round(wait + 0.5)))))
        body["wait_seconds"] = _seconds(wait)
    return Reply(status, body, headers)


def is_fresh(session: int) -> bool:
    """Whether the session's hours were read a moment ago."""
    return time.monotonic() - _memory.read_at.get(session, -TERMS_KEPT) < TERMS_KEPT


def is_known(session: int) -> bool:
    """Whether something is known of the session, be it a moment old or that it cannot be booked."""
    return session in _memory.read_at


def learn(session: int) -> None:
    """Read when the session can be booked; asks the database, by a connection that still stands."""
    if not connection.in_atomic_block:
        close_old_connections()
    if len(_memory.hours) > MOST_KEPT:
        _memory.hours.clear()
        _memory.read_at.clear()
        moment = now().timestamp()
        with _memory.pacing:  # whoever stands in a queue keeps the place
            _memory.paces = {one: pace for one, pace in _memory.paces.items() if pace.next_at > moment}
    terms = BookingTerms.objects.select_related("session__activity__edition").filter(session=session).first()
    before, hours = _memory.hours.get(session), _hours(terms) if terms else None
    if before and hours and before.opens_at != hours.opens_at:
        # Turns were given from the former opening on
        _memory.paces.pop(session, None)
    _memory.hours[session] = hours
    _memory.read_at[session] = time.monotonic()


def _hours(terms: BookingTerms) -> _Hours:
    ratio = terms.session.activity.edition.rules.booking.pupils_to_adult
    return _Hours(terms.opens_at.timestamp(), terms.closing.timestamp(), ratio)


def _party_faults(session: int, wanted: Wanted, language: str) -> list[dict[str, str]]:
    hours = _memory.hours.get(session)
    with translation.override(language):
        found = parties.faults(
            wanted.party, wanted.seats, ratio=hours.ratio if hours else parties.USUAL_RATIO
        )
    return [{"parameter": name, "detail": text} for name, text in found.items()]


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _seconds(wait: float) -> float:
    """In milliseconds, rounded up: who waits for so long does not come too early."""
    return math.ceil(wait * 1_000) / 1_000


def _invalid(error: ValidationError, language: str) -> Reply:
    errors = [
        {"parameter": ".".join(str(part) for part in one["loc"]) or "body", "detail": one["msg"]}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return problem(422, "invalid-parameter", language, errors=errors)


@lru_cache(maxsize=128)
def _said(kind: str, language: str) -> str:
    with translation.override(language):
        return {
            "already-booked": _("这个手机号已经预约了这一场，不用再约。要改人数或取消，请打开“我的预约”。"),
            "sold-out": _("这一场已经约满。有人取消时会放出来，也可以看看别的场次。"),
            "closed": _("这一场现在不能预约：已经停约、取消或暂停。请看看别的场次。"),
            "not-open": _("这一场还没有开始预约，请到开约时间再来。"),
            "day-is-full": _("这个手机号这一天预约的场次已经到了上限。取消一场后可以再约。"),
            "blocked": _(
                "这个手机号暂时不能网上预约。原因和恢复的时间在“我的预约”里，有特殊情况可以在那里说明；"
                "也可以联系办活动的单位，或者请社区、单位代办。"
            ),
            "too-many-seats": _("一次预约的人数超过了上限，请减少人数。"),
            "key-used": _("这个请求编号（Idempotency-Key）已经用于另一次预约，请换一个。"),
            "not-bookable": _("没有这一场，或者它不在这里预约。请看活动页上的预约方式。"),
            "no-token": _("入场凭证没有、过期或不是这一场的，请重新排队领取。"),
            "too-early": _("还没有轮到，请等到凭证上的时间再来。"),
            "challenge": _(
                "这一场想来的人很多，要先让手机或电脑算一道题，证明不是机器抢票。网页会自动完成，请打开浏览器的脚本（JavaScript）；"
                "也可以联系办活动的单位，或者请社区、单位代办。"
            ),
            "no-key": _("请求头里要有 Idempotency-Key，1到200个字符，每次预约一个。"),
            "too-large": _("请求太长。"),
            "phone": _("请填写11位手机号；境外号码请加国家或地区代码，例如+852。"),
            "limited": _("请求太频繁，请稍后再试。"),
            "invalid-parameter": _("有几项填得不对，请按说明改正。"),
            "not-yet": _("现在还不能答复，请过几秒用同一个请求编号再试，不会重复预约。"),
        }[kind]
