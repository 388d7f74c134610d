"""What a letter says: its headers, its text, and of each part the text or the picture. Nothing is executed or fetched.

The letter and every document in it are opened in processes with limits (`opening`, `imports.reader`, `office`), one
for each, so that a document that is too much costs itself only.
"""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kepuyue.core import pictures
from kepuyue.imports import reader
from kepuyue.imports.cells import Sheet, as_text
from kepuyue.mailbox import office, opening
from kepuyue.mailbox.opening import Opened, Piece
from kepuyue.mailbox.opening.limits import MOST_PIECES, MOST_TEXT

logger = logging.getLogger(__name__)

PATIENCE = 60  # seconds that a process may take in all
# Smaller ones are logos of signatures and lines between paragraphs
LEAST_SIDE = 300  # pixels
NOT_A_PICTURE, SMALL, NO_OFFICE, NO_TABLE = "not-a-picture", "small", "no-office", "no-table"
HEADING_CELLS = 2
# Pictures and documents that are looked at; the rest is named and stays in the letter
MOST_OPENED = 40


@dataclass
class Contents:
    """All that was read of a letter; `problem` says why that is not all that it holds."""

    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    problem: str = ""


def read(letter: bytes) -> Contents:
    """Read a whole letter. What cannot be read is a part with its problem; raises nothing for what is in it."""
    answer = _opened("letter", letter)
    contents = Contents(answer.headers, [], answer.problem)
    opened = 0
    for piece in answer.pieces:
        opened += bool(piece.data)
        if opened > MOST_OPENED:
            piece.problem, piece.data = opening.TOO_MUCH, b""
        contents.pieces += _looked_into(piece)
        if len(contents.pieces) > 2 * MOST_PIECES:
            contents.problem = contents.problem or opening.TOO_MUCH
            break
    return contents


def _looked_into(piece: Piece) -> list[Piece]:
    """The part with its text or as a clean picture, and the pictures that it holds."""
    if not piece.data:
        return [piece]
    if piece.kind == opening.PICTURE:
        return [_as_picture(piece)]
    if piece.kind == opening.SHEET:
        return [_as_table(piece)]
    data, piece.data = piece.data, b""
    if piece.kind == opening.OLD_WORD:
        try:
            data = office.as_new_word(data)
        except office.NotPossible as reason:
            piece.problem = reason.what
            return [piece]
    answer = _opened("pdf" if piece.kind == opening.PDF else "word", data)
    if answer.problem or not answer.pieces:
        piece.problem = answer.problem or opening.BROKEN
        return [piece]
    told, *inside = answer.pieces
    piece.text, piece.problem, piece.notes = told.text, told.problem, told.notes
    for one in inside:
        one.place = f"{piece.place} › {one.place}"[-250:]
    return [piece, *(_as_picture(one) for one in inside)]


def _as_picture(piece: Piece) -> Piece:
    """The picture written anew, without what was hidden in it."""
    data, piece.data = piece.data, b""
    try:
        clean = pictures.re_encoded(SimpleUploadedFile("picture", data)).read()
    except ValidationError:
        piece.problem = NOT_A_PICTURE
        return piece
    with Image.open(BytesIO(clean)) as image:
        is_small = min(image.size) < LEAST_SIDE
    if is_small:
        piece.notes.append(SMALL)
    piece.data = clean
    return piece


def _as_table(piece: Piece) -> Piece:
    """The sheets as lines, each value with the heading of its column."""
    data, piece.data = piece.data, b""
    try:
        book = reader.read(data)
    except reader.Unreadable as why:
        piece.problem = NO_TABLE
        piece.text = str(why)
        return piece
    lines: list[str] = []
    for sheet in book.sheets:
        lines += [sheet.name] if sheet.name and len(book.sheets) > 1 else []
        lines += _lines_of(sheet)
    piece.text = "\n".join(lines)[:MOST_TEXT]
    return piece


def _lines_of(sheet: Sheet) -> list[str]:
    heading: list[str] = []
    lines = []
    for row in sheet.rows:
        cells = [" ".join(as_text(cell).split()) for cell in row]
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if not heading and len(filled) > HEADING_CELLS and not any(cell[0].isdigit() for cell in filled):
            heading = cells
        elif heading:
            named = [
                (heading[at] if at < len(heading) else "", cell) for at, cell in enumerate(cells) if cell
            ]
            lines.append("；".join(f"{name}：{cell}" if name else cell for name, cell in named))
        else:
            lines.append("：".join(filled) if len(filled) == HEADING_CELLS else "\t".join(filled))
    return lines


def _opened(what: str, data: bytes) -> Opened:
    # -P: what lies beside the program must not stand in for the standard library
    command = [sys.executable, "-P", "-m", opening.__name__, what]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE)  # noqa: S603 our own
    except subprocess.TimeoutExpired:
        return Opened(problem=opening.TOO_MUCH)
    if child.returncode < 0:  # it was ended for the memory or the time that it took
        return Opened(problem=opening.TOO_MUCH)
    if child.returncode:
        logger.warning("A letter could not be opened: %s", child.stderr[-2000:].decode(errors="replace"))
        return Opened(problem=opening.BROKEN)
    head, _line, rest = child.stdout.partition(b"\n")
    facts = json.loads(head)
    pieces = []
    for one in facts["pieces"]:
        size = one.pop("data")
        pieces.append(Piece(**one, data=rest[:size]))
        rest = rest[size:]
    return Opened(facts["headers"], pieces, facts["problem"])
