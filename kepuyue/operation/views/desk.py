"""The running system at the desk of the office."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core import ledger
from kepuyue.operation import queries
from kepuyue.operation.actions import running
from kepuyue.operation.permissions import check_operates
from kepuyue.operation.tasks import run_duty


@require_safe
def operation(request: SignedInRequest) -> HttpResponse:
    """Whether all is well, what the worker did last, what waits."""
    check_operates(request.user)
    # What is not as it should be first
    jobs = sorted(queries.jobs(), key=lambda job: not (job.run.failures or job.is_late))
    context = {
        "jobs": jobs,
        "failed": [job for job in jobs if job.run.failures],
        "workers": ledger.workers(),
        "tasks": queries.task_counts(),
        "oldest_task": int(queries.oldest_task() // 60),
        "failed_tasks": queries.failed_tasks(),
        "outbox": queries.outbox_counts(),
        "oldest_message": int(queries.oldest_message() // 60),
        "disk": queries.disk(),
        "is_disk_low": queries.disk().free < queries.FEW_BYTES,
        "database_bytes": queries.database_bytes(),
    }
    return render(request, "operation/operation.html", context)


@require_POST
def run(request: SignedInRequest, name: str) -> HttpResponse:
    """Have a duty done now."""
    check_operates(request.user)
    try:
        running.ask(name, by=request.user)
    except ValidationError as error:
        raise Http404(error.message) from error
    run_duty.enqueue(name)
    messages.success(request, _("已经排上队，后台进程几秒内就会运行。刷新本页看结果。"))
    return redirect("operation:operation")
