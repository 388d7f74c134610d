"""Admission: the one way by which anybody gets seats, whoever asks for them and however many ask at once.

Requests of a process queue up (`queue`), one writer takes what waits as a batch (`batch`), one transaction a batch:
the sessions are locked in one order (`ledger`), each request is decided in the order of arrival by rules that know
no database (`deciding`), rows and counters are written in sets, and only after the commit anybody is answered.
Constraints of the database are the last wall: a row that they refuse is decided again. Several processes on several
machines are kept apart by the row lock on PostgreSQL and by the single writer on SQLite; the code is the same.
"""

from kepuyue.bookings.admission.asked import Answer, Asked, Outcome
from kepuyue.bookings.admission.batch import take
from kepuyue.bookings.admission.queue import PATIENCE, NotYet, book, enqueue

__all__ = ["PATIENCE", "Answer", "Asked", "NotYet", "Outcome", "book", "enqueue", "take"]
