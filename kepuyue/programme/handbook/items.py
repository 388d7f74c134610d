"""One activity as the booklet prints it: in full on its first day, as a line that leads there on later ones."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.activities.models import Activity, Mode, State, UnitRole
from kepuyue.core import wording
from kepuyue.core.links import web_address
from kepuyue.programme import times
from kepuyue.programme.cards import ages, flags, localized, place_of
from kepuyue.programme.feeds.occasions import Occasion, Status, status_of
from kepuyue.programme.feeds.selection import address_of, title_of
from kepuyue.programme.handbook.book import Item, Reference, Time
from kepuyue.programme.posters.lettering import drawable

# Times of one activity that are printed; its page has all
MOST_TIMES = 8
# Hours of a day that stand in its margin
MOST_HOURS = 2


def in_full(activity: Activity, ones: list[Occasion], same_day: list[Occasion] | None) -> Item:
    """All that a visitor asks; `ones` are its sessions in their order, `same_day` those of the day where it stands."""
    language = localized(activity.title, activity.title_en)[1]
    status = status_of(activity)
    changed = next((text for kind, text in flags(activity) if kind in ("cancelled", "changed")), "")
    lines = _times(ones)
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
        tags=[text for kind, text in flags(activity) if kind == "online"],
    )


def reference(activity: Activity, ones: list[Occasion]) -> Reference:
    """The line of a later day; `ones` are its sessions on that day."""
    title, language = localized(activity.title, activity.title_en)
    off = all(one.status == Status.CANCELLED for one in ones)
    later = all(one.status == Status.POSTPONED for one in ones)
    mark = _("已取消") if off else pgettext("session", "已延期") if later else ""
    return Reference(activity.code, drawable(title), language, _hours(ones), mark)


def _hours(ones: list[Occasion]) -> str:
    """The hours of one day; where they are many, the first and how many."""
    hours = list(dict.fromkeys(times.hours_text(one.moment) for one in ones))
    if len(hours) <= MOST_HOURS:
        return wording.listed(hours)
    return _("%(hours)s等%(count)s场") % {"hours": hours[0], "count": len(hours)}


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
            text = _span(firsts[0])
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


def _span(one: Occasion) -> str:
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
