from django_tasks import task

from kepuyue.operation.actions import running


@task()
def run_duty(name: str) -> None:
    """Do a duty out of its turn, because somebody of the office asked for it."""
    running.run(name)
