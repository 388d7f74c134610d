"""What stands in the booklet: chapters by district and day, what lasts apart, two indexes in the order of pinyin."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from pypinyin import Style, lazy_pinyin

from kepuyue.activities.models import Activity, Mode, Origin, State, UnitRole
from kepuyue.core import wording
from kepuyue.core.links import web_address
from kepuyue.programme import catalogue, times
from kepuyue.programme.cards import ages, flags, localized, place_of
from kepuyue.programme.catalogue import Entry
from kepuyue.programme.days import LONGEST_DATED_RUN
from kepuyue.programme.feeds.occasions import Occasion, Status, occasions, status_of
from kepuyue.programme.feeds.selection import MOST, Selection, address_of, title_of
from kepuyue.programme.posters.lettering import drawable

# Times of one activity that are printed; its page has all
MOST_TIMES = 8
# Hours of a day that stand in its margin
MOST_HOURS = 2
# The order of letters in an index; what has no letter comes last
OTHERS = "#"


@dataclass(frozen=True)
class Time:
    """One session as the booklet prints it."""

    text: str
    place: str = ""
    mark: str = ""


@dataclass
class Item:
    """An activity in full; every text can be printed with the faces that come along."""

    code: str
    title: str
    language: str
    hours: str
    mark: str
    is_cancelled: bool
    summary: str
    times: list[Time]
    more_times: str
    facts: list[tuple[str, str]]
    address: str
    tags: list[str]


@dataclass(frozen=True)
class Reference:
    """A later day of an activity that stands in full elsewhere."""

    code: str
    title: str
    language: str
    hours: str
    mark: str


@dataclass
class Day:
    """What stands under one heading of a chapter: a day, or none."""

    anchor: str
    title: str
    short: str
    lines: list[Item | Reference] = field(default_factory=list)


@dataclass
class Chapter:
    """A district with its days, or what stands apart."""

    anchor: str
    title: str
    note: str
    language: str = ""
    days: list[Day] = field(default_factory=list)
    activities: int = 0

    @property
    def has_days(self) -> bool:
        return any(day.title for day in self.days)


@dataclass(frozen=True)
class IndexLine:
    """A name and the codes of the activities it stands at."""

    name: str
    codes: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True)
class Letter:
    """The lines of an index under one letter."""

    letter: str
    lines: list[IndexLine]


@dataclass
class Book:
    """The whole booklet."""

    title: str
    title_language: str
    eyebrow: str
    theme: str
    theme_language: str
    days: str
    scope: str
    office: str
    contact: str
    address: str
    made: str
    chapters: list[Chapter]
    by_unit: list[Letter]
    by_title: list[Letter]
    activities: int
    sessions: int
    seed: str
    is_cut: bool = False
    is_demo: bool = False
    has_chinese: bool = False
    "An English booklet holds titles that nobody translated"


def compiled(selection: Selection, *, only_key: bool = False) -> Book:
    """The booklet of a selection, in the language of the reader; at most `selection.MOST` activities."""
    chosen = selection.activities()
    is_cut = len(chosen) >= MOST
    activities = [one for one in chosen if one.is_key or not only_key]
    known = catalogue.load(selection.edition)
    entries = {entry.pk: entry for entry in known.entries_of(known.among(one.pk for one in activities))}
    query = selection.query
    found: dict[int, list[Occasion]] = defaultdict(list)
    dates = occasions(activities, at=selection.at, first=query.first, last=query.last)
    for one in sorted(dates, key=lambda one: (one.moment.start, one.session.pk)):
        found[one.activity.pk].append(one)
    chapters = list(_chapters(activities, entries, found))
    edition = selection.edition
    title, title_language = localized(edition.name, edition.name_en)
    theme, theme_language = localized(edition.theme, edition.theme_en)
    titles = [localized(one.title, one.title_en) for one in activities]
    return Book(
        title=drawable(title),
        title_language=title_language,
        eyebrow=drawable(localized(edition.ordinal, edition.ordinal_en)[0]),
        theme=drawable(theme),
        theme_language=theme_language,
        days=wording.days_text(edition.starts_on, edition.ends_on, year=True),
        scope=_scope(selection, only_key),
        office=drawable(localized(edition.office_name or edition.city, edition.office_name_en)[0]),
        contact=drawable(wording.listed(filter(None, (edition.contact_phone, edition.contact_email)))),
        address=selection.address,
        made=wording.day_text(selection.at.date(), weekday=False, year=True),
        chapters=chapters,
        by_unit=_index((drawable(unit.name), one.code, "zh-Hans" if wording.is_english() else "")
                       for one in activities for unit in one.participations.all()),
        by_title=_index((drawable(text), one.code, language)
                        for one, (text, language) in zip(activities, titles, strict=True)),
        activities=sum(one.state != State.CANCELLED for one in activities),
        sessions=sum(one.status != Status.CANCELLED for ones in found.values() for one in ones),
        seed=edition.code,
        is_cut=is_cut,
        is_demo=any(one.origin == Origin.DEMO for one in activities),
        has_chinese=any(language for _text, language in titles),
    )  # fmt: skip


def _scope(selection: Selection, only_key: bool) -> str:
    """What the cover says of the choice; empty for the whole programme."""
    words, query = selection.words, selection.query
    parts = (
        [localized(one.name, one.name_en)[0] for one in words.districts if one.pk in query.districts]
        if words
        else []
    )
    if words:
        parts += [
            str(term) for taxonomy in words.taxonomies for term in taxonomy.terms.all()
            if term.pk in query.terms.get(taxonomy.code, ())
        ]  # fmt: skip
    if query.first or query.last:
        first, last = query.first or query.last, query.last or query.first
        assert first and last
        parts.append(wording.days_text(first, last))
    if query.q:
        parts.append(drawable(query.q))
    if only_key:
        parts.append(_("重点活动"))
    if not parts and not selection.is_whole:
        parts.append(_("选编"))
    return " · ".join(parts)


def _chapters(
    activities: list[Activity], entries: dict[int, Entry], found: dict[int, list[Occasion]]
) -> Iterable[Chapter]:
    """Districts in their order, the city at large, other cities; then what lasts, the year's, what has no day."""
    printed: set[int] = set()
    month: list[Activity] = []
    lasting: list[Activity] = []
    yearly: list[Activity] = []
    undated: list[Activity] = []
    for one in activities:
        entry = entries.get(one.pk)
        if (entry and entry.is_beyond_month) or one.is_year_round:
            yearly.append(one)
        elif not found[one.pk]:
            undated.append(one)
        elif all(_is_exhibition(date) for date in found[one.pk]):
            lasting.append(one)
        else:
            month.append(one)
    month.sort(key=_area)
    for ((group, number), title, language), ones in groupby(month, key=_area):
        yield _by_day(f"c{group}-{number}", title, language, list(ones), found, printed)
    for anchor, title, note, members in (
        ("lasting", _("展览"), _("持续多日，随时可去"), lasting),
        ("yearly", _("全年科普"), _("主题宣传贯穿全年，不计入本月场次"), yearly),
        ("undated", _("时间待定"), _("以活动页为准"), undated),
    ):
        if members:
            day = Day("", "", "", [_item(one, found[one.pk], None) for one in sorted(members, key=_area)])
            yield Chapter(anchor, title, note, days=[day], activities=_held(members))


