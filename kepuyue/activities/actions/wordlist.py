"""The office's own list of sensitive words, edition by edition: pasted in, written out, taken away."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.letters import normalized
from kepuyue.activities.models import SensitiveWord
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.permissions import check_can_manage

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_WORDS = 10_000
SEPARATORS = ("\t", "，", "｜", "|", ",")


@dataclass(frozen=True)
class Taken:
    """What became of a pasted list; `refused` are (line, why)."""

    new: int
    changed: int
    refused: list[tuple[int, str]]


def entries(text: str) -> tuple[list[tuple[str, str, str]], list[tuple[int, str]]]:
    """The (word, category, remark) of a pasted list, one a line, and the lines that say no word."""
    found: list[tuple[str, str, str]] = []
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        separator = next((sign for sign in SEPARATORS if sign in line), None)
        if separator == ",":
            parts = next(csv.reader(StringIO(line)), [])
        else:
            parts = line.split(separator) if separator else [line]
        word, category, remark = ([part.strip() for part in parts] + ["", "", ""])[:3]
        if len(normalized(word)) < 2:
            refused.append((number, _("“%(word)s”太短：至少两个字，标点不算。") % {"word": word[:20]}))
        elif len(word) > 60 or len(normalized(word)) > 120:
            refused.append((number, _("“%(word)s…”超过60个字。") % {"word": word[:20]}))
        else:
            found.append((word, category[:30], remark[:200]))
    return found, refused


@transaction.atomic
def add(edition: Edition, *, by: "User", text: str) -> Taken:
    """Put the pasted words on the list; one that is there already takes the new category and remark."""
    check_can_manage(by, edition)
    Edition.objects.select_for_update().get(pk=edition.pk)
    found, refused = entries(text)
    wanted = {normalized(word): (word, category, remark) for word, category, remark in found}
    present = {row.normal: row for row in SensitiveWord.objects.filter(edition=edition)}
    new = [
        SensitiveWord(edition=edition, word=word, normal=normal, category=category, remark=remark)
        for normal, (word, category, remark) in wanted.items()
        if normal not in present
    ]
    if len(present) + len(new) > MOST_WORDS:
        raise ValidationError(_("词表最多%(n)s个词。") % {"n": MOST_WORDS}, code="too-many")
    changed = []
    for normal, (word, category, remark) in wanted.items():
        row = present.get(normal)
        if row and (row.word, row.category, row.remark) != (word, category, remark):
            row.word, row.category, row.remark, row.changed_at = word, category, remark, now()
            changed.append(row)
    SensitiveWord.objects.bulk_create(new, batch_size=500)
    SensitiveWord.objects.bulk_update(changed, ["word", "category", "remark", "changed_at"], batch_size=200)
    if new or changed:
        _record(edition, by, added=len(new), changed=len(changed))
    return Taken(len(new), len(changed), refused)


@transaction.atomic
def remove(edition: Edition, *, by: "User", words: list[int]) -> int:
    """Take words from the list; returns how many were there."""
    check_can_manage(by, edition)
    rows = SensitiveWord.objects.filter(edition=edition, pk__in=words)
    names = list(rows.values_list("word", flat=True))
    if names:
        rows.delete()
        _record(edition, by, removed=len(names))
    return len(names)


def written_out(edition: Edition) -> str:
    """The list as text that `add` reads again."""
    rows = SensitiveWord.objects.filter(edition=edition)
    return "".join(
        "\t".join(" ".join(part.split()) for part in (row.word, row.category, row.remark)).rstrip() + "\n"
        for row in rows
    )


def _record(edition: Edition, by: "User", **numbers: int) -> None:
    # Numbers and not the words: the trail is read by more people than the list
    audit.record(
        "words.change", edition, by=by, changes={name: [0, number] for name, number in numbers.items()}
    )
