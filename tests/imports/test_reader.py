"""Files of every kind: what is read, and with which sentence the rest is refused."""

import io
import struct
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest

from kepuyue.imports import opening, reader
from kepuyue.imports.opening.__main__ import opened
from kepuyue.imports.reader import Unreadable, read

TEXT = "活动名称,主办单位,活动时间\n湿地观鸟,福田区科协,2024-09-14\n"


def workbook(rows, **sheets) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, state in sheets.items():
        book.create_sheet(title).sheet_state = state
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
    ],
)
def test_read_text_table_in_any_encoding(encoding, named):
    book = read(TEXT.encode(encoding))

    assert book.encoding == named
    assert book.sheets[0].rows[1] == ["湿地观鸟", "福田区科协", "2024-09-14"]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_read_text_table_with_any_separator(mark):
    assert len(read(TEXT.replace(",", mark).encode()).sheets[0].rows[1]) == 3


def test_read_text_table_keeps_line_breaks_inside_a_cell():
    rows = read('活动名称,活动内容\n观鸟,"第一行\n第二行"\n'.encode()).sheets[0].rows

    assert rows[1] == ["观鸟", "第一行\n第二行"]


def test_read_text_table_with_stray_quotation_mark_is_taken():
    assert read('活动名称,备注\n观"鸟,好\n'.encode()).sheets[0].rows[1] == ['观"鸟', "好"]


def test_read_workbook_gives_typed_cells_and_leaves_out_hidden_sheets():
    data = workbook([["活动名称", "活动时间", "名额"], ["观鸟", date(2024, 9, 14), 30]], 草稿="hidden")

    book = read(data)

    assert book.sheets[0].rows[1] == ["观鸟", date(2024, 9, 14), 30.0]
    assert [name for name, _why in book.ignored] == ["草稿"]


def test_read_looks_at_the_content_and_not_at_a_name():
    assert read(workbook([["活动名称"]])).encoding == ""


def _lying_archive() -> bytes:
    """An archive whose directory says one byte where two megabytes come out."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"\0" * 2_000_000) + packer.flush()
    name = b"xl/workbook.xml"
    sizes = struct.pack("<III", 0, len(packed), 1)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return local + packed + central + end


LOCKED_ODS = {"content_xml": b"x", "META-INF__manifest_xml": b"<manifest:encryption-data/>"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "空的", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "图片", id="picture"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"\0" * 64, "图片", id="photo"),
        pytest.param(b"%PDF-1.7 ...", "PDF", id="pdf"),
        pytest.param(b"MZ\x90\x00" + b"\0" * 64, "程序", id="program"),
        pytest.param(b"\x7fELF" + b"\0" * 64, "程序", id="program of Linux"),
        pytest.param(b"Rar!\x1a\x07\x00", "压缩包", id="rar"),
        pytest.param(b"<html><body>please sign in</body></html>", "网页", id="page without a table"),
        pytest.param(bytes(range(256)) * 8, "格式", id="noise"),
        pytest.param(b"PK\x03\x04" + b"\0" * 40, "不完整", id="beginning of an archive"),
        pytest.param(workbook([["活动名称"]])[:-300], "不完整", id="truncated workbook"),
        pytest.param(reader.OLE_SIGNATURE + b"\0" * 600, "不完整", id="truncated old workbook"),
        pytest.param(TEXT.encode()[:-14] + "测".encode()[:2], "不完整", id="truncated in a character"),
        pytest.param('活动名称,备注\n观鸟,"没有'.encode(), "引号", id="truncated in quotation marks"),
        pytest.param(archive(readme_xml=b"x"), "压缩包", id="some archive"),
        pytest.param(archive(word__document_xml=b"x"), "Word", id="document"),
        pytest.param(archive(ppt__presentation_xml=b"x"), "演示文稿", id="slides"),
        pytest.param(archive(**LOCKED_ODS), "密码", id="locked ods"),
        pytest.param(reader.OLE_SIGNATURE + "EncryptedPackage".encode("utf-16-le"), "密码", id="locked xlsx"),
        pytest.param(reader.OLE_SIGNATURE + "WordDocument".encode("utf-16-le"), "Word", id="old document"),
        pytest.param(b"a,b\n" * (reader.MAX_ROWS + 1), "太大", id="too many rows"),
        pytest.param(b"a" + b"," * reader.MAX_COLUMNS + b"\n", "太大", id="too many columns"),
    ],
)
def test_read_bad_file_is_refused_with_a_sentence(data, says):
    with pytest.raises(Unreadable) as refusal:
        read(data)

    assert says in str(refusal.value)


@pytest.mark.parametrize("bomb", [archive(xl__workbook_xml=b"\0" * 2_000_000), _lying_archive()])
def test_opened_zip_bomb_is_refused_whatever_its_directory_says(bomb, monkeypatch):
    monkeypatch.setattr(opening.archive, "MAX_UNPACKED_BYTES", 1_000_000)

    assert opened(bomb) == (opening.TOO_MUCH, [])


FAR_CORNERS = {
    "apostrophes": "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "no addresses": f"<row r='1'><c><v>1</v></c></row><row r='1048576'>{'<c><v>1</v></c>' * 16_000}</row>",
}


def with_part(name: str, content: str) -> bytes:
    """A sound workbook with one part replaced."""
    sound, file = zipfile.ZipFile(io.BytesIO(workbook([["活动名称", "主办单位"]]))), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sound.namelist():
            packed.writestr(part, content if part == name else sound.read(part))
    return file.getvalue()


def sheet(rows: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part("xl/worksheets/sheet1.xml", content)


@pytest.mark.parametrize("rows", FAR_CORNERS.values(), ids=FAR_CORNERS)
def test_read_workbook_with_a_cell_in_the_far_corner_costs_no_more_than_its_cells(rows):
    found = read(sheet(rows)).sheets[0]

    assert (found.rows[0], found.is_cut) == ([1.0], True)
    assert sum(map(len, found.rows)) <= 1 + reader.MAX_COLUMNS


def test_read_workbook_that_takes_all_memory_ends_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(reader, "OPENING", "tests.imports.greedy")

    with pytest.raises(Unreadable, match="异常大"):
        read(workbook([["活动名称"]]))


def test_read_workbook_on_which_the_library_fails_is_refused(monkeypatch):
    monkeypatch.setattr(reader, "OPENING", "kepuyue.imports.opening.no_such_program")

    with pytest.raises(Unreadable, match="另存为"):
        read(workbook([["活动名称"]]))


def test_read_workbook_leaves_out_control_characters():
    text = "湿地_x0000_观鸟_x0008_"

    book = read(sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'))

    assert book.sheets[0].rows == [["湿地观鸟"]]


def test_check_size_of_fifty_megabytes_names_the_limit():
    with pytest.raises(Unreadable, match=r"50 MB.*20 MB"):
        reader.check_size(50_000_000)


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_read_refuses_in_the_readers_language(language):
    with pytest.raises(Unreadable):
        read(b"%PDF-1.7")


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index, letters):
    assert reader.column_letters(index) == letters
