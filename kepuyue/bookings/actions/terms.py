"""Setting up how seats of a session are given out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Session
from kepuyue.bookings.actions import ballots
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.promotion import promote
from kepuyue.bookings.models import Ballot, Booking, BookingTerms, Channel, Quota
from kepuyue.bookings.signals import availability_changed
from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.organizations import permissions

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FACTS = (
    "opens_at",
    "closes_at",
    "most_seats",
    "group_most",
    "per_day",
    "waitlist_most",
    "accept_minutes",
    "is_paused",
    "draws_at",
)


@transaction.atomic
def set_up(
    session: Session,
    *,
    by: "User | None",
    opens_at: datetime,
    quotas: Mapping[str, int],
    seen: int | None = None,
    public_source: str | None = None,
    **facts: Any,
) -> BookingTerms:
    """Make or change the terms of a session; `quotas` are seats by channel, `facts` any of `FACTS`.

    `seen` is the version that was looked at. With `draws_at` seats are drawn by lot, and the digest of the seed is
    public from now on; `public_source` as `Ballot` has it, None: as it is. Seats that become free go to those who wait.
    Raises `ValidationError` where a quota would fall below what is taken, or all of them exceed the session's
    capacity, or times contradict each other (each at its field: the channel, `opens_at`, `draws_at`); `Conflict`;
    PermissionDenied. What changes nothing leaves no trace.
    """
    if by is not None:
        permissions.check(by, "activity.edit", session.activity.organization)
    if session.capacity is not None and sum(quotas.values()) > session.capacity:
        raise ValidationError(
            {
                Channel.ONLINE: _("各渠道名额加起来是%(sum)s，超过了这一场的名额%(capacity)s。")
                % {"sum": sum(quotas.values()), "capacity": session.capacity}
            }
        )
    closes_at = facts.get("closes_at") or session.starts_at
    if closes_at <= opens_at:
        raise ValidationError({"opens_at": _("开约时间要早于停约时间（没有另设停约时间的，是开始时间）。")})
    terms, is_new = BookingTerms.objects.get_or_create(session=session, defaults={"opens_at": opens_at})
    ledger.standings([session.pk])
    terms.refresh_from_db()
    _check_draw(session, terms, facts)
    if not is_new and seen is not None and seen != terms.version:
        raise Conflict(terms)
    values = {"opens_at": opens_at, **facts}
    changes = {
        name: [getattr(terms, name), value] for name, value in values.items() if getattr(terms, name) != value
    }
    for name, value in values.items():
        if name not in FACTS:
            raise ValueError(f"no such term: {name}")
        setattr(terms, name, value)
    changes |= _set_quotas(terms, quotas)
    if terms.draws_at is not None:
        _commit(terms, public_source, changes)
    if not is_new and not changes:
        return terms
    terms.version += 0 if is_new else 1
    terms.full_clean(validate_unique=False)
    terms.save()
    audit.record("terms.create" if is_new else "terms.change", terms, by=by, changes=changes, version=terms.version,
                 organization_path=session.activity.organization.path)  # fmt: skip
    promote(ledger.standings([session.pk])[session.pk], accept_minutes=terms.accept_minutes)
    availability_changed.send(sender=Quota, terms=[terms.pk])
    return terms


def _check_draw(session: Session, terms: BookingTerms, facts: Mapping[str, Any]) -> None:
    draws_at = facts.get("draws_at", terms.draws_at)
    closes_at = facts.get("closes_at", terms.closes_at)
    if draws_at is not None and (closes_at is None or not closes_at <= draws_at < session.starts_at):
        raise ValidationError({"draws_at": _("抽签时间要在停约之后、开始之前；请先设提前停约。")})
    is_other = (draws_at is None) != (terms.draws_at is None)
    if is_other and Booking.objects.filter(session=session).exists():
        raise ValidationError({"draws_at": _("已经有人预约或报名，不能再换先到先得和抽签。")})


def _commit(terms: BookingTerms, public_source: str | None, changes: dict[str, list[Any]]) -> None:
    before = Ballot.objects.filter(terms=terms).values_list("public_source", flat=True).first()
    if before is None or public_source is not None:
        ballots.commit(terms, public_source=public_source or "")
    if public_source is not None and (before or "") != public_source:
        changes["public_source"] = [before or "", public_source]


def _set_quotas(terms: BookingTerms, quotas: Mapping[str, int]) -> dict[str, list[Any]]:
    changes = {}
    for channel in Channel.values:
        quota = terms.quotas.filter(channel=channel).first() or Quota(
            terms=terms, channel=channel, capacity=0
        )
        wanted = quotas.get(channel, 0)
        if wanted < quota.taken:
            raise ValidationError(
                {
                    channel: _("“%(channel)s”已经约出%(taken)s个名额，不能改成%(wanted)s。")
                    % {"channel": Channel(channel).label, "taken": quota.taken, "wanted": wanted}
                }
            )
        if quota.capacity != wanted or quota.pk is None:
            changes[f"quota.{channel}"] = [quota.capacity, wanted]
            quota.capacity = wanted
            quota.save()
    return changes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one session is to have; `facts` as `set_up` takes them, None: it is not booked here."""

    session: Session
    seen: int
    "The version that was looked at; 0: there were no terms"
    quotas: Mapping[str, int]
    facts: Mapping[str, Any] | None


