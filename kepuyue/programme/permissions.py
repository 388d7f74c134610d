"""What the public may see, and from when."""

from django.db.models import QuerySet

from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public


def approved() -> QuerySet[Activity]:
    """Activities that were approved for the public at some moment, cancelled and archived ones included; those of other
    cities that are gathered here are among them.

    A draft can be archived too; it never had its moment of publication and stays out.
    """
    return Activity.objects.shown()


def visible(edition: Edition) -> QuerySet[Activity]:
    """What the public may see of an edition today: nothing before its publicity opens."""
    return approved().filter(edition=edition) if is_open_to_public(edition) else Activity.objects.none()
