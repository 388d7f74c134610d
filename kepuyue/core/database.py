"""What an error of the database says of its server: whether it is away for a while, or the statement is at fault."""

from collections.abc import Iterator

from django.db import Error, InterfaceError, OperationalError, connections

RETRY_AFTER = 2  # seconds that whoever asks is told to wait
# SQLSTATE: no connection, out of connections, memory or disk, stopped by an operator or coming up, trouble with files
AWAY_CLASSES = ("08", "53", "57P", "58")
# A server that was the primary until a moment ago, or one whose operator made it read-only
READ_ONLY = "25006"
# The same of SQLite: somebody else is writing for too long, no right to write, disk full, trouble with the file
AWAY_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_READONLY",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
)


def is_away(error: BaseException | None) -> bool:
    """Whether the same would have been done on a server that is there: its connection broke or could not be made, it
    takes no writing for now, or it is full. Nothing is said of whether what was asked took effect before.
    """
    return any(_says_away(one) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says_away(error: BaseException) -> bool:
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    if (name := getattr(cause, "sqlite_errorname", None)) is not None:
        return str(name).startswith(AWAY_SQLITE)
    if (state := getattr(cause, "sqlstate", None)) is not None:
        return str(state) == READ_ONLY or str(state).startswith(AWAY_CLASSES)
    # Without a code the server said nothing: there was none to say it
    return isinstance(error, OperationalError | InterfaceError)


def let_go() -> None:
    """Give up this thread's connections, so that the next question looks for the server anew: the health check of a
    connection passes on a server that has become read-only.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
