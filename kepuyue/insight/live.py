"""How the live indicators are read: what happens in the system now, session by session or activity by activity.

A handful of queries for an edition, however many activities it has.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, Func, IntegerField, Sum

from kepuyue.activities.models import Activity, Session
from kepuyue.bookings import feedback
from kepuyue.bookings.models import CheckIn, Feedback, Quota
from kepuyue.cloud.queries import opened_of
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.insight.folding import Value
from kepuyue.insight.indicators import TERM_SPLITS
from kepuyue.summaries.models import ACCEPTED, DUE, Filing, Summary


class Held(NamedTuple):
    """One session of a public activity as it is counted."""

    pk: int
    activity: int
    day: date
    "Its first day in the edition's zone"
    district: str
    "Code of the district of its place, else empty"
    stands: bool
    "Neither cancelled nor postponed to a day that nobody knows"
    is_cancelled: bool
    has_begun: bool


class _Mark(Func):
    """What was answered to one question. Django's own lookups take a key that is a number for a place in a list."""

    output_field = IntegerField()
    template = """JSON_EXTRACT(%(expressions)s, '$."%(number)d"')"""

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """The same in PostgreSQL's words."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s ->> '%(number)d')::integer", **more
        )


def sessions_of(edition: Edition, moment: datetime | None = None) -> list[Held]:
    """All sessions of public activities of the edition, and whether they had begun at the moment (now)."""
    rows = Session.objects.filter(activity__in=Activity.objects.of(edition).published())
    zone, moment = edition.zone, moment or now()
    return [
        Held(
            pk, activity, starts_at.astimezone(zone).date(), district or "", not cancelled and not postponed, cancelled,
            starts_at <= moment,
        )
        for pk, activity, starts_at, district, cancelled, postponed in rows.order_by().values_list(
            "pk", "activity", "starts_at", "venue__district__code", "is_cancelled", "is_postponed"
        )
    ]  # fmt: skip


def by_session(edition: Edition) -> dict[str, dict[int, Value]]:
    """{code: {session: value}} of what is booked, counted and answered at sessions of the edition."""
    found: dict[str, dict[int, Value]] = {
        code: {} for code in ("seats", "taken", "fill", "arrivals", "walk-ins", "rating", "answers")
    }
    of = {"session__activity__edition": edition}
    quotas = Quota.objects.filter(terms__session__activity__edition=edition).order_by()
    for session, seats, taken in quotas.values_list("terms__session").annotate(Sum("capacity"), Sum("taken")):
        found["seats"][session], found["taken"][session] = seats, taken
        if seats:
            found["fill"][session] = (100 * taken, seats)
    codes = {CheckIn.Result.FIRST: "arrivals", CheckIn.Result.WALK_IN: "walk-ins"}
    came = CheckIn.objects.filter(**of, undone_at=None, result__in=codes).order_by()
    for session, result, people in came.values_list("session", "result").annotate(Sum("seats")):
        found[codes[CheckIn.Result(result)]][session] = people
    # Marks are added up by the database: there may be as many answers as visitors
    marks: dict[str, Any] = {}
    for question in feedback.questions(edition):
        mark = _Mark("answers", number=question.number)
        marks |= {f"sum_{question.number}": Sum(mark), f"count_{question.number}": Count(mark)}
    answers = Feedback.objects.filter(**of).order_by().values("session")
    row: Any
    for row in answers.annotate(given=Count("pk"), **marks):
        found["answers"][row["session"]] = row["given"]
        total = sum(row[name] or 0 for name in marks if name.startswith("sum"))
        if count := sum(row[name] for name in marks if name.startswith("count")):
            found["rating"][row["session"]] = (100 * total, count)
    return found


def by_activity(edition: Edition, activities: Iterable[int]) -> dict[str, dict[int, Value]]:
    """{code: {activity: value}} of what belongs to no session."""
    found: dict[str, dict[int, Value]] = {
        "opened": {**opened_of(activities)},
        "owed": {},
        "filed": {},
        "accepted": {},
    }
    filed = set(
        Filing.objects.filter(summary__activity__edition=edition, filed_at__isnull=False)
        .order_by().values_list("summary__activity", flat=True)
    )  # fmt: skip
    for pk, state in Summary.objects.filter(activity__edition=edition).values_list("activity", "state"):
        found["owed"][pk] = 1
        if pk in filed or state not in DUE:
            found["filed"][pk] = 1
        if state in ACCEPTED:
            found["accepted"][pk] = 1
    return found


def terms_of(edition: Edition) -> Mapping[str, dict[int, set[str]]]:
    """{split: {activity: codes of its terms}}; a topic counts for the term that it belongs to."""
    found: dict[str, dict[int, set[str]]] = {split: {} for split in TERM_SPLITS}
    rows = Activity.terms.through.objects.filter(
        activity__edition=edition, term__taxonomy__code__in=TERM_SPLITS
    ).order_by()
    for pk, taxonomy, code, above in rows.values_list(
        "activity", "term__taxonomy__code", "term__code", "term__parent__code"
    ):
        found[taxonomy].setdefault(pk, set()).add(above or code)
    return found
