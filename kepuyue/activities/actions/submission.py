"""Handing an activity (or a change to a published one) in for review, and taking it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions import notification, publication
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, BookingMode, Mode, State, Submission
from kepuyue.activities.permissions import check_can_submit
from kepuyue.activities.queries import review_chain, submission_under_way, working_content
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import window
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# 大型群众性活动安全管理条例 (State Council decree 505), art. 2 and 11-13: licence from this many people a session
LICENCE_FROM = 1_000


@dataclass(frozen=True)
class Gap:
    """Something that is missing; `blocks` tells whether it must be there before handing in."""

    field: str
    step: str
    why: Any
    blocks: bool = True


class Incomplete(ValidationError):
    """What must be filled in first; `gaps` names each place."""

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        super().__init__([str(gap.why) for gap in gaps], code="incomplete")


class Unsaved(ValidationError):
    """A step holds something that is typed but not right yet."""

    def __init__(self, step: str) -> None:
        self.step = step
        super().__init__(_("这一步还有内容没有填对，请先改正，再提交。"), code="unsaved")


def gaps(content: Content, edition: Edition) -> list[Gap]:
    """What the content still lacks: first what blocks handing in, then what a reader would miss."""
    found: list[Gap] = []

    def lacks(condition: object, field: str, step: str, why: str, blocks: bool = True) -> None:
        if condition:
            found.append(Gap(field, step, why, blocks))

    on_site = content["mode"] != Mode.ONLINE
    own_city = not content["city"]
    held = [session for session in content["sessions"] if not session["is_cancelled"]]
    lacks(not content["title"], "title", "basics", _("请填写活动名称。"))
    lacks(not (content["summary"] or content["description"]), "summary", "basics", _("请写一句话介绍。"))
    hosts = [unit for unit in content["participations"] if unit["role"] == "host"]
    lacks(not hosts, "participations", "units", _("请填写至少一个主办单位。"))
    chosen = {pair.partition(":")[0] for pair in content["terms"]}
    for taxonomy in edition.taxonomies.filter(required=True):
        lacks(
            own_city and taxonomy.code not in chosen, f"terms_{taxonomy.code}", "classification",
            _("请选择“%(name)s”。") % {"name": taxonomy},
        )  # fmt: skip
    lacks(not held and not content["is_year_round"], "sessions", "sessions", _("请填写至少一个场次的时间。"))
    lacks(
        on_site and own_city and not content["district"], "district", "sessions",
        _("建议选择所属区，公众可以按区查找。"), blocks=False,
    )  # fmt: skip
    for number, session in enumerate(held, start=1):
        day = datetime.fromisoformat(session["starts_at"]).astimezone(edition.zone).date()
        lacks(
            not edition.holds(day), "sessions", "sessions",
            _("场次%(number)s在%(year)s年%(month)s月%(day)s日，不在本届时间内，请核对。")
            % {"number": number, "year": day.year, "month": day.month, "day": day.day}, blocks=False,
        )  # fmt: skip
        placeless = on_site and not (session["venue"] or session["place"])
        lacks(
            placeless, "sessions", "sessions",
            _("场次%(number)s还没有地点，公众会找不到。") % {"number": number}, blocks=False,
        )  # fmt: skip
    lacks(content["booking_mode"] == BookingMode.UNKNOWN, "booking_mode", "audience", _("请选择预约方式。"))
    lacks(
        content["booking_mode"] == BookingMode.EXTERNAL and not (content["booking_url"] or content["booking_note"]),
        "booking_url", "audience", _("选择了由主办方渠道预约，请填写预约网址或说明。"),
    )  # fmt: skip
    lacks(not content["content_lead"], "content_lead", "responsibility", _("请填写内容负责人。"))
    lacks(not content["content_signoff"], "content_signoff", "responsibility", _("请填写内容审定人。"))
    if on_site:
        crowd = content["expected_crowd"]
        lacks(crowd is None, "expected_crowd", "responsibility", _("请填写预计单场人数。"))
        lacks(
            not content["emergency_contact"], "emergency_contact", "responsibility",
            _("线下活动请填写现场安全负责人及电话。"),
        )  # fmt: skip
        lacks(not content["safety_plan"], "safety_plan", "responsibility", _("线下活动请填写安全预案要点。"))
        lacks(
            (crowd or 0) >= LICENCE_FROM and not content["licence"], "licence", "responsibility",
            _("预计单场达到1000人，须取得公安机关的安全许可并填写文号（《大型群众性活动安全管理条例》）。"),
        )  # fmt: skip
    lacks(not content["contact_name"], "contact_name", "contact", _("请填写联系人。"))
    lacks(not content["contact_phone"], "contact_phone", "contact", _("请填写联系电话（不对公众显示）。"))
    return sorted(found, key=lambda gap: not gap.blocks)


@transaction.atomic
def submit(activity: Activity, *, by: "User") -> Submission:
    """Hand the activity in; a published one hands in its revision.

    Raises `Incomplete`, `Unsaved`, `NotPossibleNow`.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    if activity.organization.state != Organization.State.ACTIVE:
        raise NotPossibleNow(_("单位还在等待上级确认，确认后即可提交。已填写的内容都保存好了。"))
    _check_in_time(activity)
    under_way = submission_under_way(activity)
    if activity.state == State.PUBLISHED:
        if not under_way:
            raise NotPossibleNow(_("没有需要审核的变更。"))
    else:
        activity.state = workflow.ACTIVITY.next_state(activity.state, "submit")
    content = working_content(activity)
    if activity.unsaved:
        raise Unsaved(next(iter(activity.unsaved)))
    if missing := [gap for gap in gaps(content, activity.edition) if gap.blocks]:
        raise Incomplete(missing)
    chain = review_chain(activity)
    submission = under_way or Submission(
        activity=activity,
        kind=Submission.Kind.NEW,
        state=Submission.State.OPEN,
        base=_last_read(activity),
    )
    submission.state = workflow.SUBMISSION.next_state(submission.state, "submit")
    submission.content = content
    submission.chain = [unit.pk for unit in chain]
    submission.step = 0
    submission.turn = chain[0] if chain else activity.organization
    submission.by = by
    submission.submitted_at = submission.turn_since = now()
    submission.save()
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at"])
    audit.record(
        "activity.submit",
        activity,
        by=by,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    if not chain:
        # The edition asks for no review of the office's own activities
        publication.publish(submission, by=by)
    else:
        notification.waiting_for_review(submission)
    return submission


def _check_in_time(activity: Activity) -> None:
    """Registration opens and closes by the edition's key dates; what was handed in once may come again."""
    if activity.submissions.exclude(submitted_at=None).exists():
        return
    tiers = [term.code for term in activity.terms.filter(taxonomy__code="tier")]
    registration = window(activity.edition, "registration", activity.organization, tiers=tiers)
    if why := registration.why_closed(activity.edition):
        raise NotPossibleNow(why, code="not-in-time")


def _last_read(activity: Activity) -> Content:
    """What a reviewer saw last, so that the next reading shows only what changed since."""
    last = activity.submissions.exclude(state=Submission.State.WITHDRAWN).first()
    return dict(last.content) if last else {}


@transaction.atomic
def withdraw(activity: Activity, *, by: "User") -> Activity:
    """Take back what is not decided yet; a revision's text is given up, the published text stays."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    under_way = submission_under_way(activity)
    if under_way is None:
        raise NotPossibleNow(_("没有正在审核的内容可以撤回。"))
    under_way.state = workflow.SUBMISSION.next_state(under_way.state, "withdraw")
    under_way.closed_at = now()
    under_way.save(update_fields=["state", "closed_at"])
    if not activity.is_public:
        activity.state = workflow.ACTIVITY.next_state(activity.state, "withdraw")
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["state", "version", "updated_at"])
    audit.record(
        "activity.withdraw",
        activity,
        by=by,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    return activity


def as_reader_would_compare(submission: Submission) -> list[contents.Change]:
    """What changed since the last text a reviewer saw (a revision: since the published text)."""
    return contents.diff(submission.base, submission.content) if submission.base else []
