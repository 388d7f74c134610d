"""The schedule of a conference as frab and Pentabarf write it, which apps and halls' displays read.

Elements and their order: github.com/voc/schedule, validator/xsd/schedule.xml.xsd.
"""

from collections import defaultdict
from datetime import date, timedelta
from itertools import count
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.programme.cards import place_of
from kepuyue.programme.feeds.occasions import Occasion, occasions
from kepuyue.programme.feeds.selection import Selection, address_of
from kepuyue.programme.feeds.texts import block, line

# The format writes lengths in two digits of hours: what is on for longer is an exhibition and no date of a schedule
LONGEST = timedelta(hours=99, minutes=59)


def written(selection: Selection) -> bytes:
    """The dated sessions of the selection by day and place; one without a stated end has the length 0:00."""
    edition, query = selection.edition, selection.query
    by_day: dict[date, dict[str, list[Occasion]]] = defaultdict(lambda: defaultdict(list))
    for one in occasions(selection.activities(), at=selection.at, first=query.first, last=query.last):
        if _length(one) <= LONGEST:
            by_day[one.moment.start.date()][_room(one)].append(one)
    days = sorted(by_day) or [edition.starts_on]
    root = Element("schedule")
    _text(root, "version", selection.stamp[:12])
    _conference(root, selection, len(days))
    for index, day in zip(count(1), days, strict=False):
        start, end = edition.day_bounds(day)
        marks = {"index": index, "date": day, "start": start.isoformat(), "end": end.isoformat()}
        there = SubElement(root, "day", {name: str(value) for name, value in marks.items()})
        for name, dates in sorted(by_day[day].items()):
            room = SubElement(there, "room", name=name)
            for one in sorted(dates, key=lambda one: (one.moment.start, one.session.pk)):
                _event(room, one, name)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _conference(root: Element, selection: Selection, days: int) -> None:
    edition: Edition = selection.edition
    conference = SubElement(root, "conference")
    for tag, text in (
        ("acronym", edition.code),
        ("title", selection.title),
        ("start", edition.starts_on.isoformat()),
        ("end", edition.ends_on.isoformat()),
        ("days", str(days)),
        ("timeslot_duration", "00:05"),
        ("base_url", settings.PUBLIC_URL),
        ("time_zone_name", edition.time_zone),
    ):
        _text(conference, tag, text)


def _event(room: Element, one: Occasion, name: str) -> None:
    activity = one.activity
    event = SubElement(room, "event", id=str(one.session.pk), guid=str(uuid5(NAMESPACE_URL, one.key)))
    minutes = int(_length(one).total_seconds()) // 60
    tracks = [line(term) for term in activity.terms.all()]
    for tag, text in (
        ("date", one.moment.start.replace(microsecond=0).isoformat()),
        ("start", f"{one.moment.start:%H:%M}"),
        ("duration", f"{minutes // 60:02}:{minutes % 60:02}"),
        ("room", name),
        ("slug", f"{activity.code}-{one.session.pk}".lower()),
        ("url", address_of(activity)),
        ("title", one.title),
        ("subtitle", line(activity.title_en) if not wording.is_english() else ""),
        ("track", tracks[0] if tracks else ""),
        ("type", line(activity.get_mode_display())),
        ("language", line(activity.languages)),
        ("abstract", line(activity.summary)),
        ("description", block(activity.description)),
    ):
        _text(event, tag, text)
    persons = SubElement(event, "persons")
    for speaker in activity.speakers.all():
        _text(persons, "person", line(speaker.name))
    SubElement(event, "links")


def _length(one: Occasion) -> timedelta:
    return one.moment.end - one.moment.start if one.moment.end else timedelta()


def _room(one: Occasion) -> str:
    return line(place_of(one.session)) or one.place or _("地点待定")


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
