from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kepuyue.activities.models import Activity, Admission, Mode, State
from kepuyue.editions.models import Synonym
from kepuyue.programme import catalogue
from kepuyue.programme.actions import indexing
from kepuyue.programme.forms import vocabulary
from kepuyue.programme.models import IndexedActivity
from kepuyue.programme.search import Query, Result, search
from tests.factories import (
    DistrictFactory,
    EditionFactory,
    ParticipationFactory,
    SessionFactory,
    VenueFactory,
)
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db
AT = datetime(2024, 9, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def ask(**query: Any) -> Result:
    edition = EditionFactory()
    return search(edition, Query(**query), at=AT, taxonomy_of=vocabulary(edition).taxonomy_of)


def titles(result: Result) -> list[str]:
    names = dict(Activity.objects.values_list("pk", "title"))
    return [names[match.entry.pk] for match in result.matches]


TITLES = [
    "华侨城湿地公园观鸟",
    "AI·创工作坊",
    "2024年全国科普日主会场",
    "湿度与地理",
    "光明区“5G”开放日（第2场）",
    "《神奇的超材料》",
]


@pytest.mark.parametrize("title", TITLES)
def test_every_two_neighbouring_characters_of_a_title_find_it(title: str) -> None:
    for other in TITLES:
        published(title=other)

    for start in range(len(title) - 1):
        word = title[start : start + 2]
        if all("\u4e00" <= character <= "\u9fff" for character in word):
            assert title in titles(ask(q=word)), word


def test_pairs_that_stand_apart_are_not_a_word() -> None:
    published(title="人工授粉和工业智能制造，工智能")
    published(title="人工智能体验")

    assert titles(ask(q="人工智能")) == ["人工智能体验"]


def test_title_comes_before_unit_and_place_before_text() -> None:
    published(title="四", description="这里说到湿地")
    venue = VenueFactory(name="湿地馆")
    placed = published(title="三", sessions=0)
    SessionFactory(activity=placed, venue=venue)
    announce(placed)
    published(title="二", host="湿地学会")
    published(title="湿地一")

    assert titles(ask(q="湿地")) == ["湿地一", "三", "二", "四"]


def test_what_only_a_synonym_finds_comes_last() -> None:
    Synonym.objects.create(edition=EditionFactory(), words=["人工智能", "AI"])
    published(title="AI课堂")
    published(title="其他", description="人工智能")

    assert titles(ask(q="人工智能")) == ["其他", "AI课堂"]


def test_pinyin_and_initials_find_titles_and_units() -> None:
    published(title="湿地观鸟", host="南山科协")
    published(title="航天讲座")

    assert titles(ask(q="shidi")) == ["湿地观鸟"]
    assert titles(ask(q="sdgn")) == ["湿地观鸟"]
    assert titles(ask(q="nanshan")) == ["湿地观鸟"]
    assert titles(ask(q="htjz")) == ["航天讲座"]


def test_all_words_must_be_there_in_whatever_field() -> None:
    published(title="观鸟", host="南山科协")
    published(title="观鸟")

    assert len(ask(q="观鸟 南山").matches) == 1


@pytest.mark.parametrize(
    "q", ['"', "'", "''); DROP TABLE x;--", "AND", "OR NOT NEAR(", "title:湿", "*", "\0湿地\0", "湿地*", "(", ":*A", "\\",
          "a" * 10_000, "湿" * 10_000, "\ud800", "湿\u200b地", "%", "_", "&|!<->"]
)  # fmt: skip
def test_hostile_words_find_nothing_or_something_but_never_fail(q: str) -> None:
    published(title="湿地")

    assert ask(q=q).activities in (0, 1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(q=st.text(max_size=40))
def test_any_text_can_be_asked(db: None, q: str) -> None:
    ask(q=q)


def test_a_very_long_or_strange_text_can_be_indexed() -> None:
    activity = published(
        title="湿地", description="".join(map(chr, range(0x20, 0xD7FF))) * 2 + "\u2028'\"\\:"
    )

    assert titles(ask(q="湿地")) == [activity.title]


@pytest.mark.parametrize(
    "state", [s for s in State if s not in (State.PUBLISHED, State.CANCELLED, State.ARCHIVED)]
)
def test_what_is_not_approved_is_never_found(state: State) -> None:
    activity = published(title="湿地", state=state)

    assert [*ask(q="湿地").matches] == [] and [*ask().matches] == []
    assert not IndexedActivity.objects.filter(pk=activity.pk).exists()


def test_an_archived_draft_is_never_found() -> None:
    activity = published(title="湿地", state=State.ARCHIVED, published_at=None)

    assert [*ask(q="湿地").matches] == [] and [*ask().matches] == []
    assert not IndexedActivity.objects.filter(pk=activity.pk).exists()


def test_the_index_follows_a_change() -> None:
    activity = published(title="湿地")

    activity.title, activity.version = "森林", 2
    activity.save()
    announce(activity)

    assert titles(ask(q="湿地")) == [] and titles(ask(q="森林")) == ["森林"]


def test_an_activity_of_another_edition_is_not_found() -> None:
    published(title="湿地", edition=EditionFactory(code="other", is_current=False))

    assert [*ask(q="湿地").matches] == []


def test_rebuilding_makes_the_index_anew_and_drops_what_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    gone, kept = published(title="湿地"), published(title="森林")
    IndexedActivity.objects.filter(pk=kept.pk).delete()
    Activity.objects.filter(pk=gone.pk).update(state=State.REJECTED)

    call_command("search-index", "rebuild")

    assert list(IndexedActivity.objects.values_list("pk", flat=True)) == [kept.pk]
    assert titles(ask(q="森林")) == ["森林"]
    assert "1 activities indexed" in capsys.readouterr().out


def test_rebuilding_an_unknown_edition_names_the_known_ones() -> None:
    EditionFactory()

    with pytest.raises(CommandError, match="shenzhen-2024"):
        call_command("search-index", "rebuild", edition="nope")


def test_what_is_next_comes_first_then_exhibitions_then_undated_then_what_is_over() -> None:
    over = published(title="已过", sessions=0)
    SessionFactory(activity=over, starts_at=AT.replace(day=2), ends_at=AT.replace(day=2, hour=11))
    undated = published(title="全年", sessions=0, is_year_round=True)
    exhibition = published(title="展览", sessions=0)
    SessionFactory(
        activity=exhibition, is_all_day=True,
        starts_at=AT.replace(day=1, hour=0), ends_at=AT.replace(day=30, hour=0),
    )  # fmt: skip
    later = published(title="后天", sessions=0)
    SessionFactory(activity=later, starts_at=AT.replace(day=16), ends_at=None)
    now_on = published(title="正在", sessions=0)
    SessionFactory(activity=now_on, starts_at=AT.replace(hour=9), ends_at=AT.replace(hour=12))

    result = ask()

    assert titles(result) == [one.title for one in (now_on, later, exhibition, undated, over)]
    assert [match.group for match in result.matches] == [
        "upcoming",
        "upcoming",
        "exhibition",
        "year_round",
        "past",
    ]


def test_filters_hold_together_and_counts_say_what_each_value_would_give() -> None:
    nanshan = DistrictFactory(code="nanshan", name="南山区")
    published(
        title="一", district=nanshan, mode=Mode.ONLINE, admission=Admission.FREE, terms=["tier:district"]
    )
    published(title="二", district=nanshan, terms=["tier:department", "audience:children"])
    published(title="三", terms=["tier:district", "audience:children"])
    published(title="四", city="广州", district=None)
    words = vocabulary(EditionFactory())
    tier = {term.code: term.pk for term in words.taxonomies[0].terms.all()}

    result = ask(districts=frozenset([nanshan.pk]), terms={"tier": frozenset([tier["district"]])})

    assert titles(result) == ["一"]
    assert result.counts["tier"] == {tier["district"]: 1, tier["department"]: 1}
    assert result.counts["district"] == {nanshan.pk: 1, DistrictFactory().pk: 1}
    assert result.counts["mode"] == {"online": 1}
    assert titles(ask(city="linked")) == ["四"]
    assert titles(ask(modes=frozenset(["online"]))) == ["一"]
    assert titles(ask(free=True)) == ["一"]
    assert ask().counts["city"] == {"own": 3, "linked": 1}
    assert ask().sessions == 4


def test_days_are_days_of_the_edition_and_a_night_touches_two() -> None:
    night = published(title="观星", sessions=0)
    SessionFactory(activity=night, starts_at=AT.replace(hour=22), ends_at=AT.replace(day=15, hour=1))
    till_midnight = published(title="午夜前", sessions=0)
    SessionFactory(activity=till_midnight, starts_at=AT.replace(hour=22), ends_at=AT.replace(day=15, hour=0))
    whole_day = published(title="全天", sessions=0)
    SessionFactory(
        activity=whole_day, is_all_day=True,
        starts_at=AT.replace(day=15, hour=0), ends_at=AT.replace(day=16, hour=0),
    )  # fmt: skip
    early = published(title="清晨", sessions=0)
    SessionFactory(activity=early, starts_at=AT.replace(day=16, hour=6), ends_at=None)

    def on(day: int) -> list[str]:
        return sorted(titles(ask(first=date(2024, 9, day), last=date(2024, 9, day))))

    assert on(14) == sorted(["观星", "午夜前"])
    assert on(15) == sorted(["观星", "全天"])
    assert on(16) == ["清晨"]


def test_a_cancelled_session_no_longer_counts_for_its_day() -> None:
    activity = published(title="一", sessions=2)
    first = activity.sessions.first()
    first.is_cancelled = True
    first.save()

    assert titles(ask(first=date(2024, 9, 14), last=date(2024, 9, 14))) == []
    assert titles(ask(first=date(2024, 9, 15))) == ["一"]


def test_the_catalogue_is_read_once_until_something_changes(django_assert_num_queries: Any) -> None:
    edition = EditionFactory()
    activity = published()
    catalogue.load(edition)

    with django_assert_num_queries(1):
        before = catalogue.load(edition)
    activity.version += 1
    activity.mode = Mode.ONLINE
    activity.save()

    assert next(before.entries_of(before.everything)).mode == "offline"
    assert next(catalogue.load(edition).entries_of(1)).mode == "online"


def test_indexing_twice_is_the_same_as_once() -> None:
    activity = published(title="湿地")
    ParticipationFactory(activity=activity, name="湿地学会")

    indexing.refresh(activity)
    indexing.refresh(activity)

    assert titles(ask(q="湿地学会")) == ["湿地"]


def test_own_city_comes_before_linked_ones_at_the_same_time() -> None:
    published(title="广州的讲座", city="广州", district=None)
    published(title="深圳的讲座")

    assert titles(ask()) == ["深圳的讲座", "广州的讲座"]
