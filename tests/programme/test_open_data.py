"""The open data, read back as a spreadsheet, a program and the standard's own description read them."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dplib
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from jsonschema.validators import validator_for
from selectolax.lexbor import LexborHTMLParser

from kepuyue.activities.models import Activity, ChangeNotice, Participation, Session, Speaker, State, UnitRole
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.programme import tasks
from kepuyue.programme.models import Output
from kepuyue.programme.open_data import packing, rows
from kepuyue.programme.open_data.tables import TABLES
from tests.conftest import SHENZHEN
from tests.factories import ActivityFactory, DistrictFactory, SessionFactory, UnitFactory, VenueFactory
from tests.programme.given import announce, published
from tests.security import corpus

pytestmark = pytest.mark.django_db
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2024, 9, day, hour, tzinfo=SHENZHEN)


@pytest.fixture
def month(in_the_month: datetime) -> dict[str, Activity]:
    """A talk on two days in a hall, one called off, one in another city, one over weeks, one without a day."""
    futian = DistrictFactory(code="futian", name="福田区", name_en="Futian District")
    unit = UnitFactory(name="少年宫管理处", district=futian)
    hall = VenueFactory(
        name="少年宫", address="红荔路1号", lng=114.05, lat=22.55, district=futian, organization=unit
    )

    def one(title: str, *days: int, **facts: Any) -> Activity:
        made = published(title=title, sessions=0, **{"district": futian, **facts})
        for day in days:
            SessionFactory(activity=made, venue=hall, starts_at=at(day), ends_at=at(day, 11), place="二楼")
        return made

    talk = one("湿地观鸟", 15, 16, title_en="Watching birds", summary="带望远镜", admission="free", age_min=6,
               public_phone="0755-00000000", accessibility_items=["wheelchair", "captions"])  # fmt: skip
    Participation.objects.create(
        activity=talk, role=UnitRole.HOST, name="少年宫", organization=unit, position=0
    )
    Participation.objects.create(activity=talk, role=UnitRole.HOST, name="观鸟协会；分会;一组", position=1)
    off = one("停办的讲座", 15, state=State.CANCELLED, cancel_reason="台风")
    linked = one("广州的开放日", 18, city="广州", district=None)
    lasting = one("标本展")
    SessionFactory(
        activity=lasting,
        is_all_day=True,
        starts_at=at(1, 0),
        ends_at=at(30, 0),
        venue=None,
        is_postponed=True,
    )
    undated = one("择期举行", dates_as_written="九月下旬")
    for each in (talk, off, linked, lasting, undated):
        announce(each)
    return {"talk": talk, "off": off, "linked": linked, "lasting": lasting, "undated": undated}


def edition() -> Edition:
    return Edition.objects.get(is_current=True)


def packed() -> bytes:
    file = io.BytesIO()
    packing.write(edition(), file)
    return file.getvalue()


def members(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def csv_tables(files: dict[str, bytes]) -> dict[str, list[dict[str, str]]]:
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        for name, body in files.items()
        if name.endswith(".csv")
    }


def json_tables(files: dict[str, bytes]) -> Tables:
    return {
        name.removesuffix(".jsonl"): [json.loads(line) for line in body.decode().splitlines()]
        for name, body in files.items()
        if name.endswith(".jsonl")
    }


def test_the_file_holds_what_the_public_list_holds_and_nothing_else(month: dict[str, Activity]) -> None:
    ActivityFactory(title="还是草稿", sessions=1)
    published(title="被下架的", state=State.TAKEN_DOWN)
    UnitFactory(name="还没有确认的单位", state=Organization.State.PENDING)
    Speaker.objects.create(activity=month["talk"], name="主讲人甲")
    Activity.objects.update(
        contact_name="联系人乙", contact_phone="13800000000", content_lead="负责人丙", safety_plan="预案丁",
        description="全文戊",
    )  # fmt: skip

    files = members(packed())

    tables = json_tables(files)
    assert {row["code"] for row in tables["activities"]} == {one.code for one in month.values()}
    assert len(tables["sessions"]) == 5 and len(tables["participations"]) == 2
    assert [row["name"] for row in tables["venues"]] == ["少年宫"]
    text = b"".join(files.values()).decode()
    for secret in ("还是草稿", "被下架的", "还没有确认的单位", "主讲人甲", "联系人乙", "13800000000", "负责人丙",
                   "预案丁", "全文戊", "0755-00000000"):  # fmt: skip
        assert secret not in text, secret


def test_each_fact_stands_in_its_column(month: dict[str, Activity]) -> None:
    tables = json_tables(members(packed()))

    by_code = {row["code"]: row for row in tables["activities"]}
    talk = by_code[month["talk"].code]
    assert (
        talk["title"] == "湿地观鸟" and talk["title_en"] == "Watching birds" and talk["summary"] == "带望远镜"
    )
    assert (talk["status"], talk["admission"], talk["district"], talk["city"]) == (
        "held", "free", "futian", edition().city,
    )  # fmt: skip
    assert talk["age_min"] == 6 and talk["age_max"] is None and talk["is_year_round"] is False
    assert talk["access_items"] == ["wheelchair", "captions"]
    assert talk["hosts"] == ["少年宫", "观鸟协会；分会;一组"]
    assert talk["url"].endswith(f"/activities/{month['talk'].code}/")
    off, linked = by_code[month["off"].code], by_code[month["linked"].code]
    assert (off["status"], off["cancel_reason"]) == ("cancelled", "台风")
    assert (linked["city"], linked["district"]) == ("广州", None)
    assert by_code[month["lasting"].code]["status"] == "postponed"
    assert by_code[month["undated"].code]["dates_as_written"] == "九月下旬"
    sessions = {code: [row for row in tables["sessions"] if row["activity"] == code] for code in by_code}
    first = sessions[month["talk"].code][0]
    assert (first["starts_at"], first["ends_at"]) == (
        "2024-09-15T09:00:00+08:00",
        "2024-09-15T11:00:00+08:00",
    )
    assert first["place"] == "二楼" and first["venue"] == tables["venues"][0]["id"]
    assert [row["status"] for row in sessions[month["off"].code]] == ["cancelled"]
    [lasting] = sessions[month["lasting"].code]
    assert (lasting["status"], lasting["is_all_day"]) == ("postponed", True)
    assert (lasting["first_day"], lasting["last_day"]) == ("2024-09-01", "2024-09-29")
    [hall] = tables["venues"]
    assert (hall["address"], hall["lng"], hall["lat"], hall["district"]) == (
        "红荔路1号",
        114.05,
        22.55,
        "futian",
    )
    assert hall["organization"] == Organization.objects.get(name="少年宫管理处").code
    codes = {(row["list"], row["code"]): row for row in tables["codes"]}
    assert codes["admission", "free"]["name"] == "免费" and codes["admission", "free"]["name_en"] == "Free"
    assert codes["status", "cancelled"]["name"] == "已取消"


def test_both_forms_of_a_table_say_the_same(month: dict[str, Activity]) -> None:
    files = members(packed())

    as_csv, as_json = csv_tables(files), json_tables(files)
    assert set(as_csv) == set(as_json) == {table.name for table in TABLES}
    for table in TABLES:
        assert len(as_csv[table.name]) == len(as_json[table.name]), table.name
        for cells, values in zip(as_csv[table.name], as_json[table.name], strict=True):
            assert list(cells) == list(values) == [one.name for one in table.columns]
            for one in table.columns:
                assert cells[one.name] == in_a_cell(values[one.name]), (table.name, one.name)
    assert files["activities.csv"].startswith("\ufeffcode,title,".encode())


def in_a_cell(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, list):
        return ";".join(one.replace(";", "；") for one in value)
    return str(value)


def test_hostile_text_stays_text_and_becomes_no_formula(in_the_month: datetime) -> None:
    hostile = [text[:100] for kind in corpus.names() for text in corpus.KINDS[kind]]
    hostile += ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', 'a\r\nb,c"d', "＝1"]
    for number, text in enumerate(hostile):
        made = published(title=text or "x", summary=text, host=f"{text}"[:110] or "x", sessions=1)
        Activity.objects.filter(pk=made.pk).update(
            booking_url="javascript:kpx()", admission_note=text[:120], cancel_reason=text[:200]
        )
        Session.objects.filter(activity=made).update(
            note=text[:120], place=text[:200], venue=VenueFactory(name=f"{text[:90]}{number}")
        )
    Organization.objects.update(address="=2+2", designations=["@a", "b;c"])

    files = members(packed())

    for name, found in csv_tables(files).items():
        for row in found:
            for column, cell in row.items():
                is_number = cell.replace(".", "").removeprefix("-").isdecimal() and column in ("lng", "lat")
                assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")), (name, row)
                assert "\n" not in cell
    titles = {row["title"] for row in json_tables(files)["activities"]}
    assert {"=1+1", "@SUM(A1)", 'a b,c"d'} <= titles
    assert len(csv_tables(files)["activities"]) == len(hostile)
    assert {row["booking_url"] for row in json_tables(files)["activities"]} == {""}
    for body in files.values():
        body.decode()


def test_sums_are_right_and_every_file_is_described(month: dict[str, Activity]) -> None:
    files = members(packed())

    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest, name
    described = json.loads(files["datapackage.json"])
    for resource in described["resources"]:
        body = files[resource["path"]]
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert resource["bytes"] == len(body)
        assert resource["rows"] == body.count(b"\n") - (resource["format"] == "csv")
    tables = {one["path"] for one in described["resources"]}
    assert tables == {name for name in files if name.endswith((".csv", ".jsonl"))}


def test_the_descriptor_keeps_to_the_standard_and_the_rows_to_the_descriptor(
    month: dict[str, Activity],
) -> None:
    files = members(packed())
    described, found = json.loads(files["datapackage.json"]), json_tables(files)

    profiles = Path(dplib.__file__).parent / "profiles" / "2.0"
    for name, parts in (
        ("datapackage.json", [described]),
        ("tableschema.json", [one["schema"] for one in described["resources"]]),
    ):
        profile = json.loads((profiles / name).read_text())
        for part in parts:
            assert [fault.message for fault in validator_for(profile)(profile).iter_errors(part)] == []
    assert described["name"] == f"kepuyue-{edition().code}-open-data"
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
                             "date": str, "datetime": str}  # fmt: skip
    for resource in described["resources"]:
        schema, rows_of = resource["schema"], found[resource["path"].rpartition(".")[0]]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows_of]
        assert len(set(keys)) == len(keys), resource["name"]
        for link in schema.get("foreignKeys", ()):
            target = found[link["reference"]["resource"]]
            known = {tuple(row[name] for name in link["reference"]["fields"]) for row in target}
            named = {tuple(row[name] for name in link["fields"]) for row in rows_of}
            assert {one for one in named if None not in one} <= known, (resource["name"], link)
        if resource["format"] == "csv":
            continue
        for field in schema["fields"]:
            rules = field.get("constraints", {})
            for value in (row[field["name"]] for row in rows_of):
                assert value not in (None, "") or "required" not in rules, field
                assert value is None or isinstance(value, kinds[field["type"]]), field
                assert value in rules.get("enum", [value]), field
                if value and field["type"].startswith("date"):
                    datetime.fromisoformat(value)


def test_the_dictionary_names_every_column_in_both_languages(month: dict[str, Activity]) -> None:
    files = members(packed())

    chinese, english = files["README.zh-CN.md"].decode(), files["README.md"].decode()
    for table in TABLES:
        for one in table.columns:
            assert f"| `{one.name}` |" in chinese and f"| `{one.name}` |" in english
    assert "一句话介绍" in chinese and "One-sentence summary" in english
    # Names apart, nothing Chinese is left in the English one
    assert [line for line in english.splitlines() if any("\u4e00" <= sign <= "\u9fff" for sign in line)] == []
    for text in (chinese, english, files["LICENSE.txt"].decode()):
        assert "https://creativecommons.org/licenses/by/4.0/" in text and "/open-data/" in text


def test_the_same_data_give_the_same_bytes_with_the_time_of_the_newest_change(
    month: dict[str, Activity], clock: Any
) -> None:
    first = packed()
    clock.set(datetime(2024, 9, 20, 12, tzinfo=SHENZHEN))

    assert packed() == first
    newest = max(Activity.objects.values_list("updated_at", flat=True)).astimezone(SHENZHEN)
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        times = {one.date_time for one in package.infolist()}
    [(year, month_, day, hour, minute, second)] = times
    assert datetime(year, month_, day, hour, minute, second // 2 * 2) == newest.replace(
        tzinfo=None, microsecond=0, second=newest.second // 2 * 2
    )
    Activity.objects.filter(pk=month["talk"].pk).update(title="湿地观鸟二")
    assert packed() != first


def test_activities_are_read_a_few_at_a_time(
    month: dict[str, Activity], monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    whole = packed()
    monkeypatch.setattr(rows, "AT_ONCE", 2)

    assert packed() == whole
    monkeypatch.setattr(rows, "AT_ONCE", 500)
    with django_assert_max_num_queries(30):
        packed()


def test_the_license_is_the_edition_s_own(month: dict[str, Activity], client: Client) -> None:
    one = edition()
    one.policy = one.policy | {
        "open_data": {
            "license": "SZ-OPEN-1.0", "license_name": "深圳市公共数据开放许可", "license_name_en": "Shenzhen license",
            "license_url": "https://opendata.example.org/license",
        }
    }  # fmt: skip
    one.save()

    files, page = members(packed()), client.get("/open-data/").content.decode()

    [license] = json.loads(files["datapackage.json"])["licenses"]
    assert license["name"] == "SZ-OPEN-1.0" and license["path"] == "https://opendata.example.org/license"
    for text in (files["LICENSE.txt"].decode(), files["README.zh-CN.md"].decode(), page):
        assert "深圳市公共数据开放许可" in text and "https://opendata.example.org/license" in text


def test_the_page_says_what_there_is_in_both_languages(month: dict[str, Activity], client: Client) -> None:
    chinese = client.get("/open-data/").content.decode()
    english = client.get("/open-data/", headers={"accept-language": "en"}).content.decode()

    for text in ("开放数据", "activities.csv", "知识共享", "datapackage.json", "数据来源："):
        assert text in chinese, text
    for text in ("Open data", "activities.csv", "Creative Commons Attribution 4.0", "Source: "):
        assert text in english, text
    data = json.loads(LexborHTMLParser(chinese).css_first('script[type="application/ld+json"]').text())
    assert "Dataset" in data["@type"] and "dcat:Dataset" in data["@type"]
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["distribution"]["contentUrl"].endswith("/open-data.zip")
    assert 'href="/open-data/"' in client.get("/").content.decode()
    assert 'href="/open-data/"' in client.get("/press/").content.decode()


def fetched(client: Client) -> tuple[str, bytes]:
    """The file's tag and its bytes; made first where it was not there."""
    answer = client.get("/open-data.zip")
    if answer.status_code == 202:
        tasks.make_output.func(Output.objects.get(state="waiting").pk)
        answer = client.get("/open-data.zip")
    assert answer.status_code == 200
    return answer["ETag"], b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_it_is_asked_for_made_by_the_worker_and_given(client: Client, month: dict[str, Activity]) -> None:
    first = client.get("/open-data.zip")
    assert first.status_code == 202 and first["Retry-After"] and "排队中" in first.content.decode()
    assert client.get("/open-data.zip").status_code == 202 and Output.objects.count() == 1
    tasks.make_output.func(Output.objects.get().pk)

    done = client.get("/open-data.zip")

    assert done.status_code == 200 and done["Content-Type"] == "application/zip"
    assert f"kepuyue-{edition().code}-open-data.zip" in done["Content-Disposition"]
    body = b"".join(done.streaming_content)  # type: ignore[attr-defined]
    assert body == packed() and Output.objects.get().size == len(body)
    assert hashlib.sha256(body).hexdigest() in done["ETag"]
    again = client.get("/open-data.zip", headers={"if-none-match": done["ETag"]})
    assert again.status_code == 304 and again["ETag"] == done["ETag"] and not done.has_header("Last-Modified")
    page = client.get("/open-data/").content.decode()
    assert "5行" in page and "2024-" in page
    assert "文件做好了" in client.get("/open-data.zip?progress=1").content.decode()


