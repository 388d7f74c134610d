"""Bytes as text where nobody can be trusted to name the encoding."""

import codecs
import re

DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,30})""", re.IGNORECASE)
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def decoded(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, encoding). By its mark, as UTF-8, as it declares itself, as Chinese, at last as Western European.

    `declared` is what the server said, which is wrong so often that UTF-8 is tried first.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding.removesuffix("-sig")
    if data[1:2] == b"\0" or data[:1] == b"\0":
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return data.decode(encoding, errors="replace"), encoding
    found = DECLARED.search(data[:4_096])
    named = [declared, found.group(1).decode("ascii") if found else ""]
    for encoding in ("utf-8", *named):
        if text := _strictly(data, encoding):
            return text, encoding.lower()
    text = _strictly(data, "gb18030")
    others = [sign for sign in text or "" if sign > "\x7f"]
    # Western text read as Chinese gives rare signs beside one another
    if text and sum(bool(CHINESE.match(sign)) for sign in others) >= len(others) * 0.8:
        return text, "gb18030"
    return data.decode("cp1252", errors="replace"), "cp1252"


def _strictly(data: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    encoding = {"gb2312": "gb18030", "gbk": "gb18030"}.get(encoding.lower(), encoding)
    try:
        # A name such as "hex" or "rot13" is a codec as well, but no encoding of text
        return data.decode(encoding) if codecs.lookup(encoding)._is_text_encoding else None
    except (LookupError, UnicodeError, ValueError):
        return None
