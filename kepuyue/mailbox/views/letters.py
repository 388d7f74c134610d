"""One letter: what was read and understood, its original and pictures, and what a person decides about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kepuyue.core import audit
from kepuyue.editions.request import DeskRequest
from kepuyue.mailbox import presentation, queries, workflow
from kepuyue.mailbox.actions import placing
from kepuyue.mailbox.forms import AsideForm, PlaceForm
from kepuyue.mailbox.models import Letter, Match, Part
from kepuyue.mailbox.permissions import handled_by

SHOWN_TEXT = 20_000  # characters of a part on the page; the original has the rest


def get_seen(request: DeskRequest, code: str) -> Letter:
    """The letter, or 404 where the person may not know of it."""
    seen = get_object_or_404(Letter.objects.filter(handled_by(request.user)).only("pk"), code=code)
    return queries.again(seen)


@require_safe
def letter(request: DeskRequest, code: str) -> HttpResponse:
    """The letter as it was understood, with activities to choose from."""
    return _page(request, get_seen(request, code))


def _page(request: DeskRequest, found: Letter, aside: AsideForm | None = None) -> HttpResponse:
    verbs = workflow.LETTER.verbs(found.state)
    word = request.GET.get("q", "").strip()[:60]
    matches = list(found.matches.all())
    proposed = [match for match in matches if match.state == Match.State.PROPOSED]
    others = queries.activities_to_choose(request.user, found.edition, word) if word else None
    known = {match.activity_id for match in matches}
    tone, sure = presentation.confidence_shown(found.unit_confidence)
    context: dict[str, Any] = {
        "letter": found,
        "sender": presentation.sender_shown(found),
        "problem": presentation.problem_shown(found.problem) if found.problem else "",
        "unit_tone": tone,
        "unit_sure": sure,
        "unit_reasons": presentation.reasons_shown(found.unit_reasons),
        "proposed": [_offered(match) for match in proposed],
        "placed": [
            presentation.outcome_shown(match) for match in matches if match.state == Match.State.PLACED
        ],
        "others": [one for one in others[: queries.MOST_OFFERED] if one.pk not in known]
        if others is not None
        else [],
        "word": word,
        "parts": [_part(part) for part in found.parts.all()],
        "may_place": "place" in verbs,
        "may_set_aside": "set_aside" in verbs,
        "may_take_up": "take_up" in verbs,
        "is_new": found.state == Letter.State.NEW,
        "aside": aside or AsideForm(initial={"version": found.version}),
        "trail": audit.trail(found),
    }
    return render(request, "mailbox/letter.html", context, status=422 if aside is not None else 200)


def _offered(match: Match) -> dict[str, Any]:
    tone, sure = presentation.confidence_shown(match.confidence)
    return {
        "match": match,
        "tone": tone,
        "sure": sure,
        "reasons": presentation.reasons_shown(match.reasons),
        "figures": presentation.figures_shown(match),
        "is_ticked": match.is_open and match.confidence >= presentation.SURE // 2,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "part": part,
        "text": part.text[:SHOWN_TEXT],
        "is_cut": len(part.text) > SHOWN_TEXT,
        "problem": presentation.problem_shown(part.problem) if part.problem else "",
        "notes": presentation.notes_shown(part.notes),
    }


@require_safe
def original(request: DeskRequest, code: str) -> FileResponse:
    """The message as it was sent, to be kept or opened elsewhere; a browser opens nothing of it."""
    found = get_seen(request, code)
    try:
        file = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(
        file, as_attachment=True, filename=f"{found.code}.eml", content_type="application/octet-stream"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def picture(request: DeskRequest, code: str, pk: int) -> FileResponse:
    """A picture of the letter, as it was written anew."""
    part = get_object_or_404(get_seen(request, code).parts.exclude(picture=""), pk=pk)
    try:
        file = part.picture.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer = FileResponse(file, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def place(request: DeskRequest, code: str) -> HttpResponse:
    """Put the letter into the drafts of the ticked activities."""
    found = get_seen(request, code)
    wanted = request.POST.getlist("code")[:50]
    chosen = queries.chosen(request.user, found.edition, wanted)
    form = PlaceForm(request.POST, codes=[one.code for one in chosen])
    try:
        if not form.is_valid():
            raise ValidationError(_("有的活动现在不能填入：总结没有开始填报、已经报送，或不在您管的范围里。"))
        placing.place(found, chosen, by=request.user, version=form.cleaned_data["version"] or 0)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("已填入草稿，等单位核对报送。"))
    return redirect("mailbox:letter", code)


@require_POST
def set_aside(request: DeskRequest, code: str) -> HttpResponse:
    """Leave the letter, saying why."""
    found = get_seen(request, code)
    form = AsideForm(request.POST)
    if form.is_valid():
        try:
            placing.set_aside(
                found,
                by=request.user,
                version=form.cleaned_data["version"] or 0,
                note=form.cleaned_data["note"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("已搁置，可以随时重新处理。"))
            return redirect("mailbox:tray")
    return _page(request, found, form)


@require_POST
def take_up(request: DeskRequest, code: str) -> HttpResponse:
    """Put a letter that was left back into the tray."""
    found = get_seen(request, code)
    version = request.POST.get("version", "")
    try:
        placing.take_up(found, by=request.user, version=int(version) if version.isdecimal() else 0)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    return redirect("mailbox:letter", code)
