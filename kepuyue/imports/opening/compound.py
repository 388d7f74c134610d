"""Compound files (MS-CFB), in which older office programs keep their streams."""

import struct

from kepuyue.imports.opening.limits import RefusedError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF


class CompoundFile:
    """The streams of the root folder by name. Chains that run in a circle or out of the file are refused."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < 512:
            raise RefusedError("broken")
        (sector_bits, small_bits) = struct.unpack_from("<HH", data, 30)
        if sector_bits not in {9, 12} or small_bits > sector_bits:
            raise RefusedError("broken")
        self._sector, self._small_sector = 1 << sector_bits, 1 << small_bits
        (_tables, directory, _transaction, self._small_below, small_table, _count, difat, _difats) = (
            struct.unpack_from("<8I", data, 44)
        )
        self._table = self._allocation(difat)
        self._small_table = _numbers(self._chain(small_table)) if small_table < _END else ()
        self.streams: dict[str, tuple[int, int]] = {}
        self._small = b""
        self._read_directory(self._chain(directory))

    def _read_directory(self, directory: bytes) -> None:
        for offset in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HxB", directory, offset + 64)[0], directory[offset + 66]
            name = directory[offset : offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, offset + 116)
            if kind == 5:
                self._small = self._chain(start) if start < _END else b""
            elif kind == 2:
                self.streams.setdefault(name, (start, size))
            elif kind == 1:
                self.streams.setdefault(f"{name}/", (0, 0))

    def read(self, name: str) -> bytes:
        """A stream's bytes."""
        start, size = self.streams[name]
        if size >= self._small_below:
            return self._chain(start)[:size]
        pieces = []
        for _step in range(size // self._small_sector + 1):
            if start >= _END:
                break
            pieces.append(self._small[start * self._small_sector : (start + 1) * self._small_sector])
            if start >= len(self._small_table):
                raise RefusedError("broken")
            start = self._small_table[start]
        return b"".join(pieces)[:size]

    def _allocation(self, difat: int) -> tuple[int, ...]:
        sectors = [number for number in struct.unpack_from("<109I", self._data, 76) if number < _END]
        seen = 0
        while difat < _END and seen < 1000:
            numbers = _numbers(self._at(difat))
            sectors += [number for number in numbers[:-1] if number < _END]
            difat, seen = numbers[-1], seen + 1
        return _numbers(b"".join(self._at(number) for number in sectors))

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        piece = self._data[start : start + self._sector]
        if not piece:
            raise RefusedError("broken")
        return piece.ljust(self._sector, b"\0")

    def _chain(self, number: int) -> bytes:
        pieces: list[bytes] = []
        while number < _END:
            if number >= len(self._table) or len(pieces) > len(self._table):
                raise RefusedError("broken")
            pieces.append(self._at(number))
            number = self._table[number]
        return b"".join(pieces)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
