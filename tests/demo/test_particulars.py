"""Ages, languages, access, fees and full sessions of the demonstration."""

from collections import Counter

import pytest
from django.test import Client

from kepuyue.activities.free_text import Ages
from kepuyue.activities.models import Activity, Session
from kepuyue.demo import moving, particulars
from kepuyue.imports.entries import Entry


@pytest.mark.parametrize(
    ("audience", "ages"),
    [
        ("小学生", Ages(6, 12)), ("中学生", Ages(12, 18)), ("小学生;中学生", Ages(6, 18)), ("老年人", Ages(60, None)),
        ("亲子家庭（20对）", Ages(3, 14)), ("公众", None), ("公众;青少年", None), ("中小学校长", None),
        ("大中小学生", None), ("中小学师生", None), ("", None),
    ],
)  # fmt: skip
def test_usual_ages(audience, ages):
    assert particulars.usual_ages(audience) == ages


def of(**facts):
    entry = Entry("", 2, **({"title": "科普讲座", "mode": "offline"} | facts))
    return particulars.particulars(entry, moving.plan(entry))


def test_what_the_source_says_is_taken_as_it_says_it():
    found = of(city="佛山", summary="3-12岁儿童免费参加，英文讲解，有手语翻译", audience="公众")

    assert found == {
        "age_min": 3, "age_max": 12, "languages": "英语、手语", "accessibility_items": ["sign_language"],
        "admission": "free",
    }  # fmt: skip


def test_of_another_city_nothing_is_set_that_its_source_does_not_say():
    assert of(city="佛山", summary="听讲座", audience="公众") == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("seeded")
@pytest.mark.xdist_group("seeded")
def test_every_filter_of_the_public_has_something_and_leaves_something_out():
    public = Activity.objects.published().filter(city="")
    all_ = public.count()

    for some in (
        public.filter(age_min__isnull=False),
        public.filter(admission="free"),
        public.exclude(languages=""),
        public.exclude(accessibility_items=[]),
    ):
        assert 10 < some.count() < 0.7 * all_
    assert Client().get("/api/v1/activities", {"seats": "1"}).json()["count"] > 0


@pytest.mark.django_db
@pytest.mark.usefixtures("seeded")
@pytest.mark.xdist_group("seeded")
def test_what_is_set_for_show_says_so():
    shown = Activity.objects.published().exclude(languages="")
    access = Activity.objects.published().exclude(accessibility_items=[])

    assert {text.startswith("演示：") for text in shown.values_list("languages", flat=True)} == {True}
    assert {text.startswith("演示：") for text in access.values_list("accessibility", flat=True)} == {True}


@pytest.mark.django_db
@pytest.mark.usefixtures("seeded")
@pytest.mark.xdist_group("seeded")
def test_some_sessions_are_full_and_their_activities_have_others():
    full = Session.objects.filter(is_full=True, activity__in=Activity.objects.published())
    by_activity = Counter(full.values_list("activity", flat=True))

    assert 5 <= len(by_activity) <= 40
    assert set(by_activity.values()) == {1}
    assert not full.filter(capacity=None).exists()
    assert all(Session.objects.filter(activity=pk, is_full=False).exists() for pk in by_activity)
