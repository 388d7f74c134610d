"""How a real activity of some past year gets its times in September 2024. The rule, in order:

1. **The source names a day**: the same weekday in September 2024. Which of the month's four or five is chosen
   by a hash of the title, so that activities spread over the weeks and stay where they are from run to run.
   A span of days keeps its length where it fits into the month; where weekday and length cannot both be
   kept (a span of the whole month), the length is. A longer span (over 30 days) becomes an all-day
   exhibition from the first such weekday to 30 September.
2. **The text names weekdays** (每周五、周三、周六): every such weekday of the month.
3. **The source names only a month or a year, or nothing**: a weekday that suits the kind of activity
   (schools on working days, families at the weekend …), again chosen by hash.
4. Clock times come from the text where it has them (每天10:00至22:00、上午、三点一刻); otherwise the kind of
   activity decides between a few usual hours, by hash. Exhibitions and whole-month series are all-day.
5. Seats are the number that the text states (50名、20对、不超过50人); otherwise usual sizes of the kind. Some
   kinds get further sessions on the same weekday of the following weeks.
6. Holidays: schools and enterprises are not put on 16 and 17 September 2024 (Mid-Autumn).

Titles, units, places and texts are never changed here.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kepuyue.activities.models import BookingMode, Mode
from kepuyue.demo.stages import ZONE
from kepuyue.imports.dates import Slot
from kepuyue.imports.entries import Entry

FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)
HOLIDAYS = {date(2024, 9, 16), date(2024, 9, 17)}
WORKING_DAYS, WEEKEND, ANY_DAY = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)
LONGEST_DAILY_RUN = 10
MOST_PEOPLE_WITHOUT_LICENCE = 900


@dataclass(frozen=True)
class Kind:
    """What is usual for a kind of activity, where its source is silent."""

    name: str
    words: str
    hours: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ANY_DAY
    booking: BookingMode = BookingMode.NONE
    seats: tuple[int, ...] = ()
    crowd: int = 200
    repeats: int = 0
    days: int = 1
    avoids_holidays: bool = False


NONE, WALK_IN, FIRST_COME = BookingMode.NONE, BookingMode.WALK_IN, BookingMode.FIRST_COME
BALLOT, EXTERNAL = BookingMode.BALLOT, BookingMode.EXTERNAL

# The first kind whose words stand in the category is taken; else in the title; else `OTHER`
KINDS = (
    Kind(
        "opening",
        "主场活动|启动仪式|闭幕式|嘉年华|市集|揭牌",
        ("10:00-12:00", "09:30-11:30", "10:00-17:00"),
        crowd=600,
    ),
    Kind("exhibition", "展览|巡展|书推荐", days=14, crowd=300),
    Kind(
        "school",
        "进校园|科学体验",
        ("14:30-16:00", "15:30-17:00", "09:00-10:30"),
        WORKING_DAYS,
        EXTERNAL,
        crowd=200,
        avoids_holidays=True,
    ),
    Kind("night", "天文", ("19:30-21:30",), WEEKEND, FIRST_COME, (40, 60, 80), crowd=80, repeats=1),
    Kind(
        "evening",
        "影视|科普剧|科学之夜|国际交流",
        ("19:30-21:00", "19:00-21:00"),
        (4, 5, 6),
        FIRST_COME,
        (120, 200, 300),
        crowd=300,
        repeats=2,
    ),
    Kind(
        "tour",
        "研学|企业|设施开放|夏令营|路线",
        ("09:00-11:30", "14:00-16:30"),
        (1, 2, 3, 4, 5),
        BALLOT,
        (30, 40, 50),
        crowd=50,
        repeats=2,
        avoids_holidays=True,
    ),
    Kind(
        "family",
        "自然教育|动手|工作坊|沉浸|科学秀|科普秀|阅读|公民科学",
        ("09:30-11:30", "10:00-11:30", "15:00-16:30"),
        WEEKEND,
        FIRST_COME,
        (20, 24, 30, 40),
        crowd=60,
        repeats=3,
    ),
    Kind(
        "lecture",
        "讲座|报告|讲堂|沙龙|直播|科学家精神",
        ("15:00-16:30", "19:00-20:30"),
        ANY_DAY,
        FIRST_COME,
        (60, 80, 120, 200),
        crowd=200,
        repeats=1,
    ),
    Kind("open_house", "开放", ("09:30-17:00", "10:00-16:00"), WEEKEND, WALK_IN, crowd=300, repeats=3),
    Kind("contest", "竞赛|大赛", ("09:00-12:00", "14:00-17:00"), WEEKEND, crowd=200),
    Kind(
        "street",
        "进社区|进乡村|咨询|集市|银龄|分会场",
        ("09:30-11:30", "15:00-17:00", "09:00-11:00"),
        crowd=300,
    ),
    Kind("series", "系列活动", days=30, crowd=500),
)
OTHER = Kind("other", "", ("09:30-11:30", "15:00-17:00", "09:00-11:00"), crowd=300)
ONLINE = Kind("online", "", ("19:30-20:30", "15:00-16:00"), ANY_DAY, crowd=500)
ONLINE_SERIES = Kind("online_series", "", days=14, crowd=500)


@dataclass(frozen=True)
class Plan:
    """What an activity gets in the demonstration."""

    kind: str
    slots: list[Slot]
    note: str
    capacity: int | None
    booking: BookingMode
    crowd: int


def plan(entry: Entry) -> Plan:
    """Times, seats and booking of one activity; the same for the same entry, always."""
    kind = kind_of(entry)
    text = f"{entry.title} {entry.summary} {entry.booking_note}"
    slots = _slots(entry, kind, text)
    booking = _booking(entry, kind, is_all_day=slots[0].all_day)
    seats = _stated_seats(entry)
    capacity = seats or (_choose(kind.seats, entry, "seats") if kind.seats else None)
    if booking in (FIRST_COME, BALLOT):
        capacity = capacity or kind.crowd
    elif booking != WALK_IN:
        capacity = None
    hours = re.search(r"每天\d{1,2}:\d{2}至\d{1,2}:\d{2}", text)
    crowd = _stated_crowd(text) or capacity or kind.crowd
    return Plan(
        kind.name,
        slots,
        hours.group() if hours and slots[0].all_day else "",
        capacity,
        booking,
        min(crowd, MOST_PEOPLE_WITHOUT_LICENCE),
    )


def kind_of(entry: Entry) -> Kind:
    """The kind of an activity by its category, then its title."""
    if entry.mode == Mode.ONLINE:
        return ONLINE if re.search("讲座|直播|启动", entry.category) else ONLINE_SERIES
    for text in (entry.category, entry.title):
        for kind in KINDS:
            if re.search(kind.words, text):
                return kind
    return OTHER


def draw(entry: Entry, salt: str) -> int:
    """A number that is always the same for the same title (Python's own hash differs from run to run)."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{entry.title}".encode()).digest()[:4], "big")


def _choose(options: tuple[int, ...], entry: Entry, salt: str) -> int:
    return options[draw(entry, salt) % len(options)]


# Days -----------------------------------------------------------------------------------------------------


def _slots(entry: Entry, kind: Kind, text: str) -> list[Slot]:
    weekly = _weekdays_in(text)
    if entry.slots:
        source = entry.slots[0]
        length = max(1, ((source.end or source.start) - source.start).days)
        if not entry.raw.get("end"):
            # Only the first day is known: an exhibition runs on for a usual time
            length = kind.days
        if length > 30:
            return [_all_day(_days_on((source.start.weekday(),))[0], LAST)]
        first = _day_for(source.start.weekday(), length, entry, kind)
    elif weekly:
        return [slot for day in _days_on(weekly) for slot in _timed(day, entry, kind, text)]
    else:
        length = kind.days
        suitable = draw(entry, "weekday")
        first = _day_for(kind.weekdays[suitable % len(kind.weekdays)], length, entry, kind)
    last = first + timedelta(days=length - 1)
    if not kind.hours or length > LONGEST_DAILY_RUN:
        return [_all_day(first, last)]
    days = [first + timedelta(days=n) for n in range(length)]
    if length == 1:
        days += _further_days(first, entry, kind, is_weekly="每周" in text)
    return [slot for day in sorted(days) for slot in _timed(day, entry, kind, text)]


def _day_for(weekday: int, length: int, entry: Entry, kind: Kind) -> date:
    """One of the month's days on this weekday on which a span of this length can begin."""
    fitting = [day for day in _days_on((weekday,)) if day + timedelta(days=length - 1) <= LAST]
    if kind.avoids_holidays and length == 1:
        fitting = [day for day in fitting if day not in HOLIDAYS]
    if not fitting:
        return LAST - timedelta(days=length - 1)
    return fitting[draw(entry, "week") % len(fitting)]


def _further_days(first: date, entry: Entry, kind: Kind, *, is_weekly: bool) -> list[date]:
    """The same weekday in following weeks; before the first one too where the text says every week."""
    same = [day for day in _days_on((first.weekday(),)) if not (kind.avoids_holidays and day in HOLIDAYS)]
    if is_weekly:
        return [day for day in same if day != first]
    following = [day for day in same if day > first]
    return following[: draw(entry, "repeats") % (kind.repeats + 1)]


def _weekdays_in(text: str) -> tuple[int, ...]:
    found = {
        "一二三四五六日".index(name) for name in re.findall(r"(?:每周|周|、周)([一二三四五六日])(?!期)", text)
    }
    return tuple(sorted(found))


def _days_on(weekdays: tuple[int, ...]) -> list[date]:
    month = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return [day for day in month if day.weekday() in weekdays]


def _all_day(first: date, last: date) -> Slot:
    after = last + timedelta(days=1)
    return Slot(datetime.combine(first, time(), ZONE), datetime.combine(after, time(), ZONE), all_day=True)


# Hours ----------------------------------------------------------------------------------------------------

FOUR_A_DAY = ("09:30-10:30", "11:00-12:00", "14:00-15:00", "15:30-16:30")


def _timed(day: date, entry: Entry, kind: Kind, text: str) -> list[Slot]:
    if re.search(r"三点一刻", text):
        hours: tuple[str, ...] = ("15:15-16:45",)
    elif re.search(r"每(?:天|周.)?4个?场|4个场次", text):
        hours = FOUR_A_DAY
    elif "整点" in text:
        hours = ("10:00-10:30", "11:00-11:30", "14:00-14:30", "15:00-15:30")
    elif re.search(r"上午.{0,8}下午", text):
        hours = ("09:30-16:30",)
    elif re.search(r"一上午|定时上午|周六上午", text):
        hours = ("09:30-11:30",)
    elif re.search(r"之夜|夜场|夜探|流星|赏月", text):
        hours = ("19:30-21:30",)
    else:
        hours = (kind.hours[_hour_index(day, entry, kind)],)
    return [_slot(day, span) for span in hours]


def _hour_index(day: date, entry: Entry, kind: Kind) -> int:
    if kind.name == "lecture":
        return int(day.weekday() in WORKING_DAYS)
    return draw(entry, "hours") % len(kind.hours)


def _slot(day: date, span: str) -> Slot:
    start, end = (datetime.combine(day, time.fromisoformat(part), ZONE) for part in span.split("-"))
    return Slot(start, end, all_day=False)


# Seats and booking ----------------------------------------------------------------------------------------


def _booking(entry: Entry, kind: Kind, *, is_all_day: bool) -> BookingMode:
    stated = entry.booking_note
    if re.search(r"遴选|选取", stated):
        mode = BALLOT
    elif re.search(r"邮件|邀请|组织参加", stated):
        mode = EXTERNAL
    elif re.search(r"发票", stated):
        mode = WALK_IN
    elif re.search(r"预约|报名", stated):
        mode = kind.booking if kind.booking in (FIRST_COME, BALLOT) else FIRST_COME
    elif is_all_day or entry.mode == Mode.ONLINE or "免费开放" in stated:
        return NONE
    else:
        mode = kind.booking
    # Nobody here can book for another city
    return EXTERNAL if entry.city and mode in (FIRST_COME, BALLOT) else mode


def _stated_seats(entry: Entry) -> int | None:
    brackets = " ".join(re.findall(r"（(.*?)）", f"{entry.audience}{entry.booking_note}"))
    number = re.search(r"(\d+)余?(?:名|人|对|组|位)", brackets)
    text = f"{entry.summary} {entry.booking_note}"
    number = number or re.search(r"(?:不超过|选取|遴选)(\d+)余?(?:名|人)|(\d+)组(?:亲子)?家庭", text)
    if number:
        return int(next(group for group in number.groups() if group))
    return 100 if "百名" in brackets else None


def _stated_crowd(text: str) -> int | None:
    number = re.search(
        r"(?:每场约|约|近)?(\d{2,4})余?多?(?:人(?:参加|参与|到场|在线)|名?居民参加|人$|人，)", text
    )
    return int(number.group(1)) if number else None
