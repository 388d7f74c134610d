"""The unit's own activities: the list, a new one, and one activity's page at the desk."""

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.activities import completeness, forms, presentation, purposes, queries, safety, workflow
from kepuyue.activities.actions import drafting, publication, submission
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, Review, Sampling, Session, State
from kepuyue.activities.permissions import can_take_down, can_waive
from kepuyue.core import audit
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may, memberships, organizations_where

PAGE_SIZE = 30


@require_safe
def activity_list(request: DeskRequest) -> HttpResponse:
    """What the person may see, by state and by a word of the title."""
    visible = queries.visible_to(request.user)
    if request.edition:
        visible = visible.filter(edition=request.edition)
    counts = dict(visible.values_list("state").annotate(Count("pk")).order_by("state"))
    state, word = request.GET.get("state", ""), request.GET.get("q", "").strip()
    rows = visible.filter(state=state) if state in State.values else visible
    if word:
        rows = rows.filter(title__icontains=word)
    page = Paginator(queries.for_desk(rows).order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    tabs = [
        {"label": _("全部"), "href": "?", "current": state not in State.values, "count": sum(counts.values())}
    ]
    tabs += [
        {"label": label, "href": f"?state={code}", "current": state == code, "count": counts[code]}
        for code, label in State.choices
        if counts.get(code)
    ]
    context: dict[str, object] = {"page": page, "tabs": tabs, "q": word, "state": state}
    # One is better opened; several are completed and handed in together
    several = queries.drafts_to_hand_in(request.user).filter(edition=request.edition)
    context["drafts"] = several[:2].count() > 1
    return render(request, "activities/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """A new draft: only a unit and a title are asked first, the rest is saved as one types."""
    units = organizations_where(request.user, "activity.edit").exclude(state=Organization.State.REFUSED)
    own = units.filter(memberships__user=request.user).distinct()
    form = forms.NewActivityForm(request.POST or None, organizations=own or units)
    edition = request.edition
    if request.method == "POST" and edition and form.is_valid():
        unit = form.cleaned_data["organization"]
        content = {
            "title": form.cleaned_data["title"],
            "participations": [{"role": "host", "name": unit.name}],
            "district": unit.district.code if unit.district else "",
        }
        try:
            activity = drafting.begin(
                edition=edition,
                organization=unit,
                by=request.user,
                content=content,
                token=form.cleaned_data["token"] or uuid4(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("activities:edit", activity.code, "basics")
    status = 422 if request.method == "POST" else 200
    return render(request, "activities/new.html", {"form": form, "units": own or units}, status=status)


@require_safe
def detail(request: DeskRequest, code: str) -> HttpResponse:
    """One activity as its unit and its reviewers see it: where it stands, what it says, what happened."""
    activity = get_object_or_404(
        queries.visible_to(request.user).select_related("organization", "edition", "district"), code=code
    )
    working = queries.working_content(activity)
    under_way = queries.submission_under_way(activity)
    is_pending = under_way is not None and under_way.state == under_way.State.PENDING
    gaps = completeness.hindrances(activity, working)
    can_edit = may(request.user, "activity.edit", activity.organization) and not drafting.why_closed(
        activity, under_way
    )
    return render(
        request,
        "activities/detail.html",
        {
            "activity": activity,
            "rows": presentation.written_out(working, activity.edition),
            "gaps": gaps if can_edit else [],
            "meters": purposes.meters(activity, working, gaps) if can_edit else [],
            "under_way": under_way,
            "is_pending": is_pending,
            "revision": presentation.changes_written_out(
                submission.as_reader_would_compare(under_way), activity.edition
            )
            if under_way and under_way.kind == under_way.Kind.REVISION
            else [],
            "can_edit": can_edit,
            "can_submit": can_edit
            and may(request.user, "activity.submit", activity.organization)
            and (not activity.is_public or under_way),
            "signed": queries.valid_sign_off(activity, working),
            "can_withdraw": is_pending and may(request.user, "activity.submit", activity.organization),
            "can_discard": under_way
            and not is_pending
            and may(request.user, "activity.submit", activity.organization),
            "can_delete": can_edit and not drafting.why_kept(activity),
            "can_reschedule": activity.state == State.PUBLISHED
            and not is_pending
            and may(request.user, "activity.edit", activity.organization),
            "sessions": (sessions := _sessions(activity) if activity.is_public else []),
            "some_over": any(session.is_over for session, _when in sessions),
            "gate": safety.licence_gate(working, activity.edition),
            "lead": _lead(activity, working),
            "can_waive": (activity.published_at is None or _is_blocked_late(activity, working))
            and can_waive(request.user, activity),
            "can_ask_waiver": can_edit and _is_blocked_late(activity, working),
            "can_licence": activity.state in (*workflow.EDITABLE, State.SUBMITTED, State.PUBLISHED)
            and may(request.user, "activity.edit", activity.organization)
            and safety.licence_gate(working, activity.edition) is not None,
            "can_take_down": activity.is_public and can_take_down(request.user, activity),
            "takedown": activity.takedowns.filter(restored_at__isnull=True)
            .select_related("organization")
            .first(),
            "sampling": Sampling.objects.filter(submission__activity=activity).order_by("pk").last(),
            "trust": queries.trust_of(activity.organization, activity.edition),
            "can_cancel": activity.state == State.PUBLISHED
            and may(request.user, "activity.cancel", activity.organization)
            and not publication.has_taken_place(activity),
            "last_review": Review.objects.filter(submission__activity=activity).order_by("pk").last(),
            "pictures": queries.working_pictures(activity),
            "trail": audit.trail(activity)[:50],
        },
    )


def _sessions(activity: Activity) -> list[tuple[Session, str]]:
    return [
        (
            one,
            presentation.span(
                one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=activity.edition.zone
            ),
        )
        for one in activity.sessions.select_related("venue")
    ]


def _is_blocked_late(activity: Activity, working: Content) -> bool:
    gap = completeness.late_gap(activity, working)
    return gap is not None and gap.blocks


def _lead(activity: Activity, working: Content) -> safety.LeadTime | None:
    """The lead time while it can still be kept or be late: not of what is public already."""
    if activity.published_at is not None or activity.state not in workflow.EDITABLE:
        return None
    return safety.lead_time(working, activity.edition)


def get_visible(request: DeskRequest, code: str) -> Activity:
    """The activity, or 404 where the person may not know of it."""
    return get_object_or_404(
        queries.visible_to(request.user).select_related("organization", "edition"), code=code
    )


@require_safe
def panel(request: DeskRequest) -> HttpResponse:
    """For the workbench: the person's own activities that wait for them."""
    units = [membership.organization_id for membership in memberships(request.user)]
    own = queries.editable_by(request.user).filter(organization__in=units)
    if request.edition:
        own = own.filter(edition=request.edition)
    waiting = own.filter(state__in=workflow.EDITABLE)
    counts = dict(own.values_list("state").annotate(Count("pk")).order_by("state"))
    return render(
        request,
        "activities/_panel.html",
        {
            "rows": queries.for_desk(waiting).order_by("-updated_at", "-pk")[:6],
            "counts": [(code, label, counts[code]) for code, label in State.choices if counts.get(code)],
        },
    )
