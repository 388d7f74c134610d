"""Stories at the desk: written, looked at as the public will see them, released, withdrawn."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import organizations_where
from kepuyue.publicity import presentation, queries
from kepuyue.publicity.actions import stories
from kepuyue.publicity.desk import edition_of
from kepuyue.publicity.forms.press import ReleaseForm, StoryForm
from kepuyue.publicity.models import Story
from kepuyue.publicity.permissions import check_writes_somewhere
from kepuyue.publicity.views.desk import posted, tabs, theirs_written_out
from kepuyue.resources.forms.fields import ReasonForm

PAGE_SIZE = 30
BOTH = ("GET", "HEAD", "POST")


class WhyForm(ReasonForm):
    """A reason that stays in the trail."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = gettext_lazy("留在操作记录里，公众看不到。")


@require_safe
def story_list(request: DeskRequest) -> HttpResponse:
    """What the person's units wrote; for the office, what all wrote."""
    check_writes_somewhere(request.user)
    rows = queries.stories_of(request.user, edition_of(request)).select_related("organization")
    page = Paginator(rows.order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"tabs": tabs(request, "stories"), "page": page}
    return render(request, "publicity/stories.html", context)


@require_http_methods(BOTH)
def new(request: DeskRequest) -> HttpResponse:
    """A new story, as a draft."""
    check_writes_somewhere(request.user)
    edition = edition_of(request)
    form = StoryForm(posted(request), edition=edition, organizations=_writing_units(request))
    if request.method == "POST" and form.is_valid():
        made = stories.create(
            edition=edition, organization=form.cleaned_data["organization"], by=request.user,
            facts=form.facts(), token=form.cleaned_data["token"] or uuid4(),
        )  # fmt: skip
        messages.success(request, _("草稿已保存。看过预览再发布。"))
        return redirect("publicity:story", made.code)
    return render(request, "publicity/story_edit.html", {"form": form}, status=422 if form.errors else 200)


def _writing_units(request: DeskRequest) -> QuerySet[Organization]:
    """The person's own units in whose name stories appear."""
    units = organizations_where(request.user, "story.edit").filter(state=Organization.State.ACTIVE)
    above = units.exclude(level=Organization.Level.UNIT)
    return above.filter(memberships__user=request.user).distinct()


def get_own(request: DeskRequest, code: str) -> Story:
    """The story, or 404 where the person does not write in its unit's name."""
    rows = queries.stories_of(request.user, edition_of(request))
    related = ("organization__district", "edition", "picture__picture__activity")
    return get_object_or_404(rows.select_related(*related), code=code)


@require_safe
def story(request: DeskRequest, code: str) -> HttpResponse:
    """The story as the public sees it or will, and what can be done with it."""
    return _story_page(request, get_own(request, code), ReleaseForm(), 200)


def _story_page(request: DeskRequest, found: Story, form: ReleaseForm, status: int) -> HttpResponse:
    form.fields["version"].initial = found.version
    context = {
        "story": found,
        "shown": presentation.written_out(found),
        "form": form,
        "may_release": not found.is_shown,
        "may_withdraw": found.state != Story.State.WITHDRAWN,
        "trail": audit.trail(found)[:20],
    }
    return render(request, "publicity/story.html", context, status=status)


@require_http_methods(BOTH)
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Change what the story says."""
    found = get_own(request, code)
    unit = Organization.objects.filter(pk=found.organization_id)
    options: dict[str, Any] = {"edition": found.edition, "organizations": unit}
    form = StoryForm(posted(request), story=found, **options)
    form.fields.pop("organization")
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            stories.change(found, form.facts(), by=request.user, version=form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            form.add_error(None, conflict)
            form.look_at(conflict.present.version)
            theirs = theirs_written_out(form, StoryForm(story=conflict.present, **options))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("publicity:story", code)
    context = {"form": form, "story": found, "theirs": theirs}
    status = (409 if theirs is not None else 422) if form.errors else 200
    return render(request, "publicity/story_edit.html", context, status=status)


@require_POST
def release(request: DeskRequest, code: str) -> HttpResponse:
    """Let everybody read it, now or at the moment that was chosen."""
    found = get_own(request, code)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            done = stories.release(
                found, by=request.user, version=form.cleaned_data["version"] or 0, at=form.cleaned_data["at"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = _("已安排定时发布。") if done.is_scheduled else _("已发布，公众现在可以看到。")
            messages.success(request, said)
            return redirect("publicity:story", code)
    return _story_page(request, found, form, 422)


@require_http_methods(BOTH)
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take it away from the public, with a reason."""
    found = get_own(request, code)
    if found.state == Story.State.WITHDRAWN:
        raise Http404
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            stories.withdraw(found, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已撤下。"))
            return redirect("publicity:story", code)
    context = {
        "form": form,
        "title": _("撤下这篇新闻稿"),
        "lead": found.title,
        "text": _("撤下后公众看不到，原来的地址不再显示内容；以后还可以再发布。"),
        "press": _("撤下"),
        "back": reverse("publicity:story", args=[code]),
    }
    return render(request, "resources/reason.html", context, status=422 if form.errors else 200)
