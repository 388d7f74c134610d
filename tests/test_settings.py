"""The settings are read by a process of their own, as at a start."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_PORT", "DEBUG", "DEMO", "SESSION_COOKIE_SECURE", "DATABASES", "COOKIE_PREFIX", "CACHES",
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE",
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
)  # fmt: skip
TOLD = f"import json, kepuyue.settings as s; print(json.dumps({{n: getattr(s, n, None) for n in {NAMES}}}))"


def started(data: Path, **environment: str) -> dict[str, Any]:
    """The settings of a start with nothing set but this."""
    known = {"PATH": os.environ["PATH"], "DATA_DIR": str(data)} | environment
    answer = subprocess.run(
        [sys.executable, "-c", TOLD], env=known, capture_output=True, text=True, check=True
    )
    return dict(json.loads(answer.stdout))


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        secrets = list(pool.map(lambda _n: started(tmp_path)["SECRET_KEY"], range(4)))

    assert len(set(secrets)) == 1 and len(secrets[0]) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_a_public_site_is_answered_at_its_address_and_keeps_cookies_to_https(tmp_path: Path) -> None:
    found = started(tmp_path, PUBLIC_URL="https://month.example.org")

    assert "month.example.org" in found["ALLOWED_HOSTS"] and "*" not in found["ALLOWED_HOSTS"]
    assert (found["DEBUG"], found["DEMO"], found["SESSION_COOKIE_SECURE"]) == (False, False, True)


def test_a_site_with_https_binds_its_cookies_and_browsers_to_itself(tmp_path: Path) -> None:
    found = started(tmp_path, PUBLIC_URL="https://month.example.org")

    names = [found[f"{kind}_COOKIE_NAME"] for kind in ("SESSION", "CSRF", "LANGUAGE")]
    assert [name.startswith("__Host-") for name in names] == [True] * 3
    assert found["COOKIE_PREFIX"] == "__Host-"
    assert [found[f"{kind}_COOKIE_SECURE"] for kind in ("SESSION", "CSRF", "LANGUAGE")] == [True] * 3
    assert (found["SECURE_HSTS_SECONDS"], found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (31_536_000, True)


def test_debugging_is_refused_on_a_public_site(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        started(tmp_path, PUBLIC_URL="https://month.example.org", DEBUG="1")

    assert "DEBUG=1" in refused.value.stderr


@pytest.mark.parametrize(
    ("url", "port"),
    [("smtp://a", 25), ("smtps://a", 465), ("smtp+tls://a", 587), ("smtps://u:p%40@a:2465", 2465)],
)
def test_mail_goes_to_the_usual_port_of_its_kind(tmp_path: Path, url: str, port: int) -> None:
    assert started(tmp_path, EMAIL_URL=url)["EMAIL_PORT"] == port


def test_database_server_that_does_not_answer_is_given_up_soon(tmp_path: Path) -> None:
    url = "postgres://month@db.example.org/month?sslmode=require"

    options = started(tmp_path, DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]

    assert options == {"connect_timeout": 5, "tcp_user_timeout": 10_000, "target_session_attrs": "read-write",
                       "sslmode": "require"}  # fmt: skip


def test_several_database_hosts_are_tried_until_one_takes_writing(tmp_path: Path) -> None:
    url = "postgres://month:p%40ss@/month?host=10.0.0.1,10.0.0.2&port=5432,5433"

    found = started(tmp_path, DATABASE_URL=url)["DATABASES"]["default"]

    assert (found["HOST"], found["USER"], found["PASSWORD"]) == ("", "month", "p@ss")
    assert (found["OPTIONS"]["host"], found["OPTIONS"]["port"]) == ("10.0.0.1,10.0.0.2", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(("pooled", "is_off"), [("", False), ("1", True)])
def test_a_pool_of_transactions_has_no_cursors_of_the_server(
    tmp_path: Path, pooled: str, is_off: bool
) -> None:
    found = started(tmp_path, DATABASE_URL="postgres://a@b/c", DATABASE_POOLED=pooled)["DATABASES"]["default"]

    assert found["DISABLE_SERVER_SIDE_CURSORS"] is is_off
