"""Errors as RFC 9457 problem details: a stable type, the status, and a sentence that says what to do."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Unfit
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kepuyue.activities.actions.submission import Incomplete
from kepuyue.activities.completeness import Gap
from kepuyue.api.paths import path_of
from kepuyue.core import wording
from kepuyue.core.transitions import NotPossibleNow

CONTENT_TYPE = "application/problem+json"


class Problem(Schema):
    """RFC 9457 problem details."""

    type: str
    "A short stable name of the problem: not-found, invalid-parameter."
    title: str
    status: int
    detail: str
    "A sentence for the person who reads the log."
    errors: list[dict[str, str]] = []
    "For invalid-parameter: each parameter and what is wrong with it."


MOST_NAMED = 20


def known_values(values: Iterable[str], address: str = "") -> str:
    """Which values may be sent: up to 20 of them by name, of more the `address` at which they are read."""
    known = list(values)
    if len(known) > MOST_NAMED and address:
        return _("可用的值见%(address)s。") % {"address": address}
    named = [*known[:MOST_NAMED], "…"] if len(known) > MOST_NAMED else known
    return _("可用的值：%(values)s。") % {"values": ", ".join(named)}


class Refused(Exception):
    """Raised by the interface's own checks."""

    def __init__(
        self,
        status: int,
        type: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.type, self.detail, self.errors = status, type, detail, errors or []
        self.headers = headers or {}


def problem(
    status: int, type: str, title: str, detail: str, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """The answer."""
    body: dict[str, Any] = {"type": type, "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    dumping = {"ensure_ascii": False}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params=dumping)


def told(gap: Gap) -> str:
    """What is missing, with the keys to send it by where the field is an object."""
    how = _("请在%(field)s里用这些键填写：%(keys)s。") % {"field": gap.field, "keys": ", ".join(gap.keys)}
    return wording.sentences([gap.why, how if gap.keys else ""])


def install(api: NinjaAPI) -> None:
    """Let every error of the interface be answered as a problem."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        answer = problem(error.status, error.type, title_of(error.status), error.detail, error.errors)
        for name, value in error.headers.items():
            answer[name] = value
        return answer

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"parameter": _place(one), "detail": _sentence(one)} for one in error.errors]
        detail = " ".join(f"{one['parameter']}: {one['detail']}" for one in errors)
        return problem(422, "invalid-parameter", title_of(422), detail, errors)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not-found", title_of(404), _("没有找到。"))

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        sentence = _("请在Authorization: Bearer里带上单位的访问令牌。")
        answer = problem(401, "no-token", title_of(401), sentence)
        answer["WWW-Authenticate"] = 'Bearer realm="api"'
        return answer

    @api.exception_handler(HttpError)
    def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "bad-request", title_of(error.status_code), str(error))

    @api.exception_handler(PermissionDenied)
    def denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return problem(403, "not-allowed", title_of(403), str(error))

    @api.exception_handler(Incomplete)
    def incomplete(request: HttpRequest, error: Incomplete) -> HttpResponse:
        errors = [{"parameter": path_of(gap.field), "detail": told(gap)} for gap in error.gaps]
        return problem(
            422, "incomplete", _("还有内容没有填"), " ".join(one["detail"] for one in errors), errors
        )

    @api.exception_handler(NotPossibleNow)
    def not_now(request: HttpRequest, error: NotPossibleNow) -> HttpResponse:
        return problem(409, "not-possible-now", title_of(409), " ".join(error.messages))

    @api.exception_handler(Unfit)
    def unfit(request: HttpRequest, error: Unfit) -> HttpResponse:
        said = getattr(error, "message_dict", None) if hasattr(error, "error_dict") else None
        errors = [
            {"parameter": path_of(name), "detail": sentence}
            for name, all_of in (said or {}).items()
            for sentence in all_of
        ]
        return problem(422, "invalid-parameter", title_of(422), " ".join(error.messages), errors)


# What is wrong by the library's own names
SENTENCES: dict[str, Any] = {
    "missing": gettext_lazy("缺少这一项。"),
    "extra_forbidden": gettext_lazy("没有这一项，请检查名称的拼写。"),
    "string_type": gettext_lazy("请写文字，放在引号里。"),
    "list_type": gettext_lazy("请写成列表。"),
    "dict_type": gettext_lazy("请写成对象。"),
    "model_type": gettext_lazy("请写成对象。"),
    "model_attributes_type": gettext_lazy("请写成对象。"),
    "moment_out_of_reach": gettext_lazy("时间要在1990年到2200年之间。"),
    "null_character": gettext_lazy("文字里有空字符（U+0000），请去掉。"),
    "string_pattern_mismatch": gettext_lazy("文字里有不能用的字符，请去掉。"),
}


def _is_of_body(error: dict[str, Any]) -> bool:
    """Whether the body as a whole is wrong: of its place the library knows only what our views call it."""
    return error["loc"][0] == "body" and len(error["loc"]) <= 2


def _place(error: dict[str, Any]) -> str:
    """Where it stands: the parameter, the way to a field of the body such as sessions.0.start, or body itself."""
    if _is_of_body(error):
        return "body"
    way = [str(part) for part in error["loc"][1:] if part != "[key]"]
    return ".".join(way[1:] if len(way) > 1 and error["loc"][0] == "body" else way[-1:]) or str(
        error["loc"][-1]
    )


def title_of(status: int) -> str:
    """What the status means, in the reader's language."""
    return {
        400: _("请求不完整"),
        401: _("没有令牌"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不能用这种请求方法"),
        409: _("现在不能这样做"),
        410: _("游标已经失效"),
        412: _("内容已经变了"),
        413: _("内容太大"),
        415: _("格式不对"),
        422: _("参数不对"),
        428: _("缺少If-Match"),
        429: _("请求太频繁"),
        500: _("服务器出错"),
        503: _("暂时不能用"),
    }.get(status, _("不能处理"))


def _sentence(error: dict[str, Any]) -> str:
    """What is wrong with one parameter, in words."""
    limits = error.get("ctx", {})
    kind = error["type"]
    if kind == "missing" and _is_of_body(error):
        return _("请发送一个JSON对象。")
    if kind in SENTENCES:
        return str(SENTENCES[kind])
    if kind in ("string_too_long", "too_long"):
        return _("最多%(limit)s个。") % {"limit": limits["max_length"]}
    if kind in ("string_too_short", "too_short"):
        return _("至少%(limit)s个。") % {"limit": limits["min_length"]}
    if kind in ("literal_error", "enum"):
        return _("只能是%(choices)s。") % {"choices": limits["expected"].replace(" or ", ", ")}
    if kind.startswith(("datetime", "timezone")):
        return _("请写成2024-09-14T10:00:00+08:00这样带时差的时间。")
    if kind == "less_than_equal":
        return _("最大为%(limit)s。") % {"limit": limits["le"]}
    if kind == "greater_than_equal":
        return _("最小为%(limit)s。") % {"limit": limits["ge"]}
    if kind.startswith(("float", "decimal")):
        return _("请写一个数。")
    if kind.startswith("date"):
        return _("请写成2024-09-14这样的日期。")
    if kind.startswith("int"):
        return _("请写一个整数。")
    if kind.startswith("bool"):
        return _("请写true或false。")
    return str(error["msg"])
