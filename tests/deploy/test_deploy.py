"""The files of deploy/: what is placed on a host is whole, means what the runbook says, and the units are units."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from deploy import place

DEPLOY = Path(settings.PROJECT_ROOT) / "deploy"
SITE = place.read(DEPLOY / "site.env")
HOSTS = [name.lower() for name in SITE if re.fullmatch(r"(FRONT|WEB|WORK|DB|KV)\d", name)]
SECRETS = {name: f"made-up-{name.lower().replace('_', '-')}" for name in place.NAMES_OF_SECRETS}
PROGRAM = "/srv/kepuyue/current/.venv/bin/kepuyue"


def given(name: str) -> dict[str, str]:
    """A file's name -> its text, as they come onto a host."""
    return {one.target: place.filled((DEPLOY / one.source).read_text(), name, SITE | SECRETS)
            for one in place.files_of(name)}  # fmt: skip


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
    for unit in units:
        # The program is where a host has it; here another stands for it
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    names = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in units]

    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True)

    assert len(units) == 3 and (done.returncode, done.stderr) == (0, "")
    for unit in units:
        text = unit.read_text()
        assert f"ExecStart={PROGRAM} " in text and "User=kepuyue\n" in text and "NoNewPrivileges=true" in text


@pytest.mark.parametrize("name", ["web1", "work1"])
def test_what_is_set_on_a_host_is_a_setting(name: str) -> None:
    told = given(name)["/etc/kepuyue/kepuyue.env"]
    documented = (DEPLOY.parent / "docs" / "operation.md").read_text()

    names = re.findall(r"(?m)^([A-Z_]+)=", told)
    assert names and [one for one in names if f"`{one}`" not in documented] == []


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
    for name in ("README.md", "README.zh-CN.md"):
        text = (DEPLOY / name).read_text()
        found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        blocks.append([re.sub(r" +#.*", "", one) for one in found])
        assert set(re.findall(r"\b(kepuyue-[a-z]+)@?", " ".join(found))) == {
            "kepuyue-web",
            "kepuyue-worker",
            "kepuyue-migrate",
        }
        assert {f"deploy/{path}" for path in re.findall(r"deploy/([\w./]+)", " ".join(found))
                if not (DEPLOY / path).exists()} == set()  # fmt: skip

    assert len(blocks[0]) > 10 and blocks[0] == blocks[1]
