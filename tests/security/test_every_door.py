"""Rules that hold at every address for people whom the table of routes does not name, and for every verb.

They lean on `tests/architecture/routes.txt`: what the owner is answered of the own unit, the owner of the far unit is
answered of the far one; whoever lost a role is a stranger; and so on. A new route is held to them by its row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.world import World
from tests.cast import Edge

pytestmark = pytest.mark.django_db

ROWS = read_table()
READ = {row.route: row for row in ROWS if row.method == "GET"}
SENT = [row for row in ROWS if row.method == "POST"]
UNUSED = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
# A view says which verbs it takes, or takes no such question, or wants to know who asks
OPTIONS_ANSWERED = {200, 302, 403, 404, 405}
# Samples that are nobody's in particular, or that are public; whatever else is sampled belongs to a unit
FOR_ALL = {
    "-",
    "own-public",
    "own-public-ics",
    "feed-ics",
    "feed-atom",
    "feed-json",
    "feed-xml",
    "feed-csv",
    "feed-xlsx",
    "venue",
    "sitemap-part",
    "picture-of-public",
    "paper",
    "day",
    "district",
    "department",
    "mark-public",
    # A format; what is in the table is what its reader sees
    "coverage-table",
    "cover-public",
    "accent",
    # Links that are keys: whoever holds one is let in by it
    "key",
    "token",
    "unsubscribe",
    "invitation-link",
    "sign-off-key",
    # What a program asks about has an owner whom its token names
    "program-key",
    "program-session",
}
# A file that is asked for and is not there yet is made in the background; that a table left the house is recorded
MADE_ON_ASKING = {
    "programme:handbook-pdf": ("programme_output", "django_tasks_database_dbtaskresult"),
    "programme:open-data-file": ("programme_output", "django_tasks_database_dbtaskresult"),
    "publicity:key-table": ("core_auditevent",),
    # Who reads first what was noted as changed gives it its place in the order of changes
    "api:programme-changes": ("programme_publicchange",),
    # Whoever looks at personal data of others is written down
    **dict.fromkeys(
        ("bookings:list", "bookings:export", "bookings:booking", "bookings:door-carried"),
        ("core_auditevent",),
    ),
}
# What is for everybody though it belongs to a unit
PUBLIC_PAGES = {
    "programme:unit", "editions:main-venue-plan", "programme:cloud-item", "programme:cloud-feed", "programme:cloud-question",
    "programme:press-story", "programme:press-picture", "api:admission", "api:bookings",
    "bookings:draw", "bookings:feedback", "programme:booking", "programme:ticket", "programme:ticket-code",
    "programme:ticket-cancellation", "programme:ticket-acceptance", "programme:ticket-seats", "programme:ticket-roster",
    "programme:ticket-calendar", "programme:my-bookings-appeal", "summaries:public-photos", "summaries:public-photo",
    "evaluation:notice", "evaluation:honors", "insight:release",
    "cloud:openings",
}  # fmt: skip
# An address that names nothing of a unit's: what is shown there is the reader's own
OF_NO_UNIT = {"-", "coverage-table", "release"}
# What is offered to one person by name
PERSONAL = {"handover-own"}
# What one unit asks of another belongs to both: the table says who of the cast sees it, and strangers stay strangers
BETWEEN_UNITS = "resources:"
# Reading writes there, and why
WRITES_ON_READING = {
    "django_session": "the person's own session",
    "messaging_message": "what was seen is marked as read",
    "accounts_tries": "tries of a key are counted, so that nobody can try them all",
    "activities_looking": "colleagues see who is looking at a submission just now",
}
# Taken without a token: the interface only reads, or takes a key of its own that no browser sends by itself; two only set a cookie of the reader's own, and a mail program ends
# a subscription by the signed address alone (RFC 8058)
SIGNED = {"messaging:unsubscription"}
# Kept for all before it opens; what is sent counts by its own key and place in the queue (docs/adr/0025)
COUNTED_BY_KEY = {"programme:booking"}
WITHOUT_TOKEN = {
    *SIGNED,
    *COUNTED_BY_KEY,
    "api:openapi-json",
    "api:activities",
    "api:activity",
    "api:programme-changes",
    "api:api-root",
    # The interface takes a token of its own kind, in a header
    "api:editions",
    "api:districts",
    "api:terms",
    "api:units",
    "api:indicators",
    "api:figures",
    "api:unit",
    "api:unit-activities",
    "api:unit-activity",
    "api:unit-bookings",
    "api:unit-summaries",
    "api:unit-figures",
    "api:unit-pictures",
    "api:unit-picture",
    "api:unit-sign-off",
    "api:unit-sign-off-link",
    "api:unit-submission",
    "api:unit-withdrawal",
    "api:unit-cancellation",
    "api:unit-session-cancellation",
    "api:unit-session-postponement",
    "api:admission",
    "api:bookings",
    "ui:display",
    "ui:set_language",
    "cloud:openings",
    "demo:stage",
}


def address_of(row: Row, world: World) -> str:
    return reverse(row.route, kwargs=world.samples[row.sample])


def with_lines(route: str, method: str, sample: str, typed: str) -> Row | None:
    """The table's first line for this question."""
    asked = (route, method, sample, typed)
    return next((row for row in ROWS if (row.route, row.method, row.sample, row.typed) == asked), None)


