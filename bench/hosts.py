"""`make deploy-faults`: the hosts of deploy/ on this machine, a rush of bookings, and one thing after another breaks.

Eight hosts (`bench.machines`) get the files of deploy/ by `deploy/place.py` and the steps of deploy/README.md: etcd
with three members, two databases under Patroni, PgBouncer, the cache, two web hosts, two work hosts, the proxy. While
people book, in turn a web host, a work host, the cache, PostgreSQL, and the host of the primary die, cables are pulled
and pairs of hosts stop hearing each other. After each the rows are held against what people were told, and all is
mended. At the end the web hosts are restarted one by one while others look and book. Needs root; installs Debian
packages.
"""

import argparse
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.accidents import ACCIDENTS
from bench.machines import ROOT, Host, NoMachines, install, read_environment, switch, wait
from deploy import place

HOSTS = ("db1", "db2", "kv1", "web1", "web2", "work1", "work2", "front1")
CROWD_ADDRESS = "10.77.0.100"
KEPUYUE = "/srv/kepuyue/current/.venv/bin/kepuyue"
ATTEMPTS, SEATS, SESSIONS, CONCURRENCY = 1_200, 700, 3, 48
BREAK_AFTER = 150  # answers, while there are seats
MOST_SILENCE = 30.0  # seconds in which nobody is answered
ROLLING_SECONDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="make deploy-faults ARGS=…", description=__doc__)
    parser.add_argument(
        "--only", action="append", help="one accident by its key (may be given several times)"
    )
    parser.add_argument("--keep", action="store_true", help="leave the logs of the hosts where they are")
    parser.add_argument(
        "--patroni", help="another Patroni than Debian's, over version 3 of etcd's interface: its program"
    )
    options = parser.parse_args()
    # Whoever ends it ends the hosts with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    install(_tell)
    folder = Path(tempfile.mkdtemp(prefix="kepuyue-hosts-"))
    folder.chmod(0o755)
    try:
        with switch(folder) as net:
            site = Site(net, patroni=options.patroni)
            figures = {"set_up_s": site.set_up()}
            rows = [site.accident(key) for key in ACCIDENTS if not options.only or key in options.only]
            if not options.only or "rolling" in options.only:
                rows.append(site.rolling())
    except NoMachines as reason:
        print(f"✗ {reason}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        print(f"✗ {error}\n  The hosts' logs: {folder}", file=sys.stderr)
        options.keep = True
        sys.exit(1)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    _table(rows)
    bad = sum(row["bad"] for row in rows)
    print(json.dumps({**figures, "rounds": rows, "bad": bad}, ensure_ascii=False))
    sys.exit(bad > 0)


class Site:
    """The hosts, set up as the runbook says."""

    def __init__(self, net: Any, *, patroni: str | None = None) -> None:
        self.patroni = patroni
        self.known = place.read(ROOT / "deploy" / "site.env")
        # Two cores carry all hosts
        self.known |= {"WEB_WORKERS": "1", "FRONT_CONNECTIONS": "8000"}
        self.name = self.known["SITE"]
        self.hosts: dict[str, Host] = {name: net.host(name, self.known[name.upper()]) for name in HOSTS}
        self.crowd = net.host("crowd", CROWD_ADDRESS)
        self.came = 0
        # The hosts that the accident of the moment chose
        self.struck: list[Host] = []

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def set_up(self) -> float:
        """The steps of deploy/README.md; seconds that they took."""
        begun = time.monotonic()
        secrets = ROOT / "deploy" / "place.py"
        kept = self["db1"].files / "secrets.env"
        subprocess.run([sys.executable, str(secrets), "--secrets", str(kept)], check=True)
        self.known |= place.read(kept)
        for name, host in self.hosts.items():
            host.run(["adduser", "--quiet", "--system", "--group", "--home", "/var/lib/kepuyue", "kepuyue"])
            host.run(["install", "-D", "-m", "0600", str(kept), "/etc/kepuyue/secrets.env"])
            self._place(name, host)
        _tell("etcd, Patroni, PostgreSQL, the cache")
        for name in ("db1", "db2", "kv1"):
            self[name].start("etcd.service")
        endpoints = ",".join(f"http://{self[name].address}:2379" for name in ("db1", "db2", "kv1"))
        wait(lambda: self["kv1"].run(["etcdctl", f"--endpoints={endpoints}", "endpoint", "health"], check=False,
                                     env={**os.environ, "ETCDCTL_API": "3"}).returncode == 0, 30,
             "etcd did not come up")  # fmt: skip
        self["kv1"].start("redis-server.service")
        for name in ("db1", "db2"):
            if self.patroni:
                self._other_patroni(self[name], self.patroni)
            own = {**os.environ, **_environment(self[name], "/etc/patroni_env.conf")}
            words = ["patroni", "--validate-config", "/etc/patroni/config.yml"]
            checked = self[name].run(words, check=False, env=own)
            if said := (checked.stdout + checked.stderr).strip():
                raise RuntimeError(f"patroni says of its configuration: {said}")
            self[name].start("patroni.service")
            wait(lambda: self.primary() is not None, 90, "no database became the primary")
        primary = self.primary()
        assert primary is not None
        password = self.known["DATABASE_PASSWORD"]
        for sentence in (
            f"CREATE ROLE kepuyue LOGIN PASSWORD '{password}'",
            "CREATE DATABASE kepuyue OWNER kepuyue",
        ):
            primary.run(["psql", "-c", sentence], user="postgres")
        wait(self.has_standby, 90, "no standby became synchronous")
        _tell("web and work hosts, the proxy")
        for name in ("web1", "web2", "work1", "work2"):
            self[name].run(["haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"])
            self[name].start("haproxy.service")
        migrate = self["work1"].start("kepuyue-migrate.service")
        assert migrate.process is not None
        if migrate.process.wait(300):
            raise RuntimeError((self["work1"].files / "kepuyue-migrate.service.log").read_text()[-3000:])
        for name in ("work1", "work2"):
            self[name].start("kepuyue-worker@1.service")
        for name in ("web1", "web2"):
            self[name].start("pgbouncer.service")
            self[name].start("kepuyue-web.service")
        front = self["front1"]
        front.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                   "-subj", f"/CN={self.name}", "-keyout", "/etc/haproxy/key.pem",
                   "-out", "/etc/haproxy/cert.pem"])  # fmt: skip
        front.run(["sh", "-c", "cd /etc/haproxy && cat cert.pem key.pem > site.pem && chmod 600 *.pem"])
        front.run(["haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"])
        front.start("haproxy.service")
        self.is_whole()
        return round(time.monotonic() - begun, 1)

    def _other_patroni(self, host: Host, program: str) -> None:
        """As the runbook has it for a newer distribution."""
        host.run(["sed", "-i", "s/^etcd:/etcd3:/", "/etc/patroni/config.yml"])
        changed = "sed s,ExecStart=/usr/bin/patroni,ExecStart=$0, /lib/systemd/system/patroni.service"
        host.run(["sh", "-c", f"{changed} > /etc/systemd/system/patroni.service", program])

    def _place(self, name: str, host: Host) -> None:
        """As `deploy/place.py` does it on the host itself, with this machine's own figures."""
        script = (
            "import json, sys; sys.path.insert(0, sys.argv[1]); from deploy import place; "
            "place.place(sys.argv[2], json.load(sys.stdin))"
        )
        host.run([sys.executable, "-c", script, str(ROOT), name], input=json.dumps(self.known))
        if name.startswith("web"):
            # A crowd that is as large as its connections is not kept waiting beside that
            host.run(["sh", "-c", "echo ADMISSIONS_PER_SECOND=1000000 >> /etc/kepuyue/kepuyue.env"])

    def primary(self) -> Host | None:
        """The database that says of itself that it is the primary."""
        return next(
            (self[name] for name in ("db1", "db2") if self._patroni(self[name], "primary") == "200"), None
        )

    def standby(self) -> Host:
        primary = self.primary()
        return next(self[name] for name in ("db1", "db2") if self[name] is not primary)

    def has_standby(self) -> bool:
        """Whether the other one is the synchronous standby."""
        return self.primary() is not None and self._patroni(self.standby(), "sync") == "200"

    def _patroni(self, host: Host, what: str) -> str:
        words = [
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-m",
            "2",
            "-w",
            "%{http_code}",
            f"http://{host.address}:8008/{what}",
        ]
        return str(host.run(words, check=False).stdout)

    def is_whole(self) -> None:
        """Wait until nothing is broken any more."""
        wait(self.has_standby, 120, "no synchronous standby")
        wait(
            lambda: set(self.proxied("web").values()) == {"UP"},
            90,
            f"a web host stays away: {self.proxied('web')}",
        )

    def proxied(self, backend: str) -> dict[str, str]:
        """How the proxy in front finds the hosts."""
        said = (
            self["front1"]
            .run(["socat", "stdio", "/run/haproxy/admin.sock"], input="show stat\n", check=False)
            .stdout
        )
        rows = csv.DictReader(io.StringIO(said.removeprefix("# ")))
        return {row["svname"]: row["status"] for row in rows
                if row.get("pxname") == backend and row["svname"] not in ("BACKEND", "FRONTEND")}  # fmt: skip

    def order(self, sentence: str) -> None:
        """Tell the proxy in front something."""
        self["front1"].run(["socat", "stdio", "/run/haproxy/admin.sock"], input=sentence + "\n")

    def on_work(self, words: list[str], **more: Any) -> str:
        """Run one of our own programs on a work host, with its environment."""
        host = self["work2"]
        environment = {**_environment(host, "/etc/kepuyue/kepuyue.env"), "PATH": os.environ["PATH"],
                       "PYTHONPATH": str(ROOT), "HOME": "/root"}  # fmt: skip
        return str(
            host.run(["sh", "-c", 'cd "$0" && exec "$@"', str(ROOT), *words], env=environment, **more).stdout
        )

    def prepare(self) -> dict[str, Any]:
        said = self.on_work([sys.executable, "-m", "bench.rush_site", "prepare", str(SESSIONS), str(SEATS)])
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    def rush(self, prepared: dict[str, Any], break_it: Callable[[], None]) -> dict[str, Any]:
        """The crowd, at the address of the public."""
        asked = {"port": 443, "host": self["front1"].address, "name": self.name, "tls": True,
                 "sessions": prepared["sessions"], "attempts": ATTEMPTS, "concurrency": CONCURRENCY, "museum": None,
                 "break_at": BREAK_AFTER, "first": self.came}  # fmt: skip
        self.came += ATTEMPTS
        words = ["sh", "-c", 'cd "$0" && exec "$@"', str(ROOT), sys.executable, "-m", "bench.rush_crowd"]
        failed: list[BaseException] = []

        def accident() -> None:
            try:
                break_it()
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=accident)
        with subprocess.Popen(
            self.crowd.words(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(asked))
            process.stdin.close()
            said = ""
            for line in process.stdout:
                if line.strip() == "break":
                    thread.start()
                said = line
        thread.join()
        if failed:
            raise RuntimeError(f"nothing could be broken: {failed[0]}")
        if process.returncode:
            raise RuntimeError("the crowd did not come to an end")
        found: dict[str, Any] = json.loads(said)
        return found

    def accident(self, key: str) -> dict[str, Any]:
        """One morning with one accident; then all is mended."""
        what, break_it, mend = ACCIDENTS[key]
        prepared = self.prepare()
        _tell(what)
        primary = self.primary()
        told = self.rush(prepared, lambda: break_it(self))
        answers = told["answers"]
        unanswered = ATTEMPTS - answers.get("confirmed", 0) - answers.get("sold-out", 0)
        time.sleep(1)
        after = self.primary()
        mended = time.monotonic()
        mend(self)
        self.is_whole()
        mended_in = time.monotonic() - mended
        confirmed = len(told["codes"])
        said = self.on_work([sys.executable, "-m", "bench.rush_site", "count"], input=json.dumps(
            {"sessions": prepared["sessions"], "confirmed": told["codes"], "waitlisted": told["waiting"]}))  # fmt: skip
        rows = json.loads(said.splitlines()[-1])
        sealed = self.seconds_until_sealed()
        are_equal = self.are_copies()
        row = {
            "accident": key,
            "what": what,
            "confirmed": confirmed,
            **rows,
            "unanswered": unanswered,
            "silence_s": told["silence_s"],
            "slowest_s": told["slowest_s"],
            "asked_again": answers.get("asked again for an answer", 0),
            "primary_moved": bool(primary and after and primary is not after),
            "whole_again_s": round(mended_in, 1),
            "trail_sealed_s": sealed,
            "copies_equal": are_equal,
        }
        row["bad"] = bool(
            unanswered or rows["oversold"] or rows["lost"] or rows["twice"] or rows["wrong_counters"]
            or not are_equal or told["silence_s"] > MOST_SILENCE or not confirmed
        )  # fmt: skip
        print(json.dumps(row, ensure_ascii=False), flush=True)
        return row

    def seconds_until_sealed(self) -> float:
        """How long the workers take until no row of the trail is left unsealed: they are at work."""
        primary = self.primary()
        assert primary is not None
        left = (
            "SELECT count(*) FROM core_auditevent e WHERE NOT EXISTS "
            "(SELECT 1 FROM core_auditseal s WHERE s.event_id = e.id)"
        )
        words = ["psql", "-At", "-d", "kepuyue", "-c", left]
        took = wait(lambda: primary.run(words, user="postgres").stdout.strip() == "0", 60,
                    "the trail is not sealed: no worker is at work")  # fmt: skip
        return round(took, 1)

    def are_copies(self) -> bool:
        """Whether primary and standby hold the same bookings: two that were primaries at the same time would not."""
        rows = "SELECT count(*), md5(string_agg(code || state || session_id, ',' ORDER BY id)) FROM bookings_booking"
        words = ["psql", "-At", "-d", "kepuyue", "-c", rows]
        primary = self.primary()
        assert primary is not None
        with suppress(TimeoutError):
            wait(lambda: primary.run(words, user="postgres").stdout == self.standby().run(
                words, user="postgres", check=False).stdout, 10, "")  # fmt: skip
            return True
        return False

    def rolling(self) -> dict[str, Any]:
        """Web hosts are restarted one by one, as the runbook upgrades them, while people look and book."""
        prepared = self.prepare()
        _tell("a rolling upgrade")
        asked = {"host": self["front1"].address, "port": 443, "name": self.name, "sessions": prepared["sessions"],
                 "seconds": ROLLING_SECONDS}  # fmt: skip
        words = ["sh", "-c", 'cd "$0" && exec "$@"', str(ROOT), sys.executable, "-m", "bench.visitors"]
        with subprocess.Popen(
            self.crowd.words(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(asked))
            process.stdin.close()
            time.sleep(5)
            for name in ("web1", "web2"):
                self.order(f"set server web/{name} state drain")
                wait(lambda name=name: self._at(name) == 0, 40, f"{name} still has requests")
                self[name].services["kepuyue-web.service"].restart()
                self[name].run(["curl", "-fsS", "--retry", "60", "--retry-delay", "1", "--retry-connrefused", "-o",
                                "/dev/null", "-H", f"Host: {self.name}", "http://127.0.0.1:8000/healthz"])  # fmt: skip
                self.order(f"set server web/{name} state ready")
                wait(lambda: set(self.proxied("web").values()) == {"UP"}, 60, f"{name} did not come back")
            self["work1"].services["kepuyue-worker@1.service"].restart()
            self["work2"].services["kepuyue-worker@1.service"].restart()
            told = json.loads(process.stdout.read().splitlines()[-1])
        row = {"accident": "rolling", "what": "web hosts and workers restarted one by one", **told,
               "bad": bool(told["failed"] or not told["answered"])}  # fmt: skip
        print(json.dumps(row, ensure_ascii=False), flush=True)
        return row

    def _at(self, name: str) -> int:
        """How many requests the proxy has at a host."""
        said = self["front1"].run(["socat", "stdio", "/run/haproxy/admin.sock"], input="show stat\n").stdout
        rows = csv.DictReader(io.StringIO(said.removeprefix("# ")))
        return next(int(row["scur"]) for row in rows if (row["pxname"], row["svname"]) == ("web", name))


def _environment(host: Host, path: str) -> dict[str, str]:
    lines = host.run(["cat", path]).stdout.splitlines()
    return read_environment(lines)


def _table(rows: list[dict[str, Any]]) -> None:
    print(
        f"\n{'':<48} {'confirmed':>9} {'lost':>5} {'oversold':>8} {'silence s':>9} {'slowest s':>9} {'asked again':>11}"
    )
    for row in rows:
        with suppress(KeyError):
            print(f"{row['what']:<48} {row['confirmed']:>9} {row['lost']:>5} {row['oversold']:>8} "
                  f"{row['silence_s']:>9} {row['slowest_s']:>9} {row['asked_again']:>11}")  # fmt: skip


def _tell(what: str) -> None:
    print(f"→ {time.strftime('%X')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
