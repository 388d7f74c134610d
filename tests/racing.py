"""Several people at the same moment, each with a connection of their own."""

from threading import Barrier, Thread
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection


def at_once(*calls: Any) -> list[str]:
    """What each of the calls, made at the same moment by people of their own, ends with."""
    start, ends = Barrier(len(calls)), []

    def run(call: Any) -> None:
        start.wait()
        try:
            call()
            ends.append("done")
        except (ValidationError, PermissionDenied) as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)
