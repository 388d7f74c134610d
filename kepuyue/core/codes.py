"""Codes that people read aloud and type: public codes of records, and the unified social credit code."""

import re
import secrets
import unicodedata

from django.utils.translation import gettext as _

# Crockford's alphabet without vowels that could spell words: no 0/O, 1/I/L mix-ups
READABLE = "23456789BCDFGHJKMNPQRSTVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Letters that the alphabet leaves out because they look like digits
CONFUSED_WITH = {"O": "0", "I": "1", "Z": "2", "S": "5"}


def new_code(length: int = 6) -> str:
    """A random code that is easy to read aloud; six places make 480 million."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def as_credit_code(text: str) -> str:
    """What was typed as a credit code: half-width, capital letters, without the spaces and dashes of print."""
    return re.sub(r"[\s\-_.·]", "", unicodedata.normalize("NFKC", text)).upper()


def credit_code_is_valid(code: str) -> bool:
    """Whether an 18-place unified social credit code carries the right check character.

    GB 32100-2015, 5.5: sum of value × 3^(i-1) mod 31 over the first 17 places; check = 31 - remainder.
    """
    code = code.upper()
    if len(code) != 18 or any(character not in CREDIT_ALPHABET for character in code):
        return False
    return _check_character(code) == code[17]


def _check_character(code: str) -> str:
    total = sum(
        CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])
    )
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def credit_code_fault(code: str) -> str:
    """What is wrong with a credit code, which place is odd where that can be told, and what to do; "" if nothing.

    GB 32100-2015: 18 places of digits and capital letters without I, O, Z, S, V; places 3-8 are digits (the
    administrative division); the 18th is calculated from the others.
    """
    code = code.upper()
    for place, character in enumerate(code, start=1):
        if character not in CREDIT_ALPHABET:
            named = {"place": place, "found": character, "digit": CONFUSED_WITH.get(character, "")}
            if named["digit"]:
                return (
                    _("第%(place)s位是“%(found)s”，信用代码里没有这个字母，多半是数字“%(digit)s”。") % named
                )
            return _("第%(place)s位是“%(found)s”，信用代码里没有这个字符，请对照证书核对。") % named
    if len(code) != 18:
        missing = 18 - len(code)
        if missing > 0:
            return _("信用代码是18位，现在是%(now)s位，少了%(missing)s位。") % {
                "now": len(code), "missing": missing,
            }  # fmt: skip
        return _("信用代码是18位，现在是%(now)s位，多了%(more)s位。") % {"now": len(code), "more": -missing}
    for place in range(3, 9):
        if not code[place - 1].isdigit():
            return _("第%(place)s位是“%(found)s”，第3至8位是行政区划，只能是数字。") % {
                "place": place, "found": code[place - 1],
            }  # fmt: skip
    if code[17] == _check_character(code):
        return ""
    return _("校验位对不上，说明有一位抄错了，请对照证书逐位核对。")
