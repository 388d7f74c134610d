"""The daily digest: one mail a person and day with all that may wait."""

from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.messaging import clock
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message

# Before people come to the office; in the zone of the present edition (see `clock`)
LEAVES_AT = time(8, 0)
LISTED_AT_MOST = 100


def send_due(moment: datetime | None = None) -> int:
    """Write the digests of the day, from eight in the morning on; returns how many. Safe to run again."""
    moment = timezone.localtime(moment or timezone.now(), clock.zone())
    if moment.time() < LEAVES_AT:
        return 0
    people = (
        Message.objects.filter(state=Message.State.DIGEST, person__isnull=False)
        .order_by("person_id")
        .values_list("person_id", flat=True)
        .distinct()
    )
    return sum(_send(person_id, moment.date().isoformat()) for person_id in list(people))


@transaction.atomic
def _send(person_id: int, day: str) -> bool:
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .filter(state=Message.State.DIGEST, person_id=person_id)
        .select_related("person")
        .order_by("pk")
    )
    if not rows:
        return False
    person = rows[0].person
    assert person is not None
    with translation.override(settings.CITY_LANGUAGE):
        lines = [f"· {row.subject}\n  {settings.PUBLIC_URL}{row.link}" for row in rows[:LISTED_AT_MOST]]
        if len(rows) > LISTED_AT_MOST:
            lines.append(_("还有%(count)s条，请在工作台查看。") % {"count": len(rows) - LISTED_AT_MOST})
        digest = outbox.post(
            kind="messages.digest",
            # The address of today: since the first of them was written the person may have another
            to=person.email,
            person=person,
            subject=ngettext("今天有%(count)s条消息", "今天有%(count)s条消息", len(rows))
            % {"count": len(rows)},
            # The subjects are harmless already; they must not be taken for a sentence with places to fill
            body="\n".join(lines),
            key=f"digest:{person_id}:{day}",
        )
    if digest is None:
        # One a day was promised: the rest waits for tomorrow
        return False
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(state=Message.State.DIGESTED)
    return True
