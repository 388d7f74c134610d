"""A database that is away, or takes no writing: told as "not now", and looked for anew."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from kepuyue.core import database
from kepuyue.urls import handler500  # noqa: F401 (the resolver looks for it here)
from kepuyue.urls import urlpatterns as known


def caused(error: Error, cause: BaseException) -> Error:
    error.__cause__ = cause
    return error


def of_sqlite(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (OperationalError("server closed the connection unexpectedly"), True),
        (InterfaceError("connection already closed"), True),
        (caused(InternalError(), psycopg.errors.ReadOnlySqlTransaction()), True),
        (caused(OperationalError(), psycopg.errors.AdminShutdown()), True),
        (caused(OperationalError(), psycopg.errors.CannotConnectNow()), True),
        (caused(OperationalError(), psycopg.errors.TooManyConnections()), True),
        (caused(OperationalError(), psycopg.errors.DiskFull()), True),
        # What PgBouncer says where it found no server in time
        (caused(OperationalError(), psycopg.errors.ProtocolViolation()), True),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), False),
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), False),
        (caused(DataError(), psycopg.errors.NumericValueOutOfRange()), False),
        (caused(OperationalError(), of_sqlite("SQLITE_READONLY_DBMOVED")), True),
        (caused(OperationalError(), of_sqlite("SQLITE_FULL")), True),
        (caused(OperationalError(), of_sqlite("SQLITE_ERROR")), False),
        (IntegrityError("a constraint"), False),
        (ProgrammingError("no such table"), False),
        (OSError("the connection of something else"), False),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(error: Exception, is_away: bool) -> None:
    assert database.is_away(error) is is_away


def test_an_error_that_followed_from_the_servers_is_one_of_its() -> None:
    late = transaction.TransactionManagementError("the transaction cannot go on")
    late.__context__ = OperationalError("server closed the connection unexpectedly")

    assert database.is_away(late) and not database.is_away(None)


class Away:
    """What a page meets; set by the test."""

    error: Exception = OperationalError("server closed the connection unexpectedly")


@login_not_required
def falls(_request: HttpRequest) -> HttpResponse:
    raise Away.error


urlpatterns = [path("falls/", falls), path("api/v1/falls", falls), *known]


@pytest.fixture
def asked(settings: Any) -> Iterator[Client]:
    settings.ROOT_URLCONF = __name__
    yield Client(raise_request_exception=False)


@pytest.mark.django_db
def test_page_says_not_now_and_when_to_come_again(asked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked.get("/falls/")
    monkeypatch.setattr(Away, "error", ValueError("a fault of ours"))
    fault = asked.get("/falls/")

    assert (found.status_code, found["Retry-After"], found["Cache-Control"]) == (503, "2", "no-store")
    assert "请稍等片刻" in found.content.decode() and "A moment, please" in found.content.decode()
    assert (fault.status_code, "Retry-After" in fault) == (500, False)


@pytest.mark.django_db
def test_interface_says_it_as_a_problem(asked: Client) -> None:
    found = asked.get("/api/v1/falls", headers={"accept-language": "en"})

    assert (found.status_code, found["Retry-After"], found["Content-Type"]) == (
        503,
        "2",
        "application/problem+json",
    )
    assert found.json()["type"] == "not-yet" and found.json()["status"] == 503


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writing_is_away_and_its_connection_is_given_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if connection.vendor == "sqlite" else
                       "SET default_transaction_read_only = on")  # fmt: skip
        with pytest.raises(DatabaseError) as refused:
            cursor.execute("DELETE FROM django_session")

    assert database.is_away(refused.value)
    database.let_go()
    assert connection.connection is None
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


@pytest.mark.django_db
def test_a_connection_within_a_transaction_is_left_to_it() -> None:
    database.let_go()

    assert connection.connection is not None
