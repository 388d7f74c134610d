from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from kepuyue.activities import content as contents
from kepuyue.activities import forms
from kepuyue.editions.models import Edition
from tests.factories import ActivityFactory, DistrictFactory, EditionFactory, MarkFactory, complete_content

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return EditionFactory()


def sent(values: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def rows(prefix: str, *entries: dict[str, str], initial: int = 0) -> dict[str, str]:
    counted = {f"{prefix}-TOTAL_FORMS": str(len(entries)), f"{prefix}-INITIAL_FORMS": str(initial)}
    return counted | {
        f"{prefix}-{number}-{name}": value
        for number, entry in enumerate(entries)
        for name, value in entry.items()
    }


def typed(step: str, edition: Edition, content: contents.Content, values: dict[str, Any]) -> forms.StepInput:
    found = forms.step_input(step, edition=edition, content=content, data=sent(values))
    found.is_valid()
    return found


def test_steps_together_hold_every_field_that_a_unit_fills_in(edition: Edition) -> None:
    MarkFactory(edition=edition)
    held: set[str] = set()
    for step in forms.STEPS:
        # As many people as it takes to be asked for everything
        shown = forms.step_input(step, edition=edition, content=complete_content(expected_crowd=1000))
        names = set(shown.form.fields) if shown.form else set()
        gathered = {"terms_": "terms", "safety_item_": "safety_items"}
        for name in names:
            held.add(next((field for start, field in gathered.items() if name.startswith(start)), name))
        held.add(shown.rows_field)

    # Written by imports only, by the office, by the act of signing off, on the page of pictures
    assert set(contents.FIELDS) - held == {
        "city", "dates_as_written", "is_key", "content_signoff", "pictures",
    }  # fmt: skip


def test_step_with_a_bad_field_takes_the_others(edition: Edition) -> None:
    step = typed("audience", edition, contents.blank(), {
        "age_min": "12", "age_max": "6", "languages": "粤语", "booking_url": "javascript:alert(1)",
        "admission": "free", "booking_mode": "none",
    })  # fmt: skip

    assert not step.is_valid()
    assert step.changes() == {
        "audience_note": "", "age_min": 12, "languages": "粤语", "accessibility_items": [], "accessibility": "",
        "admission": "free", "admission_note": "", "booking_mode": "none", "booking_note": "",
    }  # fmt: skip
    assert [where for where, _what in step.problems()] == ["预约网址", "最大年龄"]


@pytest.mark.parametrize(
    ("address", "kept"),
    [("example.org/a", "https://example.org/a"), ("http://example.org/", "http://example.org/"), ("", "")],
)
def test_web_address_without_scheme_is_a_safe_one(edition: Edition, address: str, kept: str) -> None:
    step = typed("audience", edition, contents.blank(), {"booking_url": address})

    assert step.changes()["booking_url"] == kept


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://example.org/", "data:text/html,x", "not an address"]
)
def test_web_address_that_a_browser_must_not_open_is_refused(edition: Edition, address: str) -> None:
    step = typed("audience", edition, contents.blank(), {"booking_url": address})

    assert "booking_url" not in step.changes()


def test_classification_of_one_and_of_many_is_gathered(edition: Edition) -> None:
    step = typed(
        "classification", edition, contents.blank(),
        {"terms_tier": "district", "terms_audience": ["older_people", "children"]},
    )  # fmt: skip

    assert step.changes() == {
        "terms": ["audience:children", "audience:older_people", "tier:district"], "marks": [],
    }  # fmt: skip


def test_classification_shown_is_what_is_chosen(edition: Edition) -> None:
    content = contents.blank() | {"terms": ["audience:children", "tier:main_venue"]}

    shown = forms.step_input("classification", edition=edition, content=content)

    assert shown.form is not None
    assert [shown.form[f"terms_{code}"].value() for code in ("tier", "audience")] == [
        "main_venue",
        ["children"],
    ]


def test_row_that_was_saved_meanwhile_is_not_lost(edition: Edition) -> None:
    # The page still says that it began with no rows; the server has saved the first one by now
    saved = contents.blank() | {"participations": [{"role": "host", "name": "天文馆"}]}

    step = typed("units", edition, saved, rows("participations", {"role": "host", "name": "天文馆"}))

    assert step.changes() == {"participations": [{"role": "host", "name": "天文馆"}]}


