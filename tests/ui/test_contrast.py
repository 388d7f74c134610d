"""WCAG AA for every pair of colours that the components use, by day and by night, in standard and large print."""

import re
from pathlib import Path

import pytest

import kepuyue.ui

TOKENS = Path(kepuyue.ui.__file__).parent / "static" / "ui" / "css" / "tokens.css"
TEXT, SHAPE = 4.5, 3.0

PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("paper", "surface", "raised", "sunken")),
    *(("link", ground, TEXT) for ground in ("paper", "surface", "raised", "sunken")),
    *((tone, ground, TEXT) for tone in ("ok", "info", "warn", "moon-ink") for ground in ("paper", "surface")),
    *((tone, f"{tone}-soft", TEXT) for tone in ("ok", "info", "warn", "idle")),
    *((ink, f"{tone}-soft", TEXT) for ink in ("ink", "ink-soft", "link") for tone in ("ok", "info", "warn", "moon")),
    ("moon-ink", "moon-soft", TEXT),
    ("on-action", "action", TEXT),
    ("on-action", "action-strong", TEXT),
    ("on-moon", "moon", TEXT),
    ("on-warn", "warn", TEXT),
    ("warn", "surface", SHAPE),
    ("line-strong", "surface", SHAPE),
    ("line-strong", "paper", SHAPE),
    ("focus", "paper", SHAPE),
    ("focus", "surface", SHAPE),
    ("action", "surface", SHAPE),
    ("moon", "night-sky", SHAPE),
]  # fmt: skip

BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
COLOUR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


def palettes() -> dict[str, dict[str, str]]:
    """The colours of each way of showing pages, large print laid over the standard ones."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    blocks = [(selector, COLOUR.findall(body)) for selector, body in BLOCK.findall(text)]
    standard = next(
        colours for selector, colours in blocks if ".night" in selector and "paper" in dict_of(colours)
    )
    large = next(colours for selector, colours in blocks if 'data-print="large"' in selector and colours)
    sky = {"night-sky": "#18225a"}
    return {
        f"{scheme} {size}": {name: pair[at] for name, *pair in colours} | sky
        for size, colours in (("standard", standard), ("large", [*standard, *large]))
        for at, scheme in enumerate(("light", "dark"))
    }


def dict_of(colours: list[tuple[str, str, str]]) -> dict[str, str]:
    return {name: day for name, day, _night in colours}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", palettes())
def test_pairs_have_the_contrast_of_wcag_aa(name: str) -> None:
    colours = palettes()[name]

    weak = {
        f"{front} on {back}": round(contrast(colours[front], colours[back]), 2)
        for front, back, least in PAIRS
        if contrast(colours[front], colours[back]) < least
        # Moonlight on the night sky is a matter of the night only
        and not (back == "night-sky" and name.startswith("light"))
    }

    assert weak == {}


def test_large_print_has_stronger_contrast_than_standard() -> None:
    shown = palettes()

    for scheme in ("light", "dark"):
        for ink in ("ink", "ink-soft", "ink-faint", "line-strong", "link"):
            standard, large = shown[f"{scheme} standard"], shown[f"{scheme} large"]
            assert contrast(large[ink], large["paper"]) > contrast(standard[ink], standard["paper"])


def test_contrast_of_black_and_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
