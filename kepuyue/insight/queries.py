"""Reads of the room beyond the board itself."""

from django.db.models import Q, QuerySet

from kepuyue.editions.models import Edition
from kepuyue.insight.models import Release


def edition_before(edition: Edition) -> Edition | None:
    """The latest earlier edition of the same city that was run, to compare with."""
    earlier = Edition.objects.live().filter(
        city=edition.city, starts_on__lt=edition.starts_on, was_current=True
    )
    return earlier.select_related("office").order_by("-starts_on", "-pk").first()


def releases(edition: Edition) -> QuerySet[Release]:
    """What was published of an edition, the newest first, with its figures and what puts it right."""
    return _with_all(Release.objects.filter(edition=edition))


def public_releases() -> QuerySet[Release]:
    """What everybody may see: of the editions that the public knows."""
    return _with_all(Release.objects.filter(Q(edition__is_current=True) | Q(edition__was_current=True)))


def _with_all(rows: QuerySet[Release]) -> QuerySet[Release]:
    return rows.select_related("edition", "corrects", "correction", "by").prefetch_related("figures")
