"""The rows of the open data. Times are in the edition's zone with their offset, coordinates WGS-84 degrees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import translation

from kepuyue.activities.models import Activity, Origin, Session, State, UnitRole, Venue
from kepuyue.cloud.privacy import PERSONAL, masked
from kepuyue.core.links import web_address, whole
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import District, Organization
from kepuyue.programme.feeds.occasions import Occasion, Status, occasions, session_is_full, status_of
from kepuyue.programme.feeds.selection import address_of
from kepuyue.programme.feeds.table import status_text
from kepuyue.programme.feeds.texts import line
from kepuyue.programme.open_data.tables import CODED
from kepuyue.programme.permissions import visible
from kepuyue.programme.seats import with_seats

Row = dict[str, Any]
# Activities that are in memory at a time, with all that belongs to them
AT_ONCE = 500
# Long texts that no column holds
UNREAD = ("description", "safety_plan", "safety_items", "licence_papers", "unsaved", "to_confirm")


def activities(edition: Edition) -> Iterator[tuple[Activity, list[int]]]:
    """All that the public may see with the keys of their terms, a few hundred at a time, however many there are."""
    last = 0
    sessions = Prefetch("sessions", with_seats(Session.objects.select_related("venue")))
    public = visible(edition).defer(*UNREAD).prefetch_related(sessions, "participations").order_by("pk")
    while batch := list(public.filter(pk__gt=last)[:AT_ONCE]):
        terms: dict[int, list[int]] = {activity.pk: [] for activity in batch}
        links = Activity.terms.through.objects.filter(activity__in=terms)
        for key, term in links.values_list("activity_id", "term_id"):
            terms[key].append(term)
        for activity in batch:
            activity.edition = edition
            yield activity, terms[activity.pk]
        last = batch[-1].pk


@dataclass
class Programme:
    """The rows of what is read together with the activities; it keeps what later rows may name."""

    edition: Edition
    districts: dict[int, str]
    units: dict[int, str]
    terms: dict[int, tuple[str, str]]
    "The codes of taxonomy and term, in the order of the edition"
    at: datetime
    venues_seen: set[int] = field(default_factory=set)

    def of(self, activity: Activity, terms: list[int]) -> Iterator[tuple[str, Row]]:
        """The activity's rows, each with its table; a venue is among those of the first activity that uses it."""
        yield "activities", self._activity(activity)
        for one in sorted(
            occasions([activity], at=self.at), key=lambda one: (one.moment.start, one.session.pk)
        ):
            venue = one.session.venue
            if venue and venue.pk not in self.venues_seen:
                self.venues_seen.add(venue.pk)
                yield "venues", self._venue(venue)
            yield "sessions", _session(one)
        for unit in activity.participations.all():
            yield (
                "participations",
                {
                    "activity": activity.code,
                    "role": unit.role,
                    "name": line(unit.name),
                    "organization": self.units.get(unit.organization_id or 0),
                },
            )
        known = set(terms)
        for key, (taxonomy, term) in self.terms.items():
            if key in known:
                yield "activity_terms", {"activity": activity.code, "taxonomy": taxonomy, "term": term}

    def _activity(self, activity: Activity) -> Row:
        status, zone = status_of(activity), self.edition.zone
        return {
            "code": activity.code,
            "title": said(activity.title),
            "title_en": said(activity.title_en),
            "status": status,
            "cancel_reason": said(activity.cancel_reason) if activity.state == State.CANCELLED else "",
            "summary": said(activity.summary),
            "mode": activity.mode,
            "city": line(activity.city or self.edition.city),
            "district": self.districts.get(activity.district_id or 0),
            "dates_as_written": said(activity.dates_as_written),
            "is_year_round": activity.is_year_round,
            "hosts": [line(one.name) for one in activity.participations.all() if one.role == UnitRole.HOST],
            "audience_note": said(activity.audience_note),
            "age_min": activity.age_min,
            "age_max": activity.age_max,
            "languages": said(activity.languages),
            "access_items": list(activity.accessibility_items),
            "accessibility": said(activity.accessibility),
            "admission": activity.admission,
            "admission_note": said(activity.admission_note),
            "booking_mode": activity.booking_mode,
            "booking_url": web_address(activity.booking_url),
            "booking_note": said(activity.booking_note),
            "url": address_of(activity),
            "is_demonstration": activity.origin == Origin.DEMO,
            "published_at": _stamp(activity.published_at, zone),
            "updated_at": _stamp(activity.updated_at, zone),
            "version": activity.version,
        }

    def _venue(self, venue: Venue) -> Row:
        return {
            "id": venue.pk,
            "name": line(venue.name),
            "name_en": line(venue.name_en),
            "city": line(venue.city or self.edition.city),
            "district": self.districts.get(venue.district_id or 0),
            "address": line(venue.address),
            "lng": venue.lng,
            "lat": venue.lat,
            "organization": self.units.get(venue.organization_id or 0),
        }


