"""Publishing figures: what the board says at one moment is frozen with its definitions and never changed."""

from collections.abc import Collection
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.core import audit, wording
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.insight import board
from kepuyue.insight.board import Board, Choice
from kepuyue.insight.indicators import BESIDE, INDICATORS, SPLITS
from kepuyue.insight.models import Release, ReleasedFigure
from kepuyue.insight.naming import Names
from kepuyue.insight.permissions import check_publishes

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# The languages that everything is kept in, and how each is written in rows
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@transaction.atomic
def publish(
    edition: Edition, choice: Choice, codes: Collection[str], splits: Collection[str], *, title: str, note: str = "",
    token: UUID, by: "User", corrects: Release | None = None, reason: str = "",
) -> Release:  # fmt: skip
    """Freeze these indicators (by these splits, as far as each knows them) and show them to all.

    The same token gives the same release. A correction needs its reason, and each release is corrected once at most:
    what was wrong in a correction is put right by the next.
    """
    check_publishes(by, edition)
    if (known := Release.objects.filter(token=token).first()) is not None:
        return known
    if not codes:
        raise ValidationError({"codes": _("请至少选一个数字。")})
    if told := [INDICATORS[code].name for code in INDICATORS if code in codes and not choice.counts(code)]:
        raise ValidationError(
            {"codes": _("选了日期，这些数字分不到天，不能发布：%(names)s") % {"names": wording.listed(told)}}
        )
    if corrects is not None:
        _check_correctable(corrects, reason)
    found = board.of(edition, choice)
    made = Release.objects.create(
        edition=edition, token=token, title=title.strip(), note=note.strip(), corrects=corrects,
        reason=reason.strip(), limits=_limits(edition, choice), by=by,
        choice={name: str(value) for name, value in asdict(choice).items() if value},
    )  # fmt: skip
    names = {short: (language, Names(edition)) for short, language in LANGUAGES.items()}
    ReleasedFigure.objects.bulk_create(
        ReleasedFigure(
            release=made, code=code, position=place, value=found.plain(code),
            words=_words(found, code),
            splits=[_split(found, code, split, names) for split in splits if split in INDICATORS[code].splits],
        )
        for place, code in enumerate(code for code in INDICATORS if code in codes)
    )  # fmt: skip
    audit.record(
        "figures.correct" if corrects else "figures.publish", made, by=by, reason=made.reason,
        organization_path=edition.office.path if edition.office else "",
        changes={code: [None, found.plain(code)] for code in INDICATORS if code in codes},
    )  # fmt: skip
    return made


def _check_correctable(corrects: Release, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请写明为什么更正，会公开显示。")})
    held = Release.objects.select_for_update().get(pk=corrects.pk)
    if Release.objects.filter(corrects=held).exists():
        raise NotPossibleNow(_("这次发布已经更正过，请更正最新的一次。"))


def _words(found: Board, code: str) -> dict[str, dict[str, str]]:
    one, said = INDICATORS[code], {}
    for short, language in LANGUAGES.items():
        with translation.override(language):
            said[short] = {
                "name": str(one.name), "unit": str(one.unit), "definition": str(one.definition),
                "shown": found.number(code),
            }  # fmt: skip
    return said


def _split(found: Board, code: str, split: str, names: dict[str, tuple[str, Names]]) -> dict[str, Any]:
    """The rows that the conditions leave, so that none is a zero that nobody counted."""
    said: dict[str, Any] = {"split": split}
    rows: dict[str, dict[str, Any]] = {}
    one = INDICATORS[code]
    for short, (language, known) in names.items():
        suffix = "" if short == "zh" else f"_{short}"
        with translation.override(language):
            said[f"name{suffix}"] = str(SPLITS[split])
            for key, name in found.keys(split, known):
                value = found.part(split, key, code)
                if key not in BESIDE or one.fold.size(value):
                    row = rows.setdefault(
                        key, {"key": key, "value": one.plain(value), "shown": one.number(value)}
                    )
                    row[f"name{suffix}"] = name
    return said | {"rows": list(rows.values())}


def _limits(edition: Edition, choice: Choice) -> dict[str, str]:
    said = {}
    for short, language in LANGUAGES.items():
        with translation.override(language):
            said[short] = choice.in_words(Names(edition))
    return said if said["zh"] else {}
