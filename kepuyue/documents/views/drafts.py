"""Drafts: begun from a kind, changed, thrown away; and the page of a document in whatever state it is."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core.versions import Conflict
from kepuyue.documents import kinds, queries
from kepuyue.documents.actions import drafting
from kepuyue.documents.forms import BeginForm, DraftForm, draft_form
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.permissions import can_issue, check_can_issue, check_issues_somewhere
from kepuyue.documents.tasks import build_document
from kepuyue.documents.titles import broken
from kepuyue.documents.views.finding import BOTH, content_of, get_document

State = OfficialDocument.State


@require_http_methods(BOTH)
def begin(request: SignedInRequest) -> HttpResponse:
    """Which kind of document, in whose name; a kind that has nothing to ask is begun at once."""
    check_issues_somewhere(request.user)
    organs = list(queries.organs_issued_for(request.user))
    offered = {one.pk: kinds.offered(request.user, one) for one in organs}
    every = {kind.code: kind for found in offered.values() for kind in found}
    form = BeginForm(
        request.POST if request.method == "POST" else None, organs=organs,
        offered=[(code, kind.label) for code, kind in every.items()],
        initial={"organ": request.GET.get("organ")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        organ = next(one for one in organs if one.pk == form.cleaned_data["organ"])
        kind = every[form.cleaned_data["kind"]]
        if kind not in offered[organ.pk]:
            form.add_error("kind", _("这个发文机关不发这种公文，请换一个。"))
        elif kind.form is not None:
            return redirect("documents:ask", organ.pk, kind.code)
        else:
            return _begun(request, kind, organ, {})
    context = {"form": form, "organs": organs, "kinds": list(every.values())}
    return render(request, "documents/begin.html", context, status=422 if form.errors else 200)


@require_http_methods(BOTH)
def ask(request: SignedInRequest, organ: int, kind: str) -> HttpResponse:
    """What the kind wants to know before it is made."""
    found: IssuingOrgan = get_object_or_404(queries.organs_seen(request.user), pk=organ)
    check_can_issue(request.user, found)
    made = next((one for one in kinds.offered(request.user, found) if one.code == kind), None)
    if made is None or made.form is None:
        raise Http404
    form = made.form(request.POST if request.method == "POST" else None, organ=found)
    if request.method == "POST" and form.is_valid():
        try:
            return _begun(request, made, found, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "organ": found, "kind": made}
    return render(request, "documents/ask.html", context, status=422 if form.errors else 200)


def _begun(
    request: SignedInRequest, kind: kinds.Kind, organ: IssuingOrgan, facts: dict[str, Any]
) -> HttpResponse:
    draft = drafting.begin(kind.code, organ, by=request.user, facts=facts, in_background=kind.is_long)
    if kind.is_long:
        build_document.enqueue(draft.pk, request.user.pk)
    return redirect("documents:document", draft.pk)


@require_http_methods(BOTH)
def document(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft with its form and how it reads; a frozen one as it was issued; one that is built, how far it is."""
    found = get_document(request, pk)
    may_issue = can_issue(request.user, found.organ)
    context: dict[str, Any] = {
        "document": found, "kind": kinds.label_of(found.kind), "may_issue": may_issue,
        "replaced_by": list(found.replacements.registered()),
    }  # fmt: skip
    if request.method == "POST":
        check_can_issue(request.user, found.organ)
    if found.state in (State.BUILDING, State.FAILED):
        return render(request, "documents/building.html", context)
    content = content_of(found)
    context |= {"content": content, "lines": broken(content.title)}
    if found.is_frozen:
        if request.method == "POST":
            raise PermissionDenied(_("已经印发的公文不能修改。内容有错，请更正后重新印发。"))
        return render(request, "documents/issued.html", context)
    form = draft_form(found, content, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            drafting.change(found, form.typed(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            _show_theirs(form, conflict, context)
            form.add_error(None, conflict)
        except ValidationError as error:
            form.take(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("documents:document", pk)
    context["form"] = form
    return render(request, "documents/draft.html", context, status=422 if form.errors else 200)


def _show_theirs(form: DraftForm, conflict: Conflict, context: dict[str, Any]) -> None:
    present: OfficialDocument = conflict.present
    context["theirs"] = form.differing_from(draft_form(present, content_of(present)))
    form.look_at(present.version)


@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far building is, for the page that waits."""
    found = get_document(request, pk)
    answer = render(request, "documents/_progress.html", {"document": found})
    if found.state != State.BUILDING:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def try_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Build once more what failed."""
    found = get_document(request, pk)
    try:
        drafting.try_again(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        build_document.enqueue(pk, request.user.pk)
    return redirect("documents:document", pk)


@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = get_document(request, pk)
    try:
        drafting.remove(found, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("documents:document", pk)
    messages.success(request, _("草稿已删除。"))
    return redirect("documents:register")
