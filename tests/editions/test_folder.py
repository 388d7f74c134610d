"""Every class of fault in a folder is named by file, line and remedy; none stops at the first."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kepuyue.editions.folder import BrokenFolder, check, read

Edit = Callable[[str, str, str], int]


def test_folder_that_ships_has_no_fault(real_folder: Path) -> None:
    assert check(real_folder) == []


def test_folder_read_holds_what_the_notice_says(real_folder: Path) -> None:
    folder = read(real_folder)

    assert [(o.name, o.number) for o in folder.edition.ordinals] == [("全国科普日", 21), ("深圳科普月", 5)]
    assert {entry.kind: str(entry.day) for entry in folder.edition.key_dates} == {
        "registration_opens": "2024-08-06",
        "publicity_opens": "2024-08-21",
        "summary_due": "2024-09-28",
    }
    sizes = {taxonomy.code: len(taxonomy.terms) for taxonomy in folder.taxonomies}
    assert {code: sizes[code] for code in ("tier", "joint_action", "district_focus", "six_into", "field")} == {
        "tier": 4, "joint_action": 5, "district_focus": 4, "six_into": 6, "field": 10,
    }  # fmt: skip
    rows = (folder.districts, folder.associations, folder.members, folder.bases)
    assert [len(table) for table in rows] == [11, 11, 29, 101]


def test_folder_that_ships_names_everything_in_english(real_folder: Path) -> None:
    folder = read(real_folder)

    named = [*folder.taxonomies, *(t for x in folder.taxonomies for t in x.terms), *folder.edition.marks]
    assert [entry.code for entry in [*named, *folder.districts, *folder.members] if not entry.name_en] == []


def test_folder_that_ships_carries_no_private_person(real_folder: Path) -> None:
    for path in real_folder.iterdir():
        text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        assert "83671490" not in text
        assert "http://" not in text
        assert "https://" not in text


# file, what stands there, what it becomes, a part of what is wrong, a part of the remedy
FAULTS = [
    ("edition.yaml", "theme: 提升", "them: 提升", "不认识“them”", "是不是想写“theme”"),
    ("edition.yaml", "  email: kxkpb", "  emial: kxkpb", "不认识“emial”", "是不是想写“email”"),
    ("edition.yaml", "ends_on: 2024-09-30", "ends_on: 2024-09-31", "没有“2024-09-31”这一天", "核对"),
    ("edition.yaml", "ends_on: 2024-09-30", "ends_on: 9月30日", "不是日期", "2024-09-01"),
    ("edition.yaml", "ends_on: 2024-09-30", "ends_on: 20240930", "不是日期", "2024-09-01"),
    ("edition.yaml", "ends_on: 2024-09-30", "ends_on: 2024-08-30", "早于开始日期", "核对"),
    ("edition.yaml", "ends_on: 2024-09-30", "ends_on: 2026-09-30", "超过一年", "核对"),
    ("edition.yaml", "starts_on: 2024-09-01", "starts_on: 2023-09-30", "这一届是2024年", "年份"),
    ("edition.yaml", "day: 2024-09-28", "day: 2024-08-28", "晚于“summary_due”", "核对"),
    ("edition.yaml", "day: 2024-08-21", "day: 2024-10-21", "“publicity_opens”（2024-10-21）晚于", "核对"),
    ("edition.yaml", "kind: summary_due", "kind: sumary_due", "不能是“sumary_due”", "是不是想写“summary_due”"),
    ("edition.yaml", "kind: summary_due", "kind: publicity_opens", "写了两次", "只留一处"),
    ("edition.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Shenzhen", "时区", "Asia/Shanghai"),
    ("edition.yaml", "email: kxkpb@shenzhen.gov.cn", "email: kxkpb", "不是邮箱地址", "核对"),
    ("edition.yaml", "code: shenzhen-2024", "code: 深圳2024", "不合要求", "小写字母"),
    ("edition.yaml", "code: science-china", "code: national-day", "代码“national-day”重复", "前一处"),
    ("edition.yaml", "year: 2024", "year: 二〇二四", "应是数字", "只写数字"),
    ("edition.yaml", "year: 2024", f"year: {'9' * 5000}", "应是数字", "只写数字"),
    ("edition.yaml", "year: 2024", "year: 24", "太小", "1950"),
    ("edition.yaml", "city: 深圳", "city: 755", "应是文字", "引号"),
    ("edition.yaml", "city: 深圳", "city:", "是空的", "填写"),
    ("edition.yaml", "theme: 提升全民科学素质，协力建设科技强国", "theme: （待填写）", "还没有填写", "这一届"),
    ("edition.yaml", "default: [branch, office]", "default: [district, office]", "不能是“district”", "branch"),
    ("edition.yaml", "default: [branch, office]", "defalt: [branch, office]", "缺少“default”", "补上"),
    ("edition.yaml", "tier:main_venue: [office]", "tier:main_venu: [office]", "不是分类项", "tier:main_venue"),
    ("edition.yaml", "organization: szast", "organization: szats", "没有代码是“szats”", "szast"),
    ("edition.yaml", "file: notice.md", "file: ../notice.md", "写法不对", "写法"),
    ("edition.yaml", "file: notice.md", "file: notce.md", "缺少这个文件", "notice.md"),
    ("edition.yaml", "year: 2024", "year: 2024\nyear: 2025", "写了两次", "只留一处"),
    ("edition.yaml", "year: 2024", "\tyear: 2024", "制表符", "空格"),
    ("edition.yaml", "city: 深圳", "city: [深圳", "格式有误", "括号"),
    ("edition.yaml", "city: 深圳", "city: !!python/object/apply:os.system [id]", "类型标记", "普通"),
    ("edition.yaml", "city: 深圳", "city: &c 深圳\nname: *c", "引用", "直接写"),
    ("edition.yaml", "ordinals:\n", "ordinals: 21\nmore:\n", "“ordinals”应是一份清单", "- "),
    ("taxonomies.yaml", "multiple: false\n  required: true", "multiple: maybe\n  required: true", "不能是“maybe”", "true"),
    ("taxonomies.yaml", "{code: vr, name: VR", "{code: live, name: VR", "代码“live”重复", "前一处"),
    ("taxonomies.yaml", "synonyms: [虚拟现实, ", "synonyms: [虚拟现实, 直播间, ", "“直播间”重复", "前一处"),
    ("taxonomies.yaml", "name_en: Farming, parent: for_people", "name_en: Farming, parent: for_peple", "没有代码是“for_peple”", "for_people"),
    ("taxonomies.yaml", "- {code: vr, name: VR, ", "- {code: vr, ", "缺少“name”", "补上"),
    ("synonyms.yaml", "- [机器人, robot, ", "- [机器人, AI, ", "“ai”重复", "前一处"),
    ("districts.csv", "futian,福田区", "Futian,福田区", "“Futian”不合要求", "小写"),
    ("districts.csv", "440304,114.0459", "4403,114.0459", "写法不对", "写法"),
    ("districts.csv", "440304,114.0459,22.5437", "440304,22.5437,114.0459", "太大", "90"),
    ("districts.csv", "440304,114.0459,22.5437", "440304,113.9246,22.5343", "不在“futian”的边界里", "WGS-84"),
    ("districts.csv", "440304,114.0459,22.5437", "440304,114.0459,", "只写了一个", "都写"),
    ("districts.csv", "22.5437,2,1", "22.5437,3,1", "方格位置", "前一处"),
    ("districts.csv", "tile_row\n", "tile_rows\n", "不认识的列“tile_rows”", "tile_row"),
    ("districts.csv", "name,name_en,adcode", "name,name,adcode", "出现了两次", "只留一列"),
    ("districts.csv", "Luohu District,440303", "Luohu, District,440303", "有9格", "双引号"),
    ("members.csv", "szast,深圳市科学技术协会,", 'szast,"深圳市科学技术协会,', "CSV 格式有误", "双引号"),
    ("members.csv", "department,government,市教育局", "office,government,市教育局", "只能有一个", "department"),
    ("members.csv", "department,government,市教育局", "departement,government,市教育局", "不能是“departement”", "department"),
    ("members.csv", "深圳市财政局", "深圳市民政局", "单位名称“深圳市民政局”重复", "前一处"),
    ("associations.csv", "Science and Technology,futian", "Science and Technology,futain", "没有代码是“futain”", "futian"),
    ("bases.csv", "kexueguan,深圳市科学馆,other", "kexueguan,深圳市科学馆,base", "却没有称号", "other"),
    ("bases.csv", "114.05673,22.55026", "114.5,22.6", "不在“futian”的边界里", "核对坐标"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "what", "remedy"), FAULTS, ids=[f[3] for f in FAULTS])
def test_fault_is_named_with_file_line_and_remedy(
    folder: Path, edit: Edit, name: str, old: str, new: str, what: str, remedy: str
) -> None:
    line = edit(name, old, new)

    found = [problem for problem in check(folder) if what in problem.what]

    assert found != []
    assert all(problem.file == name and problem.line for problem in found)
    assert min(abs((problem.line or 0) - line) for problem in found) <= 2
    assert any(remedy in problem.remedy for problem in found)


def test_all_faults_of_all_files_are_told_at_once(folder: Path, edit: Edit) -> None:
    edit("edition.yaml", "theme: 提升", "them: 提升")
    edit("edition.yaml", "ends_on: 2024-09-30", "ends_on: 2024-08-30")
    edit("districts.csv", "futian,福田区", "Futian,福田区")
    edit("taxonomies.yaml", "{code: vr, name: VR", "{code: live, name: VR")
    (folder / "members.csv").unlink()

    problems = check(folder)

    assert [problem.file for problem in problems if "重复" in problem.what] == ["taxonomies.yaml"]
    assert {problem.file for problem in problems} >= {
        "edition.yaml", "districts.csv", "taxonomies.yaml", "members.csv",
    }  # fmt: skip
    assert len([problem for problem in problems if problem.file == "edition.yaml"]) == 2


@pytest.mark.parametrize("name", ["edition.yaml", "taxonomies.yaml", "districts.csv", "members.csv"])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert [p.what for p in check(folder) if p.file == name] == ["缺少这个文件。"]


def test_misspelt_file_is_found(folder: Path) -> None:
    (folder / "bases.csv").rename(folder / "base.csv")

    (problem,) = check(folder)

    assert (problem.file, problem.remedy) == ("base.csv", "是不是想写“bases.csv”？")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "文件是空的"),
        ("year: 2024\ncity: 深圳".encode("gb18030"), "不是 UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "不是 UTF-8"),
        (b"year: 2024\0", "空字符"),
        (b"year: \x07", "不能使用的字符"),
        (b"- a\n- b\n", "分项填写"),
        (b"x: " + b"[" * 5000, "层次太深"),
        (b"a: 1\n" * 600_000, "文件太大"),
    ],
    ids=["empty", "gb18030", "picture", "null", "control", "list", "deep", "big"],
)
def test_unreadable_yaml_is_told_and_nothing_else_breaks(folder: Path, content: bytes, what: str) -> None:
    (folder / "edition.yaml").write_bytes(content)

    problems = [problem for problem in check(folder) if problem.file == "edition.yaml"]

    assert any(what in problem.what for problem in problems)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "表格是空的"),
        ("code,name\nfutian,福田区".encode("gb18030"), "不是 UTF-8"),
        (b"code;name;name_en\n", "不认识的列"),
    ],
)
def test_unreadable_table_is_told(folder: Path, content: bytes, what: str) -> None:
    (folder / "districts.csv").write_bytes(content)

    assert any(what in problem.what for problem in check(folder) if problem.file == "districts.csv")


def test_table_saved_with_byte_order_mark_is_read(folder: Path) -> None:
    path = folder / "districts.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert check(folder) == []


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("{", "不是完好的 GeoJSON"),
        ("[]", "FeatureCollection"),
        (json.dumps({"features": [{"properties": {"code": "futian"}, "geometry": None}]}), "多边形"),
        (
            json.dumps({"features": [{"properties": {"code": "futian"}, "geometry":
                {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}}]}),
            "多边形",
        ),
        (
            json.dumps({"features": [{"properties": {"code": "fustian"}, "geometry":
                {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}),
            "没有代码是“fustian”的区",
        ),
    ],
    ids=["broken", "list", "no geometry", "open ring", "unknown district"],
)  # fmt: skip
def test_broken_map_is_told(folder: Path, data: str, what: str) -> None:
    (folder / "outlines.geojson").write_text(data, "utf-8")

    assert any(what in problem.what for problem in check(folder) if problem.file == "outlines.geojson")


def test_map_above_its_size_is_told(folder: Path) -> None:
    ring = [[113 + n / 100_000, 22] for n in range(5_000)] + [[113, 22]]
    feature = {"properties": {"code": "futian"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (folder / "outlines.geojson").write_text(json.dumps({"features": [feature]}), "utf-8")

    (problem,) = check(folder)

    assert "最多60 KB" in problem.what


def test_paper_without_text_is_told(folder: Path) -> None:
    (folder / "notice.md").write_text("\n", "utf-8")

    assert [str(problem) for problem in check(folder)] == ["notice.md:1: 文件是空的。 请写上正文。"]


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (problem,) = check(tmp_path / "nowhere")

    assert problem.what == "没有这个文件夹。"


def test_reading_a_broken_folder_raises_with_its_problems(folder: Path) -> None:
    (folder / "members.csv").unlink()

    with pytest.raises(BrokenFolder) as caught:
        read(folder)

    assert "members.csv: 缺少这个文件。" in str(caught.value)


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_faults_are_told_in_english(folder: Path, edit: Edit, language: str) -> None:
    edit("edition.yaml", "ends_on: 2024-09-30", "ends_on: 2024-08-30")
    edit("edition.yaml", "email: kxkpb@shenzhen.gov.cn", "emial: kxkpb@shenzhen.gov.cn")
    edit("edition.yaml", "kind: summary_due", "kind: sumary_due")
    edit("districts.csv", "futian,福田区", "Futian,福田区")
    edit("bases.csv", "kexueguan,深圳市科学馆,other", "kexueguan,City museum,base")
    (folder / "members.csv").unlink()

    problems = check(folder)

    assert len(problems) >= 6
    assert [str(problem) for problem in problems if re.search("[\u4e00-\u9fff]", str(problem))] == []
    assert any("bases.csv:2: " in str(problem) and "City museum" in str(problem) for problem in problems)
