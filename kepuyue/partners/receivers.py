"""What happened in the rooms below, for whoever is to be told."""

from typing import Any

from django.dispatch import receiver

from kepuyue.activities.models import Activity, ChangeNotice, Session, State, Submission
from kepuyue.activities.signals import public_content_changed, review_decided, session_changed
from kepuyue.bookings.models import BookingTerms, Channel
from kepuyue.bookings.signals import availability_changed
from kepuyue.core.time import now
from kepuyue.partners.actions.announcing import of_activity
from kepuyue.partners.models import Endpoint, Event
from kepuyue.summaries.models import Summary
from kepuyue.summaries.signals import summary_accepted

TURNS = ("session.full", "session.open")
KINDS = {State.CANCELLED: "activity.cancelled", State.TAKEN_DOWN: "activity.taken_down"}


@receiver(public_content_changed)
def tell_of_activity(sender: Any, activity: Activity, is_new: bool = False, **kwargs: Any) -> None:
    """Published, changed, cancelled or taken down; of one version it is told once."""
    kind = KINDS.get(State(activity.state), "activity.published" if is_new else "activity.changed")
    of_activity(kind, activity, key=f"{activity.pk}:{activity.version}")


@receiver(session_changed)
def tell_of_session(
    sender: Any,
    activity: Activity,
    session: Session | None,
    what: str,
    notice: ChangeNotice | None,
    key: str,
    **kwargs: Any,
) -> None:
    """One session is off, waits for a time, or has another time or place."""
    if session is not None and what in ChangeNotice.Kind.values:
        reason = notice.reason if notice else ""
        of_activity(f"session.{what}", activity, key=key, session=session.pk, reason=reason)


@receiver(review_decided)
def tell_of_review(sender: Any, submission: Submission, decision: str, note: str, **kwargs: Any) -> None:
    """A round of review is over."""
    of_activity(
        "review.decided",
        submission.activity,
        key=f"{submission.pk}:{decision}",
        decision=decision,
        note=note,
        round=submission.kind,
    )


@receiver(summary_accepted)
def tell_of_summary(sender: Any, summary: Summary, **kwargs: Any) -> None:
    """What the unit filed counts from now on."""
    of_activity("summary.accepted", summary.activity, key=f"{summary.pk}:{summary.version}")


@receiver(availability_changed)
def tell_of_seats(sender: Any, terms: list[int], **kwargs: Any) -> None:
    """The last seat went, or some are free again. In a rush this is asked often, and mostly nobody is to be told."""
    if not Endpoint.objects.filter(state=Endpoint.State.ACTIVE).exists():
        return
    rows = BookingTerms.objects.filter(pk__in=terms).select_related(
        "session__activity__organization", "session__activity__edition"
    )
    for one in rows.prefetch_related("quotas"):
        online = [quota for quota in one.quotas.all() if quota.channel == Channel.ONLINE]
        is_full = not any(quota.free > 0 and not quota.waiting for quota in online)
        taken = sum(quota.taken for quota in online)
        kind = "session.full" if is_full else "session.open"
        # Only a turn is told: terms that are set up or changed announce themselves too
        told = Event.objects.filter(
            organization=one.session.activity.organization, kind__in=TURNS, data__session=one.session_id
        )
        last = told.order_by("-pk").values_list("kind", flat=True).first() or "session.open"
        if kind == last or (kind == "session.open" and one.is_paused):
            continue
        of_activity(
            kind,
            one.session.activity,
            key=f"{one.session_id}:{taken}:{now().isoformat()}",
            of_turns=TURNS,
            session=one.session_id,
        )
