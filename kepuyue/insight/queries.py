"""Reads of the room beyond the board itself."""

from kepuyue.editions.models import Edition


def edition_before(edition: Edition) -> Edition | None:
    """The latest earlier edition of the same city that was run, to compare with."""
    earlier = Edition.objects.live().filter(
        city=edition.city, starts_on__lt=edition.starts_on, was_current=True
    )
    return earlier.select_related("office").order_by("-starts_on", "-pk").first()
