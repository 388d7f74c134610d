"""The files of deploy/: what is placed on a host is whole, means what the runbook says, and the units are units."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from bench.machines import read_environment
from deploy import place

DEPLOY = Path(settings.PROJECT_ROOT) / "deploy"
SITE = place.read(DEPLOY / "site.env")
HOSTS = [name.lower() for name in SITE if re.fullmatch(r"(FRONT|WEB|WORK|DB|KV)\d", name)]
SECRETS = {name: f"made-up-{name.lower().replace('_', '-')}" for name in place.NAMES_OF_SECRETS}
PROGRAM = "/srv/kepuyue/current/.venv/bin/kepuyue"
# What starts in a unit: the program itself, but for the backup, which also removes old ones
PROGRAMS = {"kepuyue-backup.service": "/srv/kepuyue/current/deploy/backup"}
# A store of objects as its provider names it: every sign that a shell would take for its own
STORE = "s3://AKID:se$cr`e\"t%2F'x@bucket?endpoint=https://cos.ap-guangzhou.example&region=ap-guangzhou&prefix=a\\b;c #d"


def given(name: str) -> dict[str, str]:
    """A file's name -> its text, as they come onto a host."""
    return {one.target: place.text_of(one, name, SITE | SECRETS) for one in place.files_of(name)}


@pytest.mark.parametrize("name", HOSTS)
def test_host_gets_files_without_a_gap(name: str, tmp_path: Path) -> None:
    for folder in ("etc/redis", "etc/haproxy"):
        (tmp_path / folder).mkdir(parents=True)
    known = {one.target for one in place.files_of(name)} - {"/etc/valkey/valkey.conf"}
    owners: list[tuple[Any, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        # The groups come with the packages
        patch.setattr(shutil, "chown", lambda *asked: owners.append(asked))
        placed = place.place(name, SITE | SECRETS, tmp_path)

    assert {f"/{path.relative_to(tmp_path)}" for path in placed} == known
    for path in placed:
        text = path.read_text()
        assert not place.PLACEHOLDER.search(text), path
        holds = [value for value in SECRETS.values() if value in text]
        assert not holds or path.stat().st_mode & 0o007 == 0, f"{path} shows secrets to everybody"


def test_a_name_or_an_address_that_is_not_known_is_said() -> None:
    with pytest.raises(ValueError, match="a host is called"):
        place.files_of("mail1")
    with pytest.raises(ValueError, match="WEB9="):
        place.filled("", "web9", SITE)
    with pytest.raises(ValueError, match="CACHE_PASSWORD"):
        place.filled("@CACHE_PASSWORD@", "web1", SITE)


def test_secrets_are_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "secrets.env"

    assert place.make_secrets(path) == 0
    first = path.read_text()

    assert path.stat().st_mode & 0o777 == 0o600 and set(place.read(path)) == set(place.NAMES_OF_SECRETS)
    assert len(set(place.read(path).values())) == len(place.NAMES_OF_SECRETS)
    assert place.make_secrets(path) == 1 and path.read_text() == first


def test_units_are_units(tmp_path: Path) -> None:
    units = sorted((DEPLOY / "systemd").glob("*.service"))
    timers = sorted((DEPLOY / "systemd").glob("*.timer"))
    for unit in units:
        # The program is where a host has it; here another stands for it
        program = PROGRAMS.get(unit.name, PROGRAM)
        (tmp_path / unit.name).write_text(unit.read_text().replace(program, "/bin/true"))
    for timer in timers:
        shutil.copy(timer, tmp_path)
        assert timer.with_suffix(".service") in units
    names = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in [*units, *timers]]

    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True)

    assert len(units) == 4 and len(timers) == 1 and (done.returncode, done.stderr) == (0, "")
    for unit in units:
        text = unit.read_text()
        program = PROGRAMS.get(unit.name, PROGRAM)
        assert (DEPLOY.parent / program.removeprefix("/srv/kepuyue/current/")).exists()
        assert "EnvironmentFile=/etc/kepuyue/kepuyue.env\nEnvironmentFile=-/etc/kepuyue/local.env\n" in text
        # Requests, tasks and their children: the main process is told, and ends the others
        assert "Type=oneshot" in text or "KillMode=mixed" in text
        assert f"ExecStart={program} " in text and "User=kepuyue\n" in text and "NoNewPrivileges=true" in text