def mirrored(row: Row) -> Row | None:
    """The line that asks of the own unit what this one asks of the far unit."""
    names = {
        row.sample.replace("far", "own"),
        {"far-waiting": "own-waiting", "submission-far": "submission-waiting"}.get(row.sample, row.sample),
    }
    return next(
        (
            found
            for name in names - {row.sample}
            if (found := with_lines(row.route, row.method, name, row.typed))
        ),
        None,
    )


def expected(row: Row, edge: Edge) -> int | None:
    """What the table implies for somebody at an edge; None where it implies nothing."""
    if edge.as_near == "anonymous" and not all_routes()[row.route].is_open:
        return 302
    concerns_the_cast = row.route.startswith(BETWEEN_UNITS) or row.sample in PERSONAL
    if concerns_the_cast and edge.as_near not in ("anonymous", "outsider"):
        return None
    if row.sample in OF_NO_UNIT and edge.at_large and not concerns_the_cast:
        return row.expected(edge.at_large)
    if edge.as_far and "far" in row.sample:
        own = mirrored(row)
        return own.expected(edge.as_far) if own else None
    return row.expected(edge.as_near)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_people_at_the_edges_are_answered_by_the_rules(
    row: Row, world: World, edges: dict[str, Edge], is_long: bool
) -> None:
    # In the gate each line is asked by every third of them, another third at the next line
    names = list(edges) if is_long else list(edges)[ROWS.index(row) % 3 :: 3]
    wanted = {name: answer for name in names if (answer := expected(row, edges[name])) is not None}

    address = address_of(row, world)
    found = {name: world.ask(name, row.method, address, row.typed, draws_all=is_long) for name in wanted}

    assert found == wanted


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        if not (row.sample in FOR_ALL or row.route in PUBLIC_PAGES or row.route.startswith(BETWEEN_UNITS))
    ],
    ids=str,
)
def test_what_belongs_to_a_unit_is_for_nobody_without_a_role(row: Row) -> None:
    """The table itself may not say otherwise: a stranger, a neighbour or the other district is let in nowhere."""
    assert {row.expected(person) for person in ("outsider", "department_reviewer")} <= {
        401,
        403,
        404,
        405,
        410,
    }


# The root of the interface, a name for where its addresses begin: whatever is asked there, nothing is there
NOTHING_THERE = {"api:api-root"}


@pytest.mark.parametrize("route", sorted(all_routes()))
def test_verbs_that_nobody_asked_for_are_refused(route: str, world: World) -> None:
    row = READ.get(route) or next(row for row in ROWS if row.route == route)
    address = address_of(row, world)
    unused = set(UNUSED) - {row.method for row in ROWS if row.route == route}

    for person in ("anonymous", "office"):
        with only_reading():
            answers = {verb: world.ask(person, verb, address) for verb in unused}
            asked = world.answer(person, "OPTIONS", address)

        assert answers == dict.fromkeys(unused, 404 if route in NOTHING_THERE else 405)
        assert asked.status_code in OPTIONS_ANSWERED


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_reading_writes_nothing_and_head_is_get(row: Row, world: World) -> None:
    address = address_of(row, world)

    for person in readers(row):
        with only_reading(*MADE_ON_ASKING.get(row.route, ())):
            get, head = world.answer(person, "GET", address), world.answer(person, "HEAD", address)

        assert (head.status_code, head.content) == (get.status_code, b""), person
        assert list(told_wrongly(get, row, person)) == [], person


