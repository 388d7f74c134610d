"""A letter is read and understood; where its sender files for the unit and nothing is doubtful, it fills drafts."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.mailbox import queries, reading, reports, understanding, workflow
from kepuyue.mailbox.actions import placing, receipts
from kepuyue.mailbox.models import Letter, Match, Part
from kepuyue.mailbox.opening import BROKEN
from kepuyue.mailbox.reading import Contents
from kepuyue.mailbox.understanding import Understood
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    pass

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
# A reading that was begun and gave nothing within this time is begun again
PATIENCE = timedelta(minutes=10)
MOST_MATCHES = 12


def study_new(limit: int = 10) -> int:
    """Read what came and is not read yet, oldest first; returns how many. Safe to run in several processes."""
    moment = now()
    stale = Q(begun_at=None) | Q(begun_at__lt=moment - PATIENCE)
    new = Letter.objects.filter(stale, state=Letter.State.NEW).order_by("received_at", "pk")
    done = 0
    for pk, attempts in list(new.values_list("pk", "attempts")[:limit]):
        # Claimed first: only one process reads it, and one that dies leaves it to the next
        claimed = Letter.objects.filter(pk=pk, state=Letter.State.NEW, attempts=attempts).update(
            attempts=F("attempts") + 1, begun_at=moment
        )
        if claimed:
            study(Letter.objects.select_related("edition__office").get(pk=pk))
            done += 1
    return done


def study(letter: Letter) -> Letter:
    """Read and understand one letter. One that brought the reading down three times is left to people."""
    if letter.attempts > MOST_ATTEMPTS:
        contents = Contents(problem=BROKEN)
    elif letter.problem:  # only its head is here, or its head could not be read
        contents = Contents(problem=letter.problem)
    else:
        with letter.file.open("rb") as file:
            contents = reading.read(file.read())
    understood = _understood(letter, contents)
    with transaction.atomic():
        letter = (
            Letter.objects.select_for_update(of=("self",)).select_related("edition__office").get(pk=letter.pk)
        )
        letter.state = workflow.LETTER.next_state(letter.state, "read")
        _write(letter, contents, understood)
    chosen = _to_place_at_once(letter, understood)
    if chosen:
        try:
            placing.place_by_sender(letter, chosen, sender=understood.sender)
        except ValidationError as reason:  # the summary closed meanwhile: a person decides
            logger.info("letter %s not placed: %s", letter.code, reason)
    letter = queries.again(letter)
    receipts.send(letter, to=understood.sender)
    return letter


def _understood(letter: Letter, contents: Contents) -> Understood:
    texts = [understanding.Text("", "subject", letter.subject)]
    for piece in contents.pieces:
        if piece.place:
            texts.append(understanding.Text(piece.place, "file", piece.place))
        if piece.text and not piece.problem:
            texts.append(understanding.Text(piece.place, "part" if piece.place else "body", piece.text))
    return understanding.understood(
        letter.edition, sender=letter.sender, is_forged=letter.is_forged, texts=texts
    )


def _write(letter: Letter, contents: Contents, understood: Understood) -> None:
    letter.read_at = now()
    letter.problem = contents.problem
    letter.version += 1
    if understood.unit is not None:
        letter.unit = Organization.objects.get(pk=understood.unit.pk)
        letter.unit_confidence = understood.unit.confidence
        letter.unit_reasons = [list(reason) for reason in understood.unit.reasons]
    letter.save()
    for piece in contents.pieces:
        part = Part(
            letter=letter, place=piece.place, kind=piece.kind, size=piece.size, text=piece.text, problem=piece.problem,
            notes=piece.notes,
        )  # fmt: skip
        if piece.data:
            part.picture.save(
                f"{letter.code.lower()}.jpg", ContentFile(piece.data, name="picture.jpg"), save=False
            )
        part.save()
    for guess in understood.activities[:MOST_MATCHES]:
        stretches = understood.stretches.get(guess.pk, [])
        Match.objects.create(
            letter=letter, activity_id=guess.pk, confidence=guess.confidence,
            reasons=[list(reason) for reason in guess.reasons],
            figures=[found.as_data() for found in reports.figures(stretches)], words=reports.words(stretches),
        )  # fmt: skip
    path = letter.unit.path if letter.unit else letter.edition.office.path if letter.edition.office else ""
    audit.record(
        "letter.read", letter, by=None, organization_path=path, version=letter.version, is_quiet=True,
        changes={"unit": [None, str(letter.unit or "")], "parts": [None, len(contents.pieces)],
                 "problem": [None, letter.problem]},
    )  # fmt: skip


def _to_place_at_once(letter: Letter, understood: Understood) -> list[Match]:
    """The activities about which nothing is doubtful; none where the sender does not file for the unit."""
    is_own = understood.unit is not None and any(
        code in ("member", "members") for code, _value in understood.unit.reasons
    )
    if letter.way != Letter.Way.MAIL or not (understood.is_unit_sure and is_own) or understood.sender is None:
        return []
    sure = {guess.pk for guess in understood.sure_activities()}
    return [match for match in queries.matches_of(letter) if match.activity_id in sure and match.is_open]
