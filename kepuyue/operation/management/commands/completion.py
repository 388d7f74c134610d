"""`kepuyue completion SHELL`: the script by which a shell completes our commands."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kepuyue.operation import manual


class Command(BaseCommand):
    help = "Write the script by which a shell completes commands and options to standard output."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shell", choices=manual.SHELLS)

    def handle(self, *, shell: str, **_options: Any) -> None:
        self.stdout.write(manual.completion(shell), ending="")
