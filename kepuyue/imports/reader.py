"""Opening a file that somebody sent: from bytes to sheets of cells, by content and not by name.

`read` either gives a `Book` or raises `Unreadable` with one sentence that tells the sender what to do. Workbooks are
opened in a process of its own with limits (`opening`); text tables are read here.
"""

import csv
import io
import logging
import pickle
import re
import subprocess
import sys
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from kepuyue.imports import opening
from kepuyue.imports.cells import Book, Cell, Sheet, as_text, column_letters
from kepuyue.imports.opening import MAX_COLUMNS, MAX_ROWS

__all__ = ["Book", "Cell", "Sheet", "Unreadable", "as_text", "check_size", "column_letters", "read"]

logger = logging.getLogger(__name__)

MAX_NAME = 120  # of a sheet; spreadsheet programs allow 31
OPENING = "kepuyue.imports.opening"
PATIENCE = 90  # seconds that the process may take in all


class Unreadable(Exception):
    """The file cannot be read at all; the message is for the person who sent it."""


class NoTable(Unreadable):
    """The file can be read, and no table of activities was found: a person may say what its columns are."""


def read(data: bytes) -> Book:
    """The sheets of a workbook or text table; raises `Unreadable`."""
    check_size(len(data))
    if data.startswith((b"PK", OLE_SIGNATURE)):
        return _workbook(data)
    if _is_page(data):
        return _workbook(data)
    _refuse_known_kinds(data)
    return _text_table(data)


