"""`make bench-faults`: processes are killed while people book; every confirmation that somebody saw is in the database.

Round after round on a real server with a PostgreSQL of its own (fsync on): at a random moment a web process, all of
them, or PostgreSQL itself is killed (SIGKILL) and comes back. The crowd asks on with the same keys until it is
answered.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

from bench import rush, site
from kepuyue.core.management.commands.serve import WORKER_NAME
from scripts import postgres

ATTEMPTS, SEATS, SESSIONS, CONCURRENCY = 3_000, 1_500, 3, 128
LATEST = 1.5  # seconds after opening


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
        kind = ("a web process", "all web processes", "PostgreSQL")[number % 3]
        found = one_round(kind, chance.uniform(0.02, LATEST))
        bad += bool(found["oversold"] or found["lost"] or found["wrong_counters"] or found["twice"])
        print(f"{number:>3}  {kind:<18} {json.dumps(found, ensure_ascii=False)}", flush=True)
    print(json.dumps({"rounds": options.rounds, "seed": seed, "bad": bad}))
    sys.exit(bad > 0)


def one_round(kind: str, after: float) -> dict[str, Any]:
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
                "PostgreSQL": lambda: _power_cut(base),
            }
            told = rush.crowd(server.port, prepared, options, on_opening=_later(accidents[kind], after))
        rows = rush.counted(environment, prepared, told)
    return {"after_s": round(after, 2), "answers": told["answers"], **rows}


def _later(accident: Callable[[], None], after: float) -> Callable[[], None]:
    def begin() -> None:
        threading.Timer(after, accident).start()

    return begin


def web_processes(server: site.Server) -> list[psutil.Process]:
    """Children of the server that are not the worker."""
    return [
        child
        for child in server.process.children()
        if child.name() != WORKER_NAME and "tracker" not in " ".join(child.cmdline())
    ]


def _power_cut(base: postgres.Cluster) -> None:
    base.kill()
    time.sleep(1)
    try:
        base.start()
    except subprocess.CalledProcessError:
        # Its shared memory was not let go yet
        time.sleep(2)
        base.start()


if __name__ == "__main__":
    main()
