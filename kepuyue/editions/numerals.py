"""Ordinals as a notice writes them: 第二十一届; and in English, 21st."""

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
