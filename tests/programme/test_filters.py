"""Filters that a family asks by: age, seats, accessibility, language, near me; and that every count is right."""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils.http import urlencode

from kepuyue.activities.free_text import LANGUAGES
from kepuyue.activities.models import AccessItem, Activity, Admission, BookingMode, Mode, Session, State
from kepuyue.core.geo import Point, metres_between
from kepuyue.programme.asked import SHORTCUTS, span
from kepuyue.programme.forms import FilterForm, vocabulary
from kepuyue.programme.search import AGES, RADII, Query, Result, search
from tests.factories import DistrictFactory, EditionFactory, SessionFactory, VenueFactory
from tests.programme.given import announce, published
from tests.programme.test_three_views import main, moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
AT = datetime(2024, 9, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
HERE = Point(114.058, 22.543)
ALL_LISTS = ("/activities/", "/activities/?view=calendar&date_from=2024-09-14&date_to=2024-09-20")


def ask(**query: Any) -> Result:
    edition = EditionFactory()
    return search(edition, Query(**query), at=AT, taxonomy_of=vocabulary(edition).taxonomy_of)


def titles(result: Result) -> list[str]:
    names = dict(Activity.objects.values_list("pk", "title"))
    return [names[match.entry.pk] for match in result.matches]


def north(kilometres: float) -> Point:
    """A point so far to the north of here."""
    return Point(HERE.lng, HERE.lat + kilometres / 111.2)


def at_place(point: Point | None, *, day: int = 15, hour: int = 10, **facts: Any) -> Activity:
    activity = published(sessions=0, **facts)
    add_session(activity, point, day=day, hour=hour)
    return activity


def add_session(
    activity: Activity, point: Point | None, *, day: int = 15, hour: int = 10, **facts: Any
) -> Session:
    venue = VenueFactory(lng=point.lng, lat=point.lat) if point else None
    session: Session = SessionFactory(
        activity=activity, venue=venue, starts_at=moment(day, hour), ends_at=moment(day, hour + 1), **facts
    )
    announce(activity)
    return session


def test_an_age_finds_whom_it_asks_in_and_what_sets_no_limit(client: Client) -> None:
    published(title="小学课堂", age_min=6, age_max=12)
    published(title="少年夜校", age_min=9)
    published(title="亲子剧场", age_max=8)
    published(title="科普大集")

    assert set(titles(ask(ages=frozenset([8])))) == {"小学课堂", "亲子剧场", "科普大集"}
    assert set(titles(ask(ages=frozenset([12])))) == {"小学课堂", "少年夜校", "科普大集"}
    assert set(titles(ask(ages=frozenset([3, 40])))) == {"亲子剧场", "少年夜校", "科普大集"}
    counts = ask(ages=frozenset([8]), free=False).counts["age"]
    assert (counts[3], counts[6], counts[8], counts[9]) == (2, 3, 3, 3)
    page = main(client, "/activities/?age=8")
    assert "6–12岁" in page and "8岁以下" in page and "年龄不限" in page and "少年夜校" not in page
    assert "年龄不限" not in main(client, "/activities/")


def test_seats_are_those_of_a_session_to_come_on_the_asked_days(client: Client) -> None:
    full = at_place(None, title="满了的课")
    Session.objects.filter(activity=full).update(is_full=True)
    later = at_place(None, title="周日满周一有", day=15)
    Session.objects.filter(activity=later).update(is_full=True)
    add_session(later, None, day=16)
    at_place(None, title="有座的课")
    at_place(None, title="早上已过", day=14, hour=7)
    waits = at_place(None, title="改期待定")
    Session.objects.filter(activity=waits).update(is_postponed=True)
    at_place(None, title="取消了", state=State.CANCELLED)
    published(title="没有日子", sessions=0)

    assert set(titles(ask(seats=True))) == {"周日满周一有", "有座的课"}
    assert titles(ask(seats=True, first=date(2024, 9, 15), last=date(2024, 9, 15))) == ["有座的课"]
    assert ask().counts["seats"][True] == 2
    assert ask(first=date(2024, 9, 15), last=date(2024, 9, 15)).counts["seats"][True] == 1
    # Said on the card of what is full, in the list and by the hour
    assert re.search(r"status--idle.*?已约满", main(client, "/activities/?q=满了的课"))
    assert "部分场次已约满" in main(client, "/activities/?q=周日满周一有")
    day = main(client, "/activities/?view=calendar&date_from=2024-09-15&date_to=2024-09-15")
    assert day.count("已约满") == 2
    day = main(client, "/activities/?view=calendar&date_from=2024-09-15&date_to=2024-09-16&seats=1")
    assert "满了的课" not in day and day.count("周日满周一有") == 1


def test_accessibility_is_asked_by_item_or_as_anything_that_is_said(client: Client) -> None:
    published(title="轮椅可进", accessibility_items=["wheelchair", "quiet_hour"])
    published(title="手语场", accessibility_items=["sign_language"], languages="普通话")
    published(title="只有说明", accessibility="西门有人接")
    published(title="没说", accessibility=" ")

    assert set(titles(ask(access=frozenset(["any"])))) == {"轮椅可进", "手语场", "只有说明"}
    assert titles(ask(access=frozenset(["wheelchair"]))) == ["轮椅可进"]
    assert ask().counts["access"] == {"any": 3, "wheelchair": 1, "quiet_hour": 1, "sign_language": 1}
    # Who signs is found by language too
    assert titles(ask(languages=frozenset(["sign"]))) == ["手语场"]
    page = main(client, f"/activities/{Activity.objects.get(title='轮椅可进').code}/")
    assert "轮椅可进出、安静时段" in page


def test_languages_are_read_out_of_what_the_unit_wrote() -> None:
    published(title="双语", languages="中英双语")
    published(title="粤语", languages="粤语（广东话）")
    published(title="没写")

    assert set(titles(ask(languages=frozenset(["english", "cantonese"])))) == {"双语", "粤语"}
    assert ask().counts["language"] == {"mandarin": 1, "english": 1, "cantonese": 1}


def test_near_comes_first_by_the_nearest_place_and_a_radius_leaves_the_rest_out() -> None:
    at_place(north(8), title="八公里")
    at_place(north(1), title="一公里", day=20)
    two_places = at_place(north(30), title="两处")
    add_session(two_places, north(4), day=18)
    at_place(None, title="不知道在哪")
    at_place(north(0.5), title="线上", mode=Mode.ONLINE)

    near = ask(near=HERE)
    assert titles(near) == ["线上", "一公里", "两处", "八公里", "不知道在哪"]
    assert near.counts["within"] == {2: 2, 5: 3, 10: 4}
    assert titles(ask(near=HERE, within=5)) == ["线上", "一公里", "两处"]
    assert [round(match.metres or 0, -2) for match in near.matches[:3]] == [500, 1000, 4000]
    # On a day when it is at its far place only, it is far
    day = ask(near=HERE, within=5, first=date(2024, 9, 15), last=date(2024, 9, 15))
    assert titles(day) == ["线上"]
    # The seat has to be where it is near
    Session.objects.filter(venue__lat__lt=north(5).lat, activity=two_places).update(is_full=True)
    announce(two_places)
    Activity.objects.filter(pk=two_places.pk).update(version=2)
    assert "两处" not in titles(ask(near=HERE, within=5, seats=True))
    assert "两处" in titles(ask(near=HERE, within=5)) and "两处" in titles(ask(near=HERE, seats=True))


def test_the_nearest_place_and_the_way_stand_on_the_card(client: Client) -> None:
    activity = at_place(north(30), title="两处")
    session = add_session(activity, north(1.24), day=18)
    assert session.venue

    page = main(client, "/activities/?near=22.543,114.058")

    assert "约1.2公里" in page and session.venue.name in page
    assert "约1.2公里" not in main(client, "/activities/")
    assert "About 1.2 km" in main(client, "/activities/?near=22.543,114.058", **{"accept-language": "en"})


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("22.543,114.058", HERE),
        ("22.54349999,114.0580001", Point(114.058, 22.543)),
        (" 22.543, 114.058 ", HERE),
        ("-33.9,18.4", Point(18.4, -33.9)),
        ("futian", Point(114.0459, 22.5437)),
        ("福田区", Point(114.0459, 22.5437)),
        ("", None), ("91,10", None), ("10,181", None), ("nan,nan", None), ("1e3,1", None), ("22.5", None),
        ("22.5;114", None), ("２２,１１４", None), ("火星", None), ("22.5,114,3", None),
    ],
)  # fmt: skip
def test_a_place_is_two_numbers_or_a_district_and_never_exact_to_the_house(
    text: str, point: Point | None
) -> None:
    DistrictFactory(lng=114.0459, lat=22.5437)
    form = FilterForm({"near": text, "within": "5"}, vocabulary=vocabulary(EditionFactory()))

    assert form.query().near == point and form.query().within == (5 if point else 0)
    assert bool(form.remarks) == (point is None and bool(text))


