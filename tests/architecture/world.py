"""One small city that many questions are asked in, each undone before the next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from django.conf import settings, urls
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from django.views import defaults

from kepuyue.accounts.models import User
from kepuyue.core import time
from tests.architecture.samples import samples
from tests.cast import Cast, assemble, come_in

SATURDAY = datetime(2024, 9, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


class Browser(Client):
    """A test client that does not note which template was drawn with what: a tenth of the time, and nobody asks."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))
        self.cookies.update(answer.cookies)
        return answer


@dataclass(frozen=True)
class World:
    """The cast, one thing of each kind, and everybody's signed-in session."""

    cast: Cast
    samples: dict[str, dict[str, Any]]
    sessions: dict[str, str | None]
    places: dict[str, str] = field(default_factory=dict)
    refused: set[tuple[str, int, str]] = field(default_factory=set)

    def client(self, person: str, **options: Any) -> Client:
        """A browser in which this person has signed in."""
        client = Browser(raise_request_exception=False, **options)
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

    def ask(self, person: str, method: str, address: str, typed: str = "", *, draws_all: bool = False) -> int:
        """What the person is answered; what it did is undone.

        Unless it `draws_all`, a page that refuses is drawn the first time that the person is told so in these words, and
        stays blank from then on: half of all answers are such, and drawing them is most of their time.
        """
        kept = set() if draws_all else self.refused
        with (
            mock.patch.object(urls, "handler403", once_for(person, 403, defaults.permission_denied, kept)),
            mock.patch.object(urls, "handler404", once_for(person, 404, defaults.page_not_found, kept)),
        ):
            answer = self.answer(person, method, address, typed)
        self.places[person] = answer.headers.get("Location", "")
        return int(answer.status_code)


def once_for(
    person: str, status: int, drawn: Callable[..., HttpResponse], refused: set[tuple[str, int, str]]
) -> Callable[..., HttpResponse]:
    """The page that refuses, `drawn` for a person once with the same words."""

    def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
        words = (person, status, str(exception))
        if words in refused:
            return HttpResponse(status=status)
        answer = drawn(request, exception)
        refused.add(words)
        return answer

    return refuse


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
