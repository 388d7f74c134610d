"""The grid of days at the desk: what stands on each, what is missing, what could stand there."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities.models import Activity
from kepuyue.activities.presentation import span
from kepuyue.core import tables, wording
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import memberships
from kepuyue.publicity import candidates, days
from kepuyue.publicity.actions import highlights as actions
from kepuyue.publicity.days import Day, Entry
from kepuyue.publicity.desk import edition_of, pressed
from kepuyue.publicity.forms.highlights import ChoiceForm, LineForm
from kepuyue.publicity.models import Highlight
from kepuyue.publicity.permissions import can_choose, check_can_choose, check_sees_highlights

ON_THE_DAY = 12  # candidates shown on a day's own page; a word finds the others
ALL = 5_000  # sessions of a day that its own page weighs


@require_safe
def grid(request: DeskRequest) -> HttpResponse:
    """All days of the edition at a glance; for the office with a candidate for each empty day."""
    check_sees_highlights(request.user)
    edition = edition_of(request)
    chooses = can_choose(request.user, edition)
    month = days.month(edition)
    ahead = [one for one in month if not one.is_past]
    empty = [one.day for one in ahead if one.state in ("empty", "gone")] if chooses else []
    proposed = candidates.candidates(edition, empty, most=1)
    own = {one.organization_id for one in memberships(request.user)}
    cells = [_cell(one, proposed.get(one.day, []), own, chooses) for one in month]
    context = {
        "edition": edition,
        "cells": cells,
        "chooses": chooses,
        "blanks": range(edition.starts_on.weekday()),
        "blanks_after": range(6 - edition.ends_on.weekday()),
        "weekdays": [wording.weekday_text(date(2024, 1, 1 + number)) for number in range(7)],
        "figures": _figures(month),
        "troubled": [(one, entry) for one in ahead for entry in one.entries if entry.trouble] if chooses else [],
        "own": [(one, entry) for one in month for entry in one.entries if entry.activity.organization_id in own],
    }  # fmt: skip
    return render(request, "publicity/highlights.html", context)


def _figures(month: list[Day]) -> dict[str, int]:
    states = [one.state for one in month]
    return {
        "all": len(month),
        "filled": sum(state in ("ok", "trouble") for state in states),
        "empty": sum(state in ("empty", "gone") for state in states),
        "trouble": sum(bool(entry.trouble) for one in month for entry in one.entries),
    }


def _cell(one: Day, proposed: list[candidates.Candidate], own: set[int], chooses: bool) -> dict[str, Any]:
    """A day as it is drawn. Who does not choose sees what the public sees, and what became of their own."""
    return {
        "day": one,
        "weekday": wording.weekday_text(one.day),
        "text": wording.day_text(one.day),
        "href": reverse("publicity:highlight-day", args=[one.day]) if chooses else "",
        "entries": [
            entry
            for entry in one.entries
            if chooses or entry.is_shown or entry.activity.organization_id in own
        ],
        "candidate": proposed[0] if proposed else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def day(request: DeskRequest, day: str) -> HttpResponse:
    """One day for the office: its highlights with their lines, and whatever could be chosen, ranked."""
    edition, shown = edition_of(request), _parsed(day)
    check_can_choose(request.user, edition)
    if not edition.holds(shown):
        raise Http404(_("这一天不在科普月里。"))
    if request.method == "POST":
        return _choose(request, edition, shown)
    word = request.GET.get("q", "").strip()[:60]
    found = candidates.candidates(edition, [shown], most=ALL, word=word, pool=ALL)[shown]
    rows = days.read(edition).filter(day=shown).select_related("activity__organization")
    entries = [days.entry_of(one) for one in rows]
    context = {
        "day": shown,
        "text": wording.day_text(shown),
        "before": _neighbor(edition, shown, -1),
        "after": _neighbor(edition, shown, 1),
        "entries": [(entry, LineForm(instance=entry.highlight, prefix=str(entry.highlight.pk)))
                    for entry in entries],
        "seen": days.seen_of(entry.highlight for entry in entries),
        "is_full": len(entries) >= actions.MOST_A_DAY,
        "q": word,
        "candidates": [(one, _when(one, edition)) for one in found[:ON_THE_DAY]],
        "left": max(len(found) - ON_THE_DAY, 0),
    }  # fmt: skip
    return render(request, "publicity/highlight_day.html", context)


def _choose(request: DeskRequest, edition: Edition, shown: date) -> HttpResponse:
    form = ChoiceForm(request.POST)
    back = reverse("publicity:highlight-day", args=[shown])
    if not form.is_valid():
        messages.warning(request, _("请先选一项活动。"))
        return redirect(back)
    data = form.cleaned_data
    activity = Activity.objects.published().filter(edition=edition, code=data["activity"]).first()
    instead = (
        Highlight.objects.filter(edition=edition, pk=data["instead"]).first() if data["instead"] else None
    )
    if activity is None or (data["instead"] and instead is None):
        messages.warning(request, _("这项活动已经不能选了，请重新选。"))
        return redirect(back)
    if request.POST.get("from") == "grid":
        back = f"{reverse('publicity:highlights')}#day-{shown}"
    return pressed(
        request,
        back,
        lambda: actions.choose(edition, shown, activity, by=request.user, seen=data["seen"], instead=instead),
        _("已选为%(day)s的热点，公众页面同时更新。") % {"day": wording.day_text(shown)},
    )


@require_POST
def describe(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep the line of one highlight."""
    found = _found(request, pk)
    form = LineForm(request.POST, instance=found, prefix=str(found.pk))
    back = reverse("publicity:highlight-day", args=[found.day])
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect(back)
    said = {"line": "", "line_en": "", "session": None} | form.cleaned_data
    return pressed(
        request, back, lambda: actions.describe(found, by=request.user, **said), _("推荐语已保存。")
    )


