"""Looking at personal data of a session: every look leaves a row in the trail, who, when and what for.

未成年人网络保护条例 art. 36 asks for a log of every access to a minor's data, 网络安全法 art. 21 for logs;
个人信息保护法 art. 51 for access by those who need it only. A list holds parties with children among others, so that
every look is recorded.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet

from kepuyue.activities.models import Session
from kepuyue.bookings import arrivals, queries
from kepuyue.bookings.models import HOLDING, Booking, CheckIn
from kepuyue.bookings.permissions import check_can_manage
from kepuyue.core import audit
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a session's bookings; `way` is how a search was understood, "" for none."""

    page: "Page[Booking]"
    way: str
    total: int


@transaction.atomic
def look(session: Session, *, by: "User", word: str = "", state: str = "", number: Any = 1) -> Listing:
    """A page of the list, and a row that says who looked at it. What was searched for is not kept: it is a name or
    a number of somebody. Raises PermissionDenied.
    """
    unit = session.activity.organization
    check(by, "booking.see", unit)
    rows, way = queries.found_in(session, word)
    if state in Booking.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.select_related("organization").order_by("-pk"), PAGE_SIZE).get_page(number)
    shown = {"rows": ["", len(page.object_list)], "page": ["", page.number]}
    if way:
        shown["search"] = ["", way]
    if state:
        shown["state"] = ["", state]
    audit.record("booking.list", session, by=by, changes=shown, organization_path=unit.path, is_quiet=True)
    return Listing(page, way, page.paginator.count)


@transaction.atomic
def take_to_the_door(session: Session, *, by: "User") -> "QuerySet[Booking]":
    """Who holds seats, for the list at the door; recorded. Raises PermissionDenied."""
    unit = session.activity.organization
    check(by, "booking.manage", unit)
    rows = Booking.objects.filter(session=session, state__in=HOLDING).order_by("code")
    audit.record(
        "booking.export", session, by=by, changes={"rows": ["", rows.count()]}, organization_path=unit.path,
        is_quiet=True,
    )  # fmt: skip
    return rows


@transaction.atomic
def carry(session: Session, *, by: "User") -> list[arrivals.Expected]:
    """What a phone at the door takes along to check in without a network; recorded. Raises PermissionDenied."""
    unit = session.activity.organization
    check(by, "session.check_in", unit)
    rows = arrivals.expected(session)
    audit.record(
        "booking.carry",
        session,
        by=by,
        changes={"rows": ["", len(rows)]},
        organization_path=unit.path,
        is_quiet=True,
    )
    return rows


@transaction.atomic
def find_at_the_door(session: Session, *, by: "User", word: str) -> list[arrivals.Expected]:
    """The bookings for whose name, number or its last four digits somebody asks at the door, masked; recorded, without
    what was asked for. Raises PermissionDenied.

    Names are opened one by one: a digest of a name would be no secret.
    """
    unit = session.activity.organization
    check(by, "session.check_in", unit)
    rows, way = queries.found_in(session, word)
    if way == "none":
        way, name = "name", "".join(word.split())
        rows = Booking.objects.filter(session=session, state=Booking.State.CONFIRMED)
        rows = rows.filter(pk__in=[row.pk for row in rows if name and row.plain_name.startswith(name)])
    found = list(rows.order_by("code")[:PAGE_SIZE])
    firsts = arrivals.standing(CheckIn.objects.filter(booking__in=found))
    audit.record(
        "booking.find", session, by=by, changes={"rows": ["", len(found)], "search": ["", way]},
        organization_path=unit.path, is_quiet=True,
    )  # fmt: skip
    return [arrivals.as_expected(row, firsts.get(row.pk)) for row in found]


def note_look(booking: Booking, *, by: "User") -> None:
    """Somebody opened the page of one booking, on which name and number are masked."""
    _note("booking.look", booking, by)


@transaction.atomic
def show(booking: Booking, *, by: "User") -> tuple[str, str]:
    """(name, number) of one booking in full; recorded. Raises PermissionDenied."""
    check_can_manage(by, booking)
    _note("booking.show", booking, by)
    return booking.plain_name, booking.plain_phone


def _note(action: str, booking: Booking, by: "User") -> None:
    path = booking.session.activity.organization.path
    audit.record(action, booking, by=by, organization_path=path, is_quiet=True)
