"""The main venue: from the folder and back, taken over into next year, edited by several people at once."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.versions import Conflict
from kepuyue.editions.actions import copying, editing, exporting, loading, main_venue, renewal
from kepuyue.editions.folder import check, read
from kepuyue.editions.models import Booth, Edition, MainVenue, StageItem, Zone
from tests.factories import EditionFactory, MembershipFactory, OfficeFactory, UnitFactory

pytestmark = pytest.mark.django_db
DAY = date(2024, 9, 14)


@pytest.fixture
def edition(folder: Path) -> Edition:
    return loading.load(folder).edition


@pytest.fixture
def office() -> Any:
    return MembershipFactory(organization=OfficeFactory(), role="office").user


@pytest.fixture
def venue() -> MainVenue:
    return MainVenue.objects.create(
        edition=EditionFactory(), name="主场", place="广场", first_day=DAY, last_day=date(2024, 9, 15)
    )


def everything(edition: Edition) -> Any:
    return main_venue.written(edition)


def test_the_folder_s_main_venue_is_loaded_and_loading_again_changes_nothing(
    edition: Edition, folder: Path
) -> None:
    booth = Booth.objects.get(edition=edition, code="a02")

    assert edition.main_venue.is_demonstration and edition.main_venue.plan
    assert StageItem.objects.get(edition=edition, code="opening").starts == time(10, 35)
    assert booth.zone.code == "a" and booth.organization is not None
    assert not loading.load(folder).has_changes


def test_what_was_edited_or_taken_away_on_screen_stays_so(
    edition: Edition, folder: Path, office: Any
) -> None:
    item = StageItem.objects.get(edition=edition, code="drama")
    editing.remove(edition, item, by=office)
    Zone.objects.create(edition=edition, code="e", name="新的展区")
    MainVenue.objects.filter(edition=edition).update(place="另一个广场")

    loading.load(folder)

    assert not StageItem.objects.filter(code="drama").exists()
    assert Zone.objects.filter(code="e").exists()
    assert MainVenue.objects.get(edition=edition).place == "另一个广场"


def test_what_leaves_the_folder_leaves_the_edition(
    edition: Edition, folder: Path, edit: Callable[[str, str, str], int]
) -> None:
    edit(
        "main_venue.yaml",
        "      - {code: c02, exhibitor: 深圳市仙湖植物园, name: 种子的旅行, name_en: How seeds travel}\n",
        "",
    )

    loading.load(folder)

    assert not Booth.objects.filter(code="c02").exists() and Booth.objects.filter(code="c01").exists()


def test_it_is_written_back_into_a_folder_that_says_the_same(edition: Edition, tmp_path: Path) -> None:
    before = everything(edition)

    assert exporting.export(edition, tmp_path / "out") == []
    folder = read(tmp_path / "out")

    assert folder.main_venue is not None and folder.plan
    assert not loading.load(folder).counts()["removed"]
    assert everything(edition) == before


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("last_day: 2024-09-15", "last_day: 2024-09-13", "结束日期早于开始日期"),
        ("{code: drama, part: stage, day: 2024-09-15", "{code: drama, part: stage, day: 2024-09-16", "不在主场的日期里"),
        ('starts: "15:30", ends: "16:15"', 'starts: "15:30", ends: "15:00"', "结束时间要晚于开始时间"),
        ("{code: c01,", "{code: a01,", "用了两次"),
        ("plan: main-venue-plan.png", "plan: another.png", "没有图样文件"),
        ('starts: "15:30", ends: "16:15"', 'starts: "half past", ends: "16:15"', "starts"),
    ],
)  # fmt: skip
def test_faults_of_the_file_are_named_with_their_line(
    folder: Path, edit: Callable[[str, str, str], int], old: str, new: str, what: str
) -> None:
    line = edit("main_venue.yaml", old, new)

    found = [problem for problem in check(folder) if what in problem.what]

    assert [(problem.file, problem.line) for problem in found][:1] == [("main_venue.yaml", line)]


def test_next_year_s_folder_has_it_a_year_on_and_not_public(folder: Path, tmp_path: Path) -> None:
    copying.copy(folder, tmp_path / "shenzhen-2025", 2025)
    text = (tmp_path / "shenzhen-2025" / "main_venue.yaml").read_text("utf-8")

    assert "first_day: 2025-09-14" in text and "is_published: false" in text and "2024-09" not in text


def test_next_year_begins_with_its_place_zones_and_timetable_but_no_exhibitors(
    edition: Edition, office: Any
) -> None:
    Edition.objects.filter(pk=edition.pk).update(office=OfficeFactory())
    new = renewal.begin(Edition.objects.get(pk=edition.pk), 2025, by=office)

    assert not new.main_venue.is_published and not new.main_venue.plan
    assert new.main_venue.first_day == date(2025, 9, 13), "a Saturday stays a Saturday"
    assert new.stage_items.get(code="opening").day == date(2025, 9, 13)
    assert new.zones.count() == 4 and not new.booths.exists()


def test_two_people_never_overwrite_each_other(venue: MainVenue, office: Any) -> None:
    seen = editing.stamp(editing.values_of(venue, ("place",)))
    editing.change(venue.edition, venue, {"place": "东广场"}, by=office, seen=seen)

    with pytest.raises(Conflict) as conflict:
        editing.change(venue.edition, venue, {"place": "西广场"}, by=office, seen=seen)

    assert conflict.value.present == {"place": "东广场"}
    assert MainVenue.objects.get().place == "东广场"
    assert AuditEvent.objects.filter(action="mainvenue.change").count() == 1


def test_only_the_office_writes_it(venue: MainVenue) -> None:
    owner = MembershipFactory(organization=UnitFactory()).user
    seen = editing.stamp(editing.values_of(venue, ("place",)))

    with pytest.raises(PermissionDenied):
        main_venue.save(venue.edition, venue, {"place": "我的院子"}, by=owner, seen=seen)


def test_a_zone_with_booths_is_not_taken_away(venue: MainVenue, office: Any) -> None:
    zone = Zone.objects.create(edition=venue.edition, code="a", name="甲")
    Booth.objects.create(edition=venue.edition, zone=zone, code="a01", name="乙", exhibitor="丙")

    with pytest.raises(ValidationError):
        editing.remove(venue.edition, zone, by=office)


def test_the_office_makes_an_item_a_zone_and_a_booth_in_the_browser(
    venue: MainVenue, office: Any, client: Client
) -> None:
    unit = UnitFactory(name="天文馆")
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    stamp = editing.stamp({})

    def send(to: str, **values: Any) -> int:
        address = reverse("editions:main-venue-part-new", args=[venue.edition.code, to])
        return client.post(address, values | {"seen": stamp}).status_code

    assert send("zones", code="a", name="星空", position=0) == 302
    assert send("booths", code="a01", zone="a", name="看月亮", exhibitor="天文馆") == 302
    assert send("items", part="stage", day="2024-09-14", starts="10:00", ends="10:30", name="开场") == 302
    assert send("items", part="stage", day="2024-09-20", starts="10:00", name="太晚了") == 422
    assert send("items", part="stage", day="2024-09-14", starts="10:00", ends="09:00", name="倒着走") == 422

    assert Booth.objects.get().organization == unit
    assert [item.name for item in StageItem.objects.all()] == ["开场"]


def test_the_public_sees_it_once_it_is_published(venue: MainVenue, client: Client, in_the_month: Any) -> None:
    StageItem.objects.create(
        edition=venue.edition, code="x", part="ceremony", name="启动时刻", day=DAY, starts=time(9, 50)
    )
    address = reverse("programme:main-venue")

    before = client.get(address).content.decode()
    MainVenue.objects.update(is_published=True)
    audit.record("mainvenue.change", venue, by=None)
    after = client.get(address).content.decode()

    assert "启动时刻" not in before and "主场安排还没有公布" in before
    assert "启动时刻" in after and "正在进行" in after, "09:50 to 10:20 without an end; it is 10:00"


def test_the_plan_is_shown_to_the_public_only_with_the_main_venue(edition: Edition, client: Client) -> None:
    address = reverse("editions:main-venue-plan", args=[edition.code])

    shown = client.get(address)
    assert shown.getvalue().startswith(b"\x89PNG")
    MainVenue.objects.update(is_published=False)
    assert client.get(address).status_code == 404