def _held(activities: Iterable[Activity]) -> int:
    return sum(one.state != State.CANCELLED for one in activities)


def _area(one: Activity) -> tuple[tuple[int, int], str, str]:
    """Where it belongs: own districts, the city at large, linked cities together."""
    if one.city:
        return (2, 0), _("联动城市"), ""
    if one.district:
        name, language = localized(one.district.name, one.district.name_en)
        return (0, one.district.pk), drawable(name), language
    return (1, 0), _("全市与线上"), ""


def _is_exhibition(one: Occasion) -> bool:
    length = (one.moment.last_day - one.moment.start.date()).days
    return one.moment.is_all_day and length >= LONGEST_DATED_RUN


def _by_day(
    anchor: str,
    title: str,
    language: str,
    members: list[Activity],
    found: dict[int, list[Occasion]],
    printed: set[int],
) -> Chapter:
    """Each day with what begins on it; an activity stands in full on its first day."""
    dates = [one for member in members for one in found[member.pk] if not _is_exhibition(one)]
    dates.sort(
        key=lambda one: (one.moment.start.date(), one.moment.is_all_day, one.moment.start, one.session.pk)
    )
    sessions = sum(one.status != Status.CANCELLED for one in dates)
    chapter = Chapter(anchor, title, "", language, activities=_held(members))
    chapter.note = _("%(sessions)s场，按日期排列") % {"sessions": sessions}
    for number, (day, ones) in enumerate(groupby(dates, key=lambda one: one.moment.start.date())):
        heading = Day(f"{anchor}-{number}", wording.day_text(day), wording.day_text(day, weekday=False))
        seen: dict[int, list[Occasion]] = defaultdict(list)
        for one in ones:
            seen[one.activity.pk].append(one)
        for key, same_day in seen.items():
            activity = same_day[0].activity
            if key in printed:
                heading.lines.append(_reference(activity, same_day))
            else:
                printed.add(key)
                heading.lines.append(_item(activity, found[key], same_day))
        chapter.days.append(heading)
    return chapter


