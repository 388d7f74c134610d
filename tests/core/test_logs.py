"""What the logs say, and what they never say."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from kepuyue import settings as read
from kepuyue.core import logs, sentry
from kepuyue.core.middleware import RequestMiddleware
from tests.cast import Cast

SECRETS = (
    "13800000000",
    "138 0000 0000",
    "zhang.san@example.org",
    "张三",
    "440300199001011234",
    "0755-12345678",
)
told: list[dict[str, Any]] = []


@pytest.fixture
def lines() -> Iterator[Any]:
    """What the log writes as JSON, while the test runs."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Kept()
    handler.setFormatter(logs.formatter("json"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield lambda: [json.loads(line) for line in written]
    root.removeHandler(handler)
    root.setLevel(before)


def asked(request: HttpRequest, ticket: str) -> HttpResponse:
    """A view that breaks with all that it was told in its message."""
    request.POST.get("name")
    raise ValueError(f"{request.POST.dict()} {request.GET.dict()} {request.path}")


def logging_view(request: HttpRequest) -> HttpResponse:
    logging.getLogger("kepuyue.x").warning("typed %s", request.POST["name"])
    return HttpResponse("done")


urlpatterns = [
    path("broken/<str:ticket>/", asked, name="broken"),
    path("logging/", logging_view, name="logging"),
]


@pytest.mark.urls("tests.core.test_logs")
@pytest.mark.django_db
def test_nothing_that_leads_to_a_person_is_logged(lines: Any, settings: Any) -> None:
    settings.MIDDLEWARE = ["kepuyue.core.middleware.RequestMiddleware"]
    client = Client(raise_request_exception=False)
    typed = {"name": "Zhang San Feng", "note": "\n".join(SECRETS), "password": "open-sesame"}

    client.post("/broken/TICKET9/?q=李四&near=22.5,114.0", typed)
    client.post("/logging/", typed)
    logging.getLogger("kepuyue.y").error("to %s", " ".join(SECRETS[:3]) + " " + " ".join(SECRETS[4:]))

    text = json.dumps(lines(), ensure_ascii=False)
    leaked = [
        word
        for word in (*SECRETS, "Zhang San Feng", "open-sesame", "李四", "TICKET9", "114.0")
        if word in text
    ]
    assert leaked == []
    assert "broken" in text
    assert "ValueError" in text


@pytest.mark.urls("tests.core.test_logs")
@pytest.mark.django_db
def test_line_of_a_fault_says_where_it_was(lines: Any, settings: Any) -> None:
    settings.MIDDLEWARE = ["kepuyue.core.middleware.RequestMiddleware"]

    answer = Client(raise_request_exception=False).post("/broken/A/", {"name": "x"})

    fault = next(line for line in lines() if line["level"] == "error")
    assert fault["request_id"] == answer["X-Request-ID"]
    assert (fault["route"], fault["exception"], fault["logger"]) == ("broken", "ValueError", "django.request")
    assert fault["trace"][-1].endswith(" asked")


@pytest.mark.django_db
def test_signed_in_person_is_not_named(lines: Any, cast: Cast) -> None:
    request = RequestFactory().get("/desk/")
    request._cached_user = cast.owner  # type: ignore[attr-defined]
    cast.owner.name = "Wang Wu"

    with logs.within(request, "0123456789abcdef"):
        logging.getLogger("kepuyue.z").warning("%s %s", cast.owner.get_full_name(), cast.owner.email)

    assert lines()[0]["event"] == "… …"


@pytest.mark.parametrize(
    ("behind", "given", "is_taken"),
    [
        (True, "proxy-number-1", True),
        (True, "short", False),
        (True, "with space 123", False),
        (False, "proxy-number-1", False),
    ],
)
def test_number_of_a_request_is_believed_of_our_proxy_only(
    settings: Any, behind: bool, given: str, is_taken: bool
) -> None:
    settings.BEHIND_PROXY = behind
    answers = RequestMiddleware(lambda _request: HttpResponse())

    answer = answers(RequestFactory().get("/", headers={"x-request-id": given}))

    assert (answer["X-Request-ID"] == given) is is_taken
    assert logs.GIVEN_ID.fullmatch(answer["X-Request-ID"])


def test_request_is_one_line_without_address(lines: Any) -> None:
    answers = RequestMiddleware(lambda _request: HttpResponse(status=418))

    answers(RequestFactory().get("/tickets/SECRET/?near=1"))

    (line,) = [line for line in lines() if line["logger"] == "kepuyue.requests"]
    assert (line["route"], line["method"], line["status"]) == ("-", "GET", 418)
    assert "SECRET" not in str(line)


def keep(event: dict[str, Any]) -> None:
    told.append(event)
    done.set()


def fail(_event: dict[str, Any]) -> None:
    done.set()
    raise RuntimeError("the operator's own function is broken")


done = threading.Event()


@pytest.mark.parametrize("hook", ["keep", "fail"])
def test_hook_is_told_beside_the_work_and_may_fail(settings: Any, hook: str) -> None:
    settings.ERROR_HOOK = f"{__name__}.{hook}"
    told.clear()
    done.clear()
    handler = logs.Hook()
    logger = logging.Logger("kepuyue.hooked")
    logger.addHandler(handler)

    for _time in range(logs.WAITING + 50):
        logger.error("mail to %s failed", "zhang.san@example.org")

    assert done.wait(20)
    if hook == "keep":
        assert told[0]["event"] == "mail to … failed"


def test_hook_is_not_asked_where_there_is_none(settings: Any) -> None:
    settings.ERROR_HOOK = ""
    handler = logs.Hook()

    handler.handle(logging.makeLogRecord({"name": "x", "levelno": logging.ERROR, "msg": "m"}))

    assert handler._waiting.empty()


def test_sentry_gets_what_the_log_says_and_no_more(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"
    sent: list[Any] = []

    class Sdk:
        def init(self, dsn: str, **options: Any) -> None:
            sent.append((dsn, options))

        def capture_event(self, event: dict[str, Any]) -> None:
            sent.append(event)

    monkeypatch.setitem(sys.modules, "sentry_sdk", Sdk())  # type: ignore[arg-type]
    sentry._client.cache_clear()
    try:
        raise KeyError("13800000000")
    except KeyError:
        record = logging.makeLogRecord(
            {"name": "x", "levelname": "ERROR", "msg": "m", "exc_info": sys.exc_info()}
        )
    sentry.report(logs.as_event(record))
    sentry._client.cache_clear()

    (dsn, options), event = sent
    assert dsn == settings.SENTRY_DSN
    assert options["send_default_pii"] is options["default_integrations"] is False
    assert event["exception"]["values"][0]["type"] == "KeyError"
    assert "138" not in json.dumps(event)


def test_level_and_form_come_from_the_environment() -> None:
    made = logs.configuration("INFO", "json")

    assert made["root"]["level"] == "INFO"
    assert read.LOGGING["root"]["handlers"] == ["console", "hook"]
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT"):
        read.env_choice("LOG_FORMAT", "xml", {"text", "json"})
