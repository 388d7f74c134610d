"""Judges: inviting, keeping them from what they are close to, sharing out the sheets, marking, leaving."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict as Changed
from kepuyue.evaluation.actions import assigning, rounds
from kepuyue.evaluation.models import Candidate, Conflict, Judge, Round, Sheet
from kepuyue.evaluation.permissions import check_manages
from kepuyue.organizations.actions import notices
from kepuyue.organizations.permissions import holds_anywhere

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

AT_WORK = (Judge.State.INVITED, Judge.State.ACCEPTED)
INVITING = frozenset({Round.State.DRAFT, Round.State.APPLYING, Round.State.SCORING})


@transaction.atomic
def invite(round: Round, user: "User", *, by: "User") -> Judge:
    """Ask somebody who has a judge's role to mark in this round; who had left or declined is asked again."""
    round = rounds.locked(round)
    check_manages(by, round)
    if round.state not in INVITING:
        raise NotPossibleNow(_("评分已经结束，不能再邀请评委。"))
    if not holds_anywhere(user, "evaluation.score"):
        raise ValidationError(
            _("请先在市级统筹单位的“人员”里给%(name)s评委角色。") % {"name": user.get_full_name()}
        )
    judge = round.judges.filter(user=user).first()
    if judge is not None and judge.state in AT_WORK:
        return judge
    if judge is None:
        last = round.judges.aggregate(last=Max("number"))["last"] or 0
        judge = Judge(round=round, user=user, number=last + 1)
    judge.state, judge.note, judge.answered_at, judge.invited_at = Judge.State.INVITED, "", None, now()
    judge.save()
    _record(judge, "judge.invite", by)
    notices.tell(
        "evaluation.judge", [user], subject=gettext_lazy("请您担任评委：%(name)s"),
        body=gettext_lazy("请在“评选推荐”里接受或谢绝，并声明需要回避的对象。"), values={"name": round.name},
        link=reverse("evaluation:scoring", args=[round.pk]), key=f"judge:{judge.pk}:{judge.invited_at.isoformat()}",
    )  # fmt: skip
    return judge


@transaction.atomic
def answer(judge: Judge, *, accepts: bool, note: str = "", by: "User") -> Judge:
    """Accept or decline."""
    judge = _own(judge, by)
    if judge.state != Judge.State.INVITED:
        raise NotPossibleNow(_("您已经答复过了。"))
    judge.state = Judge.State.ACCEPTED if accepts else Judge.State.DECLINED
    judge.note, judge.answered_at = note.strip()[:300], now()
    judge.save()
    _record(judge, "judge.accept" if accepts else "judge.decline", by, reason=judge.note)
    if accepts:
        assigning.assign(judge.round)
    return judge


