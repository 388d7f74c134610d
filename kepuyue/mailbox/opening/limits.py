"""How much of a letter is read. What lies beyond is named to people, and the letter itself is kept whole."""

LETTER_BYTES = 40_000_000  # as it is sent; 30 MB of files make so much in base64
MOST_PIECES = 80  # parts in a letter, those of archives and letters inside it included
MOST_DEPTH = 4  # letters in archives in letters
UNPACKED_BYTES = 80_000_000  # of all parts together
MOST_RATIO = 150  # of an archive's part to what it takes packed; texts of people stay below 20
MOST_TEXT = 200_000  # characters of one part
MOST_PAGES = 300  # of a PDF
SHOWN_PAGES = 6  # of a scanned PDF, as pictures
MOST_PICTURES = 30  # inside one document
MEMORY_BYTES = 1_000_000_000  # of the process
SECONDS = 40  # of its time


class RefusedError(Exception):
    """A part is not read; `what` is one of the problems in `opening`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
