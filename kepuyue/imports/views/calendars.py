"""Subscribed calendars at the desk: subscribe, see what would become drafts, take it; later see what changed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.editions.request import DeskRequest
from kepuyue.imports import queries
from kepuyue.imports.actions import settling, subscribing, taking
from kepuyue.imports.calendar_presentation import event_shown, left_shown, state_shown
from kepuyue.imports.forms import CalendarFileForm, CalendarForm
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.imports.tasks import take_events
from kepuyue.organizations.permissions import check, may, organizations_where

EVENTS_A_PAGE = 50
PROPOSALS_A_PAGE = 10
# So many drafts are made while one waits; more go to the background
AT_ONCE = 20


@require_safe
def calendars(request: DeskRequest) -> HttpResponse:
    """The calendars of the person's units, and of those that they oversee, newest first."""
    found = queries.with_waiting(queries.calendars_of(request.user)).order_by("-pk")
    page = Paginator(found, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(calendar, state_shown(calendar)) for calendar in page],
        "crumbs": [(_("表格导入"), reverse("imports:list")), (_("日历订阅"), "")],
    }
    return render(request, "imports/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """An address, or a file. An address is read in the background; a file that gives nothing is refused at once."""
    units = organizations_where(request.user, "import.run")
    form = CalendarForm(
        request.POST if request.method == "POST" else None, request.FILES or None, organizations=units
    )
    if request.edition and form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        try:
            if wanted["url"]:
                calendar = subscribing.subscribe(
                    organization=wanted["organization"],
                    edition=request.edition,
                    url=wanted["url"],
                    by=request.user,
                )
            else:
                calendar = subscribing.keep_file(
                    wanted["file"].read(),
                    file_name=wanted["file"].name or "",
                    organization=wanted["organization"],
                    edition=request.edition,
                    by=request.user,
                )
        except ValidationError as refusal:
            form.add_error("url" if wanted["url"] else "file", refusal)
        else:
            return redirect("imports:calendar", calendar.pk)
    context = {"form": form, "units": units, "crumbs": _crumbs(_("订阅日历"))}
    return render(request, "imports/calendar_new.html", context, status=422 if form.errors else 200)


@require_safe
def calendar(request: DeskRequest, pk: int) -> HttpResponse:
    """What the calendar says, sorted by what is to be done about it."""
    found = _found(request, pk)
    if request.htmx and "progress" in request.GET:
        response = HttpResponse("")
        if not _is_busy(found):
            response["HX-Refresh"] = "true"
        return response
    lists = queries.events_by_state(found)
    which = request.GET.get("show", "")
    if which not in {*lists, "unused"}:
        which = next((name for name in ("changed", "vanished", "new") if lists[name].exists()), "")
        which = which or ("taken" if lists["taken"].exists() else "new")
    context = {
        "calendar": found,
        "state": state_shown(found),
        "crumbs": _crumbs(str(found)),
        "may_run": may(request.user, "import.run", found.organization),
        "is_busy": _is_busy(found),
        "which": which,
        "tabs": _tabs(found, lists, which),
        "file_form": CalendarFileForm(),
        "drafts": queries.drafts_of_calendar(found).count() if which == "taken" else 0,
        "drafts_of": f"?of=calendar-{pk}",
    }
    if which == "unused":
        context["unused"] = left_shown(found)
    else:
        size = PROPOSALS_A_PAGE if which == "changed" else EVENTS_A_PAGE
        page = Paginator(lists[which], size).get_page(request.GET.get("page"))
        context["page"] = page
        context["events"] = [event_shown(item, found.edition.zone) for item in page]
        if which == "changed":
            context["proposals"] = [settling.shown(item) for item in page]
        context["offered"] = lists["new"].filter(state=CalendarItem.State.NEW).count()
    return render(request, "imports/calendar.html", context)


@require_POST
def choose(request: DeskRequest, pk: int) -> HttpResponse:
    """Take, leave, or offer again what was ticked; `all` takes whatever is offered."""
    found = _run(request, pk)
    ticked = [int(text) for text in request.POST.getlist("event") if text.isdecimal() and len(text) < 18]
    act = request.POST.get("act", "")
    if act == "leave":
        taking.leave(found, ticked, by=request.user)
    elif act == "offer":
        taking.offer_again(found, ticked, by=request.user)
    elif act in ("take", "all"):
        count = taking.choose(found, None if act == "all" else ticked, by=request.user)
        if count == 0:
            messages.warning(request, _("没有勾选活动。"))
        elif count <= AT_ONCE:
            taking.take(found, by=request.user)
            made = ngettext(
                "已处理%(count)s项，导入的在“已导入”里。", "已处理%(count)s项，导入的在“已导入”里。", count
            )
            messages.success(request, made % {"count": count})
        else:
            take_events.enqueue(found.pk, request.user.pk)
    elif act == "again":
        take_events.enqueue(found.pk, request.user.pk)
    return redirect("imports:calendar", found.pk)


@require_POST
def settle(request: DeskRequest, pk: int, item: int) -> HttpResponse:
    """Take one change over, leave it, or keep an activity that the calendar names no more."""
    found = _run(request, pk)
    event = get_object_or_404(found.items.select_related("calendar__organization"), pk=item)
    act = request.POST.get("act", "")
    try:
        if act == "accept":
            settling.accept(event, by=request.user, over_own=request.POST.getlist("over_own"))
        elif act == "decline":
            settling.decline(event, by=request.user)
        elif act == "keep":
            settling.keep(event, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return _back(found, "vanished" if act == "keep" else "changed")


@require_POST
def settle_all(request: DeskRequest, pk: int) -> HttpResponse:
    """Take over every change that waits, or none of them."""
    found = _run(request, pk)
    if request.POST.get("act") == "accept":
        for event, why in settling.accept_all(found, by=request.user):
            messages.error(request, _("“%(title)s”没有更新：%(why)s") % {"title": event.title, "why": why})
    elif request.POST.get("act") == "decline":
        settling.decline_all(found, by=request.user)
    return _back(found, "changed")


@require_POST
def refresh(request: DeskRequest, pk: int) -> HttpResponse:
    """Have the address read soon."""
    found = _run(request, pk)
    try:
        subscribing.refresh_soon(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("imports:calendar", found.pk)


@require_POST
def renew(request: DeskRequest, pk: int) -> HttpResponse:
    """A new file of the calendar."""
    found = _run(request, pk)
    form = CalendarFileForm(request.POST, request.FILES)
    try:
        if not form.is_valid() or form.cleaned_data["file"] is None:
            raise ValidationError(list(form.errors.get("file", [_("请选择日历文件。")])))
        file = form.cleaned_data["file"]
        subscribing.renew_file(found, file.read(), file_name=file.name or "", by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("imports:calendar", found.pk)


@require_POST
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """Pause, or go on."""
    found = _run(request, pk)
    act = subscribing.resume if request.POST.get("to") == "active" else subscribing.pause
    act(found, by=request.user)
    return redirect("imports:calendar", found.pk)


@require_POST
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """End the subscription; its activities stay."""
    found = _run(request, pk)
    subscribing.remove(found, by=request.user)
    messages.success(request, _("已删除这个订阅，导入的活动都还在。"))
    return redirect("imports:calendars")


def _found(request: DeskRequest, pk: int) -> CalendarSubscription:
    return get_object_or_404(queries.calendars_of(request.user), pk=pk)


def _run(request: DeskRequest, pk: int) -> CalendarSubscription:
    """The calendar, for those who may do something with it; who only looks is told so."""
    found = _found(request, pk)
    check(request.user, "import.run", found.organization)
    return found


def _is_busy(found: CalendarSubscription) -> bool:
    is_first = found.state == CalendarSubscription.State.READING and not found.fault
    return is_first or found.items.filter(state=CalendarItem.State.WANTED).exists()


def _back(found: CalendarSubscription, show: str) -> HttpResponse:
    return redirect(f"{reverse('imports:calendar', args=[found.pk])}?show={show}")


def _crumbs(here: str) -> list[tuple[str, str]]:
    return [(_("日历订阅"), reverse("imports:calendars")), (here, "")]


def _tabs(
    found: CalendarSubscription, lists: dict[str, QuerySet[CalendarItem]], which: str
) -> list[dict[str, object]]:
    names = {
        "new": _("可以导入"),
        "changed": _("有变动"),
        "vanished": _("不见了"),
        "taken": _("已导入"),
        "left": _("不要的"),
    }
    tabs: list[dict[str, object]] = [
        {"label": names[name], "href": f"?show={name}", "current": name == which, "count": count}
        for name, items in lists.items()
        if (count := items.count()) or name in ("new", "taken") or name == which
    ]
    if found.left_count:
        tabs.append(
            {
                "label": _("没有用到"),
                "href": "?show=unused",
                "current": which == "unused",
                "count": found.left_count,
            }
        )
    return tabs
