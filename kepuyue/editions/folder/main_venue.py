"""The shape of main_venue.yaml, and the rules that hold inside it."""

from collections.abc import Iterator
from datetime import time
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field

from kepuyue.editions.folder.parts import Parts
from kepuyue.editions.folder.problems import Problem
from kepuyue.editions.folder.schema import Code, Day, EnglishName, Name, line, may_be_empty
from kepuyue.editions.models import StageItem
from kepuyue.editions.strict import Strict

FILE = "main_venue.yaml"
ShortCode = Annotated[Code, Field(max_length=12)]
Text = may_be_empty(2_000)
TextEn = may_be_empty(4_000)


def _hour(value: Any) -> time:
    if isinstance(value, str):
        return time.fromisoformat(value)
    # YAML reads 10:30 without quotes as a number to the base of 60
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)
    raise ValueError("hour")


Hour = Annotated[time, BeforeValidator(_hour)]


class Item(Strict):
    """One item of the ceremony or the stage."""

    code: Code
    part: StageItem.Part
    day: Day
    starts: Hour
    ends: Hour | None = None
    name: Name
    name_en: EnglishName = ""
    by: Annotated[str, may_be_empty(120)] = ""
    by_en: Annotated[str, may_be_empty(200)] = ""


class BoothEntry(Strict):
    """One booth; `organization` is a registered unit's code; left out, the exhibitor's name finds it."""

    code: ShortCode
    exhibitor: Name
    organization: Code | Literal[""] = ""
    name: Name
    name_en: EnglishName = ""
    text: Annotated[str, may_be_empty(600)] = ""
    text_en: Annotated[str, may_be_empty(1_200)] = ""


class ZoneEntry(Strict):
    """One zone with its booths."""

    code: ShortCode
    name: Name
    name_en: EnglishName = ""
    text: Annotated[str, may_be_empty(600)] = ""
    text_en: Annotated[str, may_be_empty(1_200)] = ""
    booths: list[BoothEntry] = []


class MainVenueFile(Strict):
    """main_venue.yaml"""

    name: Name
    name_en: EnglishName = ""
    place: Annotated[str, line(120)]
    place_en: EnglishName = ""
    address: Annotated[str, may_be_empty(200)] = ""
    first_day: Day
    last_day: Day
    hours: Annotated[str, may_be_empty(120)] = ""
    hours_en: EnglishName = ""
    introduction: Annotated[str, Text] = ""
    introduction_en: Annotated[str, TextEn] = ""
    transport: Annotated[str, Text] = ""
    transport_en: Annotated[str, TextEn] = ""
    plan: Annotated[str, Field(pattern=r"^[\w-]+\.png$")] | Literal[""] = ""
    plan_text: Annotated[str, may_be_empty(1_000)] = ""
    plan_text_en: Annotated[str, may_be_empty(2_000)] = ""
    is_demonstration: bool = False
    is_published: bool = False
    items: list[Item] = []
    zones: list[ZoneEntry] = []


def broken(parts: Parts) -> Iterator[Problem]:
    """Days and hours in order, codes once."""
    found = parts.main_venue
    if found is None:
        return

    def problem(place: tuple[str | int, ...], what: str, remedy: str) -> Problem:
        return Problem(FILE, parts.line(FILE, place), what, remedy)

    if found.last_day < found.first_day:
        yield problem(("last_day",), _("结束日期早于开始日期。"), _("请核对两个日期。"))
    for number, item in enumerate(found.items):
        if not found.first_day <= item.day <= found.last_day:
            yield problem(("items", number, "day"), _("节目的日期不在主场的日期里。"), _("请核对日期。"))
        if item.ends and item.ends <= item.starts:
            yield problem(("items", number, "ends"), _("结束时间要晚于开始时间。"), _("请核对时间。"))
    booths = [
        (("zones", z, "booths", b, "code"), booth.code)
        for z, zone in enumerate(found.zones)
        for b, booth in enumerate(zone.booths)
    ]
    items = [(("items", number, "code"), item.code) for number, item in enumerate(found.items)]
    zones = [(("zones", number, "code"), zone.code) for number, zone in enumerate(found.zones)]
    for group in (items, zones, booths):
        seen: set[str] = set()
        for place, code in group:
            if code in seen:
                yield problem(place, _("代码“%(code)s”用了两次。") % {"code": code}, _("请换一个代码。"))
            seen.add(code)
