"""Content written out for people: sessions, units, classifications and differences as text."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.activities import safety
from kepuyue.activities.content import FIELDS, Change, Content, labels
from kepuyue.activities.models import (
    AccessItem,
    Admission,
    BookingMode,
    Exemption,
    Mode,
    Picture,
    UnitRole,
    Venue,
)
from kepuyue.core import wording
from kepuyue.editions.models import Edition, Mark, Term
from kepuyue.organizations.models import District

# Seen by reviewers and the unit only
INTERNAL = (
    "safety_plan", "safety_items", "licence", "licence_papers", "licence_exempt", "licence_exempt_note",
    "emergency_contact", "content_lead", "content_signoff", "contact_name", "contact_phone",
)  # fmt: skip


def written_out(content: Content, edition: Edition) -> list[tuple[str, Any, str]]:
    """Every field that says something, as (field, label, text)."""
    names = labels()
    known = _Names(content, edition)
    rows = [(field, names[field], known.text(field, content.get(field))) for field in FIELDS]
    return [row for row in rows if row[2]]


def changes_written_out(changes: list[Change], edition: Edition) -> list[tuple[str, Any, str, str]]:
    """Differences as (field, label, old text, new text)."""
    written = []
    for change in changes:
        old, new = {change.field: change.old}, {change.field: change.new}
        written.append(
            (
                change.field,
                change.label,
                _Names(old, edition).text(change.field, change.old),
                _Names(new, edition).text(change.field, change.new),
            )
        )
    return written


class _Names:
    """The names behind the codes that a content holds, read once."""

    def __init__(self, content: Content, edition: Edition) -> None:
        self.edition = edition
        venues = [session["venue"] for session in content.get("sessions") or [] if session.get("venue")]
        self.venues: Mapping[int, Venue] = Venue.objects.in_bulk(venues) if venues else {}
        pairs = content.get("terms") or []
        self.terms = {
            f"{term.taxonomy.code}:{term.code}": term
            for term in Term.objects.filter(taxonomy__edition=edition).select_related("taxonomy")
        } if pairs else {}  # fmt: skip

    def text(self, field: str, value: Any) -> str:
        writer = getattr(self, f"_{field}", None)
        if writer is not None:
            return str(writer(value))
        if isinstance(value, bool):
            return _("是") if value else ""
        return "" if value is None else str(value)

    def _mode(self, value: str) -> str:
        return str(Mode(value).label) if value else ""

    def _accessibility_items(self, codes: list[str] | None) -> str:
        return wording.listed(item.label for item in AccessItem if item in (codes or []))

    def _admission(self, value: str) -> str:
        return str(Admission(value).label) if value else ""

    def _booking_mode(self, value: str) -> str:
        return str(BookingMode(value).label) if value else ""

    def _licence_exempt(self, value: str) -> str:
        return str(Exemption(value).label) if value in Exemption.values else value

    def _district(self, code: str) -> str:
        district = District.objects.filter(code=code).first() if code else None
        return district.name_for_reader if district else ""

    def _terms(self, pairs: list[str] | None) -> str:
        found = [self.terms[pair] for pair in pairs or [] if pair in self.terms]
        return wording.clauses(wording.labelled(term.taxonomy, term) for term in found)

    def _marks(self, codes: list[str] | None) -> str:
        return wording.listed(Mark.objects.filter(edition=self.edition, code__in=codes or []))

    def _participations(self, entries: list[Content] | None) -> str:
        return "\n".join(
            wording.labelled(UnitRole(entry["role"]).label, entry["name"]) for entry in entries or []
        )

    def _safety_items(self, items: dict[str, str] | None) -> str:
        written = [(name, (items or {}).get(code, "")) for code, name in safety.ITEMS.items()]
        return "\n".join(str(wording.labelled(name, text)) for name, text in written if text)

    def _licence_papers(self, codes: list[str] | None) -> str:
        return wording.listed(name for code, name in safety.PAPERS.items() if code in (codes or []))

    def _pictures(self, keys: list[int] | None) -> str:
        known = {one.pk: one.alt for one in Picture.objects.filter(pk__in=keys or [])}
        return "\n".join(known.get(key, _("（已删除）")) for key in keys or [])

    def _speakers(self, entries: list[Content] | None) -> str:
        return "\n".join(
            " ".join(filter(None, [s["name"], s["introduction"], _("（境外）") if s["is_overseas"] else ""]))
            for s in entries or []
        )

    def _sessions(self, entries: list[Content] | None) -> str:
        lines = []
        for entry in entries or []:
            venue = self.venues.get(entry.get("venue") or 0)
            place = " ".join(
                filter(None, [str(venue) if venue else "", entry.get("place"), entry.get("online_url")])
            )
            seats = _("名额%(count)s") % {"count": entry["capacity"]} if entry.get("capacity") else ""
            if entry.get("is_full"):
                seats = " ".join(filter(None, [seats, _("已约满")]))
            cancelled = _("（已取消）") if entry.get("is_cancelled") else ""
            if entry.get("is_postponed") and not cancelled:
                cancelled = _("（原安排不再有效）")
            when = span(
                datetime.fromisoformat(entry["starts_at"]),
                datetime.fromisoformat(entry["ends_at"]) if entry.get("ends_at") else None,
                is_all_day=entry.get("is_all_day", False),
                zone=self.edition.zone,
            )
            lines.append(
                " · ".join(
                    filter(None, [when + cancelled, place, seats, entry.get("note"), *_own_safety(entry)])
                )
            )
        return "\n".join(lines)


def _own_safety(entry: Content) -> list[str]:
    named = ((_("本场预案"), entry.get("safety_plan")), (_("本场安全负责人"), entry.get("emergency_contact")))
    return [str(wording.labelled(label, text)) for label, text in named if text]


def span(start: datetime, end: datetime | None, *, is_all_day: bool, zone: tzinfo) -> str:
    """A session's time as people write it, in the edition's zone: 9月14日（周六）10:00–11:30."""
    first = start.astimezone(zone)
    if is_all_day:
        last = end.astimezone(zone) - timedelta(days=1) if end else first
        if last.date() <= first.date():
            return wording.at(_day(first), _("全天"))
        return f"{_day(first)}–{_day(last)}"
    text = wording.at(_day(first), f"{first:%H:%M}")
    if end is None:
        return text
    last = end.astimezone(zone)
    return (
        f"{text}–{last:%H:%M}"
        if last.date() == first.date()
        else f"{text}–{wording.at(_day(last), f'{last:%H:%M}')}"
    )


def _day(moment: datetime) -> str:
    return wording.day_text(moment)
