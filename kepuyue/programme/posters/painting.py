"""What posters and cards are drawn of: a night sky with its moon, a photo, a mark, a QR code."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import segno
from PIL import Image, ImageDraw, ImageFilter, ImageOps

INK, INK_SOFT, PAPER, WHITE = "#141a38", "#465070", "#f3f6f9", "#ffffff"
NIGHT, DUSK, MOON, WARN, LINE = "#0d1228", "#25379a", "#f5ca66", "#b2241a", "#d5dde6"


def sky(size: tuple[int, int], seed: str, *, lettered: tuple[int, int, int, int]) -> Image.Image:
    """A night with a moon and hills; the same for the same seed. Where letters come to stand, it is left dark."""
    width, height = size
    chance = Random(seed)  # noqa: S311 (a drawing, no secret)
    # Two pixels stretched over the whole height make the smoothest gradient
    ends = Image.new("RGB", (1, 2))
    ends.putpixel((0, 0), _rgb(NIGHT))
    ends.putpixel((0, 1), _rgb(DUSK))
    image = ends.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _star in range(width * height // 6_000):
        x, y = chance.randrange(width), chance.randrange(int(height * 0.8))
        radius = chance.choice((1, 1, 1, 2, 3))
        if lettered[0] <= x <= lettered[2] and lettered[1] <= y <= lettered[3]:
            continue
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#eef2fb")
    radius = min(width, height) // 6
    at = (int(width * chance.uniform(0.76, 0.84)), radius + int(height * chance.uniform(0.12, 0.18)))
    _moon(image, at, radius, phase=chance.uniform(0.5, 1.5))
    for level, shade in ((0.78, "#1c2a72"), (0.88, "#141c4c")):
        # From beyond one edge to beyond the other
        ridge = [
            (width * (step - 1) / 8, height * (level + chance.uniform(-0.07, 0.07))) for step in range(11)
        ]
        draw.polygon([(0, height), *_smooth(ridge), (width, height)], fill=shade)
    return image


def _moon(image: Image.Image, at: tuple[int, int], radius: int, *, phase: float) -> None:
    scale = 3
    side = radius * 2 * scale
    disc = Image.new("L", (side, side))
    ImageDraw.Draw(disc).ellipse((0, 0, side, side), fill=255)
    shadow = int(side * phase * 0.45)
    ImageDraw.Draw(disc).ellipse((-shadow, -side // 12, side - shadow, side - side // 12), fill=0)
    disc = disc.resize((radius * 2, radius * 2), Image.Resampling.LANCZOS)
    corner = (at[0] - radius, at[1] - radius)
    glow = Image.new("L", image.size)
    glow.paste(disc.point(lambda value: value // 3), corner)
    image.paste(MOON, (0, 0), glow.filter(ImageFilter.GaussianBlur(radius // 3)))
    image.paste(MOON, corner, disc)


def _smooth(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Hills instead of peaks: every corner cut off, three times (Chaikin)."""
    curve = points
    for _round in range(3):
        cut = [curve[0]]
        for (ax, ay), (bx, by) in pairwise(curve):
            cut += [
                (ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25),
                (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75),
            ]
        curve = [*cut, curve[-1]]
    return curve


def photo(file: object, size: tuple[int, int]) -> Image.Image | None:
    """The picture filling the size; None where it cannot be read, so that a broken file breaks no poster."""
    try:
        with Image.open(file) as opened:  # type: ignore[arg-type]
            return ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def mark(radius: int) -> Image.Image:
    """The house's mark: the half moon with its orbit."""
    scale = 4
    unit = radius * 2 * scale / 48
    image = Image.new("RGBA", (radius * 2 * scale, radius * 2 * scale))
    draw = ImageDraw.Draw(image)

    def oval(x: float, y: float, rx: float, ry: float) -> Sequence[float]:
        return [(x - rx) * unit, (y - ry) * unit, (x + rx) * unit, (y + ry) * unit]

    draw.ellipse(oval(24, 24, 22, 22), fill="#18225a")
    draw.pieslice(oval(24, 24, 15, 15), -90, 90, fill=MOON)
    draw.chord(oval(24, 24, 9.5, 15), -90, 90, fill="#18225a")
    orbit = Image.new("RGBA", image.size)
    ImageDraw.Draw(orbit).ellipse(oval(24, 24, 21, 7.5), outline="#eef2fb", width=round(1.75 * unit))
    image.alpha_composite(orbit.rotate(28, Image.Resampling.BICUBIC))
    draw.ellipse(oval(41, 16.5, 3, 3), fill="#eef2fb")
    return image.resize((radius * 2, radius * 2), Image.Resampling.LANCZOS)


def qr(address: str, side: int) -> Image.Image:
    """The code with its quiet zone of four modules (ISO/IEC 18004), about `side` pixels wide and sharp."""
    code = segno.make(address, error="m", micro=False)
    border = 4
    width = int(code.symbol_size(border=border)[0])
    modules = Image.new("1", (width, width), 1)
    for y, row in enumerate(code.matrix_iter(border=border)):
        for x, dark in enumerate(row):
            if dark:
                modules.putpixel((x, y), 0)
    scale = max(2, side // width)
    return modules.resize((width * scale, width * scale), Image.Resampling.NEAREST).convert("RGB")


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
