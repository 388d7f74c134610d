"""The program `kepuyue`: every bulk job of the house, and Django's own commands.

An embedded (SQLite) database is made and brought up to date before a command needs it, so that one never
has to be told to "migrate first". A PostgreSQL database is migrated only by `kepuyue migrate`, because
several machines may share it.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

# These neither need tables nor may wait for them
WITHOUT_DATABASE = {"migrate", "makemigrations", "makemessages", "compilemessages", "help", "--help", "-h",
                    "check", "collectstatic", "version", "--version", "sqlmigrate", "showmigrations", "test",
                    "diagram", "upgrade-plan", "completion", "manual",
                    # A backup is taken of the database as it is, before an upgrade too
                    "backup"}  # fmt: skip


def main() -> None:
    """Run `kepuyue COMMAND …`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    from django.core.management import execute_from_command_line  # settings must be named first

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "serve":
        _share_measurements()
    if command not in WITHOUT_DATABASE and not {"--help", "-h"} & set(sys.argv):
        _bring_embedded_database_up_to_date()
        if command == "serve":
            _refuse_demonstration_in_earnest()
    execute_from_command_line(sys.argv)


def _share_measurements() -> None:
    """Give the web processes a place where each counts and all are read; before anything that counts is imported.

    In memory where there is such a folder: a count that cannot be written would end the process on a full disk.
    """
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
    home = memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    for left in home.glob("kepuyue-metrics-*-*"):
        # What a server that was killed could not clear
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    place = tempfile.mkdtemp(prefix=f"kepuyue-metrics-{os.getpid()}-", dir=home)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = place
    owner = os.getpid()

    def clear() -> None:
        # A process that was forked off ends too, and leaves it to the others
        if os.getpid() == owner:
            shutil.rmtree(place, ignore_errors=True)

    atexit.register(clear)


def _refuse_demonstration_in_earnest() -> None:
    """Outside its mode nothing of the demonstration exists, so a database that holds it is not served."""
    from django.conf import settings

    from kepuyue.activities.models import Activity, Origin

    if not settings.DEMO and Activity.objects.filter(origin=Origin.DEMO).exists():
        sys.exit(
            "这个数据库里有演示内容，不能正式使用。请用 DATA_DIR 或 DATABASE_URL 指向另一个数据库；"
            "要看演示，请用 make run。\n"
            "This database holds demonstration content and is not served in earnest. Point DATA_DIR or DATABASE_URL "
            "to another one, or start the demonstration with make run."
        )


def _bring_embedded_database_up_to_date() -> None:
    import django  # after the settings are named

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    if not settings.IS_SQLITE:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


if __name__ == "__main__":
    main()