def _hours(ones: list[Occasion]) -> str:
    """The hours of one day; where they are many, the first and how many."""
    hours = list(dict.fromkeys(times.hours_text(one.moment) for one in ones))
    if len(hours) <= MOST_HOURS:
        return wording.listed(hours)
    return _("%(hours)s等%(count)s场") % {"hours": hours[0], "count": len(hours)}


def _reference(activity: Activity, ones: list[Occasion]) -> Reference:
    title, language = localized(activity.title, activity.title_en)
    off = all(one.status == Status.CANCELLED for one in ones)
    later = all(one.status == Status.POSTPONED for one in ones)
    mark = _("已取消") if off else pgettext("session", "已延期") if later else ""
    return Reference(activity.code, drawable(title), language, _hours(ones), mark)


def _item(activity: Activity, ones: list[Occasion], same_day: list[Occasion] | None) -> Item:
    language = localized(activity.title, activity.title_en)[1]
    status = status_of(activity)
    changed = next((text for kind, text in flags(activity) if kind in ("cancelled", "changed")), "")
    lines = _times(ones)
    is_linked = [text for kind, text in flags(activity) if kind == "online"]
    return Item(
        code=activity.code,
        title=drawable(title_of(activity)),
        language=language,
        hours=_hours(same_day) if same_day else "",
        mark=changed or ("" if status == Status.HELD else pgettext("session", "已延期")),
        is_cancelled=activity.state == State.CANCELLED,
        summary=drawable(activity.summary),
        times=lines[:MOST_TIMES],
        more_times=_("共%(count)s场，其余见活动页") % {"count": len(ones)} if len(lines) > MOST_TIMES else "",
        facts=[(label, drawable(text)) for label, text in _facts(activity, ones) if text],
        address=address_of(activity),
        tags=is_linked,
    )


def _times(ones: list[Occasion]) -> list[Time]:
    """The sessions, those at the same hours on one line; one place for all stands among the facts instead."""
    shared = len({_place(one) for one in ones}) == 1
    days: dict[tuple[str, str, str], list[Occasion]] = {}
    for (_day, place, mark), same_day in _grouped(ones).items():
        hours = wording.listed(dict.fromkeys(times.hours_text(one.moment) for one in same_day))
        days.setdefault((hours, place, mark), []).append(same_day[0])
    found = []
    for (hours, place, mark), firsts in days.items():
        if len(firsts) == 1 and (firsts[0].session.note or not _within_a_day(firsts[0])):
            text = _in_full(firsts[0])
        else:
            texts = [_day_of(one, weekday=len(firsts) == 1) for one in firsts]
            text = wording.at(wording.listed(texts), hours)
        found.append(Time(drawable(text), "" if shared else drawable(place), mark))
    return found


def _grouped(ones: list[Occasion]) -> dict[tuple[object, str, str], list[Occasion]]:
    """Sessions of a day by place and by what has become of them; what needs a word of its own stands alone."""
    marks = {Status.CANCELLED: _("已取消"), Status.POSTPONED: _("已延期，新的时间待定")}
    found: dict[tuple[object, str, str], list[Occasion]] = {}
    for one in ones:
        alone = one.session.note or not _within_a_day(one)
        day = one.session.pk if alone else one.moment.start.date()
        found.setdefault((day, _place(one), marks.get(one.status, "")), []).append(one)
    return found


