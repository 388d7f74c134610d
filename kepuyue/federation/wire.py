"""What another instance tells: its answers, checked and cut to what can be kept here. Reads no database.

The shapes are those of `GET /api/v1/programme/changes` (OpenAPI on every instance). What is unknown is left away, so
that a newer instance can be read by an older one; a value that is none of ours becomes the one that says nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from kepuyue.activities.models import AccessItem, Admission, BookingMode, Mode, State, UnitRole
from kepuyue.core.links import web_address
from kepuyue.core.time import is_within_reach

OLDEST = 120
MOST_SESSIONS = 300
MOST_UNITS = 60
MOST_TERMS = 60
MOST_BETWEEN = 5
"Aggregations between an activity and us: a city, its province, the nation are two; more is a fault"
# Of what kinds of text there are, in characters
DESCRIPTION = 20_000

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value).replace("\0", ""))]


def _within_reach(moment: datetime) -> datetime:
    if not is_within_reach(moment):
        raise ValueError(f"out of reach: {moment}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]


class Named(BaseModel):
    """A code and its names there."""

    code: Text
    name: Text = ""


class Venue(BaseModel):
    """A place; WGS-84 degrees."""

    name: Text
    name_en: Text = ""
    address: Text = ""
    lng: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)


class Session(BaseModel):
    """One time at one place."""

    id: int
    start: Moment
    end: Moment | None = None
    is_all_day: bool = False
    is_cancelled: bool = False
    is_postponed: bool = False
    venue: Venue | None = None
    place: Text = ""
    online_url: Text = ""
    note: Text = ""
    capacity: int | None = Field(None, ge=0, le=2_000_000_000)
    is_full: bool = False
    full_stated_at: Moment | None = None


class Unit(BaseModel):
    """A unit and its part."""

    role: Text
    name: Text


class Booking(BaseModel):
    """How one gets a place there."""

    mode: Text = ""
    url: Text = ""
    note: Text = ""


class Registrant(BaseModel):
    """Who registered it there."""

    code: Text = ""
    name: Text = ""


class Origin(BaseModel):
    """The instance that it was registered with, and those that passed it on, the nearest to us last."""

    instance: Text
    code: Text
    url: Text
    city: Text = ""
    unit: Registrant | None = None
    through: list[Text] = Field([], max_length=MOST_BETWEEN)


class Activity(BaseModel):
    """One public activity there."""

    code: Text = Field(min_length=1, max_length=60)
    title: Text = Field(min_length=1)
    title_en: Text = ""
    summary: Text = ""
    description: Text = ""
    url: Text
    status: Text
    mode: Text = ""
    city: Text = ""
    district: Named | None = None
    organizers: list[Unit] = []
    terms: dict[str, list[Named]] = {}
    audience_note: Text = ""
    age_min: int | None = None
    age_max: int | None = None
    languages: Text = ""
    accessibility_items: list[str] = []
    accessibility: Text = ""
    admission: Text = ""
    admission_note: Text = ""
    booking: Booking = Booking()
    public_phone: Text = ""
    dates_as_written: Text = ""
    is_year_round: bool = False
    unit: Registrant = Registrant()
    cancel_reason: Text = ""
    updated_at: Moment
    published_at: Moment
    sessions: list[Session] = []
    origin: Origin | None = None


class Change(BaseModel):
    """What became of one activity."""

    change: Literal["upsert", "delete"]
    code: Text = Field(min_length=1, max_length=60)
    activity: dict[str, Any] | None = None


class Page(BaseModel):
    """Some of what changed, in the order of change."""

    edition: Text
    results: list[Change]
    cursor: Text = Field(max_length=60)
    has_more: bool
    nameless: int = 0
    "So many more came of which not even the code can be told"

    @model_validator(mode="before")
    @classmethod
    def _set_apart(cls, data: Any) -> Any:
        """One change that cannot be read costs no other: it becomes an upsert of nothing, in its place."""
        if not isinstance(data, dict) or not isinstance(data.get("results"), list):
            return data
        results, nameless = [], 0
        for one in data["results"]:
            try:
                results.append(Change.model_validate(one))
            except ValidationError:
                if code := _code_in(one):
                    results.append(Change(change="upsert", code=code))
                else:
                    nameless += 1
        return data | {"results": results, "nameless": nameless}


class NoProgramme(Exception):
    """The answer is no page of changes."""


@dataclass(frozen=True)
class Told:
    """One activity as it was told, with the name that it has for good."""

    activity: Activity
    instance: str
    code: str
    url: str
    city: str
    unit: Registrant
    through: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.instance, self.code

    def digest(self, *about: object) -> str:
        """The same for the same text read the same way."""
        said = json.dumps([self.activity.model_dump(mode="json"), *map(str, about)], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def page(body: bytes) -> Page:
    """The answer; raises `NoProgramme`."""
    try:
        return Page.model_validate_json(body)
    except ValidationError:
        raise NoProgramme from None


def _code_in(change: Any) -> str:
    code = change.get("code") if isinstance(change, dict) else None
    return code.replace("\0", "")[:60] if isinstance(code, str) else ""


def told(change: Change, address: str) -> Told | None:
    """The activity of an upsert that came from an address; None where it cannot be read."""
    try:
        found = Activity.model_validate(change.activity)
    except ValidationError:
        return None
    origin = found.origin or Origin(instance=address, code=found.code, url=found.url)
    here, url = root(origin.instance), web_address(origin.url)
    between = [root(one) for one in origin.through]
    city = (origin.city or found.city).strip()[:40]
    if found.status not in (State.PUBLISHED, State.CANCELLED, State.ARCHIVED) or not origin.code or not city:
        return None
    if not here or not url or len(url) > 500 or not all(between) or len(origin.code) > 60:
        return None
    return Told(found, here, origin.code, url, city, origin.unit or found.unit, tuple(between))


def root(address: str) -> str:
    """Scheme and host of an address, in small letters; "" where it is none of the web."""
    parts = urlsplit(web_address(address.strip()))
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except UnicodeError:
        return ""
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, host + port, "", "", ""))[:300] if host else ""


def facts(said: Activity, *, url: str) -> dict[str, Any]:
    """What our own record keeps of it, by its field's name; classification, district and sessions apart.

    One books where it was registered: the address of booking leads there, whatever way of booking it is.
    """
    ages = [None if age is None or not 0 <= age <= OLDEST else age for age in (said.age_min, said.age_max)]
    if None not in ages and ages[0] > ages[1]:  # type: ignore[operator]  # both are numbers here
        ages.reverse()
    booking = web_address(said.booking.url)
    return {
        "title": said.title[:120],
        "title_en": said.title_en[:200],
        "summary": said.summary[:200],
        "description": said.description[:DESCRIPTION],
        "state": said.status,
        "mode": _known(Mode, said.mode, Mode.OFFLINE),
        "audience_note": said.audience_note[:120],
        "age_min": ages[0],
        "age_max": ages[1],
        "languages": said.languages[:60],
        "accessibility_items": [item.value for item in AccessItem if item in said.accessibility_items],
        "accessibility": said.accessibility[:200],
        "admission": _known(Admission, said.admission, Admission.UNKNOWN),
        "admission_note": said.admission_note[:120],
        "booking_mode": _known(BookingMode, said.booking.mode, BookingMode.UNKNOWN),
        "booking_url": booking if booking and len(booking) <= 300 else url[:300],
        "booking_note": said.booking.note[:200],
        "public_phone": said.public_phone[:60],
        "dates_as_written": said.dates_as_written[:200],
        "is_year_round": said.is_year_round,
        "cancel_reason": said.cancel_reason[:200],
        "updated_at": said.updated_at,
        "published_at": said.published_at,
    }


def units(said: Activity) -> list[tuple[str, str]]:
    """(role, name) of each unit that takes part, each once, in its order."""
    found = [
        (_known(UnitRole, one.role, UnitRole.SUPPORTER), one.name.strip()[:120]) for one in said.organizers
    ]
    return [one for one in dict.fromkeys(found) if one[1]][:MOST_UNITS]


def sessions(said: Activity) -> list[tuple[str, dict[str, Any], Venue | None]]:
    """Each session's id there, what our record keeps of it, and its venue."""
    found = {}
    for one in said.sessions[:MOST_SESSIONS]:
        online = web_address(one.online_url)
        found[str(one.id)] = (
            {
                "starts_at": one.start,
                "ends_at": one.end if _is_later(one.end, one.start) else None,
                "is_all_day": one.is_all_day and _is_later(one.end, one.start),
                "place": one.place[:200],
                "online_url": online if len(online) <= 300 else "",
                "capacity": one.capacity,
                "is_full": one.is_full,
                "full_stated_at": one.full_stated_at,
                "note": one.note[:120],
                "is_cancelled": one.is_cancelled,
                "is_postponed": one.is_postponed,
            },
            one.venue if one.venue and one.venue.name.strip() else None,
        )
    return [(key, kept, venue) for key, (kept, venue) in found.items()]


def terms(said: Activity) -> Iterable[tuple[str, Named]]:
    """(taxonomy, term) of its classification there."""
    pairs = [
        (taxonomy[:40], one) for taxonomy, many in said.terms.items() if taxonomy for one in many if one.code
    ]
    return pairs[:MOST_TERMS]


def _is_later(end: datetime | None, start: datetime) -> bool:
    return end is not None and end > start


def _known(kinds: Any, value: str, otherwise: str) -> str:
    return value if value in kinds.values else str(otherwise)
