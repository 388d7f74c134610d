"""Issuing, correcting, declaring void, and the files."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core.versions import Conflict
from kepuyue.documents import kinds, queries, storing, word
from kepuyue.documents.actions import drafting, issuing
from kepuyue.documents.forms import IssueForm, VoidForm
from kepuyue.documents.models import OfficialDocument, full_number
from kepuyue.documents.permissions import check_can_issue
from kepuyue.documents.titles import broken
from kepuyue.documents.views.finding import BOTH, content_of, get_document

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
State = OfficialDocument.State


@require_http_methods(BOTH)
def issue(request: SignedInRequest, pk: int) -> HttpResponse:
    """Look it through once more, with the number that is next; then it is issued and frozen."""
    found = get_document(request, pk)
    check_can_issue(request.user, found.organ)
    if found.state != State.DRAFT:
        messages.warning(request, _("这份公文现在是“%(state)s”。") % {"state": found.get_state_display()})
        return redirect("documents:document", pk)
    content = content_of(found)
    form = IssueForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            done = issuing.issue_draft(found, by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            # Shown as it stands now, to be looked through once more
            found = get_document(request, pk)
            content = content_of(found)
            form.add_error(None, conflict)
            form.look_again(found.version)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("已印发：%(number)s") % {"number": done.full_number})
            return redirect("documents:document", pk)
    year = content.dated.year
    number = full_number(found.organ.code, year, queries.last_number(found.organ, year) + 1)
    context = {"form": form, "document": found, "kind": kinds.label_of(found.kind), "content": content,
               "lines": broken(content.title), "number": number}  # fmt: skip
    return render(request, "documents/issue.html", context, status=422 if form.errors else 200)


@require_http_methods(BOTH)
def void(request: SignedInRequest, pk: int) -> HttpResponse:
    """Why it is declared void; then it is."""
    found = get_document(request, pk)
    check_can_issue(request.user, found.organ)
    if found.state != State.ISSUED:
        messages.warning(request, _("这份公文现在是“%(state)s”。") % {"state": found.get_state_display()})
        return redirect("documents:document", pk)
    form = VoidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            issuing.void(found, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("已作废，发文字号留在登记簿里。"))
            return redirect("documents:document", pk)
    context = {"form": form, "document": found}
    return render(request, "documents/void.html", context, status=422 if form.errors else 200)


@require_POST
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft that will replace this one."""
    found = get_document(request, pk)
    try:
        draft = drafting.correct(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("documents:document", pk)
    messages.success(request, _("这是更正的草稿，改好再印发；原来的公文不变。"))
    return redirect("documents:document", draft.pk)


@require_safe
def word_file(request: SignedInRequest, pk: int) -> HttpResponse | FileResponse:
    """The Word file: of a frozen document the one that was filed, of a draft as it stands, without a number."""
    found = get_document(request, pk)
    if found.is_frozen:
        return _sent(found, found.word, "docx", DOCX)
    if found.state != State.DRAFT:
        raise Http404
    answer = HttpResponse(word.render(content_of(found)), content_type=DOCX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('草稿 ' + found.file_name)}.docx"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def pdf_file(request: SignedInRequest, pk: int) -> HttpResponse | FileResponse:
    """The PDF that was made of it."""
    found = get_document(request, pk)
    if not found.pdf:
        raise Http404
    return _sent(found, found.pdf, "pdf", "application/pdf")


@require_safe
def picture(request: SignedInRequest, pk: int, name: str) -> FileResponse:
    """A picture of the document, to whoever may see it."""
    found = get_document(request, pk)
    if name not in storing.picture_names(found.content):
        raise Http404
    try:
        opened = default_storage.open(storing.path_of(name))
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(opened, content_type="image/png" if name.endswith(".png") else "image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _sent(document: OfficialDocument, file: object, ending: str, content_type: str) -> FileResponse:
    try:
        opened = file.open("rb")  # type: ignore[attr-defined]
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(opened, content_type=content_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.file_name)}.{ending}"
    answer["Cache-Control"] = "private, no-store"
    return answer