def _within_a_day(one: Occasion) -> bool:
    return one.moment.last_day == one.moment.start.date()


def _in_full(one: Occasion) -> str:
    text = times.span_text(one.moment, year=one.moment.start.year != one.activity.edition.year)
    return wording.with_aside(text, one.session.note)


def _day_of(one: Occasion, *, weekday: bool) -> str:
    day = one.moment.start.date()
    return wording.day_text(day, weekday=weekday, year=day.year != one.activity.edition.year)


def _place(one: Occasion) -> str:
    """Venue, its address, and what is written beside it; without the address of a stream, which the page has."""
    venue = one.session.venue
    parts = [place_of(one.session), venue.address if venue else ""]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _facts(activity: Activity, ones: list[Occasion]) -> list[tuple[str, str]]:
    """What one wants to know before going; only what the activity's own page shows."""
    places = list(dict.fromkeys(place for place in map(_place, ones) if place))
    admission = "" if activity.admission == "unknown" else activity.get_admission_display()
    booking = "" if activity.booking_mode == "unknown" else activity.get_booking_mode_display()
    where = places[0] if len(places) == 1 else ""
    if not places:
        where = _("线上") if activity.mode == Mode.ONLINE else ""
    return [
        (_("时间"), "" if ones else _undated(activity)),
        (_("原因"), activity.cancel_reason if activity.state == State.CANCELLED else ""),
        (_("地点"), " · ".join(part for part in (_city(activity), where) if part)),
        *((str(role.label), _units(activity, role)) for role in (UnitRole.HOST, UnitRole.ORGANIZER)),
        (pgettext("handbook", "面向"), _audience(activity)),
        (pgettext("handbook", "收费"), wording.with_aside(admission, activity.admission_note)),
        (pgettext("handbook", "预约"), _booked(booking, activity)),
        (_("电话"), activity.public_phone),
    ]  # fmt: skip


def _undated(activity: Activity) -> str:
    return activity.dates_as_written or (_("全年举办") if activity.is_year_round else _("时间待定"))


def _city(activity: Activity) -> str:
    if activity.city:
        return activity.city
    return localized(activity.district.name, activity.district.name_en)[0] if activity.district else ""


def _booked(mode: str, activity: Activity) -> str:
    address = web_address(activity.booking_url)
    return wording.clauses(
        part for part in (wording.with_aside(mode, activity.booking_note), address) if part
    )


def _units(activity: Activity, role: UnitRole) -> str:
    return wording.listed(unit.name for unit in activity.participations.all() if unit.role == role)


def _audience(activity: Activity) -> str:
    named = [str(term) for term in activity.terms.all() if term.taxonomy.code == "audience"]
    note = "" if activity.audience_note in named else activity.audience_note
    return wording.clauses(part for part in (wording.listed(named), note, ages(activity)) if part)


def _index(rows: Iterable[tuple[str, str, str]]) -> list[Letter]:
    """Names in the order of their pinyin, each once with all that it stands at."""
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    languages: dict[str, str] = {}
    for name, code, language in rows:
        if name:
            codes[name][code] = None
            languages[name] = language
    lines = sorted(codes, key=_sounded)
    return [
        Letter(letter, [IndexLine(name, tuple(codes[name]), languages[name]) for name in names])
        for letter, names in groupby(lines, key=lambda name: _sounded(name)[1])
    ]


@lru_cache(maxsize=8_192)
def _sounded(name: str) -> tuple[bool, str, tuple[str, ...], str]:
    """How a name is sorted: letters before what has none, then by syllables."""
    said = "".join(sign for sign in name if sign.isalnum()) or name
    syllables = tuple(one.casefold() for one in lazy_pinyin(said, style=Style.NORMAL))
    first = syllables[0][:1].upper() if syllables else ""
    letter = first if "A" <= first <= "Z" else OTHERS
    return letter == OTHERS, letter, syllables, name
