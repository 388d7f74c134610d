"""Pictures that the press may use: cleared on a stated ground, and no longer."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Picture
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict, write
from kepuyue.publicity.models import PressPicture
from kepuyue.publicity.permissions import check_can_clear

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Facts = dict[str, Any]
NO_EVIDENCE_NEEDED = (PressPicture.Ground.OWN,)


@transaction.atomic
def clear(picture: Picture, facts: Facts, *, by: "User", version: int) -> PressPicture:
    """Let media use the picture, or change on which terms. `version` is 0 where the person saw no clearance.

    Raises ValidationError where a grant or consent is claimed and nothing says where it can be found.
    """
    rows = Activity.objects.select_for_update(of=("self",)).select_related("organization", "edition")
    activity = rows.get(pk=picture.activity_id)
    check_can_clear(by, activity)
    if not activity.is_public or not picture.is_shown:
        raise NotPossibleNow(_("只有已公开活动的图片可以给媒体使用。"))
    asks = facts["ground"] not in NO_EVIDENCE_NEEDED or facts["people"] != PressPicture.People.NOBODY
    if asks and not facts["evidence"].strip():
        raise ValidationError({"evidence": _("请写明许可或同意书在哪里可以查到，例如：授权书编号、存放处。")})
    known = PressPicture.objects.filter(picture=picture).first()
    if version != (known.version if known else 0):
        raise Conflict(known)
    found = known or PressPicture(picture=picture, edition=activity.edition)
    was_ended = found.ended_at is not None
    found.cleared_by, found.cleared_at, found.ended_at, found.end_reason = by, now(), None, ""
    changes = write(found, facts)
    if known and (changes or was_ended):
        found.version += 1
        found.save(update_fields=["version"])
    audit.record(
        "press.clear", found, by=by, changes=changes, organization_path=activity.organization.path,
        version=found.version,
    )  # fmt: skip
    return found


@transaction.atomic
def end(found: PressPicture, *, by: "User", reason: str) -> PressPicture:
    """From now on media may take it no longer; stories show it no longer either."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明停止使用的原因。")})
    activity = (
        Activity.objects.select_for_update(of=("self",))
        .select_related("organization")
        .get(pk=found.picture.activity_id)
    )
    check_can_clear(by, activity)
    found = PressPicture.objects.select_related("picture").get(pk=found.pk)
    if found.ended_at:
        raise NotPossibleNow(_("这张图片已经停止使用。"))
    found.ended_at, found.end_reason = now(), reason.strip()[:200]
    found.version += 1
    found.save()
    audit.record(
        "press.end", found, by=by, reason=found.end_reason, organization_path=activity.organization.path,
        version=found.version,
    )  # fmt: skip
    return found
