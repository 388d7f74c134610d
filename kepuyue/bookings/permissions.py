"""Who may look at bookings and change them at the desk. The roles themselves stand in `organizations.permissions`.

个人信息保护法 art. 51: as few as possible, each for what they have to do. Whoever books for others sees what their own
unit booked, and nothing else of a session.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kepuyue.bookings.models import Booking
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may, organizations_where

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def may_see(user: "Person", booking: Booking) -> bool:
    """Whether the person may look at the booking: for the unit that holds the session, or that booked it."""
    return may(user, "booking.see", booking.session.activity.organization) or _booked_it(user, booking)


def may_manage(user: "Person", booking: Booking) -> bool:
    """Whether the person may cancel or change it, and see whom it is for."""
    return may(user, "booking.manage", booking.session.activity.organization) or _booked_it(user, booking)


def check_can_manage(user: "Person", booking: Booking) -> None:
    """Raise unless `may_manage`."""
    if not may_manage(user, booking):
        raise PermissionDenied(_("取消、改人数和查看完整信息由主办单位的负责人、填报人或代办单位办理。"))


def _booked_it(user: "Person", booking: Booking) -> bool:
    return booking.organization is not None and may(user, "booking.by_proxy", booking.organization)


def units_that_book_for_others(user: "Person") -> QuerySet[Organization]:
    """The units for which the person may book for others; one that waits to be confirmed is none yet."""
    return organizations_where(user, "booking.by_proxy").filter(state=Organization.State.ACTIVE)


def check_can_book_for_others(user: "Person", organization: Organization | None = None) -> None:
    """Raise unless the person may book for others, for this unit or for some."""
    units = units_that_book_for_others(user)
    if not (units.filter(pk=organization.pk) if organization else units).exists():
        raise PermissionDenied(_("代办预约由单位负责人、填报人和预约代办员办理。请联系本单位负责人。"))
