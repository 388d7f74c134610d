"""Pictures of a demonstration that show no real place and nobody: drawn, the same for the same seed."""

from io import BytesIO
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (1080, 720)  # pixels
TENTS = ("#c33d54", "#2f6fb0", "#2e8b57", "#d08a1d", "#6a4c9c")
CLOTHES = ("#35507a", "#8a4f3d", "#4d7a5a", "#a5622f", "#5b5b78", "#b04a6f")
SKIN = ("#f0c9a4", "#d9a67c", "#b98259")


def stalls(seed: str) -> SimpleUploadedFile:
    """A row of stalls with visitors in front of them, who are disks and nobody."""
    width, height = SIZE
    chance = Random(seed)  # noqa: S311 (a drawing, no secret)
    ends = Image.new("RGB", (1, 2))
    ends.putpixel((0, 0), chance.choice(((150, 195, 235), (190, 205, 225), (245, 205, 165))))
    ends.putpixel((0, 1), (244, 240, 228))
    image = ends.resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    ground = int(height * chance.uniform(0.6, 0.72))
    draw.rectangle((0, ground, width, height), fill=chance.choice(("#b9c3a0", "#cbbf9f", "#bcbcc4")))
    count = chance.randint(2, 4)
    for number in range(count):
        side = width // (count + 1)
        _stall(draw, chance, int(width * (number + 0.5) / count) - side // 2, side, ground)
    for _visitor in range(chance.randint(7, 16)):
        _visitor_at(draw, chance, chance.randrange(width), ground + chance.randrange(20, height - ground))
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return SimpleUploadedFile("drawn.jpg", written.getvalue(), content_type="image/jpeg")


def _stall(draw: ImageDraw.ImageDraw, chance: Random, left: int, side: int, ground: int) -> None:
    top = ground - int(side * chance.uniform(0.75, 0.95))
    roof = top - side // 3
    color = chance.choice(TENTS)
    draw.polygon(((left - 14, top), (left + side // 2, roof), (left + side + 14, top)), fill=color)
    for post in (left, left + side):
        draw.line((post, top, post, ground), fill="#5c5c5c", width=7)
    draw.rectangle((left + 12, ground - side // 4, left + side - 12, ground + 12), fill="#fdfdfb")
    for place in range(3):
        at = left + side * (2 * place + 1) // 6
        radius = chance.randint(8, side // 12)
        box = (at - radius, ground - side // 4 - 2 * radius, at + radius, ground - side // 4)
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)(box, fill=chance.choice(TENTS))


def _visitor_at(draw: ImageDraw.ImageDraw, chance: Random, at: int, feet: int) -> None:
    tall = chance.randint(90, 170)
    head = tall // 6
    body = (at - tall // 6, feet - tall + 2 * head, at + tall // 6, feet)
    draw.rounded_rectangle(body, radius=tall // 9, fill=chance.choice(CLOTHES))
    draw.ellipse(
        (at - head, feet - tall - head // 3, at + head, feet - tall + 2 * head - head // 3),
        fill=chance.choice(SKIN),
    )
