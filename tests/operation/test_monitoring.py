"""Readiness, figures for Prometheus, what stands on the dashboard, and what the worker did last."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families

from kepuyue.core import duties
from kepuyue.core.duties import Duty, all_duties
from kepuyue.core.ledger import EVERY, Ledger
from kepuyue.core.models import AuditEvent, DutyRun, WorkerBeat
from kepuyue.operation import queries
from kepuyue.operation.labels import LABELS
from kepuyue.operation.tasks import run_duty
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MONITORING = Path(site.PROJECT_ROOT) / "deploy" / "monitoring"
NAME = "kepuyue.core.tasks.seal_the_trail"


def broken() -> None:
    raise ValueError("张三的手机 13800000000 不对")


def figures(client: Client, **headers: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        found.setdefault(family.name, {})
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_ready_says_of_each_check_how_it_is(client: Client) -> None:
    WorkerBeat.objects.create(name="here:1")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert set(answer.json()["checks"]) == {"database", "migrations", "cache", "disk", "worker"}
    assert answer["Cache-Control"].startswith("max-age=0")


def test_worker_that_is_gone_warns_and_takes_no_web_host_out(client: Client) -> None:
    WorkerBeat.objects.create(name="here:1", seen_at=timezone.now() - timedelta(minutes=5))

    answer, strict = client.get("/readyz"), client.get("/readyz?strict")

    assert (answer.status_code, answer.json()["checks"]["worker"]) == (200, "warning none seen")
    assert strict.status_code == 503


@pytest.mark.parametrize(("free", "state", "status"), [(400_000_000, "warning", 200), (1_000, "failed", 503)])
def test_full_disk_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, free: int, state: str, status: int
) -> None:
    monkeypatch.setattr(queries.shutil, "disk_usage", lambda _path: SimpleNamespace(total=10**12, free=free))

    answer = client.get("/readyz")

    assert answer.status_code == status
    assert answer.json()["checks"]["disk"].startswith(state)


def test_migration_that_waits_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_migrated", False)
    monkeypatch.setattr(queries.MigrationExecutor, "migration_plan", lambda *_args: [object()])

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "failed 1 pending")


def test_check_that_breaks_is_a_failed_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "disk", broken)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "failed ValueError")


def test_figures_are_for_whom_the_operator_names(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "letmein"
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer letmein"}).status_code == 200
    settings.METRICS_TOKEN = ""
    settings.METRICS_NETWORKS = [__import__("ipaddress").ip_network("192.0.2.0/24")]
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_requests_are_counted_by_route_and_never_by_address(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "t"
    before = figures(client, authorization="Bearer t")

    client.get(reverse("programme:activity", args=["NOSUCH138"]), {"q": "13800000000"})
    after = figures(client, authorization="Bearer t")

    counted, key = "kepuyue_http_request_seconds_count", (("route", "programme:activity"),)
    assert after[counted][key] == before.get(counted, {}).get(key, 0) + 1
    assert "138" not in str([labels for samples in after.values() for labels in samples])


def test_everything_that_dashboard_and_alerts_name_is_measured(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "t"
    Ledger().run(Duty(NAME, list, timedelta(seconds=1)))
    run_duty.func(NAME)
    measured = set(figures(client, authorization="Bearer t"))
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]

    named = {name for expression in asked for name in re.findall(r"\bkepuyue_\w+", expression)}

    assert named - measured == set()


def test_result_of_a_duty_is_kept_without_what_it_said() -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match="13800000000"):
        ledger.run(Duty("broken", broken, timedelta(seconds=1)))
    with pytest.raises(ValueError, match="13800000000"):
        ledger.run(Duty("broken", broken, timedelta(seconds=1)))
    ledger.write()

    run = DutyRun.objects.get(name="broken")

    assert (run.result, run.failures, run.fault, run.succeeded_at) == ("failed", 2, "ValueError", None)
    assert "138" not in str(run.__dict__)


def test_results_are_written_together_and_faults_at_once() -> None:
    moment = [0.0]
    ledger = Ledger(clock=lambda: moment[0])
    assert ledger.write()
    ledger.run(Duty("fine", list, timedelta(seconds=1)))
    assert not ledger.write()
    moment[0] += EVERY
    assert ledger.write()
    with pytest.raises(ValueError, match="不对"):
        ledger.run(Duty("broken", broken, timedelta(seconds=1)))
    assert ledger.write()

    assert dict(DutyRun.objects.values_list("name", "result")) == {"fine": "done", "broken": "failed"}
    assert WorkerBeat.objects.count() == 1
    ledger.close()
    assert not WorkerBeat.objects.exists()


def test_what_the_office_had_done_stays_while_the_worker_goes_on() -> None:
    moment = [0.0]
    worker, office = Ledger(clock=lambda: moment[0]), Ledger()
    with pytest.raises(ValueError, match="不对"):
        worker.run(Duty("daily", broken, timedelta(days=1)))
    assert worker.write()

    office.run(Duty("daily", list, timedelta(days=1)))
    office.write_runs()
    moment[0] += EVERY
    worker.run(Duty("other", list, timedelta(seconds=1)))
    assert worker.write()

    run = DutyRun.objects.get(name="daily")
    assert (run.result, run.failures, run.fault) == ("done", 0, "")


def test_failures_of_several_workers_are_counted_together() -> None:
    one, two = Ledger(), Ledger()
    for ledger in (one, two, one):
        with pytest.raises(ValueError, match="不对"):
            ledger.run(Duty("broken", broken, timedelta(seconds=1)))
        ledger.write(is_now=True)
    one.write(is_now=True)

    assert DutyRun.objects.get(name="broken").failures == 3


def test_what_was_noted_before_a_later_run_of_another_does_not_replace_it() -> None:
    slow, quick = Ledger(), Ledger()
    with pytest.raises(ValueError, match="不对"):
        slow.run(Duty("daily", broken, timedelta(days=1)))
    quick.run(Duty("daily", list, timedelta(days=1)))
    quick.write_runs()
    slow.write_runs()

    assert DutyRun.objects.get(name="daily").result == "done"


def test_every_duty_has_a_name_at_the_desk() -> None:
    assert {duty.name for duty in all_duties() if duty.name.startswith("kepuyue.")} == set(LABELS)


def test_office_sees_what_failed_in_plain_words_and_has_it_done_again(
    cast: Cast, sign_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    DutyRun.objects.create(
        name=NAME, result="failed", failures=3, fault="OperationalError", fault_place="kepuyue/core/seals.py:1",
        started_at=timezone.now(),
    )  # fmt: skip
    client = sign_in(cast.office)

    page = client.get(reverse("operation:operation")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("operation:run", args=[NAME]))
    (queued,) = DBTaskResult.objects.all()
    run_duty.func(*queued.args_kwargs["args"])

    assert "数据库没有回应" in page
    assert "连续3次没有做成" in page
    assert "没有后台进程在运行" in page
    assert answer.status_code == 302
    assert AuditEvent.objects.filter(action="duty.run", subject_id=NAME, actor_id=cast.office.pk).count() == 1
    assert DutyRun.objects.get(name=NAME).result == "done"


def test_jobs_command_ends_with_a_status(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("jobs", "--run", NAME, "--format", "json")
    shown = json.loads(capsys.readouterr().out)
    with pytest.raises(CommandError) as unknown:
        call_command("jobs", "--run", "nothing")
    with pytest.raises(CommandError) as late:
        call_command("jobs")
    monkeypatch.setitem(duties._known, "broken", Duty("broken", broken, timedelta(days=1)))
    with pytest.raises(CommandError) as failed:
        call_command("jobs", "--run", "broken")

    assert (shown["jobs"][0]["name"], shown["jobs"][0]["result"]) == (NAME, "done")
    assert [error.value.returncode for error in (unknown, late, failed)] == [2, 1, 1]
    assert NAME in capsys.readouterr().out


def test_processes_share_their_counts(tmp_path: Path) -> None:
    """As `kepuyue serve` has them: each counts in a file of its own, whoever is asked reads all."""
    import os
    import subprocess
    import sys

    count = "from kepuyue.core import requests; [requests.observe('a', how, 200, 0.1) for how in ('GET', 'X1', 'X2')]"
    read = f"{count}; from prometheus_client import *; from prometheus_client import multiprocess as m; r = CollectorRegistry(); m.MultiProcessCollector(r); print(generate_latest(r).decode())"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    told = subprocess.run(
        [sys.executable, "-c", read], env=environment, check=True, capture_output=True, text=True
    )

    assert 'kepuyue_http_requests_total{method="GET",route="a",status="2xx"} 2.0' in told.stdout
    # Whoever invents methods makes no figures of their own
    assert 'kepuyue_http_requests_total{method="-",route="a",status="2xx"} 4.0' in told.stdout
