import pytest
from django.utils.translation import override

from kepuyue.activities import workflow
from kepuyue.activities.models import State, Submission
from kepuyue.core.transitions import NotPossibleNow, Table

LAMP = Table(
    name="lamp",
    moves={("off", "press"): "on", ("on", "press"): "off", ("on", "break"): "broken"},
    owners={"off": "anybody", "on": "anybody", "broken": "nobody"},
    labels={"off": "关", "on": "开", "broken": "坏了"},
)


def test_next_state_follows_the_table() -> None:
    assert LAMP.next_state("off", "press") == "on"


@pytest.mark.parametrize("language", ["zh-hans"], indirect=True)
def test_next_state_where_none_leads_says_what_is_the_case(language: str) -> None:
    with pytest.raises(NotPossibleNow) as refused:
        LAMP.next_state("broken", "press")

    assert refused.value.messages == ["现在的状态是“坏了”，不能这样操作。请刷新页面查看最新状态。"]


def test_next_state_of_an_unknown_state_is_refused() -> None:
    with override("zh-hans"), pytest.raises(NotPossibleNow, match="fog"):
        LAMP.next_state("fog", "press")


def test_verbs_are_those_of_the_state() -> None:
    assert {state: LAMP.verbs(state) for state in LAMP.owners} == {
        "off": ["press"], "on": ["press", "break"], "broken": [],
    }  # fmt: skip


def test_mermaid_draws_every_move() -> None:
    assert LAMP.mermaid().splitlines() == [
        "stateDiagram-v2", "    off --> on: press", "    on --> off: press", "    on --> broken: break",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "states"),
    [(workflow.ACTIVITY, State), (workflow.SUBMISSION, Submission.State)],
    ids=["activity", "submission"],
)
def test_workflow_table_knows_every_state(table: Table, states: type[State]) -> None:
    assert set(table.owners) == set(states.values)
    assert set(table.labels) == set(states.values)
    assert {state for move in table.moves for state in move[:1]} <= set(states.values)
    assert set(table.moves.values()) <= set(states.values)


@pytest.mark.parametrize("table", [workflow.ACTIVITY, workflow.SUBMISSION], ids=["activity", "submission"])
def test_workflow_state_that_is_somebodys_turn_leads_on(table: Table) -> None:
    stuck = [state for state, owner in table.owners.items() if owner != "nobody" and not table.verbs(state)]

    # A returned submission is closed: what follows is a new one
    assert stuck == []