@pytest.mark.parametrize(
    "address", ["age=x", "age=121", "age=-1", "within=3", "language=klingon", "access=all", "near=x"]
)
def test_what_is_not_understood_is_remarked_on_the_page_and_refused_to_machines(
    client: Client, address: str
) -> None:
    published(title="湿地")

    assert "湿地" in main(client, f"/activities/?{address}")
    assert client.get(f"/feeds/activities.ics?{address}").status_code == 422
    answer = client.get(f"/api/v1/activities?{address}")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["parameter"] == address.partition("=")[0] and "可用的值" in error["detail"]


FAMILY = "age=8&seats=1&access=wheelchair&language=english&near=22.543,114.058&within=5&free=1&date_from=2024-09-15"


def test_list_map_calendar_feeds_and_interface_give_the_same(client: Client) -> None:
    wanted = {
        "age_min": 6, "age_max": 10, "accessibility_items": ["wheelchair"], "languages": "English",
        "admission": Admission.FREE,
    }  # fmt: skip
    at_place(north(1), title="正合适", **wanted)
    for name, value in {
        "age_min": 9,
        "accessibility_items": [],
        "languages": "",
        "admission": "paid",
    }.items():
        at_place(north(1), title=f"差{name}", **wanted | {name: value})
    at_place(north(6), title="差远近", **wanted)
    at_place(north(1), title="差日子", day=14, hour=12, **wanted)
    full = at_place(north(1), title="差名额", **wanted)
    Session.objects.filter(activity=full).update(is_full=True)

    answer = client.get(f"/api/v1/activities?{FAMILY}").json()
    assert [row["title"] for row in answer["results"]] == ["正合适"]
    for form in ("ics", "atom", "json", "csv", "xml"):
        text = client.get(f"/feeds/activities.{form}?{FAMILY}").content.decode()
        assert "正合适" in text and "差" not in text.replace("时差", ""), form
    for view in ("list", "map", "calendar"):
        page = main(client, f"/activities/?{FAMILY}&view={view}")
        assert "<b>1</b>项活动" in page and "差" not in page, view
    marks = client.get(f"/map/places/?{FAMILY}").json()["marks"]
    assert [mark["count"] for mark in marks] == [1]
    # Every condition can be taken back by a chip, and the address says it all
    page = main(client, f"/activities/?{FAMILY}")
    chosen = page.split("results__chosen")[1].split("</div>")[0]
    for word in ("8岁", "还有名额", "轮椅可进出", "英语", "我的位置附近", "5公里以内", "免费"):
        assert word in chosen, word
    assert len(re.findall(r'class="chip"', chosen)) == 8


