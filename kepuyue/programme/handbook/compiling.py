"""From a selection to a booklet: chapters by district and day, what lasts apart, the indexes."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Origin, State
from kepuyue.core import wording
from kepuyue.programme import catalogue
from kepuyue.programme.cards import localized
from kepuyue.programme.days import LONGEST_DATED_RUN
from kepuyue.programme.entry import Entry
from kepuyue.programme.feeds.occasions import Occasion, Status, occasions
from kepuyue.programme.feeds.selection import MOST, Selection
from kepuyue.programme.handbook import items
from kepuyue.programme.handbook.book import Book, Chapter, Day
from kepuyue.programme.handbook.index import index
from kepuyue.programme.posters.lettering import drawable
from kepuyue.publicity.key_activities import is_key


def compiled(selection: Selection, *, only_key: bool = False) -> Book:
    """The booklet of a selection, in the language of the reader; at most `selection.MOST` activities."""
    chosen = selection.activities()
    is_cut = len(chosen) >= MOST
    activities = [one for one in chosen if not only_key or is_key(one)]
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
        by_unit=index((drawable(unit.name), one.code, "zh-Hans" if wording.is_english() else "")
                       for one in activities for unit in one.participations.all()),
        by_title=index((drawable(text), one.code, language)
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
            day = Day(
                "", "", "", [items.in_full(one, found[one.pk], None) for one in sorted(members, key=_area)]
            )
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
                heading.lines.append(items.reference(activity, same_day))
            else:
                printed.add(key)
                heading.lines.append(items.in_full(activity, found[key], same_day))
        chapter.days.append(heading)
    return chapter