def told_wrongly(answer: Any, row: Row, person: str) -> Iterator[str]:
    """What browsers are told of an answer that they should not be, or are not told that they should be."""
    headers, kind = answer.headers, answer.headers.get("Content-Type", "")
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "a browser may guess another type"
    policy = headers.get("Content-Security-Policy", "")
    if "frame-ancestors 'none'" not in policy and row.route != "programme:widget":
        yield f"others may frame it: {policy}"
    if answer.content and (not kind or (kind.startswith("text/") and "charset=" not in kind)):
        yield f"without a kind or a charset: {kind}"
    open_to_all = all_routes()[row.route].is_open
    if "Access-Control-Allow-Origin" in headers and (
        not open_to_all
        or headers["Access-Control-Allow-Origin"] != "*"
        or "Access-Control-Allow-Credentials" in headers
    ):
        yield "other sites may read it"
    if person == "anonymous" or answer.status_code != 200 or open_to_all:
        return
    kept = headers.get("Cache-Control", "")
    if not {"private", "no-store"} & set(kept.replace(",", " ").split()) and row.sample not in FOR_ALL:
        yield f"a shared cache may keep it: {kept}"
    if row.route in SHOW_PEOPLE and "no-store" not in kept:
        yield f"a browser keeps what it shows of people: {kept}"
    if b"<html" in answer.content and reverse("account_logout").encode() not in answer.content:
        yield "no way to sign out in sight"


# Pages that show people who book, who are asked to answer, or the account itself: no browser keeps them
SHOW_PEOPLE = {
    "account", "bookings:list", "bookings:booking", "bookings:export", "bookings:proxy", "bookings:blocks", "bookings:doors",
    "bookings:door", "bookings:door-carried", "organizations:liaisons", "organizations:liaisons-export",
}  # fmt: skip


@pytest.mark.parametrize("row", [row for row in SENT if row.route not in WITHOUT_TOKEN], ids=str)
def test_form_without_its_token_is_refused(row: Row, world: World) -> None:
    client = world.client("office", enforce_csrf_checks=True)

    with only_reading():
        answer = client.post(address_of(row, world), row.typed, "application/x-www-form-urlencoded")

    assert answer.status_code == 403


def test_views_without_token_are_these_and_no_others() -> None:
    free = {name for name, route in all_routes().items() if getattr(route.view, "csrf_exempt", False)}

    assert free <= WITHOUT_TOKEN


def readers(row: Row) -> list[str]:
    """Up to two people who get the page, and the visitor."""
    served = [
        name for name in ("office", "owner", "district_reviewer", "outsider") if row.expected(name) == 200
    ]
    return [*served[:2], "anonymous"]


class WroteSomething(AssertionError):
    """A statement that changes a row, where only reading was expected."""


@contextmanager
def only_reading(*also: str) -> Iterator[None]:
    """Any statement that writes a row fails, but for those that `WRITES_ON_READING` explains, or to the tables `also`."""
    written: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb, _space, rest = sql.lstrip().partition(" ")
        writes = verb.upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE"}
        if writes and not any(f'"{table}"' in rest for table in (*WRITES_ON_READING, *also)):
            written.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    if written:
        raise WroteSomething("\n".join(written))


def test_control_a_write_is_noticed(world: World) -> None:
    with pytest.raises(WroteSomething), only_reading():
        world.answer("office", "POST", reverse("account_logout"))
        world.cast.own_unit.save()


def test_control_sessions_are_of_the_people_at_the_edges(world: World, edges: dict[str, Edge]) -> None:
    """Everybody but who is switched off is really signed in: otherwise the rules above would hold by themselves."""
    signed_in = {
        name for name in edges if world.ask(name, "GET", reverse(settings.LOGIN_REDIRECT_URL)) == 200
    }

    assert signed_in == set(edges) - {"signed_off"}