def test_row_in_which_nothing_was_typed_is_passed_over(edition: Edition) -> None:
    step = typed(
        "units", edition, contents.blank(),
        rows("participations", {"role": "host", "name": "天文馆"}, {"role": "host", "name": ""}),
    )  # fmt: skip

    assert (step.is_valid(), step.changes()["participations"]) == (True, [{"role": "host", "name": "天文馆"}])


def test_row_that_was_emptied_is_gone(edition: Edition) -> None:
    saved = contents.blank() | {"speakers": [{"name": "李", "introduction": "", "is_overseas": False}]}

    step = typed(
        "responsibility", edition, saved, rows("speakers", {"name": "", "introduction": ""}, initial=1)
    )  # fmt: skip

    assert step.changes()["speakers"] == []


def test_row_marked_for_removal_is_gone_whatever_it_holds(edition: Edition) -> None:
    step = typed(
        "sessions", edition, contents.blank(),
        rows("sessions", {"starts_on": "not a day", "DELETE": "on"}, {"starts_on": "2024-09-14", "starts_at": "10:00"}),
    )  # fmt: skip

    assert step.is_valid()
    assert [entry["starts_at"] for entry in step.changes()["sessions"]] == ["2024-09-14T02:00:00Z"]


def test_rows_with_a_bad_one_are_not_taken_and_say_which(edition: Edition) -> None:
    step = typed(
        "sessions", edition, contents.blank(),
        {"district": ""} | rows("sessions", {"starts_on": "2024-09-14", "starts_at": "10:00"}, {"starts_on": "2024-09-15"}),
    )  # fmt: skip

    assert step.changes() == {"district": ""}
    assert step.problems() == [("场次 2 开始", "请填写开始时间；全天开放的请勾选“全天”。")]


@pytest.mark.parametrize(
    ("entry", "field", "message"),
    [
        ({"starts_on": "2024-09-14", "ends_on": "2024-09-13", "is_all_day": "on"}, "ends_on", "结束日期早于开始日期。"),
        ({"starts_on": "2024-09-14"}, "starts_at", "请填写开始时间；全天开放的请勾选“全天”。"),
        (
            {"starts_on": "2024-09-14", "starts_at": "10:00", "ends_on": "2024-09-15"},
            "ends_at", "跨天的场次请填写结束时间。",
        ),
        (
            {"starts_on": "2024-09-14", "starts_at": "22:00", "ends_at": "01:00"},
            "ends_at", "结束时间早于开始时间。如果第二天才结束，请填写结束日期。",
        ),
    ],
)  # fmt: skip
def test_session_whose_times_cannot_be_says_what_to_do(
    edition: Edition, entry: dict[str, str], field: str, message: str
) -> None:
    form = forms.SessionForm(entry, edition=edition)

    assert form.errors == {field: [message]}


@pytest.mark.parametrize(
    ("entry", "starts_at", "ends_at"),
    [
        ({"starts_at": "09:30", "ends_at": "11:00"}, "2024-09-14T01:30:00Z", "2024-09-14T03:00:00Z"),
        ({"starts_at": "09:30"}, "2024-09-14T01:30:00Z", None),
        ({"starts_at": "22:00", "ends_at": "01:00", "ends_on": "2024-09-15"}, "2024-09-14T14:00:00Z", "2024-09-14T17:00:00Z"),
        ({"is_all_day": "on"}, "2024-09-13T16:00:00Z", "2024-09-14T16:00:00Z"),
        ({"is_all_day": "on", "ends_on": "2024-09-20"}, "2024-09-13T16:00:00Z", "2024-09-20T16:00:00Z"),
    ],
)  # fmt: skip
def test_session_typed_in_the_citys_time_is_kept_in_utc(
    edition: Edition, entry: dict[str, str], starts_at: str, ends_at: str | None
) -> None:
    form = forms.SessionForm({"starts_on": "2024-09-14"} | entry, edition=edition)

    assert form.is_valid(), form.errors
    assert (form.content()["starts_at"], form.content()["ends_at"]) == (starts_at, ends_at)


