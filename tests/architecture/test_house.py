"""The house as `docs/architecture.md` describes it: rooms and their order, tables of states, names, sizes of pages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.template import engines

from kepuyue.core.management.commands.diagram import tables
from kepuyue.core.transitions import Table

ROOT = Path(settings.PROJECT_ROOT)
PACKAGE = ROOT / "kepuyue"
ROOMS = sorted(folder.name for folder in PACKAGE.iterdir() if (folder / "apps.py").exists())
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))


def test_rooms_import_only_downwards() -> None:
    answer = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert answer.returncode == 0, answer.stdout


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_say_what_they_do() -> None:
    named_by_machine = [
        path.name
        for path in PACKAGE.glob("*/migrations/0*.py")
        if re.search(r"_auto_|_(alter|add|remove|rename|delete)_\w+_and_more", path.name)
    ]

    assert named_by_machine == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_state_has_an_owner_and_a_label(table: Table) -> None:
    states = {source for source, _verb in table.moves} | set(table.moves.values())

    assert states <= set(table.owners)
    assert set(table.owners) <= set(table.labels)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_workflow_diagrams_are_those_of_the_tables(table: Table) -> None:
    drawn = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")

    assert table.mermaid() in drawn, "run: .venv/bin/kepuyue diagram docs/workflows.md"


# A field with such a name is about a person, unless the model is of something else that has a name
PERSONAL = re.compile(r"^(email|phone|mobile|contact_name|contact_phone|emergency_contact|id_number|birth\w*|wechat|"
                      r"real_name|password|content_lead|content_signoff|actor_name|to)$")  # fmt: skip
# Kept although it names a person, and why
KEPT = {
    "editions.Edition": "the office's number, printed for all to call",
    "core.AuditEvent": "the trail has to stay readable; it copies a name and no address",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("kepuyue.")]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_personal_fields_are_declared(model: type[models.Model]) -> None:
    fields = {field.name for field in model._meta.get_fields() if isinstance(field, models.Field)}
    looks_personal = {name for name in fields if PERSONAL.match(name)}
    declared = set(getattr(model, "personal_fields", ()))

    assert declared <= fields
    assert model._meta.label in KEPT or looks_personal <= declared


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_models_have_a_chinese_name_in_their_docstring_and_meta(model: type[models.Model]) -> None:
    assert re.search(r"[\u4e00-\u9fff]", str(model._meta.verbose_name))
    assert re.match(r"[\u4e00-\u9fff]", (model.__doc__ or "").strip()), (
        "begin the docstring with the Chinese name"
    )


def test_no_module_is_called_by_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "misc", "services", "managers", "base", "lib"}
    found = [path for path in PACKAGE.rglob("*.py") if path.stem in nothing or path.parent.name in nothing]

    assert found == []


def test_modules_and_rooms_say_what_they_are() -> None:
    silent = [
        room for room in ROOMS if not (PACKAGE / room / "__init__.py").read_text(encoding="utf-8").strip()
    ]

    assert silent == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_template_compiles_and_holds_no_style_or_script_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    name = str(template).partition("/templates/")[2]

    engines["django"].get_template(name)

    assert not re.search(r"\sstyle\s*=", text), "styles stand in kepuyue/ui/static"
    assert not re.search(r"<style\b|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not [
        tag for tag in re.findall(r"<script\b[^>]*>", text) if "src=" not in tag and "json" not in tag
    ]


def tracked_files() -> Iterator[Path]:
    """What is in version control; outside a clone, what lies in the project's own folders."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if answer.returncode == 0 and answer.stdout:
        yield from (ROOT / name for name in answer.stdout.split("\0") if name)
        return
    for folder in ("kepuyue", "tests", "scripts", "docs", "frontend", "bench"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file())


def test_no_file_leans_on_one_machine() -> None:
    machine = re.compile(
        "|".join((r"/wo" + r"rk/\w", r"/ho" + r"me/\w+/", r"/Us" + r"ers/\w+/", r"\.\./sha" + r"red"))
    )
    found = []
    for path in tracked_files():
        if path.suffix in {".png", ".jpg", ".webp", ".mo"} or not path.exists():
            continue
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if machine.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")

    assert found == []
