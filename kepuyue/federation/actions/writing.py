"""Writing many gathered activities with all that belongs to them, in a number of queries that is the same for any."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db.models import Model

from kepuyue.activities.letters import title_key
from kepuyue.activities.models import Activity, Origin, Participation, Session, Venue
from kepuyue.federation import wire
from kepuyue.federation.counterparts import Dictionary
from kepuyue.federation.models import Gathered, Place, Source
from kepuyue.organizations.models import Organization

HOLDER = "elsewhere"
FACTS = (
    "title", "title_en", "title_key", "summary", "description", "state", "mode", "city", "district", "audience_note",
    "age_min", "age_max", "languages", "accessibility_items", "accessibility", "admission", "admission_note",
    "booking_mode", "booking_url", "booking_note", "public_phone", "dates_as_written", "is_year_round", "cancel_reason",
    "updated_at", "published_at",
)  # fmt: skip
KEPT = (
    "source", "place", "instance", "code", "told_as", "url", "unit", "unit_code", "through", "waiting", "sessions",
    "digest", "round",
)  # fmt: skip


@dataclass
class Fresh:
    """An activity to be written: what was told, and the row of ours where there is one."""

    told: wire.Told
    row: Gathered | None
    digest: str
    public_code: str = ""


def holder() -> Organization:
    """The unit that holds what was gathered: outside the tree, so that no role reaches it, and closed for good."""
    found, _is_new = Organization.objects.get_or_create(
        code=HOLDER,
        defaults={
            "name": "其他城市（聚合）",
            "name_en": "Other cities (gathered)",
            "level": Organization.Level.ELSEWHERE,
            "state": Organization.State.CLOSED,
        },
    )
    return found


def codes_in_use(codes: Iterable[str]) -> set[str]:
    """Those of the codes that an activity has."""
    return set(Activity.objects.filter(code__in=list(codes)).values_list("code", flat=True))


def write(source: Source, fresh: Sequence[Fresh], words: Dictionary, places: dict[str, Place]) -> list[int]:
    """Write them all; the keys of the activities. Belongs into a transaction."""
    activities = _activities(source, fresh, words)
    terms = [words.terms_of(one.told.activity) for one in fresh]
    known = [activity.pk for one, activity in zip(fresh, activities, strict=True) if one.row is not None]
    _links(activities, [mine for mine, _waiting in terms], known)
    _units(fresh, activities, known)
    sessions = _sessions(source, fresh, activities, words)
    rows = [
        Gathered(
            activity=activity,
            source=source,
            edition_id=source.edition_id,
            place=places[one.told.city],
            instance=one.told.instance,
            code=one.told.code,
            told_as=one.told.activity.code,
            url=one.told.url,
            unit=one.told.unit.name[:120],
            unit_code=one.told.unit.code[:60],
            through=list(one.told.through),
            waiting=waiting,
            sessions=kept,
            digest=one.digest,
            round=source.round,
        )
        for one, activity, (_mine, waiting), kept in zip(fresh, activities, terms, sessions, strict=True)
    ]
    _keep(Gathered, rows, unique=["activity"], fields=KEPT)
    return [activity.pk for activity in activities]


def _activities(source: Source, fresh: Sequence[Fresh], words: Dictionary) -> list[Activity]:
    unit = holder()
    rows = []
    for one in fresh:
        said = one.told.activity
        facts = wire.facts(said, url=one.told.url)
        row = Activity(
            edition_id=source.edition_id,
            organization=unit,
            origin=Origin.GATHERED,
            title_key=title_key(facts["title"]),
            city=one.told.city,
            district_id=words.district_of(said),
            created_at=said.published_at,
            **facts,
        )
        if one.row is None:
            row.code = one.public_code
        else:
            row.pk = one.row.pk
        rows.append(row)
    # The code is only said of new rows: a known one keeps its own, and the key finds it
    new = [row for row in rows if row.pk is None]
    Activity.objects.bulk_create(new)
    old = [row for one, row in zip(fresh, rows, strict=True) if one.row is not None]
    if old:
        codes = dict(Activity.objects.filter(pk__in=[row.pk for row in old]).values_list("pk", "code"))
        for row in old:
            row.code = codes[row.pk]
        _keep(Activity, old, unique=["id"], fields=FACTS)
    return rows


def _links(activities: Sequence[Activity], terms: Sequence[list[int]], known: list[int]) -> None:
    link = Activity.terms.through
    if known:
        link.objects.filter(activity__in=known).delete()
    link.objects.bulk_create(
        [
            link(activity_id=activity.pk, term_id=term)
            for activity, mine in zip(activities, terms, strict=True)
            for term in mine
        ]
    )


def _units(fresh: Sequence[Fresh], activities: Sequence[Activity], known: list[int]) -> None:
    if known:
        Participation.objects.filter(activity__in=known).delete()
    Participation.objects.bulk_create(
        [
            Participation(activity=activity, role=role, name=name, position=position)
            for one, activity in zip(fresh, activities, strict=True)
            for position, (role, name) in enumerate(wire.units(one.told.activity))
        ]
    )


def _sessions(
    source: Source, fresh: Sequence[Fresh], activities: Sequence[Activity], words: Dictionary
) -> list[dict[str, int]]:
    """Write the sessions; each known one keeps its key. What each activity has now: {id there: our key}."""
    venues = _venues(fresh, words)
    new: list[tuple[dict[str, int], str, Session]] = []
    old: list[Session] = []
    gone: list[int] = []
    kept = []
    for one, activity in zip(fresh, activities, strict=True):
        # Ids are those of who tells: another source's say nothing here
        before = one.row.sessions if one.row is not None and one.row.source_id == source.pk else {}
        others = one.row.sessions if one.row is not None and not before else {}
        here: dict[str, int] = {}
        for key, facts, venue in wire.sessions(one.told.activity):
            row = Session(
                activity=activity, venue=venues[one.told.city, venue.name.strip()[:120]] if venue else None, **facts
            )  # fmt: skip
            if key in before:
                row.pk = here[key] = before[key]
                old.append(row)
            else:
                here[key] = 0
                new.append((here, key, row))
        gone += [pk for key, pk in before.items() if key not in here] + list(others.values())
        kept.append(here)
    if gone:
        Session.objects.filter(pk__in=gone).delete()
    Session.objects.bulk_create([row for _here, _key, row in new])
    for here, key, row in new:
        here[key] = row.pk
    if old:
        fields = [
            field.name for field in Session._meta.concrete_fields if field.name not in ("id", "activity")
        ]
        _keep(Session, old, unique=["id"], fields=fields)
    return kept


def _venues(fresh: Sequence[Fresh], words: Dictionary) -> dict[tuple[str, str], Venue]:
    """The venues of all sessions by city and name, written where they are new or say something else now."""
    wanted: dict[tuple[str, str], Venue] = {}
    unit = holder()
    for one in fresh:
        district = words.district_of(one.told.activity)
        for _key, _facts, said in wire.sessions(one.told.activity):
            if said is not None:
                name = said.name.strip()[:120]
                wanted[one.told.city, name] = Venue(
                    city=one.told.city, name=name, name_en=said.name_en[:160], address=said.address[:200],
                    lng=said.lng, lat=said.lat, district_id=district, organization=unit,
                )  # fmt: skip
    if not wanted:
        return {}
    # Locked, so that `clearing` takes none of them for unused before our sessions stand there
    here = (
        Venue.objects.select_for_update(no_key=True)
        .filter(city__in={city for city, _name in wanted}, name__in={name for _city, name in wanted})
        .order_by("pk")
    )
    known = {(one.city, one.name): one for one in here}
    # In one order for every source, so that two at once do not wait for each other
    changed = [
        venue for key, venue in sorted(wanted.items(), key=itemgetter(0))
        if key not in known or _differs(venue, known[key])
    ]  # fmt: skip
    if changed:
        _keep(
            Venue, changed, unique=["city", "name"], fields=["name_en", "address", "lng", "lat", "district"]
        )
        known = {(one.city, one.name): one for one in here.all()}
    return known


def _differs(said: Venue, known: Venue) -> bool:
    # A venue of our own in that city is ours to describe; those that our units name belong to nobody in particular
    if known.organization_id != said.organization_id:
        return False
    return any(
        getattr(said, name) != getattr(known, name)
        for name in ("name_en", "address", "lng", "lat", "district_id")
    )


def _keep(model: type[Model], rows: Sequence[Any], *, unique: list[str], fields: Sequence[str]) -> None:
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=list(fields)
    )
