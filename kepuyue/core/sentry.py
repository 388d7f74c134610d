"""Errors told to a Sentry server: what the logs say, and nothing that its own collectors would add."""

from functools import cache
from typing import Any

from django.conf import settings

from kepuyue import __version__


@cache
def _client() -> Any:
    import sentry_sdk  # an optional package, see SENTRY_DSN in docs/operation.md

    sentry_sdk.init(
        settings.SENTRY_DSN, default_integrations=False, auto_enabling_integrations=False, send_default_pii=False,
        release=__version__, server_name="kepuyue",
    )  # fmt: skip
    return sentry_sdk


def report(event: dict[str, Any]) -> None:
    """Send one event of `core.logs`."""
    frames = []
    for line in event.get("trace", []):
        place, _space, function = line.rpartition(" ")
        path, _colon, number = place.rpartition(":")
        frames.append({"filename": path, "lineno": int(number), "function": function})
    told: dict[str, Any] = {
        "level": "error",
        "logger": event["logger"],
        "message": event["event"],
        "tags": {key: event[key] for key in ("request_id", "route") if key in event},
    }
    if "exception" in event:
        told["exception"] = {
            "values": [{"type": event["exception"], "value": event["said"], "stacktrace": {"frames": frames}}]
        }
    _client().capture_event(told)
