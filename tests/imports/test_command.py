"""`kepuyue import`: the contract's JSON, and the project's 279 real activities both ways."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from kepuyue.activities.models import Activity, Session, State
from kepuyue.imports.models import ImportBatch
from kepuyue.imports.queries import counts
from tests.factories import DistrictFactory, EditionFactory, UnitFactory

REAL = Path(settings.EDITIONS_DIR) / "shenzhen-2024" / "demo" / "activities.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    DistrictFactory()
    return EditionFactory()


def run(capsys, *arguments):
    call_command("import", *map(str, arguments))
    return capsys.readouterr().out


def report(capsys, *arguments):
    return json.loads(run(capsys, *arguments, "--format", "json", "--dry-run"))


def test_dry_run_json_has_the_shape_of_the_contract(city, capsys, tmp_path):
    file = tmp_path / "活动.csv"
    file.write_text(
        "活动名称,主办单位,协办单位,活动时间,活动地点,所属区,联系人,备注\n"
        "湿地观鸟,福田区科协;深圳市科学技术协会,红树林基金会,9月14日 9:00-11:00,红树林公园,福田,张老师13800138000,带水\n"
        "秋夜观星,深圳市科协,,9月中旬,西涌,,,\n合计,2\n"
    )

    found = report(capsys, file, "--edition", city.code)

    assert list(found) == [
        "activities",
        "problems",
        "skipped_rows",
        "ignored_sheets",
        "same_unit",
        "encoding",
    ]
    assert found["activities"][0] == {
        "title": "湿地观鸟",
        "organizers": ["福田区科协", "深圳市科学技术协会"],
        "co_organizers": ["红树林基金会"],
        "venue": "红树林公园",
        "district": "福田区",
        "mode": "offline",
        "summary": "",
        "audience": "",
        "booking": "unknown",
        "capacity": None,
        "contact": {"names": ["张老师"], "phones": ["13800138000"]},
        "note": "带水",
        "status": "planned",
        "sessions": [
            {"start": "2024-09-14T09:00:00+08:00", "end": "2024-09-14T11:00:00+08:00", "all_day": False}
        ],
        "source": {"sheet": "", "rows": [2]},
    }
    assert [{**p, "why": ""} for p in found["problems"]] == [
        {"sheet": "", "cell": "D3", "code": "date-vague", "severity": "error", "why": ""}
    ]
    assert found["skipped_rows"] == [{"sheet": "", "row": 4, "why": "合计行"}]
    assert found["same_unit"] == [["深圳市科学技术协会", "深圳市科协"]]
    assert found["encoding"] == "utf-8"
    assert not ImportBatch.objects.exists()


def test_unreadable_file_ends_with_two_and_one_sentence(city, capsys, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"%PDF-1.7")

    with pytest.raises(SystemExit) as end:
        run(capsys, file, "--edition", city.code, "--dry-run")

    said = capsys.readouterr()
    assert (end.value.code, said.out, said.err.count("\n")) == (2, "", 1)


def test_missing_file_ends_with_two(city, capsys, tmp_path):
    with pytest.raises(SystemExit) as end:
        run(capsys, tmp_path / "no.csv")

    assert end.value.code == 2


def test_unknown_edition_names_the_known_ones(city, capsys):
    with pytest.raises(CommandError, match="shenzhen-2024"):
        run(capsys, REAL, "--edition", "paris-2024")


@pytest.mark.parametrize("option", [["--unit", "没有这个单位"], ["--as", "nobody@example.org"]])
def test_unknown_unit_or_person_is_refused(city, capsys, option):
    with pytest.raises(CommandError):
        run(capsys, REAL, "--edition", city.code, *option)


def test_unit_is_found_by_its_usual_short_name(city, capsys, tmp_path):
    unit = UnitFactory(name="深圳市天文学会")
    file = tmp_path / "a.csv"
    file.write_text("活动名称,时间\n观星,9月14日\n")

    run(capsys, file, "--edition", city.code, "--unit", "天文学会")

    assert Activity.objects.get().organization == unit


def test_real_activities_into_the_edition_all_come_in_or_are_listed(city, capsys):
    run(capsys, REAL, "--edition", city.code)

    batch = ImportBatch.objects.get()
    assert counts(batch) | {"read": 0} == {
        "waiting": 0, "created": 279, "changed": 0, "unchanged": 0, "refused": 0, "skipped": 0, "undone": 0, "read": 0,
    }  # fmt: skip
    assert Activity.objects.filter(edition=city, state=State.DRAFT).count() == 279
    # Of the 34 activities of 2024, those with a month only have no session; nothing of another year has one
    assert set(Session.objects.values_list("starts_at__year", flat=True)) == {2024}
    codes = Counter(problem["code"] for row in batch.rows.all() for problem in row.problems)
    assert (codes["year-implausible"], codes["date-vague"], codes["date-missing"]) == (229, 89, 16)


def test_real_activities_into_archives_keep_their_years_and_lose_none(city, capsys):
    text = run(capsys, REAL)

    assert "279" in text
    assert Activity.objects.filter(state=State.ARCHIVED).count() == 279
    years = Counter(Activity.objects.values_list("edition__code", flat=True))
    assert (years["archive-2023"], years["archive-2006"], years["archive-undated"]) == (55, 1, 16)
    month_only = Activity.objects.get(edition__code="archive-2006")
    assert (month_only.dates_as_written, month_only.sessions.count()) == ("2006-02", 0)
    titles = {row["title"] for row in ImportBatch.objects.get().rows.values_list("raw", flat=True)}
    assert set(Activity.objects.values_list("title", flat=True)) == titles

    run(capsys, REAL)

    assert Activity.objects.count() == 279
    assert counts(ImportBatch.objects.first())["unchanged"] == 279


def test_import_is_taken_back_by_its_number(city, capsys, tmp_path):
    file = tmp_path / "活动.csv"
    file.write_text("活动名称,主办单位,活动时间\n湿地观鸟,甲馆,9月14日\n秋夜观星,甲馆,9月15日\n")
    UnitFactory(name="甲馆")
    result = json.loads(
        run(capsys, file, "--edition", city.code, "--unit", "甲馆", "--format", "json")
    )["result"]  # fmt: skip
    stars = Activity.objects.get(title="秋夜观星")
    Activity.objects.filter(pk=stars.pk).update(version=stars.version + 1)

    taken_back = json.loads(run(capsys, "--undo", result["batch"], "--format", "json"))

    assert taken_back["undone"] == 1
    assert [(row["number"], bool(row["why"])) for row in taken_back["kept"]] == [(3, True)]
    assert Activity.objects.get() == stars
    with pytest.raises(CommandError):
        run(capsys, "--undo", result["batch"])


@pytest.mark.parametrize("arguments", [(), ("--undo", 999), ("a.csv", "--undo", 1)])
def test_undo_of_what_is_none_is_refused(db, capsys, arguments):
    with pytest.raises(CommandError):
        run(capsys, *arguments)
