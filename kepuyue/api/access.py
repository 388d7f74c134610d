"""Who asks: the token in `Authorization: Bearer`, and whether its scopes, its pace and its request are in order.

A browser's sign-in counts for nothing here, so no page of others can use it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from kepuyue.api.problems import Refused
from kepuyue.core.buckets import Bucket
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may
from kepuyue.partners.actions import tokens
from kepuyue.partners.models import Token
from kepuyue.partners.permissions import acting
from kepuyue.partners.scopes import SCOPES

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_BYTES = 1_000_000
JSON, FORM = "application/json", "multipart/form-data"
_asking = Bucket()


@dataclass(frozen=True)
class Caller:
    """A program that may do what it asks: its token, the unit that it acts for, and as whom."""

    token: Token
    organization: Organization
    person: "User"


class UnitToken(HttpBearer):
    """A token of a unit with the scope; "" asks for none in particular. `takes` is what a request may carry."""

    def __init__(self, scope: str = "", *, takes: str = "") -> None:
        super().__init__()
        self.scope, self.takes = scope, takes

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The caller; raises `Refused` with 401, 403, 413, 415 or 429."""
        found = tokens.known(token)
        person = acting(found) if found else None
        if found is None or person is None:
            raise Refused(
                401,
                "no-token",
                _("令牌不对、已过期或已停用。请在工作台的“接口”里换一个。"),
                headers=CHALLENGE,
            )
        size = settings.API_REQUESTS_PER_TOKEN
        if size and (wait := _asking.take(found.key_hash, size, size / 60)):
            raise limited(wait)
        if self.scope and self.scope not in found.scopes:
            raise Refused(403, "missing-scope", _("这个令牌没有权限%(scope)s。") % {"scope": self.scope})
        # Without a scope too: who has left the unit speaks for it no more
        needed = SCOPES[self.scope].permissions if self.scope else ("activity.see",)
        if not all(may(person, name, found.organization) for name in needed):
            raise Refused(
                403,
                "not-allowed",
                _("建立令牌的人在“%(unit)s”已经没有这项权限。") % {"unit": found.organization},
            )
        self._look_at_body(request)
        return Caller(found, found.organization, person)

    def _look_at_body(self, request: HttpRequest) -> None:
        if not self.takes:
            return
        most = MOST_BYTES if self.takes == JSON else settings.UPLOAD_MAX_BYTES + 100_000
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > most:
            raise Refused(413, "too-large", _("内容太大，最多%(most)s字节。") % {"most": most})
        # Where nothing is sent there is no type to be wrong
        if int(length) and request.content_type != self.takes:
            raise Refused(415, "wrong-type", _("请用%(type)s发送。") % {"type": self.takes})


def asks(scope: str, *, takes: str = "", extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """What an operation of a unit says of itself when it is hung into the interface: its token, scope and group."""
    described = {**(extra or {}), **({"x-scope": scope} if scope else {})}
    return {"auth": UnitToken(scope, takes=takes), "tags": ["unit"], "openapi_extra": described}


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


def limited(wait: float) -> Refused:
    """The answer for whoever asks too often."""
    return Refused(
        429, "limited", _("请求太频繁，请稍后再试。"), headers={"Retry-After": str(max(1, round(wait + 0.5)))}
    )


def forget() -> None:
    """Everybody begins anew."""
    _asking.forget()


def caller_of(request: Any) -> Caller:
    """Who was let in."""
    found: Caller = request.auth
    return found
