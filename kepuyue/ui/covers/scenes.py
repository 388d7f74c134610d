"""The scenes that tell what kind of thing a cover stands for, each with the lights that suit it."""

from collections.abc import Callable
from math import cos, pi, sin

from kepuyue.ui.covers.brush import (
    CLAY,
    DAWN,
    DEEP,
    DUSK,
    FOREST,
    HONEY,
    NIGHT,
    PLUM,
    SEA,
    SPRING,
    Dice,
    Light,
    disc,
    halo,
    lines,
    phase,
    ridge,
    ring,
    shape,
    stars,
    waves,
)


def space(dice: Dice, light: Light) -> str:
    """Orbits around a great moon, an observatory on the hill."""
    x, y, radius = dice.pick(84, 226, 240), dice.between(66, 96), dice.between(34, 46)
    parts = [stars(dice, light, 16)]
    for orbit in range(3):
        reach = radius + 24 + orbit * dice.between(22, 30)
        angle = dice.between(0, 359) / 180 * pi
        parts.append(ring(x, y, reach, light.line, 0.8, "" if orbit % 2 else "1 5"))
        planet = dice.pick(light.spark, light.line, light.disc)
        parts.append(disc(x + cos(angle) * reach, y + sin(angle) * reach, dice.between(2, 6), planet))
    parts.append(phase(x, y, radius, light, lit=dice.pick(0.16, 0.26, 0.68, 0.8, 0.9, 0.97)))
    parts.append(ridge(dice, 172, 10, light.mid) + ridge(dice, 184, 6, light.near))
    foot = 320 - x + dice.between(-14, 14)
    parts.append(shape(f"M{foot - 15} 184v-22a15 15 0 0 1 30 0v22z", light.near))
    parts.append(lines(f"M{foot + 2} 160l{dice.pick(-11, 11)} -17", light.spark, 2.4))
    return "".join(parts)


def nature(dice: Dice, light: Light) -> str:
    """Hills in the mist, round trees, birds across the sun."""
    x, y = dice.between(70, 250), dice.between(50, 74)
    parts = [halo(x, y, dice.between(24, 34), light)]
    parts += [ridge(dice, 112, 20, light.far), ridge(dice, 142, 14, light.mid)]
    tree = dice.between(16, 40)
    while tree < 316:
        size, foot = dice.between(9, 21), 186 - dice.between(0, 8)
        crown = foot - size * 2
        parts.append(disc(tree, crown, size, dice.pick(light.near, light.near, light.mid, light.line)))
        parts.append(
            lines(
                f"M{tree} {foot + 6}V{crown - size // 3}M{tree} {crown + 3}l{size // 3} -{size // 3}",
                light.spark,
                1,
            )
        )
        tree += size + dice.between(20, 46)
    for _ in range(dice.between(2, 4)):
        at, up = x + dice.between(-70, 70), y + dice.between(-30, 26)
        parts.append(lines(f"M{at} {up}q5 -5 8 0q3 -5 8 0", light.near, 1.4))
    return "".join([*parts, ridge(dice, 188, 4, light.near)])


def health(dice: Dice, light: Light) -> str:
    """A heartbeat that passes through the disc, ripples around it."""
    x, y, radius = dice.between(120, 200), dice.between(88, 104), dice.between(36, 46)
    parts = [disc(x, y, radius + 62, light.glow)]
    parts += [
        ring(x, y, radius + 14 * step, light.line, 0.9, "" if step % 2 else "2 5") for step in (1, 2, 3, 4)
    ]
    parts.append(disc(x, y, radius, light.disc))
    tall = dice.between(26, 38)
    beat = f"M-4 {y}H{x - 44}l9 -12 9 12h8l10 {tall // 2} 12 -{tall + tall // 2} 12 {tall + 10} 7 -10h9l9 -9 9 9H324"
    parts += [lines(beat, light.sky, 7), lines(beat, light.near, 2.6)]
    for corner in range(3):
        at, up, arm = (
            26 + corner * 134 + dice.between(-12, 12),
            dice.pick(26, 34, 168, 176),
            dice.between(4, 7),
        )
        parts.append(lines(f"M{at - arm} {up}h{arm * 2}M{at} {up - arm}v{arm * 2}", light.mid, 2.4))
    return "".join(parts)


