"""Logs for machines and people, without what leads to a person.

Every record passes the same way, whoever wrote it: what the request's own form or query said is taken out, then
whatever looks like a phone number, an identity number or a mail address; of an exception its class, its first line
(without Chinese letters, which may be a name) and its lines of code are kept, never the values of variables;
addresses of this site become the name of their route.
"""

import logging
import os
import queue
import re
import secrets
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.conf import settings  # not looked into at import: the settings themselves read this module
from django.http import HttpRequest
from django.utils.module_loading import import_string

request_id: ContextVar[str] = ContextVar("request_id", default="")
_request: ContextVar[HttpRequest | None] = ContextVar("logged_request", default=None)
Event = MutableMapping[str, Any]

SECURITY = "kepuyue.security"
MASK = "…"
# What a proxy may call a request
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LOOKS_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # a mail address
    r"|(?<!\d)\d{17}[\dXx](?!\w)"  # an identity number
    r"|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"  # a mobile number
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"  # a landline
)
CHINESE = re.compile(r"[\u3400-\u9fff]+")
MOST_VALUES, MOST_LENGTH = 400, 2_000
# Words of forms that say nothing about anybody
SHORT = 2
WAITING = 100  # reports that wait for a slow hook; more are dropped


@contextmanager
def within(request: HttpRequest, identifier: str) -> Iterator[None]:
    """Let all that is logged in the block carry the identifier, and nothing that the request says."""
    tokens = request_id.set(identifier), _request.set(request)
    try:
        yield
    finally:
        request_id.reset(tokens[0])
        _request.reset(tokens[1])


def identifier_of(given: str) -> str:
    """The number of a request: that of a proxy of ours, or a new one."""
    return given if settings.BEHIND_PROXY and GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def route_of(request: HttpRequest) -> str:
    """The name of the route that answers, or "-" before one was found."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match and match.view_name else "-"


def configuration(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: one line for each record, as text or as JSON, on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "kepuyue.core.logs.formatter", "form": form}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "hook": {"class": "kepuyue.core.logs.Hook", "level": "ERROR"},
        },
        "root": {"handlers": ["console", "hook"], "level": level},
        # The framework's own handlers would print a record a second time, with the address in it
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Who came in and who was turned away is always written (docs/security.md)
            SECURITY: {"level": "INFO"},
        },
    }


def formatter(form: str) -> logging.Formatter:
    """What turns a record into a line."""
    rendered = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"])
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[],
        processors=[*CHAIN, structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
    )


def _named(_logger: Any, _name: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    event["level"], event["logger"] = record.levelname.lower(), record.name
    if identifier := request_id.get():
        event["request_id"] = identifier
    request = _request.get()
    told = getattr(record, "request", None)
    for one in (told, request):
        if isinstance(one, HttpRequest):
            event["route"] = route_of(one)
            for address in (one.get_full_path(), one.path, one.path_info):
                if len(address) > 1:
                    event["event"] = event["event"].replace(address, event["route"])
            break
    return event


def _with_fault(_logger: Any, _name: str, event: Event) -> Event:
    """An exception as class, first line and places."""
    met = event.pop("exc_info", None) or event["_record"].exc_info
    if met and met[1] is not None:
        _kind, error, trace = met
        event["exception"] = type(error).__name__
        event["said"] = CHINESE.sub(MASK, str(error).partition("\n")[0][:MOST_LENGTH])
        event["trace"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
        ]
    return event


def _without_people(_logger: Any, _name: str, event: Event) -> Event:
    if event["logger"] == SECURITY:
        # Numbers, routes and digests by its own rule; a digest must not be taken for a telephone
        return event
    values = _typed_values(_request.get())
    for key, value in event.items():
        if isinstance(value, str) and key not in {"timestamp", "request_id", "level", "logger", "route"}:
            event[key] = masked(value, values)
    return event


def masked(text: str, values: list[str]) -> str:
    """The text without these values, and without what looks personal."""
    for value in values:
        text = text.replace(value, MASK)
    return LOOKS_PERSONAL.sub(MASK, text)


def _typed_values(request: HttpRequest | None) -> list[str]:
    """What the request's query and form say, as far as they were read; long ones first."""
    if request is None:
        return []
    found: set[str] = set()
    # Reading the form here would read the body, which the view may want to do in its own way
    read = [request.GET, *([request._post] if hasattr(request, "_post") else [])]
    for data in read:
        for values in data.lists():
            found.update(part.strip() for value in values[1] for part in (value, *value.splitlines()))
    user = request.__dict__.get("_cached_user")
    if user is not None and user.is_authenticated:
        found.update({user.email, user.get_full_name()})
    # Some addresses are keys, and some name a person's booking; the route says enough
    found.update(part for part in request.path.split("/") if part not in route_of(request))
    kept = sorted((one for one in found if len(one) >= SHORT), key=len, reverse=True)
    return kept[:MOST_VALUES]


CHAIN: list[Callable[[Any, str, Event], Event]] = [
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(allow=["route", "method", "status", "ms", "duty"]),
    _named,
    _with_fault,
    _without_people,
]


def as_event(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the logs tell it, for whoever else wants to know."""
    event: Event = {"event": record.getMessage(), "_record": record, "_from_structlog": False}
    for process in CHAIN:
        event = process(None, record.levelname.lower(), event)
    return {key: value for key, value in event.items() if not key.startswith("_")}


class Hook(logging.Handler):
    """Tells the operator's own function (`ERROR_HOOK`) about each error, beside the work: one that is slow, fails or
    hangs holds nobody up, and what comes too fast for it is dropped.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(WAITING)
        self._process = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record for the hook, if there is one."""
        name = settings.ERROR_HOOK
        if not name or record.name == __name__:
            return
        if self._process != os.getpid():
            # Threads do not survive a fork
            self._process = os.getpid()
            threading.Thread(target=self._tell, args=(name,), name="error-hook", daemon=True).start()
        try:
            self._waiting.put_nowait(as_event(record))
        except queue.Full:
            sys.stderr.write("the error hook is too slow: a report was dropped\n")

    def _tell(self, name: str) -> None:
        while True:
            event = self._waiting.get()
            try:
                import_string(name)(event)
            except Exception as error:  # whatever the operator's function does, ours goes on
                sys.stderr.write(f"the error hook failed ({type(error).__name__})\n")
            self._waiting.task_done()