@transaction.atomic
def leave(judge: Judge, *, reason: str, by: "User", voids: bool = False) -> Judge:
    """A judge leaves midway, by themselves or by the office. What was handed in counts on, unless the office voids it;
    what was not goes to others.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么退出。")})
    if judge.user_id != by.pk or voids:
        check_manages(by, judge.round)
    rounds.locked(judge.round)
    judge.refresh_from_db()
    if judge.state not in AT_WORK:
        raise NotPossibleNow(_("这位评委已经退出或没有接受。"))
    judge.state, judge.note, judge.answered_at = Judge.State.LEFT, reason.strip()[:300], now()
    judge.save()
    counting = judge.sheets.filter(void="")
    handed_in = counting.filter(submitted_at__isnull=False)
    changes: dict[str, list[object]] = {"sheets": [counting.count(), 0 if voids else handed_in.count()]}
    counting.filter(submitted_at=None).update(void=Sheet.Void.LEFT)
    if voids:
        handed_in.update(void=Sheet.Void.OFFICE)
    _record(judge, "judge.leave", by, reason=judge.note, changes=changes)
    if judge.round.state == Round.State.SCORING:
        assigning.assign(judge.round)
    return judge


@transaction.atomic
def declare(judge: Judge, candidate: Candidate, *, reason: str, by: "User") -> Conflict:
    """A judge says to be close to a candidate: the sheet is void, and another judge gets it."""
    judge = _own(judge, by)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么回避。")})
    if candidate.round_id != judge.round_id:
        raise PermissionDenied
    if judge.round.state not in INVITING:
        raise NotPossibleNow(_("评分已经结束。"))
    found, _is_new = Conflict.objects.get_or_create(
        judge=judge, candidate=candidate, defaults={"reason": reason.strip()[:200]}
    )
    judge.sheets.filter(candidate=candidate).update(void=Sheet.Void.CONFLICT)
    _record(
        judge,
        "judge.declare",
        by,
        reason=found.reason,
        changes={"candidate": [None, candidate.number or candidate.pk]},
    )
    if judge.round.state == Round.State.SCORING:
        assigning.assign(judge.round)
    return found


@transaction.atomic
def mark(
    sheet: Sheet, marks: Mapping[str, int | None], *, remark: str, version: int, submits: bool, by: "User"
) -> Sheet:
    """Keep what a judge gives; `submits` hands it in, which asks for every mark."""
    _own(sheet.judge, by, accepted=True)
    # Read after the round is held: by now its rules may be others than those on the page
    sheet = Sheet.objects.select_related("judge__round__edition__office", "candidate").get(pk=sheet.pk)
    _check_scoring(sheet)
    if version != sheet.version:
        raise Changed(sheet)
    asked = [one.code for one in sheet.judge.round.scheme.criteria if one.judged]
    given = {code: value for code, value in marks.items() if code in asked and value is not None}
    if any(not 0 <= value <= 100 for value in given.values()):
        raise ValidationError(_("每项打0到100分。"))
    if submits and (missing := [code for code in asked if code not in given]):
        raise ValidationError({code: _("还没有打分。") for code in missing})
    was_in = sheet.submitted_at is not None
    sheet.marks, sheet.remark = given, remark.strip()[:500]
    sheet.submitted_at = now() if submits else None
    sheet.version += 1
    sheet.save()
    if submits or was_in:
        # What was handed in and is taken back counts no more: the trail says so too
        changes: dict[str, list[object]] = {"candidate": [None, sheet.candidate.number]}
        _record(sheet.judge, "judge.mark" if submits else "judge.unmark", by, changes=changes)
    return sheet


def _own(judge: Judge, by: "User", *, accepted: bool = False) -> Judge:
    if judge.user_id != by.pk:
        raise PermissionDenied(_("这是别的评委的评分表。"))
    rounds.locked(judge.round)
    judge = Judge.objects.select_related("round__edition__office", "user").get(pk=judge.pk)
    if judge.state not in ((Judge.State.ACCEPTED,) if accepted else AT_WORK):
        raise NotPossibleNow(_("您不在这次评选的评委里，如有疑问请联系市级统筹单位。"))
    return judge


def _check_scoring(sheet: Sheet) -> None:
    round = sheet.judge.round
    if round.state != Round.State.SCORING:
        raise NotPossibleNow(_("评分已经结束，不能再改。"))
    if round.scores_until and round.edition.today > round.scores_until:
        raise NotPossibleNow(_("评分已于%(day)s截止。") % {"day": round.scores_until.isoformat()})
    if sheet.void:
        raise NotPossibleNow(_("这张评分表不用填了：%(why)s。") % {"why": sheet.get_void_display()})
    if sheet.candidate.state != Candidate.State.ADMITTED:
        raise NotPossibleNow(_("这个对象已经不参评。"))


def _record(
    judge: Judge, action: str, by: "User", *, reason: str = "", changes: dict[str, list[object]] | None = None
) -> None:
    office = judge.round.edition.office
    audit.record(
        action, judge, by=by, reason=reason, changes=changes, is_quiet=True,
        organization_path=office.path if office else "",
    )  # fmt: skip
