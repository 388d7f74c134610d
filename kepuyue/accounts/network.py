"""Where a request comes from: the address that rules may count, and what of it people are shown."""

import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kepuyue.accounts.browsers import browser_name

DEVICE_SALT = "kepuyue.accounts.device"
NOWHERE = "0.0.0.0"  # noqa: S104 -- no address that one listens on: that of a request without one


@dataclass(frozen=True)
class Origin:
    """What the sign-in rules know of a request; actions get this and never the request."""

    network: str
    device: str
    browser: str
    shown_network: str = ""


def origin(request: HttpRequest) -> Origin:
    """The request's network, its device cookie ("" without a genuine one) and its browser in plain words."""
    address = client_address(request)
    return Origin(
        network=counted(address),
        device=device_token(request),
        browser=browser_name(request.headers.get("User-Agent", "")),
        shown_network=shown(address),
    )


def client_address(request: HttpRequest) -> str:
    """The client's address as the outermost of our own proxies saw it.

    Each proxy adds one entry at the right end of X-Forwarded-For; what stands further left was written by
    the client and is worth nothing. Without configured proxies the header is not read at all.
    """
    return client_address_of(request.headers.get("X-Forwarded-For", ""), request.META.get("REMOTE_ADDR", ""))


def client_address_of(forwarded: str, peer: str) -> str:
    """The same from the header's text and the address of who is connected."""
    hops = settings.TRUSTED_PROXIES
    entries = [part.strip() for part in forwarded.split(",")]
    candidates = [entries[-hops]] if 0 < hops <= len(entries) else []
    for text in (*candidates, peer):
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            continue
    return NOWHERE


def counted(address: str) -> str:
    """The network that a try is counted for: an IPv4 address, or a /64 of IPv6 (what one line is given)."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


def shown(address: str) -> str:
    """The network as the person sees it: the first half of an IPv4 address, a /32 of IPv6."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return _("本机")
    if isinstance(parsed, ipaddress.IPv6Address):
        return f"{ipaddress.ip_network(f'{parsed}/32', strict=False).network_address}…"
    return ".".join(str(parsed).split(".")[:2]) + ".*.*"


def device_cookie_name() -> str:
    """The cookie that a browser is known again by; bound to our host where there is HTTPS."""
    return str(settings.COOKIE_PREFIX + "device")


def device_token(request: HttpRequest) -> str:
    """What the browser's device cookie holds; "" where there is none or it was not made by us."""
    try:
        return str(signing.Signer(salt=DEVICE_SALT).unsign(request.COOKIES.get(device_cookie_name(), "")))
    except signing.BadSignature:
        return ""


def signed_device(token: str) -> str:
    """The token as the cookie carries it."""
    return signing.Signer(salt=DEVICE_SALT).sign(token)