def _session(one: Occasion) -> Row:
    session, start, end = one.session, one.moment.start, one.moment.end
    return {
        "id": session.pk,
        "activity": one.activity.code,
        "status": one.status,
        "starts_at": start.isoformat(timespec="seconds"),
        "ends_at": end.isoformat(timespec="seconds") if end else None,
        "is_all_day": session.is_all_day,
        "first_day": start.date().isoformat(),
        "last_day": one.moment.last_day.isoformat(),
        "venue": session.venue_id,
        "place": said(session.place),
        # As on the page: where nothing takes place there is nothing to watch
        "online_url": "" if one.status == Status.CANCELLED else web_address(session.online_url),
        "capacity": session.capacity,
        "is_full": session_is_full(one),
        "note": said(session.note),
    }


def said(text: str) -> str:
    """What a unit wrote in its own words, on one line: whatever leads to one person is masked. A number that stands in
    a text may be read on the page; it is not given on by the thousand.
    """
    return masked(line(text), PERSONAL).text


def districts() -> Iterator[Row]:
    """All districts of the city, in their order."""
    for one in District.objects.all():
        yield {
            "code": one.code,
            "name": line(one.name),
            "name_en": line(one.name_en),
            "adcode": one.adcode,
            "lng": one.lng,
            "lat": one.lat,
        }


def organizations(districts: dict[int, str], units: dict[int, str]) -> Iterator[Row]:
    """The confirmed units: those that have a public page."""
    for one in Organization.objects.active().order_by("path").iterator(AT_ONCE):
        yield {
            "code": one.code,
            "name": line(one.name),
            "name_en": line(one.name_en),
            "level": one.level,
            "type": one.type,
            "district": districts.get(one.district_id or 0),
            "parent": units.get(one.parent_id or 0),
            "category": line(one.category),
            "designations": [line(text) for text in one.designations],
            "address": line(one.address),
            "lng": one.lng,
            "lat": one.lat,
            "url": whole(reverse("programme:unit", args=[one.code])),
        }


def taxonomies(edition: Edition) -> Iterator[Row]:
    """The classifications of the edition, in their order."""
    for one in edition.taxonomies.all():
        yield {
            "code": one.code,
            "name": line(one.name),
            "name_en": line(one.name_en),
            "is_multiple": one.multiple,
        }


def terms(edition: Edition) -> Iterator[Row]:
    """What they are made of, classification by classification."""
    for one in _terms(edition):
        yield {
            "taxonomy": one.taxonomy.code,
            "code": one.code,
            "name": line(one.name),
            "name_en": line(one.name_en),
            "parent": one.parent.code if one.parent else None,
            "is_retired": one.is_retired,
        }


def codes() -> Iterator[Row]:
    """What the fixed codes mean, in Chinese and English."""
    for name, choices in CODED.items():
        for value, label in choices.choices:
            with translation.override("zh-hans"):
                chinese = str(label)
            with translation.override("en"):
                english = str(label)
            yield {"list": name, "code": str(value), "name": chinese, "name_en": english}
    for status in Status:
        with translation.override("zh-hans"):
            chinese = status_text(status)
        with translation.override("en"):
            english = status_text(status)
        yield {"list": "status", "code": str(status), "name": chinese, "name_en": english}


def codes_of_terms(edition: Edition) -> dict[int, tuple[str, str]]:
    """The codes of taxonomy and term by the term's key, in the order of the edition."""
    return {one.pk: (one.taxonomy.code, one.code) for one in _terms(edition)}


def _terms(edition: Edition) -> list[Term]:
    found = Term.objects.filter(taxonomy__edition=edition).select_related("taxonomy", "parent")
    return list(found.order_by("taxonomy__position", "taxonomy", "position", "pk"))


def _stamp(moment: datetime | None, zone: Any) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None
