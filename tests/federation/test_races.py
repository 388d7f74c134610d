"""Two processes at the same moment; real threads, on whichever database the run is on."""

import json
from collections.abc import Iterable
from time import sleep

import pytest

from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition
from kepuyue.federation import wire
from kepuyue.federation.actions import clearing, subscribing, taking
from kepuyue.federation.models import Gathered
from tests.cast import Cast
from tests.factories import SourceFactory
from tests.federation.elsewhere import gather, gone, page, said
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


def test_a_city_and_the_province_that_passes_it_on_are_read_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The city changes what is here last and takes down what is here first; the province tells of it all."""
    take_out = clearing.take_out

    def slowly(edition: Edition, keys: Iterable[int]) -> int:
        sleep(0.3)  # the province has begun by then
        return take_out(edition, keys)

    monkeypatch.setattr(clearing, "take_out", slowly)
    city = SourceFactory(edition=cast.edition, address=HERE)
    province = SourceFactory(edition=cast.edition, address=PROVINCE, passes_on=True)
    low, high = CODES[:20], CODES[20:]
    passed_on = [said(f"P{code}", PROVINCE, known_as=code, first=HERE, through=[PROVINCE]) for code in CODES]
    by_province = wire.page(json.dumps(page(*passed_on)).encode())
    gather(city, *(said(code, HERE) for code in CODES))
    changed = [said(code, HERE, title="改") for code in high]
    by_city = wire.page(json.dumps(page(*changed, *(gone(code) for code in low))).encode())

    ends = at_once(lambda: taking.take(city, by_city), lambda: taking.take(province, by_province))

    assert ends == ["done", "done"]
    assert set(city.held.values_list("code", flat=True)) >= set(high)
