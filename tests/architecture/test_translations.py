"""Every text is there in Chinese and in English, and the files say what the sources say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.PROJECT_ROOT)
ENGLISH = ROOT / "kepuyue" / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def test_every_text_has_its_english() -> None:
    file = polib.pofile(str(ENGLISH))
    empty = [entry.msgid for entry in file if not entry.obsolete and not entry.translated()]

    assert empty == []
    assert [entry.msgid for entry in file.fuzzy_entries()] == []


def test_translations_keep_every_placeholder() -> None:
    wrong = []
    for entry in polib.pofile(str(ENGLISH)):
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if not entry.obsolete and set(PLACEHOLDER.findall(entry.msgid)) != set(PLACEHOLDER.findall(text)):
                wrong.append(entry.msgid)

    assert wrong == []


def test_file_holds_exactly_the_texts_of_the_sources(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.fail("xgettext is missing. Install it: sudo apt-get install -y gettext")
    copy = tmp_path / "kepuyue"
    shutil.copytree(ROOT / "kepuyue", copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))

    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--locale",
        "en",
        "--no-obsolete",
        "--no-location",
    ]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env={"PATH": os.environ["PATH"]})

    found = {entry.msgid for entry in polib.pofile(str(copy / "locale/en/LC_MESSAGES/django.po"))}
    known = {entry.msgid for entry in polib.pofile(str(ENGLISH)) if not entry.obsolete}
    assert found - known == set(), "run: .venv/bin/kepuyue makemessages -l en, then translate"
    assert known - found == set(), "texts that nothing uses any more"
