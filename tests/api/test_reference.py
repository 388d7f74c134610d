"""The reference page speaks the reader's language, though the description is written in English."""

import re
from pathlib import Path

import polib
from django.conf import settings
from django.test import Client
from django.utils import translation
from ninja import Schema

from kepuyue.activities.models import BookingMode, Mode
from kepuyue.api import reference
from kepuyue.ui.templatetags import ui

CHINESE = Path(settings.PROJECT_ROOT) / "kepuyue" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def notes(language: str) -> list[str]:
    """All that the page says of the operations, each once, in their order."""
    with translation.override(language):
        rows = [row for _group, rows in reference.operations() for row in rows]
        lines = [line for row in rows for line in (*row.parameters, *row.sent, *row.answered)]
    said = [note for row in rows for note in row.notes] + [line.note for line in lines if line.note]
    return list(dict.fromkeys([*said, *(what for row in rows for _status, what in row.statuses)]))


def test_every_note_has_its_chinese_and_no_note_is_translated_for_nothing() -> None:
    file = polib.pofile(str(CHINESE))

    assert {one.msgid for one in file} == set(notes("en"))
    assert [one.msgid for one in file if not re.search(r"[\u4e00-\u9fff]", one.msgstr)] == []


def test_codes_in_a_note_are_the_same_in_both_languages() -> None:
    code = re.compile(r"`[^`]+`|\b[a-z]+_[a-z_]+\b|\b\d{3}\b")
    wrong = [
        one.msgid
        for one in polib.pofile(str(CHINESE))
        if not set(code.findall(one.msgid))
        <= set(code.findall(re.sub(r"([\u4e00-\u9fff，；。：、）])", r" \1 ", one.msgstr)))
    ]

    assert wrong == []


def test_the_page_says_them() -> None:
    """What readers get, by the compiled catalog and not its source: one that is older than its source is a fault."""
    in_english = [note for note in notes("zh-hans") if not re.search(r"[\u4e00-\u9fff]", note)]

    assert in_english == []
    assert "公开页面的网址" in notes("zh-hans")
    assert "Its public page" in notes("en")


def test_words_between_backticks_are_shown_as_code(client: Client, db: None) -> None:
    page = client.get("/api/").content.decode()

    assert "<code>sign-off-lapsed</code>" in page and "<code>missing</code>" in page
    assert "`" not in page


def test_a_text_with_code_is_escaped_and_a_lone_backtick_stays() -> None:
    assert ui.coded("`a<b` & c") == "<code>a&lt;b</code> &amp; c"
    assert ui.coded("a ` b") == "a ` b"


def test_what_a_unit_chooses_from_is_told_by_its_meaning() -> None:
    with translation.override("zh-hans"):
        rows = [row for _group, rows in reference.operations() for row in rows]
    [put] = [row for row in rows if row.method == "PUT"]
    said = {line.name: line.note for line in put.sent if not line.depth}

    assert said["mode"] and said["public_phone"]
    assert [value for value in BookingMode.values if f"{value}：" not in said["booking_mode"]] == []
    assert [value for value in Mode.values if f"{value}：" not in said["mode"]] == []


def test_no_two_shapes_share_a_name() -> None:
    """The library would describe one as the other."""
    names = [one.__name__ for one in shapes(Schema) if one.__module__.startswith("kepuyue.")]

    assert sorted(names) == sorted(set(names))


def shapes(parent: type) -> set[type]:
    return {one for child in parent.__subclasses__() for one in (child, *shapes(child))}
