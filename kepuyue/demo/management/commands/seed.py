"""`kepuyue seed`: the demonstration's content, in demonstration mode only."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.demo import source, stages
from kepuyue.demo.actions import seeding
from kepuyue.editions.models import Edition


class Command(BaseCommand):
    help = (
        "Fill an edition with real activities moved into its month, up to a stage. Demonstration mode only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", default="shenzhen-2024", help="edition code")
        parser.add_argument(
            "--stage",
            type=stages.Stage,
            default=stages.DEFAULT,
            choices=list(stages.Stage),
            help="how far the festival has come, and where its clock stands from the next start on (default: month)",
        )

    def handle(self, *, edition: str, stage: stages.Stage, **options: Any) -> None:
        found = Edition.objects.filter(code=edition).first()
        if found is None:
            raise CommandError(
                _("还没有载入“%(code)s”。请先运行：kepuyue edition load editions/%(code)s")
                % {"code": edition}
            )
        try:
            with tqdm(unit="", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
                count = seeding.seed(found, stage, progress=bar.update)
        except seeding.AlreadySeeded:
            self.stdout.write(_("已经有演示内容，没有重复写入。要换阶段，请换一个空的 DATA_DIR。"))
            return
        except seeding.NoOffice:
            raise CommandError(_("还没有载入单位。请先运行 kepuyue edition load。")) from None
        except source.NothingToShow as path:
            raise CommandError(_("这一届没有演示内容：找不到 %(path)s") % {"path": path}) from None
        stages.keep(stage)
        self.stdout.write(_("演示内容已写入：%(count)s项活动。") % {"count": count})
