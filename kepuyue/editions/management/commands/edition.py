import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.editions import folder
from kepuyue.editions.actions import copying, exporting, loading
from kepuyue.editions.models import Edition

# Above this, a report is told in figures; --all lists everything
MANY = 40


class Command(BaseCommand):
    """kepuyue edition check|load|copy|export|list"""

    help = "Check, load, copy, export and list editions (one year's month in one city)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        common = ArgumentParser(add_help=False)
        common.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")
        common.add_argument(
            "--lang", choices=("zh", "en"), help="language of the messages; default: from LANG"
        )
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", parents=[common], help="say all that is wrong with a folder")
        check.add_argument("directory", type=Path)
        load = verbs.add_parser("load", parents=[common], help="load a folder; again: only what changed")
        load.add_argument("directory", type=Path)
        load.add_argument("--not-current", action="store_true", help="do not make it the current edition")
        load.add_argument("--all", action="store_true", help="list every change, however many")
        copy = verbs.add_parser("copy", parents=[common], help="make another year's folder from a folder")
        copy.add_argument("directory", type=Path)
        copy.add_argument("target", type=Path)
        copy.add_argument("--year", type=int, help="default: the following year")
        export = verbs.add_parser("export", parents=[common], help="write an edition back into a folder")
        export.add_argument("code")
        export.add_argument("target", type=Path)
        verbs.add_parser("list", parents=[common], help="list the editions that are loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says, in the reader's language."""
        with translation.override(_language(options["lang"])):
            try:
                getattr(self, f"_{options['verb']}")(options, options["format"] == "json")
            except folder.BrokenFolder as error:
                self._show_problems(error.problems, options["format"] == "json")
                raise CommandError(
                    _("共%(count)s处要改，没有写入任何内容。") % {"count": len(error.problems)}
                ) from None

    def _check(self, options: dict[str, Any], as_json: bool) -> None:
        problems = folder.check(options["directory"])
        if problems:
            raise folder.BrokenFolder(problems)
        if as_json:
            self._print_json({"problems": []})
        else:
            self.stdout.write(self.style.SUCCESS(_("%(path)s 没有问题。") % {"path": options["directory"]}))

    def _load(self, options: dict[str, Any], as_json: bool) -> None:
        report = loading.load(options["directory"], make_current=not options["not_current"])
        if as_json:
            self._print_json(report.as_json())
            return
        lines = report.lines
        if len(lines) > MANY and not options["all"]:
            lines = [line for line in lines if line.verb == loading.KEPT]
        for line in lines:
            self.stdout.write(f"  {line}")
        if report.has_changes:
            text = _("已载入%(edition)s：新增%(created)s，更新%(changed)s，删除%(removed)s，保留%(kept)s。")
        else:
            text = _("%(edition)s没有变化。")
        self.stdout.write(
            self.style.SUCCESS(text % {"edition": report.edition.name_for_reader, **report.counts()})
        )

    def _copy(self, options: dict[str, Any], as_json: bool) -> None:
        year = options["year"] or folder.read(options["directory"]).edition.year + 1
        copied = copying.copy(options["directory"], options["target"], year)
        if as_json:
            to_fill_in = [problem.as_json() for problem in copied.to_fill_in]
            self._print_json({"path": str(copied.path), "to_fill_in": to_fill_in})
            return
        self.stdout.write(self.style.SUCCESS(_("已生成 %(path)s。") % {"path": copied.path}))
        if copied.to_fill_in:
            self.stdout.write(_("载入之前，请填写："))
        for problem in copied.to_fill_in:
            self.stdout.write(f"  {problem}")

    def _export(self, options: dict[str, Any], as_json: bool) -> None:
        edition = Edition.objects.filter(code=options["code"]).first()
        if edition is None:
            raise CommandError(_("没有代码为%(code)s的一届。") % {"code": options["code"]})
        problems = exporting.export(edition, options["target"])
        if as_json:
            found = [problem.as_json() for problem in problems]
            self._print_json({"path": str(options["target"]), "problems": found})
            return
        self.stdout.write(self.style.SUCCESS(_("已导出到 %(path)s。") % {"path": options["target"]}))
        if problems:
            self.stdout.write(_("再次载入之前，请改正："))
        for problem in problems:
            self.stdout.write(f"  {problem}")

    def _list(self, options: dict[str, Any], as_json: bool) -> None:
        editions = list(Edition.objects.all())
        if as_json:
            facts = ("code", "name", "city", "year", "starts_on", "ends_on", "is_current", "is_archive")
            self._print_json([{fact: getattr(edition, fact) for fact in facts} for edition in editions])
            return
        if not editions:
            self.stdout.write(_("还没有载入任何一届。请运行 kepuyue edition load editions/shenzhen-2024"))
        for edition in editions:
            mark = "*" if edition.is_current else " "
            period = f"{edition.starts_on}–{edition.ends_on}"
            self.stdout.write(f"{mark} {edition.code}  {edition.name_for_reader}  {period}")

    def _show_problems(self, problems: list[folder.Problem], as_json: bool) -> None:
        if as_json:
            self._print_json({"problems": [problem.as_json() for problem in problems]})
            return
        for problem in problems:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            self.stdout.write(f"{self.style.WARNING(place)}: {problem.what} {problem.remedy}")

    def _print_json(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def _language(chosen: str | None) -> str:
    """The language asked for, else the terminal's where it is English, else Chinese."""
    terminal = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "en" if (chosen or terminal).lower().startswith("en") else "zh-hans"
