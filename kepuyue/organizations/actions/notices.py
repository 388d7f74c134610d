"""What the people of a unit are told, by mail and at the desk, in the city's language."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from django.conf import settings
from django.utils import translation

from kepuyue.messaging.actions import outbox

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Words = ParamSpec("Words")
Answer = TypeVar("Answer")


def in_city_language(call: Callable[Words, Answer]) -> Callable[Words, Answer]:
    """Let it write in the city's language, whatever the language of whoever caused it."""

    @wraps(call)
    def wrapped(*args: Words.args, **named: Words.kwargs) -> Answer:
        with translation.override(settings.CITY_LANGUAGE):
            return call(*args, **named)

    return wrapped


@in_city_language
def tell(
    kind: str,
    people: "Iterable[User]",
    *,
    subject: Any,
    body: Any,
    values: dict[str, object],
    link: str,
    key: str | None = None,
) -> int:
    """Post one message to each person; returns to how many. `subject` and `body` are lazy sentences of ours,
    `values` what people typed. `key` names what is told: the same person is told it once."""
    told = 0
    for person in people:
        posted = outbox.post(
            kind=kind,
            to=person.email,
            person=person,
            subject=subject,
            body=body,
            values=values,
            link=link,
            key=f"{key}:{person.pk}" if key else None,
        )
        told += posted is not None
    return told


@in_city_language
def tell_address(
    kind: str, email: str, *, subject: Any, body: Any, values: dict[str, object], link: str, key: str
) -> None:
    """Post one message to somebody who has no account yet."""
    outbox.post(kind=kind, to=email, subject=subject, body=body, values=values, link=link, key=key)