def safety(dice: Dice, light: Light) -> str:
    """A lighthouse keeps watch over the sea."""
    x, flip = dice.pick((96, 1), (224, -1))
    top = dice.between(56, 70)
    parts = [stars(dice, light, 8, 90)]
    for spread in (dice.between(18, 30), 9):
        parts.append(
            shape(
                f"M{x} {top}L{x + flip * 330} {top - 52 - spread}V{top - 6 + spread * 2}z",
                light.far if spread > 9 else light.line,
            )
        )
    parts.append(shape(f"M{x} {top}L{x - flip * 200} {top - 20}v52z", light.far))
    parts.append(disc(x, top, 15, light.glow) + disc(x, top, 8, light.disc))
    parts.append(shape(f"M{x - 11} {top + 10}h22l7 104h-36z", light.spark))
    parts.append(shape(f"M{x - 13} {top + 34}h26l2 20h-30zM{x - 16} {top + 74}h32l1 20h-34z", light.disc))
    parts.append(shape(f"M{x - 13} {top + 8}h26v5h-26zM{x - 10} {top - 9}a10 9 0 0 1 20 0z", light.near))
    parts.append(waves(160, 46, 9, dice.between(0, 40), light.mid))
    parts.append(
        shape(f"M{x - 58} 190q26 -34 58 -32t62 36z", light.near)
        + waves(180, 34, 7, dice.between(0, 30), light.near)
    )
    return "".join(parts)


def engineering(dice: Dice, light: Light) -> str:
    """Wheels that mesh, and the traces of a circuit."""
    parts = []
    for row in range(5):
        y, turn = 22 + row * 40 + dice.between(-6, 6), dice.between(40, 150)
        drop = dice.pick(-16, 16, 24)
        parts.append(
            lines(
                f"M-4 {y}H{turn}l{abs(drop)} {drop}H{turn + abs(drop) + dice.between(60, 130)}",
                light.line,
                1.2,
            )
        )
        parts.append(disc(turn, y, 3.2, light.disc if row % 2 else light.line))
    x, y, radius = dice.between(176, 228), dice.between(78, 104), dice.between(40, 50)
    parts.append(_wheel(x, y, radius, light.far, light.sky, light.disc, 16))
    side = dice.pick(-1, 1)
    angle, small = side * dice.between(28, 44) / 180 * pi, radius * 0.56
    reach = radius + small + 8
    parts.append(
        _wheel(x - cos(angle) * reach, y - sin(angle) * reach, small, light.line, light.sky, light.spark, 10)
    )
    parts.append(
        _wheel(
            x + cos(angle) * reach * 0.96,
            y + sin(angle) * reach,
            small * 0.86,
            light.mid,
            light.sky,
            light.disc,
            9,
        )
    )
    return "".join(parts)


def _wheel(x: float, y: float, radius: float, body: str, hole: str, hub: str, teeth: int) -> str:
    pitch = 2 * pi * radius / teeth / 2
    return (
        ring(x, y, radius, body, 15, f"{pitch:.2f}")
        + disc(x, y, radius - 2, body)
        + disc(x, y, radius * 0.56, hole)
        + disc(x, y, radius * 0.3, hub)
    )


def lecture(dice: Dice, light: Light) -> str:
    """A full hall before a lit stage."""
    x, y = dice.between(96, 168), dice.between(70, 88)
    parts = [shape(f"M{x - 12} -4h24L{x + 112} 152H{x - 112}z", light.glow)]
    parts += [ring(x, y, 44 + 17 * step, light.line, 0.9, "" if step == 1 else "1 5") for step in range(3)]
    parts.append(disc(x, y, dice.between(30, 36), light.disc))
    parts.append(
        shape(f"M{x - 8} {y + 20}a8 8 0 1 1 16 0zM{x - 15} {y + 40}q0 -17 15 -17t15 17z", light.near)
    )
    parts.append(shape(f"M{x - 24} {y + 38}h48l-5 32h-38z", light.mid))
    for row, colour in enumerate((light.far, light.mid, light.near)):
        size, step = 9 + row * 3, 30 + row * 8
        at = dice.between(-10, 8)
        seats = ""
        while at < 340:
            seats += f"M{at} {168 + row * 15}a{size} {size} 0 1 1 {size * 2} 0v3h-{size * 2}z"
            at += step + dice.between(-3, 3)
        parts.append(shape(seats + f"M0 {172 + row * 15}h320v40H0z", colour))
    return "".join(parts)


