"""Publishing figures, what was published beside what is now, and the page for everybody."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import board, queries
from kepuyue.insight.actions import publishing
from kepuyue.insight.board import Choice
from kepuyue.insight.forms import ReleaseForm
from kepuyue.insight.indicators import INDICATORS
from kepuyue.insight.models import Release
from kepuyue.insight.permissions import can_publish, check_publishes, sees_all
from kepuyue.insight.views.desk import BOTH, asked, tabs


@require_safe
def listing(request: DeskRequest) -> HttpResponse:
    """What was published of the edition, the newest first."""
    page = asked(request)
    context = {
        "page": page, "tabs": tabs("releases"), "releases": queries.releases(page.edition),
        "can_publish": can_publish(request.user, page.edition),
    }  # fmt: skip
    return render(request, "insight/releases.html", context)


@require_safe
def show(request: DeskRequest, pk: int) -> HttpResponse:
    """One release: each figure as it was frozen; for whoever sees everything, beside it what the same comes to now."""
    page = asked(request)
    release = _get(page.edition, pk)
    # What all units come to now is for those who see all of them
    has_live = sees_all(request.user, page.edition)
    found = board.of(page.edition, Choice.read(release.choice)) if has_live else None
    lines = []
    for figure in release.figures.all():
        one = INDICATORS.get(figure.code)
        line = {
            "figure": figure,
            "is_redefined": one is not None and str(one.definition) != figure.said["definition"],
        }
        if found is not None:
            is_told = one is not None and found.choice.counts(figure.code)
            line |= {
                "live": found.number(figure.code) if is_told else "—",
                "differs": is_told and found.plain(figure.code) != figure.value,
            }
        lines.append(line)
    context = {
        "page": page, "tabs": tabs("releases"), "release": release, "lines": lines, "has_live": has_live,
        "can_correct": can_publish(request.user, page.edition) and not hasattr(release, "correction"),
    }  # fmt: skip
    return render(request, "insight/release.html", context)


def _get(edition: Edition, pk: int) -> Release:
    return get_object_or_404(queries.releases(edition), pk=pk)


@require_http_methods(BOTH)
def publish(request: DeskRequest) -> HttpResponse:
    """Choose figures of what the board shows, look at them, publish them."""
    page = asked(request)
    check_publishes(request.user, page.edition)
    return _published(request, page.choice, None)


@require_http_methods(BOTH)
def correct(request: DeskRequest, pk: int) -> HttpResponse:
    """Publish the same figures anew, with the reason."""
    page = asked(request)
    check_publishes(request.user, page.edition)
    release = _get(page.edition, pk)
    return _published(request, Choice.read(release.choice), release)


def _published(request: DeskRequest, choice: Choice, corrects: Release | None) -> HttpResponse:
    page = asked(request)
    found = board.of(page.edition, choice)
    initial: dict[str, Any] = {"token": uuid4()}
    if corrects is not None:
        figures = list(corrects.figures.all())
        initial |= {
            "title": corrects.title, "codes": [one.code for one in figures],
            "splits": sorted({split["split"] for one in figures for split in one.splits}),
        }  # fmt: skip
    form = ReleaseForm(
        request.POST if request.method == "POST" else None,
        board=found,
        initial=initial,
        is_correction=corrects is not None,
    )
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("codes", "splits", "title", "note", "token")}
        try:
            made = publishing.publish(
                page.edition,
                choice,
                by=request.user,
                corrects=corrects,
                reason=form.cleaned_data.get("reason", ""),
                **facts,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已发布，公众可以在“数字”页看到。"))
            return redirect("insight:release", made.pk)
    context = {
        "page": page, "tabs": tabs("releases"), "form": form, "corrects": corrects,
        "limits": choice.in_words(page.names), "choice": choice,
    }  # fmt: skip
    return render(request, "insight/publish.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """All figures that were published, edition by edition, corrected ones with what put them right."""
    return render(request, "insight/figures.html", {"releases": queries.public_releases()})
