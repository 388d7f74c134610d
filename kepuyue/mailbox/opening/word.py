"""The text and the pictures of a Word file since 2007 (ISO/IEC 29500). Macros, links and embedded objects stay shut."""

from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.limits import RefusedError as ArchiveRefused
from kepuyue.imports.opening.ooxml import relations_of
from kepuyue.imports.opening.xml import parse
from kepuyue.mailbox.opening import BROKEN, CUT, EXTERNAL, LOCKED, MACROS, PICTURE, TOO_MUCH, Piece
from kepuyue.mailbox.opening.limits import MOST_PICTURES, MOST_TEXT, UNPACKED_BYTES, RefusedError

DOCUMENT = "word/document.xml"
PART_BYTES = 50_000_000


def read(data: bytes) -> tuple[Piece, list[Piece]]:
    """The document's text with what was left alone, and its pictures."""
    try:
        archive = Archive(data)
        text = _Text()
        parse([archive.read(DOCUMENT, most=PART_BYTES)], text.start, text.end, text.characters)
        piece = Piece("", "word", len(data), text.written())
        if text.is_full:
            piece.notes.append(CUT)
        if any("vbaproject" in name.lower() for name in archive.names()):
            piece.notes.append(MACROS)
        relations = archive.read("word/_rels/document.xml.rels", most=5_000_000)
        if b'"External"' in relations:
            piece.notes.append(EXTERNAL)
        return piece, _pictures(archive)
    except ArchiveRefused as refused:
        raise RefusedError({"locked": LOCKED, "too much": TOO_MUCH}.get(refused.what, BROKEN)) from None


def _pictures(archive: Archive) -> list[Piece]:
    found: list[Piece] = []
    room = UNPACKED_BYTES
    for kind, target in relations_of(archive, DOCUMENT).values():
        if kind != "image" or target not in archive or len(found) >= MOST_PICTURES:
            continue
        data = archive.read(target, most=room)
        room -= len(data)
        found.append(Piece(target.rpartition("/")[2], PICTURE, len(data), data=data))
    return found


class _Text:
    """Collects what is written, paragraph by paragraph and cell by cell, without what was deleted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._reads = False
        self._fallbacks = 0
        self.is_full = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._reads = True
        elif name == "Fallback":  # the same text once more, for older programs
            self._fallbacks += 1
        elif name in ("tab", "tc"):
            self._put("\t")
        elif name in ("br", "cr", "tr"):
            self._put("\n")

    def characters(self, text: str) -> None:
        if self._reads:
            self._put(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._reads = False
        elif name == "Fallback":
            self._fallbacks -= 1
        elif name in ("p", "tbl"):
            self._put("\n")

    def _put(self, text: str) -> None:
        if self._fallbacks:
            return
        if self._size >= MOST_TEXT:
            self.is_full = True
            return
        self._pieces.append(text)
        self._size += len(text)

    def written(self) -> str:
        """The text; the cells of a row stand on one line."""
        lines: list[str] = []
        for row in "".join(self._pieces)[:MOST_TEXT].replace("\n\t", "\t").split("\n"):
            line = "\t".join(" ".join(cell.split()) for cell in row.strip().split("\t"))
            if line.strip():
                lines.append(line)
        return "\n".join(lines)
