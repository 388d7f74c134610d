"""`make bench-faults`: processes are killed while people book; every confirmation that somebody saw is in the database.

Round after round on a real server with a PostgreSQL of its own (fsync on): after a random number of answers, while
seats are given out, a web process, all of them, or PostgreSQL itself is killed (SIGKILL) and comes back, PostgreSQL in
one round of four only after twenty seconds. The crowd asks on with the same keys until it is answered.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import psutil

from bench import rush, site
from kepuyue.core.management.commands.serve import WORKER_NAME
from scripts import postgres

ATTEMPTS, SEATS, SESSIONS, CONCURRENCY = 3_000, 1_500, 3, 128
# An accident comes after so many answers, while there are seats
EARLIEST, LATEST = 50, SEATS - 200
AWAY = 20.0  # seconds
KINDS = ("a web process", "all web processes", "PostgreSQL", "PostgreSQL for 20 s")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-faults ARGS=…", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument(
        "--seed", type=int, default=None, help="of the moments; told, so that a round can be repeated"
    )
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    chance = random.Random(seed)
    print(f"seed {seed}")
    bad = 0
    for number in range(1, options.rounds + 1):
        kind = KINDS[number % len(KINDS)]
        found = one_round(kind, chance.randint(EARLIEST, LATEST))
        bad += bool(
            found["unanswered"]
            or found["oversold"]
            or found["lost"]
            or found["wrong_counters"]
            or found["twice"]
        )
        print(f"{number:>3}  {kind:<19} {json.dumps(found, ensure_ascii=False)}", flush=True)
    print(json.dumps({"rounds": options.rounds, "seed": seed, "bad": bad}))
    sys.exit(bad > 0)


def one_round(kind: str, after: int) -> dict[str, Any]:
    """One morning with one accident."""
    options = argparse.Namespace(sessions=SESSIONS, seats=SEATS, attempts=ATTEMPTS, concurrency=CONCURRENCY,
                                 scenario="rush")  # fmt: skip
    with (
        tempfile.TemporaryDirectory(prefix="kepuyue-faults-") as folder,
        postgres.cluster(options=rush.DURABLE) as base,
    ):
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": base.address, "TRUSTED_PROXIES": "1",
                       "BEHIND_PROXY": "1", "ADMISSIONS_PER_SECOND": "1000000"}  # fmt: skip
        environment.pop("KEPUYUE_DEMO", None)
        prepared = rush.prepare(environment, options)
        with site.running(environment) as server:
            accidents: dict[str, Callable[[], None]] = {
                "a web process": lambda: web_processes(server)[0].kill(),
                "all web processes": lambda: [process.kill() for process in web_processes(server)] and None,
                "PostgreSQL": lambda: _power_cut(base, 1.0),
                "PostgreSQL for 20 s": lambda: _power_cut(base, AWAY),
            }
            told = rush.crowd(server.port, prepared, options, accident=(after, accidents[kind]))
        rows = rush.counted(environment, prepared, told)
    unanswered = ATTEMPTS - told["answers"].get("confirmed", 0) - told["answers"].get("sold-out", 0)
    return {"after_answers": after, "answers": told["answers"], "unanswered": unanswered, **rows}


def web_processes(server: site.Server) -> list[psutil.Process]:
    """Children of the server that are not the worker."""
    return [
        child
        for child in server.process.children()
        if child.name() != WORKER_NAME and "tracker" not in " ".join(child.cmdline())
    ]


def _power_cut(base: postgres.Cluster, away: float) -> None:
    base.kill()
    time.sleep(away)
    try:
        base.start()
    except subprocess.CalledProcessError:
        # Its shared memory was not let go yet
        time.sleep(2)
        base.start()


if __name__ == "__main__":
    main()
