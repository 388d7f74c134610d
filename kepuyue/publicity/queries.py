"""Reads about stories, pictures for the press and coverage; what a person may not see is not in the answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from kepuyue.activities.models import Activity, LinkCheck, Picture
from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import reach
from kepuyue.publicity.models import Coverage, CoverageQuerySet, PressPicture, PressPictureQuerySet, Story

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kepuyue.organizations.permissions import Person
    from kepuyue.publicity.models import StoryQuerySet


def coverage_of(subject: Activity | Organization, edition: Edition | None = None) -> CoverageQuerySet:
    """Confirmed media coverage, each report once, the newest first; the one source for pages and summaries.

    Of an activity: what names it. Of a unit: what names the unit itself, or an activity that it registered or takes
    part in, in whatever role; `edition` limits it to one.
    """
    confirmed = Coverage.objects.confirmed()
    if isinstance(subject, Activity):
        return confirmed.filter(
            pk__in=Coverage.activities.through.objects.filter(activity=subject).values("coverage")
        )
    theirs = Activity.objects.filter(Q(organization=subject) | Q(participations__organization=subject))
    named = Coverage.units.through.objects.filter(organization=subject).values("coverage")
    through = Coverage.activities.through.objects.filter(activity__in=theirs.values("pk")).values("coverage")
    found = confirmed.filter(Q(pk__in=named) | Q(pk__in=through))
    return found.filter(edition=edition) if edition else found


def coverage_seen_by(user: "Person", edition: Edition) -> CoverageQuerySet:
    """What the person's units recorded, what they may confirm, and what was confirmed about their units."""
    own = reach(user, "coverage.record", "organization__path")
    units = Coverage.units.through.objects.filter(own)
    activities = Coverage.activities.through.objects.filter(
        reach(user, "coverage.record", "activity__organization__path")
    )
    about = Q(state=Coverage.State.CONFIRMED) & (
        Q(pk__in=units.values("coverage")) | Q(pk__in=activities.values("coverage"))
    )
    rows = Coverage.objects.filter(own | reach(user, "coverage.confirm", "organization__path") | about)
    return rows.filter(edition=edition)


def coverage_to_confirm(user: "Person", edition: Edition) -> CoverageQuerySet:
    """What waits for the person."""
    waiting = Coverage.objects.filter(edition=edition, state=Coverage.State.RECORDED)
    return waiting.filter(reach(user, "coverage.confirm", "organization__path"))


def outlets(edition: Edition) -> "QuerySet[Coverage, str]":
    """The names of outlets that were typed before, so that one outlet keeps one name."""
    rows = Coverage.objects.filter(edition=edition).exclude(state=Coverage.State.WITHDRAWN)
    return rows.order_by("outlet").values_list("outlet", flat=True).distinct()


def link_checks(coverage: list[Coverage]) -> dict[str, LinkCheck]:
    """What the addresses answered when they were asked last, by address."""
    links = {one.link for one in coverage if one.link}
    return {one.url: one for one in LinkCheck.objects.filter(url__in=links)} if links else {}


@dataclass(frozen=True)
class Totals:
    """How many reports (条) by day, outlet kind and district of the unit that recorded them; each counted once."""

    total: int
    by_day: list[tuple[date, int]]
    by_level: list[tuple[str, int]]
    by_medium: list[tuple[str, int]]
    by_district: list[tuple[str, int]]


def totals(rows: CoverageQuerySet, *, beyond: str) -> Totals:
    """The totals of some rows; `beyond` is what units of no district are called."""
    facts = list(
        rows.order_by().values_list(
            "published_on",
            "level",
            "medium",
            "organization__district__name",
            "organization__district__name_en",
        )
    )
    english = wording.is_english()
    days = Counter(day for day, *_rest in facts)
    levels = Counter(level for _day, level, *_rest in facts)
    media = Counter(medium for _day, _level, medium, *_rest in facts)
    districts = Counter(((name_en if english else "") or name or beyond) for *_rest, name, name_en in facts)
    return Totals(
        total=len(facts),
        by_day=sorted(days.items()),
        by_level=[(str(label), levels[code]) for code, label in Coverage.Level.choices],
        by_medium=[(str(label), media[code]) for code, label in Coverage.Medium.choices if media[code]],
        by_district=districts.most_common(),
    )


def stories_of(user: "Person", edition: Edition) -> "StoryQuerySet":
    """Those that the person writes and may change: of the own unit; for the office all."""
    return Story.objects.filter(reach(user, "story.edit", "organization__path"), edition=edition)


def shown_stories(edition: Edition) -> "StoryQuerySet":
    """What everybody may read, the newest first, with what pages show of them."""
    rows = Story.objects.shown().filter(edition=edition)
    return rows.select_related("organization__district", "picture__picture__activity")


def lead_picture(story: Story) -> PressPicture | None:
    """The story's picture as long as it is cleared and its activity shows it."""
    found = story.picture
    if found is None or found.ended_at or not found.picture.is_shown or not found.picture.activity.is_public:
        return None
    return found


def usable_pictures(edition: Edition) -> PressPictureQuerySet:
    """The edition's pictures that media may take now, with their activities."""
    rows = PressPicture.objects.usable().filter(edition=edition)
    return rows.select_related("picture__activity")


def pictures_to_clear(user: "Person", edition: Edition) -> "QuerySet[Picture]":
    """Public pictures of activities that the person oversees: cleared ones, ended ones, and those nobody looked at."""
    public = Activity.objects.published().filter(
        reach(user, "press.clear", "organization__path"), edition=edition
    )
    rows = Picture.objects.shown().filter(activity__in=public)
    return rows.select_related("activity", "press").order_by("activity__title", "position", "pk")
