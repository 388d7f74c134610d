"""An entry of a file as raw content of an activity, in the shape that `activities.forms.clean_content` takes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Activity, Admission, BookingMode
from kepuyue.editions.models import Edition
from kepuyue.imports import entries, phrases
from kepuyue.imports.entries import Entry, normalized
from kepuyue.imports.places import Places
from kepuyue.imports.suitability import Suitability

SUMMARY_LENGTH = Activity._meta.get_field("summary").max_length or 0
BOOKING_MODES = {
    # A booking that the file asks for goes through the unit's own channel until the unit says otherwise
    entries.REQUIRED: BookingMode.EXTERNAL,
    entries.NONE: BookingMode.NONE,
    entries.UNKNOWN: BookingMode.UNKNOWN,
}


@dataclass(frozen=True)
class Vocabulary:
    """What words mean here: known places, and the edition's classifications by name and synonym."""

    places: Places = field(default_factory=Places)
    terms: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition | None) -> "Vocabulary":
        """Read once for a whole file."""
        terms: dict[str, str] = {}
        for taxonomy in edition.taxonomies.prefetch_related("terms") if edition else ():
            for term in taxonomy.terms.all():
                for word in (term.name, *term.synonyms, in_taxonomy(term.name, taxonomy.name)):
                    terms.setdefault(normalized(word), f"{taxonomy.code}:{term.code}")
        return cls(Places.of(edition), terms)

    def chosen(self, name: str, taxonomy: str, pair: str) -> str:
        """How a file names the term `pair` so that it is read as it and no other: its name, if need be with more."""
        return name if self.terms.get(normalized(name)) == pair else in_taxonomy(name, taxonomy)

    def classify(self, words: Iterable[str]) -> tuple[list[str], list[str]]:
        """(terms, words that the edition has no term for)."""
        known = {word: self.terms.get(normalized(word)) for word in words}
        found = [term for term in known.values() if term]
        return found, [word for word, term in known.items() if not term]


def in_taxonomy(term: str, taxonomy: str) -> str:
    """A term's name that tells which of several classifications is meant."""
    return f"{term}（{taxonomy}）"


def raw_content(entry: Entry, vocabulary: Vocabulary) -> Content:
    """The entry as raw content. What has no field of its own goes into the description, never away."""
    categories, strange = vocabulary.classify(_words(entry.category))
    audiences, _strange = vocabulary.classify(_words(re.sub(r"[（(].*?[）)]", "", entry.audience)))
    fits = len(entry.summary) <= SUMMARY_LENGTH
    paragraphs = ["" if fits else entry.summary]
    paragraphs += [_("活动类型：%(words)s") % {"words": "、".join(strange)}] if strange else []
    paragraphs += [_("备注：%(note)s") % {"note": entry.note}] if entry.note else []
    paragraphs += entry.suits.rest
    held = sessions(entry, vocabulary.places)
    admission = admission_of(entry.facts.get("admission") or f"{entry.booking_note} {entry.note}")
    content: Content = {
        "title": entry.title,
        "summary": entry.summary if fits else "",
        "description": "\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        "mode": entry.mode,
        "city": entry.city,
        "district": "" if entry.city else _district(entry, held, vocabulary.places),
        "dates_as_written": entry.dates_as_written,
        "audience_note": entry.audience,
        "admission": admission,
        "booking_mode": BOOKING_MODES[entry.booking],
        "booking_note": entry.booking_note,
        "contact_name": "、".join(entry.names),
        "contact_phone": " ".join(entry.phones),
        "participations": [{"role": str(role), "name": name} for role, name in entry.participations],
        "sessions": held,
    }
    # What the file does not say was perhaps typed in the form meanwhile, and stays
    content |= {
        name: text for name, text in entry.facts.items() if name not in {"admission", "expected_crowd"}
    }
    content |= _suitability(entry.suits)
    if crowd := phrases.capacity_of(entry.facts.get("expected_crowd", "")):
        content["expected_crowd"] = crowd
    if re.search(r"\d", fee := entry.facts.get("admission", "")) and admission != Admission.FREE:
        content["admission_note"] = fee
    if vocabulary.terms:
        content["terms"] = sorted({*categories, *audiences})
    return content


def _suitability(suits: Suitability) -> Content:
    """What is stated; what is not stays as it is in the activity."""
    content: Content = {}
    if suits.ages is not None:
        content |= {"age_min": suits.ages.low, "age_max": suits.ages.high}
    if suits.languages is not None:
        content["languages"] = suits.languages
    if suits.access_items is not None:
        content |= {"accessibility_items": suits.access_items, "accessibility": suits.access_note}
    if suits.is_key is not None:
        content["is_key"] = suits.is_key
    return content


def admission_of(text: str) -> str:
    """Whether it costs something, from the column about fees or from a remark. Only plain words count."""
    plain = re.sub(r"\s", "", text)
    if re.search(r"免费|免票|不收费|无需付费", plain) or plain in {"否", "无", "不收", "0", "0元"}:
        return Admission.FREE
    if re.search(r"优惠|半价|\d折", plain):
        return Admission.DISCOUNTED
    if re.fullmatch(r"收费|是|(?:收费|每人|门票)?\d+(?:\.\d+)?元?(?:/人|/张)?", plain):
        return Admission.PAID
    return Admission.UNKNOWN


def _district(entry: Entry, held: list[Content], places: Places) -> str:
    """The district that the file states, else the one in which all its venues are registered."""
    if entry.district:
        return places.districts.get(entry.district, "")
    return places.district_of(session["venue_name"] for session in held)


def sessions(entry: Entry, places: Places) -> list[Content]:
    """One session a time. A single place is a venue; several in one cell stay a text."""
    is_one = entry.venue and not re.search(r"[;；\n]", entry.venue)
    place = "" if is_one else entry.venue
    link = re.search(r"https?://\S+", entry.online)
    registered = places.registered if not entry.city else str
    return [
        {
            "id": None,
            "starts_at": iso_utc(slot.start),
            "ends_at": iso_utc(slot.end) if slot.end else None,
            "is_all_day": slot.all_day,
            "venue_name": registered(slot.venue or (entry.venue if is_one else "")),
            "place": "" if slot.venue else place or ("" if is_one else entry.address),
            "online_url": link.group() if link else "",
            "capacity": entry.capacity,
            "note": "" if link else entry.online,
            "is_cancelled": entry.status == entries.CANCELLED,
        }
        for slot in entry.slots
    ]


def _words(text: str) -> list[str]:
    return [word.strip() for word in re.split(r"[;；/、,，\n]", text) if word.strip()]
