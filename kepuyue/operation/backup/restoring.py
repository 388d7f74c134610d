"""Putting a backup in place.

All of it is read and verified first. Then media are written beside what is there, the key, and the database in one
transaction: what breaks off before that leaves the database as it was. Only then files that the backup does not have
go.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from kepuyue.operation.backup import MEDIA, BadBackup, Refused, databases, media
from kepuyue.operation.backup.archive import parts
from kepuyue.operation.backup.verifying import Verified, verify

KEY_FILE = "secret-key"


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    file: str
    made_at: str
    tables: int
    rows: int
    media: int
    media_removed: int
    migrations: int
    "How many brought the database from the backup's program up to this one"
    seconds: float


def restore(
    path: Path, *, identities: Sequence[Any], is_replacing: bool, progress: Callable[[int], object]
) -> Restored:
    """Bring database, media and key back. Raises `BadBackup` or `Refused` before anything was changed.

    Where something is there already it is refused unless `is_replacing`. Who serves or works meanwhile has to be
    started again afterwards: processes keep in memory what was there before.
    """
    began = time.monotonic()
    if not is_replacing:
        _refuse_where_something_is()
    with TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as place:
        folder = Path(place)
        found = verify(path, identities=identities, folder=folder, progress=progress)
        _check_key(found)
        for part in parts(path, identities):
            if part.name.startswith(MEDIA):
                media.put(part, found.media[part.name.removeprefix(MEDIA)])
                progress(part.size)
        # Media may lie on a disk whose server caches: what the database will name has to be there before it
        os.sync()
        before = _put_key(found)
        try:
            databases.engine().put(folder, found.manifest)
        except (BadBackup, Refused):
            _write_key(before)
            raise
    # What was worked out from the rows of before holds no more
    cache.clear()
    extra = [name for name in media.all_names() if name not in found.media] if is_replacing else []
    for name in extra:
        default_storage.delete(name)
    return Restored(
        file=str(path),
        made_at=found.manifest["made_at"],
        tables=len(found.manifest["tables"]),
        rows=found.rows,
        media=len(found.media),
        media_removed=len(extra),
        migrations=found.pending,
        seconds=round(time.monotonic() - began, 2),
    )


def _refuse_where_something_is() -> None:
    if not databases.is_empty() or next(media.all_names(), None) is not None:
        raise Refused(_("这里已经有数据。确实要用备份替换它们，请加 --replace。"))


def _check_key(found: Verified) -> None:
    """A key that is set in the environment cannot be written by us, and without the old one much cannot be read."""
    known = {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}
    old = found.keys["SECRET_KEY"]
    is_set = os.environ.get("SECRET_KEY", "").strip()
    if not is_set:
        # The file that we write holds one key; those before it only the environment can name
        known.add(old)
    if not set(found.keys["SECRET_KEY_FALLBACKS"]) <= known:
        raise Refused(
            _(
                "备份里还有更早的密钥，用它们加密的内容恢复后会打不开。请把备份里 keys.json 的 "
                "SECRET_KEY_FALLBACKS 写进环境变量 SECRET_KEY_FALLBACKS，再恢复。"
            )
        )
    if old not in known:
        raise Refused(
            _(
                "环境变量 SECRET_KEY 与备份里的不同，恢复后加密内容会打不开。请把备份里 keys.json 的密钥写进 "
                "SECRET_KEY 或 SECRET_KEY_FALLBACKS，再恢复。"
            )
        )


def _put_key(found: Verified) -> str:
    """The key of the backup in place of ours; ours, "" where there was none."""
    file = Path(settings.DATA_DIR) / KEY_FILE
    before = file.read_text() if file.exists() else ""
    if not os.environ.get("SECRET_KEY", "").strip():
        _write_key(found.keys["SECRET_KEY"])
    return before


def _write_key(text: str) -> None:
    """Let this be the key of the place; without text it has none."""
    if not text:
        (Path(settings.DATA_DIR) / KEY_FILE).unlink(missing_ok=True)
        return
    with NamedTemporaryFile("w", dir=settings.DATA_DIR, prefix=".", delete=False) as draft:
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(Path(settings.DATA_DIR) / KEY_FILE)
