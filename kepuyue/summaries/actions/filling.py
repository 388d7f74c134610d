"""Putting into a draft what came by another way (a letter), and only where nobody has typed anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core.transitions import NotPossibleNow
from kepuyue.summaries import likeness, measuring, queries
from kepuyue.summaries.actions import filing
from kepuyue.summaries.actions.photographing import most
from kepuyue.summaries.figures import BY_KEY, MOST
from kepuyue.summaries.models import WRITTEN, Figure, Name, Photo, Summary
from kepuyue.summaries.permissions import check_can_fill

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Given:
    """What came: {key of figures.KINDS: value}, words, and pictures as (name, JPEG written by `core.pictures`)."""

    figures: Mapping[str, int] = field(default_factory=dict)
    words: str = ""
    pictures: Iterable[tuple[str, bytes]] = ()


@dataclass
class Filled:
    """What became of it. `kept`: {key: value that stands in the draft or that the system knows} and is another one."""

    figures: dict[str, int] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    words: bool = False
    photos: int = 0
    photos_there: int = 0
    photos_too_many: int = 0

    def as_data(self) -> dict[str, Any]:
        """For a JSON field."""
        return dict(vars(self))


@transaction.atomic
def fill(summary: Summary, given: Given, *, by: "User | None", source: str) -> Filled:
    """Fill what is empty in the draft; the unit confirms and files it as ever. `by` None: the system, of a sender who
    files for the unit. `source` names where it came from, in the trail.

    Raises NotPossibleNow where nothing is open.
    """
    summary = filing.locked(summary)
    if by is not None:
        check_can_fill(by, summary)
    if reason := why_not(summary):
        raise NotPossibleNow(reason, code="not-open")
    draft = queries.draft_of(summary)
    assert draft is not None  # who may write has one
    filled = Filled()
    changes: dict[str, list[Any]] = {}
    lines = {
        line.kind.key: line.value for line in queries.lines_of(draft, measuring.measured(summary.activity))
    }
    # Who came is counted in one way or another; a second figure would be added to the first
    visits = next(
        (value for key, value in lines.items() if _name(key) == Name.VISITS and value is not None), None
    )
    for key, value in given.figures.items():
        kind = BY_KEY[key]
        known = visits if kind.name == Name.VISITS else lines[key]
        if kind.is_fixed or not 0 <= value <= MOST:
            continue
        if known == value:
            filled.same.append(key)
        elif known is not None:
            filled.kept[key] = known
        else:
            Figure.objects.create(
                filing=draft, name=kind.name, method=kind.method, value=value, origin=Figure.Origin.TYPED
            )  # fmt: skip
            filled.figures[key] = value
            changes[key] = [None, value]
    words = given.words.strip()[:1500]
    if words and not draft.words:
        draft.words = words
        draft.save(update_fields=["words"])
        filled.words = True
        changes["words"] = ["", words]
    _add_photos(summary, given.pictures, filled, by)
    if filled.photos:
        changes["photos"] = [None, filled.photos]
    if changes:
        filing.keep(summary, "summary.fill", by, changes, reason=source)
    return filled


def why_not(summary: Summary | None) -> str:
    """Why nothing can be filled into an activity's summary at present; empty where it can."""
    if summary is None:
        return _("总结还没有开始填报，活动办完以后再填入。")
    try:
        filing.check_open(summary)
    except NotPossibleNow as closed:
        return str(closed.messages[0])
    if summary.state in WRITTEN:
        return ""
    return _("这份总结现在是“%(state)s”，不能填入。") % {"state": summary.get_state_display()}


def _name(key: str) -> Name:
    return BY_KEY[key].name


def _add_photos(
    summary: Summary, pictures: Iterable[tuple[str, bytes]], filled: Filled, by: "User | None"
) -> None:
    """Each that does not look like one that is there; whose they are and who is in them is for the unit to say."""
    limit = most(summary)
    known = list(summary.photos.values_list("likeness_key", flat=True))
    for name, data in pictures:
        key = likeness.digest(BytesIO(data))
        if any(key == other or likeness.is_near(key, other) for other in known):
            filled.photos_there += 1
        elif len(known) >= limit:
            filled.photos_too_many += 1
        else:
            photo = Photo(summary=summary, added_by=by, likeness_key=key, caption=name[:100])
            photo.file.save(
                f"{summary.activity.code.lower()}.jpg", ContentFile(data, name="picture.jpg"), save=True
            )
            known.append(key)
            filled.photos += 1
