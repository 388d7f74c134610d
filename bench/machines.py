"""Hosts that are network namespaces of this machine: each with its own address, files, processes and name.

A host has what a host has: a first process whose death takes all others with it (a power cut), a private /etc (an
overlay), /var/lib, /run and /srv, and a cable that can be pulled. Packages are those of the machine. There is no
systemd in it: `Service` reads a unit and does what it says of users, files and starting again. Needs root.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from deploy.place import unquoted

ROOT = Path(__file__).resolve().parent.parent
UNIT_FOLDERS = ("/etc/systemd/system", "/lib/systemd/system")
NAMESPACES = ("--net", "--mount", "--uts", "--pid", "--ipc")
# The first process of a host: it looks after those whose parent has gone, as every init does
INIT = """
import os, time
open("/run/ready", "w").close()
while True:
    try:
        os.wait()
    except ChildProcessError:
        time.sleep(0.1)
"""
KEPT = ("var/lib/postgresql", "var/lib/etcd", "var/lib/redis", "var/lib/kepuyue", "var/log")
OWNERS = {"var/lib/postgresql": "postgres", "var/lib/etcd": "etcd", "var/lib/redis": "redis"}
# What the hosts are made of, as Debian calls it
PACKAGES = ("haproxy", "etcd-server", "etcd-client", "patroni", "pgbouncer", "redis-server", "postgresql", "iptables",
            "iproute2", "socat", "openssl", "util-linux", "procps", "adduser", "curl")  # fmt: skip


class NoMachines(Exception):
    """This machine does not let us make hosts; the text says why."""


@contextmanager
def switch(folder: Path) -> Iterator["Switch"]:
    """A switch that hosts are plugged into; all of them go away with it."""
    if os.geteuid() != 0:
        raise NoMachines("Making hosts of network namespaces needs root.")
    made = Switch(folder)
    try:
        yield made
    finally:
        made.close()


class Switch:
    """A bridge in a network namespace of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hosts: dict[str, Host] = {}
        self._holder = subprocess.Popen(["unshare", "--net", "--kill-child", "sleep", "infinity"])
        self.pid = _child_of(self._holder.pid)
        for words in ("ip link add bridge0 type bridge", "ip link set bridge0 up"):
            done = self.run(words.split())
            if done.returncode:
                raise NoMachines(
                    f"This machine refuses network namespaces with a bridge: {done.stderr.strip()}"
                )

    def run(self, words: list[str]) -> "subprocess.CompletedProcess[str]":
        """Something done to the switch."""
        return subprocess.run(
            ["nsenter", "--net", "--target", str(self.pid), *words], capture_output=True, text=True
        )

    def host(self, name: str, address: str) -> "Host":
        """A host that is plugged in and switched on."""
        host = Host(name, address, self)
        self.hosts[name] = host
        host.boot()
        return host

    def close(self) -> None:
        for host in self.hosts.values():
            host.power_cut()
        self._holder.kill()
        self._holder.wait()


