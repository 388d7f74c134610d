"""The one way to ask an address that somebody typed (a link, a calendar to subscribe to) over the network.

Such an address may point inwards: to this machine, the office's own network, a cloud's metadata service. So the
name is resolved first, every address it resolves to must be a public one, and the connection goes to that very
address and not to the name again (a name that answers differently the second time gains nothing). Each redirect
is a new question under the same rules. Only http and https on their own ports; no credentials, cookies or
proxies; limits on time, on each phase and in all, and on bytes.

Nothing here runs inside a request for a page: ask in a task.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from kepuyue.core import security_events

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "kepuyue/1.0"
# What a caller may add to a question: whether there is anything newer (RFC 9110, 13.1)
CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
# What stands beside something that is sent: its type, and who says so (Standard Webhooks)
STATEMENTS = frozenset({"Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature"})

# Public by their number, yet answered by the cloud's own insides (metadata, health probes)
INNER = frozenset({ip_address("168.63.129.16"), ip_address("192.0.0.192"), ip_address("100.100.100.200")})
# IPv6 that carries an IPv4 address or a way around: NAT64 (RFC 6052, 8215), 6to4 (3056), Teredo (4380), IPv4-compatible
# and -translated (4291, 2765), site-local (3879), ORCHID, documentation, discard-only, SRv6 (9602)
WRAPPED = tuple(
    ip_network(text)
    for text in (
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23",
        "fec0::/10", "fc00::/7", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16",
    )
)  # fmt: skip
RESERVED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Names that are given out inside networks and never in public: RFC 6761, 6762, ICANN's .internal, and old habits
INNER_NAMES = frozenset({
    "localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain",
})  # fmt: skip

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]
Dial = Callable[[str, int, float], socket.socket]


class NotFetched(Exception):
    """Why there is no answer, as a short code such as ``time-out``; the words for people are the caller's."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Refused(NotFetched):
    """The address may not be asked: ``scheme``, ``port``, ``credentials``, ``host``, ``inner-address``…"""


class Unreachable(NotFetched):
    """Nobody answered, or not in time: ``no-such-host``, ``no-connection``, ``time-out``, ``certificate``…"""


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes. `total` holds over all redirects; `phase` for each of resolving, connecting, waiting."""

    total: float = 15.0
    phase: float = 5.0
    most_bytes: int = 65_536


@dataclass(frozen=True)
class Answer:
    """What came back in the end. `url` is where the redirects led; `is_whole` tells whether the body was cut."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)
    is_whole: bool = True


def get(
    url: str,
    *,
    limits: Limits | None = None,
    headers: Mapping[str, str] | None = None,
    resolve: "Resolve | None" = None,
    dial: "Dial | None" = None,
) -> Answer:
    """Ask `url` and follow at most three redirects; raises `Refused` or `Unreachable`.

    A status such as 404 is an answer and raises nothing. `headers` may hold `CONDITIONS` only.
    `resolve(host, port)` gives addresses as text and `dial(address, port, seconds)` a connected socket; both are the
    machine's own unless a test brings others. What they return passes the same checks.
    """
    limits, headers = limits or Limits(), headers or {}
    if not headers.keys() <= CONDITIONS:
        raise ValueError(f"not to be sent: {sorted(headers.keys() - CONDITIONS)}")
    until = monotonic() + limits.total
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            answer = _ask(url, _Asked(headers), limits, until, resolve or resolve_name, dial or connect)
        except Refused as refused:
            # An address inside the house is what somebody would try who wants to look into it
            security_events.note("fetch.refused", code=refused.code)
            raise
        target = answer.headers.get("location")
        if answer.status not in REDIRECTS or not target:
            return answer
        try:
            url = urljoin(answer.url, target)
        except ValueError:
            raise Refused("malformed") from None
    raise Unreachable("too-many-redirects")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    limits: Limits | None = None,
    resolve: "Resolve | None" = None,
    dial: "Dial | None" = None,
) -> Answer:
    """Send `body` to `url` under the same rules; raises as `get` does. A redirect is an answer and is not followed:
    what was meant for one address goes to no other. `headers` may hold `STATEMENTS` only.
    """
    limits = limits or Limits()
    if not headers.keys() <= STATEMENTS:
        raise ValueError(f"not to be sent: {sorted(headers.keys() - STATEMENTS)}")
    asked = _Asked(headers, "POST", body)
    try:
        return _ask(url, asked, limits, monotonic() + limits.total, resolve or resolve_name, dial or connect)
    except Refused as refused:
        security_events.note("fetch.refused", code=refused.code)
        raise


def refusal(url: str) -> str:
    """Why the address may not be asked, as far as it can be seen without asking: a code of `Refused`, or "".

    Of a number in whatever spelling it is seen whether it is an inner one, and of a name that only a network of its
    own can know; any other name is resolved only when it is asked.
    """
    try:
        _parts, host, port = _looked_at(url)
        numbers = _numbers(host, port)
        _check_public(numbers)
        if not numbers and _is_inner_name(host):
            raise Refused("inner-address")
    except Refused as refused:
        return refused.code
    return ""


@dataclass(frozen=True)
class _Asked:
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes | None = None


