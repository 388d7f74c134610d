"""What the worker does for the public programme."""

from datetime import timedelta

from django_tasks import task

from kepuyue.core.duties import duty
from kepuyue.programme.actions import noting, outputs


# Behind everything that a person waits for with a form in hand
@task(priority=-20)
def make_output(key: int) -> None:
    """Make a file that was asked for; safe to run twice."""
    outputs.make(key)


@duty(every=timedelta(minutes=5))
def tidy_outputs() -> None:
    """Remove files that nobody asks for; begin anew what a dead process left."""
    for key in outputs.tidy():
        make_output.enqueue(key)


@duty(every=timedelta(hours=1))
def forget_changes() -> None:
    """Keep the list of changes short: it is counted with every page."""
    noting.forget()