@dataclass
class Host:
    """One host; `run` runs a command on it and `start` a unit."""

    name: str
    address: str
    switch: Switch
    services: dict[str, "Service"] = field(default_factory=dict)
    _holder: "subprocess.Popen[bytes] | None" = None
    _pid: int = 0

    @property
    def files(self) -> Path:
        """Where what it keeps lies on this machine."""
        return self.switch.folder / self.name

    def boot(self) -> None:
        """Switch it on; what it kept is there, and nothing runs."""
        for kept in KEPT:
            place = self.files / kept
            if not place.exists():
                place.mkdir(parents=True)
                if kept in OWNERS:
                    shutil.chown(place, OWNERS[kept], OWNERS[kept])
        for part in ("etc", "etc-work"):
            (self.files / part).mkdir(exist_ok=True)
        binds = "\n".join(f"mkdir -p /{kept} && mount --bind {self.files}/{kept} /{kept}" for kept in KEPT)
        script = f"""set -e
            mount --make-rprivate /
            {binds}
            mount -t overlay overlay -o lowerdir=/etc,upperdir={self.files}/etc,workdir={self.files}/etc-work /etc
            mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /srv
            mkdir -p /srv/kepuyue/current /run/haproxy /run/postgresql /run/redis
            chown haproxy /run/haproxy && chown postgres /run/postgresql && chown redis /run/redis
            mount --bind {ROOT} /srv/kepuyue/current
            hostname {self.name} && ip link set lo up
            exec {shlex.quote(sys.executable)} -c {shlex.quote(INIT)}"""
        log = (self.files / "boot.log").open("wb")
        self._holder = subprocess.Popen(
            ["unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc", "sh", "-c", script],
            stdout=log, stderr=log,
        )  # fmt: skip
        self._pid = _child_of(self._holder.pid)
        port = f"p-{self.name}"
        plug = ["peer", "name", port, "netns", str(self.switch.pid)]
        for words in (["ip", "link", "add", "eth0", "type", "veth", *plug],
                      ["ip", "address", "add", f"{self.address}/24", "dev", "eth0"],
                      ["ip", "link", "set", "eth0", "up"]):  # fmt: skip
            self._enter(["--net"], words)
        for words in (["ip", "link", "set", port, "master", "bridge0"], ["ip", "link", "set", port, "up"]):
            self.switch.run(words)
        wait(lambda: self.run(["test", "-e", "/run/ready"], check=False).returncode == 0, 15,
             f"{self.name} did not start: {self.files / 'boot.log'}")  # fmt: skip

    def _enter(self, namespaces: list[str], words: list[str]) -> None:
        subprocess.run(["nsenter", *namespaces, "--target", str(self._pid), *words], check=True)

    def words(self, words: list[str], *, user: str = "", may_read: bool = False) -> list[str]:
        """How a command is run on it from here. `may_read`: besides what its user may, it reads all files (the project
        may lie where only root looks).
        """
        entering = ["nsenter", *NAMESPACES, f"--target={self._pid}", "--wdns=/"]
        if user and user != "root":
            entering += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
            if may_read:
                entering += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        return [*entering, "--", *words]

    def run(self, words: list[str], *, user: str = "", check: bool = True, **more: Any) -> Any:
        """Run a command on it and wait for its end. Raises RuntimeError with what it said."""
        done = subprocess.run(self.words(words, user=user), capture_output=True, text=True, **more)
        if check and done.returncode:
            raise RuntimeError(
                f"{self.name}: {shlex.join(words)[:200]}\n{done.stdout[-1500:]}{done.stderr[-3000:]}"
            )
        return done

    def start(self, unit: str) -> "Service":
        """Start a unit, as `systemctl start` does."""
        if unit not in self.services:
            self.services[unit] = Service(self, unit)
        self.services[unit].start()
        return self.services[unit]

    def power_cut(self) -> None:
        """All its processes are gone at once, and its cable with them."""
        for service in self.services.values():
            service.is_wanted = False
        if self._holder is not None:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(self._pid).kill()
            self._holder.wait()
            self._holder = None
            self.switch.run(["ip", "link", "delete", f"p-{self.name}"])

    def boot_again(self) -> None:
        """Switched on after a power cut, with the units that ran."""
        self.boot()
        for service in self.services.values():
            service.start()

    def freeze(self) -> None:
        """None of its processes goes on, and it knows nothing of it: as a virtual machine that is being moved."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """They go on where they stood. What started them from outside stood still with them."""
        numbers = [service.process.pid for service in self.services.values() if service.process]
        numbers += [process.pid for process in self._processes()] + (
            [self._holder.pid] if self._holder else []
        )
        for number in numbers:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(number).resume()

    def _processes(self) -> list[psutil.Process]:
        mine = Path(f"/proc/{self._pid}/ns/pid").readlink()
        found = []
        for process in psutil.process_iter():
            with suppress(OSError):
                if Path(f"/proc/{process.pid}/ns/pid").readlink() == mine:
                    found.append(process)
        return found

    def pull_the_cable(self) -> None:
        """Nobody reaches it and it reaches nobody; its processes go on."""
        self.switch.run(["ip", "link", "set", f"p-{self.name}", "down"])

    def plug_in(self) -> None:
        """The cable is back."""
        self.switch.run(["ip", "link", "set", f"p-{self.name}", "up"])

    def cut_off(self, other: "Host") -> None:
        """What comes from the other host is dropped without a word."""
        self.run(["iptables", "-I", "INPUT", "-s", other.address, "-j", "DROP"])

    def reach_again(self, other: "Host") -> None:
        """It is heard again."""
        self.run(["iptables", "-D", "INPUT", "-s", other.address, "-j", "DROP"])


class Service:
    """A unit of systemd on a host, as far as we need it: its user, environment, folders, and starting again."""

    def __init__(self, host: Host, unit: str) -> None:
        self.host, self.unit = host, unit
        self.is_wanted = False
        self.process: subprocess.Popen[bytes] | None = None
        template = re.sub(r"@[^.]*\.", "@.", unit)
        found = ""
        for folder in UNIT_FOLDERS:
            done = host.run(["cat", f"{folder}/{template}"], check=False)
            if done.returncode == 0:
                found = done.stdout
                break
        if not found:
            raise RuntimeError(f"{host.name}: there is no unit {unit}")
        self.told: dict[str, list[str]] = {}
        for line in found.splitlines():
            name, sign, value = line.strip().partition("=")
            if sign and not name.startswith("#"):
                self.told.setdefault(name, []).append(
                    value.replace("%H", host.name).replace("%p", unit.partition(".")[0])
                )

    def one(self, name: str, default: str = "") -> str:
        return self.told.get(name, [default])[-1]

    def environment(self) -> dict[str, str]:
        found = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        for line in self.told.get("Environment", []):
            found |= dict(part.split("=", 1) for part in shlex.split(line))
        for path in self.told.get("EnvironmentFile", []):
            done = self.host.run(["cat", path.removeprefix("-")], check=not path.startswith("-"))
            found |= read_environment(done.stdout.splitlines())
        return found

    def start(self) -> None:
        self.is_wanted = True
        environment = self.environment()
        user = self.one("User")
        for place in (f"/var/lib/{self.one('StateDirectory')}" if self.one("StateDirectory") else "",):
            if place:
                self.host.run(["install", "-d", "-o", user, "-g", self.one("Group"), "-m", "0750", place])
        command = re.sub(r"\$(\w+)", lambda found: environment.get(found[1], ""), self.one("ExecStart"))
        words = self.host.words(shlex.split(command), user=user, may_read=True)
        log = (self.host.files / f"{self.unit}.log").open("ab")
        workplace = self.one("WorkingDirectory")
        if workplace:
            words[words.index("--wdns=/")] = f"--wdns={workplace}"
        self.process = subprocess.Popen(
            words, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        if self.one("Type") != "oneshot" and self.one("Restart", "no") != "no":
            threading.Thread(target=self._watch, args=(self.process,), daemon=True).start()

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        time.sleep(float(self.one("RestartSec", "0.1")))
        if self.is_wanted and process is self.process:
            self.start()

    @property
    def main(self) -> psutil.Process:
        """Its main process."""
        assert self.process is not None
        return psutil.Process(_child_of(self.process.pid))

    def stop(self) -> None:
        """As `systemctl stop`: asked to end, and waited for."""
        self.is_wanted = False
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            self.main.terminate()
        self.process.wait(60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """Its main process and all that it started are killed; what the unit says of starting again holds."""
        main = self.main
        for one in [main, *main.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


def install(tell: Callable[[str], None]) -> None:
    """What the hosts are made of; the machine's own services of the same names are neither started nor touched."""
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *PACKAGES]
    known = subprocess.run(query, capture_output=True, text=True).stdout
    missing = [name for name in PACKAGES if f"{name} installed" not in known]
    if not missing:
        return
    tell(f"installing {' '.join(missing)}")
    quiet = Path("/usr/sbin/policy-rc.d")
    was_there = quiet.exists()
    if not was_there:
        # Debian would start them at once
        quiet.write_text("#!/bin/sh\nexit 101\n")
        quiet.chmod(0o755)
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
        ):
            done = subprocess.run(words, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"✗ {' '.join(words)}\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    finally:
        if not was_there:
            quiet.unlink()


def _child_of(pid: int) -> int:
    """The only child of a process that has forked or is about to."""
    parent = psutil.Process(pid)
    wait(lambda: bool(parent.children()) or not parent.is_running(), 10, f"{parent} started nothing")
    return parent.children()[0].pid


def read_environment(lines: list[str]) -> dict[str, str]:
    """NAME=value lines as systemd reads them, quotes and all."""
    pairs = (
        line.strip().split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#")
    )
    return {name: unquoted(value) for name, value in pairs}


def wait(is_there: Callable[[], bool], seconds: float, otherwise: str) -> float:
    """Wait until it is; how long it took. Raises TimeoutError with the sentence."""
    begun = time.monotonic()
    while not is_there():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(otherwise)
        time.sleep(0.1)
    return time.monotonic() - begun
