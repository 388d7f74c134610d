"""The sources at the desk: what is read, what it said, what its words are here."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kepuyue.accounts.models import User
from kepuyue.editions.models import Edition
from kepuyue.editions.permissions import check_can_manage
from kepuyue.editions.queries import current_edition
from kepuyue.federation import fault_words, queries
from kepuyue.federation.actions import clearing, subscribing
from kepuyue.federation.forms import AddressForm, CounterpartsForm, SourceForm
from kepuyue.federation.models import Counterpart, Source
from kepuyue.federation.workflow import SOURCE

BOTH = ["GET", "HEAD", "POST"]


@require_http_methods(BOTH)
def sources(request: HttpRequest) -> HttpResponse:
    """All sources of the current edition, folded those of others, and an address to try another."""
    edition = _edition(request)
    form = AddressForm(_typed(request))
    if form.is_bound and form.is_valid():
        try:
            added = subscribing.add(edition, form.cleaned_data["address"], by=_person(request))
        except ValidationError as error:
            form.add_error(None if not hasattr(error, "error_dict") else "address", error.messages)
        else:
            return redirect("federation:source", added.pk)
    rows = queries.sources(edition)
    context = {
        "form": form,
        "rows": rows,
        "total": sum(one.held for one in rows),
        "others": queries.of_other_editions(edition),
        "crumbs": [(_("本届设置"), reverse("editions:hub", args=[edition.code])), (_("来源城市"), "")],
    }
    return render(request, "federation/sources.html", context, status=422 if form.errors else 200)


@require_http_methods(BOTH)
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: what it said, how it is read, and what the office sets of it."""
    found = _found(request, pk)
    form = SourceForm(_typed(request), source=found)
    if form.is_bound and form.is_valid():
        try:
            subscribing.change(found, form.cleaned_data, by=_person(request))
        except ValidationError as error:
            if hasattr(error, "error_dict") and error.error_dict.keys() <= form.fields.keys():
                form.add_error(None, error)
            else:
                form.add_error(None, error.messages)
        else:
            messages.success(request, _("已保存。"))
            return redirect("federation:source", pk)
    waiting = found.counterparts.filter(state=Counterpart.State.WAITING).count()
    context = {
        "source": found,
        "shown": queries.shown(found, found.held.count(), waiting),
        "left": fault_words.left(found.left),
        "leaving": clearing.left_over(found),
        "verbs": SOURCE.verbs(found.state),
        "is_busy": found.state == Source.State.TRIED and not found.checked_at,
        "words": found.counterparts.count(),
        "form": form,
        "crumbs": [(_("来源城市"), reverse("federation:sources")), (str(found), "")],
    }
    return render(request, "federation/source.html", context, status=422 if form.errors else 200)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Start, pause, go on, withdraw, or say that it is the same under another name."""
    found = _found(request, pk)
    acts = {
        "start": subscribing.start,
        "pause": subscribing.pause,
        "resume": subscribing.resume,
        "withdraw": subscribing.withdraw,
        "moved": subscribing.accept_move,
    }
    act = acts.get(request.POST.get("act", ""))
    return _press(request, found, act) if act else redirect("federation:source", pk)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it read soon, or all of it again."""
    found = _found(request, pk)
    return _press(
        request, found, subscribing.read_anew if request.POST.get("anew") else subscribing.read_soon
    )


@require_http_methods(BOTH)
def counterparts(request: HttpRequest, pk: int) -> HttpResponse:
    """What the classifications and districts of a source are here."""
    found = _found(request, pk)
    words = queries.words_of(found)
    form = CounterpartsForm(_typed(request), edition=found.edition, words=words)
    if form.is_bound and form.is_valid():
        count = subscribing.correspond(found, form.decisions(), by=_person(request))
        if count:
            if found.state == Source.State.PAUSED:
                done = ngettext(
                    "已决定%(count)s项，恢复读取后重新对照。",
                    "已决定%(count)s项，恢复读取后重新对照。",
                    count,
                )
            else:
                done = ngettext(
                    "已决定%(count)s项，正在重新对照。", "已决定%(count)s项，正在重新对照。", count
                )
            messages.success(request, done % {"count": count})
        return redirect("federation:counterparts", pk)
    crumbs = [
        (_("来源城市"), reverse("federation:sources")),
        (str(found), reverse("federation:source", args=[pk])),
        (_("分类对照"), ""),
    ]
    context = {"source": found, "form": form, "rows": form.rows(), "crumbs": crumbs}
    return render(request, "federation/counterparts.html", context, status=422 if form.errors else 200)


def _press(request: HttpRequest, found: Source, act: object) -> HttpResponse:
    try:
        act(found, by=_person(request))  # type: ignore[operator]  # one of this room's actions
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("federation:source", found.pk)


def _edition(request: HttpRequest) -> Edition:
    edition = current_edition()
    if edition is None:
        raise PermissionDenied(_("只有市级管理员可以管理届次。"))
    check_can_manage(_person(request), edition)
    return edition


def _found(request: HttpRequest, pk: int) -> Source:
    """A source of whichever edition: what came from it is public after the edition too."""
    _edition(request)
    found = get_object_or_404(Source.objects.select_related("edition__office", "district"), pk=pk)
    check_can_manage(_person(request), found.edition)
    return found


def _typed(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
