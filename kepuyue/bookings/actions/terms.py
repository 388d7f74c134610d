"""Setting up how seats of a session are given out."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Session
from kepuyue.bookings.admission import ledger
from kepuyue.bookings.admission.promotion import promote
from kepuyue.bookings.models import BookingTerms, Channel, Quota
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
)


@transaction.atomic
def set_up(
    session: Session,
    *,
    by: "User | None",
    opens_at: datetime,
    quotas: Mapping[str, int],
    seen: int | None = None,
    **facts: Any,
) -> BookingTerms:
    """Make or change the terms of a session; `quotas` are seats by channel, `facts` any of `FACTS`.

    `seen` is the version that was looked at. Seats that become free go to those who wait. Raises `ValidationError`
    where a quota would fall below what is taken, or all of them exceed the session's capacity; `Conflict`;
    PermissionDenied.
    """
    if by is not None:
        permissions.check(by, "activity.edit", session.activity.organization)
    if session.capacity is not None and sum(quotas.values()) > session.capacity:
        raise ValidationError(
            _("各渠道名额加起来是%(sum)s，超过了这一场的名额%(capacity)s。")
            % {"sum": sum(quotas.values()), "capacity": session.capacity}
        )
    terms, is_new = BookingTerms.objects.get_or_create(session=session, defaults={"opens_at": opens_at})
    ledger.standings([session.pk])
    terms.refresh_from_db()
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
    terms.version += 0 if is_new else 1
    terms.full_clean(validate_unique=False)
    terms.save()
    audit.record("terms.create" if is_new else "terms.change", terms, by=by, changes=changes, version=terms.version,
                 organization_path=session.activity.organization.path)  # fmt: skip
    promote(ledger.standings([session.pk])[session.pk], accept_minutes=terms.accept_minutes)
    return terms


def _set_quotas(terms: BookingTerms, quotas: Mapping[str, int]) -> dict[str, list[Any]]:
    changes = {}
    for channel in Channel.values:
        quota = terms.quotas.filter(channel=channel).first() or Quota(
            terms=terms, channel=channel, capacity=0
        )
        wanted = quotas.get(channel, 0)
        if wanted < quota.taken:
            raise ValidationError(
                _("“%(channel)s”已经约出%(taken)s个名额，不能改成%(wanted)s。")
                % {"channel": Channel(channel).label, "taken": quota.taken, "wanted": wanted}
            )
        if quota.capacity != wanted or quota.pk is None:
            changes[f"quota.{channel}"] = [quota.capacity, wanted]
            quota.capacity = wanted
            quota.save()
    return changes
