"""Cells to be careful with: errors of a program, formulas in disguise, links that are none."""

import re

from kepuyue.imports.cells import Cell, as_text

ERRORS = re.compile(
    r"^(?:#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|BLOCKED!|UNKNOWN!)|Err:\d{3}|#{4,})$",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?<![\w.])([a-z][a-z0-9+.\-]{1,20}):(?=[^\s\d：，。]|//)", re.IGNORECASE)
_DANGEROUS = frozenset({"javascript", "data", "vbscript", "file", "ftp", "sftp", "blob", "about", "jar", "smb",
"ldap", "gopher",
                        "mailto", "tel", "sms", "weixin", "alipays", "intent", "ms-word", "ms-excel"})  # fmt: skip
_SAFE_START = re.compile(r"^[+\-]?\s*(?:[\d\s()\-—~,.:%/年月日]+)$|^\+?\(?\d[\d\s()\-转,;/、]*$|^[\-+]+$")


def is_error(cell: Cell) -> bool:
    """Whether a program left its error in the cell: #N/A, #REF!, ######."""
    return isinstance(cell, str) and bool(ERRORS.match(cell.strip()))


def is_unsafe(cell: Cell) -> bool:
    """Whether a program that opens an export could take the text for a formula: = + - @ before words."""
    if not isinstance(cell, str):
        return False
    text = cell.lstrip(" \t\r\n\u3000\ufeff")
    if not text or text[0] not in "=+-@＝＋＠":
        return False
    return not _SAFE_START.match(text)


def unsafe_links(text: str, *, in_link_column: bool) -> list[str]:
    """Links that are not http or https: what a browser would do with them is not ours to try."""
    found = []
    for scheme in _SCHEME.finditer(text):
        name = scheme.group(1).lower()
        if name in {"http", "https"}:
            continue
        if (
            name in _DANGEROUS
            or text[scheme.end() :].startswith("//")
            or (in_link_column and scheme.start() == 0)
        ):
            found.append(scheme.group())
    if in_link_column and re.match(r"^(?:[A-Za-z]:\\|\\\\)", text.strip()):
        found.append(text.strip())
    return found


def link_in(text: str) -> str:
    """The http or https link in a text; "" where there is none."""
    found = re.search(r"https?://[^\s，。；、（）()]+", text, re.IGNORECASE)
    return found.group() if found else ""


def seen(cell: Cell) -> str:
    """A short form of the cell for a sentence."""
    return as_text(cell)[:40]
