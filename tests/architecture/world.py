"""One small city that many questions are asked in, each undone before the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from kepuyue.accounts.models import User
from kepuyue.core import time
from tests.architecture.samples import samples
from tests.cast import Cast, assemble, come_in

SATURDAY = datetime(2024, 9, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class World:
    """The cast, one thing of each kind, and everybody's signed-in session."""

    cast: Cast
    samples: dict[str, dict[str, Any]]
    sessions: dict[str, str | None]
    places: dict[str, str] = field(default_factory=dict)

    def client(self, person: str, **options: Any) -> Client:
        """A browser in which this person has signed in."""
        client = Client(raise_request_exception=False, **options)
        if key := self.sessions[person]:
            client.cookies[settings.SESSION_COOKIE_NAME] = key
        return client

    def answer(self, person: str, method: str, address: str, typed: str = "", **options: Any) -> HttpResponse:
        """The whole answer; what it did is undone."""
        form = (
            {"data": typed, "content_type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        )
        client = self.client(person)
        with transaction.atomic():
            answer = client.generic(method, address, **form, **options)
            transaction.set_rollback(True)
        if answer.streaming:
            # Read to the end, so that the file behind it is closed
            whole = b"".join(answer.streaming_content)
            return HttpResponse(whole, status=answer.status_code, headers=answer.headers)
        return answer

    def ask(self, person: str, method: str, address: str, typed: str = "") -> int:
        """What the person is answered; what it did is undone."""
        answer = self.answer(person, method, address, typed)
        self.places[person] = answer.headers.get("Location", "")
        return int(answer.status_code)


@contextmanager
def a_world(more: Any = None) -> Iterator[World]:
    """A Saturday of the month with the cast and the samples; `more(cast)` gives further people by name."""
    with transaction.atomic(), time.shifted(SATURDAY - timezone.now()):
        cast = assemble()
        found = samples(cast)
        people = cast.people() | (more(cast) if more else {})
        yield World(cast, found, {name: user and session_of(user) for name, user in people.items()})
        transaction.set_rollback(True)
    cache.clear()


def session_of(user: User) -> str:
    """The key of a session in which the person has signed in."""
    client = Client()
    # Doors that ask again after five minutes: the long matrices take longer, and are about what stands behind them
    come_in(client, user, fresh_for=86_400)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
