"""A base's opening offer for the month: written, copied, filed, confirmed or given back; and who is late is reminded.

What a base states is public only after its superior has looked at it once (a light check, no review of two tiers):
the page says "free" and "open" in the city's name, people travel for it, and a slip in a closing day costs them
a journey. The check is one press, and until it is done the last confirmed text stays public.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check
from kepuyue.resources import queries, telling, timetable, workflow
from kepuyue.resources.models import Opening
from kepuyue.resources.permissions import check_can_confirm, check_can_offer
from kepuyue.resources.timetable import Content

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def save(
    organization: Organization, edition: Edition, content: Content, *, by: "User", version: int
) -> Opening:
    """Write what the base says. `version` is the one the person looked at, 0 for none. Raises `Conflict`."""
    check_can_offer(by, organization)
    opening = _locked(organization, edition)
    if version != (opening.version if opening else 0):
        assert opening is not None or version, "a new one has version 0"
        raise Conflict(opening)
    if opening is None:
        opening = Opening.objects.create(edition=edition, organization=organization, content=content)
        _record("opening.change", opening, by=by, changes={})
        return opening
    changes = {
        name: [opening.content.get(name), content.get(name)]
        for name in {*opening.content, *content}
        if opening.content.get(name) != content.get(name)
    }
    if changes:
        opening.content = content
        opening.state = workflow.OPENING.next_state(opening.state, "change")
        opening.version += 1
        opening.save()
        _record("opening.change", opening, by=by, changes=changes)
    return opening


@transaction.atomic
def copy_last(organization: Organization, edition: Edition, *, by: "User") -> Opening:
    """Begin with what the base said in the edition before, without its single dates."""
    check_can_offer(by, organization)
    if _locked(organization, edition):
        raise NotPossibleNow(_("本届的开放安排已经填过，请直接修改。"))
    last = queries.last_opening(organization, edition)
    if last is None:
        raise NotPossibleNow(_("上一届没有填过开放安排。"))
    content = {name: value for name, value in last.content.items() if name not in ("closed", "special")}
    opening = Opening.objects.create(edition=edition, organization=organization, content=content)
    _record("opening.change", opening, by=by, changes={"copied": [None, str(last.edition)]})
    return opening


@transaction.atomic
def file(organization: Organization, edition: Edition, *, by: "User") -> Opening:
    """Hand it to the superior to be confirmed. Where the base has no superior unit but the office, that is it."""
    check_can_offer(by, organization)
    opening = _locked(organization, edition)
    if opening is None:
        raise NotPossibleNow(_("请先填写开放安排。"))
    if missing := timetable.gaps(opening.content):
        raise ValidationError(missing, code="incomplete")
    opening.filed_at, opening.remark = now(), ""
    _move(opening, "file", by=by)
    telling.opening_turn(opening)
    return opening


@transaction.atomic
def confirm(opening: Opening, *, by: "User", version: int) -> Opening:
    """The superior has looked at it: from now on everybody sees it. `version` is the one that was read."""
    opening = _to_decide(opening, by, version)
    opening.public, opening.confirmed_at, opening.remark = opening.content, now(), ""
    _move(opening, "confirm", by=by)
    telling.opening_decided(opening)
    return opening


@transaction.atomic
def give_back(opening: Opening, *, by: "User", version: int, remark: str) -> Opening:
    """The superior asks for a change and says which."""
    if not remark.strip():
        raise ValidationError(_("请写明要改什么，基地会看到。"), code="reason-missing")
    opening = _to_decide(opening, by, version)
    opening.remark = remark.strip()[:300]
    _move(opening, "return", by=by, reason=opening.remark)
    telling.opening_decided(opening)
    return opening


@transaction.atomic
def remind(bases: list[Organization], edition: Edition, *, by: "User") -> tuple[int, list[Organization]]:
    """Remind bases that have not filed; returns how many were told and which have nobody to tell."""
    told, nobody = 0, []
    for base in bases:
        check(by, "resource.oversee", base)
        if not base.memberships.filter(role__in=telling.SPEAKING, user__is_active=True).exists():
            nobody.append(base)
        elif telling.opening_due(base, edition.name, at=now()):
            told += 1
            audit.record("opening.remind", base, by=by, organization_path=base.path)
    return told, nobody


def _locked(organization: Organization, edition: Edition) -> Opening | None:
    # The unit's row is always there to be locked, the opening's may not be yet
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    return (
        Opening.objects.select_related("organization__parent", "edition")
        .filter(organization=organization, edition=edition)
        .first()
    )


def _to_decide(opening: Opening, by: "User", version: int) -> Opening:
    found = _locked(opening.organization, opening.edition)
    assert found is not None
    check_can_confirm(by, found)
    if found.version != version:
        raise Conflict(found)
    return found


def _move(opening: Opening, verb: str, *, by: "User", reason: str = "") -> None:
    opening.state = workflow.OPENING.next_state(opening.state, verb)
    opening.version += 1
    opening.save()
    _record(f"opening.{verb}", opening, by=by, reason=reason)


def _record(
    action: str,
    opening: Opening,
    *,
    by: "User",
    changes: dict[str, list[object]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        action, opening, by=by, changes=changes, reason=reason, organization_path=opening.organization.path,
        version=opening.version,
    )  # fmt: skip
