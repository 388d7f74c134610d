"""A zip archive read as a stream and counted: the sizes that it states of itself are not believed."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from kepuyue.imports.opening.limits import MAX_PARTS, MAX_TEXTS_BYTES, MAX_UNPACKED_BYTES, RefusedError

CHUNK = 1_000_000


class Archive:
    """The parts of an archive by name; raises `RefusedError` for what is broken, locked or too much."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._room = MAX_UNPACKED_BYTES
        try:
            parts = ZipFile(BytesIO(data)).infolist()
        except (BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
            raise RefusedError("broken") from None
        if any(part.flag_bits & 1 for part in parts):
            raise RefusedError("locked")
        if len(parts) > MAX_PARTS:
            raise RefusedError("too much")
        self._parts = {part.filename.replace("\\", "/").lstrip("/"): part for part in parts}
        self._folded = {name.lower(): name for name in self._parts}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def names(self) -> list[str]:
        """All names, as written."""
        return list(self._parts)

    def read(self, name: str, most: int = MAX_TEXTS_BYTES) -> bytes:
        """A whole part of at most `most` bytes; nothing where there is none."""
        if name not in self:
            return b""
        pieces, size = [], 0
        for piece in self.stream(name):
            size += len(piece)
            if size > most:
                raise RefusedError("too much")
            pieces.append(piece)
        return b"".join(pieces)

    def stream(self, name: str) -> Iterator[bytes]:
        """The part in pieces of bounded size."""
        if name not in self:
            raise RefusedError("broken")
        part = self._parts[self._folded[name.lower()]]
        packed = self._packed(part)
        if part.compress_type == ZIP_STORED:
            for start in range(0, len(packed), CHUNK):
                yield self._counted(bytes(packed[start : start + CHUNK]))
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        rest: bytes | memoryview = packed
        while not unpacker.eof:
            try:
                piece = unpacker.decompress(rest, CHUNK)
            except zlib.error:
                raise RefusedError("broken") from None
            rest = unpacker.unconsumed_tail
            if piece:
                yield self._counted(piece)
            elif not rest:
                raise RefusedError("broken")

    def _counted(self, piece: bytes) -> bytes:
        self._room -= len(piece)
        if self._room < 0:
            raise RefusedError("too much")
        return piece

    def _packed(self, part: ZipInfo) -> memoryview:
        header = self._data[part.header_offset : part.header_offset + 30]
        if header[:4] != b"PK\x03\x04" or part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise RefusedError("broken")
        start = (
            part.header_offset
            + 30
            + int.from_bytes(header[26:28], "little")
            + int.from_bytes(header[28:30], "little")
        )
        packed = memoryview(self._data)[start : start + part.compress_size]
        if len(packed) < part.compress_size:
            raise RefusedError("broken")
        return packed
