"""The terms of the search index: a full-text table on SQLite, an indexed vector column on PostgreSQL."""

from typing import Any

from django.db import migrations

# `ascii` takes every character above 127 as part of a word, whatever Unicode version SQLite knows
SQLITE = [
    "CREATE VIRTUAL TABLE programme_terms USING fts5("
    "title, units, places, text, tokenize = \"ascii tokenchars '_~'\", detail = column, prefix = '1 3')"
]
POSTGRESQL = [
    "ALTER TABLE programme_indexedactivity ADD COLUMN terms tsvector",
    "CREATE INDEX programme_terms ON programme_indexedactivity USING gin (terms)",
]


def make(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unmake(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE programme_indexedactivity DROP COLUMN terms")
    else:
        schema_editor.execute("DROP TABLE programme_terms")


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_index")]
    operations = [migrations.RunPython(make, unmake)]
