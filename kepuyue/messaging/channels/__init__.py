"""The ways a message leaves the house, behind one face.

A channel takes a row of the outbox and either has handed it over when `send` returns, or raises: `Refused` where
trying again cannot help (no such address, template refused), `Unavailable` where it may, `NotConfigured` with the
sentence that tells the operator what to set. The outbox does all the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

if TYPE_CHECKING:
    from kepuyue.messaging.models import Message


class NotSent(Exception):
    """Why a message did not leave; the text is for the office."""


class Refused(NotSent):
    """The other side says that it will never take this. `is_address`: because nobody is at the address."""

    def __init__(self, text: str, *, is_address: bool = False) -> None:
        self.is_address = is_address
        super().__init__(text)


class Unavailable(NotSent):
    """The other side is away, busy or limits us: worth another try later."""


class NotConfigured(NotSent):
    """The operator has not set this channel up."""


class Transport(Protocol):
    """What the module of a channel offers."""

    def send(self, message: "Message") -> None:
        """Hand the message over; see the package for what it raises."""


def transport(channel: str) -> Transport:
    """The module that carries the channel."""
    module: Transport = import_module(f"{__name__}.{channel}")
    return module


def needed(name: str) -> str:
    """A setting without which a channel cannot work."""
    value = str(getattr(settings, name, "") or "")
    if not value:
        raise NotConfigured(f"没有设置 {name}，这个渠道还不能用。请管理员按运维说明设置。")
    return value
