"""The open data: what they are, and the one file that holds them."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from kepuyue.editions.models import Edition
from kepuyue.programme.actions import outputs
from kepuyue.programme.models import Output
from kepuyue.programme.open_data import describing, offer
from kepuyue.programme.open_data.tables import TABLES
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.structured import dataset
from kepuyue.programme.tasks import make_output

LATER, MUCH_LATER = 5, 60  # seconds


@public_page
def open_data(request: PublicRequest) -> HttpResponse:
    """What the data are, their license and age, and what each file holds."""
    edition = request.edition
    file = offer.given(edition)
    counts = file.wish["counts"] if file else {}
    changed = datetime.fromisoformat(file.wish["changed"]) if file else None
    context = {
        "title": describing.title(edition),
        "license": describing.license_name(edition),
        "license_url": edition.rules.open_data.license_url,
        "covered": describing.covered(),
        "attribution": describing.attribution(edition),
        "freshness": describing.freshness(),
        "reading": describing.reading(),
        "tables": [(table, describing.dictionary(table), counts.get(table.name)) for table in TABLES],
        "file": file,
        "changed": changed,
        "json_ld": dataset(edition, changed=changed, size=file.size if file else None),
        "canonical": canonical(request),
    }
    return render(request, "programme/open_data.html", context)


@public_page
def package(request: PublicRequest) -> HttpResponseBase:
    """The ZIP where it is there, else how far it is; whoever has it already is told so."""
    edition = request.edition
    file = offer.given(edition)
    if file and "progress" not in request.GET:
        if offer.is_due(edition, file):
            _renew(edition)
        # By its digest alone: what was taken away makes another file of no later date
        etag = quote_etag(file.wish["sha256"])
        unchanged = get_conditional_response(request, etag=etag)
        response = unchanged or _file(file, f"{describing.package_name(edition)}.zip")
        response["ETag"] = etag
        response["Cache-Control"] = "no-cache"
        return response
    try:
        output, is_new = (file, False) if file else offer.ask(edition)
    except outputs.Busy:
        return _waiting(request, None, status=503)
    if is_new:
        make_output.enqueue(output.pk)
    return _waiting(request, output, status=200 if "progress" in request.GET else 202)


def _renew(edition: Edition) -> None:
    """Have the next file made while the last is still given."""
    try:
        output, is_new = offer.ask(edition)
    except outputs.Busy:
        return  # whoever comes later asks again
    if is_new:
        make_output.enqueue(output.pk)


def _file(file: Output, name: str) -> FileResponse:
    try:
        content = file.file.open("rb")
    except FileNotFoundError:
        # Somebody cleared the folder: made anew when asked again
        file.delete()
        raise Http404(_("文件已被清理，请再试一次。")) from None
    return FileResponse(content, as_attachment=True, content_type="application/zip", filename=name)


def _waiting(request: PublicRequest, output: Output | None, *, status: int) -> HttpResponse:
    name = "programme/open_data_waiting.html"
    if "progress" in request.GET:
        name += "#progress"
    context: dict[str, Any] = {
        "output": output,
        "address": reverse("programme:open-data-file"),
        "canonical": canonical(request),
    }
    response = render(request, name, context, status=status)
    if status in (202, 503):
        response["Retry-After"] = str(LATER if output else MUCH_LATER)
    response["Cache-Control"] = "no-store"
    return response
