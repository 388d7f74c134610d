"""What people want to be told how."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.messaging import kinds, queries
from kepuyue.messaging.models import Delivery, Preference


@transaction.atomic
def choose(person: Any, chosen: dict[str, str]) -> list[str]:
    """Keep the person's own choices, {kind: delivery}; returns the kinds that changed."""
    changed = []
    for code, delivery in chosen.items():
        kind = kinds.kind(code)
        if delivery not in queries.choices(kind):
            raise ValidationError(_("“%(kind)s”不能这样设置。") % {"kind": kind.label}, code="no-choice")
        before = queries.delivery(person.pk, kind)
        if before == delivery:
            continue
        Preference.objects.update_or_create(person=person, kind=code, defaults={"delivery": delivery})
        audit.record("messages.choose", person, by=person, changes={code: [str(before), str(delivery)]})
        changed.append(code)
    return changed


def unsubscribe(person: Any, kind: str) -> list[str]:
    """Turn the mails of one kind off; the desk goes on showing them."""
    return choose(person, {kind: str(Delivery.DESK)})
