"""The registration form: one step at a time, saved as one types, nothing lost."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kepuyue.accounts.middleware import KEPT_INPUT, take_kept_input
from kepuyue.activities import completeness, forms, grid_words, presentation, purposes, queries
from kepuyue.activities.actions import drafting, merging
from kepuyue.activities.actions.merging import Seen
from kepuyue.activities.content import Change
from kepuyue.activities.models import Activity, Review
from kepuyue.core import wording
from kepuyue.editions.request import DeskRequest

# So many sessions are also on the page as an ordinary form; more would make it heavy for everybody
ROWS_ALSO = 30
# Not part of what one types
ENVELOPE = {"csrfmiddlewaretoken", "version", "mine", "unanswered", "keep_mine", "then", "spare", "confirmed"}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, code: str, step: str) -> HttpResponse:
    """One step of the form. A POST saves what can be taken and keeps the rest with a word on what is wrong."""
    if step not in forms.STEPS:
        raise Http404
    activity = get_object_or_404(
        queries.editable_by(request.user).select_related("organization", "edition"), code=code
    )
    content = queries.working_content(activity)
    why_not = drafting.why_closed(activity, queries.submission_under_way(activity))
    if request.method != "POST" and why_not and KEPT_INPUT not in request.session:
        messages.warning(request, why_not)
        return redirect("activities:detail", code)
    if request.method != "POST":
        return _show(request, activity, step, content)
    typed = forms.step_input(step, edition=activity.edition, content=content, data=request.POST)
    valid = typed.is_valid()
    rest = {name: request.POST.getlist(name) for name in request.POST if name not in ENVELOPE}
    seen, sent = _seen(request.POST), typed.changes()
    try:
        activity = drafting.change(
            activity,
            sent,
            by=request.user,
            seen=seen,
            unsaved={step: {} if valid else rest},
            confirmed=request.POST.getlist("confirmed"),
        )
    except merging.Conflict as conflict:
        return _show_conflict(request, activity, step, content, conflict)
    except ValidationError as error:
        if request.htmx:
            return _not_saved_fragment(request, activity, error.messages[0])
        return _show(
            request,
            activity,
            step,
            content,
            data=request.POST,
            alert=error.messages[0],
            status=409,
            base=_as_sent(request.POST),
        )
    if request.htmx:
        return _saved_fragment(request, activity, typed, sent, seen)
    base = _base(request, activity, queries.working_content(activity), sent, seen)[0]
    if "spare" in request.POST and step in forms.ROWS:
        spare = _number(request.POST["spare"])
        return _show(request, activity, step, content, data=request.POST, spare=spare, base=base)
    if not valid:
        return _show(request, activity, step, content, data=request.POST, status=422, base=base)
    if typed.asks_more():
        saved = queries.working_content(activity)
        return _show(
            request, activity, step, saved, alert=_("预计人数较多，请补充下面的安全事项。填好的都已保存。")
        )
    return redirect(_next_address(activity, step, request.POST.get("then", "")))


def _seen(data: QueryDict) -> Seen:
    """What the page knew that sent this: the version it shows and those that it made since."""
    mine = {_number(text) for text in data.get("mine", "").split(",")} - {0}
    return Seen(
        _number(data.get("version", "")),
        None if data.get("unanswered") else mine,
        _number(data.get("keep_mine", "")),
    )


def _base(
    request: DeskRequest, activity: Activity, content: dict[str, Any], sent: dict[str, Any], seen: Seen
) -> tuple[dict[str, Any], list[str]]:
    """What the page knows after a save, and the fields that were changed elsewhere since.

    While it still shows those as they were, it stays of its old version: its next save would put them back.
    """
    mine = merging.own_versions(activity, by=request.user, seen=seen)
    known = Seen(seen.version, mine)
    elsewhere = merging.changed_elsewhere(activity, content, sent, by=request.user, seen=known)
    if elsewhere:
        return {"version": seen.version, "mine": ",".join(map(str, sorted(mine)))}, elsewhere
    return {"version": activity.version, "mine": ""}, []


def _saved_fragment(
    request: DeskRequest, activity: Activity, typed: forms.StepInput, sent: dict[str, Any], seen: Seen
) -> HttpResponse:
    content = queries.working_content(activity)
    base, elsewhere = _base(request, activity, content, sent, seen)
    labels = presentation.labels()
    response = render(
        request,
        "activities/edit.html#save_state",
        base
        | {
            "meters": purposes.meters(activity, content, completeness.hindrances(activity, content)),
            "activity": activity,
            "elsewhere": wording.listed(labels[field] for field in elsewhere),
            "problems": typed.problems(),
            "faults": typed.grid_faults() if typed.sent else None,
            "saved_at": timezone.localtime(),
            "asks_more": typed.asks_more(),
        },
    )
    response["HX-Trigger"] = "saved"
    return response


def _not_saved_fragment(request: DeskRequest, activity: Activity, why: str) -> HttpResponse:
    context = _as_sent(request.POST) | {"activity": activity, "not_saved": why}
    return render(request, "activities/edit.html#save_state", context)


def _as_sent(data: Mapping[str, Any]) -> dict[str, Any]:
    """The version that a page says it shows, where nothing was saved."""
    return {name: data.get(name, "") for name in ("version", "mine")}


def _show_conflict(
    request: DeskRequest, activity: Activity, step: str, content: dict[str, Any], conflict: merging.Conflict
) -> HttpResponse:
    changes = [Change(clash.field, clash.label, clash.theirs, clash.yours) for clash in conflict.clashes]
    clashes = presentation.changes_written_out(changes, activity.edition)
    if request.htmx:
        fragment = {"clashes": clashes, "alert": conflict.messages[0], "keep_mine": conflict.version}
        answer = render(request, "activities/edit.html#conflict", fragment)
        # Where one sees it, and not below the thumb
        answer["HX-Retarget"], answer["HX-Reswap"] = "#conflict-place", "innerHTML show:#conflict-place:top"
        return answer
    return _show(
        request,
        activity,
        step,
        content,
        data=request.POST,
        alert=conflict.messages[0],
        clashes=clashes,
        keep_mine=conflict.version,
        status=409,
        base=_as_sent(request.POST),
    )


def _show(
    request: DeskRequest,
    activity: Activity,
    step: str,
    content: dict[str, Any],
    *,
    data: QueryDict | None = None,
    spare: int = 0,
    alert: str = "",
    clashes: Any = (),
    keep_mine: int = 0,
    status: int = 200,
    base: dict[str, Any] | None = None,
) -> HttpResponse:
    restored = False
    if data is None:
        kept = take_kept_input(request)
        restored = kept is not None
        if kept:
            # What was typed belongs to the version that its page showed
            base = _as_sent({name: values[0] for name, values in kept.items() if values})
        if typed := kept or activity.unsaved.get(step):
            data = QueryDict(mutable=True)
            for name, values in typed.items():
                data.setlist(name, values)
    if data is not None and spare:
        data = _with_spare_rows(data, step, spare)
    shown = forms.step_input(step, edition=activity.edition, content=content, data=data)
    remarks = _pin_to_fields(shown, _pinned(activity))
    gaps = completeness.hindrances(activity, content)
    return render(
        request,
        "activities/edit.html",
        {
            "activity": activity,
            "step": step,
            "step_label": forms.STEPS[step],
            "version": (base or {}).get("version") or activity.version,
            "mine": (base or {}).get("mine", ""),
            "steps": _steps(activity, step, gaps),
            "meters": purposes.meters(activity, content, gaps),
            "unconfirmed": [
                (field, presentation.labels()[field])
                for field in activity.to_confirm
                if completeness.step_of(field) == step
            ],
            "input": shown,
            "is_last": step == list(forms.STEPS)[-1],
            "alert": alert or (_("已恢复您登录前填写的内容，请核对后保存。") if restored else ""),
            "alert_tone": "warn" if alert else "ok",
            "clashes": clashes,
            "keep_mine": keep_mine,
            "restored": restored,
            "problems": shown.problems() if data is not None else [],
            "comments": _pinned_comments(activity),
            "rows_remark": remarks,
            "grid": _grid(activity, shown) if step == "sessions" and not _is_plain(request) else None,
            "rows_also": step != "sessions" or _is_plain(request) or _are_few(shown),
        },
        status=status,
    )


def _is_plain(request: DeskRequest) -> bool:
    """Whether the rows are asked for as an ordinary form, without the grid."""
    return "plain" in request.GET


def _are_few(shown: forms.StepInput) -> bool:
    """Whether a browser without scripts gets the rows on the page itself, and not by a link."""
    return len(shown.stored) <= ROWS_ALSO


def _grid(activity: Activity, shown: forms.StepInput) -> dict[str, Any]:
    """What the grid in the browser begins with: its rows, the edition's days, its words."""
    edition = activity.edition
    calendar = edition.rules.calendar
    return {
        "rows": shown.grid_rows(),
        "most": forms.ROWS["sessions"][2],
        "first": edition.starts_on.isoformat(),
        "last": edition.ends_on.isoformat(),
        "off": [day.isoformat() for day in calendar.off],
        "work": [day.isoformat() for day in calendar.work],
        "is_public": activity.is_public,
        # What was typed and is not stored yet goes to the server in full
        "is_stored": not shown.rows.is_bound,
        "words": grid_words.words(),
    }


