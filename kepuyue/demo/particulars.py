"""Ages, languages, access, fees and full sessions of the demonstration: what the source says, and what is set for show.

What the source's own words say is read by the same readers as anything that units write. The sources hardly speak of
such things, and filters without content cannot be tried; so the rest is set by rule, the same for the same title:

* **Ages** where everybody whom the source names is of a known age: school begins at six (义务教育法, art. 11),
  youth ends at eighteen (未成年人保护法, art. 2), old age begins at sixty (老年人权益保障法, art. 2).
* **Languages, access and fees** for some activities of the own city. Their texts begin with 演示, so that
  nobody takes them for a unit's word.
* **Full sessions**: the first of several, where seats are limited.
"""

import re

from kepuyue.activities.content import Content
from kepuyue.activities.free_text import LANGUAGES, Ages, access_in, ages_in, languages_in
from kepuyue.activities.models import AccessItem, Admission, Mode
from kepuyue.demo import moving
from kepuyue.imports import conversion
from kepuyue.imports.entries import Entry

# The first that stands in a part of the audience; a part in which none stands is for everybody
AGES = (
    (r"幼儿", Ages(3, 6)),
    (r"初中", Ages(12, 15)),
    (r"中小学|少年儿童", Ages(6, 18)),
    (r"小学", Ages(6, 12)),
    (r"中学生", Ages(12, 18)),
    (r"青少年", Ages(6, 18)),
    (r"儿童|少儿|亲子", Ages(3, 14)),
    (r"老年人|老人", Ages(60, None)),
)
GROWN_UPS_TOO = r"大中|师生|校长|教师|老师"
# By kind: what rooms and talks of that kind may well offer; one of so many activities gets it
ACCESS = {
    "exhibition": (
        (AccessItem.WHEELCHAIR, AccessItem.TOILET, AccessItem.AUDIO),
        "演示：入口有坡道，可借语音导览。",
    ),
    "lecture": (
        (AccessItem.WHEELCHAIR, AccessItem.SIGN_LANGUAGE, AccessItem.CAPTIONS),
        "演示：现场有手语翻译和字幕。",
    ),
    "open_house": ((AccessItem.WHEELCHAIR, AccessItem.GUIDE_DOG), "演示：参观路线没有台阶，可带导盲犬。"),
    "evening": ((AccessItem.WHEELCHAIR, AccessItem.HEARING), "演示：前排留有轮椅位，可借助听设备。"),
    "family": ((AccessItem.QUIET_HOUR,), "演示：最后一小时为安静时段。"),
    "online": ((AccessItem.CAPTIONS,), "演示：直播有字幕。"),
}
SPOKEN = ("演示：普通话", "演示：普通话、英语", "演示：普通话、粤语", "演示：粤语", "演示：普通话、手语")
FREE_KINDS = frozenset({"opening", "street", "open_house", "lecture", "exhibition", "online"})
ONE_ACCESSIBLE_OF, ONE_SPOKEN_OF, ONE_FREE_OF, ONE_FULL_OF = 2, 3, 2, 3


def particulars(entry: Entry, plan: moving.Plan) -> Content:
    """The content that is added to what the source says about the activity."""
    text = f"{entry.title} {entry.summary} {entry.booking_note} {entry.audience}"
    return _ages(entry, text) | _languages(entry, text) | _access(entry, plan, text) | _fee(entry, plan, text)


def is_full(entry: Entry, plan: moving.Plan, number: int) -> bool:
    """Whether the session of that number, from 0, is said to be full."""
    is_first_of_several = number == 0 and len(plan.slots) > 1
    return bool(plan.capacity) and is_first_of_several and _is_drawn(entry, "full", ONE_FULL_OF)


def usual_ages(audience: str) -> Ages | None:
    """The ages of all whom an audience names ("小学生;中学生"); None where one of them is of any age."""
    found: list[Ages] = []
    for part in re.split(r"[;；、]", re.sub(r"（.*?）", "", audience)):
        ages = next((ages for words, ages in AGES if re.search(words, part)), None)
        if ages is None or re.search(GROWN_UPS_TOO, part):
            return None
        found.append(ages)
    highs = [ages.high for ages in found if ages.high is not None]
    low = min(ages.low or 0 for ages in found)
    return Ages(low, max(highs) if len(highs) == len(found) else None)


def _ages(entry: Entry, text: str) -> Content:
    ages = ages_in(entry.audience) or ages_in(text) or usual_ages(entry.audience)
    return {"age_min": ages.low, "age_max": ages.high} if ages else {}


def _languages(entry: Entry, text: str) -> Content:
    if stated := languages_in(text):
        return {"languages": "、".join(str(label) for code, label in LANGUAGES.items() if code in stated)}
    if entry.city or not _is_drawn(entry, "spoken", ONE_SPOKEN_OF):
        return {}
    return {"languages": SPOKEN[moving.draw(entry, "language") % len(SPOKEN)]}


def _access(entry: Entry, plan: moving.Plan, text: str) -> Content:
    if stated := access_in(text):
        return {"accessibility_items": stated}
    if entry.city or plan.kind not in ACCESS or not _is_drawn(entry, "access", ONE_ACCESSIBLE_OF):
        return {}
    items, note = ACCESS[plan.kind]
    if entry.mode == Mode.ONLINE:
        items = tuple(item for item in items if item != AccessItem.WHEELCHAIR)
    return {
        "accessibility_items": [item.value for item in AccessItem if item in items],
        "accessibility": note,
    }


def _fee(entry: Entry, plan: moving.Plan, text: str) -> Content:
    if conversion.admission_of(text) == Admission.FREE:
        return {"admission": Admission.FREE}
    if entry.city or plan.kind not in FREE_KINDS or not _is_drawn(entry, "free", ONE_FREE_OF):
        return {}
    return {"admission": Admission.FREE, "admission_note": "演示：是否收费为演示所设"}


def _is_drawn(entry: Entry, salt: str, one_of: int) -> bool:
    return moving.draw(entry, salt) % one_of == 0
