"""What is measured, as Prometheus reads it.

Web processes count requests, each in a file of its own that all of them can read (`PROMETHEUS_MULTIPROC_DIR`, set by
`kepuyue serve`). What the database knows is asked when somebody looks, once for all processes in a few seconds.
Labels are names of routes, states and duties: nothing that leads to a person.
"""

import os
import socket
from collections.abc import Iterator

from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from kepuyue import __version__
from kepuyue.bookings.models import Booking
from kepuyue.core import ledger, requests
from kepuyue.core.duties import all_duties
from kepuyue.core.models import DutyRun
from kepuyue.operation import queries

KEPT = 10  # seconds
# Several machines may share the cache, and disk and readiness are each machine's own
KEY = f"operation:figures:{socket.gethostname()}"


def text() -> bytes:
    """All figures in the text format of Prometheus."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(requests.OWN_REGISTRY)
    return generate_latest(registry) + _of_the_database()


def _of_the_database() -> bytes:
    kept: bytes | None = cache.get(KEY)
    if kept is None:
        registry = CollectorRegistry()
        registry.register(_Figures())
        kept = generate_latest(registry)
        cache.set(KEY, kept, KEPT)
    return kept


class _Figures:
    """Asks the database once."""

    def collect(self) -> Iterator[Metric]:
        """All figures of the business and of the machine."""
        yield _one("kepuyue_info", "The running version.", {"version": __version__})
        yield _each(
            "kepuyue_bookings", "Bookings by state.", "state",
            dict(Booking.objects.order_by().values_list("state").annotate(Count("pk"))),
        )  # fmt: skip
        yield _each("kepuyue_tasks", "Background tasks by state.", "state", queries.task_counts())
        yield _plain("kepuyue_task_oldest_seconds", "Wait of the oldest ready task.", queries.oldest_task())
        yield _each("kepuyue_outbox_messages", "Messages by state.", "state", queries.outbox_counts())
        yield _plain(
            "kepuyue_outbox_oldest_seconds", "Wait of the oldest due message.", queries.oldest_message()
        )
        yield from _duties()
        beats = ledger.workers()
        yield _plain("kepuyue_workers", "Workers seen in the last 90 seconds.", len(beats))
        disk = queries.disk()
        yield _plain("kepuyue_disk_bytes", "Size of the disk of DATA_DIR.", disk.total)
        yield _plain("kepuyue_disk_free_bytes", "Free space on it.", disk.free)
        yield _plain("kepuyue_database_bytes", "Size of the database.", queries.database_bytes())
        states = {check.name: float(check.state == "ok") for check in queries.readiness()}
        yield _each("kepuyue_ready", "1 where a check of /readyz is fine.", "check", states)


def _duties() -> Iterator[Metric]:
    names = ("result", "seconds", "failures", "since")
    helps = ("1: the last run was fine.", "Length of the last run.", "Failures in a row.",
             "Seconds since the last run without a fault.")  # fmt: skip
    found = {
        name: GaugeMetricFamily(f"kepuyue_duty_{name}", text, labels=["duty"])
        for name, text in zip(names, helps, strict=True)
    }
    # A duty that there is no more would be told of for good
    known = [duty.name for duty in all_duties()]
    for run in DutyRun.objects.filter(name__in=known).exclude(result=DutyRun.Result.NEVER):
        label = [run.name.removeprefix("kepuyue.")]
        found["result"].add_metric(label, float(run.result == DutyRun.Result.DONE))
        found["seconds"].add_metric(label, run.seconds)
        found["failures"].add_metric(label, run.failures)
        if run.succeeded_at:
            found["since"].add_metric(label, max(0.0, (timezone.now() - run.succeeded_at).total_seconds()))
    yield from found.values()


def _plain(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _each(name: str, text: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([str(key).lower()], value)
    return family


def _one(name: str, text: str, labels: dict[str, str]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
