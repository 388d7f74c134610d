"""What a page of another instance's changes becomes here."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kepuyue.activities.models import Activity, Origin, Session
from kepuyue.core.codes import READABLE
from kepuyue.federation import wire
from kepuyue.federation.actions import taking
from kepuyue.federation.models import Counterpart, Gathered, Place
from kepuyue.programme.models import IndexedActivity, PublicChange
from tests.factories import DistrictFactory, EditionFactory, SourceFactory, VenueFactory
from tests.federation.elsewhere import gather, gone, said, session
from tests.programme.given import published

pytestmark = pytest.mark.django_db
HERE = "http://city.example.org"


def test_an_activity_is_kept_with_all_that_its_page_shows_and_where_it_comes_from() -> None:
    source = SourceFactory(address=HERE)

    outcome = gather(source, said("X2Y3Z4", HERE, sessions=[session(7), session(8, day=15)]), cursor="3-9")

    assert (outcome.written, outcome.removed) == (1, 0)
    activity = Activity.objects.get()
    assert (activity.title, activity.city, activity.origin) == ("活动X2Y3Z4", "广州", Origin.GATHERED)
    assert activity.booking_url == f"{HERE}/activities/X2Y3Z4/"
    assert [one.name for one in activity.participations.all()] == ["广州科学馆"]
    assert [one.venue.name for one in activity.sessions.all() if one.venue] == ["滩涂公园", "滩涂公园"]
    first = activity.gathered
    assert (first.instance, first.code, first.unit, first.is_direct) == (HERE, "X2Y3Z4", "广州科学馆", True)
    assert first.url == f"{HERE}/activities/X2Y3Z4/"
    assert (source.cursor, source.taken) == ("3-9", 1)
    assert IndexedActivity.objects.filter(activity=activity).exists()
    assert PublicChange.objects.filter(activity=activity.pk).exists()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_time_that_no_clock_shows_costs_no_other_activity(moment: str) -> None:
    source = SourceFactory(address=HERE)

    outcome = gather(source, said("X2", HERE, sessions=[session(1, end=moment)]), said("X3", HERE))

    assert outcome.written == 1 and Activity.objects.get().title == "活动X3"
    assert source.left == {"unreadable": 1}


def test_a_place_that_our_units_name_stays_as_they_described_it() -> None:
    source = SourceFactory(address=HERE)
    ours = VenueFactory(city="广州", name="滩涂公园", address="我们写的地址", organization=None)

    gather(source, said("X2", HERE, sessions=[session(1)]))

    ours.refresh_from_db()
    assert ours.address == "我们写的地址"
    assert Session.objects.get().venue == ours


def test_its_code_is_always_the_same_and_none_that_is_given_here() -> None:
    edition = EditionFactory()

    code = taking.code_of(edition.pk, HERE, "X2Y3Z4")

    assert code == taking.code_of(edition.pk, HERE, "X2Y3Z4")
    assert len(code) == 12 and code[0] not in READABLE
    others = {taking.code_of(edition.pk, HERE, f"C{number}") for number in range(1000)}
    assert len(others) == 1000


def test_two_codes_that_are_alike_by_chance_become_two(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SourceFactory(address=HERE)
    monkeypatch.setattr(
        taking,
        "code_of",
        lambda edition, instance, code, attempt=0: f"A{attempt}" + "B" * attempt * len(code),
    )

    gather(source, said("X2", HERE), said("X345", HERE))

    assert len(set(Activity.objects.values_list("code", flat=True))) == 2


def test_reading_the_same_twice_writes_nothing() -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X2", HERE))
    before = list(Activity.objects.values())

    outcome = gather(source, said("X2", HERE))

    assert (outcome.written, outcome.same) == (0, 1)
    assert list(Activity.objects.values()) == before


def test_a_change_comes_over_and_each_session_keeps_its_key() -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X2", HERE, sessions=[session(7), session(8, day=15)]))
    keys = dict(Session.objects.values_list("starts_at__day", "pk"))
    code = Activity.objects.get().code

    outcome = gather(
        source,
        said("X2", HERE, title="新名称", status="cancelled", cancel_reason="台风",
             sessions=[session(8, day=15, is_cancelled=True), session(9, day=16)]),
    )  # fmt: skip

    activity = Activity.objects.get()
    assert outcome.written == 1
    assert (activity.title, activity.state, activity.cancel_reason, activity.code) == (
        "新名称", "cancelled", "台风", code,
    )  # fmt: skip
    now = {one.starts_at.day: one for one in Session.objects.all()}
    assert sorted(now) == [15, 16]
    assert now[15].pk == keys[15] and now[15].is_cancelled


def test_what_is_gone_there_is_gone_here_and_told_on() -> None:
    source, own = SourceFactory(address=HERE), published()
    gather(source, said("X2", HERE), said("X3", HERE))
    left = Activity.objects.get(gathered__code="X2")

    outcome = gather(source, gone("X2"), gone("NEVER-HERE"), gone(own.code))

    assert outcome.removed == 1
    assert set(Activity.objects.values_list("title", flat=True)) == {"活动X3", own.title}
    change = PublicChange.objects.get(activity=left.pk)
    assert change.is_noted


def test_what_came_back_after_it_was_gone_stays() -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X2", HERE))

    gather(source, gone("X2"), said("X2", HERE, title="又来了"))

    assert Activity.objects.get().title == "又来了"


def test_one_that_cannot_be_read_costs_no_other_and_is_counted() -> None:
    source = SourceFactory(address=HERE)

    outcome = gather(
        source,
        said("X2", HERE),
        said("X3", HERE, title=""),
        said("X4", HERE, sessions=[session(1, start="soon")]),
        said("X5", HERE, status="draft"),
        said("X6", HERE, url="javascript:alert(1)", origin=None),
    )

    assert list(Gathered.objects.values_list("code", flat=True)) == ["X2"]
    assert outcome.left == {"unreadable": 4}
    assert source.left == {"unreadable": 4}


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ({"change": "renamed", "code": "X3", "activity": None}, ["X3"]),
        ({"change": "upsert", "code": "X" * 61, "activity": {}}, ["X" * 60]),
        ({"change": "upsert", "code": None, "activity": {}}, []),
        ("X3", []),
        (None, []),
    ],
)
def test_a_change_that_cannot_be_read_costs_no_other_and_is_named(odd: Any, named: list[str]) -> None:
    source = SourceFactory(address=HERE)

    outcome = gather(source, said("X2", HERE), odd, said("X4", HERE), cursor="1-7")

    assert sorted(Gathered.objects.values_list("code", flat=True)) == ["X2", "X4"]
    assert (source.cursor, source.left, source.unreadable) == ("1-7", {"unreadable": 1}, named)
    assert outcome.written == 2


@pytest.mark.parametrize("odd", [{"change": "renamed", "code": "X2"}, said("X2", HERE, title="")])
def test_what_was_taken_down_and_published_again_unreadably_stays_as_it_was(odd: dict[str, Any]) -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X2", HERE))

    assert gather(source, gone("X2"), odd).removed == 0

    assert Activity.objects.get().title == "活动X2"
    assert source.unreadable == ["X2"]
    assert gather(source, odd, gone("X2")).removed == 1


def test_what_is_read_or_taken_down_since_is_unreadable_no_more() -> None:
    source = SourceFactory(address=HERE)
    odd = [said(f"X{number}", HERE, title="") for number in range(12)]
    gather(source, *odd, {"change": "upsert"}, has_more=True)
    assert source.left == {"unreadable": 13}

    gather(source, said("X0", HERE), gone("X11"), odd[1], cursor="1-2")

    assert (source.left, set(source.unreadable)) == (
        {"unreadable": 11}, {f"X{number}" for number in range(1, 11)},
    )  # fmt: skip
    gather(source, *(said(f"X{number}", HERE) for number in range(1, 11)), cursor="1-3")
    assert (source.left, source.unreadable) == ({"unreadable": 1}, [])


def test_results_that_are_no_list_are_no_page() -> None:
    with pytest.raises(wire.NoProgramme):
        wire.page(b'{"edition": "a", "results": {"X2": 1}, "cursor": "1-1", "has_more": false}')


def test_what_is_longer_or_other_than_we_know_is_cut_and_not_refused() -> None:
    source = SourceFactory(address=HERE)

    gather(
        source,
        said("X2", HERE, title="长" * 500, mode="hologram", age_min=90, age_max=7, summary="a\0b",
             booking={"mode": "lottery", "url": "javascript:1"}, brand_new={"a": 1},
             sessions=[session(1, end="2024-09-14T09:00:00+08:00", is_all_day=True)]),
    )  # fmt: skip

    activity = Activity.objects.get()
    assert (len(activity.title), activity.mode, activity.summary) == (120, "offline", "ab")
    assert (activity.age_min, activity.age_max, activity.booking_mode) == (7, 90, "unknown")
    assert activity.booking_url == f"{HERE}/activities/X2/"
    assert activity.sessions.get().ends_at is None


def test_what_the_database_refuses_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SourceFactory(address=HERE)
    facts = wire.facts
    monkeypatch.setattr(
        wire,
        "facts",
        lambda said, *, url: facts(said, url=url) | ({"age_min": -1} if said.code == "X3" else {}),
    )

    outcome = gather(source, said("X2", HERE), said("X3", HERE), said("X4", HERE))

    assert sorted(Gathered.objects.values_list("code", flat=True)) == ["X2", "X4"]
    assert (outcome.written, outcome.left) == (2, {"unreadable": 1})


def test_a_page_that_somebody_else_took_meanwhile_is_left() -> None:
    source = SourceFactory(address=HERE)
    stale = type(source).objects.get(pk=source.pk)
    gather(source, said("X2", HERE), cursor="1-1")
    page = wire.page(b'{"edition": "there-2024", "results": [], "cursor": "1-5", "has_more": false}')

    assert taking.take(stale, page) is None

    source.refresh_from_db()
    assert source.cursor == "1-1"


def test_our_own_that_come_round_are_left(settings: Any) -> None:
    settings.PUBLIC_URL = "http://province.example.org"
    source = SourceFactory(address=HERE, passes_on=True)

    outcome = gather(
        source,
        said("X2", HERE, first="http://province.example.org", through=[HERE]),
        said("X3", HERE, first="http://other.example.org", through=["http://province.example.org", HERE]),
    )

    assert outcome.left == {"loop": 2}
    assert not Activity.objects.exists()


def test_a_city_brings_its_own_alone_and_a_province_keeps_where_it_came_from_first() -> None:
    city = SourceFactory(address=HERE)
    passed_on = said(
        "P7", HERE, known_as="X3", first="http://zhuhai.example.org", city="珠海", through=[HERE]
    )

    assert gather(city, passed_on).left == {"passed-on": 1}
    province = SourceFactory(address="http://province.example.org", passes_on=True)
    gather(province, passed_on)

    row = Gathered.objects.get()
    assert (row.instance, row.code, row.told_as) == ("http://zhuhai.example.org", "X3", "P7")
    assert row.place.name == "珠海" and row.through == [HERE]
    gather(province, gone("P7"))
    assert not Activity.objects.exists()


def test_of_two_that_tell_the_same_the_one_where_it_was_registered_counts() -> None:
    province = SourceFactory(address="http://province.example.org", passes_on=True)
    city = SourceFactory(address=HERE)
    by_province = said(
        "P7",
        "http://province.example.org",
        known_as="X2",
        first=HERE,
        through=["http://province.example.org"],
    )
    gather(province, by_province)

    gather(city, said("X2", HERE, title="由本市来"))
    assert gather(province, by_province).left == {"held-elsewhere": 1}
    gather(province, gone("P7"))

    assert Gathered.objects.get().source == city
    assert Activity.objects.get().title == "由本市来"
    assert Session.objects.count() == 1


def test_a_source_that_calls_itself_something_else_is_not_taken() -> None:
    source = SourceFactory(address=HERE, instance="http://old.example.org")

    with pytest.raises(taking.Moved):
        gather(source, said("X2", HERE))

    assert not Activity.objects.exists()


def test_equal_codes_are_the_same_others_wait_and_the_activity_is_kept() -> None:
    source = SourceFactory(address=HERE)
    terms = {
        "audience": [
            {"code": "children", "name": "小朋友", "name_en": ""},
            {"code": "elders", "name": "老年人群", "name_en": ""},
        ],
        "brand": [{"code": "x", "name": "羊城讲堂", "name_en": ""}],
    }

    gather(source, said("X2", HERE, terms=terms))

    assert [term.code for term in Activity.objects.get().terms.all()] == ["children"]
    found = {one.code: one for one in source.counterparts.all()}
    assert found["children"].state == Counterpart.State.SAME
    assert (found["elders"].state, found["elders"].term and found["elders"].term.code) == (
        Counterpart.State.WAITING, "older_people",
    )  # fmt: skip
    assert found["x"].term is None
    assert Gathered.objects.get().waiting == [["audience", "老年人群"], ["brand", "羊城讲堂"]]


def test_the_districts_of_a_province_are_its_cities() -> None:
    here = DistrictFactory(code="guangzhou", name="广州市")
    whole = SourceFactory(address=HERE, district=here)
    passing = SourceFactory(address="http://gd.example.org", passes_on=True)
    tianhe = {"code": "tianhe", "name": "天河区", "name_en": ""}

    gather(whole, said("X2", HERE, district=tianhe))
    gather(
        passing,
        said("P3", "http://gd.example.org", district={"code": "guangzhou", "name": "广州", "name_en": ""}),
    )

    assert [one.district for one in Activity.objects.all()] == [here, here]
    assert whole.counterparts.get().state == Counterpart.State.WITHIN
    assert not any(one.is_linked_city for one in Activity.objects.all())


def test_a_page_costs_the_same_number_of_queries_for_three_as_for_one() -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X1", HERE))

    def queries(*results: dict[str, Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            gather(source, *results)
        return len(caught)

    assert queries(said("Y1", HERE)) == queries(*(said(f"Z{n}", HERE) for n in range(3)))
    assert queries(said("Y1", HERE, title="改")) == queries(
        *(said(f"Z{n}", HERE, title="改") for n in range(3))
    )
    assert queries(gone("Y1")) == queries(*(gone(f"Z{n}") for n in range(3)))


def test_what_the_interface_of_an_instance_says_can_be_read_as_it_is(
    client: Client, in_the_month: datetime, settings: Any
) -> None:
    """The contract: an instance's answer, taken by another edition as by another instance."""
    settings.PUBLIC_URL = HERE
    there = published(title="湿地观鸟", terms=["tier:district"], host="深圳湿地馆")
    body = client.get("/api/v1/programme/changes").content
    settings.PUBLIC_URL = "http://province.example.org"
    source = SourceFactory(
        edition=EditionFactory(code="gd-2024", city="广东", is_current=False), address=HERE
    )

    outcome = taking.take(source, wire.page(body))

    assert outcome is not None and outcome.written == 1
    row = Gathered.objects.select_related("activity").get()
    assert (row.instance, row.code, row.place.name) == (HERE, there.code, "深圳")
    assert (row.activity.title, row.unit) == ("湿地观鸟", there.organization.name)
    assert [term.code for term in row.activity.terms.all()] == ["district"]
    assert row.activity.sessions.get().starts_at == there.sessions.get().starts_at
    assert Place.objects.get().edition == source.edition
    assert json.loads(body)["results"][0]["activity"]["origin"]["through"] == []
