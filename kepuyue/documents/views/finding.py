"""What every page of this room begins with."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from kepuyue.accounts.request import SignedInRequest
from kepuyue.documents import queries, storing
from kepuyue.documents.content import Document
from kepuyue.documents.models import OfficialDocument

BOTH = ("GET", "HEAD", "POST")


def get_document(request: SignedInRequest, pk: int) -> OfficialDocument:
    """The document, or 404 where the person may not know of it."""
    return get_object_or_404(queries.documents_seen(request.user), pk=pk)


def content_of(document: OfficialDocument) -> Document:
    """What it says; 404 where its content is not there."""
    try:
        return storing.from_json(document.content)
    except FileNotFoundError as missing:
        raise Http404 from missing
