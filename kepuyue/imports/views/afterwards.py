"""After an import: the whole of it is taken back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.editions.request import DeskRequest
from kepuyue.imports import queries
from kepuyue.imports.actions import undoing
from kepuyue.imports.models import ImportBatch
from kepuyue.imports.presentation import shown
from kepuyue.imports.tasks import undo_batch
from kepuyue.imports.views.activities import AT_ONCE, crumbs

KEPT_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """What taking the import back would do; pressed, it is done."""
    found = get_object_or_404(queries.batches_of(request.user), pk=pk)
    if request.method == "POST":
        try:
            if found.rows.written().count() <= AT_ONCE:
                undoing.undo(found, by=request.user)
            elif undoing.begin(found, by=request.user) or found.state == ImportBatch.State.UNDOING:
                undo_batch.enqueue(found.pk, request.user.pk)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        return redirect("imports:batch", found.pk)
    if found.state != ImportBatch.State.DONE:
        return redirect("imports:batch", found.pk)
    steps = undoing.foreseen(found)
    kept = [step for step in steps if not step.act]
    context = {
        "batch": found,
        "crumbs": [*crumbs(found.file_name, reverse("imports:batch", args=[pk])), (_("撤销导入"), "")],
        "removed": sum(step.act == undoing.REMOVE for step in steps),
        "restored": sum(step.act == undoing.RESTORE for step in steps),
        "kept": [(shown(step.row), step.why) for step in kept[:KEPT_SHOWN]],
        "kept_count": len(kept),
    }
    return render(request, "imports/undo.html", context)
