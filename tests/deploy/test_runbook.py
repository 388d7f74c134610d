"""The commands of deploy/README.md, typed as they stand, block by block, each in a shell of its own, on every host.

A host is a folder: paths below /srv, /etc, /root, /var and /run lead into it. Git, the shell and its tools are real, and so
are the files of deploy/; what a package brings is there once it is installed, and stands for the real program by looking
whether what it is given exists.
"""

import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from deploy import place

ROOT = Path(settings.PROJECT_ROOT)
SITE = place.read(ROOT / "deploy" / "site.env")
ADDRESSES = {
    name.lower(): value for name, value in SITE.items() if re.fullmatch(r"(FRONT|WEB|WORK|DB|KV)\d", name)
}
BLOCKS = [
    textwrap.dedent(one)
    for one in re.findall(r"```sh\n(.*?)```", (ROOT / "deploy" / "README.md").read_text(), re.DOTALL)
]
TOOLS = ("bash", "cat", "chmod", "cmp", "cp", "cut", "dirname", "find", "grep", "install", "ln", "ls", "mkdir", "rm", "sed",
         "sh", "touch")  # fmt: skip
# What a package brings: programs, folders, and units of its own
PACKAGES: dict[str, tuple[str, str, str]] = {
    "git": ("git", "", ""),
    "python3": ("python3", "", ""),
    "python3-venv": ("", "", ""),
    "make": ("make", "", ""),
    "curl": ("curl", "", ""),
    "socat": ("socat", "", ""),
    "haproxy": ("haproxy", "etc/haproxy", "haproxy"),
    "keepalived": ("", "etc/keepalived", "keepalived"),
    "pgbouncer": ("", "etc/pgbouncer", "pgbouncer"),
    "postgresql-common": ("", "etc/postgresql-common", ""),
    "postgresql": ("", "", ""),
    "etcd-server": ("", "var/lib/etcd/default", "etcd"),
    "etcd-client": ("etcdctl", "", ""),
    "patroni": ("patroni patronictl", "etc/patroni", "patroni"),
    "redis-server": ("", "etc/redis", "redis-server"),
    "libpango-1.0-0": ("", "", ""),
    "libpangoft2-1.0-0": ("", "", ""),
    "libharfbuzz-subset0": ("", "", ""),
}
# "$HOST" is the host's folder
PROGRAMS = {
    "apt-get": f"""exec {sys.executable} "$HOST/apt.py" "$@" """,
    "systemctl": f"""exec {sys.executable} "$HOST/systemctl.py" "$@" """,
    "adduser": 'touch "$HOST/user"; mkdir -p "$HOST/var/lib/kepuyue"',
    "runuser": '[ -e "$HOST/user" ] && [ "$1 $2 $3" = "-u kepuyue --" ] && shift 3 && exec "$@"',
    "su": 'case "$3" in *"PASSWORD \'\'"*) exit 1;; esac; [ "$1 $2" = "postgres -c" ]',
    # What somebody types
    "editor": """[ -w "$1" ]; case "$1" in *site.env) sed -i 's/^INTERFACE=.*/INTERFACE=ens7/' "$1";;
        *local.env) echo "EMAIL_URL='smtp://a?b&c'" > "$1";; *) exit 1;; esac""",
    "scp": """to=${2#root@}; folder=$HOST/../${to%%:*}; [ -d "$folder" ] && cp "$1" "$folder${to#*:}" """,
    "python3": f"""exec {sys.executable} "$HOST/place_here.py" "$@" """,
    "make": """[ "$*" = setup ] && [ -f Makefile ] && grep -q python3-venv "$HOST/packages" && mkdir -p .venv/bin
        printf '#!/bin/sh\\n[ -n "$DATABASE_URL" ] && echo "$0 $*" >> "%s/typed"\\n' "$HOST" > .venv/bin/kepuyue
        chmod +x .venv/bin/kepuyue""",
    "curl": "true",
    "socat": "cat > /dev/null; echo web,web1,0,0,0",
    "haproxy": '[ "$1 $2" = "-c -f" ] && [ -s "$3" ]',
    "etcdctl": '[ "$ETCDCTL_API" = 3 ]',
    "patroni": '[ "$1" = --validate-config ] && [ -s "$2" ] && [ -n "$PATRONI_NAME" ]',
    # To list asks etcd alone; to change something asks Patroni, which wants the password
    "patronictl": '[ "$1" = -c ] && [ -s "$2" ] && { [ "$3" = list ] || [ -n "${PATRONI_RESTAPI_PASSWORD:-}" ]; }',
}
BROUGHT = {name for programs, *_rest in PACKAGES.values() for name in programs.split()}
APT = """
import json, os, shutil, sys
from pathlib import Path
host = Path(os.environ["HOST"])
if sys.argv[1] == "update":
    (host / "updated").touch()
    sys.exit()
assert sys.argv[1:3] == ["install", "-y"] and (host / "updated").exists(), sys.argv
known = json.loads((host / "known.json").read_text())
for name in sys.argv[3:]:
    programs, folder, unit = known[name]
    for program in programs.split():
        shutil.move(host / "brought" / program, host / "bin" / program)
    if folder:
        (host / folder).mkdir(parents=True, exist_ok=True)
    if name == "postgresql-common":
        (host / folder / "createcluster.conf").write_text("#create_main_cluster = true\\n")
    with (host / "packages").open("a") as file:
        file.write(f"{name} {unit}\\n")
"""
SYSTEMCTL = """
import os, re, shutil, sys
from pathlib import Path
host = Path(os.environ["HOST"])
placed, loaded = host / "etc/systemd/system", host / "loaded"
verb, *units = [one for one in sys.argv[1:] if one != "--now"]
if verb == "daemon-reload":
    shutil.rmtree(loaded, ignore_errors=True)
    shutil.copytree(placed, loaded)
    sys.exit()
brought = {line.split()[-1] for line in (host / "packages").read_text().splitlines() if len(line.split()) > 1}
for unit in units:
    if unit in brought:
        continue
    name = re.sub("@.*", "@", unit) + ("" if unit.endswith(".timer") else ".service")
    text = (placed / name).read_text()
    assert (loaded / name).read_text() == text, f"{name} is not what systemd has read"
    if found := re.search("ExecStart=(\\\\S+)", text):
        assert (host / found[1].lstrip("/")).exists(), found[1]
        assert (host / "user").exists() and (host / "etc/kepuyue/kepuyue.env").exists()
    if found := re.search("StateDirectory=(.+)", text):
        for folder in found[1].split():
            (host / "var/lib" / folder).mkdir(parents=True, exist_ok=True)
"""
PLACE_HERE = """
import functools, importlib.util, os, shutil, sys
from pathlib import Path
host = Path(os.environ["HOST"])
sys.argv = sys.argv[1:]
spec = importlib.util.spec_from_file_location("place", Path(sys.argv[0]).resolve())
place = sys.modules["place"] = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(place)
# Groups come with packages
shutil.chown = lambda *asked: None
place.SECRETS = host / "etc/kepuyue/secrets.env"
place.place = functools.partial(place.place, root=host)
sys.exit(place.main())
"""


