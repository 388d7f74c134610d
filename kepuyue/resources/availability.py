"""Whether a time fits an offer, said in sentences that the one who asks can act on."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.organizations.models import District
from kepuyue.resources.models import Offer, Request


def objections(
    offer: Offer,
    *,
    starts_at: datetime,
    ends_at: datetime,
    people: int,
    district: District | None,
    is_online: bool,
) -> list[str]:
    """Why the offer cannot be had so, by what its unit stated; empty where nothing speaks against it.

    Times are aware; hours are compared in the edition's zone. What is promised already is judged at acceptance,
    under lock; here it is only said early.
    """
    zone = offer.edition.zone
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    found = []
    if is_online and not offer.is_online:
        found.append(_("这项资源不能线上进行。"))
    served = [one.code for one in offer.districts.all()]
    if not is_online and offer.travels and served and (district is None or district.code not in served):
        names = wording.listed(one.name_for_reader for one in offer.districts.all())
        found.append(_("这项资源只去：%(districts)s。") % {"districts": names})
    if offer.people_max and people > offer.people_max:
        found.append(
            _("每次最多%(most)s人，您填写了%(people)s人。") % {"most": offer.people_max, "people": people}
        )
    found += _day_objections(offer, first.date(), last.date())
    if first.date() == last.date():
        found += _hour_objections(offer, first.time(), last.time())
    return found


def _day_objections(offer: Offer, first: date, last: date) -> list[str]:
    found = []
    if offer.weekdays and first.weekday() not in offer.weekdays:
        found.append(_("只能约在%(weekdays)s。") % {"weekdays": weekdays_text(offer.weekdays)})
    if (offer.first_day and first < offer.first_day) or (offer.last_day and last > offer.last_day):
        found.append(_("只能约在%(span)s之间。") % {"span": span_text(offer)})
    if first.isoformat() in offer.closed_days:
        found.append(_("%(day)s不能约。") % {"day": wording.day_text(first)})
    elif not found and not offer.is_free_on(first):
        found.append(_("%(day)s已经约满，请换一天。") % {"day": wording.day_text(first)})
    return found


def _hour_objections(offer: Offer, start: time, end: time) -> list[str]:
    too_early = offer.hours_from is not None and start < offer.hours_from
    too_late = offer.hours_until is not None and end > offer.hours_until
    if not (too_early or too_late):
        return []
    return [_("只能约在%(hours)s。") % {"hours": hours_text(offer)}]


def free_days(offer: Offer, days: Iterable[date]) -> list[date]:
    """Those of the days on which the offer can still be promised."""
    return [day for day in days if offer.is_free_on(day)]


def weekdays_text(weekdays: Iterable[int]) -> str:
    """周一、周三 · Mon, Wed; three and more that follow each other: 周二至周日 · Tue to Sun."""
    names = wording.EN_WEEKDAYS if wording.is_english() else [f"周{name}" for name in wording.ZH_WEEKDAYS]
    days = sorted(weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return _("%(first)s至%(last)s") % {"first": names[days[0]], "last": names[days[-1]]}
    return wording.listed(names[day] for day in days)


def span_text(offer: Offer) -> str:
    """The days between which it can be had."""
    first, last = offer.first_day, offer.last_day
    if first and last:
        return wording.days_text(first, last)
    if first:
        return _("%(day)s起") % {"day": wording.day_text(first, weekday=False)}
    return _("%(day)s前") % {"day": wording.day_text(last, weekday=False)} if last else ""


def hours_text(offer: Offer) -> str:
    """09:00–17:00."""
    start, end = offer.hours_from, offer.hours_until
    return (
        f"{start:%H:%M}–{end:%H:%M}"
        if start and end
        else (f"{start:%H:%M}–" if start else f"–{end:%H:%M}" if end else "")
    )


def when_text(offer: Offer) -> str:
    """All that the offer says about time, in one line."""
    days = weekdays_text(offer.weekdays) if offer.weekdays else _("任意一天")
    closed = [date.fromisoformat(day) for day in offer.closed_days]
    parts = [days, span_text(offer), hours_text(offer)]
    if closed:
        listed = wording.listed(wording.day_text(day, weekday=False) for day in closed[:6])
        parts.append(_("%(days)s除外") % {"days": listed})
    return wording.clauses(part for part in parts if part)


def ages_text(record: Offer | Request) -> str:
    """8岁以上 · 8–12岁 · 12岁以下; empty where any age will do."""
    low, high = record.age_min, record.age_max
    if low is not None and high is not None:
        return _("%(low)s–%(high)s岁") % {"low": low, "high": high}
    if low is not None:
        return _("%(low)s岁以上") % {"low": low}
    return _("%(high)s岁以下") % {"high": high} if high is not None else ""
