"""The main venue: its plan, loading it from the folder, writing it back, and taking it over into the next edition."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from kepuyue.core import audit
from kepuyue.core.pictures import drawn
from kepuyue.editions.actions.editing import Values, change, locked, touch
from kepuyue.editions.models import Booth, Edition, MainVenue, StageItem, Zone

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FACTS = (
    "name", "name_en", "place", "place_en", "address", "first_day", "last_day", "hours", "hours_en",
    "introduction", "introduction_en", "transport", "transport_en", "plan_text", "plan_text_en",
    "is_demonstration", "is_published",
)  # fmt: skip
ITEM = ("part", "day", "starts", "ends", "name", "name_en", "by", "by_en")
ZONE = ("name", "name_en", "text", "text_en")
BOOTH = ("exhibitor", "name", "name_en", "text", "text_en")
PLAN_FILE = "main-venue-plan.png"


@transaction.atomic
def save(
    edition: Edition,
    venue: MainVenue,
    values: Values,
    *,
    by: "User",
    seen: str,
    plan: UploadedFile | None = None,
) -> None:
    """Make or change the main venue's facts; a plan takes the old one's place.

    Raises as `editing.change` and `pictures.drawn`.
    """
    edition = locked(edition, by)
    change(edition, venue, values, by=by, seen=seen)
    if plan is not None:
        _draw(MainVenue.objects.get(edition=edition), plan)
        touch(edition)
        audit.record("mainvenue.picture", MainVenue.objects.get(edition=edition), by=by)


def _draw(venue: MainVenue, picture: Any) -> None:
    venue.plan.save("plan.png", drawn(picture))


def load(loading: Any) -> None:
    """Bring the main venue to what the folder says, as `loading` does with all else."""
    edition, entry = loading.edition, loading.folder.main_venue
    venue = MainVenue.objects.filter(edition=edition).first()
    if entry is not None:
        is_new = venue is None
        venue = venue or MainVenue(edition=edition)
        loading.merge("mainvenue", "main", venue, {name: getattr(entry, name) for name in FACTS})
        if is_new and venue.pk and entry.plan:
            _draw(venue, ContentFile(loading.folder.plan))
    items = {item.code: item for item in edition.stage_items.all()}
    for item in entry.items if entry else ():
        thing = items.pop(item.code, None) or StageItem(edition=edition, code=item.code)
        loading.merge("stageitem", item.code, thing, {name: getattr(item, name) for name in ITEM})
    zones = {zone.code: zone for zone in edition.zones.all()}
    booths = {booth.code: booth for booth in edition.booths.all()}
    for position, row in enumerate(entry.zones if entry else ()):
        zone = zones.pop(row.code, None) or Zone(edition=edition, code=row.code)
        facts = {name: getattr(row, name) for name in ZONE} | {"position": position}
        loading.merge("zone", row.code, zone, facts)
        for one in row.booths if zone.pk else ():
            booth = booths.pop(one.code, None) or Booth(edition=edition, code=one.code, zone=zone)
            unit = loading.known.get(one.organization) or loading.names.get(one.exhibitor)
            said = {name: getattr(one, name) for name in BOOTH} | {"zone": zone, "organization": unit}
            loading.merge("booth", one.code, booth, said)
    _gone(loading, "stageitem", items.values())
    _gone(loading, "booth", booths.values())
    _gone(loading, "zone", zones.values())


def _gone(loading: Any, kind: str, things: Iterable[Any]) -> None:
    """What left the folder goes; what people added on screen never came from there."""
    loading.now.setdefault(kind, {})
    for thing in things:
        if thing.code in loading.last.get(kind, {}):
            loading.drop(thing)


def written(edition: Edition) -> dict[str, Any] | None:
    """The content of main_venue.yaml; None where the edition has no main venue."""
    venue = MainVenue.objects.filter(edition=edition).first()
    if venue is None:
        return None
    facts = _said(venue, FACTS) | ({"plan": PLAN_FILE} if venue.plan else {})
    zones = edition.zones.prefetch_related("booths__organization")
    return facts | {
        "items": [{"code": item.code} | _said(item, ITEM) for item in edition.stage_items.all()],
        "zones": [
            {"code": zone.code} | _said(zone, ZONE) | {"booths": [_booth(booth) for booth in zone.booths.all()]}
            for zone in zones
        ],
    }  # fmt: skip


def _booth(booth: Booth) -> dict[str, Any]:
    unit = {"organization": booth.organization.code} if booth.organization else {}
    return {"code": booth.code} | _said(booth, BOOTH) | unit


def _said(thing: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The values that say something, as YAML takes them."""
    values = {name: getattr(thing, name) for name in names}
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    return {
        name: value.isoformat(timespec="minutes")
        if name in ("starts", "ends")
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        for name, value in kept.items()
    }


def renew(source: Edition, edition: Edition) -> None:
    """Take the main venue over into a later edition, for the office to go through; the public sees nothing of it yet.

    Taken over: place, way there, zones, and the timetable on the same weekday of the same week. Left out: booths and
    their exhibitors, who are asked anew, and the plan, on which they are drawn.
    """
    venue = MainVenue.objects.filter(edition=source).first()
    if venue is None:
        return
    step = _weeks(venue.first_day, edition.year - source.year)
    kept = {name: getattr(venue, name) for name in FACTS if not name.startswith("plan")}
    kept |= {"first_day": venue.first_day + step, "last_day": venue.last_day + step, "is_published": False}
    MainVenue.objects.create(edition=edition, **kept)
    StageItem.objects.bulk_create(
        StageItem(edition=edition, code=item.code,
                  **({name: getattr(item, name) for name in ITEM} | {"day": item.day + step}))
        for item in source.stage_items.all()
    )  # fmt: skip
    Zone.objects.bulk_create(
        Zone(edition=edition, code=zone.code, position=zone.position,
             **{name: getattr(zone, name) for name in ZONE})
        for zone in source.zones.all()
    )  # fmt: skip


def _weeks(day: Any, years: int) -> timedelta:
    """Whole weeks, so that a Saturday stays one and lies nearest to the same date."""
    same = day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
    return timedelta(weeks=round((same - day).days / 7))