@pytest.mark.parametrize("name", ["web1", "work1"])
def test_what_is_set_on_a_host_is_a_setting(name: str) -> None:
    told = given(name)["/etc/kepuyue/kepuyue.env"]
    documented = (DEPLOY.parent / "docs" / "operation.md").read_text()

    names = re.findall(r"(?m)^([A-Z_]+)=", told)
    assert names and [one for one in names if f"`{one}`" not in documented] == []


@pytest.mark.parametrize("shell", ["bash", "sh"])
@pytest.mark.parametrize("name", ["web1", "work1", "db1"])
def test_a_shell_and_a_unit_read_the_same(name: str, shell: str, tmp_path: Path) -> None:
    """Units read these files, and commands by hand have them read by a shell."""
    known = SITE | SECRETS | {"MEDIA_URL": STORE, "PATRONI_PASSWORD": "a&b $c 'd' \"e\" \\f"}
    [file] = [one for one in place.files_of(name) if one.is_environment]
    path = tmp_path / "environment"
    path.write_text(place.text_of(file, name, known))
    meant = dict(
        line.split("=", 1)
        for line in place.filled((DEPLOY / file.source).read_text(), name, known).splitlines()
        if not line.startswith("#")
    )
    names = " ".join(meant)

    read = f'set -a; . "$0"; for one in {names}; do eval "printf \'%s\\0\' \\"\\${{$one}}\\""; done'
    done = subprocess.run([shell, "-euc", read, str(path)], capture_output=True, text=True, env={})

    assert (done.returncode, done.stderr) == (0, "")
    assert dict(zip(meant, done.stdout.split("\0"), strict=False)) == meant
    assert read_environment(path.read_text().splitlines()) == meant
    assert known["MEDIA_URL" if name != "db1" else "PATRONI_PASSWORD"] in meant.values()


def test_secrets_may_stand_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("MEDIA_URL='s3://a:b@c?endpoint=https://d&region=e'\nSECRET_KEY=\"x y\"\n")

    assert place.read(path) == {"MEDIA_URL": "s3://a:b@c?endpoint=https://d&region=e", "SECRET_KEY": "x y"}
    path.write_text("MEDIA_URL='s3://a'&b\n")
    with pytest.raises(ValueError, match=":1: one pair of quotes"):
        place.read(path)


def test_a_key_of_before_is_given_to_web_and_work_hosts() -> None:
    for name in ("web1", "work1"):
        [file] = [one for one in place.files_of(name) if one.is_environment]

        assert "\nSECRET_KEY_FALLBACKS=\n" in place.text_of(file, name, SITE | SECRETS)
        told = place.text_of(file, name, SITE | SECRETS | {"SECRET_KEY_FALLBACKS": "one,two"})
        assert "\nSECRET_KEY_FALLBACKS=one,two\n" in told


