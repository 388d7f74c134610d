"""An item on its way: written by its unit, read by the superior, shown, changed, withdrawn."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.cloud import content as contents
from kepuyue.cloud import telling, workflow
from kepuyue.cloud.actions import covers
from kepuyue.cloud.content import Content
from kepuyue.cloud.models import CloudItem
from kepuyue.cloud.permissions import check_can_edit, check_can_review, check_can_withdraw
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = CloudItem.State


@transaction.atomic
def create(
    *, edition: Edition, organization: Organization, kind: str, by: "User", content: Content, token: UUID
) -> CloudItem:
    """A new item of the unit, as a draft. The same form sent twice gives the same item."""
    # One at a time in a unit, so that the second of two clicks finds what the first one made
    organization = tree.held(organization)
    check_can_edit(by, organization)
    if known := CloudItem.objects.filter(token=token, organization=organization).first():
        return known
    item = CloudItem(edition=edition, organization=organization, kind=kind, token=token, created_by=by)
    contents.write(item, content | {"terms": []})
    item.save()
    contents.write(item, {"terms": content.get("terms", [])})
    _record("cloud.create", item, by=by)
    return item


@transaction.atomic
def change(item: CloudItem, content: Content, *, by: "User", version: int) -> CloudItem:
    """Change what the item says; of a public one, write the change that is read first. Raises `Conflict`."""
    item = locked(item)
    check_can_edit(by, item.organization)
    if version != item.version:
        raise Conflict(item)
    changes = contents.differences(contents.working(item), content)
    if not changes:
        return item
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "change")
    if item.is_public:
        proposed = contents.differences(contents.of(item), item.proposed | content)
        item.proposed = {name: new for name, (_old, new) in proposed.items()}
        if not item.proposed and item.waiting_cover is None:
            item.state = State.PUBLISHED
    else:
        contents.write(item, content)
    _save(item, "cloud.change", by=by, changes=changes)
    return item


@transaction.atomic
def discard(item: CloudItem, *, by: "User") -> CloudItem:
    """Give up the change of a public one."""
    item = locked(item)
    check_can_edit(by, item.organization)
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "discard")
    item.proposed, item.remark = {}, ""
    covers.drop_waiting(item)
    _save(item, "cloud.discard", by=by)
    return item


@transaction.atomic
def submit(item: CloudItem, *, by: "User") -> CloudItem:
    """Hand it to the superior. Raises ValidationError with all that is missing."""
    item = locked(item)
    check_can_edit(by, item.organization)
    state = workflow.CLOUD_ITEM.next_state(item.state, "submit")
    if missing := contents.gaps(item.kind, contents.working(item)):
        raise ValidationError(missing, code="incomplete")
    item.state, item.submitted_at, item.remark = state, now(), ""
    _save(item, "cloud.submit", by=by)
    telling.turn(item)
    return item


@transaction.atomic
def take_back(item: CloudItem, *, by: "User") -> CloudItem:
    """The unit wants to write on, before it was read."""
    item = locked(item)
    check_can_edit(by, item.organization)
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "take_back")
    _save(item, "cloud.take_back", by=by)
    return item


@transaction.atomic
def approve(item: CloudItem, *, by: "User", version: int) -> CloudItem:
    """The superior has read it: from now on everybody sees it. `version` is the one that was read.

    科学技术普及法 (2024), art. 35: what is published in the name of science is lawful and scientific; so a second unit
    reads it first.
    """
    item = _to_decide(item, by, version)
    state = workflow.CLOUD_ITEM.next_state(item.state, "approve")
    # Addresses are looked at once more: the operator's list or the rules may have changed since
    if missing := contents.gaps(item.kind, contents.working(item)):
        raise ValidationError(missing, code="incomplete")
    changes = contents.differences(contents.of(item), item.proposed)
    contents.write(item, item.proposed)
    item.state, item.proposed, item.remark, item.withdraw_reason = state, {}, "", ""
    item.published_at = item.published_at or now()
    covers.show_waiting(item)
    _save(item, "cloud.approve", by=by, changes=changes)
    telling.decided(item)
    return item


@transaction.atomic
def give_back(item: CloudItem, *, by: "User", version: int, remark: str) -> CloudItem:
    """The superior asks for a change and says which."""
    check_can_review(by, item)
    if not remark.strip():
        raise ValidationError(_("请写明要改什么，填报单位会看到。"), code="reason-missing")
    item = _to_decide(item, by, version)
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "return")
    item.remark = remark.strip()[:300]
    _save(item, "cloud.return", by=by, reason=item.remark)
    telling.decided(item)
    return item


@transaction.atomic
def withdraw(item: CloudItem, *, by: "User", reason: str) -> CloudItem:
    """Take a public one off the public pages at once, by its unit or by those above it.

    科学技术普及法 (2024), art. 36: false information is dealt with as soon as it is known, and a record is kept.
    """
    if not reason.strip():
        raise ValidationError(_("请写明撤回的原因。"), code="reason-missing")
    item = locked(item)
    check_can_withdraw(by, item)
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "withdraw")
    item.withdraw_reason = reason.strip()[:200]
    # The change under way is not lost: what was withdrawn is written on from there
    contents.write(item, item.proposed)
    item.proposed = {}
    covers.show_waiting(item)
    _save(item, "cloud.withdraw", by=by, reason=item.withdraw_reason)
    if not item.organization.memberships.filter(user=by).exists():
        telling.withdrawn(item)
    return item


@transaction.atomic
def reopen(item: CloudItem, *, by: "User") -> CloudItem:
    """Write on at one that was withdrawn; it is read again before it shows."""
    item = locked(item)
    check_can_edit(by, item.organization)
    item.state = workflow.CLOUD_ITEM.next_state(item.state, "reopen")
    _save(item, "cloud.reopen", by=by)
    return item


def locked(item: CloudItem) -> CloudItem:
    """The row as it is now, held until the transaction ends."""
    return (
        CloudItem.objects.select_for_update(of=("self",))
        .select_related("organization__parent", "edition")
        .get(pk=item.pk)
    )


def _to_decide(item: CloudItem, by: "User", version: int) -> CloudItem:
    item = locked(item)
    check_can_review(by, item)
    if item.version != version:
        raise Conflict(item)
    if item.state not in CloudItem.WAITING_STATES:
        raise NotPossibleNow(_("这项节目不在审核中。"), code="not-possible-now")
    return item


def _save(
    item: CloudItem,
    action: str,
    *,
    by: "User",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    item.version += 1
    item.updated_at = now()
    item.save()
    _record(action, item, by=by, changes=changes, reason=reason)


def _record(
    action: str,
    item: CloudItem,
    *,
    by: "User",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        action, item, by=by, changes=changes, reason=reason, organization_path=item.organization.path,
        version=item.version,
    )  # fmt: skip
