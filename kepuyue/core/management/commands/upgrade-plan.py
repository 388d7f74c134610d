"""`kepuyue upgrade-plan`: which migrations are still to be applied, and whether hosts may serve meanwhile."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from kepuyue.core import upgrades


class Command(BaseCommand):
    help = (
        "Tell which migrations are still to be applied, and whether the code of before can serve meanwhile "
        "(else exit code 1)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *, format: str, **_options: Any) -> None:
        """Look; nothing is changed."""
        executor = MigrationExecutor(connection)
        graph = executor.loader.graph
        pending = [migration for migration, _backwards in executor.migration_plan(graph.leaf_nodes())]
        applied = [key for key in executor.loader.applied_migrations if key in graph.nodes]
        steps = upgrades.plan(
            pending, graph.make_state(nodes=applied) if applied else graph.make_state(nodes=[])
        )
        if format == "json":
            self.stdout.write(json.dumps([asdict(step) for step in steps], ensure_ascii=False))
        for step in steps if format == "text" else ():
            self.stdout.write(f"{'✗' if step.obstacles else '✓'} {step.app} {step.name}")
            for one in step.obstacles:
                self.stdout.write(f"    {one}")
            for table, why in step.waits:
                self.stdout.write(f"    … {table} ({_rows(table)} rows): writing waits while {why}")
        if any(step.obstacles for step in steps):
            raise CommandError(_("有的变更旧程序受不了：先停下全部网页和后台进程，再执行。"), returncode=1)
        if format == "text":
            self.stdout.write(_("旧程序可以照常运行，不用停机。") if steps else _("数据库已经是最新的。"))


def _rows(table: str) -> int | str:
    # Its name may be one that a step before gives it
    if table not in connection.introspection.table_names():
        return "?"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return int(cursor.fetchone()[0])
