"""Sessions of a published activity that are cancelled, postponed or moved.

That the old time or place no longer holds is shown at once, whoever has to approve the new one: nobody shall
stand before a closed door because a round of review is under way (docs/adr/0021).
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, notices, submission
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, ChangeNotice, Session, State, Submission, Venue
from kepuyue.activities.permissions import check_can_cancel, check_can_edit
from kepuyue.activities.queries import submission_under_way
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def cancel_session(session: Session, *, by: "User", reason: str) -> ChangeNotice:
    """One session is not held; the others are. It stays visible and says so."""
    activity, session = held(session)
    check_can_cancel(by, activity)
    _check_reason(reason)
    if activity.sessions.held().exclude(pk=session.pk).count() == 0:
        raise NotPossibleNow(_("这是最后一个场次。整项活动不办了，请取消活动。"))
    before = contents.of(activity)
    session.is_cancelled, session.is_postponed = True, False
    session.save(update_fields=["is_cancelled", "is_postponed"])
    return _shown(activity, session, ChangeNotice.Kind.CANCELLED, before, by=by, reason=reason, is_fixed=True)


@transaction.atomic
def postpone(
    session: Session,
    *,
    by: "User",
    reason: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> ChangeNotice:
    """The time no longer holds, shown at once; without a new time the session waits for one.

    A new time follows at once where the policy allows (`Changes`), otherwise when its review is over.
    """
    activity, session = held(session)
    check_can_edit(by, activity)
    _check_reason(reason)
    _check_no_review(activity)
    if session.is_running:
        raise NotPossibleNow(
            _(
                "这一场已经开放了几天，不能改期。余下的不办了，请取消这一场；要延长或提前结束，请在“修改”里改结束时间。"
            ),
            code="begun",
        )
    if starts_at is not None and starts_at <= now():
        raise ValidationError({"starts_on": _("新的时间已经过去，请核对。")})
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": _("结束时间早于开始时间。")})
    before = contents.of(activity)
    proposed: Content = {}
    if starts_at is not None:
        proposed = {
            "starts_at": contents.iso_utc(starts_at),
            "ends_at": contents.iso_utc(ends_at) if ends_at else None,
            "is_postponed": False,
        }
    at_once = starts_at is not None and _time_shows_at_once(activity, session, starts_at, ends_at)
    if at_once:
        assert starts_at is not None
        session.starts_at, session.ends_at, session.is_postponed = starts_at, ends_at, False
        session.is_all_day = False
    else:
        session.is_postponed = True
    session.save(update_fields=["starts_at", "ends_at", "is_all_day", "is_postponed"])
    kind = ChangeNotice.Kind.RETIMED if at_once else ChangeNotice.Kind.POSTPONED
    notice = _shown(activity, session, kind, before, by=by, reason=reason, is_fixed=at_once)
    if proposed and not at_once:
        _hand_in(activity, session, proposed | {"is_all_day": False}, by=by)
    return notice


@transaction.atomic
def move(session: Session, *, by: "User", reason: str, venue_name: str, place: str = "") -> ChangeNotice:
    """The place no longer holds, shown at once; the new one follows at once where the policy allows."""
    activity, session = held(session)
    check_can_edit(by, activity)
    _check_reason(reason)
    _check_no_review(activity)
    if not venue_name.strip() and not place.strip():
        raise ValidationError({"venue_name": _("请填写新的场地或具体位置。")})
    before = contents.of(activity)
    venue = Venue.objects.filter(name=venue_name.strip(), city=activity.city).first()
    at_once = venue is not None and _place_shows_at_once(activity, session, venue)
    if at_once:
        session.venue, session.place = venue, place.strip()
        session.save(update_fields=["venue", "place"])
    else:
        session.is_postponed = True
        session.save(update_fields=["is_postponed"])
    notice = _shown(
        activity, session, ChangeNotice.Kind.MOVED, before, by=by, reason=reason, is_fixed=at_once
    )
    if not at_once:
        typed = {"venue_name": venue_name.strip(), "place": place.strip(), "is_postponed": False}
        _hand_in(activity, session, typed, by=by)
    return notice


def held(session: Session) -> tuple[Activity, Session]:
    """The activity, under lock, and its session, where a session of a published activity may still be changed."""
    activity = Activity.objects.select_for_update().get(pk=session.activity_id)
    session = Session.objects.select_related("activity__edition", "venue").get(pk=session.pk)
    if activity.state != State.PUBLISHED:
        raise NotPossibleNow(
            _("活动现在是“%(state)s”，只有已发布的活动可以这样变更。")
            % {"state": activity.get_state_display()}
        )
    if session.is_cancelled:
        raise NotPossibleNow(_("这个场次已经取消。"))
    if session.is_over:
        raise NotPossibleNow(
            _("这一场已经结束，不能再取消、改期或换地点。时间地点登记错了的，请在“修改”里更正，审核后更新。"),
            code="over",
        )
    return activity, session


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请写明原因，公众会看到。")}, code="reason-missing")


def _check_no_review(activity: Activity) -> None:
    under_way = submission_under_way(activity)
    if under_way and under_way.state == Submission.State.PENDING:
        raise NotPossibleNow(_("这项活动的变更正在审核。请先撤回，再改期或换地点。"))


def _is_plain(activity: Activity) -> bool:
    """No licence and no overseas speaker hangs on the time and place (decree 505, art. 15)."""
    crowd = activity.edition.rules.crowd
    return (
        not crowd.needs_licence(activity.expected_crowd)
        and not activity.speakers.filter(is_overseas=True).exists()
        and submission_under_way(activity) is None
    )


def _time_shows_at_once(
    activity: Activity, session: Session, starts_at: datetime, ends_at: datetime | None
) -> bool:
    within = activity.edition.rules.changes.new_time_within_days
    day, old = starts_at.astimezone(activity.edition.zone).date(), _approved_day(activity, session)
    # One that comes to last for more days is no other time but more time
    is_as_long = _days(activity, starts_at, ends_at) <= _days(activity, session.starts_at, session.ends_at)
    is_near = abs((day - old).days) <= within and activity.edition.holds(day)
    return _is_plain(activity) and is_near and is_as_long


def _days(activity: Activity, starts_at: datetime, ends_at: datetime | None) -> int:
    zone = activity.edition.zone
    return ((ends_at or starts_at).astimezone(zone).date() - starts_at.astimezone(zone).date()).days


def _approved_day(activity: Activity, session: Session) -> date:
    """The day that review has seen: several small steps are not to carry a session where one big step would not."""
    zone = activity.edition.zone
    first = activity.notices.filter(session=session, kind=ChangeNotice.Kind.RETIMED).exclude(new={})
    approved = activity.submissions.filter(state=Submission.State.APPROVED).order_by("-closed_at").first()
    if approved and approved.closed_at:
        first = first.filter(at__gt=approved.closed_at)
    earliest = first.order_by("at", "pk").first()
    start = datetime.fromisoformat(earliest.old["starts_at"]) if earliest else session.starts_at
    return start.astimezone(zone).date()


def _place_shows_at_once(activity: Activity, session: Session, venue: Venue) -> bool:
    """A known place in the district that the public looked the activity up in."""
    if not activity.edition.rules.changes.new_place_same_district or not _is_plain(activity):
        return False
    district = session.venue.district_id if session.venue else activity.district_id
    return district is not None and venue.district_id == district


def _shown(
    activity: Activity,
    session: Session,
    kind: str,
    before: Content,
    *,
    by: "User",
    reason: str,
    is_fixed: bool,
) -> ChangeNotice:
    """Version, trail, public page and everybody concerned: the same for every change of a session."""
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["version", "updated_at"])
    after = contents.of(activity)
    # A revision that the unit is typing goes on from what the public now sees of this session
    carry_into_revision(activity, session, after)
    audit.record(
        f"session.{kind}",
        activity,
        by=by,
        changes={"sessions": [before["sessions"], after["sessions"]]},
        reason=reason,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    public_content_changed.send(sender=Activity, activity=activity)
    old = next(entry for entry in before["sessions"] if entry["id"] == session.pk)
    new = next(entry for entry in after["sessions"] if entry["id"] == session.pk)
    return notices.tell(
        activity, session, kind, old=old, new=new if is_fixed else {}, by=by, reason=reason.strip()[:200]
    )


def carry_into_revision(activity: Activity, session: Session, after: Content) -> None:
    """What the public now sees of a session, into the change that the unit is typing meanwhile."""
    if under_way := submission_under_way(activity):
        new = next(entry for entry in after["sessions"] if entry["id"] == session.pk)
        for text in (under_way.content, under_way.base):
            text["sessions"] = [
                new if entry.get("id") == session.pk else entry for entry in text.get("sessions", [])
            ]
        under_way.save(update_fields=["content", "base"])


def _hand_in(activity: Activity, session: Session, typed: dict[str, Any], *, by: "User") -> None:
    """The new time or place as a change that is handed in at once, so that the unit has no second way to go."""
    entries = contents.of(activity)["sessions"]
    present = submission_under_way(activity)
    if present:
        entries = present.content["sessions"]
    sessions = [entry | typed if entry.get("id") == session.pk else entry for entry in entries]
    drafting.change(activity, {"sessions": sessions}, by=by)
    # Where something else is missing the change is kept open and its page lists what; that the old time or place
    # no longer holds has to be shown all the same
    submission.submit_if_complete(activity, by=by)
