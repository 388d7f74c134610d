"""`kepuyue backup FILE`: database, media and key in one file, while the product runs; `--verify FILE` reads one
through.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.operation.backup import BadBackup, CannotBackUp, Refused, keys
from kepuyue.operation.backup.making import make
from kepuyue.operation.backup.verifying import verify

FAILED, REFUSED, MISSING = 1, 2, 3


class Command(BaseCommand):
    help = (
        "Write database, media and key into one file while the product runs. Exit status: 0 written or sound, 1 failed "
        "or broken, 2 refused, 3 written, but rows name files that are not there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", type=Path, nargs="?", help="the file to write; it must not exist")
        what.add_argument("--verify", type=Path, metavar="FILE", help="read a backup through instead")
        what.add_argument(
            "--new-key", type=Path, metavar="FILE", help="make a private key for encrypted backups"
        )
        parser.add_argument(
            "--recipient", action="append", default=[], metavar="KEY",
            help="encrypt for this public key (age1… or ssh-…); default: BACKUP_RECIPIENTS",
        )  # fmt: skip
        add_identity(parser)
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, and say what became of it."""
        with told_as_exit_status():
            if options["new_key"]:
                self._new_key(options)
            elif options["verify"]:
                self._verify(options)
            else:
                self._make(options)

    def _make(self, options: dict[str, Any]) -> None:
        recipients = [keys.recipient(one) for one in options["recipient"] or settings.BACKUP_RECIPIENTS]
        with tqdm(unit="", disable=None) as bar:

            def progress(done: int, all_of_them: int) -> None:
                bar.total = all_of_them
                bar.update(done - bar.n)

            made = make(options["file"].absolute(), recipients=recipients, progress=progress)
        if options["format"] == "json":
            self.stdout.write(json.dumps(made.__dict__, ensure_ascii=False))
        else:
            self.stdout.write(
                _(
                    "已备份到 %(file)s：%(tables)s 张表 %(rows)s 行"
                    "，媒体 %(media)s 个，%(bytes)s 字节，用时 %(seconds)s 秒。"
                )
                % made.__dict__
            )
            if not made.is_encrypted:
                self.stdout.write(_("没有加密：文件里有密钥和个人信息，请妥善保管，或用 --recipient 加密。"))
            for name in made.missing:
                self.stdout.write(_("数据库提到但找不到的文件：%(name)s") % {"name": name})
        if made.missing:
            sys.exit(MISSING)

    def _verify(self, options: dict[str, Any]) -> None:
        path = options["verify"]
        with TemporaryDirectory(dir=settings.DATA_DIR, prefix=".verify-") as place, read_bar() as bar:
            found = verify(path, identities=identities(options), folder=Path(place), progress=bar.update)
        facts = {
            "file": str(path),
            "made_at": found.manifest["made_at"],
            "program": found.manifest["program"],
            "database": found.manifest["database"],
            "tables": len(found.manifest["tables"]),
            "rows": found.rows,
            "media": len(found.media),
            "absent": found.manifest["absent"],
            "migrations": found.pending,
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
        else:
            self.stdout.write(
                _(
                    "备份完好：%(made_at)s 做的，%(database)s，%(tables)s 张表 %(rows)s 行"
                    "，媒体 %(media)s 个；恢复时要升级 %(migrations)s 步。"
                )
                % facts
            )

    def _new_key(self, options: dict[str, Any]) -> None:
        path = options["new_key"]
        try:
            public = keys.new_key(path)
        except OSError as error:
            raise Refused(
                _("写不成 %(file)s（%(why)s）。") % {"file": path, "why": error.strerror}
            ) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps({"file": str(path), "recipient": public}))
        else:
            self.stdout.write(
                _(
                    "私钥已写入 %(file)s：请移到别处保管，没有它打不开备份。公钥（写进 BACKUP_RECIPIENTS）：\n%(key)s"
                )
                % {"file": path, "key": public}
            )


class told_as_exit_status:  # noqa: N801 (used as a block)
    """Turns what a backup meets into one line on standard error and an exit status."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Refused):
            raise CommandError(str(error), returncode=REFUSED) from error
        if isinstance(error, BadBackup | CannotBackUp):
            raise CommandError(str(error), returncode=FAILED) from error


def add_identity(parser: ArgumentParser) -> None:
    """The option that opens an encrypted backup."""
    parser.add_argument(
        "--identity", type=Path, metavar="FILE", help="the private key of an encrypted backup (of age or SSH)"
    )


def identities(options: dict[str, Any]) -> list[Any]:
    """The private keys that were named."""
    return keys.identities(options["identity"]) if options["identity"] else []


def read_bar() -> "tqdm[Any]":
    """A bar of the bytes that were read."""
    return tqdm(unit="B", unit_scale=True, disable=None)
