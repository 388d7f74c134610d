"""Typed text as other formats can hold it: without signs that XML or a calendar's lines know nothing of."""

import re
import unicodedata

# Whatever some reader takes for the end of a line
_BREAK = re.compile("\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def block(text: object) -> str:
    """Text of several lines; line feeds are the only control characters in it."""
    text = str(text or "")
    # Most texts hold nothing of the kind, and looking at every sign is slow
    if text.isprintable():
        return text.strip()
    lines = _BREAK.sub("\n", text)
    return "".join(sign for sign in lines if sign in "\n\t" or _is_text(sign)).strip()


def line(text: object) -> str:
    """Text of one line, single blanks between its words."""
    return " ".join(block(text).split())


def _is_text(sign: str) -> bool:
    # Controls, lone surrogates and unassigned code points; marks of direction and joiners belong to scripts
    return unicodedata.category(sign) not in ("Cc", "Cs") and ord(sign) & 0xFFFE != 0xFFFE
