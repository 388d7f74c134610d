"""The list is made, frozen with all it was made from, and opened again only with a reason."""

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.evaluation import eligibility, ranking, snapshots, workflow
from kepuyue.evaluation.actions import rounds
from kepuyue.evaluation.models import Candidate, Round, Snapshot, TieDecision
from kepuyue.evaluation.permissions import check_manages

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def freeze(round: Round, *, by: "User") -> Snapshot:
    """Make the list and keep what it was made from. Refused while marks are missing or equals wait for a decision."""
    round = rounds.locked(round)
    check_manages(by, round)
    round.state = workflow.ROUND.next_state(round.state, "freeze")
    _check_nobody_broke_the_law(round)
    data = snapshots.gathered(round)
    ranked = ranking.rank(data)
    if unmarked := [one.number for one in ranked if one.unmarked]:
        raise ValidationError(
            _("还有%(n)s个没有评委打分：%(numbers)s。请催评委，或再邀请评委。")
            % {"n": len(unmarked), "numbers": numbered(sorted(unmarked)[:10])}
        )
    if tied := [one.number for one in ranked if one.outcome == "tied"]:
        raise ValidationError(
            _("%(numbers)s同分，名额不够，请先裁定谁入选并写明理由。") % {"numbers": numbered(sorted(tied))}
        )
    made = Snapshot.objects.create(
        round=round, data=zlib.compress(ranking.canonical(data), 6), digest=ranking.digest(data),
        result_digest=ranking.digest(ranking.plain(ranked)),
        chosen=[one.number for one in ranked if one.outcome == "chosen"], by=by,
    )  # fmt: skip
    rounds.keep(
        round, "evaluation.freeze", by, {"digest": [None, made.digest], "result": [None, made.result_digest]}
    )
    return made


def numbered(numbers: Iterable[int]) -> str:
    """Candidates as a sentence names them: by their numbers."""
    return wording.listed(_("%(number)s号") % {"number": number} for number in numbers)


def _check_nobody_broke_the_law(round: Round) -> None:
    """A breach may have become known after somebody was admitted; papers are not asked for again."""
    admitted = round.candidates.filter(state=Candidate.State.ADMITTED).select_related(
        "round__edition", "activity"
    )
    known = eligibility.faults(admitted)
    if out := [one for one in admitted if any(fault.code == "breach" for fault in known[one.pk])]:
        raise ValidationError(
            _("%(numbers)s有违法违规记录，请先列为不参评。")
            % {"numbers": numbered(one.number or 0 for one in out)}
        )


@transaction.atomic
def reopen(round: Round, *, reason: str, by: "User") -> Round:
    """Let it be scored again; what was frozen stays, with the reason why it no longer holds."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么重新开放评分。")})
    round = rounds.locked(round)
    check_manages(by, round)
    round.state = workflow.ROUND.next_state(round.state, "reopen")
    last = round.snapshots.last()
    if last is not None:
        last.reopened_because = reason.strip()[:300]
        last.save(update_fields=["reopened_because"])
    round.notices.filter(closed_at=None).update(closed_at=now())
    rounds.keep(round, "evaluation.reopen", by, reason=reason.strip())
    return round


@transaction.atomic
def decide_tie(candidate: Candidate, *, is_chosen: bool, reason: str, by: "User") -> TieDecision:
    """Say who of several equals is chosen. Only where the list waits for it."""
    round = rounds.locked(candidate.round)
    check_manages(by, round)
    if round.state != Round.State.SCORING:
        raise NotPossibleNow(_("现在不在评分阶段，不能裁定。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明理由。")})
    decided, _is_new = TieDecision.objects.update_or_create(
        candidate=candidate,
        defaults={
            "round": round,
            "is_chosen": is_chosen,
            "reason": reason.strip()[:300],
            "by": by,
            "at": now(),
        },
    )
    rounds.keep(
        round, "evaluation.tie", by, {"candidate": [None, candidate.number], "chosen": [None, is_chosen]},
        reason.strip(),
    )  # fmt: skip
    return decided