def exhibition(dice: Dice, light: Light) -> str:
    """A row of niches, something to marvel at in each."""
    count = dice.pick(3, 4)
    gap = 14
    wide = (320 - gap * (count + 1)) // count
    half = wide // 2
    parts = []
    treasures = ["moon", "shell", "crystal", "vase", "atom", "leaf"]
    for place in range(count):
        left = gap + place * (wide + gap)
        x, floor = left + half, 168
        fill = dice.pick(light.far, light.glow, light.mid)
        parts.append(shape(f"M{left} {floor}V{24 + half}a{half} {half} 0 0 1 {half * 2} 0V{floor}z", fill))
        parts.append(shape(f"M{x - 18} {floor}v-22h36v22z", light.near))
        parts.append(_treasure(treasures.pop(dice.between(0, len(treasures) - 1)), x, 118, light))
    return "".join([*parts, shape("M0 168h320v32H0z", light.near), lines("M0 178h320", light.line, 0.8)])


def _treasure(name: str, x: int, y: int, light: Light) -> str:
    if name == "moon":
        return disc(x, y, 25, light.disc) + ring(x, y, 32, light.spark, 1, "1 4")
    if name == "shell":
        spiral = f"M{x} {y}a5 5 0 0 1 10 0a11 11 0 0 1 -22 0a17 17 0 0 1 34 0a23 23 0 0 1 -46 0"
        return lines(spiral, light.disc, 4.5)
    if name == "crystal":
        return shape(f"M{x} {y - 42}l20 30 -8 40h-24l-8 -40z", light.disc) + lines(
            f"M{x} {y - 42}v68M{x - 20} {y - 12}l20 12 20 -12", light.near, 1.2
        )
    if name == "vase":
        return shape(
            f"M{x - 8} {y - 36}h16l-3 14q22 12 14 34 -3 10 -10 14h-18q-7 -4 -10 -14 -8 -22 14 -34z",
            light.disc,
        )
    if name == "atom":
        orbits = "".join(
            f'<ellipse cx="{x}" cy="{y - 4}" rx="29" ry="11" fill="none" stroke="{light.spark}" '
            f'stroke-width="1.6" transform="rotate({turn} {x} {y - 4})"/>'
            for turn in (0, 60, 120)
        )
        return orbits + disc(x, y - 4, 7, light.disc)
    return shape(f"M{x} {y + 28}q-34 -28 0 -68q34 40 0 68z", light.disc) + lines(
        f"M{x} {y + 28}v-50m0 16l10 -9m-10 23l12 -10m-12 -8l-10 -9m10 23l-12 -10", light.near, 1.4
    )


def school(dice: Dice, light: Light) -> str:
    """Glass on the bench, bubbles that rise to become moons."""
    x, fill = dice.between(110, 210), dice.between(104, 126)
    parts = [disc(x, 84, dice.between(60, 70), light.glow)]
    slope = (fill - 76) * 46 / 88
    flask = f"M{x - 15} 40h30v36l46 88q4 10 -8 10h-106q-12 0 -8 -10l46 -88z"
    surface = f"M{x - 15 - slope:.0f} {fill}q{7 + slope / 2:.0f} -9 {15 + slope:.0f} 0t{15 + slope:.0f} 0"
    liquid = f"{surface}L{x + 61} 164q4 10 -8 10h-106q-12 0 -8 -10z"
    parts += [shape(flask, light.spark), shape(liquid, light.disc), lines(flask, light.near, 2.2)]
    parts.append(lines(f"M{x - 20} 40h40", light.near, 4))
    for step in range(5):
        parts.append(
            disc(
                x + dice.between(-9, 9),
                92 - step * 21,
                dice.between(2, 4) + step,
                dice.pick(light.disc, light.line, light.mid),
            )
        )
    for tube, side in enumerate((-1, -1, 1, 1)):
        at = x + side * (96 + tube % 2 * 34)
        level = dice.between(90, 146)
        parts.append(shape(f"M{at - 9} {level}h18v60h-18z", dice.pick(light.far, light.mid, light.line)))
        parts.append(lines(f"M{at - 9} 76v98M{at + 9} 76v98M{at - 13} 76h26", light.near, 2))
    return "".join([*parts, shape("M0 174h320v26H0z", light.near)])


