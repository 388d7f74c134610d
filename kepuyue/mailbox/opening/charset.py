"""Chinese as mail programs really send it: charsets misnamed, missing, or cut in the middle of a character."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.policy import Compat32

# What calls itself GB2312 or GBK often holds characters of its successor, which has all of theirs
LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
          "ms936": "gb18030", "euc-cn": "gb18030", "hz": "hz", "iso-8859-1": "", "us-ascii": "", "ascii": "",
          "default": "", "unknown-8bit": "", "x-unknown": "", "big5": "big5hkscs"}  # fmt: skip
# Halves of a pair (surrogates) among them: some charsets give them alone, and no encoding takes them
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]")
# Two encoded words of which some programs leave no space between
GLUED = re.compile(r"\?=(?==\?[\w-]+\?[bBqQ]\?)")


def decoded(data: bytes, declared: str = "") -> str:
    """The text of bytes; what is declared is tried first, GB18030 last, since it takes almost anything."""
    name = declared.strip().strip("\"'").lower()
    tries = [LARGER.get(name, name), "utf-8", "gb18030"]
    for charset in tries:
        if not charset:
            continue
        try:
            return clean(data.decode(charset))
        except (ValueError, LookupError):
            continue
    return clean(data.decode("gb18030" if _is_mostly_chinese(data) else "utf-8", errors="replace"))


def _is_mostly_chinese(data: bytes) -> bool:
    """Which of the two charsets loses less."""
    lost = {name: data.decode(name, errors="replace").count("\ufffd") for name in ("gb18030", "utf-8")}
    return lost["gb18030"] < lost["utf-8"]


def clean(text: str) -> str:
    """The text with one kind of line break and without signs that no database keeps and nobody sees."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def header(value: str) -> str:
    """A header as people read it: encoded words taken apart by our charsets, on one line."""
    try:
        pieces = decode_header(GLUED.sub("?= ", value))
    except (HeaderParseError, ValueError):
        return " ".join(clean(value).split())
    words = [
        piece if isinstance(piece, str) else decoded(piece, charset or "us-ascii") for piece, charset in pieces
    ]  # fmt: skip
    return " ".join(clean("".join(words)).split())


class Repairing(Compat32):
    """Headers with bytes that nobody encoded, read as UTF-8 or GB18030 instead of being lost."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The header's text as it was sent."""
        try:
            return value.encode("ascii", "surrogateescape").decode("ascii")
        except (UnicodeDecodeError, UnicodeEncodeError):
            return decoded(value.encode("utf-8", "surrogateescape"))
