"""Puts the files of deploy/ where a host of a given name needs them: `sudo python3 deploy/place.py web1`.

`python3 deploy/place.py --secrets FILE` writes new secrets into a file that does not exist yet; it is made once and
carried to every host as /etc/kepuyue/secrets.env. Standard library only; safe to run again.
"""

import argparse
import os
import re
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRETS = Path("/etc/kepuyue/secrets.env")
NAMES_OF_SECRETS = ("SECRET_KEY", "DATABASE_PASSWORD", "SUPERUSER_PASSWORD", "REPLICATION_PASSWORD", "REWIND_PASSWORD",
                    "PATRONI_PASSWORD", "CACHE_PASSWORD", "METRICS_TOKEN")  # fmt: skip
# What a site may leave out
OPTIONAL = {"SECRET_KEY_FALLBACKS": ""}
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
UNITS = "/etc/systemd/system/"


@dataclass(frozen=True)
class File:
    """One file of ours and where it goes."""

    source: str
    target: str
    group: str = "root"
    mode: int = 0o640
    # Read by systemd and, for commands by hand, by a shell
    is_environment: bool = False


# Which database is the primary is asked by a proxy on each host that needs to know
TO_THE_PRIMARY = File("haproxy/primary.cfg", "/etc/haproxy/haproxy.cfg", mode=0o644)
ETCD = File("etcd/etcd.env", "/etc/default/etcd", mode=0o644)
ROLES: dict[str, tuple[File, ...]] = {
    "front": (
        File("haproxy/front.cfg", "/etc/haproxy/haproxy.cfg", mode=0o644),
        File("keepalived/keepalived.conf", "/etc/keepalived/keepalived.conf"),
    ),
    "web": (
        TO_THE_PRIMARY,
        File("pgbouncer/pgbouncer.ini", "/etc/pgbouncer/pgbouncer.ini", "postgres"),
        File("pgbouncer/userlist.txt", "/etc/pgbouncer/userlist.txt", "postgres"),
        File("kepuyue/web.env", "/etc/kepuyue/kepuyue.env", is_environment=True),
        File("systemd/kepuyue-web.service", UNITS + "kepuyue-web.service", mode=0o644),
    ),
    "work": (
        TO_THE_PRIMARY,
        File("kepuyue/work.env", "/etc/kepuyue/kepuyue.env", is_environment=True),
        *(
            File(f"systemd/{unit}", UNITS + unit, mode=0o644)
            for unit in (
                "kepuyue-worker@.service",
                "kepuyue-migrate.service",
                "kepuyue-backup.service",
                "kepuyue-backup.timer",
            )
        ),
    ),
    "db": (
        ETCD,
        File("patroni/config.yml", "/etc/patroni/config.yml", "postgres"),
        File("patroni/patroni.env", "/etc/patroni_env.conf", is_environment=True),
    ),
    "kv": (ETCD, File("cache/redis.conf", "/etc/redis/redis.conf", "redis"),
           File("cache/redis.conf", "/etc/valkey/valkey.conf", "valkey")),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", help="this host, as deploy/site.env calls it: front1, web2, db1 …")
    parser.add_argument("--secrets", type=Path, metavar="FILE", help="make new secrets instead")
    options = parser.parse_args()
    if options.secrets:
        return make_secrets(options.secrets)
    if not options.name:
        parser.error("which host is this?")
    try:
        known = read(HERE / "site.env") | read(SECRETS)
        placed = place(options.name, known)
    except (OSError, ValueError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    print("\n".join(f"→ {path}" for path in placed))
    return 0


def make_secrets(path: Path) -> int:
    """Write random secrets, readable by their owner only. Nothing is overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"✗ {path} is there already; secrets that are in use are not made anew", file=sys.stderr)
        return 1
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{name}={secrets.token_urlsafe(36)}\n" for name in NAMES_OF_SECRETS)
    return 0


def read(path: Path) -> dict[str, str]:
    """NAME=value lines; quotes around a value are a shell's. Raises ValueError where a line is none."""
    found = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise ValueError(f"{path}:{number}: write NAME=value")
        try:
            found[name] = unquoted(value.strip())
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
    return found


def unquoted(value: str) -> str:
    """A value without its quotes, as a shell reads them. Raises ValueError where they are no pair around it."""
    if found := re.fullmatch(r"'([^']*)'", value):
        return found[1]
    if found := re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value):
        return re.sub(r'\\([\\"$`])', r"\1", found[1])
    if value[:1] in ("'", '"'):
        raise ValueError("one pair of quotes around the whole value")
    return value


def quoted(text: str) -> str:
    """An environment file whose values systemd and a shell read alike: `&` and `$` mean nothing to either."""

    def line(found: re.Match[str]) -> str:
        name, value = found.groups()
        if not re.search(r"[^\w%+,./:=@-]", value, re.ASCII):
            return found[0]
        return f'{name}="' + re.sub(r'([\\"$`])', r"\\\1", value) + '"'

    return re.sub(r"(?m)^([A-Z][A-Z0-9_]*)=(.*)$", line, text)


def files_of(name: str) -> tuple[File, ...]:
    """What a host of this name needs. Raises ValueError for a name of no role."""
    role = name.rstrip("0123456789")
    if role not in ROLES:
        raise ValueError(f"{name}: a host is called {', '.join(f'{one}1' for one in ROLES)} and so on")
    return ROLES[role]


def filled(text: str, name: str, known: dict[str, str]) -> str:
    """A file with the names, addresses and secrets of the site. Raises ValueError where one is not known."""
    if name.upper() not in known:
        raise ValueError(f"{name}: give its address in deploy/site.env as {name.upper()}=…")
    number = int(name[len(name.rstrip("0123456789")) :] or 1)
    here = {**OPTIONAL, **known, "NAME": name, "ADDRESS": known[name.upper()], "PRIORITY": str(151 - number)}

    def value(found: re.Match[str]) -> str:
        if found[1] not in here:
            raise ValueError(f"{found[1]} stands neither in deploy/site.env nor in {SECRETS}")
        return here[found[1]]

    return PLACEHOLDER.sub(value, text)


def text_of(file: File, name: str, known: dict[str, str]) -> str:
    """What stands in a file on this host."""
    text = filled((HERE / file.source).read_text(), name, known)
    return quoted(text) if file.is_environment else text


def place(name: str, known: dict[str, str], root: Path = Path("/")) -> list[Path]:
    """Write the host's files; a folder whose package is not installed here (Redis or Valkey) is passed by."""
    placed = []
    for file in files_of(name):
        target = root / file.target.lstrip("/")
        if not target.parent.exists():
            if len([one for one in files_of(name) if one.source == file.source]) > 1:
                continue
            target.parent.mkdir(parents=True)
        text = text_of(file, name, known)
        draft = target.with_name(f".{target.name}.new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(text)
        if os.geteuid() == 0:
            shutil.chown(draft, "root", file.group)
        draft.chmod(file.mode)
        draft.rename(target)
        placed.append(target)
    return placed


if __name__ == "__main__":
    sys.exit(main())