def test_taking_back_the_place_takes_back_the_radius_and_a_district_serves_as_one(client: Client) -> None:
    DistrictFactory(code="nanshan", name="南山区", lng=113.93, lat=22.53)
    published(title="湿地")
    page = main(client, "/activities/?near=nanshan&within=2&free=")
    off = re.search(r'href="(\?[^"]*)" aria-current="true">南山区附近', page)

    assert off and "within" not in off[1] and "near" not in off[1]
    assert "福田区附近" not in page  # its position is not known


def test_full_is_said_in_every_format(client: Client) -> None:
    activity = at_place(north(1), title="满了")
    Session.objects.filter(activity=activity).update(is_full=True, full_stated_at=AT)
    announce(activity)

    [row] = client.get("/api/v1/activities").json()["results"]
    [session] = row["sessions"]
    assert (session["is_full"], session["seats_left"]) == (True, 0)
    assert session["full_stated_at"] == "2024-09-14T10:00:00+08:00"
    assert "本场已约满" in client.get("/feeds/activities.ics").content.decode().replace("\r\n ", "")
    assert "已约满" in client.get("/feeds/activities.csv").content.decode()
    [item] = client.get("/feeds/activities.json").json()["items"]
    assert item["_kepuyue"]["sessions"][0]["is_full"] is True


def test_feed_of_some_days_tells_of_the_session_that_was_cancelled_on_them(client: Client) -> None:
    activity = at_place(None, title="一场取消", day=15)
    add_session(activity, None, day=20)
    Session.objects.filter(activity=activity, starts_at__day=15).update(is_cancelled=True)
    announce(activity)
    days = "date_from=2024-09-15&date_to=2024-09-15"

    text = client.get(f"/feeds/activities.ics?{days}").content.decode()
    assert text.count("BEGIN:VEVENT") == 1 and "STATUS:CANCELLED" in text
    # A page for people who plan does not offer it
    assert "一场取消" not in main(client, f"/activities/?{days}")
    assert client.get(f"/api/v1/activities?{days}").json()["count"] == 0
    assert (
        "一场取消"
        not in client.get("/feeds/activities.ics?date_from=2024-09-16&date_to=2024-09-16").content.decode()
    )


