"""Photos of a summary: taken in clean, described, taken out again while the unit writes; withheld at any time."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import pictures
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.summaries import likeness
from kepuyue.summaries.actions import filing
from kepuyue.summaries.models import WRITTEN, Photo, Summary
from kepuyue.summaries.permissions import can_decide, check_can_file

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def most(summary: Summary) -> int:
    """How many photos the edition lets a summary hold."""
    return summary.activity.edition.rules.summaries.photos


@transaction.atomic
def add(summary: Summary, *, by: "User", file: UploadedFile, facts: dict[str, Any]) -> Photo:
    """Keep one more photo. Raises ValidationError for what is no picture, too large, or one too many."""
    summary = _open(summary, by)
    if summary.photos.count() >= most(summary):
        raise ValidationError(_("每份总结最多%(most)s张照片，请先删除一张。") % {"most": most(summary)})
    clean = pictures.re_encoded(file)
    photo = Photo(summary=summary, added_by=by, likeness_key=likeness.digest(clean), **_checked(facts))
    clean.seek(0)
    photo.file.save(f"{summary.activity.code.lower()}.jpg", clean, save=True)
    filing.keep(summary, "summary.photo.add", by, reason=photo.caption)
    return photo


@transaction.atomic
def describe(photo: Photo, *, by: "User", facts: dict[str, Any]) -> Photo:
    """Change what is said of a photo."""
    summary = _open(photo.summary, by)
    photo = summary.photos.select_for_update().get(pk=photo.pk)
    facts = _checked(facts)
    old = {name: getattr(photo, name) for name in facts}
    changes = {name: [old[name], value] for name, value in facts.items() if old[name] != value}
    for name, value in facts.items():
        setattr(photo, name, value)
    if changes:
        photo.described_at = now()
        photo.save()
        filing.keep(summary, "summary.photo.describe", by, changes, is_quiet=False)
    return photo


@transaction.atomic
def withhold(photo: Photo, *, by: "User") -> Photo:
    """Take a photo from the public at once and for good, in whatever state its summary is: who is in it may have
    withdrawn their consent (个人信息保护法 art. 15). The unit does it, or who decides about its summaries.
    """
    summary = filing.locked(photo.summary)
    if not can_decide(by, summary):
        check_can_file(by, summary)
    photo = summary.photos.select_for_update().get(pk=photo.pk)
    if photo.withheld_at is None:
        photo.withheld_at = now()
        photo.save(update_fields=["withheld_at"])
        filing.keep(summary, "summary.photo.withhold", by, reason=photo.caption, is_quiet=False)
    return photo


@transaction.atomic
def remove(photo: Photo, *, by: "User") -> None:
    """Take a photo out, with its file once the transaction is over."""
    summary = _open(photo.summary, by)
    storage, name = photo.file.storage, photo.file.name
    filing.keep(summary, "summary.photo.remove", by, reason=photo.caption, is_quiet=False)
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name or ""))


def _open(summary: Summary, by: "User") -> Summary:
    summary = filing.locked(summary)
    check_can_file(by, summary)
    filing.check_open(summary)
    if summary.state not in WRITTEN:
        raise NotPossibleNow(
            _("这份总结现在是“%(state)s”，不能修改。") % {"state": summary.get_state_display()},
            code="not-open",
        )
    return summary


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    if facts["rights"] == Photo.Rights.OTHERS and not facts["rights_note"].strip():
        raise ValidationError({"rights_note": _("别人拍的照片，请写明是谁、怎样同意使用的。")})
    return facts | {
        "guardians_agreed": facts["guardians_agreed"] and facts["people"] == Photo.People.CHILDREN
    }
