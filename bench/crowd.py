"""`python -m bench.crowd SIZE`: as many public activities as asked for, with four sessions each.

The bulk path: the demonstration's activities, which went through the real actions, are copied by bulk insertion. Each
copy has a title of its own (a district, a real title, a part of another), the text of another activity, its
classifications, units and mode; a place among many made ones; and sessions over the month, one in twelve a show over
weeks. Then the index is made by the same `indexing.rebuild` as everywhere. Nothing is written to the audit trail.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

BATCH = 1_000
PER_VENUE = 40
ADDRESS = "演示路1号"  # of the made venues


def fill(size: int) -> dict[str, float]:
    """Bring the current edition to `size` public activities; seconds that inserting and indexing took."""
    from django.db import transaction

    from kepuyue.editions.queries import current_edition
    from kepuyue.programme.actions import indexing
    from kepuyue.programme.permissions import approved

    edition = current_edition()
    assert edition is not None
    begun = time.perf_counter()
    missing = size - approved().filter(edition=edition).count()
    made = _Maker(edition, random.Random(size))
    numbers = iter(range(missing))
    while batch := list(islice(numbers, BATCH)):
        with transaction.atomic():
            made.write(batch)
    inserted = time.perf_counter()
    indexing.rebuild(edition)
    return {"inserting": round(inserted - begun, 1), "indexing": round(time.perf_counter() - inserted, 1)}


class _Maker:
    def __init__(self, edition: Any, chance: random.Random) -> None:
        from kepuyue.activities.models import Activity, State, Venue
        from kepuyue.organizations.models import District
        from kepuyue.programme.queries import in_full

        self.edition, self.chance = edition, chance
        public = Activity.objects.filter(edition=edition, state=State.PUBLISHED, city="")
        self.models = list(in_full(public))
        self.districts = list(District.objects.all())
        self.venues: list[Any] = list(Venue.objects.filter(address=ADDRESS))
        self.first = datetime(edition.year, edition.starts_on.month, 1, tzinfo=edition.zone)

    def write(self, numbers: list[int]) -> None:
        from kepuyue.activities.models import Activity, Participation, Session

        self._more_venues(len(numbers) // PER_VENUE or 1)
        pairs = [(self._copy(number), self.chance.choice(self.models)) for number in numbers]
        Activity.objects.bulk_create([activity for activity, _model in pairs])
        link = Activity.terms.through
        link.objects.bulk_create(
            link(activity=activity, term=term) for activity, model in pairs for term in model.terms.all()
        )
        Participation.objects.bulk_create(
            Participation(
                activity=activity, role=one.role, name=one.name, organization_id=one.organization_id,
                position=one.position,
            )
            for activity, model in pairs for one in model.participations.all()
        )  # fmt: skip
        Session.objects.bulk_create(one for activity, _model in pairs for one in self._sessions(activity))

    def _more_venues(self, count: int) -> None:
        from kepuyue.activities.models import Venue

        placed = [one for one in self.districts if one.lng is not None]
        rows = []
        for number in range(len(self.venues), len(self.venues) + count):
            district = self.chance.choice(placed)
            rows.append(
                Venue(
                    name=f"{district.name}科普空间{number + 1}号", district=district, address=ADDRESS,
                    lng=district.lng + self.chance.gauss(0, 0.04), lat=district.lat + self.chance.gauss(0, 0.03),
                )
            )  # fmt: skip
        self.venues += Venue.objects.bulk_create(rows)

    def _copy(self, number: int) -> Any:
        from kepuyue.activities.models import Activity, State
        from kepuyue.core.codes import new_code
        from kepuyue.core.time import now

        named, texted, other = (self.chance.choice(self.models) for _n in range(3))
        district = self.chance.choice(self.districts)
        half = other.title[: max(4, len(other.title) // 2)]
        return Activity(
            code=new_code(10), edition=self.edition, organization_id=named.organization_id,
            state=State.PUBLISHED, origin=named.origin,
            title=f"{district.name}{named.title}·{half}"[:118], summary=texted.summary,
            description=texted.description, mode=texted.mode, district=district, admission=texted.admission,
            booking_mode=texted.booking_mode, audience_note=texted.audience_note, published_at=now(),
            age_min=texted.age_min, age_max=texted.age_max, languages=texted.languages,
            accessibility=texted.accessibility,
        )  # fmt: skip

    def _sessions(self, activity: Any) -> Iterator[Any]:
        from kepuyue.activities.models import Session

        venue = self.chance.choice(self.venues)
        if self.chance.random() < 1 / 12:
            day = self.first + timedelta(days=self.chance.randrange(10))
            yield Session(activity=activity, venue=venue, starts_at=day, is_all_day=True,
                          ends_at=day + timedelta(days=self.chance.randrange(8, 60)))  # fmt: skip
            return
        for _number in range(self.chance.randrange(2, 7)):
            begin = self.first + timedelta(days=self.chance.randrange(30), hours=self.chance.randrange(8, 20))
            yield Session(activity=activity, venue=venue, starts_at=begin, ends_at=begin + timedelta(hours=2))


if __name__ == "__main__":
    import json

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    django.setup()
    print(json.dumps(fill(int(sys.argv[1]))))
