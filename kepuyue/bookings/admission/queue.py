"""The queue of a process: what arrives while a batch is being written makes the next one."""

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.db import Error, close_old_connections, connection

from kepuyue.bookings.admission.asked import Answer, Asked, Outcome
from kepuyue.bookings.admission.batch import Contended, take
from kepuyue.bookings.admission.memory import sold_out
from kepuyue.core.database import is_away

logger = logging.getLogger(__name__)

MOST_IN_A_BATCH = 500
MOST_WAITING = 20_000
PATIENCE = 30  # seconds that a request waits for its batch


class NotYet(Exception):
    """Admission cannot answer now (the database is away, or too many wait). Nothing is known to be booked; whoever asks
    again with the same key gets the answer, whether the booking was written or not.
    """


Result = Answer | NotYet
Told = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: Asked
    loop: asyncio.AbstractEventLoop | None
    tell: Told


class Writer:
    """The one thread of a process that writes bookings; begins with the first request."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._some = threading.Event()
        self._process = 0
        self._is_over = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def put(self, asked: Asked, tell: Told, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Queue a request; `tell` hears the result, in `loop` where one is given. Raises `NotYet` when too many
        wait.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise NotYet
        if not self._is_running():
            self._start()
        self._waiting.append(_Waiting(asked, loop, tell))
        self._some.set()

    def _is_running(self) -> bool:
        return self._process == os.getpid() and self._thread is not None and self._thread.is_alive()

    def _start(self) -> None:
        with self._starting:
            if self._is_running():
                return
            if self._process != os.getpid():
                # A process that was forked off has the queue of its parent, and not its thread
                self._waiting.clear()
            self._thread = threading.Thread(target=self._write, name="admission", daemon=True)
            self._thread.start()
            self._process = os.getpid()

    def stop(self) -> None:
        """End the thread once what waits is answered, and its connection with it."""
        thread = self._thread
        self._is_over = True
        self._some.set()
        if thread is not None:
            thread.join()
        self._process, self._is_over, self._thread = 0, False, None

    def _write(self) -> None:
        while not self._is_over or self._waiting:
            self._some.wait()
            self._some.clear()
            while self._waiting:
                # As at the beginning of a request: one that is too old or broken is opened anew
                close_old_connections()
                batch = [self._waiting.popleft() for _one in range(min(len(self._waiting), MOST_IN_A_BATCH))]
                _tell(batch, answered([one.asked for one in batch]))
        connection.close()


def answered(batch: Sequence[Asked], tries: int = 2) -> list[Result]:
    """The batch's results. What the database refuses as a whole (a deadlock, a request that it cannot take) is tried
    once more and then one by one, so that nobody falls with somebody else's request.

    Where its server is away (a connection that broke, one that has become read-only because another is the primary
    now) it is tried once more on a new connection. Whether a commit took effect whose answer was lost does not
    matter: the same keys are found then. What still fails is nobody's fault, and all are told "not yet".
    """
    try:
        results: list[Result] = list(take(batch))
    except (Error, Contended) as error:
        if isinstance(error, Error):
            connection.close()
            # Its text may hold values of a row
            logger.warning("%s requests for seats were not taken: %s", len(batch), type(error).__name__)
            if (is_away(error) and tries <= 1) or not _is_reachable():
                return [NotYet()] * len(batch)
        if tries > 1:
            return answered(batch, tries - 1)
        return [NotYet()] if len(batch) == 1 else [result for one in batch for result in answered([one])]
    except Exception:
        # Whatever it was, those who wait are told, and the next batch is taken
        logger.exception("a batch of %s requests for seats failed", len(batch))
        connection.close()
        return [NotYet()] * len(batch)
    _remember(batch, results)
    return results


def _remember(batch: Sequence[Asked], results: Sequence[Result]) -> None:
    """Note what was sold out. The answers stand, whether this is possible or not."""
    refusals = [(one.session, one.channel, one.seats, answer.as_of) for one, answer in zip(batch, results, strict=True)
                if isinstance(answer, Answer) and answer.outcome is Outcome.SOLD_OUT]  # fmt: skip
    try:
        sold_out.note(refusals)
    except Error as error:
        connection.close()
        logger.warning("what is sold out was not noted: %s", type(error).__name__)


def _is_reachable() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


def _tell(batch: Sequence[_Waiting], results: Sequence[Result]) -> None:
    """Wake each event loop once for all that wait in it."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Told, Result]]] = {}
    for one, result in zip(batch, results, strict=True):
        if one.loop is None:
            one.tell(result)
        else:
            loops.setdefault(one.loop, []).append((one.tell, result))
    for loop, told in loops.items():
        try:
            loop.call_soon_threadsafe(_tell_all, told)
        except RuntimeError:
            # The server is stopping: what was booked is kept, and the same key is answered by another process
            logger.warning("%s answers came after the end", len(told))


def _tell_all(told: Sequence[tuple[Told, Result]]) -> None:
    for tell, result in told:
        tell(result)


writer = Writer()


def enqueue(asked: Asked, tell: Told, loop: asyncio.AbstractEventLoop) -> Answer | None:
    """For the raw route: an answer at once where memory has one, else None, and `tell` hears it later in the loop."""
    if sold_out.tells(asked):
        return Answer(Outcome.SOLD_OUT)
    writer.put(asked, tell, loop)
    return None


def book(asked: Asked) -> Answer:
    """Ask for seats and wait for the answer, durable when it is returned. Raises `NotYet`.

    Inside a transaction of the caller it is decided in that one, and stands or falls with it.
    """
    if connection.in_atomic_block:
        [result] = take([asked])
        return result
    if sold_out.tells(asked):
        return Answer(Outcome.SOLD_OUT)
    future: Future[Result] = Future()
    writer.put(asked, future.set_result)
    try:
        result_or_not = future.result(timeout=PATIENCE)
    except TimeoutError as error:
        raise NotYet from error
    if isinstance(result_or_not, NotYet):
        raise result_or_not
    return result_or_not
