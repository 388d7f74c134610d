"""The shapes of what a unit's program sends and reads. Docstrings go into the OpenAPI description."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from kepuyue.activities.models import AccessItem, Admission, BookingMode, Mode, UnitRole
from kepuyue.activities.safety import ITEMS
from kepuyue.core.time import is_within_reach

MOST_ROWS = 200
# Said of what is sent and of what is read back alike
TITLE_EN = "The title in English, for the English pages; empty: the Chinese one is shown"
DESCRIPTION = "The whole text for the public page, in paragraphs; plain text"
MODE = "offline: people come to a place; online: they follow a link; hybrid: both"
AUDIENCE_NOTE = "Whom it is for, where terms and ages do not say it"
LANGUAGES = "Languages it is held in, as the public reads them"
ACCESSIBILITY = "A note beside accessibility_items, as the public reads it"
ADMISSION = "free, discounted, paid or unknown; what is paid stands in admission_note"
BOOKING_MODE = (
    "unknown: not decided yet, cannot be handed in so; none: come without booking; walk_in: sign in at the place, in "
    "the order of coming; first_come: booked online, in the order of booking; ballot: drawn among those who apply; "
    "external: booked with the host, at booking_url or as booking_note says"
)
BOOKING_URL = "Web address to book at; with external"
BOOKING_NOTE = "How to book, as the public reads it"
PUBLIC_PHONE = "Telephone for questions of the public; shown on the page, other than contact.phone"
YEAR_ROUND = "true: held all year round and not in the month alone"


def _within_reach(moment: datetime) -> datetime:
    if not is_within_reach(moment):
        raise PydanticCustomError("moment_out_of_reach", "out of reach")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Line = Annotated[str, StringConstraints(max_length=300)]


class Strict(Schema):
    """What is not described is refused, so that a slip in a name is not taken for silence."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, data: Any) -> Any:
        # PostgreSQL keeps no such character
        if _holds_null(data):
            raise PydanticCustomError("null_character", "holds U+0000")
        return data


def _holds_null(data: Any) -> bool:
    if isinstance(data, Mapping):
        return any(_holds_null(one) for pair in data.items() for one in pair)
    if isinstance(data, list | tuple):
        return any(map(_holds_null, data))
    return isinstance(data, str) and "\0" in data


class VenueIn(Strict):
    """A place by its name. A known one of this city is used again; what is not known of it yet is filled in."""

    name: str = Field(min_length=1, max_length=120)
    address: str = Field("", max_length=200)
    lng: float | None = Field(None, ge=-180, le=180, description="WGS-84 degrees; with lat")
    lat: float | None = Field(None, ge=-90, le=90, description="WGS-84 degrees; with lng")


class SessionIn(Strict):
    """One time at one place. Known again by `id`, or by its start."""

    id: int | None = Field(
        None,
        ge=1,
        le=2**62,
        description="As read from here, any other is refused; leave out for a new one",
    )
    start: Moment = Field(description="ISO 8601 with an offset; all-day: the first midnight")
    end: Moment | None = Field(
        None, description="As start; all-day: the midnight after the last day; null: not stated"
    )
    is_all_day: bool = False
    venue: VenueIn | None = None
    place: str = Field("", max_length=200, description="Hall, floor, meeting point")
    online_url: str = Field("", max_length=300)
    capacity: int | None = Field(
        None, ge=1, le=1_000_000, description="Seats; null: not limited or not stated"
    )
    note: str = Field("", max_length=120)


class OrganizerIn(Strict):
    """A unit and its part; at least one host (主办) before handing in."""

    role: Literal[tuple(UnitRole.values)]  # type: ignore[valid-type]  # the values are those of the form
    name: str = Field(min_length=1, max_length=120)


class SpeakerIn(Strict):
    """Who speaks. From abroad (Hong Kong, Macao and Taiwan included) it has to be handed in earlier."""

    name: str = Field(min_length=1, max_length=60)
    introduction: str = Field("", max_length=120)
    is_overseas: bool = False


class ContactIn(Strict):
    """For the reviewer only; never shown to the public."""

    name: str = Field(max_length=60)
    phone: str = Field(max_length=40)


