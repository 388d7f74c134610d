"""What a person comes upon by following links holds nothing of units that are none of their business.

Each unit's rows are marked with its own word, by looking at the models; everybody then opens all that links lead to, from
the desk and from the front page, and so do lists and exports that are added later.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import models
from django.urls import Resolver404, resolve
from selectolax.lexbor import LexborHTMLParser

from kepuyue.accounts.models import User
from kepuyue.activities.models import PUBLIC_STATES, Activity
from kepuyue.editions.models import Booth
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may
from kepuyue.publicity.models import Coverage, Story
from tests.architecture.world import World, a_world
from tests.cast import Cast
from tests.security import planting

pytestmark = pytest.mark.django_db

WORD = re.compile(r"暗号(\d+)号")
# From a row to its unit: what a superior says of an activity is the activity's unit's to read
WAYS = (
    "activity__organization",
    "submission__activity__organization",
    "review__submission__activity__organization",
    "batch__organization",
    "organization",
    "unit",
)
# Offered to all units on purpose, or shown to the public
OPEN_ROOMS = ("resources", "programme")
MOST_PAGES = 60


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    def prepare(cast: Cast) -> dict[str, Any]:
        planting.something_everywhere(cast)
        mark()
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as found:
        yield found


def mark() -> int:
    """Write each unit's word into what only its own people, and those above, may read; how many rows took it."""
    marked = 0
    # What is gathered from other cities was public there before it came
    elsewhere = set(
        Organization.objects.filter(level=Organization.Level.ELSEWHERE).values_list("pk", flat=True)
    )
    for model in planting.own_models():
        if model._meta.app_label in OPEN_ROOMS or model in (Organization, User):
            continue
        way = _way_to_unit(model)
        if way is None:
            continue
        for row in model._default_manager.order_by("pk"):
            unit = model._default_manager.filter(pk=row.pk).values_list(way, flat=True).first()
            if unit is None or unit in elsewhere or _is_public(row):
                continue
            word = f"暗号{unit}号"
            values = {
                field.name: planting.in_json(getattr(row, field.name), word, word)
                if isinstance(field, models.JSONField)
                else word
                for field in planting.text_fields(model)
                if not isinstance(field, models.URLField | models.EmailField)
                and (field.max_length is None or field.max_length >= 20)
                and field.name != "city"
            }
            marked += len(planting._written(model, row, values))
    return marked


def _way_to_unit(model: type[models.Model]) -> str | None:
    for way in WAYS:
        try:
            model._default_manager.filter(**{f"{way}__isnull": False}).exists()
        except Exception:
            continue
        return way
    return None


def _is_public(row: models.Model) -> bool:
    """Published activities and what hangs on them are for all to read, and what the press is given."""
    if isinstance(row, Booth):
        return True
    if isinstance(row, Story):
        return row.is_shown
    if isinstance(row, Coverage):
        return row.state == Coverage.State.CONFIRMED
    activity = row if isinstance(row, Activity) else getattr(row, "activity", None)
    return isinstance(activity, Activity) and activity.state in PUBLIC_STATES


def pages_of(world: World, person: str) -> Iterator[tuple[str, str]]:
    """Every page and file that links lead to, with what it says: each route with two of its samples at most."""
    client, waiting, seen = world.client(person), ["/desk/", "/"], set()
    visits: dict[str, int] = {}
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        path = urlsplit(address).path
        try:
            name = resolve(path).view_name
        except Resolver404:
            continue
        visits[name] = visits.get(name, 0) + 1
        if address in seen or visits[name] > 6 or name == "account_logout":
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode("utf-8", errors="replace")
        yield address, text
        if answer.headers["Content-Type"].startswith("text/html"):
            tree = LexborHTMLParser(text)
            for link in tree.css("a[href], [hx-get]"):
                target = link.attributes.get("href") or link.attributes.get("hx-get") or ""
                parts = urlsplit(target)
                if not parts.netloc and parts.scheme in ("", "http", "https"):
                    where = parts.path or path
                    waiting.append(f"{where}?{parts.query}" if parts.query else where)


PEOPLE = ("owner", "district_reviewer", "other_reviewer", "check_in", "colleague", "department_reviewer", "outsider",
          "anonymous")  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_that_links_lead_to_hold_nothing_of_others(person: str, world: World) -> None:
    user = world.cast.people()[person]
    units = {unit.pk: unit for unit in Organization.objects.all()}
    found, opened = [], 0

    for address, text in pages_of(world, person):
        opened += 1
        for number in set(WORD.findall(text)):
            unit = units[int(number)]
            if user is None or not may(User.objects.get(pk=user.pk), "unit.see", unit):
                around = text[max(0, text.index(f"暗号{number}号") - 300) :][:330]
                found.append(f"{address} shows something of {unit}: {around}")

    assert opened > 5
    assert not found, "\n".join(found)


def test_control_the_office_and_the_own_people_come_upon_the_words(world: World) -> None:
    """What could leak is there, and is found by whoever may read it."""
    words = {
        person: {word for _address, text in pages_of(world, person) for word in WORD.findall(text)}
        for person in ("office", "owner")
    }

    assert str(world.cast.far_unit.pk) in words["office"]
    assert words["owner"] == {str(world.cast.own_unit.pk)}
