"""The fast lane: a superior trusts a unit; its plain activities are published at once, and some read afterwards."""

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import completeness, safety
from kepuyue.activities.actions import notification, publication
from kepuyue.activities.models import Sampling, Submission, Trust
from kepuyue.activities.permissions import check_can_trust
from kepuyue.activities.queries import trust_of
from kepuyue.activities.reviewing import checks
from kepuyue.core import audit
from kepuyue.core.time import now, today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# An activity only for people below this age is never published unread; the product's own choice
GROWN_UP = 18


@transaction.atomic
def give(organization: Organization, *, edition: Edition, by: "User", reason: str, until: date) -> Trust:
    """Trust a unit until a day. The superior who reviews it decides, and may revoke it at any time."""
    giver = check_can_trust(by, organization)
    rules = edition.rules.fast_lane
    if not rules.is_open:
        raise ValidationError(_("本届没有开放免审发布。"), code="closed")
    if not reason.strip():
        raise ValidationError(
            {"reason": _("请写明为什么可以免审，单位和市级都会看到。")}, code="reason-missing"
        )
    if not today() <= until <= today() + timedelta(days=rules.longest_days):
        raise ValidationError(
            {"until": _("有效期要在今天以后，最长%(days)s天。") % {"days": rules.longest_days}}, code="until"
        )
    Organization.objects.select_for_update().get(pk=organization.pk)
    if Trust.objects.filter(organization=organization, edition=edition, revoked_at__isnull=True).exists():
        raise ValidationError(_("这个单位已经是免审单位。需要改期限时，请先取消再重新登记。"), code="known")
    trust = Trust.objects.create(
        organization=organization, edition=edition, given_by=by, given_for=giver, reason=reason.strip()[:300],
        until=until, given_at=now(),
    )  # fmt: skip
    audit.record("unit.trust", organization, by=by, reason=reason, organization_path=organization.path)
    notification.trust_changed(trust)
    return trust


@transaction.atomic
def revoke(trust: Trust, *, by: "User", reason: str) -> Trust:
    """Take the trust back; from now on everything is read before it is published."""
    trust = Trust.objects.select_for_update().get(pk=trust.pk)
    check_can_trust(by, trust.organization)
    if not reason.strip():
        raise ValidationError(_("请写明取消免审的理由，单位会看到。"), code="reason-missing")
    if trust.revoked_at is not None:
        return trust
    trust.revoked_at, trust.revoked_by, trust.revoke_reason = now(), by, reason.strip()[:300]
    trust.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    audit.record(
        "unit.distrust", trust.organization, by=by, reason=reason, organization_path=trust.organization.path
    )
    notification.trust_changed(trust)
    return trust


def why_not_plain(submission: Submission) -> list[str]:
    """Why this one is read before it is published although the unit is trusted; empty: it is plain."""
    content, activity = submission.content, submission.activity
    reasons = []
    if activity.published_at is not None and not activity.is_public:
        reasons.append(_("活动已经下架"))
    if activity.edition.rules.crowd.needs_licence(content.get("expected_crowd")):
        reasons.append(_("预计单场达到1000人"))
    if any(speaker["is_overseas"] for speaker in content["speakers"]):
        reasons.append(_("有境外主讲人"))
    if content["age_max"] is not None and content["age_max"] < GROWN_UP:
        reasons.append(_("只面向未成年人"))
    lead = safety.lead_time(content, activity.edition)
    if activity.published_at is None and lead and lead.is_late:
        reasons.append(_("提交已经迟了"))
    if Sampling.objects.filter(
        submission__activity=activity, state__in=(Sampling.State.PENDING, Sampling.State.RETURNED)
    ).exists():
        reasons.append(_("抽查还没有结束"))
    if checks.of(submission).warnings:
        reasons.append(_("自动检查有提醒"))
    if any(gap.blocks for gap in completeness.gaps(content, activity.edition)):
        reasons.append(_("还有必填项没有填"))
    return reasons


def may_go_fast(submission: Submission) -> bool:
    """Whether a submission that was just handed in is published at once."""
    activity = submission.activity
    trust = trust_of(activity.organization, activity.edition)
    return trust is not None and not why_not_plain(submission)


def publish(submission: Submission, *, by: "User") -> None:
    """Publish at once, draw whether it is read afterwards, and keep the draw. Inside the caller's transaction."""
    activity = submission.activity
    rows = Trust.objects.select_for_update(of=("self",)).select_related("organization", "given_for")
    trust = rows.filter(
        organization=activity.organization, edition=activity.edition, revoked_at__isnull=True
    ).first()
    if trust is None or not trust.holds_on(today()):
        # Taken back between the question and this lock: nothing is published unread
        raise NotPossibleNow(_("免审资格刚刚取消，请再提交一次，这次逐级审核。"))
    rules = activity.edition.rules.fast_lane
    trust.published += 1
    draw = drawn(submission, number=trust.published, since=trust.since_sample, share=rules.sample_share,
                 one_in=rules.at_least_one_in)  # fmt: skip
    trust.since_sample = 0 if draw["sampled"] else trust.since_sample + 1
    trust.save(update_fields=["published", "since_sample"])
    submission.lane, submission.draw = Submission.Lane.FAST, draw
    submission.save(update_fields=["lane", "draw"])
    audit.record(
        "activity.fast_lane",
        activity,
        by=by,
        reason=_("抽中，事后抽查") if draw["sampled"] else _("未抽中"),
        changes={"draw": [None, draw]},
        organization_path=activity.organization.path,
    )
    publication.publish(submission, by=by)
    if draw["sampled"] and submission.turn is not None:
        sampling = Sampling.objects.create(submission=submission, turn=submission.turn, since=now())
        notification.sampling_waits(sampling)


def drawn(submission: Submission, *, number: int, since: int, share: float, one_in: int) -> dict[str, Any]:
    """The draw of one publication, the same whenever it is repeated.

    The first 8 hexadecimal digits of SHA-256 over "code:number of the submission" as a fraction, sampled below
    the share; and in any case where `one_in` - 1 before it were not. Nobody knows the number beforehand.
    """
    text = f"{submission.activity.code}:{submission.pk}"
    value = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 0x1_0000_0000
    by_share, by_turn = value < share, since + 1 >= one_in
    return {
        "of": text, "number": number, "value": round(value, 6), "share": share, "one_in": one_in,
        "since": since, "sampled": by_share or by_turn,
    }  # fmt: skip
