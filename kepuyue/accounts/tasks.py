from datetime import timedelta

from kepuyue.accounts.actions import stays, tries
from kepuyue.core.duties import duty


@duty(every=timedelta(hours=6))
def forget_old() -> int:
    """Drop what sign-in no longer needs to remember."""
    return tries.forget_old() + stays.forget_old()
