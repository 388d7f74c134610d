"""Files that nobody can read: one clear sentence, exit status 2, and what follows is served as before."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command

from kepuyue.imports import entries, reader
from kepuyue.imports.opening.limits import MAX_UNPACKED_BYTES
from tests.imports import old_workbooks, workbooks
from tests.imports.test_workbooks import DISTRICTS, EDITION

TABLE = [["活动名称", "活动时间", "活动地点"], ["观鸟", "9月14日", "公园"]]
SHEET = "xl/worksheets/sheet1.xml"


def with_parts(data: bytes, **parts: str | bytes) -> bytes:
    """The workbook with parts replaced or added; `__` in a name stands for a slash."""
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, content in named.items():
            new.writestr(name, content)
    return file.getvalue()


def sound() -> bytes:
    return workbooks.saved(workbooks.workbook(TABLE))


def a_bomb() -> bytes:
    """Unpacks to more than is read; made in pieces, so that the test itself takes no such room."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w") as part:
            part.write(b"<worksheet>")
            for _piece in range(MAX_UNPACKED_BYTES // 1_000_000 + 1):
                part.write(b" " * 1_000_000)
    return file.getvalue()


def a_picture_called_csv() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(range(256))


def binary_pasted_as_csv() -> bytes:
    return "活动名称,时间\n".encode() + sound()[:2000] + "\n观鸟,9月14日\n".encode()


def entities_that_grow() -> bytes:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    return with_parts(
        sound(),
        **{SHEET: f"{bomb}<worksheet><sheetData><row><c><v>&c;</v></c></row></sheetData></worksheet>"},
    )


BAD: dict[Callable[[], bytes], str] = {
    lambda: old_workbooks.compound(EncryptedPackage=b"x" * 5000, EncryptionInfo=b"x" * 200): "密码",
    lambda: workbooks.workbook_of_the_nineties(locked=True): "密码",
    lambda: old_workbooks.compound(WordDocument=b"x" * 5000): "Word",
    lambda: old_workbooks.compound(Strange=b"x" * 5000): "格式",
    lambda: sound()[: len(sound()) // 2]: "不完整",
    lambda: workbooks.workbook_of_the_nineties()[:3000]: "不完整",
    lambda: workbooks.open_document()[:-200]: "不完整",
    lambda: with_parts(sound(), **{SHEET: "<worksheet><sheetData><row><c><v>1</v>"}): "不完整",
    a_bomb: "异常大",
    entities_that_grow: "不完整",
    a_picture_called_csv: "图片",
    binary_pasted_as_csv: "格式",
    lambda: b"": "空的",
    lambda: b"a,b\n1,2\n": "没有找到活动表",
    lambda: workbooks.saved(workbooks.workbook(TABLE[:1])): "只有表头",
    lambda: workbooks.saved(workbooks.workbook([*TABLE[:1], ["合计"]])): "只有表头",
    lambda: workbooks.saved(openpyxl.Workbook()): "没有找到活动表",
}


@pytest.mark.parametrize("made", BAD)
def test_bad_file_is_refused_with_one_sentence(made: Callable[[], bytes]) -> None:
    with pytest.raises(reader.Unreadable, match=BAD[made]) as refusal:
        entries.find(reader.read(made()), EDITION, "深圳", DISTRICTS)

    assert "\n" not in str(refusal.value)
    assert entries.find(reader.read(sound()), EDITION).entries[0].title == "观鸟"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["表.xlsx", "表.csv", "表.txt"])
def test_command_ends_with_status_2_and_says_nothing_on_standard_output(
    name: str, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / name
    file.write_bytes(workbooks.workbook_of_the_nineties(locked=True))

    with pytest.raises(SystemExit) as ended:
        call_command("import", str(file), "--dry-run", "--format", "json")

    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert "密码" in err


@pytest.mark.django_db
def test_command_does_not_read_a_file_of_a_hundred_megabytes(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "big.xlsx"
    with file.open("wb") as big:
        big.truncate(100_000_000)

    with pytest.raises(SystemExit) as ended:
        call_command("import", str(file), "--dry-run")

    assert ended.value.code == 2
    assert "100 MB" in capsys.readouterr().err


def test_macros_are_left_alone_and_the_table_is_read() -> None:
    data = with_parts(sound(), **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 500})

    assert [entry.title for entry in entries.find(reader.read(data), EDITION).entries] == ["观鸟"]


def test_content_counts_and_not_the_name_of_the_file(tmp_path: Path) -> None:
    for made in (
        sound,
        workbooks.workbook_of_the_nineties,
        workbooks.open_document,
        workbooks.text_of_an_old_program,
    ):
        assert entries.find(reader.read(made()), EDITION).entries


def test_a_million_empty_rows_take_no_longer_than_their_marks() -> None:
    empty = "".join(
        f'<row r="{row}" ht="15"><c r="A{row}" s="0"/><c r="B{row}"/></row>' for row in range(3, 300_000)
    )
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>活动名称</t></is></c><c r="B1" t="inlineStr"><is><t>时间</t></is></c>'
        '</row><row r="2"><c r="A2" t="inlineStr"><is><t>观鸟</t></is></c></row>'
        f'{empty}<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>观星</t></is></c></row>'
    )
    found = entries.find(
        reader.read(with_parts(sound(), **{SHEET: f"<worksheet><sheetData>{rows}</sheetData></worksheet>"})),
        EDITION,
    )

    assert [(entry.row, entry.title) for entry in found.entries] == [(2, "观鸟"), (1_048_576, "观星")]


MEASURE = """
import sys
import django
django.setup()
from kepuyue.imports import entries, reader
from tests.imports.test_workbooks import EDITION
lines = ["活动名称,活动时间,活动地点,联系电话"]
lines += [f"第{n}场观鸟,9月{n % 30 + 1}日 9:00-11:00,公园,13800138000" for n in range(int(sys.argv[1]))]
found = entries.find(reader.read("\\n".join(lines).encode()), EDITION)
assert len(found.entries) == int(sys.argv[1])
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def test_ten_thousand_rows_fit_into_400_megabytes() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, "10000"], capture_output=True, text=True, check=True
    )

    assert int(answer.stdout) < 400
