"""The pages of units and venues, and that what was cancelled or changed says so wherever it stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.activities.models import ChangeNotice, Participation, State, UnitRole
from kepuyue.organizations.models import Organization
from tests.factories import (
    ActivityFactory,
    DepartmentFactory,
    EditionFactory,
    OpeningFactory,
    UnitFactory,
    VenueFactory,
)
from tests.programme.given import announce, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def page(client: Client, name: str, *args: Any) -> str:
    response = client.get(reverse(f"programme:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_a_unit_s_page_shows_what_it_holds_and_what_it_helps_with_but_no_draft(client: Client) -> None:
    unit = UnitFactory(name="天文馆")
    published(title="月面地图", organization=unit)
    helped = published(title="社区观星")
    Participation.objects.create(activity=helped, role=UnitRole.SUPPORTER, name="天文馆", organization=unit)
    published(title="别人的活动")
    ActivityFactory(title="还没写完", organization=unit, sessions=1)

    shown = page(client, "unit", unit.code)

    assert "月面地图" in shown and "社区观星" in shown
    assert "别人的活动" not in shown and "还没写完" not in shown


@pytest.mark.parametrize("state", ["pending", "refused", "closed"])
def test_a_unit_that_is_not_confirmed_has_no_page(client: Client, state: str) -> None:
    EditionFactory()
    unit = UnitFactory(state=state)

    assert client.get(reverse("programme:unit", args=[unit.code])).status_code == 404


def test_the_code_of_a_merged_unit_leads_to_the_one_that_stands_for_it(client: Client) -> None:
    EditionFactory()
    survivor = UnitFactory()
    gone = UnitFactory(state=Organization.State.MERGED, merged_into=survivor)

    response = client.get(reverse("programme:unit", args=[gone.code]))

    assert response["Location"] == reverse("programme:unit", args=[survivor.code])


def test_a_base_says_how_it_opens(client: Client) -> None:
    opening = OpeningFactory(state="confirmed")

    assert reverse("resources:base", args=[opening.organization.code]) in page(
        client, "unit", opening.organization.code
    )


def test_a_venue_s_page_says_where_it_is_and_what_is_on(client: Client) -> None:
    activity = published(title="月面地图")
    venue = VenueFactory(name="天文台", address="福中一路1号", district=activity.district)
    activity.sessions.update(venue=venue)
    announce(activity)
    published(title="别处的活动")

    shown = page(client, "venue", venue.pk)

    assert "福中一路1号" in shown and "月面地图" in shown and "别处的活动" not in shown


def test_a_venue_where_nothing_is_on_has_no_page(client: Client) -> None:
    activity = published()
    venue = VenueFactory()
    activity.sessions.update(venue=venue, is_cancelled=True)
    announce(activity)
    ActivityFactory(sessions=1).sessions.update(venue=venue)

    assert client.get(reverse("programme:venue", args=[venue.pk])).status_code == 404


def test_the_activity_and_its_card_lead_to_the_unit_and_the_venue(client: Client) -> None:
    unit, venue = UnitFactory(name="天文馆"), VenueFactory()
    activity = published(organization=unit)
    Participation.objects.create(activity=activity, role=UnitRole.HOST, name="天文馆", organization=unit)
    activity.sessions.update(venue=venue)
    announce(activity)

    for address in (reverse("programme:activity", args=[activity.code]), reverse("programme:activities")):
        shown = client.get(address).content.decode()
        assert f'href="{reverse("programme:unit", args=[unit.code])}"' in shown, address
        assert f'href="{reverse("programme:venue", args=[venue.pk])}"' in shown, address


def everywhere(client: Client, activity: Any, venue: Any) -> dict[str, str]:
    """Every page on which the activity stands, by its address."""
    day = activity.sessions.get().starts_at.date()
    addresses = [
        reverse("programme:home"), reverse("programme:activities"), reverse("programme:day", args=[day]),
        reverse("programme:activity", args=[activity.code]), reverse("programme:district", args=["futian"]),
        reverse("programme:department", args=[activity.organization.parent.code]),
        reverse("programme:unit", args=[activity.organization.code]), reverse("programme:venue", args=[venue.pk]),
    ]  # fmt: skip
    return {address: client.get(address).content.decode() for address in addresses}


def a_published_one() -> tuple[Any, Any]:
    unit, venue = UnitFactory(parent=DepartmentFactory()), VenueFactory()
    district = UnitFactory().district
    activity = published(title="月面地图", organization=unit, district=district)
    activity.sessions.update(venue=venue)
    announce(activity)
    return activity, venue


def test_a_cancelled_activity_says_so_everywhere(client: Client) -> None:
    activity, venue = a_published_one()
    activity.state, activity.version = State.CANCELLED, activity.version + 1
    activity.save()
    announce(activity)

    for address, shown in everywhere(client, activity, venue).items():
        main = shown.split("<main")[1]
        assert "月面地图" in main and "取消" in main.replace("取消筛选", ""), address
    assert client.get(f"/api/v1/activities/{activity.code}").json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "label"),
    [({"is_postponed": True}, "已延期"), ({}, "时间有变"), ({}, "地点有变")],
    ids=["postponed", "retimed", "moved"],
)
def test_a_changed_activity_says_so_everywhere(client: Client, change: dict[str, Any], label: str) -> None:
    activity, venue = a_published_one()
    session = activity.sessions.get()
    session.starts_at += timedelta(hours=2)
    session.ends_at += timedelta(hours=2)
    for name, value in change.items():
        setattr(session, name, value)
    session.save()
    kind = {"已延期": "postponed", "时间有变": "retimed", "地点有变": "moved"}[label]
    entry = {"starts_at": "2024-09-14T02:00:00Z", "ends_at": "2024-09-14T03:00:00Z", "is_all_day": False}
    ChangeNotice.objects.create(activity=activity, session=session, kind=kind, old=entry, new=entry)
    activity.version += 1
    activity.save()
    announce(activity)

    for address, shown in everywhere(client, activity, venue).items():
        assert label in shown.split("<main")[1], address


def test_a_change_of_what_is_over_is_not_held_against_what_is_to_come(client: Client) -> None:
    activity = published(title="月面地图", sessions=2)
    first = activity.sessions.first()
    first.starts_at -= timedelta(days=10)
    first.ends_at -= timedelta(days=10)
    first.is_cancelled = True
    first.save()
    announce(activity)

    assert "部分场次取消" not in page(client, "activities")
