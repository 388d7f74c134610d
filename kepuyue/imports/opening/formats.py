"""What a number format makes of a number: a day, a clock, both, a length of time, or nothing of the kind."""

import re

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
# Built-in formats (ECMA-376 part 1, 18.8.30), with those of Chinese programs
_DAYS = {14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
_CLOCKS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56}


def shape_of(code: str) -> str:
    """`day`, `clock`, `moment` (both), `length`, or "" for a plain number."""
    first = _BRACKETS.sub("", _QUOTED.sub("", code.split(";")[0])).lower()
    if re.search(r"\[(h+|m+|s+)\]", first):
        return "length"
    first = re.sub(r"general|am/pm|a/p|上午/下午", "", first)
    has_day = bool(re.search(r"[yd]|[ge](?!\+|-)|aaa", first)) or bool(
        re.fullmatch(r"[^hs0#]*m[^hs0#]*", first)
    )
    has_clock = bool(re.search(r"[hs]", first))
    if has_day and re.search(r"[0#?]", re.sub(r"s\.?0+", "", first)):
        has_day = bool(re.search(r"[yd]", first))
    return {(True, True): "moment", (True, False): "day", (False, True): "clock"}.get(
        (has_day, has_clock), ""
    )


def shape_of_builtin(number: int) -> str:
    """The same for a format known by its number."""
    if number == 22:
        return "moment"
    if number == 46:
        return "length"
    return "day" if number in _DAYS else "clock" if number in _CLOCKS else ""
