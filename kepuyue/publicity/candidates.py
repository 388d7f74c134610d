"""What could be a day's highlight, ranked, and why in words.

Points are the product's own: nothing in the notice says what makes a highlight. They follow what it asks for, a
highlight on every day (三(四)) and something for every district, group and content (二, 三). All reasons are shown, so
that who chooses can disagree.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Admission, Picture, Session, State
from kepuyue.core import wording
from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.models import District
from kepuyue.publicity.days import touches
from kepuyue.publicity.models import Highlight, KeyDecision

KEY, PUT_FORWARD, PICTURE, NEW_DISTRICT, NEW_AUDIENCE, NEW_CONTENT = 30, 10, 20, 15, 10, 5
FREE, MANY_SEATS, SOME_SEATS, OPENS, ALREADY, LONG_RUN = 10, 10, 5, 8, -25, -12
MANY = 100  # seats of a session from which it is said to have many
LONG = timedelta(days=7)  # all-day runs longer than this are exhibitions, as in the programme
COVERED = ("audience", "content")  # taxonomies whose terms should take turns within a week


@dataclass(frozen=True)
class Candidate:
    """An activity that takes place on the day; the more points the better it fits."""

    code: str
    title: str
    title_en: str
    unit: str
    starts_at: datetime
    ends_at: datetime | None
    is_all_day: bool
    points: int
    reasons: list[str]
    doubts: list[str]


@dataclass
class _Facts:
    """What is asked of one activity, and its sessions as (start, end, all day, seats)."""

    code: str
    title: str
    title_en: str
    unit: str
    district: int | None
    admission: str
    is_key: bool
    decision: str | None
    sessions: list[tuple[datetime, datetime | None, bool, int | None]] = field(default_factory=list)
    terms: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    has_picture: bool = False


@dataclass
class _Week:
    """What the highlights of one week already show."""

    districts: set[int] = field(default_factory=set)
    terms: set[int] = field(default_factory=set)


def candidates(edition: Edition, wanted: Iterable[date], *, most: int = 3) -> dict[date, list[Candidate]]:
    """The best `most` of each wanted day, best first. A fixed number of queries for any number of days.

    Asked are published activities of the own city with a session on the day that is neither cancelled nor postponed.
    """
    days = sorted(set(wanted))
    if not days:
        return {}
    known = _facts(edition, days[0], days[-1])
    chosen: dict[int, list[date]] = defaultdict(list)
    for activity, day in edition.highlights.values_list("activity_id", "day"):
        chosen[activity].append(day)
    weeks = _weeks(edition)
    names = dict(Term.objects.filter(taxonomy__edition=edition).values_list("pk", "name"))
    if wording.is_english():
        english = Term.objects.filter(taxonomy__edition=edition).exclude(name_en="")
        names |= dict(english.values_list("pk", "name_en"))
    districts = {one.pk: one.name_for_reader for one in District.objects.all()}
    found = {}
    for day in days:
        bounds = edition.day_bounds(day)
        week = weeks.get(_week_of(day), _Week())
        ranked = []
        for key, facts in known.items():
            here = [one for one in facts.sessions if touches(one[0], one[1], *bounds)]
            if here and day not in chosen.get(key, ()):
                ranked.append(
                    _weighed(facts, here, day, bounds[0], week, chosen.get(key, []), names, districts)
                )
        ranked.sort(key=lambda one: (-one.points, one.starts_at, one.code))
        found[day] = ranked[:most]
    return found


def taking_place(edition: Edition, day: date) -> QuerySet[Activity]:
    """What can be chosen for the day at all: published, and with a session that holds."""
    held = Session.objects.held().filter(is_postponed=False).touching(*edition.day_bounds(day))
    return Activity.objects.published().filter(
        edition=edition, city="", state=State.PUBLISHED, pk__in=held.values("activity")
    )


def _weighed(
    facts: _Facts,
    here: list[tuple[datetime, datetime | None, bool, int | None]],
    day: date,
    midnight: datetime,
    week: _Week,
    chosen: list[date],
    names: dict[int, str],
    districts: dict[int, str],
) -> Candidate:
    points = 0
    reasons: list[str] = []
    doubts: list[str] = []

    def count(number: int, why: str) -> None:
        nonlocal points
        points += number
        (reasons if number > 0 else doubts).append(why)

    start, end, is_all_day, _seats = min(here, key=lambda one: (one[2], one[0]))
    if facts.decision == KeyDecision.State.LISTED:
        count(KEY, _("重点活动"))
    elif facts.is_key and not facts.decision:
        count(PUT_FORWARD, _("单位推荐为重点活动"))
    if facts.has_picture:
        count(PICTURE, _("有图片"))
    else:
        doubts.append(_("没有图片"))
    if facts.district and facts.district not in week.districts:
        count(NEW_DISTRICT, _("本周还没有选过%(district)s") % {"district": districts[facts.district]})
    for taxonomy, worth in zip(COVERED, (NEW_AUDIENCE, NEW_CONTENT), strict=True):
        if new := sorted(facts.terms[taxonomy] - week.terms):
            count(worth, _("本周还没有选过“%(term)s”") % {"term": names[new[0]]})
    if facts.admission == Admission.FREE:
        count(FREE, _("免费"))
    seats = max((one[3] or 0 for one in here), default=0)
    if seats:
        count(MANY_SEATS if seats >= MANY else SOME_SEATS, _("名额%(count)s") % {"count": seats})
    if is_all_day and end is not None and end - start > LONG:
        if start >= midnight:
            count(OPENS, _("当天开幕"))
        else:
            count(LONG_RUN, _("持续多日的展览"))
    if chosen:
        count(ALREADY, _("%(days)s已经选过") % {"days": wording.listed(map(_short, sorted(chosen)))})
    return Candidate(
        facts.code, facts.title, facts.title_en, facts.unit, start, end, is_all_day, points, reasons, doubts
    )


def _short(day: date) -> str:
    return wording.day_text(day, weekday=False)


def _facts(edition: Edition, first: date, last: date) -> dict[int, _Facts]:
    start, end = edition.day_bounds(first)[0], edition.day_bounds(last)[1]
    public = Activity.objects.published().filter(edition=edition, city="", state=State.PUBLISHED)
    sessions = Session.objects.held().filter(is_postponed=False, activity__in=public).touching(start, end)
    columns = (
        "activity_id", "starts_at", "ends_at", "is_all_day", "capacity", "activity__code", "activity__title",
        "activity__title_en", "activity__organization__name", "activity__district_id", "activity__admission",
        "activity__is_key",
        "activity__key_decision__state",
    )  # fmt: skip
    known: dict[int, _Facts] = {}
    for key, starts, ends, all_day, seats, *facts in sessions.order_by("starts_at", "pk").values_list(
        *columns
    ):
        known.setdefault(key, _Facts(*facts)).sessions.append((starts, ends, all_day, seats))
    links = Activity.terms.through.objects.filter(
        Q(term__taxonomy__code__in=COVERED), activity__in=public
    ).values_list("activity_id", "term_id", "term__taxonomy__code")
    for key, term, taxonomy in links:
        if key in known:
            known[key].terms[taxonomy].add(term)
    for key in Picture.objects.shown().filter(activity__in=public).values_list("activity_id", flat=True):
        if key in known:
            known[key].has_picture = True
    return known


def _weeks(edition: Edition) -> dict[date, _Week]:
    """What each week (by its Monday) shows already."""
    weeks: dict[date, _Week] = defaultdict(_Week)
    rows: QuerySet[Highlight] = edition.highlights.filter(activity__state=State.PUBLISHED)
    for day, district in rows.values_list("day", "activity__district_id"):
        if district:
            weeks[_week_of(day)].districts.add(district)
    terms = rows.filter(activity__terms__taxonomy__code__in=COVERED)
    for day, term in terms.values_list("day", "activity__terms"):
        weeks[_week_of(day)].terms.add(term)
    return weeks


def _week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
