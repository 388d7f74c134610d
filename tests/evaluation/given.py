"""Rounds, candidates and snapshots as tests need them."""

from datetime import UTC, datetime
from typing import Any

from kepuyue.activities.models import State
from kepuyue.editions import scheme
from kepuyue.evaluation.actions import applying, judging, rounds
from kepuyue.evaluation.models import Candidate, Judge, Line, Round, Sheet
from tests.cast import Cast
from tests.factories import ActivityFactory, SummaryFactory

# Two days after summaries are due
MOMENT = datetime(2024, 9, 30, 2, tzinfo=UTC)
DAY = MOMENT.date()


def criterion(code: str = "scale", weight: int = 100, **more: Any) -> dict[str, Any]:
    """A criterion measured by sessions, ten of which are full marks."""
    usual = {"parts": [{"of": {"sessions": 100}, "full": 10}]} if more.get("judged", 0) < 100 else {}
    asked = {"question": "好不好？"} if more.get("judged") else {}
    return {"code": code, "name": code, "weight": weight, **usual, **asked, **more}


def rules(*criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Rules of a round as plain data."""
    return scheme.Rules.model_validate({"criteria": criteria or [criterion()], **more}).model_dump(
        mode="json"
    )


def entry(number: int, groups: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    """A candidate of a snapshot; its unit is its own unless said."""
    return {"number": number, "groups": {"unit": f"u{number}", **(groups or {})}, "values": values}


def snapshot(
    candidates: list[dict[str, Any]],
    given: dict[str, Any] | None = None,
    sheets: list[tuple[int, int, dict[str, int]]] = (),  # type: ignore[assignment]
    decisions: dict[int, bool] | None = None,
) -> dict[str, Any]:
    """A snapshot; sheets are (judge, candidate, marks)."""
    return {
        "format": 1, "rules": given or rules(), "judges": sorted({one[0] for one in sheets}), "candidates": candidates,
        "sheets": [{"judge": judge, "candidate": candidate, "marks": marks} for judge, candidate, marks in sheets],
        "decisions": [{"candidate": number, "chosen": chosen} for number, chosen in (decisions or {}).items()],
    }  # fmt: skip


def a_round(cast: Cast, line: str = Line.ACTIVITIES, **state: Any) -> Round:
    """A round of the cast's edition in which applications are open."""
    made = rounds.create(cast.edition, line, name="2024年优秀活动评选", by=cast.office)
    return rounds.open_applications(made, until=DAY, by=cast.office)


def summed_up(unit: Any, edition: Any, **more: Any) -> Any:
    """An activity of the unit whose summary was accepted."""
    activity = ActivityFactory(edition=edition, organization=unit, state=State.PUBLISHED, sessions=1, **more)
    SummaryFactory(activity=activity, filed="accepted")
    return activity


def admitted(round: Round, cast: Cast, unit: Any, owner: Any, reviewer: Any, **more: Any) -> Candidate:
    """An activity of the unit that went all the way into the round."""
    activity = summed_up(unit, cast.edition, **more) if round.line == Line.ACTIVITIES else None
    if activity is None:
        summed_up(unit, cast.edition)
    candidate = applying.begin(round, unit, activity=activity, by=owner)
    applying.apply(candidate, signs=True, by=owner)
    applying.recommend(candidate, by=reviewer)
    return applying.admit(candidate, by=cast.office)


def scoring(cast: Cast, *units: tuple[Any, Any, Any], line: str = Line.ACTIVITIES) -> Round:
    """A round that is being scored, with one candidate for each (unit, owner, reviewer)."""
    round = a_round(cast, line)
    for unit, owner, reviewer in units:
        admitted(round, cast, unit, owner, reviewer)
    return rounds.begin_scoring(round, until=DAY, by=cast.office)


def a_judge(round: Round, cast: Cast, user: Any = None) -> Judge:
    """A judge who has accepted."""
    judge = judging.invite(round, user or cast.judge, by=cast.office)
    return judging.answer(judge, accepts=True, by=judge.user)


def fill_in(sheet: Sheet, mark: int = 80) -> Sheet:
    """Give every asked criterion the same mark, and hand in."""
    asked = [one.code for one in sheet.judge.round.scheme.criteria if one.judged]
    return judging.mark(
        sheet, dict.fromkeys(asked, mark), remark="", version=sheet.version, submits=True, by=sheet.judge.user
    )
