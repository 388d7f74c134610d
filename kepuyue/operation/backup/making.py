"""Making a backup while the product runs.

The database is taken first, in one moment; media follow. So what the database names was written before it was taken:
a file that comes later is in the backup and named by nothing, one that is removed meanwhile is named by a row and
missing, and said to be so. Neither is a fault: the row that named it is gone from the live database.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from kepuyue import __version__
from kepuyue.operation.backup import FORMAT, HEAD, KEYS, MANIFEST, CannotBackUp, databases, media
from kepuyue.operation.backup.archive import written


@dataclass(frozen=True)
class Made:
    """A backup that was written."""

    file: str
    bytes: int
    is_encrypted: bool
    tables: int
    rows: int
    media: int
    missing: list[str]
    "Files that rows name and that are not there: lost before, not by the backup"
    removed_meanwhile: list[str]
    seconds: float


def make(path: Path, *, recipients: Sequence[Any], progress: Callable[[int, int], object]) -> Made:
    """Write the backup; `progress(done, all)` is called after each file. Raises `CannotBackUp`, leaving nothing."""
    if path.exists():
        raise CannotBackUp(_("%(file)s 已经存在，不会覆盖。请换一个文件名。") % {"file": path})
    began = time.monotonic()
    try:
        with written(path, recipients) as writer:
            # Left before the media: they may take hours, and a server ends a transaction that idles so long
            with databases.engine().snapshot(path.parent) as snapshot:
                taken = snapshot.taken
                head = {
                    "format": FORMAT,
                    "program": __version__,
                    "database": connection.vendor,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "migrations": taken.migrations,
                }
                writer.add_json(HEAD, head)
                writer.add_json(
                    KEYS,
                    {
                        "SECRET_KEY": settings.SECRET_KEY,
                        "SECRET_KEY_FALLBACKS": settings.SECRET_KEY_FALLBACKS,
                    },
                )
                snapshot.write(writer)
            names = list(media.all_names())
            kept = set()
            for done, name in enumerate(names, start=1):
                if media.add(writer, name):
                    kept.add(name)
                progress(done, len(names))
            absent = sorted(taken.named - kept)
            manifest = head | {
                "tables": taken.tables,
                "sequences": taken.sequences,
                "parts": [part.__dict__ for part in writer.parts],
                "absent": absent,
            }
            writer.add_json(MANIFEST, manifest)
    except (OSError, DatabaseError) as error:
        raise CannotBackUp(
            _("写不成 %(file)s（%(why)s）。没有留下半个文件。")
            % {"file": path, "why": getattr(error, "strerror", None) or str(error).partition("\n")[0]}
        ) from error
    missing = [name for name in absent if databases.names_file(name)]
    return Made(
        file=str(path),
        bytes=path.stat().st_size,
        is_encrypted=bool(recipients),
        tables=len(taken.tables),
        rows=sum(one["rows"] for one in taken.tables.values()),
        media=len(kept),
        missing=missing,
        removed_meanwhile=[name for name in absent if name not in missing],
        seconds=round(time.monotonic() - began, 2),
    )
