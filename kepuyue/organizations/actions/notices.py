"""What the people of a unit are told, by mail and at the desk, in the city's language."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from kepuyue.messaging.actions import outbox

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


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
    with translation.override(settings.CITY_LANGUAGE):
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


def tell_address(
    kind: str, email: str, *, subject: Any, body: Any, values: dict[str, object], link: str, key: str
) -> None:
    """Post one message to somebody who has no account yet."""
    with translation.override(settings.CITY_LANGUAGE):
        outbox.post(kind=kind, to=email, subject=subject, body=body, values=values, link=link, key=key)
