"""Reading sources: trying, going on, failing, beginning anew, moving, withdrawing."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client

from kepuyue.activities.models import Activity, Venue
from kepuyue.core.models import AuditEvent
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.actions import renewal
from kepuyue.federation import fault_words
from kepuyue.federation.actions import clearing, reading, subscribing, taking
from kepuyue.federation.models import EVERY, Counterpart, Gathered, Source
from kepuyue.programme.models import PublicChange
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import DistrictFactory, EditionFactory, SourceFactory, TermFactory
from tests.federation.elsewhere import Elsewhere, gather, gone, page, said
from tests.programme.given import published

pytestmark = pytest.mark.django_db
HERE = "http://city.example.org"
State = Source.State


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    yield Elsewhere()


@pytest.fixture(autouse=True)
def in_august(clock: Clock) -> None:
    clock.set(datetime(2024, 8, 20, 9))


def added(cast: Cast, site: Elsewhere) -> Source:
    source = subscribing.add(cast.edition, f"{HERE}/activities/?x=1", by=cast.office)
    assert reading.read_due(**site.door()) == 1
    source.refresh_from_db()
    return source


def due(source: Source) -> Source:
    Source.objects.filter(pk=source.pk).update(due_at=datetime.fromisoformat("2024-08-01T00:00:00+00:00"))
    source.refresh_from_db()
    return source


def read(source: Source, site: Elsewhere, **more: Any) -> Source:
    assert reading.read(due(source), **site.door(), **more)
    source.refresh_from_db()
    return source


def test_an_address_is_looked_at_and_nothing_is_taken_before_somebody_says_so(
    cast: Cast, site: Elsewhere
) -> None:
    term = {"audience": [{"code": "elders", "name": "老年人群"}]}
    site.pages[""] = page(said("X2", HERE, terms=term), said("X3", HERE), has_more=True)

    source = added(cast, site)

    assert (source.state, source.address, source.name, source.there) == (
        State.TRIED,
        HERE,
        "广州",
        "there-2024",
    )
    assert (source.instance, source.passes_on, source.due_at) == (HERE, False, None)
    assert source.trial["activities"] == 2 and source.trial["samples"][0]["title"] == "活动X2"
    assert source.counterparts.get().state == Counterpart.State.WAITING
    assert not Activity.objects.exists() and source.cursor == ""

    site.pages[""] = page(said("X2", HERE), cursor="1-1", has_more=True)
    site.pages["1-1"] = page(said("X3", HERE), cursor="1-2")
    subscribing.start(source, by=cast.office)
    assert reading.read_due(**site.door()) == 1

    source.refresh_from_db()
    assert Activity.objects.count() == 2
    assert (source.cursor, source.fault, source.is_round_open) == ("1-2", "", False)
    assert source.due_at and source.checked_at and source.due_at - source.checked_at == EVERY
    assert site.asked[-1] == {"cursor": ["1-1"], "limit": ["200"], "edition": ["there-2024"]}
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "source.add",
        "source.start",
        "source.read",
    }


@pytest.mark.parametrize("who", ["owner", "district_reviewer", "judge", "outsider"])
def test_only_the_office_decides_about_sources(cast: Cast, who: str) -> None:
    person, source = getattr(cast, who), SourceFactory(edition=cast.edition)

    with pytest.raises(PermissionDenied):
        subscribing.add(cast.edition, HERE, by=person)
    for act in (subscribing.start, subscribing.pause, subscribing.resume, subscribing.withdraw,
                subscribing.read_soon, subscribing.read_anew, subscribing.accept_move):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act(source, by=person)
    with pytest.raises(PermissionDenied):
        subscribing.change(source, {"name": "x"}, by=person)
    with pytest.raises(PermissionDenied):
        subscribing.correspond(source, {}, by=person)


@pytest.mark.parametrize("address", ["ftp://x.example.org", "kepu", "http://", "https://a@b.example.org"])
def test_what_is_no_address_is_refused_with_a_sentence(cast: Cast, address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        subscribing.add(cast.edition, address, by=cast.office)

    assert "https://" in refused.value.message_dict["address"][0]


@pytest.mark.parametrize("host", ["192.168.1.1", "localhost", "kepu.lan", "intranet"])
def test_an_inner_address_is_refused_when_it_is_typed(cast: Cast, host: str) -> None:
    source = SourceFactory(edition=cast.edition)

    with pytest.raises(ValidationError, match="内部网络"):
        subscribing.add(cast.edition, f"https://{host}", by=cast.office)
    with pytest.raises(ValidationError, match="内部网络"):
        subscribing.change(source, {"address": f"https://{host}"}, by=cast.office)


def test_our_own_address_is_refused_and_the_same_twice_is_one(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_URL = HERE
    with pytest.raises(ValidationError):
        subscribing.add(cast.edition, f"{HERE}/", by=cast.office)

    first = subscribing.add(cast.edition, "http://b.example.org", by=cast.office)
    assert subscribing.add(cast.edition, "http://B.example.org/x", by=cast.office) == first


def test_at_another_address_a_source_is_read_from_the_beginning_and_its_failures_are_forgotten(
    cast: Cast, site: Elsewhere
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE), said("X3", HERE), cursor="1-9")
    site.pages["1-9"] = 503
    assert read(source, site).failures == 1

    subscribing.change(source, {"address": "http://new.example.org/activities/"}, by=cast.office)
    source.refresh_from_db()

    assert (source.address, source.cursor, source.failures, source.fault) == (
        "http://new.example.org", "", 0, "",
    )  # fmt: skip
    assert source.due_at and source.held.count() == 2  # nothing is dropped before it was read
    site.pages[""] = page(said("X2", HERE), cursor="4-1")
    reading.read(source, **site.door())
    assert [one.code for one in source.held.all()] == ["X2"]


def test_the_same_address_in_other_letters_is_no_other_address(cast: Cast) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE), cursor="1-9")

    subscribing.change(source, {"address": "http://CITY.example.org/"}, by=cast.office)

    source.refresh_from_db()
    assert (source.address, source.cursor, source.round) == (HERE, "1-9", 1)
    assert not AuditEvent.objects.filter(action="source.change").exists()


def test_a_source_that_was_only_looked_at_is_looked_at_again_at_another_address(
    cast: Cast, site: Elsewhere
) -> None:
    term = {"audience": [{"code": "elders", "name": "老年人群"}]}
    site.pages[""] = page(said("X2", HERE, terms=term))
    source = added(cast, site)

    subscribing.change(source, {"address": "http://new.example.org"}, by=cast.office)
    with pytest.raises(NotPossibleNow):
        subscribing.start(source, by=cast.office)
    site.pages[""] = page(said("X2", "http://new.example.org"))
    assert reading.read_due(**site.door()) == 1

    source.refresh_from_db()
    assert (source.state, source.instance) == (State.TRIED, "http://new.example.org")
    assert not source.counterparts.exists() and "edition" not in site.asked[-1]


def test_a_reading_of_the_old_address_says_nothing_of_the_new_one(
    cast: Cast, site: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    site.pages[""] = 503
    ask = reading.ask

    def changed_meanwhile(*given: Any, **more: Any) -> Any:
        subscribing.change(source, {"address": "http://new.example.org"}, by=cast.office)
        return ask(*given, **more)

    monkeypatch.setattr(reading, "ask", changed_meanwhile)
    read(source, site)

    assert (source.address, source.fault, source.failures) == ("http://new.example.org", "", 0)


def test_what_was_not_read_cannot_be_started(cast: Cast) -> None:
    source = subscribing.add(cast.edition, HERE, by=cast.office)

    with pytest.raises(NotPossibleNow):
        subscribing.start(source, by=cast.office)


def test_an_instance_that_fails_is_asked_less_often_and_keeps_what_it_gave(site: Elsewhere) -> None:
    source = SourceFactory(address=HERE)
    gather(source, said("X2", HERE), cursor="1-1")
    site.pages["1-1"] = 503

    waits = []
    for _n in range(3):
        read(source, site)
        assert source.due_at and source.checked_at
        waits.append(source.due_at - source.checked_at)

    assert (source.fault, source.fault_values, source.failures) == ("http-status", {"status": 503}, 3)
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert Activity.objects.count() == 1
    site.pages["1-1"] = page(cursor="1-1")
    assert read(source, site).fault == "" and source.failures == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"<html>", "no-programme"),
        (b"[1]", "no-programme"),
        (404, "edition-gone"),
        (page(cursor=""), "not-open"),
    ],
)
def test_an_answer_that_is_no_programme_says_so(site: Elsewhere, answer: Any, code: str) -> None:
    source = SourceFactory(address=HERE)
    site.pages[""] = answer

    assert read(source, site).fault == code


def test_an_inner_address_is_not_asked(site: Elsewhere) -> None:
    source = SourceFactory(address="http://10.0.0.1")
    site.resolve = lambda host, port: ["10.0.0.1"]  # type: ignore[method-assign]

    assert read(source, site).fault == "inner-address"
    assert site.asked == []


@pytest.mark.parametrize("status", [410, 422])
def test_a_source_that_was_restored_is_read_anew_and_what_does_not_come_is_dropped(
    site: Elsewhere, status: int
) -> None:
    source, own = SourceFactory(address=HERE), published()
    gather(source, said("X2", HERE), said("X3", HERE), cursor="1-9")
    keys = dict(Gathered.objects.values_list("code", "pk"))
    site.pages |= {"1-9": status, "": page(said("X2", HERE), cursor="1-1", has_more=True)}
    site.pages["1-1"] = page(said("X4", HERE), cursor="1-2")

    read(source, site, most_pages=2)
    assert Gathered.objects.count() == 2  # not at the end yet: nothing is dropped
    read(source, site)

    assert dict(Gathered.objects.values_list("code", "pk")).keys() == {"X2", "X4"}
    assert Gathered.objects.get(code="X2").pk == keys["X2"]
    assert PublicChange.objects.get(activity=keys["X3"]).is_noted
    assert Activity.objects.filter(pk=own.pk).exists()
    assert (source.fault, source.cursor, source.is_round_open) == ("", "1-2", False)


def test_a_source_is_read_through_again_every_week(site: Elsewhere, clock: Clock) -> None:
    source = SourceFactory(address=HERE)
    site.pages[""] = page(said("X2", HERE), said("X3", HERE), cursor="1-9")
    read(source, site)
    site.pages |= {"1-9": page(cursor="1-9"), "": page(said("X2", HERE), cursor="1-9")}
    assert read(source, site).held.count() == 2

    clock.set(datetime(2024, 8, 28, 9))
    read(source, site)

    assert [one.code for one in source.held.all()] == ["X2"]


@pytest.mark.parametrize(
    "odd", [said("X3", HERE, title=""), {"change": "renamed", "code": "X3"}, said("X3", HERE, origin={})]
)
def test_what_cannot_be_read_any_more_stays_as_it_was_read_last(
    site: Elsewhere, clock: Clock, odd: dict[str, Any]
) -> None:
    source = SourceFactory(address=HERE)
    site.pages[""] = page(said("X2", HERE), said("X3", HERE), cursor="1-9")
    read(source, site)
    site.pages |= {"1-9": page(cursor="1-9"), "": page(said("X2", HERE), odd, cursor="1-9")}

    clock.set(datetime(2024, 8, 28, 9))
    read(source, site)

    assert set(Activity.objects.values_list("title", flat=True)) == {"活动X2", "活动X3"}
    assert source.unreadable == ["X3"]


@pytest.mark.parametrize("has_opened", [True, False])
def test_a_source_of_an_edition_that_is_over_is_read_once_a_day(site: Elsewhere, has_opened: bool) -> None:
    source = SourceFactory(address=HERE, edition__is_current=False, edition__was_current=True)
    site.pages[""] = page(cursor="1-1" if has_opened else "")

    read(source, site)

    assert source.due_at and source.checked_at
    assert source.due_at - source.checked_at == timedelta(days=1)


def test_a_source_of_an_edition_in_preparation_is_read_at_the_pace_of_the_current_one(
    site: Elsewhere,
) -> None:
    source = SourceFactory(address=HERE, edition__is_current=False, edition__was_current=False)

    read(source, site)

    assert source.due_at and source.checked_at and source.due_at - source.checked_at == EVERY


def test_the_sources_of_an_edition_are_due_when_it_becomes_the_current_one(
    cast: Cast, site: Elsewhere, django_capture_on_commit_callbacks: Any
) -> None:
    next_one = EditionFactory(
        code="sz-2025", year=2025, is_current=False, was_current=True, office=cast.edition.office
    )
    source = SourceFactory(edition=next_one, address=HERE)
    paused = SourceFactory(edition=next_one, state=State.PAUSED)
    site.pages["1-1"] = page(cursor="1-1")
    read(source, site)
    assert reading.read_due(**site.door()) == 0

    with django_capture_on_commit_callbacks(execute=True):
        renewal.switch(next_one, by=cast.office)

    assert reading.read_due(**site.door()) == 1
    paused.refresh_from_db()
    assert paused.due_at is None


def test_a_crash_between_two_pages_loses_nothing_and_writes_nothing_twice(site: Elsewhere) -> None:
    source = SourceFactory(address=HERE)
    site.pages[""] = page(said("X2", HERE), cursor="1-1", has_more=True)

    site.pages["1-1"] = b"cut off"
    read(source, site)
    assert (source.cursor, source.fault, Activity.objects.count()) == ("1-1", "no-programme", 1)

    site.pages["1-1"] = page(said("X3", HERE), cursor="1-2")
    read(source, site)
    assert Activity.objects.count() == 2 and len(site.asked) == 3


def test_an_answer_that_is_too_big_is_asked_for_by_halves(
    site: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(address=HERE)
    monkeypatch.setattr(reading, "LIMITS", reading.fetch.Limits(most_bytes=50_000))
    site.pages[""] = lambda query: (
        page(said("X2", HERE, description="长" * 9_000), cursor="1-1")
        if int(query["limit"][0]) > 50
        else page(cursor="1-1")
    )

    read(source, site)

    assert (source.fault, source.page_size) == ("", 50)


def test_two_processes_do_not_read_one_source_at_once(site: Elsewhere) -> None:
    source = due(SourceFactory(address=HERE))
    site.pages[""] = page(cursor="1-1")
    stale = Source.objects.get(pk=source.pk)

    assert reading.read(source, **site.door())
    assert not reading.read(stale, **site.door())


def test_a_source_that_moved_waits_until_somebody_says_that_it_is_the_same(
    cast: Cast, site: Elsewhere
) -> None:
    source, new = SourceFactory(edition=cast.edition, address=HERE), "http://new.example.org"
    gather(source, said("X2", HERE), cursor="1-1")
    code = Activity.objects.get().code
    site.pages["1-1"] = page(said("X2", new, title="新址"), cursor="1-2")

    read(source, site)
    assert (source.fault, source.moved_to) == ("moved", new)
    assert Activity.objects.get().title == "活动X2"
    subscribing.accept_move(source, by=cast.office)
    read(source, site)

    assert source.fault == ""
    assert (Activity.objects.get().title, Activity.objects.get().code) == ("新址", code)


def test_who_a_source_is_and_which_edition_it_has_is_learned_where_the_first_look_found_nothing(
    site: Elsewhere,
) -> None:
    source = SourceFactory(address=HERE, unlearned=True)
    site.pages[""] = page(cursor="1-1")
    assert read(source, site).instance == ""
    site.pages["1-1"] = page(said("X2", HERE), cursor="1-2")
    read(source, site)
    assert (source.instance, source.there) == (HERE, "there-2024")

    site.pages["1-2"] = page(said("X3", "http://other.example.org"), cursor="1-3")
    read(source, site)

    assert (source.fault, source.moved_to) == ("moved", "http://other.example.org")
    assert [one.code for one in source.held.all()] == ["X2"]


def test_of_two_that_a_source_of_which_nothing_is_known_calls_itself_neither_is_taken(
    site: Elsewhere,
) -> None:
    source = SourceFactory(address=HERE, unlearned=True)
    site.pages[""] = page(said("X2", HERE), said("X3", "http://other.example.org"))

    assert read(source, site).fault == "moved"
    assert source.instance == "" and not Activity.objects.exists()


def test_only_the_office_says_that_a_source_passes_on(cast: Cast, site: Elsewhere) -> None:
    other = said("P1", HERE, known_as="X9", first="http://zh.example.org", city="珠海", through=[HERE])
    site.pages[""] = page(said("X2", HERE), other)

    source = added(cast, site)

    assert source.passes_on is False
    assert (source.trial["activities"], source.trial["passed_on"]) == (2, 1)


def test_a_source_that_calls_itself_as_before_again_has_not_moved(site: Elsewhere) -> None:
    source = SourceFactory(address=HERE, instance=HERE)
    site.pages[""] = page(said("X2", "http://wrong.example.org"))
    assert read(source, site).moved_to == "http://wrong.example.org"

    site.pages[""] = page(said("X2", HERE))

    assert read(source, site).moved_to == "" and source.fault == ""


def test_a_withdrawn_source_leaves_and_nothing_else_does(cast: Cast, site: Elsewhere) -> None:
    source, other = SourceFactory(edition=cast.edition, address=HERE), SourceFactory(edition=cast.edition)
    own = published(edition=cast.edition)
    gather(source, said("X2", HERE), said("X3", HERE))
    gather(other, said("Y2", other.address, city="珠海"))
    code = Activity.objects.get(gathered__code="X2").code

    subscribing.withdraw(source, by=cast.office)
    reading.read_due(**site.door())

    left = Activity.objects.exclude(pk=own.pk).get()
    assert left.gathered.code == "Y2"
    assert Venue.objects.filter(city="广州").count() == 0 and Venue.objects.filter(city="珠海").count() == 1
    assert clearing.left_over(source) == 0 and site.asked == []
    subscribing.start(source, by=cast.office)
    gather(Source.objects.get(pk=source.pk), said("X2", HERE))
    assert Activity.objects.get(gathered__code="X2").code == code


def test_a_source_that_is_started_while_it_is_taken_out_is_read_again(
    cast: Cast, site: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE))
    subscribing.withdraw(source, by=cast.office)
    sweep = clearing.sweep

    def started_meanwhile(*given: Any) -> Any:
        subscribing.start(Source.objects.get(pk=source.pk), by=cast.office)
        return sweep(*given)

    monkeypatch.setattr(clearing, "sweep", started_meanwhile)
    reading.read_due(**site.door())
    source.refresh_from_db()

    assert source.state == State.ON and source.due_at is not None


def test_what_is_read_again_after_it_was_taken_out_reaches_followers_last(
    cast: Cast, client: Client, clock: Clock
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE))
    subscribing.withdraw(source, by=cast.office)
    clearing.sweep(Source.objects.get(pk=source.pk))
    subscribing.start(Source.objects.get(pk=source.pk), by=cast.office)
    gather(Source.objects.get(pk=source.pk), said("X2", HERE))

    clock.set(datetime(2024, 8, 25, 9))
    rows = client.get("/api/v1/programme/changes").json()["results"]

    assert rows[-1]["change"] == "upsert" and len({row["code"] for row in rows}) == 1


def test_a_paused_source_takes_the_place_of_none_that_is_due(cast: Cast, site: Elsewhere) -> None:
    for number in range(reading.AT_A_TIME):
        due(SourceFactory(edition=cast.edition, address=f"http://p{number}.example.org", state=State.PAUSED))
    source = SourceFactory(edition=cast.edition, address=HERE)
    Source.objects.filter(pk=source.pk).update(due_at=datetime.fromisoformat("2024-08-19T00:00:00+00:00"))
    site.pages[""] = page(said("X2", HERE))

    assert reading.read_due(**site.door()) == 1


def test_what_nobody_expected_of_one_source_is_its_own_fault(
    cast: Cast, site: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    site.pages[""] = page(said("X2", HERE))

    def odd(*_given: Any) -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(taking, "take", odd)
    read(source, site)

    assert (source.fault, source.failures) == ("unexpected", 1)
    assert "%" not in fault_words.fault(source.fault, source.fault_values)


def test_a_city_that_is_not_open_yet_is_looked_for_as_often_as_others(site: Elsewhere) -> None:
    source = SourceFactory(address=HERE)
    site.pages[""] = page(cursor="")

    for _n in range(3):
        read(source, site)

    assert source.due_at and source.checked_at
    assert (source.due_at - source.checked_at, source.failures, source.fault) == (EVERY, 0, "not-open")


def test_what_another_source_has_too_comes_from_there_when_the_first_is_withdrawn(
    cast: Cast, site: Elsewhere
) -> None:
    city = SourceFactory(edition=cast.edition, address=HERE)
    province = SourceFactory(edition=cast.edition, address="http://gd.example.org", passes_on=True)
    passed_on = said(
        "P1", "http://gd.example.org", known_as="X2", first=HERE, through=["http://gd.example.org"]
    )
    gather(city, said("X2", HERE))
    gather(province, passed_on, cursor="1-5")

    subscribing.withdraw(city, by=cast.office)
    clearing.sweep(Source.objects.get(pk=city.pk))
    site.pages[""] = page(passed_on, cursor="1-5")
    reading.read(Source.objects.get(pk=province.pk), **site.door())

    assert Gathered.objects.get().source == province


@pytest.fixture
def city_and_province(cast: Cast, site: Elsewhere) -> tuple[Source, Source]:
    """An activity of the first, which the second passes on."""
    city = SourceFactory(edition=cast.edition, address=HERE)
    province = SourceFactory(edition=cast.edition, address="http://gd.example.org", passes_on=True)
    passed_on = said(
        "P1", "http://gd.example.org", known_as="X2", first=HERE, through=["http://gd.example.org"]
    )
    gather(city, said("X2", HERE))
    gather(province, passed_on, cursor="1-5")
    site.pages |= {"": page(passed_on, cursor="1-5"), "1-5": page(cursor="1-5")}
    return city, province


def test_what_is_read_while_a_withdrawn_source_is_swept_is_taken_over_and_stays(
    cast: Cast, site: Elsewhere, city_and_province: tuple[Source, Source]
) -> None:
    city, province = city_and_province
    code = Activity.objects.get().code
    subscribing.withdraw(city, by=cast.office)

    reading.read(Source.objects.get(pk=province.pk), **site.door())
    clearing.sweep(Source.objects.get(pk=city.pk))

    assert Gathered.objects.get().source == province
    assert Activity.objects.get().code == code


def test_a_source_that_was_paused_brings_what_it_left_to_a_withdrawn_one_when_it_goes_on(
    cast: Cast, site: Elsewhere, city_and_province: tuple[Source, Source]
) -> None:
    city, province = city_and_province
    subscribing.pause(province, by=cast.office)
    subscribing.withdraw(city, by=cast.office)
    reading.read_due(**site.door())
    assert not Gathered.objects.exists() and site.asked == []

    subscribing.resume(province, by=cast.office)
    reading.read_due(**site.door())

    assert Gathered.objects.get().source == province


def test_a_district_that_was_guessed_wrong_leaves_nothing_undecided_behind(
    cast: Cast, site: Elsewhere
) -> None:
    wrong, right = (
        DistrictFactory(code="gz", name="广州市"),
        DistrictFactory(code="fs", name="佛山市"),
    )
    tianhe, nanhai, left = ({"code": code, "name": name} for code, name in
                            (("th", "天河区"), ("nh", "南海区"), ("xx", "别处")))  # fmt: skip
    site.pages[""] = page(
        *(said(f"X{n}", HERE, district=one) for n, one in enumerate((tianhe, nanhai, left)))
    )
    source = added(cast, site)
    assert source.district == wrong
    states = Counterpart.State
    assert {one.state for one in source.counterparts.all()} == {states.WITHIN}
    subscribing.correspond(source, {source.counterparts.get(code="xx").pk: right}, by=cast.office)
    nanhai_here = DistrictFactory(code="nanhai", name="南海")

    subscribing.change(source, {"district": None}, by=cast.office)

    found = {one.code: (one.state, one.district) for one in source.counterparts.select_related("district")}
    assert found == {
        "th": (states.WAITING, None),
        "nh": (states.WAITING, nanhai_here),
        "xx": (states.DECIDED, right),
    }
    subscribing.change(source, {"district": right}, by=cast.office)
    assert {one.code: one.state for one in source.counterparts.all()} == {
        "th": states.WITHIN, "nh": states.WITHIN, "xx": states.DECIDED,
    }  # fmt: skip
    assert subscribing.correspond(source, dict.fromkeys(
        source.counterparts.filter(state=states.WITHIN).values_list("pk", flat=True)), by=cast.office) == 0  # fmt: skip


def test_a_decision_about_a_word_of_a_paused_source_holds_when_it_goes_on(
    cast: Cast, site: Elsewhere
) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    terms = {"audience": [{"code": "elders", "name": "老人"}]}
    site.pages |= {"": page(said("X2", HERE, terms=terms), cursor="1-1"), "1-1": page(cursor="1-1")}
    read(source, site)
    ours = TermFactory(taxonomy=cast.edition.taxonomies.get(code="audience"), code="seniors")
    subscribing.pause(source, by=cast.office)

    subscribing.correspond(source, {source.counterparts.get().pk: ours}, by=cast.office)
    assert reading.read_due(**site.door()) == 0
    subscribing.resume(source, by=cast.office)
    reading.read_due(**site.door())

    assert [term.code for term in Activity.objects.get().terms.all()] == ["seniors"]


def test_a_paused_source_of_which_a_move_is_accepted_stays_paused(cast: Cast, site: Elsewhere) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    site.pages[""] = page(said("X2", "http://new.example.org"))
    read(source, site)
    subscribing.pause(source, by=cast.office)

    subscribing.accept_move(source, by=cast.office)

    source.refresh_from_db()
    assert (source.instance, source.state, source.due_at) == ("http://new.example.org", State.PAUSED, None)


def test_a_decision_about_a_word_reaches_what_is_here_already(cast: Cast, site: Elsewhere) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    terms = {"audience": [{"code": "elders", "name": "老人"}, {"code": "babies", "name": "宝宝"}]}
    site.pages[""] = page(said("X2", HERE, terms=terms), cursor="1-1")
    read(source, site)
    elders, babies = (source.counterparts.get(code=code) for code in ("elders", "babies"))
    ours = TermFactory(taxonomy=cast.edition.taxonomies.get(code="audience"), code="seniors")

    assert subscribing.correspond(source, {elders.pk: ours, babies.pk: None}, by=cast.office) == 2
    source.refresh_from_db()
    reading.read(source, **site.door())

    assert [term.code for term in Activity.objects.get().terms.all()] == ["seniors"]
    assert Gathered.objects.get().waiting == []
    assert subscribing.correspond(source, {elders.pk: ours, babies.pk: None}, by=cast.office) == 0


def test_a_paused_source_keeps_what_it_gave_and_is_not_asked(cast: Cast, site: Elsewhere) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE), cursor="1-1")

    subscribing.pause(source, by=cast.office)

    assert reading.read_due(**site.door()) == 0
    assert Activity.objects.count() == 1
    subscribing.resume(source, by=cast.office)
    site.pages["1-1"] = page(gone("X2"), cursor="1-2")
    assert reading.read_due(**site.door()) == 1
    assert not Activity.objects.exists()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_fails_and_names_what_gave_nothing(
    cast: Cast, site: Elsewhere, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    good = SourceFactory(edition=cast.edition, address=HERE, name="广州")
    SourceFactory(edition=cast.edition, address="http://10.0.0.1", name="珠海")
    SourceFactory(edition=cast.edition, name="佛山", state=State.PAUSED)
    read_one = reading.read
    monkeypatch.setattr(reading, "read", lambda one, **more: read_one(one, **(more | site.door())))
    site.pages[""] = page(said("X2", HERE), cursor="1-1")
    resolve = site.resolve
    monkeypatch.setattr(
        site, "resolve", lambda host, port: [host] if host == "10.0.0.1" else resolve(host, port)
    )

    def status(*names: str) -> tuple[int, list[str]]:
        complaints = StringIO()
        try:
            call_command("federation", "read", *names, "--format", form, stdout=StringIO(), stderr=complaints)
        except SystemExit as end:
            return int(end.code or 0), complaints.getvalue().splitlines()
        return 0, complaints.getvalue().splitlines()

    code, lines = status()
    assert (code, [line[:2] for line in lines]) == (1, ["珠海"])
    assert good.held.count() == 1
    site.pages["1-1"] = page(cursor="1-1")
    assert status("广州") == (0, [])
    code, lines = status("佛山")
    assert (code, lines) == (1, ["佛山：没有读取：它不在聚合中，或者另一个进程正在读取。"])


def test_the_command_lists_and_removes(cast: Cast) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE, name="广州")
    gather(source, said("X2", HERE))

    def said_by(*arguments: str) -> Any:
        out = StringIO()
        call_command("federation", *arguments, "--format", "json", stdout=out)
        return json.loads(out.getvalue())

    [row] = said_by("list")
    assert (row["name"], row["activities"], row["state"]) == ("广州", 1, "on")
    [row] = said_by("remove", "广州")
    assert (row["activities"], row["state"]) == (0, "withdrawn")
