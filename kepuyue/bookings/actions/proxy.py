"""Booking for somebody who cannot do so online: on the telephone, or at a counter.

普惠 means that they are not worse off: they have seats of their own (`Channel.HELPER`) and pass through the same
admission as everybody (domain notes: keep telephone, walk-in and helper booking).
"""

from typing import TYPE_CHECKING

from django.db import transaction

from kepuyue.activities.models import Session
from kepuyue.bookings import door
from kepuyue.bookings.admission import Answer, book
from kepuyue.bookings.models import Booking, Channel
from kepuyue.bookings.parties import ALONE, Party
from kepuyue.bookings.permissions import check_can_book_for_others
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def book_for(
    session: Session,
    *,
    by: "User",
    organization: Organization,
    name: str,
    phone: str,
    seats: int,
    key: str,
    party: Party = ALONE,
) -> Answer:
    """Ask for seats for somebody else; `phone` as `phones.as_kept` gives it, `key` the same when a form is sent again.

    Any unit's helpers may book at any session that has seats for them. Raises PermissionDenied and the database's
    errors; the answer says how it ended, as everybody's.
    """
    check_can_book_for_others(by, organization)
    answer = book(
        door.asked(
            session.pk, name=name, phone=phone, seats=seats, key=f"helper:{by.pk}:{key}", at=now(),
            channel=Channel.HELPER, by=by.pk, organization=organization.pk, party=party,
        )
    )  # fmt: skip
    if answer.is_booked:
        booking = Booking.objects.get(code=answer.code)
        audit.record(
            "booking.by_proxy", booking, by=by, changes={"seats": [0, booking.seats]},
            organization_path=organization.path, is_quiet=True,
        )  # fmt: skip
    return answer
