"""Media as parts of a backup, wherever the storage keeps them."""

from collections.abc import Iterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from kepuyue.operation.backup import MEDIA, BadBackup
from kepuyue.operation.backup.archive import CHUNK, Part, Read, Writer

IN_MEMORY = 16 << 20  # bytes of one file that are not put on the disk on their way


def all_names(folder: str = "") -> Iterator[str]:
    """Every file in storage by its name, folder after folder."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        # A store of objects may hold one that stands for the folder itself
        if name:
            yield f"{folder}/{name}" if folder else name
    for one in sorted(folders):
        yield from all_names(f"{folder}/{one}" if folder else one)


def add(writer: Writer, name: str) -> bool:
    """Put a file into the backup; False where it is gone meanwhile."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as held:
        try:
            with default_storage.open(name) as file:
                for data in file.chunks(CHUNK):
                    held.write(data)
        except FileNotFoundError:
            return False
        size = held.tell()
        held.seek(0)
        writer.add(f"{MEDIA}{name}", held, size)
    return True


def put(part: Read, known: Part) -> bool:
    """Write a file of the backup into storage; False where the same is there already."""
    name = part.name.removeprefix(MEDIA)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as held:
        for data in part.chunks():
            held.write(data)
        if part.as_part() != known:
            raise BadBackup(_("文件 %(name)s 已损坏。") % {"name": name})
        try:
            if default_storage.exists(name):
                if digest(name) == known.sha256:
                    return False
                default_storage.delete(name)
            held.seek(0)
            kept = default_storage.save(name, File(held, name=name))
        except SuspiciousFileOperation as error:
            raise BadBackup(_("备份里有不该有的名字：%(name)s") % {"name": name}) from error
    if kept != name:
        default_storage.delete(kept)
        raise BadBackup(_("存储不肯用这个文件名：%(name)s") % {"name": name})
    return True


def digest(name: str) -> str:
    """SHA-256 of a file in storage."""
    found = sha256()
    with default_storage.open(name) as file:
        for data in file.chunks(CHUNK):
            found.update(data)
    return found.hexdigest()
