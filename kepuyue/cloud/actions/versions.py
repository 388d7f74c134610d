"""Writing against the version that the person looked at."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class Conflict(ValidationError):
    """Somebody else changed the record since the person opened it. Nothing was written."""

    def __init__(self, present: Any) -> None:
        self.present = present
        super().__init__(
            _("刚刚有人修改过这份内容。您填写的没有丢，请与现在的内容核对后再保存。"), code="conflict"
        )
