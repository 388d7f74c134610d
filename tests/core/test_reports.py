"""A report of an error shows nothing that opens a door and nothing that somebody typed."""

import sys
from typing import Any

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from kepuyue.core.reports import ReportFilter

# Never written as a whole: a report shows the lines of the source beside its frames, these too
HIDDEN, TYPED = "-".join(("hid", "den")), "-".join(("ty", "ped"))
SETTINGS = {
    "DATABASE_URL": f"postgres://month:{HIDDEN}@db/month",
    "EMAIL_URL": f"smtp://u:{HIDDEN}@mail",
    "IMAP_URL": f"imaps://u:{HIDDEN}@mail",
    "REDIS_URL": f"redis://:{HIDDEN}@cache",
    "SECRET_KEY": HIDDEN,
    "SECRET_KEY_FALLBACKS": [HIDDEN],
    "SMS_SECRET_KEY": HIDDEN,
    "OIDC_CLIENT_SECRET": HIDDEN,
    "WECHAT_APP_SECRET": HIDDEN,
}
NESTED = {
    "CACHES": {"default": {"BACKEND": "x", "LOCATION": f"redis://:{HIDDEN}@cache"}},
    "DATABASES": {"default": {"ENGINE": "x", "PASSWORD": HIDDEN}},
    "SOCIALACCOUNT_PROVIDERS": {
        "openid_connect": {"APPS": [{"secret": HIDDEN, "settings": {"token": HIDDEN}}]}
    },
}


def keep_secrets(settings: Any) -> None:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)


def report_of(settings: Any, *, debug: bool) -> str:
    settings.DEBUG = debug
    keep_secrets(settings)
    request = RequestFactory().post(
        "/accounts/login/",
        {"login": TYPED, "password": HIDDEN},
        headers={"cookie": f"sessionid={HIDDEN}", "authorization": f"Bearer {HIDDEN}"},
    )
    request.COOKIES["device"] = HIDDEN
    try:
        password, wanted = HIDDEN, TYPED
        raise ValueError(len(password) + len(wanted))
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        return str(reporter.get_traceback_html()) + str(reporter.get_traceback_text())


@pytest.mark.parametrize("debug", [True, False])
def test_report_holds_no_secret(debug: bool, settings: Any) -> None:
    report = report_of(settings, debug=debug)

    assert "ValueError" in report and "DATABASE_URL" in report
    assert HIDDEN not in report


def test_report_in_earnest_holds_nothing_that_was_typed_or_is_in_a_variable(settings: Any) -> None:
    assert TYPED in report_of(settings, debug=True)
    assert TYPED not in report_of(settings, debug=False)


@pytest.mark.parametrize("name", sorted(NESTED))
def test_secrets_inside_a_setting_are_hidden_too(name: str) -> None:
    shown = ReportFilter().cleanse_setting(name, NESTED[name])

    assert HIDDEN not in str(shown) and set(shown) == set(NESTED[name])


def test_control_the_frameworks_own_filter_shows_addresses_of_servers(settings: Any) -> None:
    settings.DATABASE_URL = SETTINGS["DATABASE_URL"]

    assert HIDDEN in str(SafeExceptionReporterFilter().get_safe_settings())
