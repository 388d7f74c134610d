from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.organizations import queries
from kepuyue.organizations.actions import trail


@duty(every=timedelta(hours=1))
def tell_the_head() -> int:
    """Mail the head of the trail's chain to the office, once a day."""
    office = queries.office()
    return trail.tell_the_head(office) if office else 0
