from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone

from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition

SHELF = "/editions/"
# What of another edition has an address of its own; everything else is the same for all
PUBLIC = ("activities/", "calendar/", "highlights/", "districts/", "departments/", "notice/", "feeds/")


class EditionMiddleware:
    """Puts the edition on the request and shows times in its zone.

    It is the current one, or one that was current before and stands in the address: /editions/<code>/calendar/.
    Every link of such a page stays within its edition, since addresses are written with that prefix.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        edition, prefix = current_edition(), ""
        if request.path_info.startswith(SHELF):
            code, _slash, rest = request.path_info.removeprefix(SHELF).partition("/")
            named = Edition.objects.live().filter(code=code[:60], was_current=True).first()
            # A browser reads "//elsewhere" as another site
            if named is not None and not rest.startswith("/"):
                is_page = not rest or rest.startswith(PUBLIC)
                if request.method in ("GET", "HEAD") and (named.is_current or not is_page):
                    query = request.META.get("QUERY_STRING", "")
                    return redirect(f"/{rest}{'?' if query else ''}{query}")
                request.path_info = f"/{rest}"
                if is_page:
                    edition, prefix = named, f"{SHELF}{named.code}/"
        request.edition = edition  # type: ignore[attr-defined]
        if edition is None:
            return self.get_response(request)
        before = get_script_prefix()
        try:
            if prefix:
                set_script_prefix(prefix)
            with timezone.override(edition.zone):
                return self.get_response(request)
        finally:
            set_script_prefix(before)
