import sys
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from kepuyue.core import database

INTERFACE = "/api/"


@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process answers and its database does; for proxies and supervisors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@requires_csrf_token
def fault(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Whatever nobody caught: 503 with when to try again where the database is away or takes no writing, which passes
    by itself; 500 for all else. Also what a layer above the views met comes here.
    """
    if not database.is_away(sys.exc_info()[1]):
        return server_error(request)
    database.let_go()
    wait = {"Retry-After": str(database.RETRY_AFTER), "Cache-Control": "no-store"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if request.path.startswith(INTERFACE):
        detail = _("网站的数据库正在切换，请过几秒再试一次同样的请求。")
        problem = {"type": "not-yet", "title": detail, "status": status, "detail": detail}
        return JsonResponse(problem, status=status, headers=wait, content_type="application/problem+json")
    return HttpResponse(render_to_string("503.html"), status=status, headers=wait)