@require_POST
def put_first(request: DeskRequest, pk: int) -> HttpResponse:
    """Let one stand before the others of its day."""
    found = _found(request, pk)
    return pressed(
        request,
        reverse("publicity:highlight-day", args=[found.day]),
        lambda: actions.put_first(found, by=request.user),
        _("已排到当天最前面。"),
    )


@require_POST
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one away from its day."""
    found = _found(request, pk)
    return pressed(
        request,
        reverse("publicity:highlight-day", args=[found.day]),
        lambda: actions.remove(found, by=request.user),
        _("已拿掉，公众页面同时更新。"),
    )


@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """The grid as a workbook: a line for each highlight, and one for each day without."""
    edition = edition_of(request)
    check_can_choose(request.user, edition)
    head = [_("日期"), _("星期"), _("顺序"), _("活动名称"), _("一句话推荐"), _("英文一句话推荐"), _("填报单位"),
            _("所属区"), _("场次"), _("公众能看到"), _("缺什么"), _("编号")]  # fmt: skip
    rows: list[list[Any]] = []
    for one in days.month(edition):
        first = [one.day.isoformat(), wording.weekday_text(one.day)]
        rows += [[*first, *_line(entry, edition, one.day)] for entry in one.entries]
        if not one.entries:
            rows.append([*first, "", _("（还没有热点）"), *[""] * 8])
    answer = HttpResponse(
        tables.to_xlsx(_("每日热点"), head, rows), content_type=tables.CONTENT_TYPES["xlsx"]
    )
    answer["Content-Disposition"] = f'attachment; filename="highlights-{edition.code}.xlsx"'
    return answer


def _line(entry: Entry, edition: Edition, day: date) -> list[Any]:
    highlight, activity = entry.highlight, entry.activity
    bounds = edition.day_bounds(day)
    here = [one for one in activity.sessions.all() if days.touches(one.starts_at, one.ends_at, *bounds)]
    if highlight.session:
        here = [highlight.session]
    return [
        highlight.position, activity.title, highlight.line, highlight.line_en, activity.organization.name,
        activity.district.name_for_reader if activity.district else "", wording.clauses(_times(here, edition)),
        _("是") if entry.is_shown else entry.trouble, wording.listed(entry.lacks), activity.code,
    ]  # fmt: skip


def _times(sessions: Iterable[Any], edition: Edition) -> list[str]:
    return [
        span(one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=edition.zone) for one in sessions
    ]


def _when(one: candidates.Candidate, edition: Edition) -> str:
    return span(one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=edition.zone)


def _found(request: DeskRequest, pk: int) -> Highlight:
    edition = edition_of(request)
    check_can_choose(request.user, edition)
    rows = Highlight.objects.select_related("activity", "edition__office")
    return get_object_or_404(rows, edition=edition, pk=pk)


def _parsed(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Http404(_("没有这一天。")) from None
    if found.isoformat() != text:
        raise Http404(_("没有这一天。"))
    return found


def _neighbor(edition: Edition, shown: date, step: int) -> dict[str, str] | None:
    other = date.fromordinal(shown.toordinal() + step)
    if not edition.holds(other):
        return None
    return {
        "href": reverse("publicity:highlight-day", args=[other]),
        "text": wording.day_text(other),
    }
