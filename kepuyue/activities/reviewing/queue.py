"""The queue of a reviewing person: what waits, how urgent it is, who sees to it, and how much each colleague has."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from kepuyue.activities.models import (
    Assignment,
    Escalation,
    Looking,
    Mode,
    Review,
    Sampling,
    Session,
    Submission,
)
from kepuyue.activities.queries import samplings_for
from kepuyue.activities.reviewing import deadlines
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Membership, Organization
from kepuyue.organizations.permissions import REVIEWING, memberships, reach, reviewers

if TYPE_CHECKING:
    from kepuyue.accounts.models import User
    from kepuyue.organizations.permissions import Person

# Names a reader may choose to sort by: anything else that stands in an address is not a column
SORTS: dict[str, tuple[Any, ...]] = {
    "urgency": (F("urgent_at").asc(nulls_last=True), "turn_since", "pk"),
    "waiting": ("turn_since", "pk"),
    "newest": ("-turn_since", "-pk"),
    "title": ("activity__title", "pk"),
    "unit": ("activity__organization__name", "pk"),
}


SAMPLING_SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-since", "-pk"),
    "title": ("submission__activity__title", "pk"),
    "unit": ("submission__activity__organization__name", "pk"),
}


def waiting_for(user: "Person") -> QuerySet[Submission]:
    """What waits for the person's decision.

    It waits for the people of the unit whose turn it is; where that unit has nobody who reviews, for those
    above it (as in `permissions.check_can_review`).
    """
    own = [m.organization_id for m in memberships(user) if m.role in REVIEWING]
    return Submission.objects.filter(state=Submission.State.PENDING).filter(
        Q(turn__in=own) | (reach(user, "review.decide", "turn__path") & ~Exists(reviewers(OuterRef("turn"))))
    )


def with_urgency(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """`first_start`: the next session; `urgent_at`: that, or the last day to apply for a licence where one is needed.

    `is_large`: as many people are expected as need a licence, by the rules of the activity's own edition.
    `assignee`: who sees to the present step, None where that person has left or reviews there no more.
    """
    crowds = [(edition, edition.rules.crowd) for edition in deadlines.editions_under_review()]
    needs = {
        edition.pk: Q(activity__edition=edition, activity__expected_crowd__gte=crowd.licence_from)
        & ~Q(activity__mode=Mode.ONLINE)
        for edition, crowd in crowds
    }
    sessions = Session.objects.filter(activity=OuterRef("activity"), starts_at__gte=now(), is_cancelled=False)
    assigned = Assignment.objects.filter(
        Exists(reviewers(OuterRef(OuterRef("turn"))).filter(user=OuterRef("person"))),
        submission=OuterRef("pk"),
        step=OuterRef("step"),
        person__is_active=True,
    )
    told = Escalation.objects.filter(submission=OuterRef("pk"), step=OuterRef("step"))
    return rows.annotate(
        told_level=Subquery(told.order_by("-level").values("level")[:1], output_field=IntegerField()),
        first_start=Subquery(sessions.order_by("starts_at").values("starts_at")[:1]),
        assignee=Subquery(assigned.values("person")[:1], output_field=IntegerField()),
    ).annotate(
        is_large=Case(
            *[When(condition, then=Value(True)) for condition in needs.values()],
            default=Value(False), output_field=BooleanField(),
        ),
        urgent_at=Case(
            *[
                When(
                    needs[edition.pk] & Q(activity__licence="", activity__licence_exempt=""),
                    then=ExpressionWrapper(
                        F("first_start") - timedelta(days=crowd.apply_days), output_field=DateTimeField()
                    ),
                )
                for edition, crowd in crowds
            ],
            default=F("first_start"),
        ),
    )  # fmt: skip


def narrowed(
    rows: QuerySet[Submission], user: "Person", *, show: str = "all", q: str = "", unit: str = ""
) -> QuerySet[Submission]:
    """One tab of the queue, what the reader looks for in title and unit, and one unit with all below it.

    `unit` is the path of a unit of the tree.
    """
    rows = rows.filter(tabs(user)[show])
    if q:
        rows = rows.filter(Q(activity__title__icontains=q) | Q(activity__organization__name__icontains=q))
    return rows.filter(activity__organization__path__startswith=unit) if unit else rows


def tabs(user: "Person") -> dict[str, Q]:
    """{tab: its condition}, in the order in which they are shown."""
    return {
        "all": Q(),
        "mine": Q(assignee=user.pk),
        "unassigned": Q(assignee=None),
        "overdue": deadlines.overdue_anywhere(),
        "changes": Q(kind=Submission.Kind.REVISION),
        "large": Q(is_large=True),
        "escalated": Q(told_level__isnull=False),
    }


def counts(user: "Person") -> dict[str, int]:
    """How many rows each tab has, in one query."""
    rows = with_urgency(waiting_for(user))
    return rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in tabs(user).items()})


def samplings(user: "Person", *, q: str = "", unit: str = "", sort: str = "waiting") -> QuerySet[Sampling]:
    """What was drawn and waits to be read afterwards by this person; whose turn it is goes by as in `waiting_for`."""
    own = [m.organization_id for m in memberships(user) if m.role in REVIEWING]
    rows = samplings_for(user).filter(
        Q(turn__in=own) | (reach(user, "review.decide", "turn__path") & ~Exists(reviewers(OuterRef("turn")))),
        state=Sampling.State.PENDING,
    )
    if q:
        rows = rows.filter(
            Q(submission__activity__title__icontains=q)
            | Q(submission__activity__organization__name__icontains=q)
        )
    if unit:
        rows = rows.filter(submission__activity__organization__path__startswith=unit)
    return rows.defer("submission__content", "submission__base").order_by(
        *SAMPLING_SORTS.get(sort, ("since", "pk"))
    )


def units_waiting(user: "Person") -> QuerySet[Organization]:
    """The units of which something waits for this person, with how much of it (`waiting`), the most first."""
    waiting = waiting_for(user).order_by().values("activity__organization")
    drawn = samplings(user).order_by().values("submission__activity__organization")
    mine = Submission.objects.filter(
        Q(pk__in=waiting_for(user).values("pk")) | Q(pk__in=samplings(user).values("submission")),
        activity__organization=OuterRef("pk"),
    )
    counted = mine.order_by().values("activity__organization").annotate(n=Count("pk")).values("n")
    return (
        Organization.objects.filter(Q(pk__in=waiting) | Q(pk__in=drawn))
        .annotate(waiting=Subquery(counted, output_field=IntegerField()))
        .order_by("-waiting", "name")
    )


def shown(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """With what a row of the list shows; the text itself is not read."""
    opened = Looking.objects.filter(submission=OuterRef("pk"), step=OuterRef("step"))
    return (
        rows.defer("content", "base")
        .select_related("activity__organization", "activity__edition", "activity__district", "turn")
        .annotate(
            is_opened=Exists(opened),
        )
    )


def ordered(rows: QuerySet[Submission], sort: str) -> QuerySet[Submission]:
    """By one of `SORTS`."""
    return rows.order_by(*SORTS[sort])


def neighbors(numbers: list[int], pk: int) -> tuple[int | None, int | None]:
    """What stands before and after a row; where the row is gone, nothing before and the head of the list after."""
    if pk not in numbers:
        return None, numbers[0] if numbers else None
    place = numbers.index(pk)
    before = numbers[place - 1] if place else None
    return before, numbers[place + 1] if place + 1 < len(numbers) else None


def reviewing_units(user: "Person") -> list[Organization]:
    """The units for which the person reviews."""
    return list(
        {m.organization_id: m.organization for m in memberships(user) if m.role in REVIEWING}.values()
    )


def colleagues(unit: Organization) -> "list[User]":
    """The active people who review for the unit, each once."""
    rows = reviewers(unit).select_related("user").order_by("user__name", "user_id")
    return list({row.user_id: row.user for row in rows}.values())


@dataclass(frozen=True)
class Load:
    """What one person of a unit has on the desk, and what they did since Monday. `most` is the longest bar."""

    person: "User"
    open: int
    done: int
    most: int = 1


def loads(unit: Organization) -> list[Load]:
    """The load of each person who reviews for the unit, the fullest desk first."""
    people = colleagues(unit)
    monday = timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday())
    open_rows = dict(
        Assignment.objects.filter(
            submission__state=Submission.State.PENDING, submission__turn=unit, step=F("submission__step")
        ).values_list("person").annotate(n=Count("pk"))
    )  # fmt: skip
    done = dict(
        Review.objects.filter(organization=unit, at__gte=monday).values_list("by").annotate(n=Count("pk"))
    )
    most = max([1, *(open_rows.get(p.pk, 0) for p in people), *(done.get(p.pk, 0) for p in people)])
    rows = [Load(person, open_rows.get(person.pk, 0), done.get(person.pk, 0), most) for person in people]
    return sorted(rows, key=lambda row: (-row.open, row.person.pk))


def spread(unit: Organization, limit: int = 200) -> "list[tuple[Submission, User]]":
    """Who could see to what is not assigned: the most urgent first, each to whoever then has least."""
    desks = loads(unit)
    if not desks:
        return []
    has = {load.person.pk: load.open for load in desks}
    rows: QuerySet[Any] = with_urgency(Submission.objects.filter(state=Submission.State.PENDING, turn=unit))
    proposal = []
    for row in ordered(shown(rows.filter(assignee=None)), "urgency")[:limit]:
        person = min(desks, key=lambda load: has[load.person.pk]).person
        has[person.pk] += 1
        proposal.append((row, person))
    return proposal


@dataclass(frozen=True)
class Late:
    """One reviewing unit's figures: what waits, what is late, since when, and how long decisions took."""

    unit: Organization
    waiting: int
    late: int
    oldest: datetime | None
    median_days: float | None
    people: str