def test_a_plain_edit_waits_an_hour_and_a_cancellation_does_not(
    client: Client, month: dict[str, Activity], clock: Any
) -> None:
    before, _body = fetched(client)
    month["talk"].title, month["talk"].version = "湿地观鸟记", 8
    month["talk"].save()

    assert fetched(client)[0] == before
    Output.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    assert fetched(client)[0] == before, "the last one is given while the next is made"
    month["talk"].title = "湿地观鸟又记"
    month["talk"].save()
    assert fetched(client)[0] == before
    tasks.make_output.func(Output.objects.get(state="waiting").pk)
    edited, _body = fetched(client)
    assert edited != before and Output.objects.count() == 1
    clock.set(datetime(2024, 9, 14, 10, 1, tzinfo=SHENZHEN))
    ChangeNotice.objects.create(activity=month["talk"], kind="cancelled")
    month["talk"].state, month["talk"].version = State.CANCELLED, 9
    month["talk"].save()

    tag, body = fetched(client)

    assert tag != edited
    by_code = {row["code"]: row for row in json_tables(members(body))["activities"]}
    assert by_code[month["talk"].code]["status"] == "cancelled"


def test_what_nothing_changed_in_stays_the_same_file(client: Client, month: dict[str, Activity]) -> None:
    before, _body = fetched(client)
    first = Output.objects.get().pk
    # The programme was read anew, and nothing in it differs
    announce(month["talk"])
    Output.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    fetched(client)
    tasks.make_output.func(Output.objects.get(state="waiting").pk)

    assert fetched(client)[0] == before and Output.objects.get().pk != first
    assert client.get("/open-data.zip", headers={"if-none-match": before}).status_code == 304


