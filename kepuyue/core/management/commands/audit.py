"""`kepuyue audit`: is the trail as it was written, and the trail as a file."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent, AuditSeal
from kepuyue.core.seals import Fault, Findings, Head


class Command(BaseCommand):
    """kepuyue audit verify|export"""

    help = "Check the chain over the audit trail, or write the trail into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="go along the whole chain; exit code 1 if it was touched")
        verify.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")
        verify.add_argument(
            "--expect",
            type=_head,
            metavar="POSITION:DIGEST",
            help="a head that was noted earlier; the chain must still hold it",
        )
        export = verbs.add_parser("export", help="all rows, oldest first, with their seals")
        export.add_argument("file", type=Path, nargs="?", help="default: the screen")
        export.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(options)

    def _verify(self, options: dict[str, Any]) -> None:
        as_json = options["format"] == "json"
        # The duty may be behind, or no worker may run: what is there is sealed first, then all is checked
        seals.seal_new()
        seals.seal_late()
        with tqdm(total=AuditSeal.objects.count(), unit="", disable=True if as_json else None) as bar:
            found = seals.verify(expect=options["expect"], progress=bar.update)
        self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False) if as_json else _as_text(found))
        if found.faults:
            raise CommandError(_("操作记录被动过。") if not as_json else "touched", returncode=1)

    def _export(self, options: dict[str, Any]) -> None:
        seals.seal_new()
        if options["file"] is None:
            self._write(self.stdout, options["format"])
            return
        with options["file"].open("w", encoding="utf-8", newline="") as file:
            self._write(file, options["format"])

    def _write(self, file: Any, kind: str) -> None:
        total = AuditEvent.objects.count()
        with tqdm(total=total, unit="", file=sys.stderr, disable=None) as bar:
            for line in seals.export_lines(AuditEvent.objects.all(), kind):
                file.write(line)
                bar.update()
        # Said beside the file, so that it can be noted where nobody who writes to the database gets at it
        self.stderr.write(
            _("此刻的链头：%(head)s。请记在别处，以后用 --expect 核对。") % {"head": seals.head()}
        )


def _head(text: str) -> Head:
    position, _colon, digest = text.partition(":")
    if not position.isdecimal() or len(digest) != len(seals.START):
        raise ValueError(text)
    return Head(int(position), digest)


def _as_json(found: Findings) -> dict[str, Any]:
    return {
        "head": str(found.head),
        "sealed": found.sealed,
        "waiting": found.waiting,
        "faults": [fault.__dict__ | {"row": _row(fault)} for fault in found.faults],
    }


def _row(fault: Fault) -> str:
    """The row as it reads now, where it still is there."""
    event = AuditEvent.objects.filter(pk=fault.event_id).first() if fault.event_id else None
    return f"{event} ({audit.action_name(event.action)})" if event else ""


def _as_text(found: Findings) -> str:
    says = {
        "changed": _("第%(place)s条（编号%(row)s）被改过：%(text)s"),
        "removed": _("第%(place)s条（编号%(row)s）被删除。"),
        "slipped-in": _("编号%(row)s是事后塞进来的：%(text)s"),
        "seal-missing": _("第%(place)s条的封存不见了。"),
        "cut-off": _("第%(place)s条与您记下的链头不一致：末尾被截断，或整条链被重做过。"),
    }
    lines = [
        says[fault.code] % {"place": fault.position, "row": fault.event_id, "text": _row(fault)}
        for fault in found.faults
    ]
    if not lines:
        lines = [_("操作记录完好：%(sealed)s条已封存。") % {"sealed": found.sealed}]
    return "\n".join([*lines, _("链头：%(head)s") % {"head": found.head}])
