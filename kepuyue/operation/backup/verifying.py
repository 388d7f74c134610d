"""Reading a backup through before anybody relies on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from kepuyue.operation.backup import (
    DATABASE,
    FORMAT,
    HEAD,
    KEYS,
    MANIFEST,
    MEDIA,
    BadBackup,
    Refused,
    databases,
)
from kepuyue.operation.backup.archive import Part, parts


@dataclass(frozen=True)
class Verified:
    """A backup that is whole and fits this program and kind of database."""

    manifest: dict[str, Any]
    keys: dict[str, Any]
    media: dict[str, Part]
    pending: int
    "Migrations of this program that the backup has not seen"

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one["rows"] for one in self.manifest["tables"].values())


def verify(
    path: Path, *, identities: Sequence[Any], folder: Path, progress: Callable[[int], object]
) -> Verified:
    """Read all of it, put its database into the folder and look whether it is sound; `progress(bytes)` per part.

    Raises `BadBackup` or `Refused`; writes nowhere else.
    """
    if not path.is_file():
        raise Refused(_("没有这个文件：%(file)s") % {"file": path})
    read: list[Part] = []
    manifest: dict[str, Any] | None = None
    keys: dict[str, Any] = {}
    for part in parts(path, identities):
        if manifest is not None or (not read and part.name != HEAD):
            raise BadBackup(_("这不是 kepuyue 的备份文件。"))
        if part.name == HEAD:
            check_head(part.json())
        elif part.name == MANIFEST:
            manifest = part.json()
            continue
        elif part.name == KEYS:
            keys = part.json()
        elif part.name.startswith(DATABASE):
            databases.keep(part, folder)
        elif part.name.startswith(MEDIA):
            for _data in part.chunks():
                pass
        else:
            raise BadBackup(_("备份里有不该有的名字：%(name)s") % {"name": part.name})
        read.append(part.as_part())
        progress(part.size)
    if manifest is None:
        raise BadBackup(_("备份没有写完：缺少末尾的清单。"))
    promised = [Part(**one) for one in manifest["parts"]]
    if wrong := [one.name for one, other in zip(promised, read, strict=False) if one != other]:
        raise BadBackup(_("文件 %(name)s 已损坏。") % {"name": wrong[0]})
    if len(promised) != len(read) or not keys:
        raise BadBackup(_("备份与它的清单对不上。"))
    pending = databases.pending(manifest["migrations"])
    databases.engine().verify(folder, manifest)
    found = {part.name.removeprefix(MEDIA): part for part in promised if part.name.startswith(MEDIA)}
    return Verified(manifest, keys, found, pending)


def check_head(head: dict[str, Any]) -> None:
    """Whether this program reads it at all. Raises `BadBackup` or `Refused`."""
    if not isinstance(head, dict) or "format" not in head:
        raise BadBackup(_("这不是 kepuyue 的备份文件。"))
    if head["format"] != FORMAT:
        raise Refused(_("备份的格式较新（%(format)s）。请先升级程序，再恢复。") % {"format": head["format"]})
    if head["database"] != connection.vendor:
        raise Refused(
            _("备份来自 %(theirs)s，这里用的是 %(ours)s。请把 DATABASE_URL 指向同一种数据库。")
            % {"theirs": head["database"], "ours": connection.vendor}
        )
    databases.pending(head["migrations"])
