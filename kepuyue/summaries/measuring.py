"""What the system itself knows of an activity, ready to be confirmed. Nothing is added to anything else here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from kepuyue.activities.models import Activity, Participation, Session
from kepuyue.bookings import feedback
from kepuyue.bookings.models import Feedback
from kepuyue.bookings.queries import attendances
from kepuyue.cloud.queries import opened_of
from kepuyue.core.time import now
from kepuyue.publicity.models import Coverage
from kepuyue.summaries.figures import KINDS
from kepuyue.summaries.models import Method, Name

Measured = Mapping[str, int]
KEYS = {(kind.name, kind.method): kind.key for kind in KINDS}


def measured(activity: Activity) -> Measured:
    """What is known of one activity at this moment, {key of figures.KINDS: value}; what is not known is missing."""
    return measured_of([activity])[activity.pk]


def measured_of(activities: Iterable[Activity]) -> Mapping[int, Measured]:
    """`measured` of several, in a handful of queries (and two for each activity that visitors answered about)."""
    by_pk = {one.pk: one for one in activities}
    found: dict[int, dict[str, int]] = {pk: {} for pk in by_pk}
    sessions: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(activity__in=by_pk).only(
        "activity", "starts_at", "is_cancelled", "is_postponed"
    ):
        sessions[session.activity_id].append(session)
    _note_sessions(found, sessions)
    _note_visits(found, sessions)
    _note_answers(found, sessions, by_pk)
    units = Participation.objects.filter(activity__in=by_pk).values_list("activity", "name").distinct()
    named = Counter(activity for activity, _name in units.order_by())
    media = Coverage.activities.through.objects.filter(
        activity__in=by_pk, coverage__state=Coverage.State.CONFIRMED
    )
    reports = dict(media.values_list("activity").order_by().annotate(Count("pk")))
    for pk, opened in opened_of(by_pk).items():
        found[pk][KEYS[Name.VIEWS, Method.OPENED]] = opened
    for pk, known in found.items():
        known[KEYS[Name.UNITS, Method.RECORD]] = max(1, named[pk])
        known[KEYS[Name.MEDIA, Method.RECORD]] = reports.get(pk, 0)
    return found


def _note_sessions(found: dict[int, dict[str, int]], sessions: Mapping[int, list[Session]]) -> None:
    moment = now()
    for pk, known in found.items():
        rows = sessions[pk]
        held = [one for one in rows if _is_held(one) and one.starts_at <= moment]
        known[KEYS[Name.SESSIONS, Method.RECORD]] = len(held)
        if called_off := sum(one.is_cancelled for one in rows):
            known[KEYS[Name.CALLED_OFF, Method.RECORD]] = called_off


def _is_held(session: Session) -> bool:
    return not session.is_cancelled and not session.is_postponed


def _note_visits(found: dict[int, dict[str, int]], sessions: Mapping[int, list[Session]]) -> None:
    """Where nobody was checked in nothing says that nobody came: such a figure is missing and not zero."""
    came = attendances([one.pk for rows in sessions.values() for one in rows])
    for pk, known in found.items():
        rows = [came[one.pk] for one in sessions[pk]]
        for method, people in (
            (Method.CHECK_IN, sum(one.checked_in for one in rows)),
            (Method.COUNT, sum(one.walk_in for one in rows)),
        ):
            if people:
                known[KEYS[Name.VISITS, method]] = people


def _note_answers(
    found: dict[int, dict[str, int]],
    sessions: Mapping[int, list[Session]],
    activities: Mapping[int, Activity],
) -> None:
    numbers = [one.pk for rows in sessions.values() for one in rows]
    answered = set(Feedback.objects.filter(session__in=numbers).values_list("session", flat=True).distinct())
    for pk, rows in sessions.items():
        if not any(one.pk in answered for one in rows):
            continue
        given = feedback.results([one.pk for one in rows], activities[pk].edition)
        found[pk][KEYS[Name.ANSWERS, Method.RECORD]] = given.answers
        averages = [line.average for line in given.lines if line.average is not None]
        if averages:
            mean = sum(averages) / len(averages)
            found[pk][KEYS[Name.SATISFACTION, Method.RECORD]] = round(100 * mean)
