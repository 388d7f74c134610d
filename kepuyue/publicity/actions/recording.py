"""The register of media coverage: recorded once, confirmed from above, corrected, declined, taken back."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.actions import links
from kepuyue.core import audit, wording
from kepuyue.core.time import now, today
from kepuyue.core.versions import Conflict, write
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import notices, tree
from kepuyue.organizations.models import Organization
from kepuyue.publicity import workflow
from kepuyue.publicity.models import Coverage
from kepuyue.publicity.permissions import can_confirm, check_can_change, check_can_confirm, check_can_record
from kepuyue.publicity.sameness import key_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Facts = dict[str, Any]


class AlreadyRecorded(ValidationError):
    """The same report stands in the register already, as `known`. Nothing was written."""

    def __init__(self, known: Coverage) -> None:
        self.known = known
        super().__init__(
            {
                "link" if known.link else "title": _(
                    "这条报道已经登记过：%(outlet)s《%(title)s》，%(day)s，由“%(unit)s”登记，%(state)s。不用再填。"
                )
                % {
                    "outlet": known.outlet,
                    "title": known.title,
                    "day": wording.day_text(known.published_on, weekday=False, year=True),
                    "unit": known.organization.name,
                    "state": known.get_state_display(),
                }
            }
        )


@transaction.atomic
def record(
    *, edition: Edition, organization: Organization, by: "User", facts: Facts, token: UUID
) -> Coverage:
    """A report, to be confirmed. Raises `AlreadyRecorded` where it is known by its link (without one: by outlet, day
    and title). The same form sent twice gives the same row."""
    organization = tree.held(organization)
    check_can_record(by, organization)
    if known := Coverage.objects.filter(token=token, organization=organization).first():
        return known
    coverage = Coverage(edition=edition, organization=organization, token=token, recorded_by=by)
    _recognized(coverage, facts)
    write(coverage, facts)
    links.ask([coverage.link] if coverage.link else [])
    audit.record(
        "coverage.record", coverage, by=by, organization_path=organization.path, version=coverage.version
    )
    return coverage


@transaction.atomic
def change(coverage: Coverage, facts: Facts, *, by: "User", version: int) -> Coverage:
    """Change what was recorded. Changed by its unit it is confirmed anew; whoever confirms corrects it in place.

    Raises `Conflict` where somebody else changed it since `version`, and `AlreadyRecorded` as `record` does.
    """
    coverage = _locked(coverage)
    check_can_change(by, coverage)
    if version != coverage.version:
        raise Conflict(coverage)
    verb = "correct" if can_confirm(by, coverage) else "change"
    state = workflow.COVERAGE.next_state(coverage.state, verb)
    _recognized(coverage, facts)
    coverage.updated_at = now()
    if changes := write(coverage, facts):
        if state != coverage.state:
            changes["state"] = [coverage.state, state]
        coverage.state = state
        coverage.version += 1
        coverage.save()
        links.ask([coverage.link] if coverage.link else [])
        audit.record(
            "coverage.change", coverage, by=by, changes=changes, organization_path=coverage.organization.path,
            version=coverage.version,
        )  # fmt: skip
    return coverage


@transaction.atomic
def confirm(coverage: Coverage, *, by: "User", version: int) -> Coverage:
    """Show it on the press page and on the pages of what it is about. `version` is what the person has read."""
    coverage = _locked(coverage)
    check_can_confirm(by, coverage)
    if version != coverage.version:
        raise Conflict(coverage)
    _move(coverage, "confirm")
    audit.record(
        "coverage.confirm", coverage, by=by, organization_path=coverage.organization.path,
        version=coverage.version,
    )  # fmt: skip
    return coverage


@transaction.atomic
def decline(coverage: Coverage, *, by: "User", reason: str) -> Coverage:
    """Keep it out of the figures and pages; whoever recorded it is told why."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明原因，登记的单位会看到。")})
    coverage = _locked(coverage)
    check_can_confirm(by, coverage)
    _move(coverage, "decline", reason.strip()[:200])
    audit.record(
        "coverage.decline", coverage, by=by, reason=coverage.reason,
        organization_path=coverage.organization.path, version=coverage.version,
    )  # fmt: skip
    person = coverage.recorded_by
    if person is not None and person.pk != by.pk:
        notices.tell(
            "coverage.declined",
            [person],
            subject=gettext_lazy("一条媒体报道没有采用：%(title)s"),
            body=gettext_lazy("您登记的%(outlet)s“%(title)s”没有采用。原因：%(reason)s"),
            values={"title": coverage.title, "outlet": coverage.outlet, "reason": coverage.reason},
            link=reverse("publicity:coverage", args=[coverage.pk]),
            key=f"coverage-declined:{coverage.pk}:{coverage.version}",
        )
    return coverage


@transaction.atomic
def withdraw(coverage: Coverage, *, by: "User") -> Coverage:
    """Take a row back that was recorded by mistake; the same report can be recorded anew afterwards."""
    coverage = _locked(coverage)
    check_can_change(by, coverage)
    _move(coverage, "withdraw")
    audit.record(
        "coverage.withdraw", coverage, by=by, organization_path=coverage.organization.path,
        version=coverage.version,
    )  # fmt: skip
    return coverage


def _locked(coverage: Coverage) -> Coverage:
    rows = Coverage.objects.select_for_update(of=("self",)).select_related("organization", "edition")
    return rows.get(pk=coverage.pk)


def _recognized(coverage: Coverage, facts: Facts) -> None:
    """Give the row its key, or raise where another one has it. Held by the edition: one at a time, so that of two
    people who type the same report at the same moment the second is told of the first."""
    Edition.objects.select_for_update(of=("self",)).only("pk").get(pk=coverage.edition_id)
    if facts["published_on"] > today():
        raise ValidationError({"published_on": _("报道日期还没有到。")})
    told = {name: facts[name] for name in ("link", "outlet", "title", "published_on")}
    coverage.key = key_of(**told)
    rows = Coverage.objects.filter(edition=coverage.edition, key=coverage.key).exclude(pk=coverage.pk)
    known = rows.exclude(state=Coverage.State.WITHDRAWN).select_related("organization").first()
    if known is not None:
        raise AlreadyRecorded(known)


def _move(coverage: Coverage, verb: str, reason: str = "") -> None:
    coverage.state = workflow.COVERAGE.next_state(coverage.state, verb)
    coverage.reason = reason
    coverage.version += 1
    coverage.updated_at = coverage.decided_at = now()
    coverage.save()
