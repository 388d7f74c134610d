"""How the public programme bears growth: `make bench ARGS="--scale 1000,10000,100000"`, `--postgres` on PostgreSQL.

The site grows by `bench.crowd`, four sessions an activity; after each size a fresh process and a fresh server are
asked.

**The mix.** Text: the 142 queries of `queries.json`, each once in a process that has not seen it ("cold": nothing of it
is remembered, the database's pages are in the machine's cache as after the fill), then once more ("again");
`suggestions` for the first letter of each, the first two and three. Filters: none, free, online, each
district alone and with free, today, tomorrow, the weekend, seven days, 27 spans of three days, age 8 with seats left.
`near me`: from the middle of each district, at any distance, within 5 km, and with seats left
there. Each is asked at a second of its own with all counts and the first page of its order. `calendar`, `map` (a city
seen whole), `related` and `feed` (a calendar file of 2,000 activities, which is the most) are what the pages of that
name ask for.
**Pages.** wrk (Debian) asks one page on 16 connections; the ratio is to the bare answer of the same server.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import site
from bench.relevance import QUERIES
from bench.site import ROOT

PAGES = {"bare": "/healthz", "list": "/activities/", "filtered": "/activities/?free=1", "home": "/"}
CONNECTIONS = 16


def measure(
    environment: dict[str, str], sizes: list[int], *, seconds: float, postgres: bool
) -> list[dict[str, Any]]:
    """Figures for each size, the smallest first. What is going on is told on standard error."""
    from scripts.postgres import server

    with server(options=()) if postgres else nullcontext("") as address:
        if address:
            environment = environment | {"DATABASE_URL": address}
            _run(environment, site.KEPUYUE, "migrate")
            site.prepare(environment)
        found = []
        for size in sorted(sizes):
            print(f"→ {size} activities", file=sys.stderr, flush=True)
            filled = json.loads(_run(environment, sys.executable, "-m", "bench.crowd", str(size)))
            asked = json.loads(_run(environment, sys.executable, "-m", "bench.scale"))
            found.append(
                {"size": size, **filled, **asked, "pages": _pages(environment, asked["page"], seconds)}
            )
    return found


def as_text(found: list[dict[str, Any]], where: str) -> list[str]:
    """The table, and how each figure grows drawn as bars."""
    names = list(found[0]["milliseconds"])
    lines = [
        f"Growth on {where} ({', '.join(str(one['size']) for one in found)} activities): median / 95 % in ms"
    ]
    for name in names:
        cells = [one["milliseconds"][name] for one in found]
        most = max(cell["p95"] for cell in cells) or 1
        bars = " ".join("▁▂▃▄▅▆▇█"[min(7, int(cell["p95"] / most * 7))] for cell in cells)
        lines.append(
            f"  {name:<20}"
            + "".join(f"{cell['p50']:>9.1f} /{cell['p95']:>8.1f}" for cell in cells)
            + f"   {bars}"
        )
    for name, unit in (
        ("inserting", "s"),
        ("indexing", "s"),
        ("reading", "s"),
        ("memory", "MB"),
        ("one change", "ms"),
    ):
        lines.append(f"  {name:<20}" + "".join(f"{one[name]:>17.1f} {unit}" for one in found))
    for name in found[0]["pages"]:
        cells = [one["pages"][name] for one in found]
        lines.append(
            f"  page {name:<15}"
            + "".join(f"{cell['per_second']:>10.0f}/s {cell['ratio']:>6.3f}" for cell in cells)
        )
    return lines


def _run(environment: dict[str, str], *command: Any) -> str:
    answer = subprocess.run(
        [str(one) for one in command], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr[-2000:])
    return answer.stdout


def _pages(environment: dict[str, str], one: str, seconds: float) -> dict[str, dict[str, float]]:
    """Requests a second of each page, and beside the bare answer's."""
    if not shutil.which("wrk"):
        raise SystemExit("✗ This part needs wrk. Type: apt-get install wrk")
    found: dict[str, dict[str, float]] = {}
    with site.running(environment) as server:
        for name, address in (PAGES | {"one activity": one}).items():
            _warm(f"http://127.0.0.1:{server.port}{address}")
            found[name] = {"per_second": _wrk(server.port, address, seconds)}
            found[name]["ratio"] = round(found[name]["per_second"] / found["bare"]["per_second"], 4)
    return found


def _warm(address: str) -> None:
    """Ask until every process has read the programme in, as after its first visitors: 16 quick answers in a row."""
    quick, until = 0, time.perf_counter() + 300
    while quick < 16:
        begun = time.perf_counter()
        asked = urllib.request.Request(address, headers={"Accept-Language": "zh-CN"})
        with urllib.request.urlopen(asked, timeout=120) as answer:
            answer.read()
        quick = quick + 1 if time.perf_counter() - begun < 0.5 else 0
        if begun > until:
            raise RuntimeError(f"{address} stays slow")


