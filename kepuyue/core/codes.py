"""Codes that people read aloud and type: public codes of records, and the unified social credit code."""

import secrets

# Crockford's alphabet without vowels that could spell words: no 0/O, 1/I/L mix-ups
READABLE = "23456789BCDFGHJKMNPQRSTVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def new_code(length: int = 6) -> str:
    """A random code that is easy to read aloud; six places make 480 million."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def credit_code_is_valid(code: str) -> bool:
    """Whether an 18-place unified social credit code carries the right check character.

    GB 32100-2015, 5.5: sum of value × 3^(i-1) mod 31 over the first 17 places; check = 31 - remainder.
    """
    code = code.upper()
    if len(code) != 18 or any(character not in CREDIT_ALPHABET for character in code):
        return False
    total = sum(
        CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])
    )
    return CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]
