"""`kepuyue import FILE`: a spreadsheet's activities into an edition, or into the archives of their years;
`kepuyue import --undo BATCH` takes a whole import back."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.editions.models import Edition
from kepuyue.imports import report
from kepuyue.imports.actions import carrying, committing, operator, staging, undoing
from kepuyue.imports.entries import Findings
from kepuyue.imports.models import ImportBatch, ImportRow
from kepuyue.imports.queries import counts
from kepuyue.imports.reader import Unreadable, check_size
from kepuyue.organizations.models import Organization
from kepuyue.organizations.queries import units_named

NOT_READABLE = 2


class Command(BaseCommand):
    help = "Read a spreadsheet of activities and import it. Exit status: 0 read, 2 not readable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help=".xlsx, .xls, .et, .xlsb, .ods or .csv")
        parser.add_argument("--undo", type=int, metavar="BATCH", help="take back the import with this number")
        parser.add_argument("--edition", help="edition code; without it, each row goes to its year's archive")
        parser.add_argument("--unit", help="the unit that registers the activities (default: the office)")
        parser.add_argument("--as", dest="person", help="e-mail of the person in whose name it is done")
        parser.add_argument("--dry-run", action="store_true", help="read and report only")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--lang", default=settings.LANGUAGE_CODE, help="zh-hans or en")

    def handle(self, **options: Any) -> None:
        with translation.override(options["lang"]):
            if (options["file"] is None) == (options["undo"] is None):
                raise CommandError(_("请写一个文件，或者写 --undo 和要撤销的导入编号。"))
            if options["undo"] is None:
                self.run(**options)
            else:
                self.take_back(options["undo"], person=options["person"], format=options["format"])

    def take_back(self, number: int, *, person: str | None, format: str) -> None:
        """Undo an import; what has to stay is told with its reason."""
        batch = ImportBatch.objects.select_related("organization", "edition").filter(pk=number).first()
        if batch is None:
            raise CommandError(_("没有编号为%(number)s的导入。") % {"number": number})
        try:
            by = operator.person_for(batch.organization, email=person)
            with tqdm(total=batch.rows.written().count(), unit="", disable=format == "json") as bar:
                undoing.undo(batch, by=by, progress=bar.update)
        except (operator.UnknownPerson, PermissionDenied) as reason:
            raise CommandError(str(reason)) from None
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        kept = list(batch.rows.written().order_by("number").values("sheet", "number", "why"))
        undone = batch.rows.filter(state=ImportRow.State.UNDONE).count()
        if format == "json":
            found = {"batch": number, "undone": undone, "kept": kept}
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for row in kept:
            self.stdout.write(
                _("%(sheet)s第 %(row)s 行没有撤销：%(why)s")
                % {"sheet": row["sheet"], "row": row["number"], "why": row["why"]}
            )
        self.stdout.write(
            _("撤销了 %(undone)s 行，保留 %(kept)s 行。") % {"undone": undone, "kept": len(kept)}
        )

    def run(self, *, file: Path, edition: str | None, dry_run: bool, format: str, **options: Any) -> None:
        """Read, report, and unless it is a dry run, import."""
        into = _edition(edition)
        try:
            data = _bytes_of(file)
            findings = staging.look_at(data, into)
        except Unreadable as reason:
            print(reason, file=sys.stderr)
            sys.exit(NOT_READABLE)
        result = report.as_json(findings)
        batch = None
        if not dry_run:
            unit = _unit(options["unit"])
            try:
                person = operator.person_for(unit, email=options["person"])
            except operator.UnknownPerson as reason:
                raise CommandError(str(reason)) from None
            batch = staging.stage(data, file_name=file.name, organization=unit, edition=into, by=person)
            carrying.carry_over(batch, by=person)
            with tqdm(total=batch.rows.waiting().count(), unit="", disable=format == "json") as bar:
                committing.commit(batch, by=person, progress=bar.update)
            result["result"] = counts(batch) | {"batch": batch.pk}
        if format == "json":
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(findings, batch)))


def _bytes_of(file: Path) -> bytes:
    try:
        check_size(file.stat().st_size)
        return file.read_bytes()
    except FileNotFoundError:
        raise Unreadable(_("找不到文件 %(file)s") % {"file": file}) from None
    except OSError as error:
        raise Unreadable(_("打不开文件 %(file)s：%(why)s") % {"file": file, "why": error.strerror}) from None


def _edition(code: str | None) -> Edition | None:
    if code is None:
        return None
    found = Edition.objects.filter(code=code).first()
    if found is None:
        known = "、".join(Edition.objects.live().values_list("code", flat=True)) or _("还没有载入任何一届")
        raise CommandError(_("没有“%(code)s”这一届。已有：%(known)s") % {"code": code, "known": known})
    return found


def _unit(name: str | None) -> Organization:
    if name is None:
        office = Organization.objects.filter(level=Organization.Level.OFFICE).first()
        if office is None:
            raise CommandError(_("还没有载入单位。请先运行 kepuyue edition load。"))
        return office
    key = report.unit_key(name)
    if known := units_named([name]).get(name):
        return known
    for unit in Organization.objects.active():
        if unit.name == name or report.unit_key(unit.name) == key:
            return unit
    raise CommandError(_("没有找到单位“%(name)s”。") % {"name": name})


def _lines(findings: Findings, batch: ImportBatch | None) -> list[str]:
    """What a person at the terminal reads: every fault with its cell, every row left out, the sums."""
    lines = [f"{p.sheet}!{p.cell}".lstrip("!") + f"  {p.code}  {p.why}" for p in findings.problems]
    for sheet, row, why in findings.skipped:
        lines.append(_("%(sheet)s第 %(row)s 行没有导入：%(why)s") % {"sheet": sheet, "row": row, "why": why})
    lines += [
        _("工作表“%(sheet)s”：%(why)s") % {"sheet": s, "why": why} for s, why in findings.ignored_sheets
    ]
    if batch is None:
        sums = {"read": findings.rows_read, "taken": len(findings.entries), "left": len(findings.skipped)}
        lines.append(
            _("读到 %(read)s 行：%(taken)s 行可以导入，%(left)s 行不是活动。没有写入任何内容。") % sums
        )
        return lines
    for left in batch.rows.filter(state=ImportRow.State.REFUSED):
        named = {"sheet": left.sheet, "row": left.number, "why": left.why}
        lines.append(_("%(sheet)s第 %(row)s 行没有导入：%(why)s") % named)
    lines.append(
        _(
            "读到 %(read)s 行：新增 %(created)s，更新 %(changed)s，没有变化 %(unchanged)s，"
            "未能导入 %(refused)s，不是活动 %(skipped)s。"
        )
        % counts(batch)
    )
    lines.append(_("要撤销这次导入：kepuyue import --undo %(number)s") % {"number": batch.pk})
    return lines
