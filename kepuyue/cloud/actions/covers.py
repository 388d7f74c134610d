"""The picture of an item: re-encoded on the way in; of a public item it waits with the change."""

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.cloud import workflow
from kepuyue.cloud.models import CloudItem, Cover
from kepuyue.cloud.permissions import check_can_edit
from kepuyue.core import audit, pictures
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

WRITTEN_ON = (CloudItem.State.DRAFT, CloudItem.State.RETURNED)


@transaction.atomic
def put(item: CloudItem, *, by: "User", file: UploadedFile, alt: str, credit: str = "") -> CloudItem:
    """Give the item a picture instead of the one it had. Raises ValidationError for what is no picture."""
    item = _held(item, by)
    clean = pictures.re_encoded(file)
    is_shown = item.state in WRITTEN_ON
    if not is_shown:
        item.state = workflow.CLOUD_ITEM.next_state(item.state, "change")
    _forget(item.covers.filter(is_shown=is_shown).first())
    cover = Cover(item=item, alt=alt, credit=credit, is_shown=is_shown)
    cover.file.save(f"{item.code.lower()}.jpg", clean, save=True)
    _keep(item, "cloud.cover.add", by, alt)
    return item


@transaction.atomic
def remove(item: CloudItem, *, by: "User") -> CloudItem:
    """Take the picture away: the one that waits, else the one that shows (less on a public page needs no reading)."""
    item = _held(item, by)
    cover = item.covers.filter(is_shown=False).first() or item.covers.filter(is_shown=True).first()
    if cover is not None:
        _forget(cover)
        if item.state == CloudItem.State.CHANGING and not item.proposed:
            item.state = CloudItem.State.PUBLISHED
        _keep(item, "cloud.cover.remove", by, cover.alt)
    return item


def show_waiting(item: CloudItem) -> None:
    """The picture that waited takes the place of the other; inside the caller's transaction."""
    waiting = item.covers.filter(is_shown=False).first()
    if waiting is not None:
        _forget(item.covers.filter(is_shown=True).first())
        waiting.is_shown = True
        waiting.save(update_fields=["is_shown"])


def drop_waiting(item: CloudItem) -> None:
    """The picture that waited is not wanted any more; inside the caller's transaction."""
    _forget(item.covers.filter(is_shown=False).first())


def _held(item: CloudItem, by: "User") -> CloudItem:
    item = CloudItem.objects.select_for_update(of=("self",)).select_related("organization").get(pk=item.pk)
    check_can_edit(by, item.organization)
    if item.state in (*CloudItem.WAITING_STATES, CloudItem.State.WITHDRAWN):
        raise NotPossibleNow(
            _("现在不能换图片：审核中的请先收回，已撤回的请先重新编辑。"), code="not-possible-now"
        )
    return item


def _forget(cover: Cover | None) -> None:
    if cover is not None:
        storage, name = cover.file.storage, cover.file.name or ""
        cover.delete()
        transaction.on_commit(lambda: storage.delete(name))


def _keep(item: CloudItem, action: str, by: "User", alt: str) -> None:
    item.version += 1
    item.updated_at = now()
    item.save()
    audit.record(
        action, item, by=by, reason=alt, organization_path=item.organization.path, version=item.version
    )
