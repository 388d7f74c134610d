"""Pictures of an activity: re-encoded on the way in, so that nothing but the picture itself is kept."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import workflow
from kepuyue.activities.models import Activity, Picture, State
from kepuyue.activities.permissions import check_can_edit
from kepuyue.core import audit, pictures
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST = 12


def _check_open(activity: Activity, by: "User") -> None:
    check_can_edit(by, activity)
    if activity.state not in workflow.EDITABLE:
        raise NotPossibleNow(
            _("活动正在审核，不能换图片。需要更换时，请先撤回。")
            if activity.state == State.SUBMITTED
            else _("活动现在是“%(state)s”，不能再换图片。") % {"state": activity.get_state_display()}
        )


@transaction.atomic
def add(activity: Activity, *, by: "User", file: UploadedFile, alt: str, credit: str = "") -> Picture:
    """Keep a picture of the activity. Raises ValidationError for what is no picture or too large."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    _check_open(activity, by)
    if activity.pictures.count() >= MOST:
        raise ValidationError(_("每项活动最多%(most)s张图片，请先删除一张。") % {"most": MOST})
    clean = pictures.re_encoded(file)
    picture = Picture(activity=activity, alt=alt, credit=credit, rights_confirmed=True)
    picture.position = activity.pictures.count()
    picture.file.save(f"{activity.code.lower()}.jpg", clean, save=True)
    _touch(activity, "activity.picture.add", by, alt)
    return picture


@transaction.atomic
def remove(picture: Picture, *, by: "User") -> None:
    """Delete a picture and its file (after the transaction)."""
    activity = Activity.objects.select_for_update().get(pk=picture.activity_id)
    _check_open(activity, by)
    storage, name = picture.file.storage, picture.file.name
    _touch(activity, "activity.picture.remove", by, picture.alt)
    picture.delete()
    transaction.on_commit(lambda: storage.delete(name or ""))


def _touch(activity: Activity, action: str, by: "User", alt: str) -> None:
    activity.version += 1
    activity.updated_at = now()
    activity.save(update_fields=["version", "updated_at"])
    audit.record(
        action,
        activity,
        by=by,
        reason=alt,
        organization_path=activity.organization.path,
        version=activity.version,
    )
