"""Whether two pictures show nearly the same: a difference hash (dHash) of 64 bits, compared bit by bit."""

from typing import IO

from PIL import Image

SIDE = 8
# So many bits of 64 may differ: another size, another quality, a little brighter
NEAR = 6


def digest(file: IO[bytes]) -> str:
    """Which of each two neighboring points is brighter, as 16 hexadecimal digits; of a picture written by us."""
    small = Image.open(file).convert("L").resize((SIDE + 1, SIDE))
    points = small.tobytes()
    bits = 0
    for row in range(SIDE):
        for column in range(SIDE):
            place = row * (SIDE + 1) + column
            bits = bits << 1 | (points[place] > points[place + 1])
    return f"{bits:016x}"


def is_near(one: str, other: str) -> bool:
    """Whether the pictures of these digests look the same; a plain surface is like nothing."""
    if not int(one, 16) or not int(other, 16):
        return False
    return (int(one, 16) ^ int(other, 16)).bit_count() <= NEAR
