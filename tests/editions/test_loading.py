"""Loading a folder, again and again, beside people who change things on screen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from kepuyue.accounts.models import User
from kepuyue.core import audit
from kepuyue.editions.actions import copying, editing, loading
from kepuyue.editions.folder import BrokenFolder
from kepuyue.editions.models import Edition, LoadedFolder, Term
from kepuyue.organizations.models import District, Organization
from tests.factories import ActivityFactory, MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
Edit = Callable[[str, str, str], int]


def theme(edition: Edition, text: str, by: User) -> None:
    seen = editing.stamp(editing.values_of(edition, ("theme",)))
    editing.change(edition, edition, {"theme": text}, by=by, seen=seen)


def lines(report: loading.Report, verb: str) -> list[tuple[str, str]]:
    return [(line.name, line.note) for line in report.lines if line.verb == verb]


def test_loading_fills_an_empty_database(real_folder: Path) -> None:
    edition = loading.load(real_folder).edition

    assert edition.ordinal == "第二十一届全国科普日暨第五届深圳科普月"
    assert edition.is_current
    assert edition.office == Organization.objects.get(level="office")
    assert Organization.objects.filter(level="department").count() == 28
    assert Organization.objects.filter(level="district").count() == 11
    assert Organization.objects.filter(level="unit").count() == 101
    assert Term.objects.get(taxonomy__code="content", code="health").parent == Term.objects.get(
        code="for_people"
    )


def test_units_stand_below_their_district(folder: Path) -> None:
    loading.load(folder)

    observatory = Organization.objects.get(code="tianwentai")
    assert observatory.parent == Organization.objects.get(code="dapeng-ast")
    assert observatory.is_within(Organization.objects.get(code="szast"))


def test_place_without_designation_is_no_certified_base(folder: Path) -> None:
    loading.load(folder)

    for unit in Organization.objects.filter(type="base"):
        assert unit.designations != []


def test_loading_again_changes_nothing(folder: Path) -> None:
    first = loading.load(folder)
    trail = audit.trail(first.edition).count()

    second = loading.load(folder)

    assert second.lines == []
    assert second.edition.version == first.edition.version
    assert audit.trail(first.edition).count() == trail


def test_changed_lines_only_are_written_and_told(folder: Path, edit: Edit) -> None:
    before = loading.load(folder).edition
    edit("edition.yaml", "theme: 提升全民科学素质，协力建设科技强国", "theme: 科技改变生活")
    edit("bases.csv", "kexueguan,深圳市科学馆,other", "kexueguan,深圳市科学馆（旧馆）,other")
    edit("taxonomies.yaml", "name_en: Short video", "name_en: Short film")

    report = loading.load(folder)

    assert lines(report, "changed") == [
        ("深圳市科学馆（旧馆）", "单位名称"),
        ("2024年深圳科普月", "主题"),
        ("短视频", "英文名称"),
    ]
    assert report.edition.version == before.version + 1
    assert audit.trail(report.edition)[1].changes == {
        "theme": ["提升全民科学素质，协力建设科技强国", "科技改变生活"]
    }


def test_what_the_office_changed_on_screen_stays(folder: Path) -> None:
    edition = loading.load(folder).edition
    office = MembershipFactory(organization=edition.office, role="office").user
    theme(edition, "科技改变生活 创新赢得未来", office)
    days = {"registration_due": date(2024, 8, 20), "summary_due": date(2024, 9, 29)}
    editing.change_dates(edition, days, by=office, seen=editing.stamp(editing.dates_of(edition)))

    report = loading.load(folder)

    edition.refresh_from_db()
    assert edition.theme == "科技改变生活 创新赢得未来"
    assert dict(edition.key_dates.values_list("kind", "day"))["summary_due"] == date(2024, 9, 29)
    assert edition.key_dates.filter(kind="registration_due").exists()
    assert not report.has_changes
    assert ("2024年深圳科普月", "已在系统里修改：主题") in lines(report, "kept")


def test_line_that_changed_in_the_folder_is_the_later_word(folder: Path, edit: Edit) -> None:
    edition = loading.load(folder).edition
    office = MembershipFactory(organization=edition.office, role="office").user
    theme(edition, "甲", office)
    edit("edition.yaml", "theme: 提升全民科学素质，协力建设科技强国", "theme: 乙")

    report = loading.load(folder)

    assert report.edition.theme == "乙"


def test_unit_made_by_hand_is_neither_changed_nor_doubled(folder: Path) -> None:
    mine = UnitFactory(name="深圳市天文台", address="西涌")

    report = loading.load(folder)

    mine.refresh_from_db()
    assert (mine.address, mine.type) == ("西涌", "base")
    assert Organization.objects.filter(name="深圳市天文台").count() == 1
    assert ("深圳市天文台", "已有同名单位，没有改动") in lines(report, "kept")


def test_unit_that_people_edited_keeps_their_words(folder: Path) -> None:
    loading.load(folder)
    Organization.objects.filter(code="kexueguan").update(address="上步中路1003号")

    report = loading.load(folder)

    assert Organization.objects.get(code="kexueguan").address == "上步中路1003号"
    assert lines(report, "kept") == [("深圳市科学馆", "已在系统里修改：地址")]


def test_unit_whose_district_changes_moves_with_its_branch(folder: Path, edit: Edit) -> None:
    loading.load(folder)
    child = UnitFactory(name="科学馆分馆", parent=Organization.objects.get(code="kexueguan"))
    edit("bases.csv", "kexueguan,深圳市科学馆,other,futian", "kexueguan,深圳市科学馆,other,nanshan")

    loading.load(folder)

    child.refresh_from_db()
    assert child.is_within(Organization.objects.get(code="nanshan-ast"))
    assert not child.is_within(Organization.objects.get(code="futian-ast"))


def test_unit_that_left_the_folder_stays_and_is_told(folder: Path, edit: Edit) -> None:
    loading.load(folder)
    edit("bases.csv", "baoankejiguan,宝安科技馆,other,baoan,,科技场馆类,,,,\n", "")

    report = loading.load(folder)

    assert Organization.objects.filter(code="baoankejiguan").exists()
    assert lines(report, "kept") == [("宝安科技馆", "文件夹里已经没有，系统里保留")]


def test_term_in_use_that_left_the_folder_stays_and_is_told(folder: Path, edit: Edit) -> None:
    edition = loading.load(folder).edition
    ActivityFactory(edition=edition, terms=["online_form:vr"])
    edit(
        "taxonomies.yaml", "    - {code: vr, name: VR, name_en: VR, synonyms: [虚拟现实, 全景, VR体验]}\n", ""
    )
    edit(
        "taxonomies.yaml",
        "    - {code: cloud_release, name: 云发布, name_en: Cloud release, synonyms: [线上发布, 网络发布]}\n",
        "",
    )

    report = loading.load(folder)

    assert lines(report, "kept") == [("VR", "文件夹里已经没有，但还有活动在用，没有删除")]
    assert lines(report, "removed") == [("云发布", "")]


def test_key_date_that_left_the_folder_goes(folder: Path, edit: Edit) -> None:
    loading.load(folder)
    edit("edition.yaml", "  - kind: summary_due\n    day: 2024-09-28\n    source: 通知四（三）\n\n", "\n")

    report = loading.load(folder)

    assert not report.edition.key_dates.filter(kind="summary_due").exists()


def test_broken_folder_writes_nothing(folder: Path, edit: Edit) -> None:
    edit("edition.yaml", "year: 2024", "year: 24")

    with pytest.raises(BrokenFolder):
        loading.load(folder)

    assert not Edition.objects.exists()
    assert not District.objects.exists()


def test_next_edition_takes_over_as_the_current_one(folder: Path, tmp_path: Path) -> None:
    first = loading.load(folder).edition
    next_year = tmp_path / "shenzhen-2025"
    copying.copy(folder, next_year, 2025)
    for path in (next_year / "edition.yaml", next_year / "notice.md"):
        path.write_text(path.read_text("utf-8").replace("issued_on: （待填写）", "issued_on: 2025-08-01")
                        .replace("（待填写）", "已填写"), "utf-8")  # fmt: skip
    Organization.objects.filter(code="kexueguan").update(address="上步中路1003号")

    units = Organization.objects.count()

    second = loading.load(next_year).edition

    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    assert second.ordinal == "第二十二届全国科普日暨第六届深圳科普月"
    assert Organization.objects.count() == units
    assert Organization.objects.get(code="kexueguan").address == "上步中路1003号"


def test_loading_beside_the_current_edition_leaves_it_current(folder: Path) -> None:
    report = loading.load(folder, make_current=False)

    assert not report.edition.is_current


def test_only_the_office_may_load(folder: Path) -> None:
    with pytest.raises(PermissionDenied):
        loading.load(folder, by=UserFactory())

    assert not LoadedFolder.objects.exists()


def test_office_loads_over_its_own_edition(folder: Path) -> None:
    edition = loading.load(folder).edition
    office = MembershipFactory(organization=edition.office, role="office").user

    assert not loading.load(folder, by=office).has_changes
