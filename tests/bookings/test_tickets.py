"""What is scanned at the door, and the link of a ticket."""

import json
from base64 import b32decode, urlsafe_b64decode
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kepuyue.bookings import tickets
from kepuyue.bookings.models import Booking
from kepuyue.bookings.tickets import PREFIX, Ticket


@pytest.fixture
def booking() -> Booking:
    return Booking(session_id=70_000, code="ZZZZ2222", seats=3)


def test_ticket_is_read_again_and_its_code_is_small(booking: Booking) -> None:
    text = tickets.text_of(booking)

    key = tickets.public_keys()[0]["kid"]
    assert tickets.read(text) == Ticket(code="ZZZZ2222", session=70_000, seats=3, key=key)
    assert tickets.read(f" {text.lower()}\n") == tickets.read(text), "as a reader of codes may hand it on"
    code = segno.make(text, error="m")
    assert (code.mode, code.version) == ("alphanumeric", 6)


@pytest.mark.parametrize("place", [4, 20, 30, -1])
def test_ticket_with_another_letter_is_none(booking: Booking, place: int) -> None:
    letters = list(tickets.text_of(booking))
    right = letters[place]
    for letters[place] in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") - {right}:
        assert tickets.read("".join(letters)) is None


@pytest.mark.parametrize(
    "text", ["", "KP1.", "KP1.!!", "KP2." + "A" * 125, "A" * 129, "KP1." + "A" * 125, "票"]
)
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert tickets.read(text) is None


def test_ticket_holds_after_the_secret_was_changed_and_not_once_it_is_forgotten(
    booking: Booking, settings: Any
) -> None:
    before, link = tickets.text_of(booking), tickets.seal(booking.code)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret of this site"

    assert tickets.read(before) is not None
    assert tickets.is_sealed(booking.code, link)
    assert tickets.text_of(booking) != before and len(tickets.public_keys()) == 2

    settings.SECRET_KEY_FALLBACKS = []
    assert tickets.read(before) is None
    assert not tickets.is_sealed(booking.code, link)


def test_link_of_one_booking_opens_no_other() -> None:
    assert tickets.is_sealed("ZZZZ2222", tickets.seal("ZZZZ2222"))
    assert not tickets.is_sealed("ZZZZ2223", tickets.seal("ZZZZ2222"))
    assert not tickets.is_sealed("ZZZZ2222", "封")


@pytest.mark.django_db
def test_published_key_alone_verifies(client: Any, booking: Booking) -> None:
    answer = client.get("/booking/keys.json")

    [key] = json.loads(answer.content)["keys"]
    raw = b32decode(tickets.text_of(booking).removeprefix(PREFIX) + "===")
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))
    public.verify(raw[14:], PREFIX.encode() + raw[:14])
    assert raw[:2].hex() == key["kid"]
    assert "max-age" in answer["Cache-Control"]
