"""Honors that were granted elsewhere or are taken back, and breaches that the office knows of."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.evaluation.actions import rounds
from kepuyue.evaluation.models import Breach, Candidate, Honor, Round
from kepuyue.evaluation.permissions import check_manages, check_manages_unit
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def grant(
    candidate: Candidate, *, level: str, title: str, number: str, granted_on: date, by: "User"
) -> Honor:
    """Note what province or nation granted to somebody whom the city recommended."""
    round = rounds.locked(candidate.round)
    check_manages(by, round)
    if candidate.honors.filter(level=level).exists():
        raise ValidationError({"level": _("这一级的荣誉已经登记过。")})
    made = Honor.objects.create(
        edition=round.edition, line=round.line, level=level, title=title.strip(),
        organization=candidate.organization, activity=candidate.activity, candidate=candidate,
        granted_on=granted_on, number=number.strip(), by=by,
    )  # fmt: skip
    _record(made, "honor.grant", by)
    return made


@transaction.atomic
def revoke(honor: Honor, *, reason: str, by: "User") -> Honor:
    """Take it back; it goes on being shown, as taken back and why."""
    check_manages(by, Round(edition=honor.edition))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么撤销，会公开显示。")})
    honor = (
        Honor.objects.select_for_update(of=("self",))
        .select_related("organization", "activity", "edition")
        .get(pk=honor.pk)
    )
    if honor.revoked_on is not None:
        raise NotPossibleNow(_("这项荣誉已经撤销。"))
    honor.revoked_on = honor.edition.today
    honor.revoked_because = reason.strip()[:300]
    honor.save()
    _record(honor, "honor.revoke", by, honor.revoked_because)
    return honor


@transaction.atomic
def note_breach(organization: Organization, *, happened_on: date, text: str, by: "User") -> Breach:
    """Keep that a unit broke the law: it does not take part for as long as the edition says."""
    check_manages_unit(by, organization)
    if happened_on > today():
        raise ValidationError({"happened_on": _("日期还没有到。")})
    if not text.strip():
        raise ValidationError({"text": _("请写明情况和依据。")})
    made = Breach.objects.create(
        organization=organization, happened_on=happened_on, text=text.strip()[:300], by=by
    )
    audit.record(
        "breach.note", made, by=by, reason=made.text, is_quiet=True, organization_path=organization.path
    )
    return made


def _record(honor: Honor, action: str, by: "User", reason: str = "") -> None:
    audit.record(
        action, honor, by=by, reason=reason, organization_path=honor.organization.path, is_quiet=True
    )