class ActivityIn(Strict):
    """An activity as its unit registers it. What is left out stays as it is; on creation it is empty.

    A list that is given takes the place of the one that was there. A session of a published activity that is missing
    is cancelled.
    """

    title: str = Field("", max_length=120, description="Needed to create")
    title_en: str = Field("", max_length=200, description=TITLE_EN)
    summary: str = Field("", max_length=200, description="A sentence or two, for lists")
    description: str = Field("", max_length=20_000, description=DESCRIPTION)
    mode: Literal[tuple(Mode.values)] = Field("offline", description=MODE)  # type: ignore[valid-type]
    is_year_round: bool = Field(False, description=YEAR_ROUND)
    district: str = Field("", max_length=40, description="Code, see /districts; empty: none or online")
    city: str = Field("", max_length=40, description="A linked city; empty: the edition's own")
    terms: dict[str, list[Line]] = Field(
        {}, description='Codes by taxonomy, see /terms: {"tier": ["district"]}'
    )
    organizers: list[OrganizerIn] = Field([], max_length=60)
    speakers: list[SpeakerIn] = Field([], max_length=60)
    sessions: list[SessionIn] = Field([], max_length=MOST_ROWS)
    audience_note: str = Field("", max_length=120, description=AUDIENCE_NOTE)
    age_min: int | None = Field(None, ge=0, le=120, description="Years")
    age_max: int | None = Field(None, ge=0, le=120, description="Years")
    languages: str = Field("", max_length=60, description=LANGUAGES)
    accessibility_items: list[Literal[tuple(AccessItem.values)]] = []  # type: ignore[valid-type]
    accessibility: str = Field("", max_length=200, description=ACCESSIBILITY)
    admission: Literal[tuple(Admission.values)] = Field("unknown", description=ADMISSION)  # type: ignore[valid-type]
    admission_note: str = Field("", max_length=120)
    booking_mode: Literal[tuple(BookingMode.values)] = Field(  # type: ignore[valid-type]
        "unknown", description=BOOKING_MODE
    )
    booking_url: str = Field("", max_length=300, description=BOOKING_URL)
    booking_note: str = Field("", max_length=200, description=BOOKING_NOTE)
    expected_crowd: int | None = Field(None, ge=0, le=10_000_000, description="People at the largest session")
    safety_plan: str = Field("", max_length=5_000)
    safety_items: dict[Literal[tuple(ITEMS)], Line] = Field(  # type: ignore[valid-type]
        {},
        description="Points of the safety plan: programme (time, place, content, organization), staff (numbers, tasks, "
        "badges), fire, capacity (of the place, and people expected), buffer (zone around), entry (checks), parking, "
        "flow (order and guiding people), rescue; `missing` says which ones so many people ask for",
    )
    emergency_contact: str = Field("", max_length=80, description="For the reviewer only")
    content_lead: str = Field("", max_length=60, description="Who answers for the content")
    contact: ContactIn | None = None
    public_phone: str = Field("", max_length=60, description=PUBLIC_PHONE)


class SessionOwn(Schema):
    """A session as it is kept."""

    id: int | None = Field(description="null: in a change that is not published yet")
    start: datetime
    end: datetime | None
    is_all_day: bool
    is_cancelled: bool
    is_postponed: bool
    venue: str = Field(description="Its name; empty: none")
    place: str
    online_url: str
    capacity: int | None
    note: str


class RemarkOut(Schema):
    """What a reviewer pinned to a field."""

    field: str = Field(description="Its path as you send it")
    text: str


class DecisionOut(Schema):
    """One decision of one reviewing unit."""

    unit: str
    decision: str = Field(description="approved, returned, rejected or taken_back")
    note: str
    at: datetime
    remarks: list[RemarkOut]


class RoundOut(Schema):
    """One round through review."""

    kind: str = Field(description="new or revision")
    state: str = Field(description="open, pending, returned, approved, rejected or withdrawn")
    submitted_at: datetime | None
    turn: str = Field(description="The unit that it waits for; empty: none")
    decisions: list[DecisionOut]


class GapOut(Schema):
    """Something that is missing or odd."""

    field: str = Field(
        description="Its path as you send it: `terms.tier`, `contact.name`. `sign_off`: a sign-off of exactly this "
        "content; `licence`: the police's, typed at the desk"
    )
    detail: str
    blocks: bool = Field(description="true: it cannot be handed in so")


class SignOffOut(Schema):
    """Who answers for exactly this content, and since when."""

    name: str
    at: datetime


class NoticeOut(Schema):
    """What a request did beside what it was asked."""

    type: str = Field(
        description="`sign-off-lapsed`: the sign-off that held before holds no more, it has to be signed again"
    )
    detail: str


