"""Mails of every kind, made by the program's own actions in a city in which whoever could type typed hostile text.

Every form is pressed; what lands in the outbox is written out as it leaves, and read as a mail program does.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kepuyue.messaging import kinds
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.channels.email import compose
from kepuyue.messaging.models import Message
from tests import turns
from tests.architecture.world import World, a_world
from tests.conftest import is_whole
from tests.security import corpus, planting
from tests.security.filling import all_forms, typed_into

pytestmark = pytest.mark.django_db

KINDS = ("link", "lines")
HEADERS = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID",
           "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In the gate one of them, the other one with another commit."""
    if "world" in metafunc.fixturenames:
        kinds = KINDS if is_whole(metafunc.config) else turns.share(KINDS, 2)
        metafunc.parametrize("world", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    def prepare(cast: Any) -> dict[str, Any]:
        planting.something_everywhere(cast)
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as found:
        planting.plant(request.param)
        Message.objects.all().delete()  # planted past the outbox: no mail of ours
        yield found


def faults(message: Message) -> list[str]:
    """What of the mail was made by hostile text."""
    raw = compose(message).message().as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    found = [f"header {name}" for name in mail if name not in HEADERS]
    found += [f"{name} twice" for name in set(mail.keys()) if len(mail.get_all(name)) > 1]
    if mail.get_content_type() != "text/plain" or mail.is_multipart():
        found.append(mail.get_content_type())
    text = mail.get_content()
    for link in re.findall(
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s，。；）]*|www\.\S+", f"{mail['Subject']}\n{text}"
    ):
        if (
            not link.startswith((f"{settings.PUBLIC_URL}/", f"{settings.PUBLIC_URL}\n"))
            and link != settings.PUBLIC_URL
        ):
            found.append(f"leads to {link}")
    if re.search(r"[\w.]+@[A-Za-z]|javascript:|[A-Za-z]\.example", text):
        found.append(f"an address in {text[:200]!r}")
    if re.search(r"^(Bcc|X-Kp|Content-Type):", text, re.MULTILINE):
        found.append(f"a header as a line in {text[:200]!r}")
    return found


def test_mails_that_forms_cause_hold_hostile_text_as_text(world: World, is_long: bool) -> None:
    complaints: list[str] = []
    seen: set[str] = set()

    forms = list(all_forms(world))
    for person, target, _page, form in forms if is_long else turns.share(forms, 2):
        for text in ("一段话", corpus.KINDS["link"][0]):
            with transaction.atomic():
                world.client(person).post(target, dict(typed_into(form, text, seriously=True)))
                for message in Message.objects.all():
                    seen.add(message.kind)
                    complaints += [f"{message.kind} by {target}: {fault}" for fault in faults(message)]
                transaction.set_rollback(True)

    assert len(seen) > (6 if is_long else 3), seen
    assert not complaints, "\n".join(sorted(set(complaints)))


@pytest.mark.parametrize("kind", [one.code for one in kinds.all_kinds()])
def test_every_kind_holds_hostile_values_as_text(kind: str) -> None:
    complaints = []
    for name, variants in corpus.KINDS.items():
        message = outbox.post(
            kind=kind, to="a@example.org", subject="“%(what)s”有变化", body="%(what)s\n%(why)s", key=None,
            values={"what": variants[0], "why": variants[-1]}, link=reverse("organizations:desk"),
        )  # fmt: skip
        assert message is not None
        complaints += [f"{name}: {fault}" for fault in faults(message)]

    assert complaints == []
