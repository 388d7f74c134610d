"""An event of a calendar as content of an activity, and what becomes of a change where both sides have changed."""

import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.forms import clean_content
from kepuyue.activities.models import Activity, Mode, Origin, Session, UnitRole
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.imports.calendars.plain import Event, Occurrence, Window
from kepuyue.imports.conversion import SUMMARY_LENGTH, Vocabulary

TITLE_LENGTH = Activity._meta.get_field("title").max_length or 0
PLACE_LENGTH = Session._meta.get_field("place").max_length or 0
VENUE_LENGTH = 120
KEY_PREFIX = "calendar:"
MARKUP = re.compile(r"<\s*/?\s*(?:p|br|div|a|b|i|u|ul|ol|li|span|strong|em|h[1-6]|font|table)\b[^>]*>", re.I)
BREAKS = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/h[1-6]|/tr)\s*>", re.I)
# What of a session is one statement: a time changes as a whole, and so does a place
TIME = ("starts_at", "ends_at", "is_all_day")
PLACE = ("venue_name", "place")
PARTS = (TIME, PLACE, ("online_url",), ("capacity",), ("is_cancelled",))


def window_of(edition: Edition | None) -> Window:
    """The days of the edition, first and last included; without one (archives) all of the past and a year to come."""
    if edition is None:
        zone = ZoneInfo(settings.TIME_ZONE)
        return Window(datetime(1990, 1, 1, tzinfo=zone), now() + timedelta(days=366), zone)
    start = datetime.combine(edition.starts_on, datetime.min.time(), edition.zone)
    end = datetime.combine(edition.ends_on + timedelta(days=1), datetime.min.time(), edition.zone)
    return Window(start, end, edition.zone)


def key_of(uid: str) -> str:
    """The event's own name, or its fingerprint where it is too long to be kept. The same for every way in."""
    return uid if 0 < len(uid) <= 120 else f"sha256:{hashlib.sha256(uid.encode()).hexdigest()}"


def outside_key(key: str) -> str:
    """How an activity is known that came from the event: one of them in a unit and an edition."""
    return f"{KEY_PREFIX}{key}"


def origin_of(key: str) -> Origin:
    """How an imported activity with this outside key came in: what a calendar told was not typed for it."""
    return Origin.CALENDAR if key.startswith(KEY_PREFIX) else Origin.IMPORT


@dataclass
class Understood:
    """An event as the forms of activities take it."""

    content: Content
    refused: dict[str, list[str]]
    doubts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def understood(event: Event, *, edition: Edition, vocabulary: Vocabulary, host: str) -> Understood:
    """The event as content; `host` is the unit that holds it where the calendar names none.

    In the city's language whoever asks, so that two readings of the same calendar are equal.
    """
    doubts = list(event.doubts)
    if event.outside:
        doubts.append(("partly-outside", {}))
    with translation.override(settings.CITY_LANGUAGE):
        raw = raw_content(event, vocabulary, host)
        content, refused = clean_content(raw, edition)
    if len(plain_text(event.title)) > TITLE_LENGTH:
        doubts.append(("long-title", {"count": TITLE_LENGTH}))
    keys: dict[str, list[str]] = {}
    for one in event.occurrences:
        keys.setdefault(iso_utc(one.starts_at), []).append(one.key)
    for session in content.get("sessions", ()):
        session.pop("id", None)
        waiting = keys.get(session["starts_at"]) or [session["starts_at"]]
        session["key"] = waiting.pop(0)
    return Understood(content, refused, doubts)


def raw_content(event: Event, vocabulary: Vocabulary, host: str = "") -> Content:
    """The event as raw content. What has no field of its own goes into the description, never away."""
    title, text = plain_text(event.title), plain_text(event.text)
    terms, strange = vocabulary.classify(event.words)
    fits = len(text) <= SUMMARY_LENGTH and "\n" not in text
    paragraphs = [title if len(title) > TITLE_LENGTH else "", "" if fits else text]
    paragraphs += [_("活动类型：%(words)s") % {"words": "、".join(strange)}] if strange else []
    paragraphs += [_("原网页：%(url)s") % {"url": event.url}] if event.url else []
    organizer = plain_text(event.organizer)
    organizer = host if not organizer or "@" in organizer else organizer
    content: Content = {
        "title": title[:TITLE_LENGTH],
        "summary": text if fits else "",
        "description": "\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        "mode": mode_of(event),
        "district": next(
            (code for name, code in vocabulary.places.districts.items() if name in event.place), ""
        ),
        "participations": [{"role": str(UnitRole.HOST), "name": organizer[:120]}] if organizer else [],
        "speakers": [{"name": name, "introduction": "", "is_overseas": False} for name in event.people],
        "sessions": [_session(one, event) for one in event.occurrences],
    }
    if vocabulary.terms:
        content["terms"] = sorted(set(terms))
    return content


def mode_of(event: Event) -> str:
    """On site, online or both, by whether it has a place and an address."""
    is_online = bool(event.online or any(one.url for one in event.occurrences))
    has_place = bool(event.place or any(one.place for one in event.occurrences))
    return str(Mode.HYBRID if is_online and has_place else Mode.ONLINE if is_online else Mode.OFFLINE)


