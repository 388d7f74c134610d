"""What every cover is drawn with: the light of an hour, throws that a seed decides, and strokes of SVG."""

from dataclasses import dataclass
from hashlib import sha256
from math import cos, pi
from typing import TypeVar

WIDTH, HEIGHT = 320, 200

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Light:
    """The colours of one hour of the day, from the sky to the ground before our feet."""

    sky: str
    glow: str
    disc: str
    far: str
    mid: str
    near: str
    line: str
    spark: str


NIGHT = Light("#161d47", "#1f2a63", "#f6cf73", "#2b3a86", "#1c2659", "#0e1430", "#8c9ce0", "#fff1c9")
DUSK = Light("#3a3a7c", "#5b4a87", "#f5b65c", "#4a4a92", "#2f3272", "#191d4a", "#c9b3dd", "#ffe3ae")
DAWN = Light("#dfe7f3", "#eef2f8", "#f2b84b", "#b4c3e2", "#6f86c3", "#26347f", "#52659f", "#ffffff")
SPRING = Light("#d9ebe0", "#e9f4ec", "#f4c65b", "#a3cdb6", "#559a80", "#1d4f4b", "#3e8069", "#fdf6dd")
FOREST = Light("#123a3d", "#1b4d4c", "#f3c969", "#25625c", "#174644", "#0a2629", "#7fbfa6", "#fbeec4")
SEA = Light("#d3e8ee", "#e6f2f6", "#f3bf57", "#93c6d3", "#3f8ea5", "#14485f", "#2f7f97", "#ffffff")
DEEP = Light("#0f3150", "#164164", "#f4cb6c", "#1d557c", "#123f62", "#081f38", "#6fb0d0", "#fdf0c8")
HONEY = Light("#f7e3b4", "#fcf0d2", "#e89a35", "#efc877", "#b06f2e", "#33285e", "#a5652a", "#fffaf0")
PLUM = Light("#47325f", "#5b4378", "#f5c264", "#6a5090", "#382850", "#1f1733", "#b79bd1", "#ffe9bd")
CLAY = Light("#f6e2da", "#fbf0eb", "#e0785a", "#ecbfae", "#c98a79", "#3a2f66", "#b4654e", "#fffaf6")


class Dice:
    """Throws that depend on the seed alone, on every machine and Python alike."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._bytes = b""
        self._turn = 0

    def _byte(self) -> int:
        if not self._bytes:
            self._bytes = sha256(f"{self._seed}/{self._turn}".encode()).digest()
            self._turn += 1
        first, self._bytes = self._bytes[0], self._bytes[1:]
        return first

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + (self._byte() * 256 + self._byte()) % (high - low + 1)

    def pick(self, *choices: Choice) -> Choice:
        return choices[self.between(0, len(choices) - 1)]


# Strokes of the brush: each gives a piece of SVG


def disc(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.4g}" fill="{fill}"/>'


def ring(x: float, y: float, radius: float, stroke: str, width: float = 1, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.4g}" fill="none" stroke="{stroke}" '
        f'stroke-width="{width:.3g}"{dashes}/>'
    )


def shape(path: str, fill: str) -> str:
    return f'<path fill="{fill}" d="{path}"/>'


def lines(path: str, stroke: str, width: float = 1) -> str:
    return (
        f'<path fill="none" stroke="{stroke}" stroke-width="{width:.3g}" stroke-linecap="round" d="{path}"/>'
    )


def halo(x: float, y: float, radius: float, light: Light) -> str:
    """The disc with two rings of glow around it."""
    return disc(x, y, radius * 1.55, light.glow) + disc(x, y, radius, light.disc)


def phase(x: float, y: float, radius: float, light: Light, *, lit: float) -> str:
    """A disc of which the fraction `lit` shines, the rest lies in the glow's colour."""
    bulge = abs(cos(pi * lit)) * radius
    sweep = 1 if lit > 0.5 else 0
    top, bottom = y - radius, y + radius
    path = f"M{x} {top}A{radius} {radius} 0 0 1 {x} {bottom}A{bulge:.1f} {radius} 0 0 {sweep} {x} {top}z"
    return disc(x, y, radius, light.glow) + shape(path, light.disc)


def ridge(dice: Dice, level: int, swing: int, fill: str) -> str:
    """Rolling ground from edge to edge, down to the bottom."""
    heights = [level + dice.between(-swing, swing) for _ in range(4)]
    path = f"M-20 {heights[0]}C40 {heights[0] - swing} 60 {heights[1]} 110 {heights[1]}"
    path += f"S180 {heights[2]} 220 {heights[2]}S300 {heights[3]} 340 {heights[3]}V200H-20z"
    return shape(path, fill)


def waves(level: int, length: int, height: int, shift: int, fill: str) -> str:
    """A row of even waves with water below."""
    path = f"M{-shift} {level}q{length // 2} {-height} {length} 0" + f"t{length} 0" * (360 // length + 1)
    return shape(path + "V200H-80z", fill)


def stars(dice: Dice, light: Light, count: int, depth: int = 120) -> str:
    return "".join(
        disc(dice.between(8, 312), dice.between(8, depth), dice.pick(0.8, 1, 1, 1.6), light.spark)
        for _ in range(count)
    )


# Scenes