# What the counts say is what one gets ------------------------------------------------------------------------------

POINTS = [None, north(1), north(3), north(7), north(20)]


def city_of_chance(chance: random.Random) -> None:
    """Some thirty activities of all kinds, a few sessions each."""
    districts = [DistrictFactory(), DistrictFactory(code="nanshan", name="南山区"), None]
    venues = [VenueFactory(lng=point.lng, lat=point.lat) if point else None for point in POINTS]
    for number in range(30):
        activity = published(
            title=f"活动{number}", sessions=0, state=chance.choice([State.PUBLISHED] * 5 + [State.CANCELLED]),
            district=chance.choice(districts), mode=chance.choice(Mode.values),
            admission=chance.choice(Admission.values), booking_mode=chance.choice(BookingMode.values),
            age_min=chance.choice([None, 3, 8]), age_max=chance.choice([None, 9, 12]),
            languages=chance.choice(["", "普通话", "中英双语", "粤语"]),
            accessibility_items=chance.choice([[], ["wheelchair"], ["sign_language", "captions"]]),
            accessibility=chance.choice(["", "请提前联系"]), is_year_round=chance.random() < 0.1,
            terms=chance.choice([[], ["tier:district"], ["tier:department", "audience:children"], ["audience:adults"]]),
        )  # fmt: skip
        for _n in range(chance.choice([0, 1, 1, 2, 3])):
            start = moment(chance.randint(10, 20), chance.randint(0, 23))
            SessionFactory(
                activity=activity, venue=chance.choice(venues), starts_at=start,
                ends_at=start + timedelta(hours=chance.choice([1, 5, 30])), is_full=chance.random() < 0.4,
                is_cancelled=chance.random() < 0.15, is_postponed=chance.random() < 0.15,
            )  # fmt: skip


def query_of_chance(chance: random.Random, values: dict[str, list[Any]]) -> Query:
    """About a third of all filters set, each to one or two values."""

    def some(name: str) -> frozenset[Any]:
        return (
            frozenset(chance.sample(values[name], chance.choice([1, 2])))
            if chance.random() < 0.3
            else frozenset()
        )

    first = date(2024, 9, chance.randint(10, 18)) if chance.random() < 0.4 else None
    return Query(
        first=first, last=first and first + timedelta(days=chance.choice([0, 1, 5])),
        districts=some("district"), modes=some("mode"), bookings=some("booking"), free=chance.random() < 0.2,
        season=chance.choice(["", "", "", "month", "year"]), ages=some("age"), seats=chance.random() < 0.3,
        access=some("access"), languages=some("language"), near=HERE if chance.random() < 0.5 else None,
        within=chance.choice([0, *RADII]), terms={name: some(name) for name in ("tier", "audience")},
    )  # fmt: skip


