"""The front page: the month, what is on now, and the ways in."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import nlargest
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kepuyue.activities.models import Activity, BookingMode, Mode
from kepuyue.cloud import queries as cloud_queries
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.editions.queries import Phase, taxonomies
from kepuyue.organizations.models import District
from kepuyue.programme import catalogue, cloud_cards, highlights, live, queries
from kepuyue.programme.asked import span
from kepuyue.programme.cards import card, localized
from kepuyue.programme.catalogue import Catalogue
from kepuyue.programme.fragments import kept
from kepuyue.programme.maps import tiles
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.publicity import days

FIRST_DAYS = 6  # of which the highlights are shown before the month begins
WALK_IN = (BookingMode.NONE, BookingMode.WALK_IN)
# Who gets a row of their own: titles, and the edition's audience terms
READERS = {
    "families": ("families", "children", "teenagers"),
    "older": ("older_people",),
}


@dataclass
class Row:
    """One section of cards."""

    title: str
    href: str
    link_label: str
    keys: list[int]
    note: str = ""
    first: date | None = None
    last: date | None = None
    cards: list[Any] = field(default_factory=list)


@public_page
def home(request: PublicRequest) -> HttpResponse:
    """The month of the edition in the phase that it is in."""
    edition, at = request.edition, now().astimezone(request.edition.zone)
    known = catalogue.load(edition)
    chosen = (days.mark(edition), cloud_queries.mark(edition))
    page = kept("home", edition, known, at, chosen, build=lambda: _build(edition, known, at, request.phase))
    return render(request, "programme/home.html", page | {"canonical": canonical(request)})


def _build(edition: Edition, known: Catalogue, at: datetime, stage: Phase) -> dict[str, Any]:
    """The parts of the page that are the same for everybody, rendered."""
    own, day = known.of_month, at.date()
    kinds = {taxonomy.code: taxonomy for taxonomy in taxonomies(edition)}
    chosen = _highlights(edition, at, stage)
    rows = [
        *_now(known, own, at, day, stage, {one.key for one in chosen.get("shown", ())}),
        *_readers(kinds.get("audience"), known, own, at),
        _year_round(known, at),
    ]
    _fill(rows, at)
    by_day = queries.sessions_by_day(edition, known, own)
    hero = _hero(edition, known, stage, day, by_day[day])
    context = {
        "hero": hero,
        "days": [
            {"day": one, "count": count, "href": reverse("programme:day", args=[one]), "label": _label(edition, one)}
            for one, count in sorted(by_day.items())
        ],
        "day": day if edition.holds(day) else None,
        "highlights": chosen,
        "on_air": [cloud_cards.card(one, at=at) for one in cloud_queries.live_now(edition, at)[:6]],
        "rows": [row for row in rows if row.cards],
        "figures": queries.figures(known, known.own),
        "linked": (known.having("city", "linked") & ~known.cancelled).bit_count(),
        "tiles": tiles(District.objects.all(), queries.by_district(known)),
        "joint_actions": _joint_actions(kinds.get("joint_action"), known),
    }  # fmt: skip
    return {
        "title": str(hero["title"]),
        "description": f"{hero['eyebrow']} · {hero['span']} · {hero['text']}",
        "hero": render_to_string("programme/_home_hero.html", context),
        "body": render_to_string("programme/_home_body.html", context),
    }


def _hero(edition: Edition, known: Catalogue, stage: Phase, day: date, sessions_today: int) -> dict[str, Any]:
    theme, language = localized(edition.theme or edition.name, edition.theme_en)
    ordinal, _language = localized(edition.ordinal or edition.name, edition.ordinal_en)
    if stage is Phase.PUBLICITY:
        left = (edition.starts_on - day).days
        text = ngettext(
            "还有%(left)s天开幕，节目单已经公布。", "还有%(left)s天开幕，节目单已经公布。", left
        ) % {"left": left}
    elif stage is Phase.AFTER:
        text = _("%(name)s已经落幕，感谢每一位参与的人。") % {
            "name": localized(edition.name, edition.name_en)[0]
        }
    else:
        text = ngettext(
            "今天是%(day)s，全市有%(count)s场活动。", "今天是%(day)s，全市有%(count)s场活动。", sessions_today
        ) % {"day": wording.day_text(day), "count": sessions_today}
    return {
        "eyebrow": ordinal,
        "title": theme,
        "parts": _phrases(theme),
        "language": language,
        "text": text,
        "span": wording.days_text(edition.starts_on, edition.ends_on, year=True),
        "hints": _hints(known, stage),
        # Where a district serves as well; a device that tells its place goes on with that
        "near": "" if stage is Phase.AFTER else f"{reverse('programme:activities')}?city=own#near",
    }  # fmt: skip


def _highlights(edition: Edition, at: datetime, stage: Phase) -> dict[str, Any]:
    """Those of today; before the month those of its first days; after it none."""
    if edition.holds(at.date()):
        title, first, last = _("今日热点"), at.date(), at.date()
    elif stage is Phase.PUBLICITY:
        title, first, last = (
            _("每天有热点"),
            edition.starts_on,
            edition.starts_on + timedelta(days=FIRST_DAYS - 1),
        )
    else:
        return {}
    found = highlights.by_day(edition, first, last, at)
    if first != last:  # before the month a taste of each of its first days
        found = {day: shown[:1] for day, shown in found.items()}
    return {
        "title": title,
        "shown": [one for shown in found.values() for one in shown],
        "has_days": first != last,
    }


def _phrases(theme: str) -> list[str]:
    """The theme in pieces that a narrow screen keeps together."""
    return [piece for piece in re.split("(?<=[，、；])", theme) if piece]


def _hints(known: Catalogue, stage: Phase) -> list[tuple[str, str]]:
    """Ways into the list that most people look for, in the own city; what would find nothing is left out."""
    everything = f"{reverse('programme:activities')}?city=own"
    free = [(_("免费"), f"{everything}&free=1")] if known.own & known.having("free", True) else []
    online = (_("线上参加"), f"{everything}&mode=online")
    walk_in = (_("无需预约"), f"{everything}&booking=none&booking=walk_in")
    if stage is Phase.AFTER:
        return [*free, online]
    if stage is Phase.PUBLICITY:
        return [*free, walk_in, online]
    return [
        (_("今天"), f"{everything}&when=today"),
        (_("周末"), f"{everything}&when=weekend"),
        *free,
        walk_in,
        online,
    ]


def _label(edition: Edition, day: date) -> str:
    if day == edition.starts_on:
        return _("开幕")
    return _("闭幕") if day == edition.ends_on else ""


def _now(known: Catalogue, own: int, at: datetime, day: date, stage: Phase, but: set[int]) -> list[Row]:
    """What is on: now, today and the weekend in the month, the first days before it, a look back after it.

    `but` stands above already, as a highlight of the day.
    """
    everything = reverse("programme:activities")
    if stage is Phase.AFTER:
        return [_look_back(known, own)]
    if stage is Phase.PUBLICITY:
        keys = _soonest(known, own, at, 6)
        return [Row(_("抢先看"), everything, _("全部活动"), keys, note=_("最早开始的活动"))]
    today, of_today = reverse("programme:day", args=[day]), _("今天的全部场次")
    on_now, is_open = _walk_in_first(
        known, [one.activity for one in live.on_now(known, own, at) if one.activity not in but], 6
    )
    rows = [
        Row(
            pgettext("heading", "正在进行"),
            today,
            of_today,
            on_now,
            note=_("现在就可以去") if is_open else _("无需预约的排在前面"),
            first=day,
            last=day,
        ),
        _day_row(_("今天"), known, own, at, day, day, today, of_today, but=but | {*on_now}),
    ]
    first, last = _weekend(day)
    title = (
        _("明天（%(weekday)s）") % {"weekday": wording.weekday_text(first)}
        if first == last
        else _("这个周末")
    )
    weekend = f"{everything}?date_from={first}&date_to={last}"
    rows.append(_day_row(title, known, own, at, first, last, weekend, _("周末全部活动")))
    showing = own & known.days.showing(day, day) & ~known.having("mode", Mode.ONLINE)
    shows = (entry.pk for entry in queries.soonest(known, showing, at) if entry.is_exhibition)
    exhibitions, is_open = _walk_in_first(known, islice(shows, 12), 3)
    rows.append(
        Row(
            _("正在展出"),
            today,
            _("今天的展览"),
            exhibitions,
            note=_("持续多日的展览，随时可去") if is_open else _("持续多日的展览，无需预约的排在前面"),
        )
    )
    if not any(row.keys for row in rows):
        keys = _soonest(known, own, at, 6)
        rows.append(Row(_("接下来"), everything, _("全部活动"), keys) if keys else _look_back(known, own))
    return rows


def _walk_in_first(known: Catalogue, keys: Iterable[int], most: int) -> tuple[list[int], bool]:
    """So many of these activities, those that nobody has to book first; and whether that is true of all of them."""
    needs = {key: not ((entry := known.get(key)) and entry.booking_mode in WALK_IN) for key in keys}
    found = sorted(needs, key=needs.__getitem__)[:most]
    return found, not any(needs[key] for key in found)


def _soonest(known: Catalogue, chosen: int, at: datetime, most: int) -> list[int]:
    return [entry.pk for entry in islice(queries.soonest(known, chosen, at), most)]


def _year_round(known: Catalogue, at: datetime) -> Row:
    """What goes on through the year: beside the month, not part of its figures."""
    undated = known.year_round & known.having("undated", True)
    keys = [*_soonest(known, known.year_round, at, 3), *(one.pk for one in queries.first(known, undated, 3))]
    address = f"{reverse('programme:activities')}?season=year&city=own"
    return Row(_("全年科普"), address, _("全部"), keys[:3], note=_("主题宣传贯穿全年，不计入本月场次"))


def _look_back(known: Catalogue, own: int) -> Row:
    undated = own & known.having("undated", True)
    held = nlargest(
        6, known.entries_of(own & ~undated), key=lambda entry: max(slot.start for slot in entry.slots)
    )
    shown = [*held, *queries.first(known, undated, 6)]
    return Row(_("回顾"), reverse("programme:activities"), _("全部活动"), [entry.pk for entry in shown[:6]])


def _weekend(day: date) -> tuple[date, date]:
    """The days of this weekend after today; on a Sunday, the next weekend."""
    first, last = span("weekend", day)
    if day.weekday() == 6:
        return day + timedelta(days=6), day + timedelta(days=7)
    return max(first, day + timedelta(days=1)), last


def _day_row(
    title: str,
    known: Catalogue,
    own: int,
    at: datetime,
    first: date,
    last: date,
    href: str,
    link_label: str,
    but: Collection[int] = (),
) -> Row:
    """What happens between two days, and after it what was called off: people may be on their way.

    `but` stands in another row of the page already.
    """
    dated, _exhibitions = queries.on(known, own, first, last)
    dated.sort(key=lambda pair: (pair[0].over_at <= at, pair[0].start, pair[0].pk))
    keys = list(dict.fromkeys(entry.pk for _slot, entry in dated if entry.pk not in but))
    note = ngettext("%(count)s场", "%(count)s场", len(dated)) % {"count": len(dated)}
    label = f"{wording.days_text(first, last)} · {note}"
    off = known.cancelled & known.having("city", "own")
    called_off = list(dict.fromkeys(entry.pk for _slot, entry in queries.on(known, off, first, last)[0]))
    return Row(title, href, link_label, [*keys[:6], *called_off[:3]], note=label, first=first, last=last)


def _readers(audience: Taxonomy | None, known: Catalogue, own: int, at: datetime) -> list[Row]:
    """A row for children and families, and one for older people."""
    if audience is None:
        return []
    titles = {"families": _("带孩子去"), "older": _("适合老年人")}
    rows = []
    for name, codes in READERS.items():
        terms = [term for term in audience.terms.all() if term.code in codes]
        theirs = queries.with_term(known, own, [term.pk for term in terms])
        address = "&".join(f"audience={term.code}" for term in terms)
        rows.append(
            Row(
                titles[name],
                f"{reverse('programme:activities')}?{address}",
                _("更多"),
                _soonest(known, theirs, at, 3),
            )
        )
    return rows


def _joint_actions(taxonomy: Taxonomy | None, known: Catalogue) -> list[dict[str, Any]]:
    if taxonomy is None:
        return []
    return [
        {
            "label": str(term),
            "count": queries.with_term(known, known.own, [term.pk]).bit_count(),
            "href": f"{reverse('programme:activities')}?joint_action={term.code}&city=own",
        }
        for term in taxonomy.terms.all()
    ]


def _fill(rows: Iterable[Row], at: datetime) -> None:
    """Read the cards of all sections at once."""
    rows = list(rows)
    read: dict[int, Activity] = queries.rows(key for row in rows for key in row.keys)
    for row in rows:
        row.cards = [
            card(read[key], at=at, first=row.first, last=row.last) for key in row.keys if key in read
        ]