def test_one_is_made_at_a_time_whatever_was_edited_since(client: Client, month: dict[str, Activity]) -> None:
    assert client.get("/open-data.zip").status_code == 202
    month["talk"].title = "湿地观鸟记"
    month["talk"].save()

    assert client.get("/open-data.zip").status_code == 202 and Output.objects.count() == 1


def test_what_leads_to_a_person_is_masked_in_what_units_wrote(month: dict[str, Activity]) -> None:
    talk = month["talk"]
    talk.booking_note = "找王老师13800000000或wang@example.org报名，总机0755-00000000"
    talk.summary = "加微信号kepu_2024进群"
    talk.save()
    talk.sessions.update(note="现场电话１３８００００００００")

    tables = json_tables(members(packed()))

    by_code = {row["code"]: row for row in tables["activities"]}
    row = by_code[talk.code]
    assert row["booking_note"] == "找王老师［已隐去］或［已隐去］报名，总机0755-00000000"
    assert row["summary"] == "加［已隐去］进群"
    assert {one["note"] for one in tables["sessions"] if one["activity"] == talk.code} == {
        "现场电话［已隐去］"
    }


def test_a_file_that_was_cleared_away_is_made_anew(
    client: Client, month: dict[str, Activity], tmp_path: Path
) -> None:
    fetched(client)
    [file] = (tmp_path / "outputs").iterdir()
    file.unlink()

    assert client.get("/open-data.zip").status_code == 404
    assert members(fetched(client)[1])


