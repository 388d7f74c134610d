"""Running a round: its rules, calling for applications, beginning to score."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as Misfit

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict as Changed
from kepuyue.editions.models import Edition
from kepuyue.editions.scheme import Rules
from kepuyue.evaluation import workflow
from kepuyue.evaluation.actions import assigning
from kepuyue.evaluation.models import Candidate, Line, Round, Sheet
from kepuyue.evaluation.permissions import check_manages

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# In which the rules may still be changed; once the list is made from them they stand
CHANGEABLE = frozenset({Round.State.DRAFT, Round.State.APPLYING, Round.State.SCORING})
Changes = dict[str, list[Any]]


@transaction.atomic
def create(edition: Edition, line: str, *, name: str, by: "User") -> Round:
    """A round with the edition's rules, which from now on are its own."""
    check_manages(by, Round(edition=edition))
    if Round.objects.filter(edition=edition, line=line).exclude(state=Round.State.CALLED_OFF).exists():
        raise ValidationError({"line": _("这一届已经有这一类的评选。要重来，请先取消原来的。")})
    rules = edition.rules.evaluation.rules(line)
    made = Round.objects.create(
        edition=edition, line=Line(line), name=name.strip(), rules=rules.model_dump(mode="json"), by=by
    )
    record(made, "evaluation.create", by)
    return made


@transaction.atomic
def change_rules(
    round: Round, rules: Mapping[str, Any], *, by: "User", version: int, reason: str = ""
) -> Round:
    """Change criteria, weights, caps and quotas. After scoring has begun with a reason, which all judges read.

    Where what judges are asked changed, their sheets are open again; nothing that they gave is lost.
    """
    round = locked(round)
    check_manages(by, round)
    _check_version(round, version)
    if round.state not in CHANGEABLE:
        raise NotPossibleNow(
            _("评选已经到“%(state)s”，规则不能再改。要改，先重新开放评分。")
            % {"state": round.get_state_display()}
        )
    try:
        new = Rules.model_validate(dict(rules))
    except Misfit as error:
        raise ValidationError({"rules": [_said(fault) for fault in error.errors()]}) from error
    old = round.scheme
    if new == old:
        return round
    is_scored = round.state == Round.State.SCORING
    if is_scored and not reason.strip():
        raise ValidationError({"reason": _("评分已经开始，请写明为什么改规则，评委都能看到。")})
    changes = _differences(old, new)
    round.rules = new.model_dump(mode="json")
    if is_scored and _asked(old) != _asked(new):
        reopened = Sheet.objects.filter(judge__round=round, submitted_at__isnull=False, void="")
        changes["sheets"] = [reopened.count(), 0]
        reopened.update(submitted_at=None)
    keep(round, "evaluation.rules", by, changes, reason.strip())
    return round


@transaction.atomic
def open_applications(round: Round, *, until: date, by: "User") -> Round:
    """Call for applications until a day, included."""
    round = _moved(round, "open", by)
    if until < round.edition.today:
        raise ValidationError({"until": _("截止日期已经过去了，请改到今天以后。")})
    round.applications_until = until
    keep(round, "evaluation.open", by, {"applications_until": [None, until.isoformat()]})
    return round


@transaction.atomic
def begin_scoring(round: Round, *, until: date, by: "User") -> Round:
    """Give out the numbers by lot and let the judges begin. What has not been admitted by now is not scored."""
    round = _moved(round, "begin_scoring", by)
    if until < round.edition.today:
        raise ValidationError({"until": _("截止日期已经过去了，请改到今天以后。")})
    admitted = list(round.candidates.filter(state=Candidate.State.ADMITTED).order_by("pk"))
    if not admitted:
        raise ValidationError(_("还没有审定参评的对象，不能开始评分。"))
    if waiting := round.candidates.filter(state=Candidate.State.RECOMMENDED).count():
        raise ValidationError(_("还有%(n)s个等审定，请先处理。") % {"n": waiting})
    # By lot, so that a number tells nothing of who stands behind it; by digest, so that anyone can do it again
    for number, one in enumerate(sorted(admitted, key=lambda one: _lot(round, one)), start=1):
        one.number = number
    Candidate.objects.bulk_update(admitted, ["number"])
    round.scores_until = until
    keep(
        round,
        "evaluation.score",
        by,
        {"scores_until": [None, until.isoformat()], "people": [0, len(admitted)]},
    )
    assigning.assign(round)
    return round


@transaction.atomic
def call_off(round: Round, *, reason: str, by: "User") -> Round:
    """End it without a list."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么取消。")})
    round = _moved(round, "call_off", by)
    keep(round, "evaluation.call_off", by, reason=reason.strip())
    return round


def locked(round: Round) -> Round:
    """The round as it stands, held until the end of the transaction."""
    Round.objects.select_for_update(of=("self",)).only("pk").get(pk=round.pk)
    return Round.objects.select_related("edition__office").get(pk=round.pk)


def keep(round: Round, action: str, by: "User", changes: Changes | None = None, reason: str = "") -> None:
    """Save it, count the version up, record it. Inside the caller's transaction."""
    round.version += 1
    round.save()
    record(round, action, by, changes, reason)


def record(round: Round, action: str, by: "User", changes: Changes | None = None, reason: str = "") -> None:
    """The trail of a round; it belongs to the office."""
    office = round.edition.office
    audit.record(
        action, round, by=by, changes=changes, reason=reason, version=round.version, is_quiet=True,
        organization_path=office.path if office else "",
    )  # fmt: skip


def _moved(round: Round, verb: str, by: "User") -> Round:
    round = locked(round)
    check_manages(by, round)
    round.state = workflow.ROUND.next_state(round.state, verb)
    return round


def _check_version(round: Round, version: int) -> None:
    if version != round.version:
        raise Changed(round)


def _lot(round: Round, one: Candidate) -> str:
    return hashlib.sha256(f"{round.pk}/{round.created_at.isoformat()}/{one.pk}".encode()).hexdigest()


def _asked(rules: Rules) -> list[tuple[str, str]]:
    return [(one.code, one.question) for one in rules.criteria if one.judged]


def _differences(old: Rules, new: Rules) -> Changes:
    before, after = _flat(old), _flat(new)
    return {
        key: [before.get(key), after.get(key)]
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    }


def _flat(rules: Rules) -> dict[str, Any]:
    data = rules.model_dump(mode="json")
    found = {f"criteria.{one['code']}": one for one in data.pop("criteria")}
    found |= {f"quota.{name}": value for name, value in data.pop("quota").items()}
    return found | data


MISFITS = {
    "the weights of the criteria do not add up to 100": gettext_lazy("各项指标的权重加起来要等于100。")
}


def _said(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    text = str(fault["msg"]).removeprefix("Value error, ")
    return str(MISFITS.get(text) or _("“%(place)s”的值不合适，请核对。") % {"place": place or text})
