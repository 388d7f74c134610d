"""Pictures of an activity: re-encoded on the way in, so that nothing but the picture itself is kept.

Pictures of a published activity go through the same door as its text: a change of them is a revision, and the
public keeps the approved ones until it is passed.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import workflow
from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Picture
from kepuyue.activities.permissions import check_can_edit
from kepuyue.activities.queries import submission_under_way, working_content
from kepuyue.core import audit, pictures
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST = 12


def _check_open(activity: Activity, by: "User") -> None:
    check_can_edit(by, activity)
    if why_not := drafting.why_closed(activity, submission_under_way(activity)):
        raise NotPossibleNow(why_not)


@transaction.atomic
def add(activity: Activity, *, by: "User", file: UploadedFile, alt: str, credit: str = "") -> Picture:
    """Keep a picture of the activity. Raises ValidationError for what is no picture or too large."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    _check_open(activity, by)
    shown = working_content(activity).get("pictures", [])
    if len(shown) >= MOST:
        raise ValidationError(_("每项活动最多%(most)s张图片，请先删除一张。") % {"most": MOST})
    is_published = activity.state in workflow.REVISABLE
    clean = pictures.re_encoded(file)
    picture = Picture(
        activity=activity, alt=alt, credit=credit, rights_confirmed=True, is_shown=not is_published
    )
    picture.position = activity.pictures.count()
    picture.file.save(f"{activity.code.lower()}.jpg", clean, save=True)
    if is_published:
        drafting.change(activity, {"pictures": [*shown, picture.pk]}, by=by)
    else:
        _touch(activity, "activity.picture.add", by, alt)
    return picture


@transaction.atomic
def remove(picture: Picture, *, by: "User") -> None:
    """Take a picture out: of a draft with its file (after the transaction), of a published one by a revision."""
    activity = Activity.objects.select_for_update().get(pk=picture.activity_id)
    _check_open(activity, by)
    if activity.state in workflow.REVISABLE:
        shown = working_content(activity).get("pictures", [])
        drafting.change(activity, {"pictures": [key for key in shown if key != picture.pk]}, by=by)
        return
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
