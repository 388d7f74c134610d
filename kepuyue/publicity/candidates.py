"""What could be a day's highlight, ranked, and why in words.

Points are the product's own: nothing in the notice says what makes a highlight. They follow what it asks for, a
highlight on every day (三(四)) and something for every district, group and content (二, 三). All reasons are shown, so
that who chooses can disagree.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.expressions import Combinable
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
POOL = 200  # sessions of a day that are weighed, those first that promise most whatever the week has shown


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
    """What is asked of one activity, and its sessions of a day as (start, end, all day, seats)."""

    code: str
    title: str
    title_en: str
    unit: str
    district: int | None
    admission: str
    is_key: bool
    decision: str | None
    has_picture: bool
    sessions: list[tuple[datetime, datetime | None, bool, int | None]] = field(default_factory=list)
    terms: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class _Week:
    """What the highlights of one week already show."""

    districts: set[int] = field(default_factory=set)
    terms: set[int] = field(default_factory=set)


def candidates(
    edition: Edition, wanted: Iterable[date], *, most: int = 3, word: str = "", pool: int = POOL
) -> dict[date, list[Candidate]]:
    """The best `most` of each wanted day, best first. A fixed number of queries for any number of days.

    Asked are published activities of the own city with a session on the day that is neither cancelled nor postponed,
    with `word` in their title or their unit's name; of a day `pool` sessions at most.
    """
    days = sorted(set(wanted))
    if not days:
        return {}
    known = _facts(edition, days, word, pool)
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
        midnight, week = edition.day_bounds(day)[0], weeks.get(_week_of(day), _Week())
        ranked = [
            _weighed(facts, day, midnight, week, chosen.get(key, []), names, districts)
            for key, facts in known[day].items()
            if day not in chosen.get(key, ())
        ]
        ranked.sort(key=lambda one: (-one.points, one.starts_at, one.code))
        found[day] = ranked[:most]
    return found


def taking_place(edition: Edition, day: date) -> QuerySet[Activity]:
    """What can be chosen for the day at all: published, and with a session that holds."""
    return _public(edition).filter(pk__in=_held(edition, day).values("activity"))


def _public(edition: Edition) -> QuerySet[Activity]:
    return Activity.objects.published().filter(edition=edition, city="", state=State.PUBLISHED)


def _held(edition: Edition, day: date) -> QuerySet[Session]:
    return Session.objects.held().filter(is_postponed=False).touching(*edition.day_bounds(day))


def _weighed(
    facts: _Facts,
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

    start, end, is_all_day, _seats = min(facts.sessions, key=lambda one: (one[2], one[0]))
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
    seats = max((one[3] or 0 for one in facts.sessions), default=0)
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


def _facts(edition: Edition, days: list[date], word: str, pool: int) -> dict[date, dict[int, _Facts]]:
    weighed = Q()
    for day in days:
        weighed |= Q(pk__in=_most_promising(edition, day, word)[:pool])
    sessions = Session.objects.filter(weighed).annotate(pictured=_pictured())
    columns = (
        "activity_id", "starts_at", "ends_at", "is_all_day", "capacity", "activity__code", "activity__title",
        "activity__title_en", "activity__organization__name", "activity__district_id", "activity__admission",
        "activity__is_key", "activity__key_decision__state", "pictured",
    )  # fmt: skip
    bounds = {day: edition.day_bounds(day) for day in days}
    known: dict[date, dict[int, _Facts]] = {day: {} for day in days}
    for key, starts, ends, all_day, seats, *facts in sessions.order_by("starts_at", "pk").values_list(
        *columns
    ):
        for day in days:
            if touches(starts, ends, *bounds[day]):
                there = known[day].setdefault(key, _Facts(*facts))
                there.sessions.append((starts, ends, all_day, seats))
    _read_terms(known.values())
    return known


def _most_promising(edition: Edition, day: date, word: str) -> QuerySet[Session, int]:
    """The sessions of a day, those first that have the most points whatever the week has shown."""
    sessions = _held(edition, day).filter(activity__in=_public(edition))
    if word:
        activity = Q(activity__title__icontains=word) | Q(activity__title_en__icontains=word)
        sessions = sessions.filter(activity | Q(activity__organization__name__icontains=word))
    rows = sessions.annotate(pictured=_pictured(), promise=_promise())
    return rows.order_by("-promise", "starts_at", "pk").values_list("pk", flat=True)


def _pictured() -> Exists:
    return Exists(Picture.objects.shown().filter(activity=OuterRef("activity")))


def _promise() -> Combinable:
    return (
        Case(
            When(activity__key_decision__state=KeyDecision.State.LISTED, then=KEY),
            When(activity__is_key=True, activity__key_decision=None, then=PUT_FORWARD),
            default=0,
        )
        + Case(When(pictured=True, then=PICTURE), default=0)
        + Case(When(activity__admission=Admission.FREE, then=FREE), default=0)
        + Case(When(capacity__gte=MANY, then=MANY_SEATS), When(capacity__gt=0, then=SOME_SEATS), default=0)
    )


def _read_terms(known: Collection[dict[int, _Facts]]) -> None:
    keys = set().union(*known)
    links = Activity.terms.through.objects.filter(activity__in=keys, term__taxonomy__code__in=COVERED)
    for key, term, taxonomy in links.values_list("activity_id", "term_id", "term__taxonomy__code"):
        for facts in known:
            if key in facts:
                facts[key].terms[taxonomy].add(term)


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