def check_size(size: int) -> None:
    """Raise `Unreadable` for an empty or too big file; callers may ask before they read the bytes."""
    if not size:
        raise Unreadable(_("文件是空的。请打开原表确认内容已保存，再上传一次。"))
    if size > settings.UPLOAD_MAX_BYTES:
        raise Unreadable(
            _("文件有 %(size)s MB，超过了 %(limit)s MB 的上限。请删去图片，或分成几个文件上传。")
            % {"size": round(size / 1_000_000), "limit": settings.UPLOAD_MAX_BYTES // 1_000_000}
        )


# What it is, by its first bytes ---------------------------------------------------------------------------

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
PAGE_STARTS = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")
# Of a page only where a table follows
PART_STARTS = (b"<body", b"<style", b"<div", b"<!--")


def _beginning(data: bytes) -> bytes:
    return data[:2_048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()


def _is_page(data: bytes) -> bool:
    """Whether it is a web page with a table, as many systems export and call a workbook."""
    start = _beginning(data)
    is_page = start.startswith(PAGE_STARTS + PART_STARTS) or (
        start.startswith(b"<?xml") and b"<html" in start
    )
    return is_page and b"<table" in data.replace(b"\0", b"").lower()


def _refuse_known_kinds(data: bytes) -> None:
    start = _beginning(data)
    if data.startswith(b"%PDF"):
        raise Unreadable(_("这是 PDF 文件，不是表格。请上传原来的 Excel 表或 CSV 文件。"))
    if data.startswith(PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:8] == b"ftyp":
        raise Unreadable(_("这是图片或视频，不是表格。请上传原来的 Excel 表或 CSV 文件。"))
    if data.startswith(PROGRAMS):
        raise Unreadable(_("这是程序文件，不能上传。请上传 Excel 表或 CSV 文件。"))
    if data.startswith(ARCHIVES):
        raise Unreadable(_("这是压缩包。请先解压，再上传里面的表格。"))
    if data.startswith(b"{\\rtf"):
        raise Unreadable(_("这是文字文档，不是表格。请把表格另存为 Excel 文件（.xlsx）再上传。"))
    if start.startswith(PAGE_STARTS):
        raise Unreadable(_no_table_in_page())
    if start.startswith(b"<?xml") and b"<" in data[6:]:
        raise Unreadable(_("这是网页格式的表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。"))


def _no_table_in_page() -> str:
    return _("这是网页，里面没有表格。请上传 Excel 表或 CSV 文件。")


def _incomplete() -> str:
    return _("文件不完整或已损坏，可能没有传完。请在电脑上打开确认无误，再上传一次。")


def _locked() -> str:
    return _("文件设了密码，打不开。请取消密码保护后再上传。")


def _too_much() -> str:
    return _("文件解压后的内容异常大，已停止读取。请只保留需要导入的表格，另存后再上传。")


def _too_many_rows() -> str:
    return _("表格太大：最多 %(rows)s 行、%(columns)s 列。请删去多余的行列或分成几个文件。") % {
        "rows": MAX_ROWS,
        "columns": MAX_COLUMNS,
    }


# Workbooks ------------------------------------------------------------------------------------------------


def _workbook(data: bytes) -> Book:
    # -P: what lies beside the program must not stand in for the standard library
    command = [sys.executable, "-P", "-m", OPENING]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE)  # noqa: S603 our own
    except subprocess.TimeoutExpired:
        raise Unreadable(_too_much()) from None
    if child.returncode < 0:  # it was ended for the memory or the time that it took
        raise Unreadable(_too_much())
    if child.returncode:
        logger.warning("A workbook could not be opened: %s", child.stderr[-2000:].decode(errors="replace"))
        why = _("文件里有读不了的内容。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。")
        raise Unreadable(why)
    what, sheets = pickle.loads(child.stdout)  # noqa: S301 written by our own process
    refusals = {
        opening.LOCKED: _locked,
        opening.BROKEN: _incomplete,
        opening.TOO_MANY_ROWS: _too_many_rows,
        opening.TOO_MUCH: _too_much,
        opening.WORD: lambda: _("这是 Word 文档，不是表格。请把表格复制到 Excel 里再上传。"),
        opening.SLIDES: lambda: _("这是演示文稿，不是表格。请上传 Excel 表或 CSV 文件。"),
        opening.PAGE: _no_table_in_page,
        opening.ARCHIVE: lambda: _("这是压缩包。请先解压，再上传里面的表格。"),
        opening.STRANGE: lambda: _("认不出这个文件的格式。请上传 Excel 表（.xlsx、.xls）或 CSV 文件。"),
    }
    if what in refusals:
        raise Unreadable(refusals[what]())
    return _book(sheets)


def _book(sheets: Iterable[tuple[str, Sheet | str]]) -> Book:
    reasons = {opening.HIDDEN: _("隐藏的工作表，没有读取"), opening.NO_TABLE: _("不是数据表")}
    tables: list[Sheet] = []
    ignored: list[tuple[str, str]] = []
    for name, sheet in sheets:
        name = _CONTROL.sub("", name)[:MAX_NAME]
        if isinstance(sheet, str):
            ignored.append((name, reasons[sheet]))
        else:
            sheet.name = name
            tables.append(sheet)
    return Book(tables, ignored=ignored)


# Text tables ----------------------------------------------------------------------------------------------


def _text_table(data: bytes) -> Book:
    text, encoding = _decode(data)
    rows: list[list[Cell]] = []
    for record in _records(text):
        if len(rows) >= MAX_ROWS or len(record) > MAX_COLUMNS:
            raise Unreadable(_too_many_rows())
        rows.append([_wrapped(cell) if cell.strip() else None for cell in record])
    return Book([Sheet("", rows)], encoding=encoding)


def _wrapped(cell: str) -> str | None:
    """The cell's text with one kind of line break; programs write ="0755" so that others keep the zero."""
    found = re.fullmatch(r'\s*="((?:[^"]|"")*)"\s*', cell)
    text = found.group(1).replace('""', '"') if found else cell
    if text.startswith("'") and text.count("'") == 1:  # what marks a text in spreadsheet programs
        text = text[1:]
    return text.replace("\r\n", "\n").replace("\r", "\n") or None


def _decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding. GB18030 comes last: it takes almost any bytes for Chinese."""
    if data.startswith(b"\xef\xbb\xbf"):
        return _decoded(data, "utf-8-sig")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if data[1::2].count(0) > len(data) // 8 or data[0::2].count(0) > len(data) // 8:
        return _decoded(data, "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be")
    try:
        return _without_binary(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start > 16:
            raise Unreadable(_incomplete()) from None
    return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return _without_binary(data.decode(encoding)), encoding
    except UnicodeDecodeError:
        raise Unreadable(_("认不出这个文件的格式。请上传 Excel 表（.xlsx、.xls）或 CSV 文件。")) from None


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")


def _without_binary(text: str) -> str:
    if _CONTROL.search(text):
        raise Unreadable(_("认不出这个文件的格式。请上传 Excel 表（.xlsx、.xls）或 CSV 文件。"))
    return text


def _records(text: str) -> list[list[str]]:
    delimiter = _delimiter(text)
    csv.field_size_limit(1_000_000)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise Unreadable(_("文件不完整：最后一格的引号没有结束。请重新导出后再上传。")) from None
    try:  # quotation marks inside a cell that nobody doubled: common, and harmless
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Unreadable(_incomplete()) from None


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into the most cells."""
    lines = text.splitlines()[:20]
    return max(",\t;", key=lambda mark: sum(line.count(mark) for line in lines))
