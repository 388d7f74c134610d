"""One question to a provider's interface whose address the operator set: JSON there, JSON back."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from kepuyue.messaging.channels import Unavailable

SECONDS = 10
MOST_BYTES = 65_536


class _NoRedirect(HTTPRedirectHandler):
    """A provider's interface does not move; keys must not follow it elsewhere."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _NoRedirect)


def ask(url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """POST `body` and read the JSON object that comes back; raises `Unavailable` for anything else."""
    if not url.startswith(("https://", "http://")):
        raise Unavailable(f"{url}: not a web address")
    request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 (the scheme is checked above)
    try:
        with _opener.open(request, timeout=SECONDS) as response:
            answer = json.loads(response.read(MOST_BYTES))
    except HTTPError as error:
        raise Unavailable(f"HTTP {error.code}") from None
    except (URLError, TimeoutError, OSError) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from None
    except ValueError:
        raise Unavailable("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise Unavailable("the answer is no JSON object")
    return answer
