"""Who looks after what came by mail. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from kepuyue.mailbox.models import Letter
from kepuyue.organizations.permissions import holds_anywhere, may, reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

HANDLE = "letter.handle"


def check_handles_letters(user: "Person") -> None:
    """Raise unless the person looks after the letters of some branch."""
    if not holds_anywhere(user, HANDLE):
        raise PermissionDenied(_("来件由市级统筹单位、区级科协和成员单位处理。"))


def can_handle(user: "Person", letter: Letter) -> bool:
    """Whether the person may open and decide about the letter: its unit lies in the branch, or it is the office's."""
    if letter.unit is not None:
        return may(user, HANDLE, letter.unit) or _entered(user, letter)
    office = letter.edition.office
    return (office is not None and may(user, HANDLE, office)) or _entered(user, letter)


def _entered(user: "Person", letter: Letter) -> bool:
    return (
        letter.entered_by_id is not None and letter.entered_by_id == user.pk and holds_anywhere(user, HANDLE)
    )


def check_can_handle(user: "Person", letter: Letter) -> None:
    """Raise unless `can_handle`."""
    if not can_handle(user, letter):
        raise PermissionDenied(_("这封来件由它所属单位的上级处理。"))


def handled_by(user: "Person") -> Q:
    """A condition for the letters that the person may open, as `can_handle` says."""
    if not holds_anywhere(user, HANDLE):
        return Q(pk__in=[])
    of_units = reach(user, HANDLE, "unit__path")
    of_nobody = Q(unit=None) & reach(user, HANDLE, "edition__office__path")
    return of_units | of_nobody | Q(entered_by=user.pk)
