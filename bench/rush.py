"""`make rush`: a morning of booking against a really started server, counted from outside.

A PostgreSQL of its own (fsync on), the server as `kepuyue serve` starts it, and the crowd
(`bench.crowd_of_bookers`) beside it on the same cores. Everybody joins the queue for a token before booking opens,
as people do, and books when it opens. Afterwards each answer is compared with the rows, and pgbench runs the same
transaction one by one on the same server.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg

from bench import rush_site, site
from scripts import postgres

ROOT = Path(__file__).resolve().parent.parent
# Whatever is confirmed survives a power cut; memory as of a small machine
DURABLE = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=256MB",
    "max_wal_size=4GB",
)
# What pgbench is tried with
CLIENTS = (8, 16, 32, 64)
MUSEUM = {"seats": 3_000, "attempts": 180_000, "seconds": 60, "retries": 0.1, "duplicates": 0.02}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make rush ARGS=…", description=__doc__)
    parser.add_argument("--seats", type=int, default=5_000, help="of all sessions together")
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument(
        "--concurrency", type=int, default=512, help="that wait for an answer at the same time"
    )
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--scenario", choices=["rush", "museum"], default="rush")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--seconds", type=int, default=5, help="of each run of pgbench")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if options.scenario == "museum":
        options.seats, options.attempts, options.sessions = MUSEUM["seats"], MUSEUM["attempts"], 1
    result = measure(options)
    for name, value in result.items():
        if options.format == "text":
            print(f"{name:<22} {value}")
    print(json.dumps(result, ensure_ascii=False))
    sys.exit(is_bad(result))


def is_bad(result: dict[str, Any]) -> bool:
    """Whether anything is wrong: nobody was confirmed or somebody not answered, or the rows say otherwise."""
    wrong = any(result[name] for name in ("oversold", "lost", "twice", "wrong_counters"))
    return wrong or not result["confirmed"] or bool(result["answers"].get("no answer"))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one run."""
    is_sqlite = options.database == "sqlite"
    with (
        tempfile.TemporaryDirectory(prefix="kepuyue-rush-") as folder,
        nullcontext("") if is_sqlite else postgres.server(options=DURABLE) as address,
    ):
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KEPUYUE_DEMO")
        }
        environment |= {
            "DATA_DIR": folder,
            "TRUSTED_PROXIES": "1",
            "BEHIND_PROXY": "1",
            "PYTHONPATH": str(ROOT),
        }
        if options.scenario == "rush":
            # The crowd is as large as its connections: nobody is kept waiting beside that
            environment["ADMISSIONS_PER_SECOND"] = "1000000"
        if not is_sqlite:
            environment["DATABASE_URL"] = address
        _tell("preparing")
        prepared = prepare(environment, options)
        # The server has not been asked anything when the crowd comes, but for its first answer
        with site.running(environment) as server, _weighed(server) as weights:
            _tell(f"{options.attempts} attempts on {options.seats} seats of {options.sessions} sessions")
            told = crowd(server.port, prepared, options)
        _tell("counting")
        rows = counted(environment, prepared, told)
        raw = {} if is_sqlite else _pgbench(address, options)
    known = {"sessions": options.sessions, "seats": options.seats, "attempts": options.attempts,
             "concurrency": options.concurrency, "scenario": options.scenario,
             "database": options.database}  # fmt: skip
    result = {**known, **told, **raw, **rows, "server_rss_mb": round(weights["rss"], 1),
              "server_pss_mb": round(weights["pss"], 1)}  # fmt: skip
    if raw.get("pgbench_per_s"):
        result["ratio_to_pgbench"] = round(result["confirmed_per_s"] / raw["pgbench_per_s"], 2)
    return result


def prepare(environment: dict[str, str], options: argparse.Namespace) -> dict[str, Any]:
    """The sessions to be booked."""
    words = [sys.executable, "-m", "bench.rush_site", "prepare", str(options.sessions), str(options.seats)]
    done = subprocess.run(words, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def crowd(
    port: int,
    prepared: dict[str, Any],
    options: argparse.Namespace,
    *,
    accident: tuple[int, Callable[[], None]] | None = None,
) -> dict[str, Any]:
    """Let the crowd come, in a process of its own; what it was answered. `accident` is called after so many answers,
    while the others are on their way.
    """
    museum = MUSEUM if options.scenario == "museum" else None
    asked = {"port": port, "sessions": prepared["sessions"], "attempts": options.attempts,
             "concurrency": options.concurrency, "museum": museum,
             "break_at": accident[0] if accident else 0}  # fmt: skip
    words = [sys.executable, "-m", "bench.rush_crowd"]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        said = ""
        for line in process.stdout:
            if line.strip() == "break" and accident is not None:
                threading.Thread(target=accident[1]).start()
            said = line
    if process.returncode:
        raise RuntimeError("the crowd did not come to an end")
    found: dict[str, Any] = json.loads(said)
    return found


def counted(environment: dict[str, str], prepared: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What the rows say of the codes that people were told; the codes are taken out of `told`."""
    words = [sys.executable, "-m", "bench.rush_site", "count"]
    answers = json.dumps(
        {"sessions": prepared["sessions"], "confirmed": told.pop("codes"), "waitlisted": told.pop("waiting")}
    )
    done = subprocess.run(
        words, input=answers, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _weighed(server: site.Server) -> Iterator[dict[str, float]]:
    """The most memory that all processes of the server held together, looked at four times a second."""
    most = {"rss": 0.0, "pss": 0.0}
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.25):
            found = server.memory()
            most["rss"] = max(most["rss"], found["rss_mb"])
            most["pss"] = max(most["pss"], found["pss_mb"])

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def _pgbench(address: str, options: argparse.Namespace) -> dict[str, Any]:
    """The same statements one booking a transaction, prepared, at the same durability; the best of several crowds."""
    binary = postgres.binary("pgbench")
    if binary is None:
        return {"pgbench_per_s": None, "pgbench_clients": None}
    _tell("pgbench")
    best, best_clients = 0.0, 0
    with psycopg.connect(address, autocommit=True) as connection:
        rows = connection.execute("SELECT id FROM bookings_bookingterms ORDER BY id").fetchall()
        # As many seats as any run can take: what is measured is the booking and not the refusal
        connection.execute("UPDATE bookings_quota SET capacity = 100000000")
    script = rush_site.transaction([row[0] for row in rows])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        Path(file.name).chmod(0o644)
        for clients in CLIENTS:
            words = [str(binary), "--no-vacuum", "--protocol", "prepared", "--client", str(clients), "--jobs", "2",
                     "--time", str(options.seconds), "--file", file.name, address]  # fmt: skip
            said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            rate = next(float(line.split()[2]) for line in said.splitlines() if line.startswith("tps = "))
            if rate > best:
                best, best_clients = rate, clients
    return {"pgbench_per_s": round(best, 1), "pgbench_clients": best_clients}


def _tell(what: str) -> None:
    print(f"→ {time.strftime('%X')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
