"""Handing in, taking back, cancelling: one state, one address each."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.activities import forms
from kepuyue.activities.actions import publication, submission
from kepuyue.activities.permissions import check_can_cancel
from kepuyue.activities.views.listing import get_visible
from kepuyue.editions.request import DeskRequest


@require_POST
def submit(request: DeskRequest, code: str) -> HttpResponse:
    """Hand the activity in for review; what is missing is listed on its page."""
    activity = get_visible(request, code)
    try:
        submission.submit(activity, by=request.user)
    except submission.Unsaved as unsaved:
        messages.warning(request, unsaved.messages[0])
        return redirect("activities:edit", code, unsaved.step)
    except ValidationError as error:
        for text in error.messages:
            messages.warning(request, text)
    else:
        messages.success(request, _("已提交，审核结果会发到您的邮箱和消息里。"))
    return redirect("activities:detail", code)


@require_POST
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take back what is not decided yet."""
    activity = get_visible(request, code)
    try:
        submission.withdraw(activity, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(
            request,
            _("这次变更已撤回，公众看到的内容不变。") if activity.is_public else _("已撤回，可以继续修改。"),
        )
    return redirect("activities:detail", code)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: DeskRequest, code: str) -> HttpResponse:
    """Cancel a published activity, with the reason that the public will read."""
    activity = get_visible(request, code)
    check_can_cancel(request.user, activity)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publication.cancel(activity, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        else:
            messages.success(request, _("活动已取消，公众页面已经写明。"))
        return redirect("activities:detail", code)
    status = 422 if request.method == "POST" else 200
    return render(request, "activities/cancel.html", {"activity": activity, "form": form}, status=status)
