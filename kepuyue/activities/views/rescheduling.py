"""Sessions of a published activity: cancelled, postponed, moved, full. One address each."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.activities import forms, presentation, safety
from kepuyue.activities.actions import rescheduling, seats
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.permissions import check_can_cancel, check_can_edit
from kepuyue.activities.views.acting import act
from kepuyue.activities.views.listing import get_visible
from kepuyue.core import wording
from kepuyue.editions.request import DeskRequest


def _find(request: DeskRequest, code: str, pk: int) -> tuple[Activity, Session, str]:
    activity = get_visible(request, code)
    session = get_object_or_404(activity.sessions.select_related("venue"), pk=pk)
    when = presentation.span(
        session.starts_at, session.ends_at, is_all_day=session.is_all_day, zone=activity.edition.zone
    )
    place = session.venue or session.place
    return activity, session, wording.with_aside(f"{activity.title} · {when}", str(place or ""))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """One session is not held."""
    activity, session, about = _find(request, code, pk)
    check_can_cancel(request.user, activity)
    return act(
        request,
        form=forms.ReasonForm(request.POST or None),
        press=lambda typed: rescheduling.cancel_session(session, by=request.user, reason=typed["reason"]),
        title=_("取消这一场"),
        about=about,
        text=" ".join(
            filter(
                None,
                [
                    _("这一场已经开始：会写明“已取消”，余下的时间不再举办。取消不能恢复。")
                    if session.is_running
                    else _("这一场会写明“已取消”，其他场次不变。取消不能恢复。"),
                    safety.notice_of_cancelling(activity.licence),
                ],
            )
        ),
        label=_("确认取消这一场"),
        done=_("这一场已取消，公众页面已经写明。"),
        back=reverse("activities:detail", args=[code]),
        is_grave=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def postpone(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """The time of one session no longer holds."""
    activity, session, about = _find(request, code, pk)
    check_can_edit(request.user, activity)
    form = forms.PostponeForm(request.POST or None, session=session)
    return act(
        request,
        form=form,
        press=lambda typed: rescheduling.postpone(
            session, by=request.user, reason=typed["reason"], **form.moments()
        ),
        title=_("改期"),
        about=about,
        text=_(
            "原来的时间立即写明不再有效。新的时间在%(days)s天以内、仍在本届期间的立即公布；其余的审核通过后公布。"
        )
        % {"days": activity.edition.rules.changes.new_time_within_days},
        label=_("确认改期"),
        done=_("已改期，公众页面已经写明，有关人员已通知。"),
        back=reverse("activities:detail", args=[code]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """The place of one session no longer holds."""
    activity, session, about = _find(request, code, pk)
    check_can_edit(request.user, activity)
    return act(
        request,
        form=forms.MoveForm(request.POST or None),
        press=lambda typed: rescheduling.move(
            session,
            by=request.user,
            reason=typed["reason"],
            venue_name=typed["venue_name"],
            place=typed["place"],
        ),
        title=_("换地点"),
        about=about,
        text=_("原来的地点立即写明不再有效。换到本区已登记的场地立即公布；其余的审核通过后公布。"),
        label=_("确认换地点"),
        done=_("已登记换地点，公众页面已经写明，有关人员已通知。"),
        back=reverse("activities:detail", args=[code]),
    )


@require_POST
def state_seats(request: DeskRequest, code: str, pk: int) -> HttpResponse:
    """One tap: the session is full (`is_full=1`), or there are seats again."""
    _activity, session, _about = _find(request, code, pk)
    is_full = request.POST.get("is_full") == "1"
    try:
        seats.state_full(session, is_full=is_full, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = _("公众页面已经写明“已约满”。") if is_full else _("公众页面已经写明还有名额。")
        messages.success(request, said)
    return redirect(f"{reverse('activities:detail', args=[code])}#session-{pk}")
