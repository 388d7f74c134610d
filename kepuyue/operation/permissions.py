"""Who looks after the running system. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.organizations.permissions import holds_anywhere

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_operates(user: "Person") -> None:
    """Raise unless the person looks after the running system."""
    if not holds_anywhere(user, "system.operate"):
        raise PermissionDenied(_("系统运行由市级统筹单位管理。"))
