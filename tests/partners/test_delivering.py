"""What happened is told: in the transaction in which it happened, signed, again after pauses, and never inwards."""

import hmac
import json
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from kepuyue.activities.actions import publication
from kepuyue.activities.models import State, Submission
from kepuyue.activities.signals import review_decided
from kepuyue.bookings.models import BookingTerms, Quota
from kepuyue.bookings.signals import availability_changed
from kepuyue.core import fetch
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging.models import Message
from kepuyue.partners import signing
from kepuyue.partners.actions import announcing, delivering, endpoints
from kepuyue.partners.events import EVENTS, example
from kepuyue.partners.models import Delivery, Endpoint, Event
from kepuyue.summaries.models import Summary
from kepuyue.summaries.signals import summary_accepted
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import MembershipFactory, SessionFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db
URL = "https://partner.example.org/hook"


class Site:
    """A partner's program: what it answers, what it was sent."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []

    def send(self, url: str, body: bytes, *, headers: dict[str, str], **_more: Any) -> fetch.Answer:
        self.got.append((headers, body))
        return fetch.Answer(url, self.status, {}, b"")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    there = Site()
    monkeypatch.setattr(fetch, "post", there.send)
    return there


def added(cast: Cast, *events: str, **facts: Any) -> tuple[Endpoint, str]:
    return endpoints.add(
        facts.pop("unit", cast.own_unit),
        by=facts.pop("by", cast.owner),
        url=URL,
        events=events or [*EVENTS],
        **facts,
    )


def happened(cast: Cast, key: str = "k") -> Delivery:
    event = announcing.announce("activity.changed", cast.own_unit, {"code": "ABC234"}, key=key)
    assert event is not None
    return event.deliveries.get()


def test_the_signature_is_that_of_the_specification() -> None:
    """Its own example, as its libraries verify it."""
    signed = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", code="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330, body=b'{"test": 2432232314}',
    )  # fmt: skip

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert 24 <= len(b64decode(signing.new_secret().removeprefix("whsec_"))) <= 64


def test_an_event_arrives_signed_and_can_be_verified(cast: Cast, site: Site) -> None:
    _endpoint, secret = added(cast)
    delivery = happened(cast)

    assert delivering.deliver_due() == 1
    [(headers, body)] = site.got
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(b64decode(secret.removeprefix("whsec_")), said, sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(mac).decode()}"
    assert json.loads(body) == {
        "type": "activity.changed", "timestamp": delivery.event.at.isoformat(), "data": {"code": "ABC234"},
    }  # fmt: skip
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivering.deliver_due()) == ("delivered", 204, 0)
    assert secret not in Endpoint.objects.values_list("secret", flat=True)


def test_an_event_goes_with_its_transaction(cast: Cast) -> None:
    added(cast)
    with pytest.raises(RuntimeError), transaction.atomic():
        happened(cast)
        raise RuntimeError

    assert Event.objects.count() == 0


def test_the_same_is_noted_once_and_nothing_where_nobody_wants_to_know(cast: Cast) -> None:
    assert announcing.announce("activity.changed", cast.own_unit, {}, key="k") is None
    assert Event.objects.count() == 0
    added(cast, "activity.changed")
    happened(cast)

    assert announcing.announce("activity.changed", cast.own_unit, {}, key="k") is None
    assert announcing.announce("activity.cancelled", cast.own_unit, {}, key="k") is None
    assert announcing.announce("activity.changed", cast.other_unit, {}, key="x") is None
    with pytest.raises(ValueError):
        announcing.announce("unheard-of", cast.own_unit, {}, key="k")


def test_it_is_tried_again_after_growing_pauses_and_not_forever(cast: Cast, site: Site, clock: Clock) -> None:
    start = clock.set(datetime(2024, 9, 14, 10))
    added(cast)
    delivery = happened(cast)
    site.status = 500
    moment = start

    for pause in delivering.PAUSES:
        assert delivering.deliver_due() == 0
        delivery.refresh_from_db()
        assert delivery.state == "waiting" and abs(delivery.due_at - moment - pause) < timedelta(seconds=30)
        assert delivering.deliver_due() == 0 and delivery.attempts == len(site.got), "not before its time"
        moment = clock.set(delivery.due_at + timedelta(seconds=1))
    delivering.deliver_due()
    delivery.refresh_from_db()

    assert (delivery.state, delivery.status, delivery.attempts) == ("dead", 500, len(delivering.PAUSES) + 1)
    assert len({headers["webhook-id"] for headers, _body in site.got}) == 1


def test_an_address_that_does_not_answer_is_asked_once_a_round_and_holds_up_no_other(
    cast: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(cast)
    for number in range(3):
        happened(cast, key=str(number))
    owner = MembershipFactory(organization=cast.other_unit, role="owner").user
    endpoints.add(cast.other_unit, by=owner, url="https://other.example.org/", events=[*EVENTS])
    announcing.announce("activity.changed", cast.other_unit, {"code": "DEF234"}, key="k")
    asked = []

    def send(url: str, body: bytes, **more: Any) -> fetch.Answer:
        asked.append(url)
        return fetch.Answer(url, 500 if url == URL else 204, {}, b"")

    monkeypatch.setattr(fetch, "post", send)

    # However few are sent in a round and however many wait for the first
    assert delivering.deliver_due(limit=2) == 1
    assert asked == [URL, "https://other.example.org/"]


def test_an_address_that_is_removed_while_it_is_asked_breaks_nothing(cast: Cast, site: Site) -> None:
    endpoint, _secret = added(cast)
    happened(cast)
    send = site.send

    def removed(url: str, body: bytes, **more: Any) -> fetch.Answer:
        endpoints.remove(endpoint, by=cast.owner)
        return send(url, body, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "post", removed)
        delivering.deliver_due()

    assert not Delivery.objects.exists()


def test_an_address_that_never_answers_is_switched_off_and_its_owner_told(
    cast: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAUSES", ())
    endpoint, _secret = added(cast)
    site.status = 503
    for number in range(delivering.MOST_FAILURES):
        happened(cast, key=str(number))
        delivering.deliver_due()
    endpoint.refresh_from_db()

    assert endpoint.state == "failed"
    assert cast.owner.email in Message.objects.filter(kind="partners.failed").values_list("to", flat=True)
    site.status = 200
    assert announcing.announce("activity.changed", cast.own_unit, {}, key="later") is None
    endpoints.resume(endpoint, by=cast.owner)
    again = endpoints.send_again(Delivery.objects.earliest("pk"), by=cast.owner)
    assert delivering.deliver_due() == 1
    again.refresh_from_db()
    assert again.state == "delivered"


def test_gone_switches_off_at_once(cast: Cast, site: Site) -> None:
    endpoint, _secret = added(cast)
    happened(cast)
    site.status = 410

    delivering.deliver_due()
    endpoint.refresh_from_db()

    assert endpoint.state == "failed"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "192.168.1.1", "100.100.100.200"]
)
def test_a_name_that_leads_inwards_is_never_asked(cast: Cast, address: str) -> None:
    added(cast)
    delivery = happened(cast)
    dialed: list[str] = []

    delivering.deliver_due(resolve=lambda host, port: [address], dial=lambda *to: dialed.append(str(to)))
    delivery.refresh_from_db()

    assert (delivery.state, delivery.fault, dialed) == ("dead", "inner-address", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example.org/", "https://user:pw@partner.example.org/", "https://partner.example.org:8443/",
        "file:///etc/passwd", "javascript:alert(1)", "https://", "https://a b/", "ftp://partner.example.org/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_asked_is_not_taken(cast: Cast, url: str) -> None:
    with pytest.raises(ValidationError):
        endpoints.add(cast.own_unit, by=cast.owner, url=url, events=["activity.changed"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "192.168.1.1", "100.100.100.200", "0x7f.1", "2130706433"]
)  # fmt: skip
def test_an_inner_address_written_out_is_refused_at_once_and_plainly(cast: Cast, host: str) -> None:
    with pytest.raises(ValidationError, match="内网地址"):
        endpoints.add(cast.own_unit, by=cast.owner, url=f"https://{host}/hook", events=["activity.changed"])


@pytest.mark.parametrize(
    "host",
    ["localhost", "intranet", "LOCALHOST.", "kepu.local", "hook.svc.internal", "nas.lan", "a.localhost", "nas.home.arpa"],
)  # fmt: skip
def test_a_name_of_inner_networks_is_refused_as_an_inner_address_is(cast: Cast, host: str) -> None:
    with pytest.raises(ValidationError, match="内网地址"):
        endpoints.add(cast.own_unit, by=cast.owner, url=f"https://{host}/hook", events=["activity.changed"])


@pytest.mark.parametrize(
    "host",
    ["93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]", "partner.example.org", "local.example.org"],
)
def test_a_public_address_and_a_name_that_nobody_asked_yet_are_taken(cast: Cast, host: str) -> None:
    url = f"https://{host}/hook"

    assert endpoints.add(cast.own_unit, by=cast.owner, url=url, events=["activity.changed"])[0].url == url


def test_the_example_of_the_reference_is_what_is_sent(cast: Cast, in_the_month: datetime) -> None:
    added(cast)
    activity = published(organization=cast.own_unit, edition=cast.edition)
    note = {
        "decision": "returned",
        "note": "请补充",
        "submission": Submission(pk=1, activity=activity, kind="new"),
    }
    review_decided.send(sender=Submission, **note)
    sent = Event.objects.get(kind="review.decided")
    shown = json.loads(example()["body"])

    assert list(shown) == list(json.loads(delivering.body_of(sent)))
    assert list(shown["data"]) == list(sent.data) and shown["type"] == sent.kind


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        asked: list[tuple[str, bytes]] = []

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.asked.append((self.path, body))
            self.send_response(307)
            self.send_header("Location", "/other")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    with served(Elsewhere) as http:
        answer = fetch.post(
            "http://partner.example.org/hook", b'{"a":1}', headers={"Content-Type": "application/json"},
            resolve=lambda host, port: ["93.184.216.34"],
            dial=lambda _a, _p, seconds: socket.create_connection(http.server_address, timeout=seconds),
        )  # fmt: skip

    assert answer.status == 307 and Elsewhere.asked == [("/hook", b'{"a":1}')]
    with pytest.raises(ValueError):
        fetch.post("https://x.example/", b"", headers={"Authorization": "x"})


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield http
    http.shutdown()
    http.server_close()
    thread.join()


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_what_the_rooms_announce_is_told(cast: Cast, in_the_month: datetime) -> None:
    added(cast)
    activity = published(organization=cast.own_unit, edition=cast.edition)
    session = SessionFactory(activity=activity, starts_at=in_the_month + timedelta(days=5))
    activity.version += 1
    announce(activity)
    announce(activity)
    terms = BookingTerms.objects.create(session=session, opens_at=in_the_month)
    Quota.objects.create(terms=terms, channel="online", capacity=2, taken=2)
    availability_changed.send(sender=Quota, terms=[terms.pk])
    summary_accepted.send(sender=Summary, summary=Summary(pk=5, activity=activity, version=3))
    publication.cancel(activity, by=cast.owner, reason="台风")

    assert kinds() == [
        "activity.changed", "activity.changed", "session.full", "summary.accepted", "activity.cancelled",
    ]  # fmt: skip
    cancelled = Event.objects.get(kind="activity.cancelled")
    assert cancelled.data["code"] == activity.code and cancelled.data["status"] == State.CANCELLED
    assert set(cancelled.data) == {"code", "key", "edition", "title", "status", "version", "url", "unit"}


@pytest.mark.parametrize("wanted", [("session.full",), ("session.open",), ("session.full", "session.open")])
def test_only_a_turn_of_the_seats_is_told(
    cast: Cast, in_the_month: datetime, wanted: tuple[str, ...]
) -> None:
    added(cast, *wanted)
    activity = published(organization=cast.own_unit, edition=cast.edition)
    session = SessionFactory(activity=activity, starts_at=in_the_month + timedelta(days=5))
    terms = BookingTerms.objects.create(session=session, opens_at=in_the_month)
    quota = Quota.objects.create(terms=terms, channel="online", capacity=2, taken=0)

    def now_taken(seats: int, *, is_paused: bool = False) -> None:
        Quota.objects.filter(pk=quota.pk).update(taken=seats)
        BookingTerms.objects.filter(pk=terms.pk).update(is_paused=is_paused)
        availability_changed.send(sender=Quota, terms=[terms.pk])

    for seats in (0, 1, 2, 2):
        now_taken(seats)
    now_taken(1, is_paused=True)
    assert kinds() == ["session.full"]
    now_taken(1)
    now_taken(2)

    assert kinds() == ["session.full", "session.open", "session.full"]
    sent = Delivery.objects.order_by("pk").values_list("event__kind", flat=True)
    assert list(sent) == [kind for kind in kinds() if kind in wanted]


def test_a_city_wide_address_is_told_of_every_unit_and_only_the_office_has_one(cast: Cast) -> None:
    endpoint, _secret = added(cast, unit=cast.office_unit, by=cast.office, is_city_wide=True)

    event = announcing.announce("activity.changed", cast.far_unit, {}, key="k")

    assert event is not None and event.deliveries.get().endpoint == endpoint
    with pytest.raises(ValidationError):
        added(cast, is_city_wide=True)


@pytest.mark.parametrize("name", ["editor", "colleague", "district_reviewer", "outsider"])
def test_who_does_not_own_the_unit_changes_no_address_of_it(cast: Cast, name: str) -> None:
    endpoint, _secret = added(cast)
    delivery = happened(cast)
    stranger = getattr(cast, name)

    for press in (
        lambda: added(cast, by=stranger),
        lambda: endpoints.pause(endpoint, by=stranger),
        lambda: endpoints.remove(endpoint, by=stranger),
        lambda: endpoints.send_again(delivery, by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            press()


def test_nothing_is_sent_while_it_is_paused(cast: Cast, site: Site) -> None:
    endpoint, _secret = added(cast)
    delivery = happened(cast)
    endpoints.pause(endpoint, by=cast.owner)

    assert delivering.deliver_due() == 0
    with pytest.raises(NotPossibleNow):
        endpoints.send_again(delivery, by=cast.owner)
    endpoints.resume(endpoint, by=cast.owner)
    assert delivering.deliver_due() == 1


def test_old_events_are_forgotten_with_their_log(cast: Cast, clock: Clock) -> None:
    clock.set(datetime(2024, 9, 1))
    added(cast)
    happened(cast)
    clock.set(datetime(2024, 10, 2))

    delivering.forget()

    assert Event.objects.count() == Delivery.objects.count() == 0
