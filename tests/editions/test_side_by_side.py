"""Several editions beside each other: last year's under its own address, next year's begun by a click."""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from kepuyue.accounts.models import User
from kepuyue.activities.models import State
from kepuyue.editions.actions import loading, renewal
from kepuyue.editions.models import Edition, Term
from tests.cast import assemble
from tests.factories import ActivityFactory, MembershipFactory, PlanFactory, SubThemeFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(folder: Path) -> Edition:
    """The real one."""
    return loading.load(folder).edition


@pytest.fixture
def office(edition: Edition) -> User:
    return MembershipFactory(organization=edition.office, role="office").user


def test_next_edition_carries_on_what_stays_and_leaves_the_rest(edition: Edition, office: User) -> None:
    SubThemeFactory(edition=edition)
    PlanFactory(edition=edition)
    Term.objects.filter(taxonomy__edition=edition, code="vr").update(is_retired=True)

    new = renewal.begin(edition, 2025, by=office)

    assert (new.code, new.name, new.ordinal) == (
        "shenzhen-2025", "2025年深圳科普月", "第二十二届全国科普日暨第六届深圳科普月",
    )  # fmt: skip
    assert (new.theme, new.is_current, new.was_current) == ("", False, False)
    assert (new.starts_on, new.ends_on) == (date(2025, 9, 1), date(2025, 9, 30))
    assert dict(new.key_dates.values_list("kind", "day"))["publicity_opens"] == date(2025, 8, 21)
    assert set(new.key_dates.values_list("source", flat=True)) == {""}
    assert not Term.objects.filter(taxonomy__edition=new, code="vr").exists()
    assert (
        Term.objects.get(taxonomy__edition=new, code="health", taxonomy__code="content").parent.code
        == "for_people"
    )
    assert new.marks.count() == edition.marks.count()
    assert new.synonyms.count() == edition.synonyms.count()
    assert new.rules.review == edition.rules.review
    assert new.rules.calendar.off == []
    assert [
        (paper.title, paper.is_published, paper.number) for paper in new.papers.filter(template_of="")
    ] == [("关于举办2025年深圳全国科普日暨深圳科普月活动的通知", False, "")]
    assert not new.sub_themes.exists()
    assert not new.plans.exists()
    assert Edition.objects.get(is_current=True) == edition


def test_deadlines_can_keep_their_weekday(edition: Edition) -> None:
    days = {
        entry.kind: (entry.day, day) for entry, day in renewal.draft(edition, 2025, align="weekday").key_dates
    }

    for old, new in days.values():
        assert old.weekday() == new.weekday()
        assert abs((new - old.replace(year=2025)).days) <= 3


def test_the_same_year_is_not_begun_twice(edition: Edition, office: User) -> None:
    renewal.begin(edition, 2025, by=office)

    with pytest.raises(ValidationError):
        renewal.begin(edition, 2025, by=office)


def test_preview_writes_nothing_and_a_click_makes_it(edition: Edition, office: User, client: Client) -> None:
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    here = f"/desk/edition/{edition.code}/next/"

    preview = client.post(here, {"year": "2025", "align": "day"})
    assert "shenzhen-2025" in preview.content.decode()
    assert Edition.objects.count() == 1

    made = client.post(here, {"year": "2025", "align": "day", "confirm": "1"})
    assert made.headers["Location"] == "/desk/edition/shenzhen-2025/"


def test_nobody_sees_the_next_edition_before_it_is_current(
    edition: Edition, office: User, client: Client
) -> None:
    renewal.begin(edition, 2025, by=office)

    assert client.get("/editions/shenzhen-2025/").status_code == 404
    assert client.get("/editions/shenzhen-2025/notice/").status_code == 404


def test_last_year_stays_readable_under_its_own_address(
    edition: Edition, office: User, client: Client
) -> None:
    activity = ActivityFactory(edition=edition, title="去年的活动", state=State.PUBLISHED, sessions=1)
    new = renewal.begin(edition, 2025, by=office)

    renewal.switch(new, by=office)

    page = client.get(f"/editions/{edition.code}/activities/").content.decode()
    assert "去年的活动" in page
    assert f'href="/editions/{edition.code}/activities/{activity.code}/"' in page
    assert "去年的活动" not in client.get("/activities/").content.decode()
    for address in ("", "calendar/", "calendar/2024-09-14/", "districts/futian/", "departments/", "notice/"):
        assert client.get(f"/editions/{edition.code}/{address}").status_code == 200
    assert client.get("/healthz").status_code == 200
    # The prefix does not leak into the next request
    assert f"/editions/{edition.code}/" not in client.get("/notice/").content.decode()


def test_current_edition_has_one_address_only(edition: Edition, client: Client) -> None:
    answer = client.get(f"/editions/{edition.code}/activities/?q=科学")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/activities/?q=")


def test_address_of_an_edition_leads_to_no_other_site(edition: Edition, client: Client) -> None:
    assert client.get(f"/editions/{edition.code}//evil.example/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_switches_at_once_leave_one_current_edition() -> None:
    cast = assemble()
    following = [renewal.begin(cast.edition, year, by=cast.office) for year in (2025, 2026)]

    ends = at_once(*(lambda to=to: renewal.switch(to, by=cast.office) for to in following))

    assert ends == ["done", "done"]
    assert Edition.objects.filter(is_current=True).count() == 1
