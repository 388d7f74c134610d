"""The text of a PDF, and its pages as pictures where it is a scan. Programs in it are not run, nothing is filled in."""

from io import BytesIO

import pypdfium2

from kepuyue.mailbox.opening import BROKEN, CUT, LOCKED, PDF, PICTURE, SCANNED, Piece
from kepuyue.mailbox.opening.charset import clean
from kepuyue.mailbox.opening.limits import MOST_PAGES, MOST_TEXT, SHOWN_PAGES, RefusedError

LEAST_TEXT = 20  # characters of a page that is not a scan
WIDTH = 1200  # pixels


def read(data: bytes) -> tuple[Piece, list[Piece]]:
    """The text of its pages; of a scan the first pages as pictures."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise RefusedError(LOCKED if "password" in str(error).lower() else BROKEN) from None
    piece = Piece("", PDF, len(data))
    texts: list[str] = []
    size = 0
    for number in range(min(len(document), MOST_PAGES)):
        texts.append(clean(document[number].get_textpage().get_text_range()))
        size += len(texts[-1])
        if size > MOST_TEXT:
            break
    piece.text = "\n".join(texts)[:MOST_TEXT]
    if size > MOST_TEXT or len(document) > MOST_PAGES:
        piece.notes.append(CUT)
    if len(piece.text.strip()) >= LEAST_TEXT:
        return piece, []
    piece.notes.append(SCANNED)
    return piece, [_page(document, number) for number in range(min(len(document), SHOWN_PAGES))]


def _page(document: pypdfium2.PdfDocument, number: int) -> Piece:
    page = document[number]
    # Of a page as large as a wall only so many points
    picture = page.render(scale=min(WIDTH / max(page.get_width(), page.get_height(), 1.0), 3.0)).to_pil()
    written = BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=80)
    return Piece(f"{number + 1}.jpg", PICTURE, written.tell(), notes=[SCANNED], data=written.getvalue())
