"""What a file is, by its first bytes."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from kepuyue.mailbox.opening import ARCHIVE, OLD_WORD, OTHER, PDF, PICTURE, SHEET, TEXT, WORD

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TNEF = b"\x78\x9f\x3e\x22"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
HEIF = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
# What a name promises
PROMISED = {
    "picture": (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".tif", ".tiff", ".bmp"),
    "word": (".docx",),
    "old-word": (".doc", ".rtf", ".wps"),
    "sheet": (".xlsx", ".xls", ".et", ".ods", ".csv"),
    "pdf": (".pdf",),
}
TEXTS = (".txt", ".csv", ".md")


def kind_of(data: bytes, name: str = "") -> str:
    """The kind of a part, one of those in `opening`."""
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        return PDF
    if _is_picture(data):
        return PICTURE
    if data.startswith(b"PK\x03\x04"):
        return _in_archive(data)
    if data.startswith(OLE):
        return _in_compound(data)
    if data.startswith(b"{\\rtf"):
        return OLD_WORD
    if data.startswith(PROGRAMS) or not data:
        return OTHER
    lower = name.lower()
    if lower.endswith(".csv"):
        return SHEET
    is_text = b"\x00" not in data[:4096] and lower.endswith((*TEXTS, ".htm", ".html"))
    return TEXT if is_text else OTHER


def is_lying(kind: str, name: str) -> bool:
    """Whether the name promises another kind of file than it is."""
    ending = f".{name.lower().rpartition('.')[2]}"
    promised = next((one for one, endings in PROMISED.items() if ending in endings), "")
    if not promised or promised == kind:
        return False
    # Programs write one for the other, and nothing is hidden by it
    return {promised, kind} not in ({"word", "old-word"}, {"sheet", "text"}, {"sheet", "other"})


def _is_picture(data: bytes) -> bool:
    return (
        data.startswith(PICTURES)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in HEIF)
        or (data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data))
    )


def _in_archive(data: bytes) -> str:
    try:
        names = set(ZipFile(BytesIO(data)).namelist())
    except (BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return ARCHIVE
    if "word/document.xml" in names:
        return WORD
    if names & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "mimetype"} <= names:
        return SHEET
    return OTHER if "ppt/presentation.xml" in names else ARCHIVE


def _in_compound(data: bytes) -> str:
    if "WordDocument".encode("utf-16-le") in data:
        return OLD_WORD
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book", "EncryptedPackage")):
        return SHEET
    return OTHER
