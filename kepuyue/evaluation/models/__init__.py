"""Rounds, who is put forward, judges and their marks, what was frozen, the public notice, honours."""

from kepuyue.evaluation.models.honors import Breach, Honor
from kepuyue.evaluation.models.judging import Conflict, Judge, Sheet
from kepuyue.evaluation.models.notices import Notice, Objection
from kepuyue.evaluation.models.rounds import Candidate, Line, Opinion, Round, Snapshot, TieDecision

__all__ = [
    "Breach",
    "Candidate",
    "Conflict",
    "Honor",
    "Judge",
    "Line",
    "Notice",
    "Objection",
    "Opinion",
    "Round",
    "Sheet",
    "Snapshot",
    "TieDecision",
]
