"""Signing content off: by a member of the unit, or by its own person through a one-time link.

A sign-off holds for one content, known by its digest: a change of what is reviewed needs another one.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.completeness import Gap
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, SignOff, SignOffLink, Submission
from kepuyue.activities.permissions import check_can_submit
from kepuyue.activities.queries import submission_under_way, valid_sign_off, working_content
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# How long a link may be used; the product's own choice
LINK_DAYS = 7

valid = valid_sign_off


def lacking(activity: Activity, content: Content) -> Gap | None:
    """The sign-off, where it keeps this content from being handed in: nobody signed yet, or it was changed since.

    None too where there is nothing to hand in.
    """
    under_way = submission_under_way(activity)
    if activity.state not in workflow.EDITABLE and (
        under_way is None or under_way.state != Submission.State.OPEN
    ):
        return None
    return None if valid_sign_off(activity, content) else gap(activity)


def gap(activity: Activity) -> Gap:
    """What is missing where nobody has signed exactly the content."""
    last = activity.sign_offs.first()
    why = (
        _("%(name)s签审以后内容又改过，签审不再有效。请负责人通读后重新签审。") % {"name": last.name}
        if last
        else _("内容还没有签审。请负责人通读后签审。")
    )
    return Gap("sign_off", "responsibility", why)


@transaction.atomic
def sign(activity: Activity, *, by: "User") -> SignOff:
    """A member of the unit answers for the content as it stands. Signing the same content twice is once."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    if activity.unsaved:
        raise NotPossibleNow(_("还有内容没有填对，请先改正，再签审。"))
    return _sign(activity, name=by.get_full_name(), by=by, method=SignOff.Method.MEMBER)


@transaction.atomic
def relay(activity: Activity, *, by: "User", name: str) -> SignOff:
    """A person of the unit read the content in another system and answers for it there; `by` passes that on."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_submit(by, activity)
    if not name.strip():
        raise ValidationError({"name": _("请填写签审人的姓名。")}, code="name-missing")
    if activity.unsaved:
        raise NotPossibleNow(_("还有内容没有填对，请先改正，再签审。"))
    return _sign(activity, name=name.strip(), by=by, method=SignOff.Method.SYSTEM)


def _sign(activity: Activity, *, name: str, by: "User | None", method: str) -> SignOff:
    content = working_content(activity)
    if known := valid_sign_off(activity, content):
        return known
    signed = SignOff.objects.create(
        activity=activity, name=name[:60], by=by, method=method, version=activity.version,
        digest=contents.digest(content), at=now(),
    )  # fmt: skip
    audit.record(
        "activity.sign_off",
        activity,
        by=by,
        reason=_("%(name)s（版本%(version)s）") % {"name": name, "version": activity.version},
        organization_path=activity.organization.path,
    )
    return signed


@transaction.atomic
def make_link(activity: Activity, *, by: "User", name: str) -> tuple[SignOffLink, str]:
    """A link for the person who answers for the content and has no account. Its key is shown once, here."""
    check_can_submit(by, activity)
    if not name.strip():
        raise ValidationError(_("请填写签审人的姓名。"), code="name-missing")
    key = secrets.token_urlsafe(24)
    link = SignOffLink.objects.create(
        activity=activity, name=name.strip()[:60], key_hash=_hash(key), made_by=by, made_at=now(),
        expires_at=now() + timedelta(days=LINK_DAYS),
    )  # fmt: skip
    audit.record(
        "activity.sign_off_link",
        activity,
        by=by,
        reason=link.name,
        organization_path=activity.organization.path,
    )
    return link, key


def link_of(key: str) -> SignOffLink | None:
    """The link of this key while it can be used."""
    return (
        SignOffLink.objects.filter(key_hash=_hash(key), used_at__isnull=True, expires_at__gt=now())
        .select_related("activity__organization", "activity__edition")
        .first()
    )


@transaction.atomic
def sign_by_link(link: SignOffLink, *, digest: str) -> SignOff:
    """The person of the link confirms the content that the page showed; `digest` is that content's."""
    activity = Activity.objects.select_for_update().get(pk=link.activity_id)
    link = SignOffLink.objects.select_for_update().get(pk=link.pk)
    if link.used_at is not None or link.expires_at <= now():
        raise NotPossibleNow(_("这个链接已经用过或者过期，请单位再发一个。"))
    if contents.digest(working_content(activity)) != digest:
        raise NotPossibleNow(_("您阅读时内容又有修改，请重新通读后再确认。"), code="changed")
    signed = _sign(activity, name=link.name, by=None, method=SignOff.Method.LINK)
    link.used_at = now()
    link.save(update_fields=["used_at"])
    return signed


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
