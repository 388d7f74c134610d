"""Which photos go into a summary, by rule: the same summaries give the same pictures.

- Only those filed with what was accepted, described as they were then, with consent, not withheld.
- One an activity at most, and none that looks nearly like one that is taken already.
- Districts or units take turns; within one, key activities come first, then those with most visitors checked in, then
  counted.

Of all others only a few words stay in the memory; files are read one by one, for those that are taken.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import chain, zip_longest
from typing import Any

from PIL import Image

from kepuyue.activities.models import Activity
from kepuyue.documents import kinds
from kepuyue.documents.content import Block, Heading, Picture
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.summaries import likeness
from kepuyue.summaries.models import Filing, Photo

MOST_PICTURES = 24
# Enough for 94 mm on paper
LONGEST_SIDE = 1200  # pixels
SHARE = 0.6


class Choice:
    """Which photos are taken: told of every accepted filing first, asked for pictures at the end."""

    def __init__(self, edition: Edition, unit: Organization | None) -> None:
        self.edition, self.unit = edition, unit
        self._activities: dict[int, tuple[str, tuple[Any, ...], datetime | None]] = {}

    def note(self, filing: Filing, activity: Activity, branch: str, rank: tuple[Any, ...]) -> None:
        """One accepted filing, the branch whose turn it shares, and where it stands within that branch."""
        if activity.is_public:
            self._activities[filing.summary_id] = (branch, rank, filing.filed_at)

    def blocks(self, most: int, progress: kinds.Progress) -> list[Block]:
        """A heading and at most so many pictures; nothing where there are none."""
        found: list[Block] = []
        for photo in self._taken(most):
            if (picture := picture_of(photo, len(found) + 1)) is not None:
                found.append(picture)
                progress(0.8 + 0.2 * len(found) / most)
        return [Heading(1, "活动照片"), *found] if found else []

    def _taken(self, most: int) -> Iterator[Photo]:
        chosen: list[int] = []
        seen: list[str] = []
        for one in chain.from_iterable(zip_longest(*self._candidates())) if most else ():
            if one is None or any(likeness.is_near(one[2], other) for other in seen):
                continue
            chosen.append(one[1])
            seen.append(one[2])
            if len(chosen) == most:
                break
        rows = Photo.objects.select_related("summary__activity").in_bulk(chosen)
        yield from (rows[pk] for pk in chosen if pk in rows)

    def _candidates(self) -> list[list[tuple[tuple[Any, ...], int, str]]]:
        """For each branch (rank, photo, its likeness), the first photo of each activity, best first."""
        rows = Photo.objects.filter(summary__activity__edition=self.edition)
        if self.unit is not None:
            rows = rows.filter(summary__activity__organization__path__startswith=self.unit.path)
        found: dict[str, dict[int, tuple[tuple[Any, ...], int, str]]] = defaultdict(dict)
        asked = rows.order_by("pk").only(
            "summary_id", "people", "guardians_agreed", "withheld_at", "described_at", "likeness_key"
        )
        for photo in asked.iterator(1000):
            branch, rank, filed_at = self._activities.get(photo.summary_id, ("", (), None))
            if filed_at is None or photo.described_at > filed_at or not photo.may_be_published:
                continue
            found[branch].setdefault(photo.summary_id, (rank, photo.pk, photo.likeness_key))
        lists = [sorted(one.values()) for one in found.values()]
        # The branch whose first is best begins
        return sorted(lists, key=lambda one: one[0])


def picture_of(photo: Photo, number: int) -> Picture | None:
    """As it stands in the document; None where its file is not there any more."""
    try:
        with photo.file.open("rb") as file, Image.open(file) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            written = BytesIO()
            image.convert("RGB").save(written, "JPEG", quality=82)
    except FileNotFoundError:
        return None
    activity = photo.summary.activity
    return Picture(written.getvalue(), f"照片{number}　{photo.caption}（{activity.title}）", SHARE)
