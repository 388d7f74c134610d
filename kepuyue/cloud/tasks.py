from datetime import timedelta

from kepuyue.cloud.actions import erasing
from kepuyue.core.duties import duty


@duty(every=timedelta(hours=6))
def erase_traces_of_questions() -> int:
    """Erase what questions keep beside their public words, after `QUESTION_TRACES_DAYS`."""
    return erasing.erase_traces()
