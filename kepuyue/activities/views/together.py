"""Many drafts on one page: what they lack is typed once for all of them, then they are handed in together."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.activities import content as contents
from kepuyue.activities import queries, selections
from kepuyue.activities.actions import together
from kepuyue.activities.completeness import Gap
from kepuyue.activities.forms.together import SharedForm
from kepuyue.activities.models import Activity
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere

MOST_SHOWN = 300


@dataclass(frozen=True)
class Line:
    """One draft with what keeps it from being handed in, and whether it is ticked."""

    activity: Activity
    gaps: list[Gap]
    is_ticked: bool


@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: DeskRequest) -> HttpResponse:
    """What the person has not handed in yet: all of the edition, or those of a set (`?of=import-12`)."""
    if not holds_anywhere(request.user, "activity.submit"):
        raise PermissionDenied(_("补全和提交草稿只对填报活动的人员开放。"))
    title, crumbs = _("补全并提交草稿"), None
    activities: QuerySet[Activity] = Activity.objects.filter(edition=request.edition)
    if named := request.GET.get("of", ""):
        selection = selections.find(request.user, named)
        if selection is None:
            raise Http404
        activities = selection.activities
        title = _("补全并提交“%(name)s”") % {"name": selection.name}
        crumbs = [(selection.name, selection.address), (_("补全并提交"), "")]
    rows = (
        activities.filter(pk__in=queries.drafts_to_hand_in(request.user).values("pk"))
        .select_related("organization", "edition", "district")
        .prefetch_related(*contents.PREFETCH)
        .order_by("pk")
    )
    waiting = _read(rows)
    posted = request.method == "POST"
    ticked = set(request.POST.getlist("row")) if posted else {one.code for one in waiting}
    gaps = {one.pk: together.lacking(one) for one in waiting}
    form = _form(request, waiting, gaps) if posted else None
    outcomes: list[together.Outcome] = []
    problem = _("请先勾选活动。") if posted else ""
    if posted and form is not None:
        chosen = [one for one in waiting if one.code in ticked]
        problem, outcomes = _pressed(request, form, chosen)
        if not problem and form.is_valid():
            done = {outcome.activity.code for outcome in outcomes if outcome.code == "done"}
            waiting = _read(rows)
            # What was handed in is gone from the list; what lacks something stays ticked
            ticked -= done if request.POST.get("do") == "hand-in" else set()
            gaps = {one.pk: together.lacking(one) for one in waiting}
            form = None
    lines = [Line(one, gaps[one.pk], one.code in ticked) for one in waiting[:MOST_SHOWN]]
    context: dict[str, Any] = {
        "title": title,
        "crumbs": crumbs,
        "lines": lines,
        "ready": sum(not line.gaps for line in lines),
        "is_cut": len(waiting) > MOST_SHOWN,
        "form": form or _form(request, waiting, gaps, bind=False),
        "outcomes": outcomes,
        "done": sum(outcome.code in ("done", "same") for outcome in outcomes),
        "problem": problem,
        "most": together.MOST_AT_ONCE,
    }
    is_refused = bool(problem) or (form is not None and bool(form.errors))
    return render(request, "activities/together.html", context, status=422 if is_refused else 200)


def _read(rows: QuerySet[Activity]) -> list[Activity]:
    """The drafts, with what is the same for all of them read once."""
    found = list(rows.all()[: MOST_SHOWN + 1])
    editions = {one.edition_id: one.edition for one in found}
    prefetch_related_objects(list(editions.values()), "taxonomies")
    for one in found:
        one.edition = editions[one.edition_id]
    return found


def _form(
    request: DeskRequest, activities: list[Activity], gaps: dict[int, list[Gap]], *, bind: bool = True
) -> SharedForm | None:
    """What the drafts lack and might share; None where there are no drafts."""
    if not activities:
        return None
    asked: Counter[str] = Counter()
    for activity in activities:
        content = contents.of(activity)
        for gap in gaps[activity.pk]:
            asked.update(together.fields_of(gap, content, activity))
    edition = activities[0].edition
    return SharedForm(request.POST if bind else None, edition=edition, asked=asked)


def _pressed(
    request: DeskRequest, form: SharedForm, chosen: list[Activity]
) -> tuple[str, list[together.Outcome]]:
    """(why nothing was done, what became of each)."""
    if not chosen:
        return _("请先勾选活动。"), []
    if not form.is_valid():
        return "", []
    if request.POST.get("do") == "hand-in":
        if "signs" not in request.POST:
            return _("提交前请勾选“已通读”，由您签审内容。"), []
        if values := form.values():  # typed, and handed in by the next press: it is meant for these
            together.fill(chosen, values, by=request.user)
        return "", together.hand_in(chosen, by=request.user)
    values = form.values()
    if not values:
        return _("请至少填写一项。"), []
    return "", together.fill(chosen, values, by=request.user)