def test_rows_above_the_limit_are_refused_with_a_sentence(edition: Edition) -> None:
    step = typed(
        "units",
        edition,
        contents.blank(),
        rows("participations", *[{"role": "host", "name": f"馆{n}"} for n in range(61)]),
    )

    assert not step.is_valid()
    assert len(step.problems()) == 1


def test_clean_content_of_complete_content_takes_it_all(edition: Edition) -> None:
    raw = complete_content()

    taken, refused = forms.clean_content(raw, edition)

    assert refused == {}
    entry = taken.pop("sessions")[0]
    assert {name: value for name, value in raw.items() if name not in ("sessions", "pictures")} == taken
    assert {key: entry[key] for key in ("starts_at", "ends_at", "place", "capacity")} == {
        key: raw["sessions"][0][key] for key in ("starts_at", "ends_at", "place", "capacity")
    }


def test_clean_content_of_bad_values_takes_the_rest_and_says_why(edition: Edition) -> None:
    taken, refused = forms.clean_content(
        {
            "title": "名" * 121, "summary": "好", "age_min": "六岁", "district": "atlantis", "mode": "somewhere",
            "terms": ["tier:district", "tier:nowhere"], "speakers": [{"name": ""}, {"name": "李"}],
        },
        edition,
    )  # fmt: skip

    assert taken == {
        "summary": "好", "terms": ["tier:district"],
        "speakers": [{"name": "李", "introduction": "", "is_overseas": False}],
    }  # fmt: skip
    assert set(refused) == {"title", "age_min", "district", "mode", "terms", "speakers"}
    assert (refused["district"], refused["terms"]) == (["没有这个区。"], ["没有这些分类：tier:nowhere"])


def test_clean_content_keeps_what_imports_alone_know(edition: Edition) -> None:
    DistrictFactory()

    taken, refused = forms.clean_content(
        {"city": "广州", "dates_as_written": "九月", "is_key": 1, "district": "futian", "marks": ["b", "a"]},
        edition,
    )

    assert (taken, refused) == (
        {"city": "广州", "dates_as_written": "九月", "is_key": True, "district": "futian", "marks": ["a", "b"]}, {},
    )  # fmt: skip


def test_form_of_a_stored_activity_sent_back_unchanged_changes_nothing(edition: Edition) -> None:
    activity = ActivityFactory(edition=edition)
    contents.write(activity, complete_content())
    activity.sessions.create(starts_at=activity.sessions.get().starts_at - timedelta(days=2))
    content = contents.of(activity)

    for step in forms.STEPS:
        shown = forms.step_input(step, edition=edition, content=content)
        data = {bound.html_name: _sent_value(bound) for bound in shown.form or []}
        if shown.rows is not None:
            entries = [{field.name: _sent_value(field) for field in row} for row in shown.rows]
            data |= rows(shown.rows.prefix, *entries, initial=len(content[shown.rows_field]))
        back = typed(
            step, edition, content, {name: value for name, value in data.items() if value is not None}
        )

        assert back.is_valid(), back.problems()
        changes = back.changes()
        for entry in changes.get("sessions", []):
            entry["venue"] = None if not entry.pop("venue_name") else entry
        assert contents.diff(content, content | changes) == [], step


def _sent_value(bound: Any) -> Any:
    value = bound.field.widget.format_value(bound.value()) if bound.value() is not None else None
    if bound.widget_type == "checkbox":
        return "on" if bound.value() else None
    return value if isinstance(value, list) else str(value) if value is not None else None


def test_notes_on_classifications_are_told_to_who_reads_chinese(edition: Edition) -> None:
    edition.taxonomies.create(code="focus", name="重点领域", help="通知三：各区聚焦的重点领域。")
    told = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            form = forms.step_input("classification", edition=edition, content=contents.blank()).form
            assert form is not None
            told[language] = {str(field.help_text) for field in form.fields.values()} - {""}

    assert any("通知三" in text for text in told["zh-hans"])
    assert told["en"] == set()