def test_what_fails_says_so(
    client: Client, month: dict[str, Activity], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/open-data.zip")

    def breaks(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(packing, "write", breaks)
    tasks.make_output.func(Output.objects.get().pk)

    answer = client.get("/open-data.zip")
    assert answer.status_code == 202 and "没有做成" in answer.content.decode()


def test_before_publicity_opens_there_is_none(
    client: Client, month: dict[str, Activity], clock: Any, tmp_path: Path
) -> None:
    clock.set(datetime(2024, 8, 1))

    for address in ("/open-data/", "/open-data.zip"):
        page = client.get(address)
        assert page.status_code == 200 and "activities.csv" not in page.content.decode()
    assert not Output.objects.exists()
    with pytest.raises(CommandError, match="public"):
        call_command("open-data", "--to", str(tmp_path))


def test_the_command_writes_the_same_file(month: dict[str, Activity], tmp_path: Path) -> None:
    call_command("open-data", "--to", str(tmp_path))
    call_command("open-data", "--to", str(tmp_path / "a.zip"), "--edition", edition().code)

    first = tmp_path / f"kepuyue-{edition().code}-open-data.zip"
    assert first.read_bytes() == (tmp_path / "a.zip").read_bytes() == packed()
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([first.name, "a.zip"])
    with pytest.raises(CommandError, match="zip"):
        call_command("open-data", "--to", str(tmp_path / "a.tar"))
    with pytest.raises(CommandError, match=edition().code):
        call_command("open-data", "--to", str(tmp_path), "--edition", "nowhere")
