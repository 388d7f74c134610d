"""A fault put in the way of each write in turn, and a look at what was left half done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction

# Sessions, and the counters of tries, which have to outlast the failure of what is tried
UNWATCHED = ("django_session", "django_tasks", "accounts_tries", "accounts_stay", "accounts_device")


def tables() -> list[str]:
    """The tables of the house."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("kepuyue.") and model._meta.db_table not in UNWATCHED
    )


def digest() -> dict[str, str]:
    """What stands in every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sha256(repr(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return found


class DiskFull(OperationalError):
    """The fault that is put in the way of a write."""


@contextmanager
def failing_at(number: int) -> Iterator[list[str]]:
    """The write of this number fails, counted from 1; 0 only counts. Gives the writes that came."""
    writes: list[str] = []

    def execute(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb, _space, rest = sql.lstrip().partition(" ")
        if verb.upper() in {"INSERT", "UPDATE", "DELETE"} and not any(
            name in rest[:60] for name in UNWATCHED
        ):
            writes.append(sql[:120])
            if len(writes) == number:
                raise DiskFull(f"no room for: {sql[:120]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield writes


def half_done(act: Callable[[], Any], which: Callable[[int], Iterator[int] | list[int]]) -> list[str]:
    """Run the act with each of the chosen writes failing; what was left half done."""
    with undone(), failing_at(0) as writes:
        act()
    found = []
    for number in which(len(writes)):
        with undone():
            before = digest()
            with failing_at(number), suppress(DiskFull):
                act()
            # In earnest there is no transaction around the act that a failed statement could spoil
            transaction.set_rollback(False)
            after = digest()
            if changed := [table for table in before if before[table] != after[table]]:
                found.append(
                    f"write {number} of {len(writes)} failed ({writes[number - 1]}), yet written: {changed}"
                )
    return found


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def chosen(is_long: bool) -> Callable[[int], list[int]]:
    """Every write in a long run; else the second, the middle one and the last."""
    return lambda count: sorted(
        set(range(1, count + 1)) if is_long else {n for n in (2, (count + 1) // 2, count) if 0 < n <= count}
    )
