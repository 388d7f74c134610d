"""The shapes of the interface. Docstrings go into its OpenAPI description."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, Field

MOST_CHANGES = 500


def _absent(value: Any) -> Any:
    """`date_from=` without a value means the same as leaving it out."""
    return None if isinstance(value, str) and not value.strip() else value


def or_else(default: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: default if _absent(value) is None else value)


class Filters(Schema):
    """What to list. Values of one parameter are alternatives, parameters hold together; empty means any."""

    q: str = Field(
        "",
        description="Chinese words of any length, Latin words, pinyin or its initials; 100 characters count.",
    )
    date_from: Annotated[date | None, BeforeValidator(_absent)] = Field(
        None,
        description="First day (YYYY-MM-DD, the edition's zone): some session touches it or a later day.",
    )
    date_to: Annotated[date | None, BeforeValidator(_absent)] = Field(
        None, description="Last day (YYYY-MM-DD), included, in the edition's time zone."
    )
    district: list[str] = Field(
        [],
        description="District by code (nanshan), Chinese name (南山区) or GB/T 2260 code (440305); may be repeated.",
    )
    audience: list[str] = Field([], description="Audience by the code or name of its term; may be repeated.")
    tier: list[str] = Field([], description="Tier by the code or name of its term; may be repeated.")
    joint_action: list[str] = Field([], description="Joint action by the code or name of its term.")
    content: list[str] = Field([], description="Content by the code or name of its term.")
    form: list[str] = Field([], description="Form by the code or name of its term.")
    mode: list[str] = Field([], description="offline, online or hybrid; may be repeated.")
    booking: list[str] = Field([], description="none, walk_in, first_come, ballot or external.")
    free: Annotated[bool, or_else(False)] = Field(False, description="true: only what is free of charge.")
    age: list[str] = Field(
        [], description="Age in years, 0 to 120: whom age_min and age_max ask in, or who sets no limit."
    )
    seats: Annotated[bool, or_else(False)] = Field(
        False, description="true: only what has a session to come, on the days asked for, with a seat left."
    )
    access: list[str] = Field(
        [],
        description="Accessibility: any, or one of wheelchair, toilet, sign_language, captions, hearing, audio, "
        "guide_dog, large_print, braille, quiet_hour; may be repeated.",
    )
    language: list[str] = Field(
        [],
        description="Language it is held in: mandarin, cantonese, hakka, teochew, english, japanese, korean, french, "
        "german, spanish, russian, sign; may be repeated.",
    )
    near: str = Field(
        "",
        description="Where to look from: latitude,longitude (WGS-84 degrees; 3 decimals count) or a district. "
        "The nearest come first.",
    )
    within: list[str] = Field([], description="With near: 2, 5 or 10 kilometres at most, as the crow flies.")
    season: str = Field(
        "",
        description="month: what belongs to the month; year: year-round publicity and what lies outside it.",
    )
    when: str = Field(
        "", description="today, tomorrow, weekend or week; a date_from or date_to goes before it."
    )
    city: str = Field(
        "", description="own: the edition's city; linked: linked cities (联动城市); empty: both."
    )
    source: list[str] = Field(
        [],
        description="City that it was gathered from, by its Chinese name; the edition's own city: not gathered.",
    )


class Paging(Schema):
    """Which part of the list."""

    page: Annotated[int, or_else(1)] = Field(1, ge=1, description="From 1. A page after the last is empty.")
    page_size: Annotated[int, or_else(20)] = Field(
        20, ge=1, le=100, description="Activities a page, at most 100."
    )


class Named(Schema):
    """A code and its names."""

    code: str
    name: str
    name_en: str


class Unit(Schema):
    """A unit and its part in the activity."""

    role: str = Field(description="host, organizer, co_organizer, adviser or supporter")
    name: str


class Place(Schema):
    """A venue."""

    name: str
    name_en: str
    address: str
    lng: float | None = Field(description="WGS-84 degrees; null: not known")
    lat: float | None = Field(description="WGS-84 degrees; null: not known")


class SessionOut(Schema):
    """One time at one place (场次)."""

    id: int
    start: datetime = Field(description="ISO 8601 with the edition's offset; all-day: the first midnight")
    end: datetime | None = Field(
        description="As start; all-day: the midnight after the last day; null: not stated"
    )
    is_all_day: bool
    is_cancelled: bool
    is_postponed: bool = Field(
        description="true: this time or place no longer holds and the new one is not fixed"
    )
    venue: Place | None
    place: str = Field(description="Hall, floor, meeting point, as written")
    online_url: str
    note: str
    capacity: int | None = Field(description="Seats; null: not limited or not stated")
    seats_left: int | None = Field(
        description="Free seats; 0: full; null: not limited, not stated, or cancelled"
    )
    is_full: bool = Field(
        description="true: the unit says that no seat is left, wherever one books (see seats_left for here)"
    )
    full_stated_at: datetime | None = Field(
        description="When it last said so, or that there are seats again; null: it never did"
    )


class ArrangementOut(Schema):
    """When and where a session was to take place, before or after a change."""

    start: datetime = Field(description="As the session's start")
    end: datetime | None = Field(description="As the session's end")
    is_all_day: bool
    venue: Place | None
    place: str
    online_url: str


class ChangeOut(Schema):
    """A change that people who planned for it have to know (变更通知)."""

    kind: str = Field(description="cancelled, postponed, retimed or moved")
    session: int | None = Field(description="Id of the session; null: the whole activity")
    at: datetime = Field(description="When it was made known, with the edition's offset")
    reason: str = Field(description="As told to the public; may be empty")
    old: ArrangementOut | None = Field(description="What no longer holds; null: the whole activity")
    new: ArrangementOut | None = Field(description="What holds instead; null: nothing, or not fixed yet")


class Booking(Schema):
    """How to get a place."""

    mode: str = Field(
        description="unknown: not told; none: come without booking; walk_in: sign in at the place, in the order of "
        "coming; first_come: booked online, in the order of booking; ballot: drawn among those who apply; external: "
        "booked with the host, see url and note"
    )
    url: str = Field(description="Web address to book at; empty: none")
    note: str = Field(description="How to book, as written")


class Registrant(Schema):
    """The unit that registered an activity and answers for it (填报单位)."""

    code: str = Field(description="Stays the same; a name may change")
    name: str


class OriginOut(Schema):
    """Where an activity was registered. Of what was gathered from another instance that is the one that counts."""

    instance: str = Field(description="Address of that instance")
    code: str = Field(description="Its code there; with instance its name for good")
    url: str = Field(description="Its page there, the canonical one")
    city: str = Field(description="The city of that instance, or the linked city")
    unit: Registrant
    through: list[str] = Field(
        description="Instances that passed it on, the nearest to the origin first, this one last; empty: our own. "
        "Whoever finds itself here has come round and leaves it"
    )


class ActivityOut(Schema):
    """One public activity (项)."""

    code: str
    title: str
    title_en: str
    summary: str
    description: str
    url: str = Field(description="Its public page")
    status: str = Field(description="published, cancelled or archived")
    edition: str = Field(description="Code of the edition")
    mode: str = Field(description="offline: people come to a place; online: they follow a link; hybrid: both")
    city: str = Field(description="Where it takes place; a linked city where is_linked_city")
    is_linked_city: bool
    origin: OriginOut
    district: Named | None
    organizers: list[Unit]
    terms: dict[str, list[Named]] = Field(description="Classification by taxonomy: tier, audience, form …")
    audience_note: str
    age_min: int | None = Field(description="Years")
    age_max: int | None = Field(description="Years")
    languages: str
    accessibility_items: list[str] = Field(description="What the unit promises; see the parameter access")
    accessibility: str = Field(description="A note beside it")
    admission: str = Field(description="free, discounted, paid or unknown")
    admission_note: str
    booking: Booking
    public_phone: str = Field(description="Telephone for questions of the public; empty: none")
    dates_as_written: str = Field(description="As the source wrote them, where they name no day")
    is_year_round: bool
    is_key: bool = Field(description="A key activity of the month (重点活动)")
    is_demo: bool = Field(description="Made for demonstration: dates, seats and booking are not real")
    updated_at: datetime
    sessions: list[SessionOut]
    changes: list[ChangeOut] = Field(description="Since its publication, newest first")


class Page(Schema):
    """One page of the list."""

    count: int = Field(description="All matching activities, not only this page's")
    results: list[ActivityOut]


class PictureOut(Schema):
    """A picture of an activity, the first one is its cover; a JPEG at most 2,000 pixels long."""

    url: str
    alt: str = Field(description="What is to be seen, for those who do not see it")
    credit: str
    width: int = Field(description="Pixels")
    height: int = Field(description="Pixels")


class FollowedActivity(ActivityOut):
    """One public activity with all that another instance needs to show it as its own."""

    time_zone: str = Field(description="IANA name of the edition's zone; times carry its offset already")
    unit: Registrant
    tier: Named | None = Field(description="Level at which it takes place; the same as in terms")
    joint_action: Named | None = Field(description="City-wide joint action; the same as in terms")
    pictures: list[PictureOut]
    cancel_reason: str = Field(description="As told to the public, where status is cancelled")
    published_at: datetime


class ProgrammeChange(Schema):
    """What became of one activity. The latest one counts; those before it are not told any more."""

    change: Literal["upsert", "delete"] = Field(
        description="upsert: keep the activity as given; delete: it is no longer public, show it no more"
    )
    code: str
    changed_at: datetime
    activity: FollowedActivity | None = Field(description="As it is now; null: delete")


class ChangesPage(Schema):
    """Some of what changed, in the order of change."""

    edition: str = Field(description="Code of the edition; empty: there is none")
    results: list[ProgrammeChange]
    cursor: str = Field(description="Ask with it the next time, be it at once or next week")
    has_more: bool = Field(description="true: ask again at once")


class Following(Schema):
    """Where to go on reading."""

    cursor: Annotated[str, or_else("")] = Field(
        "", max_length=60, description="The cursor of the last answer; empty: from the beginning."
    )
    limit: Annotated[int, or_else(100)] = Field(
        100, ge=1, le=MOST_CHANGES, description="Changes an answer, at most 500; more is refused."
    )


class Listed(Schema):
    """Which part of a list."""

    cursor: Annotated[str, or_else("")] = Field(
        "", max_length=60, description="Of the last answer; empty: from the beginning."
    )
    limit: Annotated[int, or_else(100)] = Field(
        100, ge=1, le=200, description="Rows an answer, at most 200; more is refused."
    )


class EditionOut(Schema):
    """One run of the month (届)."""

    code: str
    name: str
    name_en: str
    city: str
    time_zone: str = Field(description="IANA name")
    starts_on: date
    ends_on: date
    is_current: bool


class DistrictOut(Named):
    """A district of the city."""


class TermOut(Named):
    """A term of a taxonomy."""

    is_retired: bool = Field(description="true: no longer chosen for new activities")


class TaxonomyOut(Named):
    """A classification and its terms."""

    is_required: bool = Field(description="true: an activity has to be classified by it before handing in")
    is_multiple: bool
    terms: list[TermOut]


class UnitOut(Schema):
    """A confirmed unit."""

    code: str
    name: str
    name_en: str
    level: str
    type: str
    district: str = Field(description="Code; empty: none")
    superior: str = Field(description="Code of the unit above it; empty: none")


class UnitsPage(Schema):
    """Some units."""

    results: list[UnitOut]
    cursor: str = Field(description="Ask with it for the next; empty: that was all")
