"""Hostile text typed into every form, hostile values in every query string and address: an answer, never a fault.

Forms are found by opening every page of the table of routes; parameters by looking at its forms and links.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from selectolax.lexbor import LexborHTMLParser

from tests import turns
from tests.architecture.routes import Row
from tests.architecture.world import World, a_world
from tests.security import corpus, planting
from tests.security.filling import GET, address_of, all_forms, is_page, someone, typed_into
from tests.security.reading import faults

pytestmark = pytest.mark.django_db

# In the gate one of these, the other one with another commit
KINDS_IN_THE_GATE = ("markup", "template")
# Already encoded, since some of it is no text at all
ODD = (
    "0", "-1", "99999999999999999999", "1e309", "NaN", quote("١٢"), quote("２０２４-０９-１４"), "%00", "%ED%A0%80", "%FF%FE",
    "W" * 4_000, "%5B%5D", "null", quote("' OR 1=1 --"), quote(corpus.KINDS["markup"][0]), "2024-02-30", "9999-12-31",
    "0000-00-00", "0001-01-01", quote("../../../etc/passwd"), quote("//evil.example/"), quote("javascript:kpx()"),
    quote("-password"), quote("organization__path"), quote("%(kp)s{0}{{ 640123|add:4 }}"), quote("\r\nX-Kp: 1"), "",
)  # fmt: skip
# Parameters that a page may know without showing them in a link
USUAL = ("page", "q", "sort", "order", "next", "show", "edition", "page_size", "district", "day", "month", "from", "to",
         "state", "unit", "date", "view", "step", "format", "kind", "since", "until", "code", "id", "key", "token")  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    def prepare(cast: Any) -> dict[str, Any]:
        planting.something_everywhere(cast)
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as found:
        yield found


# Forms


def test_forms_take_hostile_text_as_text(world: World, is_long: bool) -> None:
    kinds = list(corpus.names()) if is_long else turns.share(KINDS_IN_THE_GATE, 2)
    complaints: list[str] = []

    forms = list(all_forms(world))
    known = {target for _person, target, _address, _form in forms}
    for person, target, address, form in forms if is_long else turns.share(forms, 4):
        for kind in kinds:
            for seriously in (True, False):
                fields = typed_into(form, corpus.KINDS[kind][0], seriously=seriously)
                for fault in what_comes_of(world, person, target, fields, address):
                    complaints.append(f"{person} {target} on {address}, {kind}, {seriously}: {fault}")

    assert len(known) > 20
    assert not complaints, "\n".join(complaints)


def what_comes_of(
    world: World, person: str, target: str, fields: list[tuple[str, str]], came_from: str
) -> list[str]:
    """Send the form, go where it leads, look at the pages; all of it is undone."""
    client = world.client(person)
    found: list[str] = []
    with transaction.atomic():
        answer = client.post(
            target, urlencode(fields), "application/x-www-form-urlencoded", headers={"referer": came_from}
        )
        for _hop in range(3):
            if answer.status_code >= 500:
                found.append(f"answered {answer.status_code}")
            if not answer.streaming:
                found += faults(answer)
            place = answer.headers.get("Location", "")
            if not place:
                break
            if urlsplit(place).netloc:
                found.append(f"led away to {place}")
                break
            answer = client.get(place)
        transaction.set_rollback(True)
    return found


# Query strings and addresses


def parameters(page: str) -> set[str]:
    """The names that forms and links of the page put into query strings."""
    tree = LexborHTMLParser(page)
    names = {
        field.attributes["name"] or ""
        for form in tree.css("form")
        if (form.attributes.get("method") or "get").lower() == "get"
        for field in form.css("[name]")
    }
    for link in tree.css("[href], [hx-get]"):
        query = urlsplit(link.attributes.get("href") or link.attributes.get("hx-get") or "").query
        names |= {name for name, _value in parse_qsl(query, keep_blank_values=True)}
    return names


@pytest.mark.parametrize("row", GET, ids=str)
def test_odd_query_strings_are_answered(row: Row, world: World, is_long: bool) -> None:
    person = someone(row)
    if person is None:
        return
    address = address_of(row, world)
    page = world.answer(person, "GET", address)
    names = sorted({*USUAL, *(parameters(page.content.decode()) if is_page(page) else ())})
    values = ODD if is_long else ODD[GET.index(row) % 9 :: 9]

    for value in values:
        pairs = [f"{quote(name)}={value}" for name in names]
        for query in ("&".join(pairs + pairs), "&".join(pairs[::2])):
            answer = world.answer(person, "GET", f"{address}?{query}")
            assert answer.status_code < 500, f"{address}?…={value[:60]}"
            assert faults(answer) == [], f"{address}?…={value[:60]}"
            assert not urlsplit(answer.headers.get("Location", "")).netloc, f"{address}?…={value[:60]}"


@pytest.mark.parametrize("row", [row for row in GET if row.sample != "-"], ids=str)
def test_odd_addresses_are_not_found(row: Row, world: World, is_long: bool) -> None:
    usual = world.samples[row.sample]

    for name, usually in usual.items():
        for value in ODD[:12] + ODD[14:16]:
            known = reverse(row.route, kwargs=usual)
            address = re.sub(rf"(?<=[/.-]){usually}(?=[/.-]|$)", lambda _match, value=value: value, known)
            try:
                resolve(urlsplit(address).path)
            except Resolver404:
                continue
            assert address != known or str(usually) == value, f"{name} is not in {known}"
            status = world.ask("office", "GET", address, draws_all=is_long)
            assert status in {200, 302, 400, 401, 403, 404, 410, 422}, address


def test_control_a_fault_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With escaping broken, what is typed into a form is seen to come out of it."""
    monkeypatch.setattr("django.template.base.conditional_escape", lambda text: text)

    found = what_comes_of(
        world, "owner", reverse("activities:new"), [("title", corpus.KINDS["markup"][0] * 4)], "/"
    )

    assert found
