"""Phone numbers as people type them, and as they are kept."""

import re
import unicodedata

CHINA = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
ABROAD = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)  # ITU-T E.164


def as_kept(text: str) -> str:
    """The number with its country (+86…); "" where it is none. Blanks and dashes of print do not matter.

    Eleven places that begin with 13 to 19 are a mobile number of the mainland (《电信网编号计划》); others need
    their country.
    """
    digits = re.sub(r"[\s\-()（）·.]", "", unicodedata.normalize("NFKC", text))
    if known := CHINA.fullmatch(digits):
        return f"+86{known[1]}"
    return digits if ABROAD.fullmatch(digits) and not digits.startswith("+86") else ""


def masked(number: str) -> str:
    """As it is shown: the first three and the last two places of it."""
    local = number.removeprefix("+86")
    return f"{local[:3]}{'*' * max(len(local) - 5, 1)}{local[-2:]}" if local else ""
