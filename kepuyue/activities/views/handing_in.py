"""What a unit does with one of its activities as a whole: hand in, take back, sign off, cancel. One address each."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.activities import content, forms, presentation, queries, safety, workflow
from kepuyue.activities.actions import drafting, licensing, publication, signing, submission
from kepuyue.activities.permissions import check_can_cancel, check_can_edit, check_can_submit
from kepuyue.activities.views.acting import act
from kepuyue.activities.views.listing import get_visible
from kepuyue.editions.request import DeskRequest


class Nothing(django_forms.Form):
    """Nothing is asked; sending it is the answer."""


@require_POST
def submit(request: DeskRequest, code: str) -> HttpResponse:
    """Hand the activity in for review; what is missing is listed on its page."""
    activity = get_visible(request, code)
    try:
        submitted = submission.submit(activity, by=request.user, signs="signs" in request.POST)
    except submission.Unsaved as unsaved:
        messages.warning(request, unsaved.messages[0])
        return redirect("activities:edit", code, unsaved.step)
    except ValidationError as error:
        for text in error.messages:
            messages.warning(request, text)
    else:
        messages.success(
            request,
            _("已发布。这次没有逐级审核，可能事后抽查。")
            if submitted.lane == submitted.Lane.FAST
            else _("已提交，审核结果会发到您的邮箱和消息里。"),
        )
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
            _("变更已撤回，内容都留着，可以继续修改后再提交。公众看到的不变。")
            if activity.is_public
            else _("已撤回，可以继续修改。"),
        )
    return redirect("activities:detail", code)


@require_POST
def discard(request: DeskRequest, code: str) -> HttpResponse:
    """Give up a change that is not handed in."""
    return _pressed(request, code, submission.discard, _("已放弃这次修改，公众看到的内容不变。"))


@require_POST
def sign_off(request: DeskRequest, code: str) -> HttpResponse:
    """Answer for the content as it stands."""
    return _pressed(request, code, signing.sign, _("已签审。内容再改动时需要重新签审。"))


@require_POST
def waiver_request(request: DeskRequest, code: str) -> HttpResponse:
    """Ask the reviewing unit for an exception from the lead time."""
    return _pressed(request, code, licensing.ask_to_waive, _("已请审核单位登记例外，同意后会通知您。"))


def _pressed(request: DeskRequest, code: str, action: Callable[..., Any], done: str) -> HttpResponse:
    activity = get_visible(request, code)
    try:
        action(activity, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect("activities:detail", code)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: DeskRequest, code: str) -> HttpResponse:
    """Cancel a published activity, with the reason that the public will read."""
    activity = get_visible(request, code)
    check_can_cancel(request.user, activity)
    return act(
        request,
        form=forms.ReasonForm(request.POST or None),
        press=lambda typed: publication.cancel(activity, by=request.user, reason=typed["reason"]),
        title=_("取消活动"),
        about=activity.title,
        text=" ".join(
            filter(
                None,
                [
                    _(
                        "取消以后活动仍会显示，并写明“已取消”和原因。取消不能恢复。只取消一场的，请在场次旁边操作。"
                    ),
                    safety.notice_of_cancelling(activity.licence),
                ],
            )
        ),
        label=_("确认取消活动"),
        done=_("活动已取消，公众页面已经写明。"),
        back=_page(code),
        is_grave=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: DeskRequest, code: str) -> HttpResponse:
    """Delete a draft that nobody has reviewed."""
    activity = get_visible(request, code)
    check_can_edit(request.user, activity)
    return act(
        request,
        form=Nothing(request.POST if request.method == "POST" else None),
        press=lambda _typed: drafting.delete(activity, by=request.user),
        title=_("删除草稿"),
        about=activity.title,
        text=_("删除后不能恢复，图片一并删除。谁在什么时候删除会留在记录里。"),
        label=_("确认删除"),
        done=_("草稿已删除。"),
        back=reverse("activities:list") if request.method == "POST" else _page(code),
        is_grave=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def licence(request: DeskRequest, code: str) -> HttpResponse:
    """Fill in the licence's number, also while the text is in review."""
    activity = get_visible(request, code)
    check_can_edit(request.user, activity)
    text = queries.working_content(activity)
    gate = safety.licence_gate(text, activity.edition)
    is_change = activity.state in workflow.REVISABLE
    return act(
        request,
        form=forms.LicenceForm(request.POST or None, initial={"licence": text["licence"]}),
        press=lambda typed: licensing.file(activity, by=request.user, number=typed["licence"]),
        title=_("填写许可文号"),
        about=activity.title,
        text=_("活动已经发布，文号作为变更送审，审核通过后生效。")
        if is_change
        else _("审核中的活动也可以填写，审核不中断。"),
        label=_("保存"),
        done=_("文号已作为变更保存，审核进展见活动页。")
        if is_change
        else _("文号已保存，正在审核的单位会收到通知。"),
        back=_page(code),
        extra={"gate": gate},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_link(request: DeskRequest, code: str) -> HttpResponse:
    """A one-time link for the person who answers for the content and has no account; shown once."""
    activity = get_visible(request, code)
    check_can_submit(request.user, activity)
    form = forms.SignOffLinkForm(request.POST or None, initial={"name": activity.content_lead})
    made = ""
    if request.method == "POST" and form.is_valid():
        _link, key = signing.make_link(activity, by=request.user, name=form.cleaned_data["name"])
        made = f"{settings.PUBLIC_URL}{reverse('activities:sign-off-page', args=[key])}"
    status = 422 if request.method == "POST" and not made else 200
    context = {"activity": activity, "form": form, "made": made, "days": signing.LINK_DAYS}
    return render(request, "activities/sign_off_link.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def sign_off_page(request: DeskRequest, key: str) -> HttpResponse:
    """The page of a one-time link: the whole content, and one button."""
    link = signing.link_of(key)
    if link is None:
        return render(request, "activities/sign_off_page.html", {"link": None}, status=404)
    activity = link.activity
    text = queries.working_content(activity)
    problem = ""
    if request.method == "POST":
        try:
            signing.sign_by_link(link, digest=request.POST.get("digest", ""))
        except ValidationError as error:
            problem = error.messages[0]
        else:
            return render(request, "activities/sign_off_page.html", {"link": link, "done": True})
    rows = [
        row for row in presentation.written_out(text, activity.edition) if row[0] not in presentation.INTERNAL
    ]
    context = {
        "link": link,
        "activity": activity,
        "rows": rows,
        "problem": problem,
        "digest": content.digest(text),
    }
    return render(request, "activities/sign_off_page.html", context, status=409 if problem else 200)


def _page(code: str) -> str:
    return reverse("activities:detail", args=[code])
