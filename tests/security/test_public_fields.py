"""What leaves the house without a sign-in holds no field that the models call personal, but for those named here.

Every personal field of every row is marked with its own word; then all open pages, files and interfaces are read.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from kepuyue.activities.models import Activity, Speaker
from kepuyue.programme.open_data import packing
from tests.architecture.routes import Row, all_routes, read_table
from tests.architecture.world import World, a_world
from tests.security import planting

pytestmark = pytest.mark.django_db

WORD = re.compile(r"暗号(\d+)号")
# Made to be read by the public: an activity announces its speakers
PUBLIC = {
    "activities.Speaker.name", "activities.Speaker.introduction",
    # a topic names who answers, with consent; a question is shown once a moderator let it through, and what waits or
    # was refused is looked for in tests/programme/test_cloud.py
    "cloud.CloudItem.expert", "cloud.Question.answered_as", "cloud.Question.nickname", "cloud.Question.text",
    # who took a picture is named with it (著作权法第24条); only pictures cleared for the press carry it
    "publicity.PressPicture.credit",
}  # fmt: skip
# Shown to whoever holds the key that the address is, and to nobody else
BY_KEY = {"organizations:invitation", "activities:sign-off-page", "messaging:unsubscription"}
OPEN = [
    row
    for row in read_table()
    if row.method == "GET" and all_routes()[row.route].is_open and row.route not in BY_KEY
]
# The words of schema.org that a public activity's data block uses
IN_DATA_BLOCK = {
    "@context", "@type", "name", "url", "description", "inLanguage", "startDate", "endDate", "previousStartDate",
    "eventStatus", "eventAttendanceMode", "location", "organizer", "isAccessibleForFree", "subEvent", "address",
    "addressCountry", "addressLocality", "addressRegion", "streetAddress", "geo", "longitude", "latitude", "image",
}  # fmt: skip


@pytest.fixture(scope="module")
def marked(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, dict[int, str]]]:
    labels: dict[int, str] = {}

    def prepare(cast: Any) -> dict[str, Any]:
        planting.something_everywhere(cast)
        labels.update(mark())
        planting._index()
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as world:
        yield world, labels


def mark() -> dict[int, str]:
    """Write each personal field's word into every row; the fields by their numbers."""
    labels: dict[int, str] = {}
    for model in planting.own_models():
        personal = set(getattr(model, "personal_fields", ()))
        for field in planting.text_fields(model):
            if field.name not in personal or str(field) in PUBLIC:
                continue
            number = len(labels) + 1
            labels[number] = str(field)
            for row in model._default_manager.order_by("pk"):
                word = f"暗号{number}号{row.pk}"
                value = word
                if isinstance(field, models.JSONField):
                    before = getattr(row, field.name) or planting.TYPED.get(str(field), {"x": "x"})
                    value = planting.in_json(before, word, word)
                planting._written(model, row, {field.name: value})
    return labels


def said_in(answer: Any, labels: dict[int, str]) -> set[str]:
    text = answer.content.decode("utf-8", errors="replace")
    if "json" in answer.headers.get("Content-Type", ""):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return {labels[int(number)] for number in WORD.findall(text)}


@pytest.mark.parametrize("row", OPEN, ids=str)
def test_open_page_holds_no_personal_field(row: Row, marked: tuple[World, dict[int, str]]) -> None:
    world, labels = marked
    address = reverse(row.route, kwargs=world.samples[row.sample])

    for language in ("zh-hans", "en"):
        answer = world.answer("anonymous", "GET", address, headers={"accept-language": language})

        assert said_in(answer, labels) == set()


def test_the_open_data_hold_no_personal_field_inside_their_file(
    marked: tuple[World, dict[int, str]],
) -> None:
    """The route itself only says to wait; what it gives then is read here, file by file, speakers included."""
    world, labels = marked
    Speaker.objects.update(name="暗号9999号")
    file = io.BytesIO()
    packing.write(world.cast.edition, file)
    with zipfile.ZipFile(file) as package:
        files = {name: package.read(name).decode() for name in package.namelist()}

    assert Activity.objects.get(**world.samples["own-public"]).title in files["activities.csv"]
    for name, text in files.items():
        assert "暗号9999号" not in text, name
        assert {labels[int(number)] for number in WORD.findall(text)} == set(), name


def test_control_the_words_are_there_for_whoever_may_read_them(marked: tuple[World, dict[int, str]]) -> None:
    world, labels = marked
    page = world.answer("owner", "GET", reverse("activities:detail", kwargs=world.samples["own-draft"]))

    assert len(labels) > 20
    assert "activities.Activity.contact_phone" in said_in(page, labels)


def test_data_block_has_exactly_the_public_words(marked: tuple[World, dict[int, str]]) -> None:
    world, _labels = marked
    page = world.answer("anonymous", "GET", reverse("programme:activity", kwargs=world.samples["own-public"]))
    blocks = LexborHTMLParser(page.content.decode()).css('script[type="application/ld+json"]')

    assert blocks
    for block in blocks:
        assert keys(json.loads(block.text())) <= IN_DATA_BLOCK


def keys(value: Any) -> set[str]:
    """All names in a nested value."""
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in keys(part)}
    return {name for part in value for name in keys(part)} if isinstance(value, list) else set()
