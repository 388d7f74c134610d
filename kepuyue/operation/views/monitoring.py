"""What proxies, supervisors and Prometheus ask."""

import ipaddress
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from kepuyue.accounts.network import client_address
from kepuyue.operation import measuring, queries


@require_safe
@never_cache
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: 503 where a check failed, with `?strict` also where one warns."""
    checks = queries.readiness()
    bad = {"failed", "warning"} if "strict" in request.GET else {"failed"}
    is_ready = not any(check.state in bad for check in checks)
    told = {check.name: " ".join(filter(None, (check.state, check.says))) for check in checks}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": "ok" if is_ready else "unavailable", "checks": told}, status=status)


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures for Prometheus; for others there is nothing here."""
    if not _may_measure(request):
        raise Http404
    return HttpResponse(measuring.text(), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    address = ipaddress.ip_address(client_address(request))
    return any(address in network for network in settings.METRICS_NETWORKS)
