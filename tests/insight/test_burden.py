"""What counts as typed, and what the forms on paper ask for."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Origin, State
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.insight import burden, paper, presentation
from kepuyue.insight.paper import Stage
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("in_the_month")

AT = "2024-09-14T02:00:00Z"
SESSION = {
    "starts_at": AT,
    "ends_at": "2024-09-14T04:00:00Z",
    "is_all_day": False,
    "venue": None,
    "place": "大厅",
}


def handed_in(activity: Activity) -> Activity:
    Activity.objects.filter(pk=activity.pk).update(state=State.SUBMITTED)
    return activity


def typed(cast: Cast, content: dict[str, Any], **options: Any) -> Activity:
    return handed_in(
        drafting.create(
            edition=cast.edition, organization=cast.own_unit, by=cast.editor, content=content, **options
        )
    )


def fields(cast: Cast) -> dict[str, int]:
    return dict(burden.of_edition(cast.edition).by_field)


def later(minutes: int) -> None:
    """All that is recorded so far happened so long ago."""
    for event in AuditEvent.objects.all():
        AuditEvent.objects.filter(pk=event.pk).update(at=event.at - timedelta(minutes=minutes))


def test_each_filled_field_counts_once_and_empty_ones_do_not(cast: Cast) -> None:
    typed(
        cast,
        {
            "title": "观星",
            "summary": "看月亮",
            "title_en": "",
            "participations": [{"role": "host", "name": "甲"}],
        },
    )

    assert fields(cast) == {"title": 1, "summary": 1, "participations": 1}


def test_many_sessions_count_as_the_columns_that_were_filled(cast: Cast) -> None:
    two = [SESSION, SESSION | {"starts_at": "2024-09-15T02:00:00Z", "ends_at": None}]
    typed(cast, {"title": "观星", "sessions": two})

    assert fields(cast) == {"title": 1, "sessions:time": 1, "sessions:place": 1}


def test_saving_while_typing_is_one_and_typing_again_later_is_another(cast: Cast) -> None:
    activity = drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content={"title": "观"}
    )
    drafting.change(activity, {"title": "观星"}, by=cast.editor)
    drafting.change(activity, {"title": "观星会"}, by=cast.editor)
    later(minutes=40)
    drafting.change(activity, {"title": "赏月会"}, by=cast.editor)
    handed_in(activity)

    whole = burden.of_edition(cast.edition).whole
    assert (whole.typed, whole.again) == (2, 1)


def test_emptying_a_field_is_no_typing(cast: Cast) -> None:
    activity = typed(cast, {"title": "观星", "summary": "看月亮"})
    Activity.objects.filter(pk=activity.pk).update(state=State.DRAFT)
    later(minutes=40)
    drafting.change(activity, {"summary": ""}, by=cast.editor)
    handed_in(activity)

    assert fields(cast) == {"title": 1, "summary": 1}


@pytest.mark.parametrize(
    ("origin", "count"),
    [(Origin.FORM, 2), (Origin.IMPORT, 2), (Origin.JOINT, 0), (Origin.COPY, 0), (Origin.CALENDAR, 0)],
)
def test_what_the_program_carries_over_was_typed_elsewhere(cast: Cast, origin: str, count: int) -> None:
    typed(cast, {"title": "观星", "summary": "看月亮"}, origin=origin)

    assert burden.of_edition(cast.edition).whole.typed == count


def test_contacts_of_the_last_activity_need_not_be_typed_again(cast: Cast) -> None:
    typed(cast, {"title": "观星", "contact_name": "馆员", "content_lead": "馆长"})
    options = {"edition": cast.edition, "organization": cast.own_unit, "by": cast.editor}
    second = handed_in(drafting.begin(**options, content={"title": "赏月"}, token=uuid4()))

    second.refresh_from_db()
    assert (second.contact_name, second.content_lead) == ("馆员", "馆长")
    assert fields(cast) == {"title": 2, "contact_name": 1, "content_lead": 1}


def test_drafts_and_the_system_itself_do_not_count(cast: Cast) -> None:
    drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content={"title": "草稿"}
    )
    activity = typed(cast, {"title": "观星"})
    audit.record("activity.change", activity, by=None, changes={"summary": ["", "系统写的"]})

    assert fields(cast) == {"title": 1}


def test_unit_facts_count_once_for_all_its_activities(cast: Cast) -> None:
    typed(cast, {"title": "观星"})
    typed(cast, {"title": "赏月"})
    audit.record(
        "unit.edit", cast.own_unit, by=cast.owner, changes={"address": ["", "福中路"], "name_en": ["x", ""]}
    )

    (line,) = burden.of_edition(cast.edition).units
    assert (line.activities, line.typed, line.own_facts, line.total) == (2, 2, 1, 3)


def test_paper_asks_by_activity_by_large_activity_and_by_unit() -> None:
    one = {form.code: len(form.fields) for form in paper.forms()}

    assert paper.asked(Stage.REGISTRATION, activities=3, large=1, units=9) == (
        3 * (one["preview"] + one["platform"]) + one["licence"]
    )
    assert paper.asked(Stage.RECOMMENDATION, activities=3, large=1, units=2) == 2 * one["unit-recommendation"]


def test_forms_are_honest_about_what_was_seen() -> None:
    assert all((form.seen == "no") == (not form.fields) for form in paper.forms())
    assert {form.stage for form in paper.forms()} == set(Stage)


def test_share_is_of_all_stages_and_above_the_goal_it_says_why(cast: Cast) -> None:
    typed(cast, {"title": "观星", "expected_crowd": 1200})

    line = burden.of_edition(cast.edition).whole
    assert line.on_paper == sum(paper.asked(stage, activities=1, large=1, units=1) for stage in Stage)
    assert line.share == 2 / line.on_paper
    assert presentation.why_not(line) == []

    line.typed = line.again = line.on_paper
    assert "改了又填" in presentation.why_not(line)[0]


def test_command_prints_the_whole_and_each_unit(cast: Cast) -> None:
    typed(cast, {"title": "观星"})
    out = StringIO()
    call_command("burden", edition=cast.edition.code, format="json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["whole"]["typed"] == 1
    assert [unit["name"] for unit in told["units"]] == [cast.own_unit.name]
    assert {form["code"] for form in told["forms"]} == {form.code for form in paper.forms()}


def test_command_says_that_a_unit_has_nothing(cast: Cast) -> None:
    with pytest.raises(CommandError, match="没有已提交的活动"):
        call_command("burden", edition=cast.edition.code, unit="没有这个单位")


def test_page_shows_each_person_their_own_units(cast: Cast, sign_in: Any) -> None:
    typed(cast, {"title": "观星"})

    assert cast.own_unit.name in sign_in(cast.district_reviewer).get("/desk/burden/").content.decode()
    assert cast.own_unit.name not in sign_in(cast.other_reviewer).get("/desk/burden/").content.decode()
    page = sign_in(cast.editor).get(f"/desk/burden/{cast.own_unit.code}/").content.decode()
    assert "观星" in page
