"""How much of a file is read, and what is raised where there is more. Larger tables are sent in parts."""

MAX_ROWS = 20_000  # rows with content in a file
MAX_LAST_ROW = 1_048_576  # what a spreadsheet program can number
MAX_COLUMNS = 200  # cells further right are left out and named
MAX_CELLS = 2_000_000  # cells with content in a file
MAX_UNPACKED_BYTES = 400_000_000  # of all parts that are read, counted while unpacking
MAX_TEXTS_BYTES = 100_000_000  # of the table of texts, which has to be kept
MAX_PARTS = 5_000
MAX_TEXT = 32_767  # characters in a cell, as in spreadsheet programs
MEMORY_BYTES = 1_000_000_000  # of the process that opens
SECONDS = 60  # of its time


class RefusedError(Exception):
    """The file is not read; `what` is one of the answers in `opening`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