def plainly(query: Query, edition: Any, terms: dict[int, tuple[str, int]]) -> set[int]:
    """The answer, asked of the rows one by one in the simplest words, without the catalogue or the search."""
    found = set()
    for activity in Activity.objects.prefetch_related("terms", "sessions__venue"):
        held = [
            one
            for one in activity.sessions.all()
            if not one.is_cancelled or activity.state == State.CANCELLED
        ]
        spans = {
            one: (one.starts_at.astimezone(edition.zone), one.ends_at.astimezone(edition.zone))
            for one in held
        }
        asked = [
            one for one, (start, end) in spans.items()
            if (not query.last or start.date() <= query.last)
            and (not query.first or (end - timedelta(seconds=1)).date() >= query.first)
        ]  # fmt: skip
        if query.first and not asked:
            continue
        fitting = [
            one for one in asked
            if not query.seats or (
                activity.state != State.CANCELLED and one.ends_at > AT and not one.is_full and not one.is_postponed
            )
        ]  # fmt: skip
        if query.seats and not fitting:
            continue
        if query.near and query.within:
            near = [
                one for one in fitting
                if one.venue and one.venue.lng is not None
                and metres_between(query.near, Point(one.venue.lng, one.venue.lat)) <= query.within * 1000
            ]  # fmt: skip
            if not near:
                continue
        in_month = any(
            edition.holds(start.date()) or edition.holds(end.date()) for start, end in spans.values()
        )
        season = "year" if activity.is_year_round or (spans and not in_month) else "month"
        items, note = activity.accessibility_items, activity.accessibility
        access = {*items, *(["any"] if items or note else [])}
        languages = {
            "": set(), "普通话": {"mandarin"}, "中英双语": {"mandarin", "english"}, "粤语": {"cantonese"},
        }[activity.languages] | ({"sign"} if "sign_language" in items else set())  # fmt: skip
        own = {terms[term.pk] for term in activity.terms.all()}
        if (
            (not query.districts or activity.district_id in query.districts)
            and (not query.modes or activity.mode in query.modes)
            and (not query.bookings or activity.booking_mode in query.bookings)
            and (not query.free or activity.admission == "free")
            and (not query.season or season == query.season)
            and (
                not query.ages
                or any((activity.age_min or 0) <= age <= (activity.age_max or 999) for age in query.ages)
            )
            and (not query.access or access & query.access)
            and (not query.languages or languages & query.languages)
            and all(not wanted or {(name, pk) for pk in wanted} & own for name, wanted in query.terms.items())
        ):
            found.add(activity.pk)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_count_is_what_one_gets_by_choosing_that_value_alone(seed: int) -> None:
    """Against a plain re-count, filter by filter: the others hold, its own choice does not."""
    chance = random.Random(seed)
    edition = EditionFactory()
    city_of_chance(chance)
    words = vocabulary(edition)
    terms = {
        term.pk: (taxonomy.code, term.pk) for taxonomy in words.taxonomies for term in taxonomy.terms.all()
    }
    by_taxonomy: dict[str, list[int]] = {}
    for name, pk in terms.values():
        by_taxonomy.setdefault(name, []).append(pk)
    values: dict[str, list[Any]] = {
        "district": [one.pk for one in words.districts], "mode": Mode.values, "booking": BookingMode.values,
        "age": list(AGES), "access": ["any", *AccessItem.values], "language": list(LANGUAGES),
        "tier": by_taxonomy["tier"], "audience": by_taxonomy["audience"],
    }  # fmt: skip
    for _round in range(4):
        query = query_of_chance(chance, values)
        result = search(edition, query, at=AT, taxonomy_of=words.taxonomy_of)
        assert {match.entry.pk for match in result.matches} == plainly(query, edition, terms)
        fields = {
            "district": "districts", "mode": "modes", "booking": "bookings", "age": "ages", "access": "access",
            "language": "languages",
        }  # fmt: skip
        for name, field in fields.items():
            for value in chance.sample(values[name], min(3, len(values[name]))):
                alone = replace(query, **{field: frozenset([value])})
                assert result.counts[name][value] == len(plainly(alone, edition, terms)), (name, value, query)
        for name in ("tier", "audience"):
            for pk in values[name]:
                alone = replace(query, terms=query.terms | {name: frozenset([pk])})
                assert result.counts[name][pk] == len(plainly(alone, edition, terms)), (name, pk, query)
        switches: Counter[str] = Counter(free=result.counts["free"][True], seats=result.counts["seats"][True])
        for name, counted in switches.items():
            assert counted == len(plainly(replace(query, **{name: True}), edition, terms)), (name, query)
        if query.near:
            for radius in RADII:
                counted = result.counts["within"][radius]
                assert counted == len(plainly(replace(query, within=radius), edition, terms)), (radius, query)
        for name in SHORTCUTS:
            first, last = span(name, AT.date())
            alone = replace(query, first=first, last=last)
            assert result.counts["when"][name] == len(plainly(alone, edition, terms)), (name, query)
        for season in ("month", "year"):
            assert result.counts["season"][season] == len(
                plainly(replace(query, season=season), edition, terms)
            )


def test_what_the_page_counts_is_what_the_next_page_holds(client: Client) -> None:
    city_of_chance(random.Random(7))
    page = main(client, f"/activities/?{urlencode({'near': '22.543,114.058', 'age': 9})}")
    links = re.findall(r'<a class="chip" href="([^"]*)">([^<]*)<span class="chip__count">(\d+)</span>', page)

    assert len(links) > 20
    for href, label, count in links[::3]:
        next_page = main(client, f"/activities/{href.replace('&amp;', '&')}")
        found = re.search(r"<b>(\d+)</b>项活动", next_page)
        assert found, label
        if (
            "age=9&" not in href.replace("&amp;", "&") + "&" or "岁" not in label
        ):  # a further age is an alternative
            assert found[1] == count, (label, href)
