"""Frequent remarks and saved filters: what a reviewing unit, or one person, keeps for the next time."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Remark, SavedFilter
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import REVIEWING, memberships

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_FILTERS = 20
MOST_REMARKS = 100


def check_can_keep(user: "User", unit: Organization, *, shared: bool = False) -> None:
    """Raise unless the person reviews for exactly this unit; what is shared with all is the office's."""
    roles = {m.role for m in memberships(user) if m.organization_id == unit.pk}
    if not roles & set(REVIEWING):
        raise PermissionDenied(_("只有本单位的审核人可以管理这里的常用意见。"))
    if shared and (unit.level != Organization.Level.OFFICE or Role.OFFICE not in roles):
        raise PermissionDenied(_("只有市级管理员可以让各审核单位共用一条意见。"))


@transaction.atomic
def keep(
    *,
    unit: Organization,
    by: "User",
    text: str,
    field: str = "",
    position: int = 0,
    is_shared: bool = False,
    remark: Remark | None = None,
    version: int | None = None,
) -> Remark:
    """Write a new remark, or change one: `version` is the one that was shown."""
    check_can_keep(by, unit, shared=is_shared)
    text = text.strip()
    if not text:
        raise ValidationError(_("请写明意见内容。"), code="text-missing")
    twins = Remark.objects.filter(organization=unit, text=text, field=field)
    if remark is None:
        if Remark.objects.filter(organization=unit).count() >= MOST_REMARKS:
            raise ValidationError(_("最多保存%(n)s条常用意见，请先删去不用的。") % {"n": MOST_REMARKS})
        if twins.exists():
            raise ValidationError(_("已经有同样的意见。"), code="twice")
        remark = Remark(organization=unit)
    else:
        check_can_keep(by, unit, shared=remark.is_shared)
        remark = Remark.objects.select_for_update().get(pk=remark.pk, organization=unit)
        if version is not None and version != remark.version:
            raise NotPossibleNow(
                _("这条意见刚刚被同事改为：“%(text)s”。您填写的还在下面，请核对后再保存。")
                % {"text": remark.text},
                code="changed",
            )
        if twins.exclude(pk=remark.pk).exists():
            raise ValidationError(_("已经有同样的意见。"), code="twice")
        remark.version += 1
    old = remark.text
    remark.text, remark.field, remark.position, remark.is_shared = text, field, position, is_shared
    remark.save()
    audit.record("remark.keep", remark, by=by, changes={"text": [old, text]}, organization_path=unit.path)
    return remark


@transaction.atomic
def drop(remark: Remark, *, by: "User") -> None:
    """Take a remark from the list; what was written with it stays."""
    check_can_keep(by, remark.organization, shared=remark.is_shared)
    audit.record("remark.drop", remark, by=by, organization_path=remark.organization.path)
    remark.delete()


@transaction.atomic
def save_filter(*, by: "User", name: str, query: str) -> SavedFilter:
    """Keep a way of looking at the queue under a name; the same name is written anew."""
    filters = SavedFilter.objects.filter(person=by)
    if filters.count() >= MOST_FILTERS and not filters.filter(name=name).exists():
        raise ValidationError(_("最多保存%(n)s个常用筛选，请先删去不用的。") % {"n": MOST_FILTERS})
    try:
        with transaction.atomic():
            row, _is_new = SavedFilter.objects.update_or_create(
                person=by, name=name, defaults={"query": query}
            )
    except IntegrityError:  # pressed twice in the same moment
        row = filters.get(name=name)
    return row


def drop_filter(row: SavedFilter, *, by: "User") -> None:
    """Take a filter from one's own list."""
    if row.person_id != by.pk:
        raise PermissionDenied(_("这是别人的常用筛选。"))
    row.delete()
