"""Runs in a process of its own with limits; see the package."""

import pickle
import resource
import sys

from kepuyue.imports.cells import Sheet
from kepuyue.imports.opening import ods, ooxml, page, xls, xlsb
from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.compound import SIGNATURE, CompoundFile
from kepuyue.imports.opening.limits import MEMORY_BYTES, SECONDS, RefusedError


def opened(data: bytes) -> tuple[str, list[tuple[str, Sheet | str]]]:
    """What came of it; and each sheet's name with the sheet, or why it has none."""
    try:
        if data.startswith(SIGNATURE):
            return "sheets", _compound(data)
        return "sheets", _archive(data) if data.startswith(b"PK") else page.sheets(data)
    except RefusedError as refused:
        return refused.what, []
    except MemoryError:
        return "too much", []


def _archive(data: bytes) -> list[tuple[str, Sheet | str]]:
    archive = Archive(data)
    if "word/document.xml" in archive:
        raise RefusedError("word")
    if "ppt/presentation.xml" in archive:
        raise RefusedError("slides")
    if "xl/workbook.bin" in archive:
        return xlsb.sheets(archive)
    if "content.xml" in archive:
        kind = archive.read("mimetype", 200)
        if b"text" in kind.split(b".")[-1]:
            raise RefusedError("word")
        if b"presentation" in kind:
            raise RefusedError("slides")
        return ods.sheets(archive)
    if "xl/workbook.xml" in archive or "_rels/.rels" in archive:
        return ooxml.sheets(archive)
    raise RefusedError("archive")


def _compound(data: bytes) -> list[tuple[str, Sheet | str]]:
    try:
        file = CompoundFile(data)
    except RefusedError:  # what it was can still be told by the names in its directory
        for name, what in (("EncryptedPackage", "locked"), ("WordDocument", "word")):
            if name.encode("utf-16-le") in data:
                raise RefusedError(what) from None
        raise
    names = file.streams.keys()
    if "EncryptedPackage" in names:
        raise RefusedError("locked")
    if names & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        return xls.sheets(data, file)
    if "WordDocument" in names:
        raise RefusedError("word")
    if "PowerPoint Document" in names:
        raise RefusedError("slides")
    raise RefusedError("strange")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = opened(sys.stdin.buffer.read())
    pickle.dump(answer, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
