"""Killed in the middle of a rush: what somebody saw confirmed is there, and everybody gets an answer in the end.

One accident of each kind on a server of its own; `make bench-faults` goes on for thirty rounds, and kills PostgreSQL too.
"""

import argparse
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench import rush, site
from bench.faults import web_processes

SEATS, ATTEMPTS = 300, 700
CROWD = argparse.Namespace(sessions=2, seats=SEATS, attempts=ATTEMPTS, concurrency=32, scenario="rush")
# Of the tests' own process and not of the server's
NOT_TAKEN_OVER = ("KEPUYUE_DEMO", "DJANGO_SETTINGS_MODULE")


def kill_one(server: site.Server) -> None:
    web_processes(server)[0].kill()


def kill_all(server: site.Server) -> None:
    for process in web_processes(server):
        process.kill()


@pytest.mark.django_db(transaction=True)
def test_nothing_that_was_confirmed_is_lost(tmp_path: Path) -> None:
    # A database of its own: beside the tests' one where it is PostgreSQL, in the folder else
    environment = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN_OVER}
    environment |= {"DATA_DIR": str(tmp_path), "BEHIND_PROXY": "1", "ADMISSIONS_PER_SECOND": "1000000"}
    mornings = [rush.prepare(environment, CROWD) for _accident in (kill_one, kill_all)]

    with site.running(environment) as server:
        for accident, prepared in zip((kill_one, kill_all), mornings, strict=True):
            before = {process.pid for process in web_processes(server)}
            told = rush.crowd(server.port, prepared, CROWD, accident=(SEATS // 3, partial(accident, server)))
            assert not before <= {process.pid for process in web_processes(server)}, "nobody was killed"

            rows: dict[str, Any] = rush.counted(environment, prepared, told)
            assert told["answers"]["confirmed"] == SEATS, told
            assert told["answers"]["sold-out"] == ATTEMPTS - SEATS, told
            assert rows == {"oversold": 0, "lost": 0, "twice": 0, "unseen": 0, "wrong_counters": 0}
