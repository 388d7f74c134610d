"""`kepuyue bookings`: what is kept of people and erasing it; a draw done again from its file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.bookings import drawing, retention
from kepuyue.bookings.actions import erasing
from kepuyue.editions.models import Edition

FAULTS = {
    "commitment": gettext_lazy("种子与事先公布的承诺不符。"),
    "entries": gettext_lazy("名单与它的摘要不符。"),
    "numbers": gettext_lazy("名单里有重复的报名号。"),
    "result": gettext_lazy("结果与重算的不同。"),
}


class Command(BaseCommand):
    """kepuyue bookings erase|draw"""

    help = "Bookings: erase names and numbers whose time is over; do a draw by lot again from its file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        erase = verbs.add_parser("erase", help="erase what is due, then say what is left and why")
        erase.add_argument("--dry-run", action="store_true", help="only say what is left and why")
        erase.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")
        draw = verbs.add_parser(
            "draw", help="do a draw again from its file; exit code 1 where it does not hold"
        )
        draw.add_argument(
            "--verify", type=Path, required=True, metavar="FILE", help="as the public page gives it"
        )
        draw.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(options)

    def _erase(self, options: dict[str, Any]) -> None:
        erased = 0
        while not options["dry_run"] and (batch := erasing.erase_old()):
            erased += batch
        reports = [retention.report(edition) for edition in Edition.objects.live()]
        if options["format"] == "json":
            data = {"erased_now": erased, "editions": [one.as_data for one in reports]}
            self.stdout.write(json.dumps(data, ensure_ascii=False))
            return
        self.stdout.write(_("本次删除%(count)s条。") % {"count": erased})
        for one in reports:
            self.stdout.write(
                _(
                    "%(edition)s（保存%(days)s天）：未结束%(to_come)s条，保存期内%(within)s条，"
                    "到期待删%(due)s条，已删%(erased)s条。"
                )
                % {
                    "edition": one.edition, "days": one.kept_days, "to_come": one.to_come, "within": one.within,
                    "due": one.due, "erased": one.erased,
                }
            )  # fmt: skip

    def _draw(self, options: dict[str, Any]) -> None:
        try:
            draw, stated = drawing.read(options["verify"].read_bytes())
        except (OSError, drawing.Unreadable) as error:
            why = _("读不了这个文件：%(file)s（%(why)s）") % {"file": options["verify"], "why": error}
            raise CommandError(why, returncode=2) from error
        found = drawing.faults(draw, stated)
        counts = {"entries": len(draw.entries), "drawn": len(draw.result.drawn)}
        if options["format"] == "json":
            self.stdout.write(json.dumps({"holds": not found, "faults": found, **counts}, ensure_ascii=False))
        elif found:
            self.stdout.write("\n".join(str(FAULTS[name]) for name in found))
        else:
            self.stdout.write(_("重算一致：%(entries)s个报名，中签%(drawn)s个。") % counts)
        if found:
            raise CommandError(_("这次抽签对不上。"), returncode=1)
