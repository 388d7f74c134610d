"""`kepuyue burden`: how many fields units typed, against the forms on paper."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.insight import burden, presentation


class Command(BaseCommand):
    """kepuyue burden [--edition CODE] [--unit NAME] [--format json]"""

    help = "Count the fields that units typed, from the audit trail, against the forms on paper."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", help="code of the edition; default: the current one")
        parser.add_argument("--unit", help="only this unit: its name or its code")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        code = options["edition"]
        edition = Edition.objects.filter(code=code).first() if code else current_edition()
        if edition is None:
            raise CommandError(_("没有这一届：%(code)s") % {"code": code or "—"}, returncode=2)
        found = burden.of_edition(edition)
        if options["unit"]:
            found.units = [one for one in found.units if options["unit"] in (one.key, one.name)]
            if not found.units:
                raise CommandError(
                    _("“%(unit)s”在这一届没有已提交的活动。") % {"unit": options["unit"]}, returncode=2
                )
        if options["format"] == "json":
            data = {"edition": edition.code} | presentation.as_data(found)
            self.stdout.write(json.dumps(data, ensure_ascii=False))
            return
        self.stdout.write(_as_text(found))


def _as_text(found: burden.Burden) -> str:
    lines = [
        _("%(name)s：%(activities)s项活动，填写%(typed)s项；现行表格要填%(paper)s项；占%(share)s（目标不超过%(goal)s）")
        % {
            "name": line.name or _("全部单位"), "activities": line.activities, "typed": line.total,
            "paper": line.on_paper, "share": presentation.percent(line.share),
            "goal": presentation.percent(burden.GOAL),
        }
        for line in (found.whole, *found.units)
    ]  # fmt: skip
    return "\n".join([*lines, *presentation.why_not(found.whole)])
