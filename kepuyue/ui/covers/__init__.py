"""Drawn covers for things without a picture: one small SVG, the same for the same seed.

A cover is a poster in miniature: a sky, one disc (the house's sign), and a scene that tells the kind. The
seed turns the light, the place of the disc and the details, so that neighbours in a list differ.
"""

from html import escape

from kepuyue.ui.covers.brush import HEIGHT, WIDTH, Dice
from kepuyue.ui.covers.scenes import SCENES

__all__ = ["SCENES", "Dice", "cover"]


def cover(seed: str, kind: str = "", title: str = "") -> str:
    """The SVG text. An unknown kind is chosen by the seed; with a title the picture speaks to screen readers."""
    dice = Dice(f"{kind}:{seed}")
    lights, scene = SCENES.get(kind) or SCENES[dice.pick(*sorted(SCENES))]
    light = dice.pick(*lights)
    drawing = scene(dice, light)
    if kind != "online" and dice.pick(True, False):  # the triangle of "play" points one way only
        drawing = f'<g transform="matrix(-1 0 0 1 {WIDTH} 0)">{drawing}</g>'
    speech = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return (
        f'<svg class="cover" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" '
        f'xmlns="http://www.w3.org/2000/svg" {speech} focusable="false">'
        f'<path fill="{light.sky}" d="M0 0h320v200H0z"/>{drawing}</svg>'
    )
