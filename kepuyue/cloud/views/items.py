"""Items at the desk: the list, one item's page and form, and the buttons of unit and superior."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.cloud import addresses, presentation, queries
from kepuyue.cloud import content as contents
from kepuyue.cloud.actions import items
from kepuyue.cloud.forms.fields import ReasonForm, RemarkForm
from kepuyue.cloud.forms.items import ItemForm, KindForm, ReplayForm
from kepuyue.cloud.models import CloudItem, Kind
from kepuyue.cloud.permissions import can_review, check_can_withdraw
from kepuyue.cloud.views.finding import check_takes_part, edition_of, posted, pressed, tabs, version_sent
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, holds_anywhere, may, organizations_where

PAGE_SIZE = 24


@require_safe
def item_list(request: DeskRequest) -> HttpResponse:
    """What waits for the person, broadcasts whose buttons are needed, and all items of the units."""
    check_takes_part(request)
    edition = edition_of(request)
    units = organizations_where(request.user, "cloud.edit")
    rows = queries.items_seen_by(request.user).filter(edition=edition)
    kind = request.GET.get("kind", "")
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(
        rows.select_related("organization", "activity").order_by("-updated_at", "-pk"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    at = now()
    context = {
        "tabs": tabs(request, "items", edition),
        "page": page,
        "rows": [presentation.line(item, at) for item in page.object_list],
        "waiting": queries.items_to_review(request.user, edition).select_related("organization")[:50],
        "today": [presentation.line(item, at) for item in queries.next_live(units, edition)],
        "chips": [
            {"label": label, "href": "?" if kind == code else f"?kind={code}", "on": kind == code}
            for code, label in Kind.choices
        ],
        "may_edit": holds_anywhere(request.user, "cloud.edit"),
    }
    return render(request, "cloud/items.html", context)


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: what of the cloud month waits for the person."""
    work = queries.work_for(request.user, request.edition) if request.edition else None
    return render(request, "cloud/_panel.html", {"work": work})


@require_safe
def of_activity(request: DeskRequest, code: str) -> HttpResponse:
    """For an activity's page at the desk: its items, and the way to one more."""
    found = queries.items_seen_by(request.user).filter(activity__code=code).order_by("pk")
    mine = queries.activities_to_join(request.user, edition_of(request)).filter(code=code).exists()
    return render(request, "cloud/_of_activity.html", {"items": found, "code": code, "may_add": mine})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """First the unit and the kind, then the item itself; an activity gives what it knows."""
    check_takes_part(request)
    edition = edition_of(request)
    units = _own_units(request)
    joined = queries.activities_to_join(request.user, edition)
    asked = request.POST if request.method == "POST" else request.GET
    first = KindForm(
        asked if {"kind", "organization"} & asked.keys() else None,
        organizations=units,
        activities=joined,
        initial={"activity": request.GET.get("activity", "")},
    )
    if not first.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "cloud/item_kind.html", {"form": first, "units": units}, status=status)
    unit, kind = first.cleaned_data["organization"], first.cleaned_data["kind"]
    activity = first.cleaned_data["activity"]
    given = presentation.from_activity(activity, kind) if activity else {}
    # What is sent stands in fields of its own, beside the first question's
    sent = posted(request) if "title" in request.POST else None
    form = ItemForm(
        sent,
        edition=edition,
        kind=kind,
        activities=joined.filter(organization=unit),
        content=_last_facts(unit) | given,
    )
    if sent is not None and form.is_valid():
        item = items.create(
            edition=edition, organization=unit, kind=kind, by=request.user, content=form.content(),
            token=form.cleaned_data["token"] or uuid4(),
        )  # fmt: skip
        return _saved(request, item)
    context = {"form": form, "unit": unit, "kind": kind, "kind_label": Kind(kind).label}
    return render(request, "cloud/item_edit.html", context, status=422 if form.errors else 200)


def _own_units(request: DeskRequest) -> Any:
    """The person's own confirmed units."""
    units = organizations_where(request.user, "cloud.edit").filter(state=Organization.State.ACTIVE)
    return units.filter(memberships__user=request.user).distinct()


def _last_facts(unit: Organization) -> contents.Content:
    """Who signs content off: as in the unit's last item, so that it is not typed again."""
    last = CloudItem.objects.filter(organization=unit).order_by("-pk").first()
    return {"content_signoff": last.content_signoff, "languages": last.languages} if last else {}


def _saved(request: DeskRequest, item: CloudItem) -> HttpResponse:
    if request.POST.get("then") == "submit":
        return pressed(
            request,
            lambda: items.submit(item, by=request.user),
            _("已提交，上级审核后公开。"),
            to="cloud:item",
            args=[item.code],
        )
    messages.success(request, _("已保存。"))
    return redirect("cloud:item", item.code)


def get_seen(request: DeskRequest, code: str) -> CloudItem:
    """The item, or 404 where the person may not know of it."""
    return get_object_or_404(
        queries.items_seen_by(request.user).with_facts().select_related("organization__parent"),
        code=code.upper(),
    )


