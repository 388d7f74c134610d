"""The program `kepuyue`: every bulk job of the house, and Django's own commands.

An embedded (SQLite) database is made and brought up to date before a command needs it, so that one never
has to be told to "migrate first". A PostgreSQL database is migrated only by `kepuyue migrate`, because
several machines may share it.
"""

import os
import sys

# These neither need tables nor may wait for them
WITHOUT_DATABASE = {"migrate", "makemigrations", "makemessages", "compilemessages", "help", "--help", "-h",
                    "check", "collectstatic", "version", "--version", "sqlmigrate", "showmigrations", "test",
                    "diagram"}  # fmt: skip


def main() -> None:
    """Run `kepuyue COMMAND …`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    from django.core.management import execute_from_command_line  # settings must be named first

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in WITHOUT_DATABASE and not {"--help", "-h"} & set(sys.argv):
        _bring_embedded_database_up_to_date()
    execute_from_command_line(sys.argv)


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
