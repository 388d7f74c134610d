"""The upgrade drill: the database of an earlier release, restored by this program, keeps every row and file.

The backups in `previous/` were made by `scripts/previous.py`, with rows in every table that release had.
"""

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from kepuyue.operation.backup.restoring import restore

PREVIOUS = Path(__file__).parent / "previous"
# Written anew by a migration on purpose: {table: columns}
CHANGED = {"django_migrations": {"id"}}


@pytest.mark.django_db(transaction=True)
def test_database_of_the_previous_release_keeps_every_row(
    settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    file = PREVIOUS / f"{connection.vendor}.kepuyue"
    before, media = _held(file, tmp_path)
    call_command("flush", verbosity=0, interactive=False)

    done = restore(file, identities=(), is_replacing=True, progress=lambda *_numbers: None)

    call_command("migrate", check_unapplied=True, verbosity=0)
    assert done.migrations > 15
    lost = {}
    for table, (columns, rows) in before.items():
        now = _rows(table, columns)
        if missing := [row for row in rows if row not in now]:
            lost[table] = missing[:2]
    assert lost == {}
    assert sum(len(rows) for _columns, rows in before.values()) > 1_000
    assert {name: default_storage.size(name) for name in media} == media
    assert client.get("/healthz").status_code == 200


def test_no_migration_bars_the_way_back() -> None:
    barred = [
        f"{app}.{name}: {operation}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if migration.__module__.startswith("kepuyue.")
        for operation in migration.operations
        if not operation.reversible
    ]

    assert barred == []


def _held(file: Path, place: Path) -> tuple[dict[str, tuple[list[str], list[str]]], dict[str, int]]:
    """What the backup holds: {table: (columns that are still there, rows of them)}, and its files."""
    with tarfile.open(file) as tar:
        tar.extractall(place / "held", filter="data")
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    media = {
        part["name"].removeprefix("media/"): part["size"]
        for part in manifest["parts"]
        if part["name"].startswith("media/")
    }
    held = {}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table, facts in manifest["tables"].items():
            assert table in there, f"{table} is gone"
            now = {one.name for one in connection.introspection.get_table_description(cursor, table)}
            if connection.vendor == "sqlite":
                copy = sqlite3.connect(place / "held/database/kepuyue.sqlite3")
                old = [row[1] for row in copy.execute(f'PRAGMA table_info("{table}")')]
                columns = [name for name in old if name in now and name not in CHANGED.get(table, ())]
                chosen = ", ".join(f'"{name}"' for name in columns)
                rows = [repr(row) for row in copy.execute(f'SELECT {chosen} FROM "{table}"')]
                copy.close()
            else:
                old = facts["columns"]
                columns = [name for name in old if name in now and name not in CHANGED.get(table, ())]
                lines = (place / f"held/database/{table}.copy").read_text("utf-8").splitlines()
                places = [old.index(name) for name in columns]
                rows = ["\t".join(line.split("\t")[at] for at in places) for line in lines]
            held[table] = (columns, rows)
    return held, media


def _rows(table: str, columns: list[str]) -> set[str]:
    chosen = ", ".join(map(connection.ops.quote_name, columns))
    asked = f"SELECT {chosen} FROM {connection.ops.quote_name(table)}"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Past the framework's conversions, as the earlier rows are read
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as copy:
                return {repr(row) for row in copy.execute(asked)}
        with cursor.copy(f"COPY ({asked}) TO STDOUT") as source:
            text = b"".join(bytes(data) for data in source).decode()
    return set(text.splitlines())
