"""Make the databases of an earlier release that the upgrade drill starts from: `python -m scripts.previous COMMIT`.

Every table gets rows as today's samples have them, all is migrated back to the migrations of that commit, and the
rows are put into a schema that its migrations made. What comes out is two backups in tests/operation/previous/, one
of each kind of database (with DATABASE_URL of a PostgreSQL, for instance by `python -m scripts.postgres`, the one of
that kind). Run it when a release is made.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "operation" / "previous"


def main(commit: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from kepuyue.operation.backup.making import make
    from tests import cast as casting
    from tests.architecture.samples import samples
    from tests.security.planting import something_everywhere

    place = Path(tempfile.mkdtemp())
    settings.MEDIA_ROOT = place / "media"
    call_command("migrate", verbosity=0)
    cast = casting.assemble()
    samples(cast)
    something_everywhere(cast)
    executor = MigrationExecutor(connection)
    executor.migrate(_targets(executor, commit))
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(_in_a_schema_of_its_own(place / "old.sqlite3"))
        connection.close()
    file = FOLDER / f"{connection.vendor}.kepuyue"
    FOLDER.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    print(make(file, recipients=(), progress=lambda *_numbers: None))


def _targets(executor, commit):  # type: ignore[no-untyped-def]
    """The last migration of each room at that commit; of a room that was not there, none."""
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", commit, "kepuyue"], capture_output=True, text=True, check=True
    ).stdout
    names = re.findall(r"^kepuyue/(\w+)/migrations/(0\w+)\.py$", listed, re.MULTILINE)
    own = {app for app, _name in executor.loader.disk_migrations if f"kepuyue.{app}" in _installed()}
    newest = {app: max(name for room, name in names if room == app) for app, _name in names}
    return [(app, newest.get(app)) for app in sorted(own)]


def _installed() -> set[str]:
    from django.apps import apps

    return {config.name for config in apps.get_app_configs()}


def _in_a_schema_of_its_own(file: Path) -> Path:
    """The rows of the database in one that the migrations of the commit made, not their way back."""
    from django.db import connection, connections
    from django.db.migrations.executor import MigrationExecutor

    from kepuyue.operation.backup.databases import _tips

    now = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = [list(row) for row in cursor.fetchall()]
    connections.databases["old"] = {**connections.databases["default"], "NAME": str(file)}
    old = connections["old"]
    executor = MigrationExecutor(old)
    executor.migrate(_tips(executor, applied))
    with old.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute(f"ATTACH '{now}' AS filled")
        cursor.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'table'")
        for table, text in cursor.fetchall():
            if table.startswith(("sqlite_", "programme_terms")) or "VIRTUAL" in text:
                continue
            cursor.execute(f'PRAGMA main.table_info("{table}")')
            columns = ", ".join(f'"{row[1]}"' for row in cursor.fetchall())
            cursor.execute(f'DELETE FROM main."{table}"')
            cursor.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM filled."{table}"')
    old.close()
    return file


if __name__ == "__main__":
    main(sys.argv[1])
