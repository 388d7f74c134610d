"""What the worker does for evaluations, again and again."""

from datetime import timedelta

from kepuyue.core.duties import duty
from kepuyue.evaluation.actions import forgetting


@duty(every=timedelta(days=1))
def forget_objectors() -> None:
    """Erase who objected, when the time for it is over."""
    forgetting.forget_objectors()