def _with_spare_rows(data: QueryDict, step: str, spare: int) -> QueryDict:
    """The same typed data with more empty rows, for browsers without scripts."""
    field = forms.ROWS[step][0]
    data = data.copy()
    total = _number(data.get(f"{field}-TOTAL_FORMS", ""))
    data[f"{field}-TOTAL_FORMS"] = str(min(total + spare, forms.ROWS[step][2]))
    return data


def _pinned_comments(activity: Activity) -> list[tuple[Any, str]]:
    """What the last review asks for: its note, then the remarks on fields of any step."""
    review = _last_return(activity)
    if review is None:
        return []
    labels = presentation.labels()
    notes: list[tuple[Any, str]] = [("", review.note)] if review.note else []
    return notes + [(labels[comment.field], comment.text) for comment in review.comments.all()]


def _pinned(activity: Activity) -> dict[str, str]:
    """{field: remark} of the last review that the unit still has to answer."""
    review = _last_return(activity)
    return {comment.field: comment.text for comment in review.comments.all()} if review else {}


def _last_return(activity: Activity) -> Review | None:
    last = activity.submissions.filter(reviews__isnull=False).order_by("-pk").first()
    review = last.reviews.prefetch_related("comments").last() if last else None
    return review if review and review.decision == Review.Decision.RETURNED else None