def _wrk(port: int, address: str, seconds: float) -> float:
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-H", "Accept-Language: zh-CN",
               f"http://127.0.0.1:{port}{address}"]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"{address}: {said}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate, said
    return float(rate.group(1))


def ask() -> dict[str, Any]:
    """All figures of one size, in this process."""
    import psutil
    from django.http import QueryDict
    from django.urls import reverse

    from kepuyue.activities.models import Activity
    from kepuyue.editions.queries import current_edition
    from kepuyue.programme import agenda, catalogue, facets, maps, queries
    from kepuyue.programme.feeds import ical, selection
    from kepuyue.programme.forms import FilterForm, vocabulary
    from kepuyue.programme.search import search
    from kepuyue.programme.suggesting import suggestions

    edition = current_edition()
    assert edition is not None
    at = datetime(edition.year, 9, 14, 10, tzinfo=edition.zone)
    ticking = count()
    before = psutil.Process().memory_info().rss
    begun = time.perf_counter()
    known = catalogue.load(edition)
    reading = time.perf_counter() - begun
    memory = (psutil.Process().memory_info().rss - before) / 1e6
    begun = time.perf_counter()
    known.changed([known.numbered[0].pk], [known.numbered[0]], ("changed",))
    changing = time.perf_counter() - begun
    words = vocabulary(edition)
    reverse("programme:home")  # the addresses are read in once in a process

    def result(address: str) -> Any:
        query = FilterForm(QueryDict(address), vocabulary=words).query()
        # Nobody asks at the same moment as another
        found = search(
            edition, query, at=at + timedelta(seconds=next(ticking)), taxonomy_of=words.taxonomy_of
        )
        return found, found.matches[:24]

    def listed(address: str) -> None:
        found, _page = result(address)
        facets.facets(QueryDict(address), words, found.query, found)

    days = dict.fromkeys(edition.days, "")
    districts = [one.code for one in words.districts]
    texts = [f"q={quote(one['query'])}" for one in json.loads(QUERIES.read_text(encoding="utf-8"))]
    filters = ["", "free=1", "mode=online", "age=8&seats=1"]
    filters += [f"when={one}" for one in ("today", "tomorrow", "weekend", "week")]
    filters += [f"district={one}{more}" for one in districts for more in ("", "&free=1")]
    filters += [
        f"date_from={edition.year}-09-{day:02}&date_to={edition.year}-09-{day + 2:02}" for day in range(1, 28)
    ]
    typed = [
        one["query"][:length]
        for one in json.loads(QUERIES.read_text(encoding="utf-8"))
        for length in (1, 2, 3)
    ]
    near = [f"near={one}{more}" for one in districts for more in ("", "&within=5", "&within=5&seats=1")]
    some = list(
        queries.in_full(
            Activity.objects.filter(pk__in=[one.pk for one in known.numbered[:: len(known.numbered) // 40]])
        )
    )
    whole = replace(selection.select(edition, QueryDict("")), at=at)
    asked: dict[str, tuple[Callable[[Any], Any], Iterable[Any]]] = {
        "search cold": (listed, texts),
        "search again": (listed, texts),
        "suggestions": (lambda typed: suggestions(edition, typed, at=at + timedelta(seconds=next(ticking))), typed),
        "filters first": (listed, filters),
        "filters": (listed, filters),
        "near me": (listed, near),
        "calendar": (lambda _n: agenda.cells(known, known.of_month, edition.days, at.date(), days), range(20)),
        "map": (lambda one: maps.marks(result(one)[0], words.districts, 10, QueryDict(one)), filters[:8]),
        "related": (lambda one: queries.related(known, one, at), some),
        "feed": (lambda _n: ical.written(whole), range(3)),
    }  # fmt: skip
    return {
        "reading": reading, "memory": memory, "one change": changing * 1000,
        "page": f"/activities/{some[len(some) // 2].code}/",
        "milliseconds": {name: _spread(ask, over) for name, (ask, over) in asked.items()},
    }  # fmt: skip


def _spread(ask: Callable[[Any], Any], over: Iterable[Any]) -> dict[str, float]:
    took = []
    for one in over:
        begun = time.perf_counter()
        ask(one)
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return {
        "p50": round(took[len(took) // 2], 2),
        "p95": round(took[min(len(took) - 1, int(len(took) * 0.95))], 2),
    }


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    sys.path.insert(0, str(Path.cwd()))
    django.setup()
    print(json.dumps(ask()))
