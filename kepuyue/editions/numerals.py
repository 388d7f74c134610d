"""Ordinals as a notice writes them: 第二十一届; and in English, 21st."""

import re
from typing import Any

DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number from 1 to 999 in Chinese numerals."""
    if not 1 <= number <= 999:
        raise ValueError(f"not from 1 to 999: {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        # 十五 alone, but 一百一十五
        text += "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGITS[ones] if ones else "")


def english(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def number(text: str) -> int | None:
    """The number that Chinese numerals from 1 to 999 or digits stand for; None where they stand for none."""
    if text.isascii() and text.isdigit():
        return int(text) if 1 <= int(text) <= 999 else None
    return next((value for value in range(1, 1000) if chinese(value) == text), None)


def held(ordinals: list[dict[str, Any]]) -> tuple[str, str]:
    """How often each thing has been held, as one text in Chinese and in English."""
    return (
        "暨".join(f"第{chinese(one['number'])}届{one['name']}" for one in ordinals),
        " and ".join(f"{english(one['number'])} {one['name_en'] or one['name']}" for one in ordinals),
    )


def parts(text: str, text_en: str = "") -> list[dict[str, Any]]:
    """The parts of such a text; empty where it is not written as `held` writes it."""
    english_parts = text_en.split(" and ")
    found = []
    for place, part in enumerate(text.split("暨") if text else []):
        match = re.fullmatch(r"第(.+?)届(.+)", part)
        value = number(match[1]) if match else None
        if match is None or value is None:
            return []
        name_en = english_parts[place] if place < len(english_parts) else ""
        found.append(
            {"name": match[2], "name_en": name_en.removeprefix(f"{english(value)} "), "number": value}
        )
    return found