def is_public(address: Address) -> bool:
    """Whether a machine of the public network has this address."""
    if address in INNER or address.is_multicast or address.is_unspecified or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in RESERVED)
    # Only what is handed out for the public at all (RFC 4291), and nothing that wraps another address
    return address in ip_network("2000::/3") and not any(address in network for network in WRAPPED)


def resolve_name(host: str, port: int) -> list[str]:
    """All addresses of the name, by the machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to exactly this address; a number is never resolved again."""
    return socket.create_connection((address, port), timeout=seconds)


def _ask(url: str, asked: _Asked, limits: Limits, until: float, resolve: Resolve, dial: Dial) -> Answer:
    parts, host, port = _looked_at(url)
    address = _checked_address(host, port, _left(limits, until), resolve)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    try:
        plain = dial(address, port, _left(limits, until))
    except TimeoutError:
        raise Unreachable("time-out") from None
    except OSError:
        raise Unreachable("no-connection") from None
    # A server that sends a byte now and then would outlive every pause between two reads: this ends it
    ended = threading.Event()
    watch = threading.Timer(max(until - monotonic(), 0.0), _end, (plain, ended))
    watch.daemon = True
    watch.start()
    try:
        return _spoken(plain, parts, host, target, asked, limits, until)
    except NotFetched:
        raise
    except (TimeoutError, HTTPException, OSError, ValueError) as error:
        raise Unreachable("time-out" if ended.is_set() else _code_of(error)) from None
    finally:
        watch.cancel()
        plain.close()


def _spoken(
    plain: socket.socket,
    parts: SplitResult,
    host: str,
    target: str,
    asked: _Asked,
    limits: Limits,
    until: float,
) -> Answer:
    plain.settimeout(_left(limits, until))
    line: socket.socket = plain
    if parts.scheme == "https":
        line = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    with closing(line):
        asking = HTTPConnection(host, timeout=limits.phase)
        asking.sock = line
        asking.putrequest(asked.method, target, skip_host=True, skip_accept_encoding=True)
        asking.putheader("Host", f"[{host}]" if ":" in host else host)
        asking.putheader("User-Agent", AGENT)
        asking.putheader("Accept", "*/*")
        asking.putheader("Connection", "close")
        for name, value in asked.headers.items():
            asking.putheader(name, value)
        if asked.body is not None:
            asking.putheader("Content-Length", str(len(asked.body)))
        asking.endheaders(asked.body)
        with asking.getresponse() as response:
            return _read(response, parts.geturl(), limits, until)


def _read(response: HTTPResponse, url: str, limits: Limits, until: float) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = b""
    while len(body) <= limits.most_bytes:
        _left(limits, until)
        piece = response.read(min(16_384, limits.most_bytes + 1 - len(body)))
        if not piece:
            return Answer(url, response.status, headers, body)
        body += piece
    return Answer(url, response.status, headers, body[: limits.most_bytes], is_whole=False)


def _looked_at(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address that may be asked, its name as the network writes it, and its port."""
    if len(url) > 2_000 or any(sign.isspace() or not sign.isprintable() for sign in url) or "\\" in url:
        raise Refused("malformed")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise Refused("malformed") from None
    if parts.scheme not in PORTS:
        raise Refused("scheme")
    if parts.username is not None or parts.password is not None:
        raise Refused("credentials")
    if not host or "%" in host:
        raise Refused("host")
    if port not in (None, *PORTS.values()):
        raise Refused("port")
    host = host.rstrip(".")
    if ":" not in host:
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            raise Refused("host") from None
    if not host or not all(sign.isalnum() or sign in "-.:_" for sign in host):
        raise Refused("host")
    return parts._replace(fragment=""), host, port or PORTS[parts.scheme]


def _checked_address(host: str, port: int, seconds: float, resolve: Resolve) -> str:
    """The address to connect to. If only one of a name's addresses is an inner one, none of them is asked."""
    pool = ThreadPoolExecutor(1)
    try:
        # The machine's resolver knows no time-out of its own
        found = pool.submit(resolve, host, port).result(timeout=seconds)
    except TooLate:
        raise Unreachable("time-out") from None
    except (OSError, UnicodeError):
        raise Unreachable("no-such-host") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if not found:
        raise Unreachable("no-such-host")
    _check_public(found)
    return found[0]


def _check_public(found: Iterable[str]) -> None:
    for text in found:
        try:
            address = ip_address(text)  # a zone such as fe80::1%eth0 is link-local and falls below
        except ValueError:
            raise Refused("inner-address") from None
        if not is_public(address):
            raise Refused("inner-address")


def _is_inner_name(host: str) -> bool:
    """Whether no public name server answers for it: one word alone, or below a word kept for inner networks."""
    first, _dot, last = host.rpartition(".")
    return not first or last in INNER_NAMES or host.endswith(".home.arpa")


def _numbers(host: str, port: int) -> list[str]:
    """What a host that is a number (127.1, 0x7f000001, ::1) stands for; nothing for a name. Asks nobody."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def _left(limits: Limits, until: float) -> float:
    """Seconds for the next phase; raises when the time of all phases is up."""
    left = until - monotonic()
    if left <= 0:
        raise Unreachable("time-out")
    return min(limits.phase, left)


def _end(line: socket.socket, ended: threading.Event) -> None:
    ended.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was over in the same moment


def _code_of(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "time-out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    return "broken-answer" if isinstance(error, HTTPException | ValueError) else "no-connection"
