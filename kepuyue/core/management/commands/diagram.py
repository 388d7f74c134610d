"""`kepuyue diagram`: the workflow tables of all rooms, drawn for the documentation."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from kepuyue.core.transitions import Table


def tables() -> list[Table]:
    """The workflow tables that stand in the rooms' `workflow` modules."""
    found = []
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.workflow"):
            module = import_module(f"{app.name}.workflow")
            found += [value for value in vars(module).values() if isinstance(value, Table)]
    return found


class Command(BaseCommand):
    help = "Draw every workflow table as a Mermaid diagram, on the screen or into a Markdown file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="for instance docs/workflows.md")

    def handle(self, *, file: Path | None, **_options: Any) -> None:
        text = "\n".join(
            ["# Workflows", "", "Drawn by `kepuyue diagram docs/workflows.md`.", *map(_section, tables())]
        )
        if file is None:
            self.stdout.write(text)
        else:
            file.write_text(text + "\n", encoding="utf-8")


def _section(table: Table) -> str:
    owners = [f"| {table.labels[state]} | `{state}` | {table.owners[state]} |" for state in table.owners]
    rows = ["| State | Code | Whose turn |", "|---|---|---|", *owners]
    return "\n".join(["", f"## {table.name}", "", "```mermaid", table.mermaid(), "```", "", *rows])
