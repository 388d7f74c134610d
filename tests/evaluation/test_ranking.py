"""The list as a pure function: places, caps, ties, marks; the same everywhere; splitting gains nothing."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kepuyue.editions import scheme
from kepuyue.evaluation import boards, ranking, severity
from kepuyue.evaluation.ranking import FULL, POINT
from kepuyue.insight.folding import Fold, Value
from kepuyue.insight.indicators import INDICATORS, together
from tests.evaluation.given import criterion, entry, rules, snapshot

JUDGED = criterion("plan", judged=100)


def outcomes(data: dict[str, Any]) -> dict[int, str]:
    return {one.number: one.outcome for one in ranking.rank(data)}


def test_points_grow_with_what_was_done_and_stop_at_full_marks() -> None:
    ranked = ranking.rank(
        snapshot([entry(1, sessions=5), entry(2, sessions=10), entry(3, sessions=400), entry(4)])
    )

    assert {one.number: one.total for one in ranked} == {1: FULL // 2, 2: FULL, 3: FULL, 4: 0}


def test_weights_and_the_judges_share_make_the_total() -> None:
    given = rules(criterion("scale", 60), criterion("plan", 40, judged=25))
    data = snapshot([entry(1, sessions=5)], given, [(1, 1, {"plan": 80})])

    (one,) = ranking.rank(data)

    assert one.results["plan"].points == 57 * POINT + POINT // 2  # 50 × 75 % + 80 × 25 %
    assert one.total == 53 * POINT  # 50 × 60 % + 57.5 × 40 %


def test_methods_count_with_the_weight_that_is_stated() -> None:
    part = {"of": {"visits-count": 100, "visits-estimate": 50}, "full": 1000}

    (one,) = ranking.rank(
        snapshot([entry(1, **{"visits-count": 100, "visits-estimate": 200})], rules(criterion(parts=[part])))
    )

    assert one.results["scale"].parts[0].counted == 100 * 200
    assert one.total == 20 * POINT


def test_an_average_is_its_sum_through_its_weight() -> None:
    given = rules(criterion(parts=[{"of": {"satisfaction": 100}, "full": 500}]))

    (one,) = ranking.rank(snapshot([entry(1, satisfaction=[450 * 7 + 400 * 3, 10])], given))

    assert one.total == 87 * POINT  # 4.35 of 5


CRITERIA = st.tuples(
    st.integers(1, 99), st.sampled_from([0, 40, 100]), st.sampled_from([0, 60]), st.booleans(), st.booleans(),
    st.integers(1, 40),
)  # fmt: skip


def ruled(weight: int, one: int, two: int, trimmed: bool, calibrated: bool, outlier: int) -> dict[str, Any]:
    return rules(
        criterion("plan", weight, judged=one), criterion("tale", 100 - weight, judged=two), quota={"total": 3},
        is_trimmed=trimmed, is_calibrated=calibrated, outlier=outlier,
    )  # fmt: skip


def brief(one: ranking.Ranked) -> tuple[Any, ...]:
    """A line of a list without single marks."""
    points = {code: (result.points, result.measured, result.judged) for code, result in one.results.items()}
    return one.number, one.place, one.total, one.outcome, one.why, one.unmarked, points


@settings(max_examples=60)
@given(CRITERIA, CRITERIA, st.integers(0, 2**32))
def test_other_rules_tried_on_a_list_give_what_ranking_anew_gives(old: Any, new: Any, seed: int) -> None:
    lot = random.Random(seed)
    sheets = [
        (judge, number, {"plan": lot.randrange(101), "tale": lot.randrange(101)})
        for judge in range(1, 7) for number in range(1, 9) if lot.random() < 0.7
    ]  # fmt: skip
    some = [entry(number, sessions=lot.randrange(12)) for number in range(1, 9)]
    board = boards._made(snapshot(some, ruled(*old), sheets))

    anew = ranking.rank(snapshot(some, ruled(*new), sheets))

    assert [brief(one) for one in board.tried(ruled(*new))] == [brief(one) for one in anew]


def test_caps_pass_over_whoever_comes_too_late_and_say_which() -> None:
    given = rules(quota={"total": 3, "unit": 1, "recommender": 2})
    near = {"recommender": "futian"}
    data = snapshot([
        entry(1, {**near, "unit": "a"}, sessions=9), entry(2, {**near, "unit": "a"}, sessions=8),
        entry(3, {**near, "unit": "b"}, sessions=7), entry(4, near, sessions=6), entry(5, {"recommender": "nanshan"}, sessions=5),
        entry(6, {"recommender": "nanshan"}, sessions=4),
    ], given)  # fmt: skip

    ranked = ranking.rank(data)

    assert [(one.number, one.outcome, one.why) for one in ranked] == [
        (1, "chosen", ""), (2, "passed_over", "unit"), (3, "chosen", ""), (4, "passed_over", "recommender"),
        (5, "chosen", ""), (6, "beyond", ""),
    ]  # fmt: skip


def test_equals_share_a_place_and_the_next_place_is_left_out() -> None:
    ranked = ranking.rank(snapshot([entry(1, sessions=5), entry(2, sessions=5), entry(3, sessions=1)]))

    assert [(one.number, one.place) for one in ranked] == [(1, 1), (2, 1), (3, 3)]


def test_a_named_criterion_decides_between_equals() -> None:
    given = rules(
        criterion("scale", 50),
        criterion("reach", 50, parts=[{"of": {"media": 100}, "full": 10}]),
        ties=["reach"],
    )
    data = snapshot([entry(1, sessions=10, media=[]), entry(2, media=[f"m{n}" for n in range(10)])], given)

    assert [(one.number, one.place) for one in ranking.rank(data)] == [(2, 1), (1, 2)]


def test_equals_that_do_not_all_fit_wait_for_a_decision_and_so_does_all_behind_them() -> None:
    given = rules(quota={"total": 2})
    some = [entry(1, sessions=9), entry(2, sessions=5), entry(3, sessions=5), entry(4, sessions=1)]

    assert outcomes(snapshot(some, given)) == {1: "chosen", 2: "tied", 3: "tied", 4: "waiting"}
    assert outcomes(snapshot(some, given, decisions={2: False, 3: True})) == {
        1: "chosen", 2: "passed_over", 3: "chosen", 4: "beyond",
    }  # fmt: skip


def test_a_candidate_that_nobody_marked_is_named() -> None:
    ranked = ranking.rank(snapshot([entry(1), entry(2)], rules(JUDGED), [(1, 1, {"plan": 70})]))

    assert {one.number: one.unmarked for one in ranked} == {1: [], 2: ["plan"]}


def test_the_highest_and_the_lowest_of_five_are_left_out_and_odd_ones_shown() -> None:
    sheets = [(judge, 1, {"plan": mark}) for judge, mark in enumerate((80, 82, 84, 20, 100), start=1)]

    (one,) = ranking.rank(snapshot([entry(1)], rules(JUDGED), sheets))

    assert [mark.judge for mark in one.results["plan"].marks if mark.is_left_out] == [4, 5]
    assert [mark.judge for mark in one.results["plan"].marks if mark.is_odd] == [4]
    assert (one.total, one.results["plan"].spread) == (82 * POINT, 80)


def test_a_strict_judge_costs_nothing_once_severity_is_evened_out() -> None:
    # Judge 2 gives 20 less than judge 1, and only judge 2 marked the better one
    sheets = [
        (1, 1, {"plan": 80}),
        (2, 1, {"plan": 60}),
        (1, 2, {"plan": 70}),
        (2, 2, {"plan": 50}),
        (2, 3, {"plan": 65}),
    ]
    some = [entry(1), entry(2), entry(3)]

    plain = ranking.rank(snapshot(some, rules(JUDGED), sheets))
    evened = ranking.rank(snapshot(some, rules(JUDGED, is_calibrated=True), sheets))

    assert [one.number for one in plain] == [1, 3, 2]
    assert [(one.number, one.total) for one in evened] == [(3, 75 * POINT), (1, 70 * POINT), (2, 60 * POINT)]


def test_judges_whom_nothing_connects_are_left_as_they_are() -> None:
    assert severity.shifts([("a", 1, 90), ("b", 2, 10)], POINT) == {}


FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FAST
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 100)), max_size=30))
def test_what_is_left_of_the_marks_is_as_small_as_any_severity_makes_it(
    cells: list[tuple[int, int, int]],
) -> None:
    cells = list({(item, judge): (item, judge, mark) for item, judge, mark in cells}.values())
    found = severity.shifts(cells, 10**9)

    def squares(shift: dict[int, int]) -> float:
        rows: dict[int, list[float]] = {}
        for item, judge, mark in cells:
            rows.setdefault(item, []).append(mark - shift.get(judge, 0) / 10**9)
        return sum(sum((one - sum(row) / len(row)) ** 2 for one in row) for row in rows.values())

    best = squares(found)
    for judge in found:
        for step in (-1, 1):
            assert squares({**found, judge: found[judge] + step * 10**8}) >= best - 1e-6


def test_the_same_snapshot_gives_the_same_list_in_another_process_in_any_order(tmp_path: Path) -> None:
    usual = scheme.usual().units.model_dump(mode="json") | {"is_calibrated": True}
    lot = random.Random(7)
    some = [
        entry(n, {"recommender": f"r{n % 3}"}, sessions=lot.randrange(50), partners=[f"p{i}" for i in range(n % 9)],
              satisfaction=[lot.randrange(4000), 10], views=lot.randrange(200_000))
        for n in range(1, 40)
    ]  # fmt: skip
    asked = [one["code"] for one in usual["criteria"] if one["judged"]]
    sheets = [
        (j, one["number"], {code: lot.randrange(101) for code in asked}) for j in range(1, 8) for one in some
    ]
    data = snapshot(some, usual, sheets)
    shuffled = snapshot(lot.sample(some, len(some)), usual, lot.sample(sheets, len(sheets)))
    (tmp_path / "snapshot.json").write_bytes(ranking.canonical(data))

    code = "import json,sys; from kepuyue.evaluation import ranking as r; print(r.digest(r.plain(r.rank(json.load(open(sys.argv[1]))))))"
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "snapshot.json")], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "123", "PATH": ""},
    ).stdout.strip()  # fmt: skip

    here = ranking.plain(ranking.rank(data))
    assert told == ranking.digest(here) == ranking.digest(ranking.plain(ranking.rank(shuffled)))
    assert json.loads(ranking.canonical(here)) == here


def test_every_measure_of_the_rules_is_an_indicator() -> None:
    """Of those alone that do not move with every booking: a list is made from what was summed up and accepted."""
    assert set(scheme.MEASURES) == {code for code, one in INDICATORS.items() if not one.is_live}


@pytest.mark.parametrize("line", ["units", "activities"])
def test_the_shipped_rules_hold_the_six_published_indicators(line: str) -> None:
    names = {one.name for one in scheme.usual().rules(line).criteria}

    assert {"组织动员", "数量规模", "品牌宣传", "科技志愿", "联合行动", "网络活动话题"} <= names


labels = st.frozensets(st.sampled_from([f"x{n}" for n in range(12)]), max_size=8)
means = st.integers(0, 30).flatmap(lambda weight: st.tuples(st.integers(0, 500 * weight), st.just(weight)))
KINDS = {Fold.SUM: st.integers(0, 5000), Fold.UNION: labels, Fold.MEAN: means}
facts = st.fixed_dictionaries({code: KINDS[one.fold] for code, one in INDICATORS.items()})


def values_of(some: list[dict[str, Value]]) -> dict[str, Any]:
    return {
        code: sorted(value) if isinstance(value, frozenset) else value
        for code, value in together(some).items()
    }


@FAST
@given(st.lists(facts, min_size=2, max_size=6), st.data())
def test_splitting_an_activity_gains_a_unit_nothing(
    sessions: list[dict[str, Value]], data: st.DataObject
) -> None:
    """What happened is a list of sessions; a unit may register any of them together as one activity."""
    usual = scheme.usual().units.model_dump(mode="json")
    whole = ranking.rank(snapshot([entry(1, **values_of(sessions))], usual))
    pieces: dict[int, list[dict[str, Value]]] = {}
    for one in sessions:
        pieces.setdefault(data.draw(st.integers(0, 3)), []).append(one)
    split = ranking.rank(
        snapshot([entry(1, **values_of([together(some) for some in pieces.values()]))], usual)
    )

    assert split[0].total == whole[0].total


@FAST
@given(st.lists(facts, min_size=2, max_size=6), st.data())
def test_no_piece_of_an_activity_does_better_than_the_whole(
    sessions: list[dict[str, Value]], data: st.DataObject
) -> None:
    """Averages are the unit's, so that no piece has better ones; the rest of a piece is part of the whole's."""
    usual = scheme.usual().activities.model_dump(mode="json")
    of_unit = {
        code: value for code, value in values_of(sessions).items() if INDICATORS[code].fold is Fold.MEAN
    }
    piece = data.draw(
        st.lists(st.sampled_from(sessions), min_size=1, max_size=len(sessions) - 1, unique_by=id)
    )
    candidates = [entry(1, **{**values_of(sessions), **of_unit}), entry(2, **{**values_of(piece), **of_unit})]

    whole, part = sorted(ranking.rank(snapshot(candidates, usual)), key=lambda one: one.number)

    assert part.total <= whole.total


def test_an_indicator_is_named_in_the_language_of_whoever_reads_it() -> None:
    with translation.override("zh-hans"):
        chinese = str(INDICATORS["visits-count"].name)
    with translation.override("en"):
        english = str(INDICATORS["visits-count"].name)

    assert "参与群众" in chinese
    assert english.isascii()
