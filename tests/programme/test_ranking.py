"""What a text finds that nobody wrote quite so: by synonyms, apart, by its sound, with a slip, or for the most part."""

import csv
import json
from collections.abc import Iterable

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from bench.relevance import QUERIES, gain
from kepuyue.editions.models import Synonym
from kepuyue.programme import analysis
from kepuyue.programme.actions import indexing
from kepuyue.programme.models import IndexedWord
from tests.factories import EditionFactory
from tests.programme.given import published
from tests.programme.test_search import ask, titles

TITLES = (
    "第十个世界湿地日", "红树林探险家", "深圳市气象台公众开放", "簕杜鹃自然展", "英仙座流星雨观测", "仙湖植物园讲座",
    "民航博物馆飞行模拟与eVTOL讲解", "2024年宝安六五环境日", "海昌社区消防演练", "国家物理研究所沙龙",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("濕地", "第十个世界湿地日"),
        ("紅樹林探險", "红树林探险家"),
        ("气像台", "深圳市气象台公众开放"),
        ("簕杜娟", "簕杜鹃自然展"),
        ("仙湖直物园", "仙湖植物园讲座"),
        ("红树木", "红树林探险家"),
        ("看流星", "英仙座流星雨观测"),
        ("evtl", "民航博物馆飞行模拟与eVTOL讲解"),
        ("Evotl", "民航博物馆飞行模拟与eVTOL讲解"),
        ("二〇二四年宝安", "2024年宝安六五环境日"),
        ("宝安环境日", "2024年宝安六五环境日"),
        ("消防社区", "海昌社区消防演练"),
        ("想参加有没有观测流星的活动", "英仙座流星雨观测"),
    ],
)
def test_what_is_nearly_said_is_found_first(query: str, title: str) -> None:
    Synonym.objects.create(edition=EditionFactory(), words=["消防", "火灾"])
    for one in TITLES:
        published(title=one)

    assert titles(ask(q=query))[:1] == [title]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "有没有这个活动",
        "附近哪里好玩",
        "zzzz",
        "qxzy",
        "茶",
        "咖啡馆",
        "evil",
        "3721",
        "！？",
    ],
)
def test_what_nobody_offers_finds_nothing(query: str) -> None:
    for one in TITLES:
        published(title=one)

    assert titles(ask(q=query)) == []


@pytest.mark.django_db
def test_a_word_that_is_there_is_not_mended_and_finds_nothing_else() -> None:
    published(title="robot课堂")
    published(title="robots乐园")
    published(title="机气人课堂")
    published(title="机器人课堂")

    assert titles(ask(q="robots")) == ["robots乐园"]
    assert titles(ask(q="机气人")) == ["机气人课堂"]


@pytest.mark.django_db
def test_words_for_slips_are_made_anew_with_the_index() -> None:
    activity = published(title="eVTOL讲解")
    activity.title = "飞行讲解"
    activity.save()

    indexing.rebuild(activity.edition)

    assert not IndexedWord.objects.filter(word="evtol").exists()


@given(st.text("abc", min_size=4, max_size=8), st.data())
def test_every_slip_of_one_letter_is_one_and_no_two_are(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("xyz"))
    swapped = word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
    slips = {
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
    }

    assert all(analysis.is_slip(typed, word) for typed in {*slips, swapped} - {word})
    assert not analysis.is_slip(word, word)
    assert not analysis.is_slip("zz" + word, word)


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=5))
def test_no_query_breaks_the_ways_to_come_near(query: str, words: Iterable[str]) -> None:
    analysis.parted(query, words)
    terms = [
        *analysis.pieces(query),
        *(term for clause in analysis.by_ear(query) for way in clause for term in way.terms),
    ]

    assert not [term for term in terms if set(term.text) & set("'\"\\ *:()&|\0")]


def test_the_measure_rewards_what_is_meant_at_the_top() -> None:
    assert gain(["甲", "乙"], {"甲": 2, "乙": 1}) == 1
    assert gain(["乙", "甲"], {"甲": 2, "乙": 1}) < 1
    assert gain([], {"甲": 2}) == 0


def test_there_are_queries_enough_and_half_is_kept_aside() -> None:
    queries = json.loads(QUERIES.read_text(encoding="utf-8"))

    assert len(queries) >= 120
    assert abs(sum(one["half"] == "aside" for one in queries) * 2 - len(queries)) <= 1
    assert len({one["query"] for one in queries}) == len(queries)


def test_each_query_expects_what_there_is() -> None:
    path = settings.PROJECT_ROOT / "editions" / "shenzhen-2024" / "demo" / "activities.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        known = {row["title"].strip() for row in csv.DictReader(file)}

    for one in json.loads(QUERIES.read_text(encoding="utf-8")):
        assert one["hits"] and set(one["hits"]) <= known and set(one["hits"].values()) <= {1, 2}, one["query"]
