"""Content there and back: activity → content → activity, form → content → form."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kepuyue.activities import content as contents
from kepuyue.activities import forms
from kepuyue.activities.models import Activity, Session, State
from kepuyue.editions.models import Edition
from tests.factories import (
    ActivityFactory,
    EditionFactory,
    MarkFactory,
    SessionFactory,
    TermFactory,
    UnitFactory,
    VenueFactory,
    complete_content,
)


def without_numbers(content: contents.Content) -> contents.Content:
    return content | {"sessions": [entry | {"id": None} for entry in content["sessions"]]}


def full_content(edition: Edition) -> contents.Content:
    """Something in every field."""
    venue, mark = VenueFactory(), MarkFactory(edition=edition)
    text = complete_content()
    return text | {
        "title_en": "Why rockets fly", "description": "第一段\n第二段", "is_year_round": True, "is_key": True,
        "audience_note": "亲子家庭", "age_min": 6, "age_max": 12, "languages": "普通话", "accessibility": "有坡道",
        "accessibility_items": ["wheelchair"],
        "admission_note": "免费", "booking_url": "https://example.org/", "booking_note": "先到先得",
        "licence": "深公治〔2024〕1号", "public_phone": "12345", "dates_as_written": "九月中旬",
        "terms": ["audience:children", "tier:district"], "marks": [mark.code],
        "participations": [{"role": "host", "name": "福田区科学技术协会"}, {"role": "adviser", "name": "某局"}],
        "speakers": [{"name": "王院士", "introduction": "某所", "is_overseas": True}],
        "sessions": [text["sessions"][0] | {"venue": venue.pk, "note": "雨天顺延", "online_url": "https://live.example/"}],
    }  # fmt: skip


@pytest.mark.django_db
def test_content_written_reads_back_the_same() -> None:
    activity = ActivityFactory()
    text = full_content(activity.edition)

    contents.write(activity, text)

    assert without_numbers(contents.of(Activity.objects.get(pk=activity.pk))) == text


@pytest.mark.django_db
def test_content_of_every_field_has_a_label_and_a_place() -> None:
    text = contents.of(ActivityFactory())

    assert set(text) == set(contents.FIELDS) == set(contents.labels()) == set(contents.blank())
    assert set(contents.FIELDS) >= contents.REVIEWED


@pytest.mark.django_db
def test_content_of_a_new_activity_is_blank() -> None:
    edition, unit = EditionFactory(), UnitFactory(district=None)

    assert (
        contents.of(ActivityFactory(edition=edition, organization=unit, title="", district=None))
        == contents.blank()
    )


@pytest.mark.django_db
def test_content_written_in_part_leaves_the_rest() -> None:
    activity = ActivityFactory()
    contents.write(activity, full_content(activity.edition))
    before = contents.of(activity)

    contents.write(activity, {"title": "新名字"})

    assert contents.of(Activity.objects.get(pk=activity.pk)) == before | {"title": "新名字"}


@pytest.mark.django_db
def test_content_of_prefetched_activities_reads_without_queries(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        ActivityFactory(sessions=2, terms=["tier:district"])
    read = list(Activity.objects.select_related("district").prefetch_related(*contents.PREFETCH))

    with django_assert_num_queries(0):
        assert [len(contents.of(activity)["sessions"]) for activity in read] == [2, 2, 2]


@pytest.mark.django_db
def test_content_written_after_a_prefetch_is_read_fresh() -> None:
    activity = Activity.objects.prefetch_related(*contents.PREFETCH).get(pk=ActivityFactory(sessions=1).pk)

    contents.write(activity, {"sessions": []})

    assert contents.of(activity)["sessions"] == []


@pytest.mark.django_db
def test_write_of_a_linked_city_has_no_district() -> None:
    activity = ActivityFactory()

    contents.write(activity, {"city": "广州", "district": "futian"})

    assert (activity.city, activity.district) == ("广州", None)


@pytest.mark.django_db
def test_write_of_strange_terms_and_marks_passes_them_over() -> None:
    activity = ActivityFactory()
    stranger = TermFactory(taxonomy__edition=EditionFactory(code="other", is_current=False), code="district")

    contents.write(
        activity, {"terms": ["tier:district", "tier:nothing", "content:district"], "marks": ["no-such"]}
    )

    assert (contents.of(activity)["terms"], contents.of(activity)["marks"]) == (["tier:district"], [])
    assert stranger not in activity.terms.all()


@pytest.mark.django_db
def test_write_of_a_unit_named_twice_in_one_role_keeps_one() -> None:
    activity = ActivityFactory()
    host = {"role": "host", "name": "某馆"}

    contents.write(activity, {"participations": [host, host, {"role": "adviser", "name": "某馆"}]})

    assert contents.of(activity)["participations"] == [host, {"role": "adviser", "name": "某馆"}]


@pytest.mark.django_db
def test_write_of_a_known_units_name_points_to_it() -> None:
    activity, unit = ActivityFactory(), UnitFactory(name="天文馆")

    contents.write(
        activity, {"participations": [{"role": "host", "name": "天文馆"}, {"role": "host", "name": "别馆"}]}
    )

    assert list(activity.participations.values_list("name", "organization")) == [
        ("天文馆", unit.pk),
        ("别馆", None),
    ]


@pytest.mark.django_db
def test_write_of_changed_sessions_keeps_their_numbers() -> None:
    activity = ActivityFactory(sessions=2)
    text = contents.of(activity)
    first, second = text["sessions"]

    contents.write(activity, {"sessions": [first | {"place": "二楼"}, second]})

    assert list(activity.sessions.values_list("pk", "place")) == [(first["id"], "二楼"), (second["id"], "")]


@pytest.mark.django_db
def test_write_of_another_activitys_session_number_does_not_touch_it() -> None:
    activity, other = ActivityFactory(), SessionFactory()

    contents.write(activity, {"sessions": [contents.of(other.activity)["sessions"][0] | {"place": "我的"}]})

    assert (Session.objects.get(pk=other.pk).place, activity.sessions.get().place) == ("", "我的")


@pytest.mark.django_db
def test_session_left_out_of_a_draft_is_deleted() -> None:
    activity = ActivityFactory(sessions=2)

    contents.write(activity, {"sessions": contents.of(activity)["sessions"][:1]})

    assert activity.sessions.count() == 1


@pytest.mark.django_db
def test_session_left_out_of_a_published_activity_is_cancelled_and_stays() -> None:
    activity = ActivityFactory(state=State.PUBLISHED, sessions=2)

    contents.write(activity, {"sessions": contents.of(activity)["sessions"][:1]})

    assert list(activity.sessions.values_list("is_cancelled", flat=True)) == [False, True]


@pytest.mark.django_db
def test_diff_of_the_same_content_is_nothing() -> None:
    text = full_content(EditionFactory())

    assert contents.diff(text, dict(text)) == []


@pytest.mark.django_db
def test_diff_names_the_fields_in_the_forms_order() -> None:
    text = full_content(EditionFactory())

    changes = contents.diff(text, text | {"sessions": [], "title": "新", "age_min": None, "terms": []})

    assert [(change.field, str(change.label)) for change in changes] == [
        ("title", "活动名称"), ("age_min", "最小年龄"), ("terms", "分类"), ("sessions", "场次"),
    ]  # fmt: skip
    assert (changes[0].old, changes[0].new) == ("火箭为什么能飞上天", "新")


@pytest.mark.django_db
def test_diff_passes_over_a_sessions_number_and_nothing_instead_of_empty() -> None:
    text = complete_content(summary="")

    assert contents.diff(text, text | {"sessions": [text["sessions"][0] | {"id": 9}], "summary": None}) == []


@pytest.mark.django_db
def test_diff_of_sessions_typed_in_another_order_is_nothing() -> None:
    sessions = contents.of(ActivityFactory(sessions=3))["sessions"]

    assert contents.diff({"sessions": sessions}, {"sessions": sessions[::-1]}) == []


@pytest.mark.parametrize(
    ("old", "new", "differs"), [(None, 0, True), (0, None, True), (6, 6, False), (None, None, False)]
)
def test_diff_tells_no_age_from_age_nought(old: int | None, new: int | None, differs: bool) -> None:
    assert bool(contents.diff({"age_min": old}, {"age_min": new})) is differs


minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
days = st.dates(date(2024, 1, 1), date(2025, 12, 31))


@st.composite
def session_entries(draw: Any) -> contents.Content:
    """A session as content holds it, in Shenzhen's days."""
    zone = EDITION.zone
    day, is_all_day = draw(days), draw(st.booleans())
    if is_all_day:
        start = datetime.combine(day, time(), zone)
        end = start + timedelta(days=draw(st.integers(1, 40)))
    else:
        start = datetime.combine(day, draw(minutes), zone)
        end = draw(st.none() | st.integers(1, 5000).map(lambda length: start + timedelta(minutes=length)))
    text = st.text(st.characters(blacklist_categories=("C", "Z")), max_size=20)
    return {
        "id": draw(st.none() | st.integers(1, 99)), "starts_at": contents.iso_utc(start),
        "ends_at": contents.iso_utc(end) if end else None, "is_all_day": is_all_day, "venue_name": draw(text),
        "place": draw(text), "online_url": draw(st.sampled_from(["", "https://example.org/live"])),
        "capacity": draw(st.none() | st.integers(1, 1_000_000)), "note": draw(text),
        "is_cancelled": draw(st.booleans()),
    }  # fmt: skip


EDITION = Edition(code="shenzhen-2024", year=2024, time_zone="Asia/Shanghai")


@settings(max_examples=150, deadline=None)
@given(session_entries())
def test_session_shown_in_its_form_and_sent_back_is_the_same(entry: contents.Content) -> None:
    shown = forms.SessionForm(initial=forms.session_initial(entry, EDITION, {}), edition=EDITION)
    sent = {
        field.name: field.field.widget.format_value(field.value())
        for field in shown
        if "is_" not in field.name
    }
    sent |= {"is_all_day": "on"} if entry["is_all_day"] else {}
    sent["is_cancelled"] = str(entry["is_cancelled"])

    back = forms.SessionForm(
        {name: value for name, value in sent.items() if value is not None}, edition=EDITION
    )

    assert back.is_valid(), back.errors
    assert back.content() == entry


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_moment_written_as_text_reads_back(moment: datetime) -> None:
    assert datetime.fromisoformat(contents.iso_utc(moment)) == moment