class NotSetUp(Exception):
    """Nothing was written; `faults` says why by session, a `Conflict` among them where somebody else was quicker."""

    def __init__(self, faults: Mapping[int, ValidationError]) -> None:
        self.faults = dict(faults)
        super().__init__(str(self.faults))


@transaction.atomic
def set_up_all(wanted: Iterable[Wanted], *, by: "User") -> int:
    """Set up several sessions, all or none; how many were looked at. Raises `NotSetUp`, PermissionDenied."""
    rows = list(wanted)
    # All at once and in their one order, so that no two wait for each other
    ledger.standings(one.session.pk for one in rows)
    faults: dict[int, ValidationError] = {}
    for one in rows:
        try:
            with transaction.atomic():
                if one.facts is None:
                    take_away(one.session, by=by, seen=one.seen)
                else:
                    set_up(one.session, by=by, seen=one.seen, quotas=one.quotas, **one.facts)
        except ValidationError as error:
            faults[one.session.pk] = error
    if faults:
        raise NotSetUp(faults)
    return len(rows)


@transaction.atomic
def take_away(session: Session, *, by: "User", seen: int | None = None) -> None:
    """The session is no longer booked here. Raises `ValidationError` where somebody has booked; `Conflict`."""
    permissions.check(by, "activity.edit", session.activity.organization)
    ledger.standings([session.pk])
    terms = BookingTerms.objects.filter(session=session).first()
    if terms is None:
        return
    if seen is not None and seen != terms.version:
        raise Conflict(terms)
    if Booking.objects.filter(session=session).exists():
        raise ValidationError(_("这一场已经有人预约，不能取消预约规则。可以暂停预约，或者取消这一场。"))
    audit.record("terms.remove", terms, by=by, organization_path=session.activity.organization.path)
    availability_changed.send(sender=Quota, terms=[terms.pk])
    terms.delete()


@transaction.atomic
def pause(activity: Activity, *, is_paused: bool, by: "User") -> int:
    """Pause booking of all sessions of an activity, or let it go on; how many were changed."""
    sessions = activity.sessions.filter(booking_terms__is_paused=not is_paused).values_list("pk", flat=True)
    ledger.standings(sessions)
    rows = BookingTerms.objects.filter(session__in=list(sessions)).select_related(
        "session__activity__organization"
    )
    changed = 0
    for terms in rows.order_by("pk"):
        quotas = dict(terms.quotas.values_list("channel", "capacity"))
        set_up(terms.session, by=by, opens_at=terms.opens_at, closes_at=terms.closes_at, quotas=quotas,
               is_paused=is_paused)  # fmt: skip
        changed += 1
    return changed
