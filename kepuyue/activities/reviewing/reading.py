"""A submission's text laid out for reading: field by field, with differences, words, remarks and their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kepuyue.activities import content, presentation, queries
from kepuyue.activities.models import Comment, Remark, Review, Submission
from kepuyue.activities.reviewing import words
from kepuyue.activities.reviewing.words import Hit

# Longer lists of sessions or units are folded
LINES_SHOWN = 6


@dataclass(frozen=True)
class Asked:
    """A remark of the last round, and whether the unit changed that field since."""

    label: Any
    text: str
    is_answered: bool


def rows(
    submission: Submission, comments: dict[str, str], hits: dict[str, list[Hit]]
) -> list[dict[str, Any]]:
    """Every field that says something or did so before, in the form's order."""
    edition = submission.activity.edition
    compared = content.diff(submission.base, submission.content) if submission.base else []
    changes = {
        field: (old, new) for field, _label, old, new in presentation.changes_written_out(compared, edition)
    }
    found = [
        _row(field, label, text, changes.pop(field, None), comments, hits.get(field, []))
        for field, label, text in presentation.written_out(submission.content, edition)
    ]
    # A field that was emptied stands in no row of its own
    names = content.labels()
    found += [_row(field, names[field], "", change, comments, []) for field, change in changes.items()]
    return found


def _row(
    field: str,
    label: Any,
    text: str,
    change: tuple[str, str] | None,
    comments: dict[str, str],
    hits: list[Hit],
) -> dict[str, Any]:
    lines = text.splitlines()
    is_long = len(lines) > LINES_SHOWN and not change and not hits
    return {
        "field": field,
        "label": label,
        "text": text,
        "head": "\n".join(lines[:LINES_SHOWN]) if is_long else "",
        "rest": "\n".join(lines[LINES_SHOWN:]) if is_long else "",
        "lines": len(lines),
        "pieces": words.pieces(text, hits) if hits and not change else [],
        "hits": hits,
        "change": change,
        "comment": comments.get(field, ""),
        "internal": field in presentation.INTERNAL,
    }


def asked_last_time(submission: Submission) -> list[Asked]:
    """What the unit was asked to change in the round before, each with whether it did."""
    before = (
        submission.activity.submissions.filter(pk__lt=submission.pk, state=Submission.State.RETURNED)
        .order_by("-pk")
        .first()
    )
    if before is None:
        return []
    changed = {change.field for change in content.diff(before.content, submission.content)}
    names = content.labels()
    remarks = Comment.objects.filter(review__submission=before, review__decision=Review.Decision.RETURNED)
    return [Asked(names.get(row.field, row.field), row.text, row.field in changed) for row in remarks]


@dataclass(frozen=True)
class MovedOn:
    """What happened to a text while somebody was deciding on it.

    `last` is the decision of a colleague, if any; `newer` the unit's next submission, if any; `changes` are
    (field, label, the text that was read, the text as it stands now).
    """

    last: Review | None
    newer: Submission | None
    changes: list[tuple[str, Any, str, str]]


def moved_on(submission: Submission, *, since_step: int | None) -> MovedOn | None:
    """What happened since the person opened the step `since_step`; None where it still waits as it was read."""
    waits = submission.state == Submission.State.PENDING
    if waits and (since_step is None or since_step == submission.step):
        return None
    activity = submission.activity
    newer = activity.submissions.filter(pk__gt=submission.pk).exclude(state=Submission.State.OPEN).first()
    decided = submission.state in (
        Submission.State.APPROVED, Submission.State.RETURNED, Submission.State.REJECTED,
    )  # fmt: skip
    last = submission.reviews.select_related("by", "organization").last() if waits or decided else None
    present = newer.content if newer else submission.content if waits else queries.working_content(activity)
    changes = presentation.changes_written_out(content.diff(submission.content, present), activity.edition)
    return MovedOn(last, newer, changes)


def with_remarks(note: str, comments: dict[str, str], chosen: Iterable[Remark]) -> tuple[str, dict[str, str]]:
    """The note and comments with the ticked remarks, where a page without scripts has not put them in."""
    comments = dict(comments)
    for remark in chosen:
        everything = "\n".join([note, *comments.values()])
        if remark.text in everything:
            continue
        if remark.field in comments:
            comments[remark.field] = "\n".join(filter(None, [comments[remark.field].strip(), remark.text]))
        else:
            note = "\n".join(filter(None, [note.strip(), remark.text]))
    return note, comments