def figures(user: "Person", edition: Edition | None = None) -> list[Late]:
    """How the reviewing units of the person's branch keep their times, the latest first; of one edition or of all."""
    pending = Submission.objects.filter(state=Submission.State.PENDING)
    if edition is not None:
        pending = pending.filter(activity__edition=edition)
    waiting = (
        pending.filter(reach(user, "review.decide", "turn__path"))
        .values("turn")
        .annotate(
            waiting=Count("pk"),
            late=Count("pk", filter=deadlines.overdue_anywhere()),
        )
    )
    by_unit: dict[int, Any] = {row["turn"]: row for row in waiting}
    oldest: dict[int, datetime | None] = {}
    since_when = pending.filter(turn__in=by_unit).order_by("-turn_since")
    for turn, since in since_when.values_list("turn", "turn_since"):
        oldest[turn] = since
    lasted = _days_taken(user, edition)
    units = Organization.objects.in_bulk({*by_unit, *lasted})
    people: dict[int, list[str]] = {}
    for unit, name in (
        Membership.objects.filter(organization__in=units, role__in=REVIEWING, user__is_active=True)
        .order_by("user__name").values_list("organization", "user__name").distinct()
    ):  # fmt: skip
        people.setdefault(unit, []).append(name)
    rows = [
        Late(
            unit,
            by_unit.get(pk, {}).get("waiting", 0),
            by_unit.get(pk, {}).get("late", 0),
            oldest.get(pk),
            _median(lasted.get(pk, [])),
            "、".join(people.get(pk, [])[:6]),
        )
        for pk, unit in units.items()
    ]
    return sorted(rows, key=lambda row: (-row.late, -row.waiting, row.unit.path))


