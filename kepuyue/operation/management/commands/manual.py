"""`kepuyue manual [FILE]`: the manual page, written from the commands themselves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from kepuyue.operation import manual


class Command(BaseCommand):
    help = "Write the manual page (read it with: man -l FILE)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="for instance docs/kepuyue.1; default: the screen"
        )

    def handle(self, *, file: Path | None, **_options: Any) -> None:
        if file is None:
            self.stdout.write(manual.page(), ending="")
        else:
            file.write_text(manual.page(), encoding="utf-8")
