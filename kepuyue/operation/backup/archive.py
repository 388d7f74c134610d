"""The file of a backup: parts with digests, a manifest as its last part, packed, and encrypted where that is wanted."""

import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import BadGzipFile, GzipFile
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _

from kepuyue.operation.backup import BadBackup, Refused

AGE = b"age-encryption.org/"
CHUNK = 1 << 20
# Media are packed already; the fastest level halves a database and costs little
LEVEL = 1
MOST_JSON = 64 << 20  # bytes of a manifest: a million files


@dataclass
class Part:
    """What the manifest says of one part."""

    name: str
    size: int
    "bytes"
    sha256: str


@dataclass
class Writer:
    """Puts parts into the file and keeps their digests."""

    tar: tarfile.TarFile
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, content: IO[bytes], size: int) -> Part:
        """One part from a file of which `size` bytes are read. Raises OSError where fewer come."""
        digest = sha256()
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, _Hashed(content, digest))
        part = Part(name, size, digest.hexdigest())
        self.parts.append(part)
        return part

    def add_json(self, name: str, value: Any) -> None:
        """One part as JSON."""
        text = json.dumps(value, ensure_ascii=False, indent=1).encode()
        self.add(name, io.BytesIO(text), len(text))


class _Hashed(io.RawIOBase):
    """A file that tells a digest what is read of it."""

    def __init__(self, content: IO[bytes], digest: Any) -> None:
        self._content, self._digest = content, digest

    def read(self, size: int = -1) -> bytes:
        data = self._content.read(size)
        self._digest.update(data)
        return data


@contextmanager
def written(path: Path, recipients: Sequence[Any]) -> Iterator[Writer]:
    """A new file at `path`, which is whole or not there: it gets its name once all of it is on the disk."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, "wb", opener=_private) as raw:
            with (
                _encrypting(raw, recipients) as sink,
                GzipFile(fileobj=sink, mode="wb", compresslevel=LEVEL, filename="", mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Writer(tar)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        unfinished.unlink(missing_ok=True)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


@contextmanager
def _encrypting(raw: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    if not recipients:
        yield raw
        return
    # The library pulls what it encrypts from a file: a pipe turns writing into that
    source, sink = os.pipe()
    with _beside(lambda: _pull(source, raw, recipients)), os.fdopen(sink, "wb") as opened:
        yield opened


def _pull(source: int, raw: IO[bytes], recipients: Sequence[Any]) -> None:
    with os.fdopen(source, "rb") as opened:
        pyrage.encrypt_io(opened, raw, list(recipients))


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[None]:
    """Do the work in a thread of its own; what it meets is raised here in place of what only followed from it."""
    met: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # raised again below, in the thread that waits
            met.append(error)

    thread = threading.Thread(target=run, name="backup")
    thread.start()
    try:
        yield
    except Exception as error:
        thread.join()
        if met:
            raise met[0] from error
        raise
    finally:
        thread.join()
    if met:
        raise met[0]


@dataclass
class Read:
    """A part as it stands in the file: to be read once, in order."""

    name: str
    size: int
    content: IO[bytes]
    _digest: Any = field(default_factory=sha256)

    def chunks(self) -> Iterator[bytes]:
        """Its bytes. Raises `BadBackup` where they break off."""
        with _told_as_bad():
            while data := self.content.read(CHUNK):
                self._digest.update(data)
                yield data

    def json(self) -> Any:
        """Its bytes as JSON."""
        if self.size > MOST_JSON:
            raise BadBackup(_("备份里的%(name)s大得不正常。") % {"name": self.name})
        with _told_as_bad():
            return json.loads(b"".join(self.chunks()))

    def as_part(self) -> Part:
        """What was read, to be compared with the manifest."""
        return Part(self.name, self.size, self._digest.hexdigest())


@contextmanager
def _told_as_bad() -> Iterator[None]:
    """Whatever the libraries meet in a broken file, said in one way."""
    try:
        yield
    except pyrage.DecryptError as error:
        raise BadBackup(_("打不开：私钥不对，或文件损坏（%(why)s）。") % {"why": error}) from error
    except (tarfile.TarError, BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise BadBackup(_("文件不完整或已损坏（%(why)s）。") % {"why": error}) from error


def parts(path: Path, identities: Sequence[Any]) -> Iterator[Read]:
    """The parts of a file one after the other. Raises `BadBackup` where it is broken, `Refused` without the key."""
    with _told_as_bad(), path.open("rb") as raw:
        is_encrypted = raw.read(len(AGE)) == AGE
        raw.seek(0)
        if is_encrypted and not identities:
            raise Refused(_("这个备份是加密的：请用 --identity 给出私钥文件。"))
        with (
            _decrypting(raw, identities if is_encrypted else ()) as source,
            GzipFile(fileobj=source, mode="rb") as packed,
        ):
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for info in tar:
                    content = tar.extractfile(info)
                    if content is None:
                        raise BadBackup(_("备份里有一项不是文件：%(name)s") % {"name": info.name})
                    yield Read(info.name, info.size, content)
            # The checksum at the very end of the packed file is looked at when all of it is read
            while packed.read(CHUNK):
                pass


@contextmanager
def _decrypting(raw: IO[bytes], identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    if not identities:
        yield raw
        return
    source, sink = os.pipe()

    def push() -> None:
        with os.fdopen(sink, "wb") as opened:
            pyrage.decrypt_io(raw, opened, list(identities))

    with _beside(push), os.fdopen(source, "rb") as opened:
        yield opened