def _days_taken(user: "Person", edition: Edition | None) -> dict[int, list[float]]:
    """{unit: days from the beginning of each step to its decision}, of the last 90 days."""
    previous = Review.objects.filter(submission=OuterRef("submission"), pk__lt=OuterRef("pk")).order_by("-pk")
    reviews = (
        Review.objects.all()
        if edition is None
        else Review.objects.filter(submission__activity__edition=edition)
    )
    decisions = (
        reviews.filter(at__gte=now() - timedelta(days=90), submission__submitted_at__isnull=False)
        .filter(reach(user, "review.decide", "organization__path"))
        .annotate(began=Coalesce(Subquery(previous.values("at")[:1]), F("submission__submitted_at")))
        .values_list("organization", "began", "at")
    )
    taken: dict[int, list[float]] = {}
    for unit, began, ended in decisions:
        taken.setdefault(unit, []).append(max((ended - began).total_seconds(), 0) / 86_400)
    return taken


def _median(values: list[float]) -> float | None:
    if not values:
        return None
    ordered_values = sorted(values)
    middle = len(values) // 2
    if len(values) % 2:
        return round(ordered_values[middle], 1)
    return round((ordered_values[middle - 1] + ordered_values[middle]) / 2, 1)


def overseen(user: "Person") -> QuerySet[Submission]:
    """What waits anywhere in the person's branch, whosever turn it is."""
    return Submission.objects.filter(state=Submission.State.PENDING).filter(
        reach(user, "review.decide", "turn__path")
    )
