"""The poster of one activity and its card, kept as files until something that is drawn on them changes."""

from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from kepuyue.activities.models import Activity, BookingMode, Origin, State
from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.programme.cards import card, host
from kepuyue.programme.feeds.occasions import Status, status_of
from kepuyue.programme.feeds.selection import address_of, title_of
from kepuyue.programme.posters import lettering, painting
from kepuyue.programme.posters.lettering import SANS, SERIF

POSTER, CARD = "poster", "card"
SIZES = {POSTER: (1080, 1620), CARD: (1200, 630)}  # pixels; a card's shape is what links unfold to (ogp.me)
# Grows with every change of the drawing, so that no old one is taken for the new
DRAWN_AS = 1
EDGE = 76


@dataclass(frozen=True)
class Facts:
    """All that is drawn; two activities with the same facts have the same poster."""

    title: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    edition: str
    theme: str
    address: str
    picture: str
    seed: str
    note: str = ""
    call: str = ""


def facts_of(activity: Activity, at: datetime) -> Facts:
    """What the poster of an activity (read by `queries.in_full`) says in the language of the page."""
    shown = card(activity, at=at)
    known = [
        (_("时间"), shown.when),
        (_("地点"), shown.where),
        (_("主办"), shown.host or host(activity)),
        (_("参加"), wording.clauses(_ways(activity))),
    ]
    picture = next(iter(activity.pictures.all()), None)
    return Facts(
        title=title_of(activity),
        notice={
            Status.CANCELLED: _("已取消"),
            Status.POSTPONED: _("已延期，新的时间待定"),
        }.get(status_of(activity), ""),
        facts=tuple((label, text) for label, text in known if text),
        edition=activity.edition.name_for_reader,
        theme=_theme(activity.edition),
        address=address_of(activity),
        picture=str(picture.file) if picture else "",
        seed=activity.code,
        note=_("演示数据") if activity.origin == Origin.DEMO else "",
        call=_("扫码看详情和变更") if activity.state == State.CANCELLED else _call(activity),
    )


def facts_of_edition(edition: Edition, address: str) -> Facts:
    """What the card of the whole programme says."""
    days = wording.days_text(edition.starts_on, edition.ends_on, year=True)
    name = edition.name_for_reader
    return Facts(name, "", (("", days),), "", _theme(edition), address, "", edition.code)


def drawn(kind: str, facts: Facts) -> bytes:
    """The picture as PNG, from its file where it was drawn before."""
    key = sha256(repr((DRAWN_AS, kind, astuple(facts))).encode()).hexdigest()[:24]
    folder = Path(settings.DATA_DIR) / "posters"
    # One file for each activity, kind and language: a new one takes the place of the old
    name = f"{sha256(facts.seed.encode()).hexdigest()[:16]}-{kind}-{get_language()}"
    path = folder / f"{name}-{key}.png"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    body = (_poster if kind == POSTER else _card)(facts)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}-*.png"):
        old.unlink(missing_ok=True)
    with NamedTemporaryFile("wb", dir=folder, delete=False) as file:
        file.write(body)
    Path(file.name).replace(path)
    return body


def _poster(facts: Facts) -> bytes:
    width, height = SIZES[POSTER]
    image = Image.new("RGB", (width, height), painting.PAPER)
    top = _cover(facts, (width, 540))
    image.paste(top, (0, 0))
    draw = ImageDraw.Draw(image)
    _head(image, draw, facts, (EDGE, 56))
    inner = width - 2 * EDGE
    y = top.height + 52
    if facts.notice:
        y = _notice(draw, facts.notice, (EDGE, y)) + 28
    title, size = lettering.fitted(facts.title, SERIF, (80, 70, 60, 52), inner, 4)
    y = lettering.write(
        draw, (EDGE, y), title, name=SERIF, size=size, fill=painting.INK, leading=1.32, bold=True
    )
    y += 34
    code = painting.qr(facts.address, 270)
    code_y = height - 56 - code.height
    for left, (label, text) in zip(range(len(facts.facts), 0, -1), facts.facts, strict=True):
        # A second line where there is room for it and for all that follows
        room = (code_y - 40 - y) // 64
        if room < 1:
            break
        most = 2 if room > left else 1
        lettering.write(draw, (EDGE, y + 5), [label], name=SANS, size=30, fill=painting.INK_SOFT)
        parts = lettering.lines(text, lettering.face(SANS, 36), inner - 130, most)
        y = (
            lettering.write(draw, (EDGE + 130, y), parts, name=SANS, size=36, fill=painting.INK, leading=1.38)
            + 14
        )
    draw.line((EDGE, code_y - 26, width - EDGE, code_y - 26), fill=painting.LINE, width=2)
    image.paste(code, (width - EDGE - code.width, code_y))
    beside = inner - code.width - 40
    parts = lettering.lines(facts.call, lettering.face(SANS, 38), beside, 2)
    y = lettering.write(draw, (EDGE, code_y + 18), parts, name=SANS, size=38, fill=painting.INK, bold=True)
    parts = lettering.lines(facts.address.partition("://")[2], lettering.face(SANS, 26), beside, 3)
    y = lettering.write(draw, (EDGE, y + 8), parts, name=SANS, size=26, fill=painting.INK_SOFT)
    if facts.note:
        lettering.write(
            draw, (EDGE, y + 8), [lettering.drawable(facts.note)], name=SANS, size=26, fill=painting.INK_SOFT
        )
    return _png(image)