class OwnActivity(Schema):
    """An activity of the unit, as it is being worked on: of a published one the change under way, if there is one."""

    key: str = Field(description="Your key; empty: it was not made by a program")
    code: str
    edition: str = Field(description="Code of the edition")
    state: str = Field(
        description="draft, submitted, returned, published, rejected, withdrawn, cancelled, archived or taken_down"
    )
    change_state: str = Field(
        description="A change of the published activity is under way and the texts here are not public yet: open: it "
        "has to be handed in; pending: it is in review; empty: there is none"
    )
    url: str = Field(description="Its public page; found there once it is published")
    title: str
    title_en: str = Field(description=TITLE_EN)
    summary: str
    description: str = Field(description=DESCRIPTION)
    mode: str = Field(description=MODE)
    is_year_round: bool = Field(description=YEAR_ROUND)
    district: str
    city: str
    terms: dict[str, list[str]]
    organizers: list[dict[str, str]]
    sessions: list[SessionOwn]
    audience_note: str = Field(description=AUDIENCE_NOTE)
    age_min: int | None
    age_max: int | None
    languages: str = Field(description=LANGUAGES)
    accessibility_items: list[str]
    accessibility: str = Field(description=ACCESSIBILITY)
    admission: str = Field(description=ADMISSION)
    admission_note: str
    booking_mode: str = Field(description=BOOKING_MODE)
    booking_url: str = Field(description=BOOKING_URL)
    booking_note: str = Field(description=BOOKING_NOTE)
    expected_crowd: int | None
    public_phone: str = Field(description=PUBLIC_PHONE)
    pictures: list[int] = Field(
        description="Numbers of its pictures, the cover first; see /unit/pictures/{picture}"
    )
    sign_off: SignOffOut | None = Field(description="null: nobody signed exactly this content")
    missing: list[GapOut] = Field(description="What blocks comes first; the sign-off is among it")
    notices: list[NoticeOut] = Field(description="Of this request alone; empty when reading")
    reviews: list[RoundOut] = Field(description="Newest first")
    updated_at: datetime
    published_at: datetime | None


class Kept(OwnActivity):
    """The activity after the change."""

    remarks: list[str] = Field(description="What could not be taken over and why, though the rest was")


class OwnLine(Schema):
    """An activity of the unit in a list."""

    key: str = Field(description="Your key; empty: it was not made by a program")
    code: str
    edition: str = Field(description="Code of the edition")
    title: str
    state: str
    updated_at: datetime


class OwnPage(Schema):
    """Some of the unit's activities."""

    results: list[OwnLine]
    cursor: str = Field(description="Ask with it for the next; empty: that was all")


class SignOffIn(Strict):
    """内容把关: who read the content as it stands and answers for it (科学技术普及法第35条)."""

    name: str = Field(min_length=1, max_length=60)
    confirmed: Literal[True] = Field(description="true: this person has read it and answers for it")


class LinkOut(Schema):
    """A one-time link for the person who answers for the content. It is shown only here."""

    url: str
    expires_at: datetime


class ReasonIn(Strict):
    """Why; the public reads it."""

    reason: str = Field(min_length=1, max_length=200)


class PostponementIn(Strict):
    """The time no longer holds. Without a new one the session waits for it."""

    reason: str = Field(min_length=1, max_length=200)
    start: Moment | None = None
    end: Moment | None = None


class PictureKept(Schema):
    """A picture that was taken over, made harmless and small."""

    id: int
    url: str = Field(
        description="Where a token of the unit with programme:read-drafts reads it, before publication too; the public "
        "address stands in /programme/changes once the activity is published"
    )
    width: int
    height: int
    notices: list[NoticeOut]


class UnitOwn(Schema):
    """The unit that the token acts for."""

    code: str
    name: str
    scopes: list[str]
    expires_at: datetime


class SeatsOut(Schema):
    """How many come to a session; nothing of who."""

    activity: str = Field(description="Code")
    key: str = Field(description="Your key; empty: it was not made by a program")
    session: int
    start: datetime
    capacity: int
    taken: int = Field(description="Seats that are given away")
    checked_in: int = Field(description="People who came, by their tickets")


class SeatsPage(Schema):
    """Some sessions whose seats are booked here."""

    results: list[SeatsOut]
    cursor: str = Field(description="Ask with it for the next; empty: that was all")


class FigureOut(Schema):
    """A figure and how it was obtained; figures of different methods are never added up."""

    name: str
    method: str
    value: int


class SummaryOut(Schema):
    """What the unit files afterwards about one activity (总结)."""

    activity: str = Field(description="Code")
    key: str = Field(description="Your key; empty: it was not made by a program")
    title: str
    state: str = Field(description="open, filed, returned, accepted, supplementing, supplemented or settled")
    updated_at: datetime
    figures: list[FigureOut] = Field(description="Of what was accepted last; empty: nothing was")


class SummariesPage(Schema):
    """Some of the unit's summaries of the current edition."""

    results: list[SummaryOut]
    cursor: str = Field(description="Ask with it for the next; empty: that was all")


class FiguresPage(Schema):
    """Sums over the unit's accepted summaries of the current edition, one for each method."""

    results: list[FigureOut]
