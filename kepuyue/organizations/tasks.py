from datetime import timedelta

from django.conf import settings

from kepuyue.core.duties import duty
from kepuyue.organizations import queries
from kepuyue.organizations.actions import trail


@duty(every=timedelta(hours=1))
def tell_the_head() -> int:
    """Mail the head of the trail's chain to the office, once a day; a demonstration has no day of its own."""
    office = None if settings.DEMO else queries.office()
    return trail.tell_the_head(office) if office else 0