def get_own(request: DeskRequest, code: str) -> CloudItem:
    """The item, or 404 where the person may not write it."""
    return get_object_or_404(
        queries.items_of(request.user).with_facts().select_related("organization__parent"), code=code.upper()
    )


@require_safe
def item(request: DeskRequest, code: str) -> HttpResponse:
    """One item as its unit and its superior see it."""
    found = get_seen(request, code)
    working = contents.working(found)
    is_waiting = found.state in CloudItem.WAITING_STATES
    is_own = may(request.user, "cloud.edit", found.organization)
    reviews = can_review(request.user, found)
    context = {
        "item": found,
        "line": presentation.line(found, now()),
        "rows": presentation.rows(found, working),
        "changes": presentation.changed_rows(found) if found.is_public else [],
        "player": addresses.player(working.get("url") or ""),
        "ways": [
            working[name]
            for name in ("url", "replay_url")
            if working[name] and not addresses.fault(working[name])
        ],
        "is_own": is_own,
        "reviews": reviews and is_waiting,
        "may_withdraw": found.is_public and (is_own or reviews),
        "missing": contents.gaps(found.kind, working) if is_own and not is_waiting else [],
        "remark": RemarkForm(initial={"version": found.version}),
        "replay": ReplayForm(initial={"url": found.replay_url}),
        "is_live_kind": found.kind == Kind.LIVE,
        "questions": found.questions.waiting().count() if found.kind == Kind.TOPIC else 0,
        "trail": audit.trail(found)[:20],
    }
    return render(request, "cloud/item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Change what the item says; of a public one the change is read before it shows."""
    found = get_own(request, code)
    joined = queries.activities_to_join(request.user, found.edition).filter(organization=found.organization)
    options: dict[str, Any] = {"edition": found.edition, "kind": found.kind, "activities": joined}
    form = ItemForm(
        posted(request), content=contents.working(found), initial={"version": found.version}, **options
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = items.change(
                found, form.content(), by=request.user, version=form.cleaned_data["version"] or 0
            )
        except Conflict as conflict:
            form.add_error(None, conflict)
            present = ItemForm(content=contents.working(conflict.present), **options)
            theirs = form.differing_from(present)
            form.look_at(conflict.present.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, saved)
    context = {
        "form": form, "unit": found.organization, "kind": found.kind, "kind_label": found.get_kind_display(),
        "item": found, "theirs": theirs,
    }  # fmt: skip
    status = (409 if theirs is not None else 422) if form.errors else 200
    return render(request, "cloud/item_edit.html", context, status=status)


@require_POST
def submit(request: DeskRequest, code: str) -> HttpResponse:
    """Hand it to the superior."""
    return _unit(request, code, items.submit, _("已提交，上级审核后公开。"))


@require_POST
def take_back(request: DeskRequest, code: str) -> HttpResponse:
    """Take it back before it was read."""
    return _unit(request, code, items.take_back, _("已收回，可以继续修改。"))


@require_POST
def discard(request: DeskRequest, code: str) -> HttpResponse:
    """Give up the change of a public one."""
    return _unit(request, code, items.discard, _("已放弃修改，公众看到的没有变。"))


@require_POST
def reopen(request: DeskRequest, code: str) -> HttpResponse:
    """Write on at one that was withdrawn."""
    return _unit(request, code, items.reopen, _("可以继续修改，再提交审核。"))


def _unit(request: DeskRequest, code: str, action: Any, done: str) -> HttpResponse:
    found = get_seen(request, code)
    check(request.user, "cloud.edit", found.organization)
    return pressed(request, lambda: action(found, by=request.user), done, to="cloud:item", args=[found.code])


@require_POST
def approve(request: DeskRequest, code: str) -> HttpResponse:
    """Make it public."""
    found = get_seen(request, code)
    return pressed(
        request,
        lambda: items.approve(found, by=request.user, version=version_sent(request)),
        _("已通过，现在公众可以看到。"),
        to="cloud:item",
        args=[found.code],
    )


@require_POST
def give_back(request: DeskRequest, code: str) -> HttpResponse:
    """Ask the unit for a change."""
    found = get_seen(request, code)
    form = RemarkForm(request.POST)
    form.is_valid()
    return pressed(
        request,
        lambda: items.give_back(
            found, by=request.user, version=version_sent(request), remark=form.cleaned_data.get("remark", "")
        ),
        _("已退回，单位会收到您的意见。"),
        to="cloud:item",
        args=[found.code],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take it off the public pages, with a reason."""
    found = get_seen(request, code)
    check_can_withdraw(request.user, found)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            items.withdraw(found, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已撤回，公众现在看不到。"))
            return redirect("cloud:item", found.code)
    context = {"form": form, "item": found, "back": reverse("cloud:item", args=[found.code])}
    return render(request, "cloud/withdrawal.html", context, status=422 if form.errors else 200)
