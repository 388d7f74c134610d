"""A list of thousands: how long ranking takes, beside merely reading its snapshot.

`python -m bench.ranking [CANDIDATES JUDGES]`; the figures as JSON. Every judge marks every candidate by the shipped
rules, once as they are and once with severity evened out. The baseline is `json.loads` of the same snapshot.
"""

import json
import random
import sys
import time

CANDIDATES, JUDGES = 5_000, 20


def measure(candidates: int = CANDIDATES, judges: int = JUDGES) -> dict[str, object]:
    """Seconds, and the ratio to the baseline."""
    from kepuyue.editions.scheme import usual
    from kepuyue.evaluation import ranking

    lot = random.Random(1)
    rules = usual().activities.model_dump(mode="json")
    asked = [one["code"] for one in rules["criteria"] if one["judged"]]
    data = {
        "format": 1, "rules": rules, "judges": list(range(1, judges + 1)), "decisions": [],
        "candidates": [
            {"number": n, "groups": {"unit": f"u{n}", "recommender": f"r{n % 30}", "district": f"d{n % 10}"},
             "values": {"sessions": lot.randrange(20), "visits-count": lot.randrange(5000),
                        "satisfaction": [lot.randrange(5000), 10], "partners": [f"p{i}" for i in range(n % 9)],
                        "views": lot.randrange(90_000)}}
            for n in range(1, candidates + 1)
        ],
        "sheets": [
            {"judge": judge, "candidate": n, "marks": {code: lot.randrange(50, 101) for code in asked}}
            for n in range(1, candidates + 1) for judge in range(1, judges + 1)
        ],
    }  # fmt: skip
    text = json.dumps(data)
    begun = time.perf_counter()
    json.loads(text)
    baseline = time.perf_counter() - begun
    seconds = []
    for is_calibrated in (False, True):
        begun = time.perf_counter()
        ranking.rank({**data, "rules": {**rules, "is_calibrated": is_calibrated}})
        seconds.append(round(time.perf_counter() - begun, 2))
    # What the page on which other weights are tried does each time it is asked
    ranked, given = ranking.rank(data), ranking.given_in(data["sheets"])
    begun = time.perf_counter()
    ranking.again(data, ranked, given, {**rules, "quota": {**rules["quota"], "total": 10}})
    tried = time.perf_counter() - begun
    return {
        "candidates": candidates, "judges": judges, "marks": candidates * judges * len(asked),
        "seconds": seconds[0], "seconds_with_severity": seconds[1],
        "seconds_tried": round(tried, 2), "baseline": "json.loads of the same snapshot",
        "baseline_seconds": round(baseline, 2), "ratio": round(seconds[0] / baseline, 1),
    }  # fmt: skip


def as_text(found: dict[str, object]) -> str:
    """One sentence for the whole."""
    return (
        f"Ranking {found['candidates']} candidates with {found['judges']} judges ({found['marks']} marks):"
        f" {found['seconds']} s, with severity evened out {found['seconds_with_severity']} s,"
        f" trying other rules {found['seconds_tried']} s;"
        f" {found['ratio']} times reading the snapshot ({found['baseline_seconds']} s)"
    )


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=2))
