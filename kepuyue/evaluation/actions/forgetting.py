"""Erasing who objected, when nobody has to be answered any more."""

from datetime import timedelta

from django.db import transaction

from kepuyue.core.time import now
from kepuyue.evaluation.models import Objection

# 个人信息保护法 art. 19, 47: as short as the purpose needs. A year covers complaint and review: the product's own
KEPT = timedelta(days=365)


@transaction.atomic
def forget_objectors() -> int:
    """Erase names, contacts and texts of objections that were decided a year ago; what was found stays."""
    rows = Objection.objects.filter(decided_at__lt=now() - KEPT).exclude(name="")
    return rows.update(name="", contact="", text="")
