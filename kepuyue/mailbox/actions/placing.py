"""What a letter says goes into drafts: by itself for a sender who files for the unit, otherwise by a person's hand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.cloud import privacy
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.mailbox import queries, reports, understanding, workflow
from kepuyue.mailbox.actions import receipts
from kepuyue.mailbox.models import Letter, Match
from kepuyue.mailbox.permissions import check_can_handle
from kepuyue.summaries.actions import filling
from kepuyue.summaries.models import Summary
from kepuyue.summaries.permissions import check_can_fill

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def place_by_sender(letter: Letter, matches: list[Match], *, sender: "User | None") -> Letter:
    """Fill the drafts of these activities for a sender who files for their unit; several share no pictures."""
    with transaction.atomic():
        letter = _locked(letter)
        for match in matches:
            _fill(letter, match, by=None, with_pictures=len(matches) == 1)
        _placed(letter, None, [match.activity for match in matches])
    return letter


def place(letter: Letter, activities: Iterable[Activity], *, by: "User", version: int) -> Letter:
    """Put the letter into the drafts of the activities that a person chose; nothing typed is overwritten.

    Raises ValidationError where nothing was chosen or a summary is not open, `Conflict` where somebody else decided.
    """
    chosen = list(activities)
    with transaction.atomic():
        letter = _locked(letter)
        check_can_handle(by, letter)
        if version != letter.version:
            raise Conflict(letter)
        if not chosen:
            raise ValidationError(_("请至少选一项活动。"), code="nothing-chosen")
        texts = queries.texts_of(letter)
        stretches = understanding.stretches(chosen, texts)
        for activity in chosen:
            found = stretches.get(activity.pk, [])
            match = letter.matches.filter(activity=activity).first() or Match(
                letter=letter, activity=activity
            )
            match.figures = [one.as_data() for one in reports.figures(found)]
            match.words = reports.words(found)
            _fill(letter, match, by=by, with_pictures=len(chosen) == 1)
        units = {activity.organization_id for activity in chosen}
        if len(units) == 1:
            letter.unit = chosen[0].organization
        _placed(letter, by, chosen)
    receipts.send(queries.again(letter), to=queries.sender_of(letter))
    return letter


def set_aside(letter: Letter, *, by: "User", version: int, note: str) -> Letter:
    """Leave a letter that is no report, saying why; it stays and can be taken up again."""
    note = note.strip()[:300]
    if not note:
        raise ValidationError({"note": _("请写明为什么搁置，例如“不是总结”“重复来件”。")})
    with transaction.atomic():
        letter = _to_decide(letter, by, version)
        letter.state = workflow.LETTER.next_state(letter.state, "set_aside")
        letter.note = note
        _keep(letter, "letter.set_aside", by, reason=note)
    return letter


def take_up(letter: Letter, *, by: "User", version: int) -> Letter:
    """Put a letter that was left back into the tray."""
    with transaction.atomic():
        letter = _to_decide(letter, by, version)
        letter.state = workflow.LETTER.next_state(letter.state, "take_up")
        letter.note = ""
        _keep(letter, "letter.take_up", by)
    return letter


def _locked(letter: Letter) -> Letter:
    Letter.objects.select_for_update(of=("self",)).only("pk").get(pk=letter.pk)
    return queries.again(letter)


def _to_decide(letter: Letter, by: "User", version: int) -> Letter:
    letter = _locked(letter)
    check_can_handle(by, letter)
    if version != letter.version:
        raise Conflict(letter)
    return letter


def _fill(letter: Letter, match: Match, *, by: "User | None", with_pictures: bool) -> None:
    summary = Summary.objects.filter(activity=match.activity).select_related("activity__organization").first()
    if summary is None:
        raise ValidationError(
            wording.labelled(match.activity.shown_title, filling.why_not(None)), code="not-open"
        )
    if by is not None:
        check_can_fill(by, summary)
    figures = {one["key"]: one["value"] for one in match.figures if not one["clashes"]}
    pictures = queries.photos_of(letter) if with_pictures else ()
    words = privacy.masked(match.words, privacy.PERSONAL).text
    given = filling.Given(figures, words, pictures)
    source = _("来件%(code)s") % {"code": letter.code}
    match.outcome = filling.fill(summary, given, by=by, source=source).as_data()
    match.state, match.placed_at = Match.State.PLACED, now()
    match.save()


def _placed(letter: Letter, by: "User | None", activities: list[Activity]) -> None:
    letter.state = workflow.LETTER.next_state(letter.state, "place")
    _keep(letter, "letter.place", by, changes={"activities": [None, [str(one) for one in activities]]})


def _keep(
    letter: Letter,
    action: str,
    by: "User | None",
    *,
    changes: "dict[str, list[object]] | None" = None,
    reason: str = "",
) -> None:
    letter.version += 1
    letter.decided_by, letter.decided_at = by, now()
    letter.save()
    path = letter.unit.path if letter.unit else letter.edition.office.path if letter.edition.office else ""
    audit.record(
        action, letter, by=by, changes=changes, reason=reason, organization_path=path, version=letter.version,
        is_quiet=True,
    )  # fmt: skip
