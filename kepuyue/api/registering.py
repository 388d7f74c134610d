"""Between what a program sends and an activity's content as the house speaks of it (`activities.content`)."""

from datetime import datetime
from typing import Any

from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Venue
from kepuyue.api.own_schemas import ActivityIn, SessionIn
from kepuyue.editions.models import Edition

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
        known = _Known(present.get("sessions", []))
        raw["sessions"] = [_session(one, known) for one in sent.sessions]
    return raw


class _Known:
    """The sessions that stand, each found once: by number, or by their start."""

    def __init__(self, entries: list[Content]) -> None:
        self.left = {entry["id"]: entry for entry in entries if entry.get("id")}

    def take(self, number: int | None, start: str) -> Content:
        """The entry, or an empty one for a session that is new."""
        if number in self.left:
            return self.left.pop(number)
        same = next(
            (key for key, entry in self.left.items() if number is None and entry["starts_at"] == start), None
        )
        return self.left.pop(same) if same is not None else {}


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
