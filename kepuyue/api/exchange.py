"""What every request of a program has in common: keys, conditions, answers as JSON."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kepuyue.api.access import caller_of
from kepuyue.api.actions import keeping
from kepuyue.api.interface import api
from kepuyue.api.problems import Refused
from kepuyue.api.tags import tag_of

LONGEST_KEY = 200


def answered(body: dict[str, Any], *, status: int = 200, tagged: bool = False) -> HttpResponse:
    """The answer; `tagged`: with an ETag of what it says, for conditions. Nobody between may keep it."""
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(text, status=status, content_type="application/json")
    if tagged:
        response["ETag"] = tag_of(body)
    response["Cache-Control"] = "private, no-cache"
    return response


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view does its work once for each `Idempotency-Key`, which has to be there."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise Refused(
                400, "no-key", _("请带上Idempotency-Key：自己取的一个键，1至200个字符，重发时不变。")
            )

        def work() -> HttpResponse:
            try:
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except Exception as error:
                # What the interface knows is an answer like others and kept; the rest is raised from here again
                return api.on_exception(request, error)

        return keeping.once(caller_of(request).token, key, _digest(request), work)

    return asked


def _digest(request: HttpRequest) -> str:
    """Of method, address and content. Of a form its fields and files, since each sending cuts it up otherwise."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            found.update(f"{name}={request.POST.getlist(name)}\n".encode())
        for name, file in sorted(request.FILES.items()):
            assert isinstance(file, UploadedFile)
            found.update(f"{name}:{file.size}\n".encode())
            for piece in file.chunks():
                found.update(piece)
            file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()
