"""The picture of an offer: re-encoded on the way in, and carried over into the joint activity."""

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Picture
from kepuyue.core import audit, pictures
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.resources.models import Offer
from kepuyue.resources.permissions import check_can_offer

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def show(offer: Offer, *, by: "User", file: UploadedFile, alt: str, credit: str = "") -> Offer:
    """Give the offer its picture, instead of the one it had. Raises ValidationError for what is no picture."""
    offer = _open_to(offer, by)
    clean = pictures.re_encoded(file)
    _forget_file(offer)
    offer.picture_alt, offer.picture_credit = alt, credit
    offer.picture.save(f"{offer.code.lower()}.jpg", clean, save=False)
    _keep(offer, "offer.picture.add", by, alt)
    return offer


@transaction.atomic
def remove(offer: Offer, *, by: "User") -> Offer:
    """Take the picture away, with its file after the transaction."""
    offer = _open_to(offer, by)
    if offer.picture:
        alt = offer.picture_alt
        _forget_file(offer)
        offer.picture, offer.picture_alt, offer.picture_credit = "", "", ""
        _keep(offer, "offer.picture.remove", by, alt)
    return offer


def carry_over(offer: Offer, activity: Activity) -> None:
    """A copy for the joint activity, so that either can lose its picture without the other."""
    if not offer.picture:
        return
    with offer.picture.open("rb") as file:
        content = ContentFile(file.read(), name="picture.jpg")
    picture = Picture(
        activity=activity, alt=offer.picture_alt, credit=offer.picture_credit, rights_confirmed=True
    )
    picture.file.save(f"{activity.code.lower()}.jpg", content, save=True)


def _open_to(offer: Offer, by: "User") -> Offer:
    offer = Offer.objects.select_for_update(of=("self",)).select_related("organization").get(pk=offer.pk)
    check_can_offer(by, offer.organization)
    if offer.state == Offer.State.CLOSED:
        raise NotPossibleNow(_("已经停止的资源不能再修改，可以另登记一项。"))
    return offer


def _forget_file(offer: Offer) -> None:
    if offer.picture:
        storage, name = offer.picture.storage, offer.picture.name or ""
        transaction.on_commit(lambda: storage.delete(name))


def _keep(offer: Offer, action: str, by: "User", alt: str) -> None:
    offer.version += 1
    offer.updated_at = now()
    offer.save()
    audit.record(
        action, offer, by=by, reason=alt, organization_path=offer.organization.path, version=offer.version
    )
