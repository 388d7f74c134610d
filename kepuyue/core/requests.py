"""Requests counted and timed by the name of their route; never by address, which may hold what leads to a person."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram

# From a page out of memory to one that somebody waits for
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# What `/metrics` reads where no processes share their counts
OWN_REGISTRY = CollectorRegistry()
UNROUTED = "-"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_answered = Counter(
    "kepuyue_http_requests_total", "Requests answered.", ["route", "method", "status"], registry=OWN_REGISTRY
)
_took = Histogram(
    "kepuyue_http_request_seconds",
    "Time until the answer.",
    ["route"],
    buckets=BUCKETS,
    registry=OWN_REGISTRY,
)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count one request; methods that nobody uses as one."""
    counter, histogram = _measures(route, method if method in METHODS else "-", status // 100)
    counter.inc()
    histogram.observe(seconds)


@cache
def _measures(route: str, method: str, hundreds: int) -> tuple[Counter, Histogram]:
    # Looking labels up takes as long as counting; there are as many as the site has routes
    return _answered.labels(route, method, f"{hundreds}xx"), _took.labels(route)
