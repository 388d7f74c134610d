from datetime import timedelta

from kepuyue.api.actions import keeping
from kepuyue.core.duties import duty


@duty(every=timedelta(hours=1))
def forget_answers() -> int:
    """Throw away the answers that nobody can ask for again."""
    return keeping.forget()