def _card(facts: Facts) -> bytes:
    width, height = SIZES[CARD]
    image = _cover(facts, (width, height))
    if facts.picture:
        image = Image.blend(image, Image.new("RGB", image.size, painting.NIGHT), 0.62)
    draw = ImageDraw.Draw(image)
    _head(image, draw, facts, (64, 48))
    y = 190
    if facts.notice:
        y = _notice(draw, facts.notice, (64, y - 26)) + 16
    title, size = lettering.fitted(facts.title, SERIF, (78, 66, 56, 48), width - 190, 3)
    y = lettering.write(
        draw, (64, y), title, name=SERIF, size=size, fill=painting.WHITE, leading=1.3, bold=True
    )
    for _label, text in facts.facts[:2]:
        parts = lettering.lines(text, lettering.face(SANS, 34), width - 128, 1)
        y = lettering.write(draw, (64, y + 12), parts, name=SANS, size=34, fill="#eef2fb", leading=1.3)
    return _png(image)


def _cover(facts: Facts, size: tuple[int, int]) -> Image.Image:
    if facts.picture:
        found = None
        with suppress(FileNotFoundError), default_storage.open(facts.picture) as file:
            found = painting.photo(file, size)
        if found:
            # The house's name stands on it: dark enough at its upper edge, whatever the photo is
            shade = (
                Image.linear_gradient("L")
                .rotate(180)
                .resize((size[0], 220))
                .point(lambda value: value * 3 // 4)
            )
            found.paste(painting.NIGHT, (0, 0, size[0], 220), shade)
            return found
    lettered = (0, 0, size[0] * 3 // 4, size[1]) if size == SIZES[CARD] else (0, 0, size[0] * 2 // 3, 170)
    return painting.sky(size, facts.seed, lettered=lettered)


def _head(image: Image.Image, draw: ImageDraw.ImageDraw, facts: Facts, at: tuple[int, int]) -> None:
    x, y = at
    mark = painting.mark(38)
    image.paste(mark, (x, y), mark)
    width = image.width - x - 190
    name = lettering.lines(facts.edition or facts.theme, lettering.face(SERIF, 36), width, 1)
    lettering.write(draw, (x + 96, y - 2), name, name=SERIF, size=36, fill=painting.WHITE, bold=True)
    if facts.edition and facts.theme:
        theme = lettering.lines(facts.theme, lettering.face(SANS, 24), width, 1)
        lettering.write(draw, (x + 96, y + 46), theme, name=SANS, size=24, fill="#bac4e2")


def _notice(draw: ImageDraw.ImageDraw, text: str, at: tuple[int, int]) -> int:
    x, y = at
    text = lettering.drawable(text)
    width = round(lettering.face(SANS, 36).getlength(text))
    draw.rounded_rectangle((x, y, x + width + 48, y + 68), radius=14, fill=painting.WARN)
    lettering.write(draw, (x + 24, y + 9), [text], name=SANS, size=36, fill=painting.WHITE, bold=True)
    return y + 68


def _ways(activity: Activity) -> list[str]:
    found = [] if activity.admission == "unknown" else [activity.get_admission_display()]
    if activity.booking_mode != BookingMode.UNKNOWN:
        found.append(activity.get_booking_mode_display())
    return [str(text) for text in found]


def _call(activity: Activity) -> str:
    if activity.booking_mode in (BookingMode.FIRST_COME, BookingMode.BALLOT, BookingMode.EXTERNAL):
        return _("扫码看详情、预约方式和变更")
    return _("扫码看详情和变更")


def _theme(edition: Edition) -> str:
    return edition.theme_en if wording.is_english() and edition.theme_en else edition.theme


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=False, compress_level=6)
    return written.getvalue()
