"""How good the answers to a fixed set of queries are, over the demonstration's activities.

`queries.json` was written before any tuning: each query with the titles that a careful person would want, 2 for what
is meant and 1 for what helps as well. Every second query is kept aside and never looked at while tuning.
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.site import ROOT

QUERIES = Path(__file__).with_name("queries.json")
FIRST = 10  # places of the answer that count


def measure(environment: dict[str, str]) -> dict[str, Any]:
    """nDCG@10 and the share of empty answers, for each half."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.relevance"], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr[-2000:])
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def gain(titles: list[str], hits: dict[str, int]) -> float:
    """Normalized discounted cumulative gain of the first ten."""

    def discounted(grades: list[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:FIRST]))

    best = discounted(sorted(hits.values(), reverse=True))
    return discounted([hits.get(title, 0) for title in titles]) / best


def answers() -> list[tuple[dict[str, Any], list[str]]]:
    """Each query with the titles of its answer, in their order."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    django.setup()
    from kepuyue.activities.models import Activity
    from kepuyue.core.time import now
    from kepuyue.editions.queries import current_edition
    from kepuyue.programme.search import Query, search

    edition = current_edition()
    titles = dict(Activity.objects.values_list("pk", "title"))
    return [
        (
            wanted,
            [
                titles[match.entry.pk]
                for match in search(edition, Query(q=wanted["query"]), at=now(), taxonomy_of={}).matches
            ],
        )
        for wanted in json.loads(QUERIES.read_text(encoding="utf-8"))
    ]


def _figures() -> dict[str, Any]:
    found = answers()
    halves: dict[str, Any] = {}
    for half in ("tuned", "aside"):
        mine = [(wanted, titles) for wanted, titles in found if wanted["half"] == half]
        halves[half] = {
            "queries": len(mine),
            "ndcg_at_10": round(sum(gain(titles, wanted["hits"]) for wanted, titles in mine) / len(mine), 4),
            "empty": round(sum(not titles for _wanted, titles in mine) / len(mine), 4),
        }
    return halves


if __name__ == "__main__":
    if "--each" in sys.argv:
        for wanted, titles in answers():
            if wanted["half"] == "tuned":
                print(f"{gain(titles, wanted['hits']):.2f} {wanted['query']} {len(titles)}")
    else:
        print(json.dumps(_figures()))
