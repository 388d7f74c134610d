"""What the documentation names exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.architecture.test_house import ROOMS, own_models

ROOT = Path(settings.PROJECT_ROOT)
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")]
TARGETS = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_document_names_only_what_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    commands = set(re.findall(r"(?:`|/bin/)kepuyue ([a-z][a-z-]+)", text))
    targets = set(re.findall(r"(?:`|^|\$ |=\S* )make ([a-z][a-z-]+)", text, re.MULTILINE))
    links = {link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}

    assert commands - set(get_commands()) == set()
    assert targets - TARGETS == set()
    assert {link for link in links if link and not (document.parent / link).exists()} == set()


def test_map_names_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    assert [room for room in ROOMS if not re.search(rf"\b{room}[/`]", text)] == []


def test_glossary_names_every_model() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    missing = [
        f"{model.__name__} {model._meta.verbose_name}"
        for model in own_models()
        if f"`{model.__name__}`" not in text or str(model._meta.verbose_name) not in text
    ]
    assert missing == []


def test_decisions_are_numbered_without_gaps_and_have_their_three_parts() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("0*.md"))

    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert [
            part for part in ("## Context", "## Decision", "## Consequences") if part not in text
        ] == [], path


def test_variables_named_in_the_settings_are_documented() -> None:
    settings_text = (ROOT / "kepuyue" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r'env_(?:text|flag|list|number)\(\s*"([A-Z_]+)"', settings_text))
    documented = " ".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert {name for name in named if name not in documented} == set()
