"""Between what a program sends and an activity's content as the house speaks of it (`activities.content`)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Venue
from kepuyue.api.own_schemas import ActivityIn, SessionIn
from kepuyue.api.problems import known_values
from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District

# Called the same here and there
SAME = (
    "title", "title_en", "summary", "description", "mode", "is_year_round", "district", "city", "audience_note",
    "age_min", "age_max", "languages", "accessibility_items", "accessibility", "admission", "admission_note",
    "booking_mode", "booking_url", "booking_note", "expected_crowd", "public_phone",
)  # fmt: skip
# Sent, but never read back: they lead to people, and the program has them
UNREAD = ("safety_plan", "safety_items", "emergency_contact", "content_lead")


def raw_content(sent: ActivityIn, present: Content) -> Content:
    """What was sent as raw content for `forms.clean_content`; what was not sent is not in it.

    `present` is what stands: a session that is known by its start keeps its number, and whether it is cancelled.
    """
    given = sent.model_fields_set
    raw: Content = {name: getattr(sent, name) for name in (*SAME, *UNREAD) if name in given}
    if "terms" in given:
        raw["terms"] = [f"{taxonomy}:{code}" for taxonomy, codes in sent.terms.items() for code in codes]
    if "organizers" in given:
        raw["participations"] = [one.model_dump() for one in sent.organizers]
    if "speakers" in given:
        raw["speakers"] = [one.model_dump() for one in sent.speakers]
    if sent.contact is not None:
        raw |= {"contact_name": sent.contact.name, "contact_phone": sent.contact.phone}
    if "sessions" in given:
        known = _Known(present.get("sessions", []), {one.id for one in sent.sessions if one.id})
        raw["sessions"] = [_session(one, known) for one in sent.sessions]
    return raw


def unknown(sent: ActivityIn, present: Content, edition: Edition) -> dict[str, list[str]]:
    """Codes and numbers that stand for nothing here: {path: [what there is instead]}."""
    found: dict[str, list[str]] = {}

    def check(
        path: str, asked: Iterable[str], known: Collection[str], offered: Iterable[str], place: str
    ) -> None:
        if strange := [one for one in dict.fromkeys(asked) if one not in known]:
            sentence = _("没有“%(names)s”。") % {"names": wording.listed(one[:40] for one in strange[:5])}
            found[path] = [wording.sentences([sentence, known_values(offered, reverse(place))])]

    if sent.district:
        districts = list(District.objects.order_by("pk").values_list("code", flat=True))
        check("district", [sent.district], districts, districts, "api:districts")
    taxonomies = {one.code: one.terms.all() for one in edition.taxonomies.prefetch_related("terms")}
    check("terms", sent.terms, taxonomies, taxonomies, "api:terms")
    for taxonomy in sent.terms.keys() & taxonomies.keys():
        terms = {term.code: term for term in taxonomies[taxonomy]}
        offered = [code for code, term in terms.items() if not term.is_retired]
        check(f"terms.{taxonomy}", sent.terms[taxonomy], terms, offered, "api:terms")
    left = {entry["id"] for entry in present.get("sessions", []) if entry.get("id")}
    for place, number in enumerate(one.id for one in sent.sessions):
        if number in left:
            left.remove(number)
        elif number is not None:
            why = _("这项活动没有编号为%(number)s的场次，或者写了两次。新的场次不要写id。")
            found[f"sessions.{place}.id"] = [why % {"number": number}]
    return found


class _Known:
    """The sessions that stand, each found once: by number, or by their start where nobody names their number."""

    def __init__(self, entries: list[Content], named: set[int]) -> None:
        self.by_number = {entry["id"]: entry for entry in entries if entry.get("id")}
        self.by_start: dict[str, list[Content]] = {}
        for number, entry in self.by_number.items():
            if number not in named:
                self.by_start.setdefault(entry["starts_at"], []).append(entry)

    def take(self, number: int | None, start: str) -> Content:
        """The entry, or an empty one for a session that is new."""
        if number is not None:
            return self.by_number.pop(number, {})
        same = self.by_start.get(start)
        return same.pop(0) if same else {}


def _session(one: SessionIn, known: _Known) -> Content:
    start = iso_utc(one.start)
    before = known.take(one.id, start)
    return {
        "id": before.get("id"),
        "is_cancelled": before.get("is_cancelled", False),
        "starts_at": start,
        "ends_at": iso_utc(one.end) if one.end else None,
        "is_all_day": one.is_all_day,
        "venue_name": one.venue.name if one.venue else "",
        "place": one.place,
        "online_url": one.online_url,
        "capacity": one.capacity,
        "note": one.note,
    }


def shown_content(content: Content, edition: Edition) -> dict[str, Any]:
    """Content as it is read back."""
    terms: dict[str, list[str]] = {}
    for pair in content["terms"]:
        taxonomy, _colon, code = pair.partition(":")
        terms.setdefault(taxonomy, []).append(code)
    numbers = {one["venue"] for one in content["sessions"] if one.get("venue")}
    venues = dict(Venue.objects.filter(pk__in=numbers).values_list("pk", "name")) if numbers else {}
    return {name: content[name] for name in SAME} | {
        "terms": terms,
        "organizers": [{"role": one["role"], "name": one["name"]} for one in content["participations"]],
        "sessions": [_shown(one, venues, edition) for one in content["sessions"]],
        "pictures": list(content.get("pictures", [])),
    }


def _shown(entry: Content, venues: dict[int, str], edition: Edition) -> dict[str, Any]:
    def local(moment: Any) -> str | None:
        return datetime.fromisoformat(moment).astimezone(edition.zone).isoformat() if moment else None

    return {
        "id": entry.get("id"),
        "start": local(entry["starts_at"]),
        "end": local(entry.get("ends_at")),
        "is_all_day": bool(entry.get("is_all_day")),
        "is_cancelled": bool(entry.get("is_cancelled")),
        "is_postponed": bool(entry.get("is_postponed")),
        "venue": venues.get(entry.get("venue") or 0, ""),
        "place": entry.get("place") or "",
        "online_url": entry.get("online_url") or "",
        "capacity": entry.get("capacity"),
        "note": entry.get("note") or "",
    }
