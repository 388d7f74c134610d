"""The public notice of the list, objections to it, and what is settled after it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.accounts.actions.tries import Bound, claim, counter
from kepuyue.core import audit, ciphers
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.evaluation import queries, workflow
from kepuyue.evaluation.actions import rounds
from kepuyue.evaluation.models import Candidate, Honor, Notice, Objection, Round
from kepuyue.evaluation.permissions import check_manages

if TYPE_CHECKING:
    from kepuyue.accounts.models import User
    from kepuyue.accounts.network import Origin

# Objections are few; an office behind one address may send some
FROM_NETWORK = Bound(10, timedelta(minutes=10))


@transaction.atomic
def publish(round: Round, *, starts_on: date, contact: str, by: "User") -> Notice:
    """Show the list to all for the edition's number of working days."""
    round = rounds.locked(round)
    check_manages(by, round)
    round.state = workflow.ROUND.next_state(round.state, "publish_notice")
    today = round.edition.today
    if starts_on < today:
        raise ValidationError({"starts_on": _("公示不能从过去的日子开始。")})
    if not contact.strip():
        raise ValidationError({"contact": _("请写明向谁、怎样提出异议。")})
    rules = round.edition.rules
    days = rules.evaluation.notice_days
    made = Notice.objects.create(
        round=round, starts_on=starts_on, ends_on=rules.calendar.last_of(starts_on, days), days=days,
        contact=contact.strip(), by=by,
    )  # fmt: skip
    rounds.keep(
        round, "evaluation.notice", by,
        {"starts_on": [None, starts_on.isoformat()], "ends_on": [None, made.ends_on.isoformat()]},
    )  # fmt: skip
    return made


def object_to(
    candidate: Candidate,
    *,
    name: str,
    contact: str,
    text: str,
    by: "User | None",
    origin: "Origin | None" = None,
) -> Objection:
    """Somebody objects under the real name while the notice runs; the office (`by`) enters what came on paper."""
    if by is not None:
        check_manages(by, candidate.round)
    # Before the transaction, so that what is refused counts as a try too
    elif (
        origin is not None
        and not claim(counter(FROM_NETWORK, "objection.network", origin.network)).is_granted
    ):
        raise ValidationError(_("这个网络提交太频繁了。您写的还在，请几分钟后再提交。"), code="too-often")
    if not all(part.strip() for part in (name, contact, text)):
        raise ValidationError(_("请写明实名、联系方式和依据。"))
    with transaction.atomic():
        round = rounds.locked(candidate.round)
        notice = round.notices.filter(closed_at=None).first()
        if notice is None or not notice.runs_on(round.edition.today):
            raise NotPossibleNow(_("现在不在公示期，不受理异议。"))
        if candidate.number not in queries.chosen_numbers(round):
            raise ValidationError(_("请选择名单里的对象。"))
        made = Objection.objects.create(
            notice=notice, candidate=candidate, name=ciphers.encrypted(name.strip()),
            contact=ciphers.encrypted(contact.strip()), text=text.strip(),
        )  # fmt: skip
        _record(made, "objection.receive", by)
    return made


@transaction.atomic
def decide(objection: Objection, *, upheld: bool, finding: str, by: "User") -> Objection:
    """Say what came out. The same matter is not heard twice."""
    round = rounds.locked(objection.notice.round)
    check_manages(by, round)
    objection = Objection.objects.select_related("candidate__organization", "notice").get(pk=objection.pk)
    if objection.state != Objection.State.OPEN:
        raise NotPossibleNow(_("这件异议已经有结论，同一事项不再受理。"))
    if not finding.strip():
        raise ValidationError({"finding": _("请写明核查结果。")})
    objection.state = Objection.State.UPHELD if upheld else Objection.State.DISMISSED
    objection.finding, objection.decided_by, objection.decided_at = finding.strip()[:600], by, now()
    objection.save()
    _record(objection, "objection.uphold" if upheld else "objection.dismiss", by, objection.finding)
    return objection


@transaction.atomic
def settle(round: Round, *, title: str, number: str, granted_on: date, by: "User") -> list[Honor]:
    """The list stands: after the notice's last day, with every objection closed and none upheld. Honors follow."""
    round = rounds.locked(round)
    check_manages(by, round)
    round.state = workflow.ROUND.next_state(round.state, "settle")
    notice = round.notices.filter(closed_at=None).get()
    if round.edition.today <= notice.ends_on:
        raise NotPossibleNow(_("公示到%(day)s才结束，之后再确定名单。") % {"day": notice.ends_on.isoformat()})
    if left := notice.objections.filter(state=Objection.State.OPEN).count():
        raise NotPossibleNow(_("还有%(n)s件异议没有结论，请先处理。") % {"n": left})
    if notice.objections.filter(state=Objection.State.UPHELD).exists():
        raise NotPossibleNow(_("有异议成立。请重新开放评分，将有关对象列为不参评，再封存、公示新的名单。"))
    if not title.strip():
        raise ValidationError({"title": _("请写荣誉名称。")})
    notice.closed_at = now()
    notice.save(update_fields=["closed_at"])
    made = Honor.objects.bulk_create(
        Honor(
            edition=round.edition, line=round.line, level=Honor.Level.CITY, title=title.strip(),
            organization=one.organization, activity=one.activity, candidate=one, granted_on=granted_on,
            number=number.strip(), by=by,
        )
        for one in queries.chosen(round)
    )  # fmt: skip
    rounds.keep(round, "evaluation.settle", by, {"honors": [0, len(made)]})
    return made


def _record(objection: Objection, action: str, by: "User | None", reason: str = "") -> None:
    office = objection.candidate.round.edition.office
    audit.record(
        action,
        objection,
        by=by,
        reason=reason,
        is_quiet=True,
        organization_path=office.path if office else "",
    )
