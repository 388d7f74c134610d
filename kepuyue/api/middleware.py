"""Whatever goes wrong under /api/ is told as a problem (RFC 9457), also what no view of the interface ever saw."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kepuyue.api.problems import CONTENT_TYPE, problem, title_of

PLACE = "/api/"
# Their names as the interface's own checks use them
TYPES = {
    400: "bad-request", 401: "no-token", 403: "not-allowed", 404: "not-found", 405: "method-not-allowed",
    413: "too-large", 415: "wrong-type", 422: "invalid-parameter", 429: "limited", 500: "internal-error",
    503: "unavailable",
}  # fmt: skip


class ProblemsMiddleware:
    """Rewrites error pages of the framework; problems that the interface wrote itself stay as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PLACE) or response.status_code < 400:
            return response
        if response.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        status = response.status_code
        written = problem(status, TYPES.get(status, "error"), title_of(status), _sentence(status))
        for name in ("Allow", "Retry-After", "WWW-Authenticate", "Vary"):
            if name in response:
                written[name] = response[name]
        return written


def _sentence(status: int) -> str:
    if status == 404:
        return _("没有这个地址。接口说明在/api/。")
    if status == 405:
        return _("这个地址不接受这种请求方法，可用的见Allow。")
    if status >= 500:
        return _("服务器出错，已经记录。请稍后再试；带同一个Idempotency-Key重发是安全的。")
    return _("请求不能处理，请对照接口说明检查。")