class Host:
    """A folder that stands for a host with nothing but a shell and its tools."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        # By its address, so that others find it
        self.root = folder / ADDRESSES[name]
        for one in ("bin", "brought", "root", "etc/systemd/system", "run"):
            (self.root / one).mkdir(parents=True)
        for tool in TOOLS:
            (self.root / "bin" / tool).symlink_to(str(shutil.which(tool)))
        for program, text in PROGRAMS.items():
            path = self.root / ("brought" if program in BROUGHT else "bin") / program
            path.write_text(f"#!{shutil.which('sh')}\nset -e\n{text}\n")
            path.chmod(0o755)
        (self.root / "brought/git").symlink_to(str(shutil.which("git")))
        (self.root / "known.json").write_text(re.sub(r"\(|\)", lambda one: "[" if one[0] == "(" else "]",
                                                     str(PACKAGES)).replace("'", '"'))  # fmt: skip
        for script, text in (("apt", APT), ("systemctl", SYSTEMCTL), ("place_here", PLACE_HERE)):
            (self.root / f"{script}.py").write_text(text)
        self.origin = self._origin()

    def _origin(self) -> Path:
        """What is cloned: the folder deploy/ as it is, and a later release in which something was added to it."""
        origin = self.root / "origin"
        shutil.copytree(ROOT / "deploy", origin / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        (origin / "Makefile").touch()
        run = origin / "deploy/run"
        run.write_text(self.within(run.read_text()))
        git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
        for release in ("main", "NEW"):
            if release == "NEW":
                subprocess.run([*git, "checkout", "-q", "-b", release], check=True)
                with (origin / "deploy/site.env").open("a") as file:
                    file.write("ADDED=of-the-new-release\n")
                for one in ("web.env", "work.env"):
                    with (origin / "deploy/kepuyue" / one).open("a") as file:
                        file.write("ADDED=@ADDED@\n")
                unit = origin / "deploy/systemd/kepuyue-web.service"
                unit.write_text(unit.read_text().replace("RestartSec=1\n", "RestartSec=2\n"))
            subprocess.run([*git, "add", "-A"], check=True)
            subprocess.run([*git, "commit", "-q", "-m", release], check=True)
        subprocess.run([*git, "checkout", "-q", "main"], check=True)
        return origin

    def within(self, text: str) -> str:
        return re.sub(r"(?<![\w./:-])/(srv|etc|root|var|run)/", rf"{self.root}/\1/", text)

    def type(self, block: str) -> None:
        """Type the lines that are for this host; raises AssertionError where one fails."""
        role = self.name.rstrip("0123456789")
        lines = []
        for line in block.splitlines():
            only = re.search(r"# on (\w+?)( hosts| only)", line)
            if not only or only[1] in (role, self.name):
                lines.append(re.sub(rf"(place\.py) {role}1\b", rf"\1 {self.name}", line))
        text = self.within("\n".join(lines)).replace("REPOSITORY", str(self.origin))
        done = subprocess.run(
            [str(shutil.which("bash")), "-eu", "-o", "pipefail", "-c", text],
            cwd=self.root / "root",
            env={"PATH": str(self.root / "bin"), "HOST": str(self.root), "HOME": str(self.root / "root")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{self.name}: {text}\n{done.stdout}{done.stderr}"


def follow(folder: Path, change: Callable[[list[str]], None] | None = None) -> dict[str, Host]:
    """All of the runbook from nine empty hosts on, after `change` to its blocks."""
    blocks = list(BLOCKS)
    if change:
        change(blocks)
    hosts = {name: Host(folder, name) for name in ADDRESSES}
    typed = iter(blocks)

    def on(*roles: str) -> None:
        block = next(typed)
        for name, host in hosts.items():
            if name in roles or name.rstrip("0123456789") in roles:
                host.type(block)

    on("front", "web", "work", "db", "kv")
    here = next(typed).splitlines()
    copied = [line for line in here if line.startswith("scp ")]
    others = [address for name, address in ADDRESSES.items() if name != "web1"]
    hosts["web1"].type("\n".join([line for line in here if line not in copied] + [
        line.replace(SITE["WEB2"], address) for address in others for line in copied]))  # fmt: skip
    on("front", "web", "work", "db", "kv")
    on("db")
    on("kv")
    on("db", "kv")
    on("db")
    on("db1")
    on("web", "work")
    on("web")
    on("work")
    on("web")
    on("front")
    for name in ("front1", "front2"):
        (hosts[name].root / "etc/haproxy/site.pem").write_text("certificate and key")
    on("front")
    on("work1")
    on("web", "work")
    on("web", "work")
    on("work2")
    on("web", "work")
    on("work1")
    on("front")
    on("web")
    on("front")
    on("work")
    on("db1")
    assert next(typed, None) is None, "a block that nobody types here"
    return hosts


def test_runbook_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    hosts = follow(tmp_path)

    for name, host in hosts.items():
        srv = host.root / "srv/kepuyue"
        role = name.rstrip("0123456789")
        assert (srv / "current").is_symlink()
        assert (srv / "current").readlink() == Path("releases/2" if role in ("web", "work") else "releases/1")
        # The same secrets, and what was written into site.env once, also after the upgrade
        assert (host.root / "etc/kepuyue/secrets.env").read_text() == (
            hosts["web1"].root / "etc/kepuyue/secrets.env"
        ).read_text()
        assert "\nINTERFACE=ens7\n" in (srv / "current/deploy/site.env").read_text()
        if role in ("web", "work"):
            assert "\nADDED=of-the-new-release\n" in (host.root / "etc/kepuyue/kepuyue.env").read_text()
            assert (host.root / "etc/kepuyue/local.env").read_text() == "EMAIL_URL='smtp://a?b&c'\n"
    assert "interface ens7\n" in (hosts["front2"].root / "etc/keepalived/keepalived.conf").read_text()
    typed = (hosts["work1"].root / "typed").read_text().split("\n")
    assert [line.removeprefix(".venv/bin/kepuyue ").split()[0] for line in typed if line] == [
        "edition", "office-account", "upgrade-plan", "migrate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (0, "ln -sfn releases/1 /srv/kepuyue/current\n"),
        (0, "apt-get update && apt-get install -y git python3\n"),
        (2, "install -D -m 0600 /root/secrets.env /etc/kepuyue/secrets.env\n"),
        (10, "systemctl daemon-reload\n"),
        (13, "cd /srv/kepuyue/current\n"),
        (18, "git -C /srv/kepuyue/current diff HEAD -- deploy | git apply --3way --allow-empty\n"),
        (24, "set -a; . /etc/patroni_env.conf; "),
    ],
)
def test_control_a_step_that_is_left_out_is_noticed(number: int, line: str, tmp_path: Path) -> None:
    def leave_out(blocks: list[str]) -> None:
        assert line in blocks[number]
        blocks[number] = blocks[number].replace(line, "")

    if number == 18:
        # Nothing fails at once: the site's own figures are gone
        hosts = follow(tmp_path, leave_out)
        assert (
            "\nINTERFACE=ens7\n"
            not in (hosts["web1"].root / "srv/kepuyue/current/deploy/site.env").read_text()
        )
        return
    with pytest.raises(AssertionError):
        follow(tmp_path, leave_out)
