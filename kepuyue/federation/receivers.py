"""What sources do when editions announce something."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.signals import edition_switched
from kepuyue.federation.models import Source


@receiver(edition_switched)
def read_the_new_edition(sender: Any, edition: Edition, **kwargs: Any) -> None:
    """The sources of the new current edition are due at once, however long ago they were read."""
    due = Source.objects.filter(edition=edition).read_now()
    # Afterwards: a reading holds its source and waits for the edition that is locked here
    transaction.on_commit(lambda: due.update(due_at=now()))
