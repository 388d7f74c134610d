"""Reading an answer as its receiver would, and saying what came out of typed text."""

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from django.http import HttpResponse
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from tests.security.corpus import CALL, ELEMENT, EVALUATED, HOST

# Attributes that lead somewhere, or that the front end takes as an address
LEADING = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "srcdoc",
    "xlink:href",
    "cite",
    "background",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+([.,:/ -]\d+)*")


def faults(answer: HttpResponse) -> list[str]:
    """What of the answer was made by hostile text; empty where all of it stayed text."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    # A quoted file name may hold anything but a line break
    found = [
        f"header {name}: {value[:80]}"
        for name, value in answer.items()
        if "\n" in value or (ELEMENT in value and name != "Content-Disposition")
    ]
    if answer.headers.get("X-Content-Type-Options") != "nosniff" and answer.status_code == 200:
        found.append("a browser may guess another type")
    if kind == "text/html":
        return found + list(in_html(answer.content.decode(answer.charset)))
    if kind.endswith("json"):
        found += in_data(json.loads(answer.content))
    elif kind == "text/csv":
        found += in_csv(answer.content.decode("utf-8-sig"))
    elif kind == "text/calendar":
        found += in_calendar(answer.content.decode())
    elif kind.endswith("xml") or kind == "image/svg+xml":
        found += in_xml(answer.content)
    elif answer.content[:2] == b"PK":
        found += in_package(answer.content)
    return found


def in_html(text: str) -> Iterator[str]:
    """Elements, handlers, links and scripts that came out of hostile text."""
    if EVALUATED in text:
        yield "a template in a text was evaluated"
    tree = LexborHTMLParser(text)
    assert tree.root is not None
    for node in tree.root.traverse(include_text=False):
        tag = node.tag or ""
        html = (node.html or "")[:160]
        if ELEMENT in tag:
            yield f"an element: {html}"
        if tag == "script":
            yield from _in_script(node)
        # The page that builds the widget's snippet shows our own widget
        is_ours = tag == "iframe" and (node.attributes.get("src") or "").startswith("/widget/?")
        if tag in {"iframe", "object", "embed", "base", "applet", "frame"} and not is_ours:
            yield f"a frame: {html}"
        for name, value in node.attributes.items():
            if name.startswith("on") or ELEMENT in name:
                yield f"an attribute: {html}"
            if name in LEADING or (name.startswith("hx-") and name not in {"hx-vals", "hx-headers"}):
                yield from _in_address(name, value or "", html)
            if name in {"hx-vals", "hx-headers"} and value:
                json.loads(value)
            if name == "style" and CALL in (value or ""):
                yield f"a style: {html}"


def _in_address(name: str, value: str, html: str) -> Iterator[str]:
    plain = re.sub(r"[\x00-\x20\u200b]", "", value).lower()
    if plain.startswith(("javascript:", "vbscript:")) or (
        plain.startswith("data:") and CALL in _meant(value)
    ):
        yield f"an address that runs: {name}={value[:60]!r} in {html}"
    # Only the beginning: as a parameter of an own address it is only text
    if re.match(rf"(https?:)?//([^/?#]*[.@])?{re.escape(HOST)}", plain):
        yield f"a link out of a text: {name}={value[:60]!r} in {html}"


def _meant(address: str) -> str:
    """What a data: address holds. The letters of a picture in base64 are chance, and may spell anything."""
    head, _comma, body = address.partition(",")
    if not re.search(r";\s*base64\s*$", head, re.IGNORECASE):
        return re.sub(r"[\x00-\x20\u200b]", "", address).lower()
    letters = re.sub(r"[^A-Za-z0-9+/]", "", unquote(body))
    return base64.b64decode(letters + "=" * (-len(letters) % 4)).decode("latin-1").lower()


def _in_script(node: Any) -> Iterator[str]:
    inside, kind = node.text(), node.attributes.get("type") or ""
    if "json" in kind:
        try:
            yield from in_data(json.loads(inside))
        except ValueError:
            yield f"data that are none: {inside[:120]}"
    elif CALL in inside or ELEMENT in inside:
        yield f"a script: {inside[:120]}"


def in_data(value: Any, key: str = "") -> list[str]:
    """Addresses that whoever reads the data would make a link of, and that are none of the web."""
    if isinstance(value, dict):
        return [fault for name, part in value.items() for fault in in_data(part, name)]
    if isinstance(value, list):
        return [fault for part in value for fault in in_data(part, key)]
    leads = key == "url" or key.endswith("_url") or key == "link"
    if leads and value and not re.match(r"https?://[^/]", str(value)):
        return [f"an address of no web: {key}={str(value)[:60]!r}"]
    return []


def in_csv(text: str) -> list[str]:
    """Cells that a spreadsheet program would take as a formula."""
    return [
        f"a formula: {cell[:60]!r}"
        for row in csv.reader(io.StringIO(text, newline=""))
        for cell in row
        if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell)
    ]


def in_calendar(text: str) -> list[str]:
    """Lines that no calendar of ours has: a text broke out of its own."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    return [
        f"a line: {line[:60]}" for line in lines if re.match(r"Bcc|X-Kp|Content-Type|BEGIN:VTODO|<kp-x", line)
    ]


def in_xml(content: bytes) -> list[str]:
    """Elements out of a text; what is not well-formed raises."""
    return [
        f"an element: {element.tag}"
        for element in ElementTree.fromstring(content).iter()
        if ELEMENT in str(element.tag)
    ]


def in_package(content: bytes) -> list[str]:
    """Workbooks without formulas, archives and documents of well-formed parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = package.namelist()
        if "xl/workbook.xml" in names:
            return in_workbook(content)
        found = [
            f"a path out of the folder: {name}" for name in names if name.startswith("/") or ".." in name
        ]
        for name in names:
            if name.endswith((".xml", ".rels")):
                found += in_xml(package.read(name))
            elif name.endswith(".csv"):
                found += in_csv(package.read(name).decode("utf-8-sig"))
            elif name.endswith(".xlsx"):
                found += in_workbook(package.read(name))
    return found


def in_workbook(content: bytes) -> list[str]:
    """Formulas and links that no sheet of ours has."""
    book = load_workbook(io.BytesIO(content))
    return [
        f"a formula: {sheet.title}!{cell.coordinate} {str(cell.value)[:60]!r}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or (cell.hyperlink and HOST in str(cell.hyperlink.target))
    ]