def test_what_is_the_sites_own_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "etc/kepuyue").mkdir(parents=True)
    own = tmp_path / "etc/kepuyue/local.env"
    own.write_text("EMAIL_URL='smtp://a'\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "chown", lambda *asked: None)
        for name in ("web1", "work1", "front1"):
            place.place(name, SITE | SECRETS | {"INTERFACE": "ens3"}, tmp_path)

    assert own.read_text() == "EMAIL_URL='smtp://a'\n"
    assert "interface ens3\n" in (tmp_path / "etc/keepalived/keepalived.conf").read_text()


def test_prometheus_asks_web_hosts_as_they_are() -> None:
    told = yaml.safe_load((DEPLOY / "monitoring" / "prometheus.yml").read_text())
    [job] = told["scrape_configs"]
    web = given("web1")

    assert job["scheme"] == "http" and job["metrics_path"] == "/metrics"
    assert job["static_configs"] == [
        {"targets": [f"{SITE[name.upper()]}:8000" for name in HOSTS if name.startswith("web")]}
    ]
    assert "--port 8000\n" in web["/etc/systemd/system/kepuyue-web.service"]
    assert re.search(rf"(?m)^ALLOWED_HOSTS=.*\b{SITE['WEB1']}$", web["/etc/kepuyue/kepuyue.env"])


def test_failover_stays_under_thirty_seconds_by_its_figures() -> None:
    """A host that vanished: the lock runs out (ttl), the standby is promoted (2 s are plenty), proxies and pools notice
    (a look a second each). Patroni wants loop_wait + 2 * retry_timeout <= ttl, or a slow etcd demotes a healthy primary.
    """
    dcs = yaml.safe_load(given("db1")["/etc/patroni/config.yml"])["bootstrap"]["dcs"]

    assert dcs["loop_wait"] + 2 * dcs["retry_timeout"] <= dcs["ttl"]
    assert dcs["ttl"] + 2 + 1 + 1 < 30
    assert dcs["primary_start_timeout"] == 0 and dcs["synchronous_mode"] is True
    assert dcs["postgresql"]["parameters"]["synchronous_commit"] == "on"


def test_pools_of_all_web_hosts_fit_the_database() -> None:
    dcs = yaml.safe_load(given("db1")["/etc/patroni/config.yml"])["bootstrap"]["dcs"]
    pool = given("web1")["/etc/pgbouncer/pgbouncer.ini"]
    size = int(re.search(r"default_pool_size = (\d+)", pool)[1]) + int(
        re.search(r"reserve_pool_size = (\d+)", pool)[1]
    )
    threads = int(SITE["WEB_WORKERS"]) * (settings.WEB_THREADS + 2)

    # Eight web hosts, as docs speak of for a large city, and room for workers and people
    assert 8 * size + 40 <= dcs["postgresql"]["parameters"]["max_connections"]
    assert threads <= int(re.search(r"max_client_conn = (\d+)", pool)[1])
    assert "pool_mode = transaction" in pool
    assert "DATABASE_POOLED=1" in given("web1")["/etc/kepuyue/kepuyue.env"]


def test_proxies_believe_nobody_and_keep_no_query() -> None:
    haproxy = given("front1")["/etc/haproxy/haproxy.cfg"]
    nginx = (DEPLOY / "nginx" / "kepuyue.conf").read_text()

    [line] = re.findall(r'log-format "(.+)"', haproxy)
    assert (
        "%[var(txn.logged)]" in line
        and not re.search(r"%HU|%HP|%HQ|%r\b|%\{\+Q\}r|capture", line)
        and "option httplog" not in haproxy
    )
    assert haproxy.index("del-header X-Forwarded-For") < haproxy.index("set-header X-Forwarded-For %[src]")
    [logged] = re.findall(r"log_format no_query '(.+)'", nginx)
    assert "$logged" in logged and not re.search(
        r"\$(request|request_uri|uri|args|query_string|http_referer)\b", logged
    )
    assert nginx.count("access_log") == nginx.count("no_query;") == 2
    assert nginx.count("proxy_set_header X-Forwarded-For $remote_addr") == nginx.count("proxy_pass") == 2


def test_health_is_asked_of_every_web_host() -> None:
    haproxy = given("front1")["/etc/haproxy/haproxy.cfg"]

    assert "uri /healthz" in haproxy
    for number in (1, 2):
        assert haproxy.count(f"server web{number} {SITE[f'WEB{number}']}:8000") == 2


def test_runbook_says_the_same_in_both_languages() -> None:
    """Commands are the same but for what is remarked beside them, and name what is there."""
    blocks = []
    documented = (DEPLOY.parent / "docs" / "operation.md").read_text()
    for name in ("README.md", "README.zh-CN.md"):
        text = (DEPLOY / name).read_text()
        found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        blocks.append([re.sub(r" +#.*", "", one) for one in found])
        assert set(re.findall(r"\b(kepuyue-[a-z]+)@?", " ".join(found))) == {
            "kepuyue-web",
            "kepuyue-worker",
            "kepuyue-migrate",
            "kepuyue-backup",
        }
        assert set(re.findall(r"deploy/run ([a-z][a-z-]+)", text)) - set(get_commands()) == set()
        [own] = re.findall(r"```ini\n(.*?)```", text, re.DOTALL)
        names = re.findall(r"(?m)^([A-Z_]+)=", own)
        assert {"EMAIL_URL", "MAIL_FROM", "BACKUP_RECIPIENTS"} <= set(names)
        assert [one for one in names if f"`{one}`" not in documented] == []
        assert re.fullmatch(r"(#.*\n|[A-Z_]+='[^']*'\n)+", own)
        assert {f"deploy/{path}" for path in re.findall(r"deploy/([\w./]+)", " ".join(found))
                if not (DEPLOY / path).exists()} == set()  # fmt: skip

    assert len(blocks[0]) > 10 and blocks[0] == blocks[1]


def stub(folder: Path, name: str, text: str) -> None:
    """A program that stands for another one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("has_own", [True, False])
def test_a_command_by_hand_has_what_the_units_have(has_own: bool, tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "kepuyue.env").write_text(place.quoted(f"MEDIA_URL={STORE}\nMAIL_FROM=placed\n"))
    if has_own:
        (etc / "local.env").write_text("MAIL_FROM='own & mine'\n")
    script = (DEPLOY / "run").read_text()
    release = tmp_path / "releases/1"
    (release / "deploy").mkdir(parents=True)
    (release / "deploy/run").write_text(script.replace("/etc/kepuyue", str(etc)))
    stub(release / ".venv/bin", "kepuyue", r'printf "%s\n" "$PWD" "$MEDIA_URL" "$MAIL_FROM" "$@"')
    stub(tmp_path / "bin", "runuser", '[ "$1 $2 $3" = "-u kepuyue --" ] && shift 3 && exec "$@"')

    done = subprocess.run(
        ["sh", str(release / "deploy/run"), "edition", "load", "a b"],
        capture_output=True,
        text=True,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"},
    )

    assert (done.returncode, done.stderr) == (0, "") and (DEPLOY / "run").stat().st_mode & 0o111
    assert done.stdout.splitlines() == [
        str(release), STORE, "own & mine" if has_own else "placed", "edition", "load", "a b",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "left"), [(0, 3), (3, 3), (1, 5)])
def test_old_backups_go_when_a_new_one_is_there(code: int, left: int, tmp_path: Path) -> None:
    release, folder = tmp_path / "release", tmp_path / "backups"
    (release / "deploy").mkdir(parents=True)
    folder.mkdir()
    shutil.copy(DEPLOY / "backup", release / "deploy/backup")
    wrote = 'echo new > "$2"; ' if code != 1 else ""
    stub(release / ".venv/bin", "kepuyue", f'[ "$1" = backup ] || exit 9; {wrote}exit {code}')
    for day in range(1, 6):
        (folder / f"kepuyue-2020-01-0{day}T031700Z.kepuyue").write_text("old")
    (folder / "before-the-move.kepuyue").write_text("by hand")

    done = subprocess.run(
        ["sh", str(release / "deploy/backup"), str(folder), "3"], capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (code, "")
    kept = sorted(folder.glob("kepuyue-*.kepuyue"))
    assert len(kept) == left and (folder / "before-the-move.kepuyue").exists()
    assert (kept[-1].read_text() == "new\n") == (code != 1)
    assert kept[-2].name == (
        "kepuyue-2020-01-05T031700Z.kepuyue" if code != 1 else "kepuyue-2020-01-04T031700Z.kepuyue"
    )
    assert (DEPLOY / "backup").stat().st_mode & 0o111
