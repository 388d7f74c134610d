"""`kepuyue insight`: the board on the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.insight import board, export
from kepuyue.insight.board import Choice
from kepuyue.insight.indicators import INDICATORS, SPLITS, TERM_SPLITS
from kepuyue.insight.naming import Names


class Command(BaseCommand):
    """kepuyue insight [--edition CODE] [--tier CODE] … [--from DAY] [--until DAY] [--by SPLIT] [--format json]"""

    help = (
        "The indicators of an edition, in all and by tier, joint action, district, content, audience or day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", help="code of the edition; default: the current one")
        for split in (*TERM_SPLITS, "district"):
            parser.add_argument(
                f"--{split.replace('_', '-')}", dest=split, default="", help=f"only this {split}: its code"
            )
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        parser.add_argument("--until", dest="last", type=date.fromisoformat, help="last day, included")
        parser.add_argument("--by", choices=tuple(SPLITS), default="", help="also the rows of this split")
        parser.add_argument(
            "--format", choices=("text", "json"), default="text", help="json: for machines, with all splits"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        code = options["edition"]
        edition = Edition.objects.filter(code=code).first() if code else current_edition()
        if edition is None:
            raise CommandError(_("没有这一届：%(code)s") % {"code": code or "—"}, returncode=2)
        names = Names(edition)
        terms = {split: options[split] for split in (*TERM_SPLITS, "district")}
        for split, key in terms.items():
            if key and key not in dict(names.choices(split)):
                raise CommandError(
                    _("这一届的“%(split)s”里没有：%(key)s") % {"split": SPLITS[split], "key": key},
                    returncode=2,
                )
        found = board.of(edition, Choice(**terms, first=options["first"], last=options["last"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps(export.as_data(found, names, options["by"]), ensure_ascii=False))
            return
        for one in INDICATORS.values():
            self.stdout.write(wording.labelled(one.name, found.shown(one.code)))
            for key, name in found.keys(options["by"], names) if options["by"] in one.splits else ():
                self.stdout.write(f"  {name}  {found.number(one.code, options['by'], key)}")
