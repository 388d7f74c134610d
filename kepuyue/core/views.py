import re
import sys
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from kepuyue.core import database, disk, logs

INTERFACE = "/api/"
CSRF = "csrfmiddlewaretoken"
# Fields that open something: they are neither shown nor sent again by a page of ours
SECRET = re.compile(r"pass|token|secret|otp|^code$|proof|credential|^key$", re.IGNORECASE)


@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process answers and its database does; for proxies and supervisors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@requires_csrf_token
def fault(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Whatever nobody caught: 503 with when to try again where the database is away or takes no writing, or the disk is
    full, which passes without us; 500 for all else. Also what a layer above the views met comes here.
    """
    error = sys.exc_info()[1]
    context: dict[str, Any] = {"request_id": logs.request_id.get()}
    if not database.is_away(error) and not disk.is_full(error):
        body = render_to_string("500.html", context)
        return HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    database.let_go()
    wait = {"Retry-After": str(database.RETRY_AFTER), "Cache-Control": "no-store"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if request.path.startswith(INTERFACE):
        detail = _("网站现在存不进去，请过几秒再试一次同样的请求。")
        problem = {"type": "not-yet", "title": detail, "status": status, "detail": detail}
        return JsonResponse(problem, status=status, headers=wait, content_type="application/problem+json")
    return HttpResponse(render_to_string("503.html", context | _typed(request)), status=status, headers=wait)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What the form said, so that nothing has to be typed twice; never a password, nor what stands for one."""
    # Read by the view already; to read it here might wait for a body that does not come
    data = getattr(request, "_post", None)
    if request.method != "POST" or not data:
        return {}
    fields = [(name, value) for name, values in data.lists() for value in values]
    shown = [(name, value) for name, value in fields if value.strip() and not SECRET.search(name)]
    has_secret = any(SECRET.search(name) and name != CSRF for name, _value in fields)
    return {
        "typed": [(name, value) for name, value in shown if not value.isdecimal() or len(value) > 1],
        "repeated": [*shown, (CSRF, get_token(request))],
        "may_repeat": not has_secret,
        "address": request.get_full_path(),
    }
