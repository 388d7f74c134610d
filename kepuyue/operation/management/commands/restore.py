"""`kepuyue restore FILE`: database, media and key of a backup in place of what is here."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from kepuyue.operation.backup.restoring import restore
from kepuyue.operation.management.commands.backup import (
    add_identity,
    identities,
    read_bar,
    told_as_exit_status,
)


class Command(BaseCommand):
    help = (
        "Put a backup in place, after reading all of it. Exit status: 0 restored, 1 the backup is broken, 2 refused. "
        "With 1 and 2 the database is as it was."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what kepuyue backup wrote")
        parser.add_argument("--replace", action="store_true", help="although there are data here: they go")
        add_identity(parser)
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what has to be done next."""
        with told_as_exit_status(), read_bar() as bar:
            done = restore(
                options["file"].absolute(),
                identities=identities(options),
                is_replacing=options["replace"],
                progress=bar.update,
            )
        if options["format"] == "json":
            self.stdout.write(json.dumps(done.__dict__, ensure_ascii=False))
            return
        self.stdout.write(
            _(
                "已恢复 %(made_at)s 的备份：%(tables)s 张表 %(rows)s 行"
                "，媒体 %(media)s 个，升级 %(migrations)s 步，用时 %(seconds)s 秒。"
            )
            % done.__dict__
        )
        self.stdout.write(_("请现在重新启动网站和后台进程：它们还记得恢复前的内容。"))
