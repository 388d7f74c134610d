"""The edition's pages: papers and marks for everyone, the edition's facts for the office."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts.models import User
from kepuyue.editions import queries
from kepuyue.editions.actions import editing
from kepuyue.editions.forms import EditionForm
from kepuyue.editions.markdown import to_html
from kepuyue.editions.models import Edition, Paper
from kepuyue.editions.permissions import check_can_manage
from kepuyue.organizations.permissions import holds_anywhere


@require_safe
@login_not_required
def notice(request: HttpRequest) -> HttpResponse:
    """The notice and its annexes, and how the marks are used."""
    edition = _edition(request)
    context = {
        "papers": edition.papers.all() if edition else [],
        "marks": edition.marks.all() if edition else [],
        "key_dates": edition.key_dates.all() if edition else [],
    }
    return render(request, "editions/notice.html", context)


@require_safe
@login_not_required
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """One paper to read."""
    found = get_object_or_404(Paper, edition=_edition(request), code=code)
    return render(request, "editions/paper.html", {"paper": found, "body": to_html(found.body)})


@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest) -> HttpResponse:
    """The edition's facts; the office changes theme, contact and key dates here."""
    user, current = cast(User, request.user), _edition(request)
    if current is None:
        if not holds_anywhere(user, "edition.manage"):
            raise PermissionDenied(_("只有市级管理员可以管理届次。"))
        return render(request, "editions/no_edition.html")
    check_can_manage(user, current)
    form = EditionForm(
        request.POST if request.method == "POST" else None, instance=Edition.objects.get(pk=current.pk)
    )
    theirs: Edition | None = None
    if request.method == "POST" and form.is_valid():
        try:
            editing.change(
                current,
                facts=form.facts(),
                key_dates=form.key_dates(),
                by=user,
                version=form.cleaned_data["version"],
            )
        except editing.Conflict as conflict:
            theirs = conflict.edition
            form.add_error(None, conflict)
            # Saving once more, after reading, means it
            form.data = {**request.POST.dict(), "version": str(theirs.version)}
        else:
            messages.success(request, _("已保存，各处已更新。"))
            return redirect("editions:edition")
    context = {
        "form": form,
        "theirs": theirs,
        "taxonomies": queries.taxonomies(current),
        "key_dates": current.key_dates.all(),
        "papers": current.papers.all(),
        "marks": current.marks.all(),
    }
    return render(request, "editions/edition.html", context, status=422 if form.errors else 200)


def _edition(request: HttpRequest) -> Edition | None:
    """The edition that the middleware put on the request."""
    found: Edition | None = request.edition  # type: ignore[attr-defined]
    return found