def water(dice: Dice, light: Light) -> str:
    """The moon over the bay, its light on the water."""
    x, horizon = dice.between(80, 240), dice.between(88, 102)
    radius = dice.between(28, 40)
    parts = [halo(x, horizon - radius // 2 - dice.between(0, 14), radius, light)]
    parts.append(shape(f"M0 {horizon}h320v120H0z", light.far))
    glitter = ""
    for row in range(6):
        half = dice.between(8, 30) + row * 3
        glitter += f"M{x - half + dice.between(-6, 6)} {horizon + 8 + row * 11}h{half * 2}"
    parts.append(lines(glitter, light.disc, 2.2))
    parts.append(waves(horizon + 38, 64, 12, dice.between(0, 60), light.mid))
    for row in range(3):
        level = horizon + 62 + row * 17
        parts.append(
            waves(level, 52 - row * 6, 11, dice.between(0, 50), light.near if row % 2 else light.line)
        )
    if dice.pick(True, False):
        boat = 320 - x + dice.between(-20, 20)
        hull = f"M{boat - 20} {horizon + 6}h40l-8 10h-24z"
        sails = f"M{boat} {horizon - 32}v34h-18zM{boat + 3} {horizon - 24}v26h13z"
        parts.append(shape(hull + sails, light.near))
    return "".join(parts)


def energy(dice: Dice, light: Light) -> str:
    """The sun's rays, and wheels that catch the wind."""
    x, y, radius = dice.between(60, 150), dice.between(70, 92), dice.between(24, 32)
    parts = []
    for step, count in ((1, 36), (2, 48)):
        reach = radius + 12 * step + 6
        dash = 2 * pi * reach / count
        parts.append(
            ring(
                x, y, reach, light.disc if step == 1 else light.line, 8, f"{dash * 0.3:.2f} {dash * 0.7:.2f}"
            )
        )
    parts.append(disc(x, y, radius, light.disc))
    parts.append(ridge(dice, 138, 12, light.far) + ridge(dice, 164, 9, light.mid))
    for place in range(3):
        at, top, arm = 176 + place * 50 + dice.between(-8, 8), dice.between(58, 98), dice.between(24, 32)
        parts.append(shape(f"M{at - 2} {top}h4l2 112h-8z", light.near))
        start = dice.between(0, 119)
        blades = ""
        for blade in range(3):
            turn = (start + blade * 120) / 180 * pi
            tip = f"{at + cos(turn) * arm:.0f} {top + sin(turn) * arm:.0f}"
            bend = f"{at + cos(turn + 0.5) * arm * 0.4:.0f} {top + sin(turn + 0.5) * arm * 0.4:.0f}"
            blades += f"M{at} {top}L{bend}L{tip}z"
        parts.append(shape(blades, light.near) + disc(at, top, 3.4, light.disc))
    return "".join([*parts, ridge(dice, 184, 4, light.near)])


def online(dice: Dice, light: Light) -> str:
    """Windows among the clouds, and a signal that reaches all."""
    x, y = dice.between(120, 180), dice.between(66, 80)
    parts = [
        ring(x, y + 24, 40 + 26 * step, light.line, 1, "" if step % 2 else "1 6") for step in range(1, 5)
    ]
    for at, up, width, colour in (
        (34, 40, 76, light.far),
        (222, 30, 70, light.far),
        (236, 108, 62, light.mid),
    ):
        at, up = at + dice.between(-12, 12), up + dice.between(-10, 14)
        parts.append(
            f'<rect x="{at}" y="{up}" width="{width}" height="{width * 5 // 8}" rx="6" fill="{colour}"/>'
        )
        parts.append(
            lines(f"M{at + 10} {up + 14}h{width // 2}m-{width // 2} 10h{width // 3}", light.spark, 2.4)
        )
    parts.append(f'<rect x="{x - 62}" y="{y - 30}" width="136" height="88" rx="9" fill="{light.near}"/>')
    parts.append(f'<rect x="{x - 56}" y="{y - 24}" width="124" height="76" rx="5" fill="{light.mid}"/>')
    parts.append(disc(x + 6, y + 14, 24, light.disc) + shape(f"M{x} {y + 2}l20 12 -20 12z", light.near))
    base = dice.between(-30, 0)
    cloud = ""
    while base < 330:
        size = dice.between(17, 34)
        cloud += f"M{base} 200a{size} {size} 0 0 1 {size * 2} 0z"
        base += size + dice.between(4, 16)
    return "".join([*parts, shape(cloud + "M0 188h320v12H0z", light.spark)])


def festival(dice: Dice, light: Light) -> str:
    """Lanterns on a line, sparks above the crowd's hills."""
    parts = [stars(dice, light, 7, 110)]
    for _ in range(3):
        x, y, reach = dice.between(30, 290), dice.between(26, 84), dice.between(14, 30)
        colour = dice.pick(light.disc, light.line, light.spark)
        for step, width in ((0.95, reach * 0.34), (0.42, reach * 0.24)):
            around = 2 * pi * reach * step / 14
            parts.append(ring(x, y, reach * step, colour, width, f"1.6 {around - 1.6:.2f}"))
    sag, first = dice.between(20, 44), dice.between(60, 84)
    parts.append(lines(f"M-4 {first}Q160 {first + sag * 2} 324 {first - 6}", light.spark, 1.2))
    for place in range(5):
        x = 34 + place * 63 + dice.between(-6, 6)
        t = x / 320
        line = (1 - t) ** 2 * first + 2 * t * (1 - t) * (first + sag * 2) + t * t * (first - 6)
        size, drop = dice.between(13, 18), line + dice.between(6, 18)
        centre = drop + size
        parts.append(lines(f"M{x} {line:.0f}V{centre + size + 13:.0f}", light.spark, 1.2))
        parts.append(
            f'<ellipse cx="{x}" cy="{centre:.0f}" rx="{size * 1.15:.0f}" ry="{size}" '
            f'fill="{light.disc if place % 2 else light.spark}"/>'
        )
        parts.append(
            lines(
                f"M{x} {drop:.0f}q{-size} {size} 0 {size * 2}M{x} {drop:.0f}q{size} {size} 0 {size * 2}",
                light.mid,
                0.9,
            )
        )
    return "".join([*parts, ridge(dice, 172, 10, light.mid), ridge(dice, 186, 5, light.near)])


Scene = Callable[[Dice, Light], str]

SCENES: dict[str, tuple[tuple[Light, ...], Scene]] = {
    "space": ((NIGHT, NIGHT, DUSK, PLUM), space),
    "nature": ((SPRING, SPRING, FOREST, DAWN), nature),
    "health": ((CLAY, DAWN, SPRING, SEA, PLUM), health),
    "safety": ((NIGHT, DEEP, DUSK), safety),
    "engineering": ((DAWN, NIGHT, HONEY, SEA), engineering),
    "lecture": ((PLUM, NIGHT, DUSK, DEEP, FOREST), lecture),
    "exhibition": ((HONEY, DAWN, PLUM, CLAY), exhibition),
    "school": ((DAWN, SEA, HONEY, SPRING), school),
    "water": ((SEA, DEEP, DAWN, DUSK), water),
    "energy": ((HONEY, SPRING, DAWN), energy),
    "online": ((DAWN, SEA, NIGHT, PLUM), online),
    "festival": ((DUSK, NIGHT, PLUM, DEEP), festival),
}
