"""The mailbox on its server, over IMAP (RFC 3501): what arrived since a number, oldest first; nothing is deleted."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from kepuyue.mailbox.opening.limits import LETTER_BYTES

SECONDS = 20  # for each answer of the server
HEAD_BYTES = 300_000  # of a letter that is too large


class Unreachable(Exception):
    """The server is away, refuses us, or breaks off. `code` is one of `presentation.FAULTS`, `said` its own words."""

    def __init__(self, code: str, said: str) -> None:
        self.code, self.said = code, said
        super().__init__(f"{code}: {said}")


@dataclass(frozen=True)
class Place:
    """Where the mailbox is, from the setting."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @property
    def address(self) -> str:
        """Names the mailbox without its password."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True)
class Arrived:
    """A message: its number in the folder, its bytes (only the head where it is too large) and its whole size."""

    uid: int
    data: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it was fetched."""
        return self.size <= LETTER_BYTES


def place() -> Place | None:
    """The mailbox that the operator set up; None: there is none."""
    if not settings.IMAP_URL:
        return None
    parts = urlsplit(settings.IMAP_URL)
    return Place(
        parts.scheme,
        parts.hostname or "",
        parts.port or {"imaps": 993}.get(parts.scheme, 143),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


class Folder:
    """The folder, opened. `validity` tells whether numbers of before still hold."""

    def __init__(self, client: IMAPClient, validity: int) -> None:
        self._client = client
        self.validity = validity

    def since(self, uid: int) -> Iterator[Arrived]:
        """The messages after a number, one by one, without marking any as read."""
        with _told():
            # n:* always has the last message, even where its number is smaller than n
            found = sorted(one for one in self._client.search(["UID", f"{uid + 1}:*"]) if one > uid)
        for number in found:
            with _told():
                known = self._client.fetch([number], ["RFC822.SIZE"]).get(number)
                if known is None:  # deleted meanwhile
                    continue
                size = int(known[b"RFC822.SIZE"])
                what = "BODY.PEEK[]" if size <= LETTER_BYTES else f"BODY.PEEK[HEADER]<0.{HEAD_BYTES}>"
                answer = self._client.fetch([number], [what]).get(number, {})
            data = next((value for key, value in answer.items() if key.startswith(b"BODY[")), None)
            if isinstance(data, bytes):
                yield Arrived(number, data, size)

    def mark(self, uid: int) -> None:
        """Show to people who look into the mailbox that the message was taken in."""
        with _told():
            self._client.add_flags([uid], [rb"\Seen"], silent=True)


@contextmanager
def opened(where: Place) -> Iterator[Folder]:
    """Sign in and open the folder; raises `Unreachable`."""
    with _told():
        context = ssl.create_default_context()
        is_tls = where.scheme == "imaps"
        client = IMAPClient(
            where.host, where.port, ssl=is_tls, ssl_context=context if is_tls else None, timeout=SECONDS
        )
    try:
        with _told():
            if where.scheme == "imap+tls":
                client.starttls(context)
            client.login(where.user, where.password)
            told = client.select_folder(where.folder)
        yield Folder(client, int(told.get(b"UIDVALIDITY", 0)))
    finally:
        _leave(client)


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (IMAPClientError, OSError):
        client.shutdown()  # the line is cut already: nothing is lost by it


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except LoginError as error:
        raise Unreachable("login", _text(error)) from None
    except IMAPClientError as error:
        raise Unreachable("refused", _text(error)) from None
    except ssl.SSLError as error:
        raise Unreachable("encryption", _text(error)) from None
    except OSError as error:
        raise Unreachable("away", _text(error)) from None


def _text(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
