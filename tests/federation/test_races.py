"""Two processes at the same moment; real threads, on whichever database the run is on."""

import json

import pytest

from kepuyue.activities.models import Activity
from kepuyue.federation import wire
from kepuyue.federation.actions import clearing, subscribing, taking
from kepuyue.federation.models import Gathered
from tests.cast import Cast
from tests.factories import SourceFactory
from tests.federation.elsewhere import gather, page, said
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HERE, PROVINCE = "http://city.example.org", "http://gd.example.org"
CODES = [f"X{number}" for number in range(40)]
ROUNDS = 5


def test_what_is_swept_and_taken_over_at_once_is_here_afterwards(cast: Cast) -> None:
    city = SourceFactory(edition=cast.edition, address=HERE)
    province = SourceFactory(edition=cast.edition, address=PROVINCE, passes_on=True)
    passed_on = [said(f"P{code}", PROVINCE, known_as=code, first=HERE, through=[PROVINCE]) for code in CODES]
    told = wire.page(json.dumps(page(*passed_on)).encode())
    for _round in range(ROUNDS):
        gather(city, *(said(code, HERE) for code in CODES))
        assert city.held.count() == len(CODES)
        subscribing.withdraw(city, by=None)
        city.refresh_from_db()
        province.refresh_from_db()

        at_once(lambda: clearing.sweep(city), lambda: taking.take(province, told))

        assert set(Gathered.objects.values_list("source", flat=True)) == {province.pk}
        assert Gathered.objects.count() == Activity.objects.count() == len(CODES)
        subscribing.start(city, by=None)
        city.refresh_from_db()