def _pin_to_fields(shown: forms.StepInput, remarks: dict[str, str]) -> str:
    """Put each remark beside its field of this step; returns the one for the step's list of rows."""
    fields = shown.form.fields if shown.form else {}
    for name, field in fields.items():
        # Classifications are one field for the reviewer and one for each taxonomy in the form
        text = remarks.get("terms" if name.startswith("terms_") else name, "")
        if text:
            field.remark = text  # type: ignore[attr-defined]
    return remarks.get(shown.rows_field, "") if shown.rows is not None else ""


def _steps(activity: Activity, current: str, gaps: list[completeness.Gap]) -> list[dict[str, Any]]:
    missing = {gap.step for gap in gaps if gap.blocks}

    def state(step: str) -> str:
        if step == current:
            return "current"
        if step in activity.unsaved:
            return "error"
        return "todo" if step in missing else "done"

    return [
        {"label": label, "href": reverse("activities:edit", args=[activity.code, step]), "state": state(step)}
        for step, label in forms.STEPS.items()
    ]


def _next_address(activity: Activity, step: str, then: str) -> str:
    steps = list(forms.STEPS)
    place = steps.index(step) + 1
    if then == "pictures":
        return reverse("activities:pictures", args=[activity.code])
    if then == "check" or place == len(steps):
        return reverse("activities:detail", args=[activity.code])
    return reverse("activities:edit", args=[activity.code, steps[place]])


def _number(text: str) -> int:
    """A whole number that a form sent, 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
