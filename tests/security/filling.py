"""Finding the forms of the program by opening its pages, and filling them in."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import resolve, reverse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.world import World

GET = [row for row in read_table() if row.method == "GET"]
PEOPLE = ("owner", "district_reviewer", "office", "other_reviewer", "anonymous", "outsider")


def someone(row: Row) -> str | None:
    """A person who is served the page."""
    is_open = all_routes()[row.route].is_open
    return next(
        (name for name in PEOPLE if row.expected(name) == 200 and (is_open or name != "anonymous")), None
    )


def address_of(row: Row, world: World) -> str:
    return reverse(row.route, kwargs=world.samples[row.sample])


def is_page(answer: HttpResponse) -> bool:
    return answer.status_code < 300 and answer.headers.get("Content-Type", "").startswith("text/html")


def forms_of(page: str, address: str) -> Iterator[tuple[str, LexborNode]]:
    """Where each form that writes is sent, and the form."""
    for form in LexborHTMLParser(page).css("form"):
        if (form.attributes.get("method") or "get").lower() == "post":
            yield urlsplit(form.attributes.get("action") or address).path or address, form


def typed_into(form: LexborNode, text: str, *, seriously: bool) -> list[tuple[str, str]]:
    """The form filled in; `seriously` types dates and numbers where they are asked for, so that it may be taken."""
    sent = []
    for field in form.css("input, textarea, select, button[name]"):
        name, kind = field.attributes.get("name"), (field.attributes.get("type") or "").lower()
        given = field.attributes.get("value") or ""
        if not name or (kind in {"file", "submit", "button", "reset"} and field.tag != "button"):
            continue
        if field.tag == "select":
            options = [option.attributes.get("value") or "" for option in field.css("option")]
            given = next((value for value in options if value), "") if seriously else text
        elif kind in {"checkbox", "radio"}:
            given = (given or "on") if seriously else text
        elif field.tag == "textarea" or kind in {"", "text", "search", "tel"}:
            room = int(field.attributes.get("maxlength") or 0) or None
            given = text[:room] if seriously else text
        elif kind != "hidden" and field.tag != "button":
            sensible = {"date": "2024-09-21", "time": "10:00", "number": "60", "email": "kp@kp.example",
                        "url": "https://kp.example/\"'><kp-x>", "password": "moonlight-2024-school",
                        "datetime-local": "2024-09-21T10:00", "month": "2024-09"}  # fmt: skip
            given = sensible.get(kind, text) if seriously else text
        sent.append((name, given))
    return sent


def all_forms(world: World) -> Iterator[tuple[str, str, str, LexborNode]]:
    """Every form that writes, once: who is shown it, where it is sent, on which page, and the form itself."""
    known: set[tuple[str, tuple[str, ...]]] = set()
    for row in GET:
        person = someone(row)
        if person is None:
            continue
        address = address_of(row, world)
        answer = world.answer(person, "GET", address)
        if not is_page(answer):
            continue
        for target, form in forms_of(answer.content.decode(), address):
            names = tuple(sorted(field.attributes.get("name") or "" for field in form.css("[name]")))
            shape = (resolve(target).view_name, names)
            if shape not in known:
                known.add(shape)
                yield person, target, address, form
