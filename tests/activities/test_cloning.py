"""An earlier activity held again: days keep their weekday, what may have changed has to be confirmed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kepuyue.activities import completeness, queries
from kepuyue.activities import content as contents
from kepuyue.activities.actions import cloning, drafting
from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.editions.models import Edition
from tests.activities.acting import draft, fresh
from tests.cast import Cast
from tests.factories import ActivityFactory, EditionFactory, complete_content
from tests.journeys.pages import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def last_year(cast: Cast) -> Edition:
    return EditionFactory(code="shenzhen-2023", year=2023, is_current=False)


@pytest.fixture
def source(cast: Cast, last_year: Edition) -> Activity:
    saturdays = [f"2023-09-{day:02}T06:00:00Z" for day in (2, 9, 16)]
    session = complete_content()["sessions"][0]
    content = complete_content(
        title="2023年秋夜观星",
        licence="深公治许字1号",
        sessions=[
            session | {"starts_at": start, "ends_at": None, "is_all_day": False, "capacity": 30}
            for start in saturdays
        ],
    )
    activity = drafting.create(edition=last_year, organization=cast.own_unit, by=cast.editor, content=content)
    activity.sessions.filter(starts_at="2023-09-16T06:00:00Z").update(is_cancelled=True)
    return activity


def clone(source: Activity, cast: Cast, by: Any = None) -> Activity:
    return cloning.clone(source, edition=cast.edition, by=by or cast.editor, token=uuid4())


def test_last_years_activities_are_offered_before_this_years_drafts(cast: Cast, source: Activity) -> None:
    drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content=complete_content()
    )

    offered = queries.earlier_of(cast.editor, edition=cast.edition)

    assert [one.edition.year for one in offered] == [2023, 2024]


def test_days_keep_weekday_and_clock_and_lie_in_the_new_month(cast: Cast, source: Activity) -> None:
    made = clone(source, cast)

    starts = [one.starts_at.astimezone(cast.edition.zone) for one in made.sessions.all()]
    assert [f"{start:%F %R %a}" for start in starts] == ["2024-09-07 14:00 Sat", "2024-09-14 14:00 Sat"]
    assert [one.capacity for one in made.sessions.all()] == [30, 30]


@pytest.mark.parametrize("first", range(1, 31))
def test_every_day_of_the_month_keeps_its_weekday_and_stays_in_the_month(
    cast: Cast, last_year: Edition, first: int
) -> None:
    day = date(2023, 9, first)

    moved = day + timedelta(weeks=cloning.weeks_between([day], last_year, cast.edition))

    assert (moved.weekday(), cast.edition.holds(moved)) == (day.weekday(), True)


def test_year_in_the_title_follows_and_what_was_of_last_time_stays_behind(
    cast: Cast, source: Activity
) -> None:
    made = clone(source, cast)

    assert (made.title, made.licence, made.state) == ("2024年秋夜观星", "", "draft")
    assert (made.edition, made.organization) == (cast.edition, cast.own_unit)
    assert made.summary == source.summary


def test_what_may_have_changed_blocks_until_it_is_confirmed(cast: Cast, source: Activity) -> None:
    made = clone(source, cast)
    asked = set(made.to_confirm)
    assert {"sessions", "contact_name", "contact_phone", "content_lead", "title"} <= asked

    def waiting() -> set[str]:
        activity = fresh(made)
        gaps = completeness.hindrances(activity, queries.working_content(activity))
        return {gap.field for gap in gaps if gap.blocks} & asked

    assert waiting() == asked
    drafting.change(made, {"contact_name": "新来的老师"}, by=cast.editor)
    assert waiting() == asked - {"contact_name"}
    # One session moved says nothing of the others
    moved = contents.of(fresh(made))["sessions"][:1]
    drafting.change(made, {"sessions": moved}, by=cast.editor)
    assert "sessions" in waiting()
    drafting.change(made, {}, by=cast.editor, confirmed=[*asked, "nonsense"])
    assert (waiting(), fresh(made).to_confirm) == (set(), [])
    last = audit.trail(made).filter(action="activity.confirm").latest("pk")
    assert "场次" in last.reason


def test_form_sent_twice_gives_one_draft(cast: Cast, source: Activity, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    page = client.get(reverse("activities:copies"), {"q": "观星"})
    sent = form_of(page, sends="source").filled()

    first, second = (client.post(reverse("activities:copies"), sent) for _ in range(2))

    made = Activity.objects.get(edition=cast.edition, title="2024年秋夜观星")
    assert first["Location"] == second["Location"] == reverse("activities:edit", args=[made.code, "sessions"])


def test_tick_in_the_form_confirms(cast: Cast, source: Activity, sign_in: Any) -> None:
    made, client = clone(source, cast), sign_in(cast.editor)
    address = reverse("activities:edit", args=[made.code, "contact"])
    page = client.get(address)
    assert "请核对上次的内容" in page.content.decode()

    client.post(address, form_of(page, id="step-form").filled(confirmed=["contact_name", "contact_phone"]))

    left = set(fresh(made).to_confirm)
    assert "contact_name" not in left
    assert "sessions" in left


def test_activity_of_another_unit_is_not_found(cast: Cast, last_year: Edition, sign_in: Any) -> None:
    other = ActivityFactory(edition=last_year, organization=cast.far_unit, title="别家的活动")
    client = sign_in(cast.editor)

    answer = client.post(reverse("activities:copies"), {"source": other.code, "token": str(uuid4())})

    assert answer.status_code == 404
    assert "别家的活动" not in client.get(reverse("activities:copies")).content.decode()
    with pytest.raises(PermissionDenied):
        clone(other, cast)


def test_new_page_leads_there(cast: Cast, sign_in: Any) -> None:
    assert (
        reverse("activities:copies") in sign_in(cast.editor).get(reverse("activities:new")).content.decode()
    )


def test_copy_of_the_same_edition_keeps_its_days(cast: Cast) -> None:
    source = draft(cast)

    made = clone(source, cast)

    assert [one.starts_at for one in made.sessions.all()] == [one.starts_at for one in source.sessions.all()]
