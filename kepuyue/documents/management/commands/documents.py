"""`kepuyue documents measure FILE`: a finished document against the figures of GB/T 9704-2012."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kepuyue.documents.measuring import Measured, Unreadable
from kepuyue.documents.measuring import pdf as pdf_files
from kepuyue.documents.measuring import word as word_files


class Command(BaseCommand):
    help = "Measure an official document (.docx or .pdf) against GB/T 9704-2012; exit status 1 where a figure is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["measure"])
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, what: str, file: Path, format: str, **_o: Any) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(
                _("读不了这个文件：%(why)s") % {"why": error.strerror}, returncode=2
            ) from error
        measure = pdf_files.measure if data.startswith(b"%PDF") else word_files.measure
        try:
            found = measure(data)
        except Unreadable as error:
            raise CommandError(str(error), returncode=2) from error
        if format == "json":
            self.stdout.write(json.dumps([_as_data(one) for one in found], ensure_ascii=False))
        else:
            for one in found:
                self.stdout.write(_as_line(one))
        if wrong := [one for one in found if not one.is_right]:
            raise CommandError(
                _("%(count)s项不符合标准：%(which)s")
                % {"count": len(wrong), "which": "、".join(one.figure.what for one in wrong)}
            )


def _as_data(one: Measured) -> dict[str, Any]:
    figure = one.figure
    return {
        "code": figure.code, "what": figure.what, "clause": figure.clause, "unit": figure.unit,
        "standard": figure.value, "tolerance": figure.tolerance, "found": one.found and round(one.found, 3),
        "is_right": one.is_right,
    }  # fmt: skip


def _as_line(one: Measured) -> str:
    figure = one.figure
    found = "—" if one.found is None else f"{one.found:.2f}"
    return f"{'✓' if one.is_right else '✗'} {figure.what}（{figure.clause}）：{figure.value:g}{figure.unit} → {found}"
