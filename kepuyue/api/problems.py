"""Errors as RFC 9457 problem details: a stable type, the status, and a sentence that says what to do."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

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


class Refused(Exception):
    """Raised by the interface's own checks."""

    def __init__(
        self, status: int, type: str, detail: str, errors: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.type, self.detail, self.errors = status, type, detail, errors or []


def problem(
    status: int, type: str, title: str, detail: str, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """The answer."""
    body: dict[str, Any] = {"type": type, "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    dumping = {"ensure_ascii": False}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params=dumping)


def install(api: NinjaAPI) -> None:
    """Let every error of the interface be answered as a problem."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return problem(error.status, error.type, _title(error.status), error.detail, error.errors)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"parameter": str(one["loc"][-1]), "detail": _sentence(one)} for one in error.errors]
        detail = " ".join(f"{one['parameter']}: {one['detail']}" for one in errors)
        return problem(422, "invalid-parameter", _title(422), detail, errors)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not-found", _title(404), _("没有找到。"))

    @api.exception_handler(HttpError)
    def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "about:blank", _title(error.status_code), str(error))


def _title(status: int) -> str:
    return {404: _("没有找到"), 422: _("参数不对")}.get(status, _("不能处理"))


def _sentence(error: dict[str, Any]) -> str:
    """What is wrong with one parameter, in words."""
    limits = error.get("ctx", {})
    kind = error["type"]
    if kind == "less_than_equal":
        return _("最大为%(limit)s。") % {"limit": limits["le"]}
    if kind == "greater_than_equal":
        return _("最小为%(limit)s。") % {"limit": limits["ge"]}
    if kind.startswith("date"):
        return _("请写成2024-09-14这样的日期。")
    if kind.startswith("int"):
        return _("请写一个整数。")
    if kind.startswith("bool"):
        return _("请写true或false。")
    return str(error["msg"])
