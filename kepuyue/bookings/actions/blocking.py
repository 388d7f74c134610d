"""Who does not book online for a while: by the rule for those who do not come, or by the office against touts.

Bounded and appealable (see `models.Block`). The rule counts only what the doors know: sessions at which somebody was
checked in, bookings made online, whose people neither came nor gave their seats back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kepuyue.activities.models import Session
from kepuyue.bookings import telling
from kepuyue.bookings.actions.changing import Refused
from kepuyue.bookings.models import Block, Booking, Channel, CheckIn
from kepuyue.core import audit, ciphers
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.permissions import holds_anywhere

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# Phones at a door without a network send later what they scanned
LATE_SCANS = timedelta(hours=24)
# When a session is over
OVER = Coalesce("session__ends_at", "session__starts_at")
# Nobody is kept out for longer, whoever decides it
LONGEST = timedelta(days=30)


def check_decides(user: "User") -> None:
    """Raise unless the person may block, lift and uphold: the office of the month."""
    if not holds_anywhere(user, "edition.manage"):
        raise PermissionDenied(_("限制预约和处理申诉由市级管理员办理。"))


@transaction.atomic
def block(edition: Edition, *, phone: str, days: int, note: str, by: "User") -> Block:
    """Keep a number (as `phones.as_kept` gives it) from booking online. What it booked stays.

    Raises PermissionDenied, `Refused` without a reason, for more than `LONGEST`, or where it is blocked already.
    """
    check_decides(by)
    if not note.strip():
        raise Refused(_("请写明限制预约的原因，本人会看到。"))
    if not timedelta() < timedelta(days=days) <= LONGEST:
        raise Refused(_("限制预约最长%(days)s天。") % {"days": LONGEST.days})
    person = ciphers.digest(phone, "booking.person")
    if Block.objects.standing().filter(edition=edition, person=person).exists():
        raise Refused(_("这个手机号已经在限制期内。"))
    return _place(Block(
        edition=edition, person=person, reason=Block.Reason.ABUSE, note=note.strip()[:200], by=by,
        until=now() + timedelta(days=days),
    ), phone)  # fmt: skip


@transaction.atomic
def appeal(number: int, *, person: str, said: str) -> Block:
    """The person behind the number (its digest) says why. Once; `Refused` afterwards, or where nothing is said."""
    found = Block.objects.select_for_update(of=("self",)).filter(pk=number, person=person).first()
    if found is None or not found.can_be_appealed:
        raise Refused(_("这条限制已经结束，或者已经说明过原因了。"))
    if not said.strip():
        raise Refused(_("请写一句原因，例如“孩子当天发烧”。"))
    found.appeal, found.appealed_at = said.strip()[:500], now()
    found.save(update_fields=["appeal", "appealed_at"])
    # What was said may be of somebody's health: it stands in the row, which is erased, and not in the trail
    audit.record("block.appeal", found, by=None, is_quiet=True)
    return found


@transaction.atomic
def lift(number: int, *, by: "User", decision: str) -> Block:
    """Let them book again. Raises PermissionDenied, `Refused` where it does not hold any more."""
    return _decide(number, by=by, decision=decision, lifts=True)


@transaction.atomic
def uphold(number: int, *, by: "User", decision: str) -> Block:
    """Leave it as it is, and say why. Raises PermissionDenied, `Refused` without a reason or where nothing waits."""
    return _decide(number, by=by, decision=decision, lifts=False)


def count_no_shows() -> int:
    """Block by the rule of each edition those who did not come too often since they were last blocked; how many."""
    return sum(_block_absent(edition) for edition in Edition.objects.live())


def absent(edition: Edition) -> Iterable[tuple[str, int, datetime]]:
    """(person, how often they did not come, the end of the latest session) of those whom the rule reaches."""
    counted = Block.objects.filter(
        edition=edition, person=OuterRef("person"), counted_to__gte=OuterRef("over")
    )
    rows = _absences(edition).filter(~Exists(counted)).order_by().values_list("person")
    found = rows.annotate(times=Count("pk"), latest=Max(OVER))
    return found.filter(times__gte=edition.rules.booking.no_show_times).order_by("person")


def recount(session: Session, persons: Iterable[str]) -> int:
    """People came to a session, as a phone says that was without a network for days: lift the blocks by the rule that
    do not hold any more once it is known, and tell whom they were for. How many; in the caller's transaction.
    """
    over = session.ends_at or session.starts_at
    if over >= now() - LATE_SCANS:
        return 0  # nothing is counted yet that it could change
    edition = session.activity.edition
    standing = Block.objects.standing().select_for_update(of=("self",)).filter(
        edition=edition, reason=Block.Reason.NO_SHOW, person__in=set(persons), counted_to__gte=over
    )  # fmt: skip
    return sum(_lift_if_wrong(found, edition) for found in standing.order_by("pk"))


def _lift_if_wrong(found: Block, edition: Edition) -> bool:
    before = Block.objects.filter(
        edition=edition,
        person=found.person,
        counted_to__gte=OuterRef("over"),
        counted_to__lt=found.counted_to,
    )
    left = (
        _absences(edition)
        .alias(over=OVER)
        .filter(~Exists(before), person=found.person, over__lte=found.counted_to)
    )
    if left.count() >= edition.rules.booking.no_show_times:
        return False
    found.decision = _("补传的签到记录表明到过现场，暂停不成立，已解除。")
    found.lifted_at = found.decided_at = now()
    found.save(update_fields=["decision", "decided_at", "lifted_at"])
    audit.record("block.lift", found, by=None, reason=found.decision)
    if newest := _newest_of(found.person):
        telling.lifted(found, newest.plain_phone)
    return True


def _absences(edition: Edition) -> QuerySet[Booking]:
    """Bookings made online whose people neither came nor gave their seats back, with the end of their session as
    `over`, of sessions of which the doors know.
    """
    stands = CheckIn.objects.filter(undone_at=None)
    return (
        Booking.objects.filter(
            session__activity__edition=edition, state=Booking.State.CONFIRMED, channel=Channel.ONLINE,
            session__is_cancelled=False, session__is_postponed=False,
        )
        .exclude(phone="")
        .alias(over=OVER)
        .filter(
            # Tickets were looked at there; a door that only counts heads tells of nobody
            Exists(stands.filter(session=OuterRef("session"), booking__isnull=False)),
            ~Exists(stands.filter(booking=OuterRef("pk"))),
            over__lt=now() - LATE_SCANS,
        )
    )  # fmt: skip


def _newest_of(person: str) -> Booking | None:
    return Booking.objects.filter(person=person).exclude(phone="").order_by("-pk").first()


def _block_absent(edition: Edition) -> int:
    rules, count = edition.rules.booking, 0
    if not rules.no_show_times:
        return 0
    for person, times, latest in list(absent(edition)):
        newest = _newest_of(person)
        if newest is None:
            continue
        made = Block(
            edition=edition, person=person, reason=Block.Reason.NO_SHOW, counted_to=latest,
            note=_("%(times)s次预约后没有到场，也没有取消。") % {"times": times},
            until=now() + timedelta(days=rules.no_show_days),
        )  # fmt: skip
        try:
            with transaction.atomic():
                _place(made, newest.plain_phone)
        except IntegrityError:
            continue  # another process counted the same
        count += 1
    return count


def _place(made: Block, phone: str) -> Block:
    made.save(force_insert=True)
    audit.record("block.place", made, by=made.by, reason=made.note, changes={"until": ["", _written(made)]})
    telling.blocked(made, phone)
    return made


def _decide(number: int, *, by: "User", decision: str, lifts: bool) -> Block:
    check_decides(by)
    found = Block.objects.select_for_update(of=("self",)).select_related("edition").get(pk=number)
    if not found.is_standing:
        raise Refused(_("这条限制已经结束，不用再处理。"))
    if not lifts and not found.waits:
        raise Refused(_("这条限制没有等着处理的申诉。"))
    if not decision.strip():
        raise Refused(_("请写一句处理意见，本人会看到。"))
    found.decision, found.decided_at, found.decided_by = decision.strip()[:200], now(), by
    if lifts:
        found.lifted_at = found.decided_at
    found.save(update_fields=["decision", "decided_at", "decided_by", "lifted_at"])
    audit.record("block.lift" if lifts else "block.uphold", found, by=by, reason=found.decision)
    return found


def _written(made: Block) -> str:
    return made.until.isoformat(timespec="minutes")
