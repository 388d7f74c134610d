"""What the programme does when a lower room announces something."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from kepuyue.activities.models import Activity
from kepuyue.activities.signals import public_content_changed
from kepuyue.bookings.signals import availability_changed
from kepuyue.editions.models import Edition
from kepuyue.federation import signals as gathering
from kepuyue.organizations.models import Organization
from kepuyue.organizations.signals import unit_merged, unit_renamed
from kepuyue.programme.actions import following, indexing, noting


@receiver(public_content_changed)
def follow_change(sender: Any, activity: Activity, **kwargs: Any) -> None:
    """The index follows in the same transaction, so that a search never contradicts a page."""
    indexing.refresh(activity)
    noting.changed(activity)
    following.note(activity)


@receiver(unit_renamed)
def follow_name(sender: Any, organization: Organization, **kwargs: Any) -> None:
    """Whose activity it is reads otherwise from now on."""
    _follow_unit(organization)


@receiver(unit_merged)
def follow_merger(sender: Any, survivor: Organization, **kwargs: Any) -> None:
    """What came over is the survivor's from now on."""
    _follow_unit(survivor)


def _follow_unit(organization: Organization) -> None:
    rows = Activity.objects.filter(organization=organization, published_at__isnull=False)
    for edition in Edition.objects.filter(activities__in=rows).distinct():
        keys = list(rows.filter(edition=edition).values_list("pk", flat=True))
        following.note_many(keys)
        noting.many_changed(edition, keys)


@receiver(availability_changed)
def follow_seats(sender: Any, terms: list[int], **kwargs: Any) -> None:
    """That a session is full or has seats again shows in every list, feed and filter at once."""
    noting.seats_changed(terms)


@receiver(gathering.written)
def follow_gathered(sender: Any, edition: Edition, keys: list[int], **kwargs: Any) -> None:
    """What was read from other cities is found and passed on as our own is."""
    following.note_many(keys)
    indexing.refresh_many(keys)
    noting.many_changed(edition, keys)


@receiver(gathering.leaving)
def follow_leaving(sender: Any, edition: Edition, keys: list[int], **kwargs: Any) -> None:
    """What is taken out is told on as a deletion."""
    indexing.forget(keys)
    following.note_many(keys)
    noting.many_changed(edition, keys)


@receiver(post_save, sender=Activity)
def follow_row(sender: Any, instance: Activity, raw: bool = False, **kwargs: Any) -> None:
    """Whatever is written to the row of a public activity shows on pages that were kept, a new picture for one."""
    if instance.published_at is not None and not raw:
        noting.changed(instance)
        following.note(instance)