def _session(one: Occurrence, event: Event) -> Content:
    place = plain_text(one.place or event.place)
    is_short = len(place) <= VENUE_LENGTH
    return {
        "id": None,
        "starts_at": iso_utc(one.starts_at),
        "ends_at": iso_utc(one.ends_at) if one.ends_at else None,
        "is_all_day": one.is_all_day,
        "venue_name": place if is_short else "",
        "place": "" if is_short else place[:PLACE_LENGTH],
        "online_url": one.url or event.online,
        "capacity": event.capacity,
        "is_cancelled": one.is_cancelled or event.is_cancelled,
    }


def plain_text(text: str) -> str:
    """The text without the markup that some calendars write into descriptions; lines stay lines."""
    if MARKUP.search(text):
        text = nh3.clean(BREAKS.sub("\n", text), tags=set())
    text = html.unescape(text).replace("\xa0", " ").replace("\0", "")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.splitlines())).strip()


def digest(content: Content) -> str:
    """A fingerprint of what a calendar says of one event."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Merge:
    """A change of the source beside what stands: what it writes where nobody has typed, and where somebody has.

    `changes` is content for `drafting.change`; `own` holds, for fields that the unit has typed since, what the source
    says; for sessions the unit's stay whatever a person ticks.
    """

    changes: Content = field(default_factory=dict)
    own: Content = field(default_factory=dict)
    keeps_own_sessions: bool = False


def merged(base: Content, source: Content, stands: Content) -> Merge:
    """The source's change from `base` to `source`, for an activity of which `stands` is the content now.

    The sessions of `stands` carry ``venue_name``. A field that says something else than the source once did has been
    typed by hand, and stays.
    """
    merge = Merge()
    for name in source:
        if name == "sessions" or not _differs(name, base.get(name), source[name]):
            continue
        if not _differs(name, stands.get(name), source[name]):
            continue
        kept = merge.own if _differs(name, base.get(name), stands.get(name)) else merge.changes
        kept[name] = source[name]
    sessions, merge.keeps_own_sessions = merged_sessions(
        base.get("sessions", []), source.get("sessions", []), stands.get("sessions", [])
    )
    if sessions is not None:
        merge.changes["sessions"] = sessions
    return merge


def _differs(name: str, one: Any, other: Any) -> bool:
    return bool(contents.diff({name: one}, {name: other}))


def merged_sessions(
    base: list[Content], source: list[Content], stands: list[Content]
) -> tuple[list[Content] | None, bool]:
    """(the sessions as they shall be, None where the source changes nothing; whether some stayed as the unit has them).

    A session of the source is found again by the time it had when it was taken over.
    """
    by_key = {session["key"]: session for session in source}
    before = {session["key"]: session for session in base}
    free = list(stands)
    result: list[Content | None] = [dict(session) for session in stands]
    is_own = is_new = False
    for key, old in before.items():
        place = next((stands.index(one) for one in free if one["starts_at"] == old["starts_at"]), None)
        if place is not None:
            free.remove(stands[place])
        new = by_key.get(key)
        if new is not None and not any(_part(old, part) != _part(new, part) for part in PARTS):
            continue
        mine = result[place] if place is not None else None
        if mine is None:
            is_own = is_own or new is not None
        elif new is None:
            is_touched = any(_part(mine, part) != _part(old, part) for part in (TIME, PLACE))
            is_own, is_new = is_own or is_touched, is_new or not is_touched
            if not is_touched and place is not None:
                result[place] = None
        else:
            for part in PARTS:
                if _part(old, part) == _part(new, part) or _part(mine, part) == _part(new, part):
                    continue
                if _part(mine, part) == _part(old, part):
                    mine |= {name: new.get(name) for name in part}
                    is_new = True
                else:
                    is_own = True
    known = {(session["starts_at"], session.get("venue_name") or "") for session in stands}
    for key, new in by_key.items():
        if key not in before and (new["starts_at"], new.get("venue_name") or "") not in known:
            result.append({name: value for name, value in new.items() if name != "key"} | {"id": None})
            is_new = True
    if not is_new:
        return None, is_own
    for place, session in enumerate(result[: len(stands)]):
        if session is not None:
            # By its number where the place stays, so that two venues of one name are not mixed up
            is_same = session.get("venue_name") == stands[place].get("venue_name")
            session.pop("venue_name" if is_same else "venue", None)
    return [session for session in result if session is not None], is_own


def _part(session: Content, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(session.get(name) or "" for name in names)


def last_end(content: Content) -> datetime:
    """When the last of the sessions is over; long ago where there is none."""
    ends = [session.get("ends_at") or session["starts_at"] for session in content.get("sessions", ())]
    return max(map(datetime.fromisoformat, ends), default=datetime(1970, 1, 1, tzinfo=UTC))


def shown_faults(refused: dict[str, list[str]]) -> list[str]:
    """What the forms would not take, each with the field's name."""
    names = contents.labels()
    return [wording.labelled(names.get(name, name), why) for name, whys in refused.items() for why in whys]
