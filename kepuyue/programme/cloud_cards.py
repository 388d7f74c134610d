"""An item of the cloud month as the public pages show it: its card, and where it can be watched."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Origin
from kepuyue.cloud import addresses, presentation
from kepuyue.cloud.models import Air, CloudItem, Kind
from kepuyue.programme.cards import Card, localized, unit_href
from kepuyue.programme.covers import kind_of

# The drawn cover of what has no picture, where the words tell nothing
DRAWN = {Kind.LIVE: "online", Kind.VIDEO: "online", Kind.EXHIBITION: "exhibition", Kind.TOPIC: "lecture"}
# The demonstration says so in the title, as the sources' words are not its own
DEMO_MARK = "（演示）"


def card(item: CloudItem, *, at: datetime) -> Card:
    """The card of an item read with `with_facts`."""
    title, language = localized(item.title, item.title_en)
    cover = item.cover
    return Card(
        code=item.code,
        title=title,
        language=language,
        href=reverse("programme:cloud-item", args=[item.code]),
        cover_kind=kind_of(item.title, item.summary) or DRAWN[Kind(item.kind)],
        when=when(item),
        where="",
        host=localized(item.organization.name, item.organization.name_en)[0],
        host_href=unit_href(item.organization),
        picture=cover.get_absolute_url() if cover else "",
        picture_alt=cover.alt if cover else "",
        text=item.summary,
        flags=flags(item, at),
        tags=tags(item),
        note=_("演示数据") if is_demo(item) else "",
        is_cancelled=item.is_cancelled,
    )


def is_demo(item: CloudItem) -> bool:
    """Whether it is content of the demonstration."""
    return DEMO_MARK in item.title or (item.activity is not None and item.activity.origin == Origin.DEMO)


def when(item: CloudItem) -> str:
    """Its time in the active zone."""
    if item.kind == Kind.LIVE:
        return presentation.when(item)
    if item.ends_at is None:
        return ""
    until = presentation.span(None, item.ends_at)
    return _("提问%(until)s") % {"until": until} if item.kind == Kind.TOPIC else until


def flags(item: CloudItem, at: datetime) -> list[tuple[str, str]]:
    """The kind, and of a broadcast where it stands; what is over says so."""
    air = item.air(at)
    if air is not None:
        return [(presentation.TONES[air], str(air.label) if air != Air.SCHEDULED else _("直播预告"))]
    found = [("online", item.get_kind_display())]
    if is_over(item, at):
        found.append(("archived", _("提问已结束") if item.kind == Kind.TOPIC else _("已结束")))
    return found


def is_over(item: CloudItem, at: datetime) -> bool:
    """Whether an exhibition or a topic has reached its end."""
    return item.kind != Kind.LIVE and item.ends_at is not None and item.ends_at <= at


def tags(item: CloudItem) -> list[str]:
    """What one wants to know before one begins."""
    found = []
    if item.duration:
        found.append(_("%(count)s分钟") % {"count": item.duration})
    if item.has_captions:
        found.append(_("有字幕"))
    if item.has_sign_language:
        found.append(_("有手语"))
    if item.suits_minors:
        found.append(_("适合未成年人"))
    return found


@dataclass(frozen=True)
class Watching:
    """How an item is watched just now: `url` is a link out of the house, `player` what may play here once asked."""

    url: str = ""
    host: str = ""
    platform: str = ""
    player: addresses.Player | None = None
    text_only: str = ""
    note: str = ""


def watching(item: CloudItem, at: datetime) -> Watching:
    """The way to watch it at a moment. A stored address that would be refused today is shown as text, not as a link."""
    air = item.air(at)
    if air == Air.CANCELLED or item.kind == Kind.TOPIC:
        return Watching()
    if air == Air.ENDED:
        return Watching(note=_("直播已经结束，回放还没有公布。"))
    address = item.replay_url if air == Air.REPLAY else item.url
    if not address:
        return Watching()
    if addresses.fault(address):
        return Watching(text_only=address)
    # Before it begins a player would show nothing; the link leads to where one can be reminded
    player = None if air == Air.SCHEDULED else addresses.player(address)
    return Watching(
        url=address,
        host=addresses.host_of(address),
        platform=item.platform or addresses.platform_of(address),
        player=player,
    )
