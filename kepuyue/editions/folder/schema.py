"""The shape of each file of an edition's folder."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from kepuyue.core.codes import credit_code_is_valid
from kepuyue.editions.folder.problems import TO_FILL_IN
from kepuyue.editions.models import KeyDate
from kepuyue.editions.policy import Policy
from kepuyue.editions.strict import Strict
from kepuyue.organizations.models import Organization


def _custom(name: str) -> PydanticCustomError:
    # The words for each name stand in `wording`
    return PydanticCustomError(name, name)


def _code(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", text):
        raise _custom("code")
    return text


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and TO_FILL_IN in value:
        raise _custom("to_fill_in")
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise _custom("day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _custom("no_such_day") from None


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise _custom("email") from None
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _custom("zone") from None
    return text


def _credit_code(text: str) -> str:
    if text and not credit_code_is_valid(text):
        raise _custom("credit_code")
    return text


def _separated(value: Any) -> Any:
    """A cell that holds a list: parts separated by a Chinese or Western semicolon."""
    if isinstance(value, str):
        return [part.strip() for part in re.split("[;；]", value) if part.strip()]
    return value


def line(longest: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


def may_be_empty(longest: int) -> Any:
    return StringConstraints(strip_whitespace=True, max_length=longest)


Code = Annotated[str, Field(max_length=40), AfterValidator(_code)]
Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, line(120)]
EnglishName = Annotated[str, may_be_empty(160)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Ordinal(Strict):
    """How many times something has been held: 第五届深圳科普月."""

    name: Annotated[str, line(40)]
    name_en: Annotated[str, may_be_empty(60)] = ""
    number: Annotated[int, Field(ge=1, le=999)]


class Office(Strict):
    """Who runs the edition; `organization` is the code of the office's row in members.csv."""

    name: Name
    name_en: EnglishName = ""
    organization: Code


class Contact(Strict):
    """How units reach the office."""

    email: Annotated[str, AfterValidator(_email)] = ""
    phone: Annotated[str, may_be_empty(40)] = ""


class KeyDay(Strict):
    """A day on which something opens or falls due, with the clause that says so."""

    kind: KeyDate.Kind
    day: Day
    source: Annotated[str, may_be_empty(120)] = ""


class MarkEntry(Strict):
    """A mark and how to use it."""

    code: Code
    name: Name
    name_en: EnglishName = ""
    rules: str = ""
    rules_en: str = ""
    picture: Annotated[str, Field(pattern=r"^[\w-]+\.png$")] | Literal[""] = ""


class PaperEntry(Strict):
    """A document for units; its text is a Markdown file of the folder."""

    code: Code
    file: Annotated[str, Field(pattern=r"^[\w-]+\.md$")]
    title: Annotated[str, line(200)]
    number: Annotated[str, may_be_empty(60)] = ""
    issuer: Annotated[str, may_be_empty(120)] = ""
    issued_on: Day | None = None
    is_published: bool = True
    template_of: Literal["", "notice", "forwarding"] = ""

    @model_validator(mode="after")
    def _no_template_is_public(self) -> Self:
        if self.template_of and self.is_published:
            raise ValueError("a template is not published: is_published: false")
        return self


class MapFacts(Strict):
    """Where the outlines come from, and under which number the city approved them."""

    source: Annotated[str, line(300)]
    source_en: Annotated[str, may_be_empty(300)] = ""
    approval_number: Annotated[str, may_be_empty(60)] = ""


class EditionFile(Strict):
    """edition.yaml"""

    code: Annotated[str, Field(max_length=60), AfterValidator(_code)]
    year: Annotated[int, Field(ge=1950, le=2200)]
    city: Annotated[str, line(40)]
    city_en: Annotated[str, line(60)]
    name: Name
    name_en: Annotated[str, line(160)]
    ordinals: list[Ordinal] = []
    theme: Annotated[str, may_be_empty(120)] = ""
    theme_en: Annotated[str, may_be_empty(200)] = ""
    starts_on: Day
    ends_on: Day
    time_zone: Annotated[str, AfterValidator(_zone)]
    office: Office
    contact: Contact = Contact()
    key_dates: list[KeyDay] = []
    policy: Policy
    marks: list[MarkEntry] = []
    papers: list[PaperEntry] = []
    map: MapFacts | None = None


class TermEntry(Strict):
    """One value of a taxonomy."""

    code: Code
    name: Name
    name_en: EnglishName = ""
    parent: Code | None = None
    synonyms: list[Annotated[str, line(40)]] = []
    is_retired: bool = False


class TaxonomyEntry(Strict):
    """One entry of taxonomies.yaml."""

    code: Code
    name: Name
    name_en: EnglishName = ""
    help: Annotated[str, may_be_empty(300)] = ""
    multiple: bool = True
    required: bool = False
    is_filter: bool = True
    terms: Annotated[list[TermEntry], Field(min_length=1)]


Synonyms = Annotated[list[Annotated[str, line(40)]], Field(min_length=2)]


class DistrictRow(Strict):
    """districts.csv: the label point is WGS-84 and may be unknown."""

    code: Code
    name: Annotated[str, line(40)]
    name_en: Annotated[str, line(80)]
    adcode: Annotated[str, Field(pattern=r"^\d{6}$")] | Literal[""] = ""
    lng: Longitude | None = None
    lat: Latitude | None = None
    tile_column: Annotated[int, Field(ge=0, le=30)]
    tile_row: Annotated[int, Field(ge=0, le=30)]


class MemberRow(Strict):
    """members.csv: the member units of the joint conference, the office among them."""

    code: Code
    name: Name
    name_en: Annotated[str, may_be_empty(200)] = ""
    level: Literal["office", "department"] = "department"
    type: Organization.Type = Organization.Type.GOVERNMENT
    listed_as: Annotated[str, may_be_empty(120)] = ""
    credit_code: Annotated[str, AfterValidator(_credit_code)] = ""
    address: Annotated[str, may_be_empty(200)] = ""
    note: Annotated[str, may_be_empty(300)] = ""


class AssociationRow(Strict):
    """associations.csv: the district associations."""

    code: Code
    name: Name
    name_en: Annotated[str, may_be_empty(200)] = ""
    district: Code
    credit_code: Annotated[str, AfterValidator(_credit_code)] = ""
    address: Annotated[str, may_be_empty(200)] = ""
    note: Annotated[str, may_be_empty(300)] = ""


class BaseRow(Strict):
    """bases.csv: science bases, and places that have held activities without being certified."""

    code: Code
    name: Name
    name_en: Annotated[str, may_be_empty(200)] = ""
    type: Organization.Type
    district: Code | None = None
    address: Annotated[str, may_be_empty(200)] = ""
    category: Annotated[str, may_be_empty(60)] = ""
    designations: Annotated[list[Annotated[str, line(80)]], BeforeValidator(_separated)] = []
    lng: Longitude | None = None
    lat: Latitude | None = None
    credit_code: Annotated[str, AfterValidator(_credit_code)] = ""
    note: Annotated[str, may_be_empty(300)] = ""
