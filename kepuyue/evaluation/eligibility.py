"""What speaks against a candidate: the edition's conditions, each with what is to be done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kepuyue.evaluation.models import Breach, Candidate, Honor
from kepuyue.summaries.queries import accepted_filings


@dataclass(frozen=True)
class Fault:
    """A condition that is not met."""

    code: str
    text: str


def faults(candidates: Iterable[Candidate]) -> dict[int, list[Fault]]:
    """{candidate: what speaks against it today}, in three queries; candidates of one edition."""
    candidates = list(candidates)
    if not candidates:
        return {}
    edition = candidates[0].round.edition
    asked = edition.rules.evaluation.eligibility
    units = {one.organization_id for one in candidates}
    breaches = dict(
        Breach.objects.filter(
            organization__in=units, happened_on__gt=_years_before(edition.today, asked.breach_years)
        )
        .order_by("happened_on")
        .values_list("organization", "happened_on")
    )
    earlier = edition.year - asked.winner_years
    honored = set(
        Honor.objects.filter(
            organization__in=units,
            edition__year__gte=earlier,
            edition__year__lt=edition.year,
            revoked_on=None,
        ).values_list("organization", "line")
    )
    # What was accepted stands while a supplement is under way
    summed_up = accepted_filings(edition).filter(summary__activity__organization__in=units)
    accepted, with_one = set(), set()
    for activity, unit in summed_up.values_list("summary__activity", "summary__activity__organization"):
        accepted.add(activity)
        with_one.add(unit)
    found: dict[int, list[Fault]] = {}
    for one in candidates:
        some = found.setdefault(one.pk, [])
        if breach := breaches.get(one.organization_id):
            some.append(
                Fault(
                    "breach",
                    _("%(day)s有违法违规记录，%(years)s年内不能参评。")
                    % {"day": breach.isoformat(), "years": asked.breach_years},
                )
            )
        if asked.winner_years and (one.organization_id, one.round.line) in honored:
            some.append(
                Fault(
                    "winner", _("%(years)s年内获得过同类荣誉，这一届不参评。") % {"years": asked.winner_years}
                )
            )
        has = one.activity_id in accepted if one.activity_id else one.organization_id in with_one
        if asked.needs_summary and not has:
            some.append(Fault("summary", _("总结还没有被采纳，请先报送总结。")))
    return found


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28) + timedelta(days=1)
