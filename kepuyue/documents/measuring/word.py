"""What a Word file says of its layout, measured against the standard."""

import re
import zipfile
from collections import Counter
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from kepuyue.documents.content import SIGNED_OFF, width
from kepuyue.documents.measuring import NUMBER, Measured, Unreadable, compared
from kepuyue.documents.standard import BLACK, FIGURES, HEADLINE, MM_PER_POINT, RED, color_off, is_reddish

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
TWIP = MM_PER_POINT / 20  # mm
MOST_BYTES = 50_000_000
# Lines above the red rule at most: marks, names, signers
MOST_IN_HEAD = 20
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def measure(data: bytes) -> list[Measured]:
    """Every figure of the standard that the file has to keep. Raises `Unreadable`."""
    parts = _parts(data)
    main = parts.get("word/document.xml")
    body = main.find(f"{W}body") if main is not None else None
    if body is None or body.find(f"{W}sectPr") is None:
        raise Unreadable(_("这不是Word文件（.docx），不能测量。"))
    paragraphs = body.findall(f"{W}p")
    found: dict[str, float | None] = {**_of_page(body), **_of_text(paragraphs), **_of_footer(parts, body)}
    found |= _of_record(body, (found["top"] or 0) + (found["block_height"] or 0))
    found |= _of_head(body, paragraphs, found)
    codes = [code for code in FIGURES if code in found]
    return compared(found, codes)


def _parts(data: bytes) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            if sum(one.file_size for one in file.infolist()) > MOST_BYTES:
                raise Unreadable(_("文件太大，不能测量。"))
            return {name: etree.fromstring(file.read(name), _PARSER) for name in file.namelist()
                    if name.startswith("word/") and name.endswith(".xml")}  # fmt: skip
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError) as error:
        raise Unreadable(_("这不是Word文件（.docx），不能测量。")) from error


def _number(element: Any, path: str, name: str) -> float | None:
    found = element.find(path) if element is not None else None
    value = found.get(f"{W}{name}") if found is not None else None
    return float(value) if value is not None else None


def _word(element: Any, path: str, name: str) -> str:
    found = element.find(path) if element is not None else None
    return str(found.get(f"{W}{name}", "")) if found is not None else ""


def _of_page(body: Any) -> dict[str, float | None]:
    section = body.find(f"{W}sectPr")
    size = {name: (_number(section, f"{W}pgSz", name) or 0) * TWIP for name in ("w", "h")}
    margin = {
        name: (_number(section, f"{W}pgMar", name) or 0) * TWIP for name in ("top", "bottom", "left", "right")
    }
    return {
        "paper_width": size["w"], "paper_height": size["h"], "top": margin["top"], "left": margin["left"],
        "block_width": size["w"] - margin["left"] - margin["right"],
        "block_height": size["h"] - margin["top"] - margin["bottom"],
    }  # fmt: skip


def _head(paragraph: Any) -> dict[str, Any]:
    """(text, size, font, color, before, line in points) of a paragraph's first run."""
    run = paragraph.find(f"{W}r/{W}rPr")
    return {
        "text": "".join(paragraph.itertext()),
        "size": (_number(run, f"{W}sz", "val") or 0) / 2,
        "font": _word(run, f"{W}rFonts", "eastAsia"),
        "color": _word(run, f"{W}color", "val"),
        "before": (_number(paragraph, f"{W}pPr/{W}spacing", "before") or 0) / 20,
        "line": (_number(paragraph, f"{W}pPr/{W}spacing", "line") or 0) / 20,
    }  # fmt: skip


def _of_text(paragraphs: list[Any]) -> dict[str, float | None]:
    """By what most of the text has: size, pitch from line to line and from sign to sign, indent of the first line."""
    sizes: Counter[float] = Counter()
    pitches: Counter[float] = Counter()
    signs: Counter[float] = Counter()
    indents: Counter[float] = Counter()
    for paragraph in paragraphs:
        one = _head(paragraph)
        if len(one["text"]) < 2 or one["font"] == HEADLINE:
            continue
        weight = len(one["text"])
        sizes[one["size"]] += weight
        pitches[one["line"]] += weight
        signs[one["size"] + (_number(paragraph, f"{W}r/{W}rPr/{W}spacing", "val") or 0) / 20] += weight
        if (indent := _number(paragraph, f"{W}pPr/{W}ind", "firstLine")) is not None:
            indents[indent / 20] += weight
    if not sizes:
        return dict.fromkeys(("body_size", "line_pitch", "sign_pitch", "indent"))
    sign = signs.most_common(1)[0][0]
    return {
        "body_size": sizes.most_common(1)[0][0],
        "line_pitch": pitches.most_common(1)[0][0],
        "sign_pitch": sign,
        "indent": indents.most_common(1)[0][0] / sign if indents and sign else None,
    }


def _rgb(run: Any) -> tuple[int, int, int] | None:
    """The color of a run or of the first of a paragraph; None where it says none, which is black."""
    text = _word(run, f".//{W}rPr/{W}color", "val")
    if not re.fullmatch("[0-9A-Fa-f]{6}", text):
        return None
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _lines_of_head(body: Any) -> tuple[list[Any], int | None]:
    """(everything above the red rule in its order, the last line has it; where the mark is in it). Without a rule only
    what is red can be a mark.
    """
    found: list[Any] = []
    for child in body:
        if child.tag not in (f"{W}p", f"{W}tbl"):
            continue
        found.append(child)
        if child.find(f"{W}pPr/{W}pBdr/{W}bottom") is not None:
            return found, next((at for at, one in enumerate(found) if _is_headline(one)), None)
        if len(found) > MOST_IN_HEAD:
            break
    red = next(
        (at for at, one in enumerate(found) if _is_headline(one) and is_reddish(_rgb(one) or BLACK)), None
    )
    return (found[: red + 2], red) if red is not None else ([], None)


def _of_head(body: Any, paragraphs: list[Any], known: dict[str, float | None]) -> dict[str, float | None]:
    pitch, sign = known.pop("line_pitch") or 1, known.pop("sign_pitch") or 1
    height, breadth = known["block_height"] or 0, known["block_width"] or 0
    found: dict[str, float | None] = {
        "lines": int(height / MM_PER_POINT / pitch + 0.01),
        "characters": int(breadth / MM_PER_POINT / sign + 0.01),
    }
    top, place = _lines_of_head(body)
    marks = set(top[place].iter(f"{W}r")) if place is not None else set()
    others = (_rgb(run) or BLACK for run in body.iter(f"{W}r") if run not in marks)
    found["text_color"] = max((color_off(one, BLACK) for one in others), default=0.0)
    if place is not None:
        found |= _of_mark(top, place, pitch, sign, breadth)
    head = [_head(one) for one in paragraphs]
    title = next(
        (
            at
            for at, one in enumerate(head)
            if one["font"] == HEADLINE and not any(paragraphs[at] is line for line in top)
        ),
        None,
    )
    if title is not None:
        found["title_size"], found["title_lines"] = head[title]["size"], head[title]["before"] / pitch
        if title + 1 < len(head) and head[title + 1]["text"].endswith("："):
            found["addressee_lines"] = head[title + 1]["before"] / pitch
    for place, one in enumerate(head):
        if one["text"].startswith("附件：") and one["before"]:
            found["attachment_lines"] = one["before"] / pitch
        is_date = place and one["text"][:4].isdigit() and one["text"].endswith("日") and len(one["text"]) < 13
        if is_date and (right := _number(paragraphs[place], f"{W}pPr/{W}ind", "right")) is not None:
            names = [
                width(head[back]["text"])
                for back in range(max(0, place - 2), place)
                if _is_at_right(paragraphs[back])
            ]
            name = max(names, default=0.0)
            # Where the issuer's name is longer than the date and eight signs, the date has to move
            moved = max(0.0, name / 2 - width(one["text"]) / 2 - 4)
            found["date_right"] = right / 20 / sign - (moved if name < 28 else 0)
    return found


def _is_headline(line: Any) -> bool:
    run = next(iter(line.iter(f"{W}r")), None)
    return run is not None and _word(run, f"{W}rPr/{W}rFonts", "eastAsia") == HEADLINE


def _of_mark(
    top: list[Any], place: int, pitch: float, sign: float, breadth: float
) -> dict[str, float | None]:
    """What stands above the rule: `place` is where the mark is in it."""
    marks, mark, below = top[:place], top[place], top[place + 1 :]
    above = [_head(one) for one in marks]
    is_joint = mark.tag == f"{W}tbl"
    used = sum(one["before"] + one["line"] for one in above)
    found: dict[str, float | None] = {
        "mark_top": (used + (0 if is_joint else _head(mark)["before"])) * MM_PER_POINT,
        "mark_color": max(color_off(_rgb(run) or BLACK, RED) for run in mark.iter(f"{W}r")),
        "number_lines": _head(below[0])["before"] / pitch if below else None,
    }
    if is_joint:
        found["joint_center"] = _off_center(mark)
    found |= _of_marks([one for one in marks if "".join(one.itertext())], pitch, sign)
    rule = below[-1].find(f"{W}pPr/{W}pBdr/{W}bottom") if below else None
    if rule is None:
        return found | dict.fromkeys(("rule_gap", "rule_width", "rule_color"))
    ends = [_number(below[-1], f"{W}pPr/{W}ind", side) or 0 for side in ("left", "right")]
    size = _head(below[-1])["size"]
    color = re.fullmatch("[0-9A-Fa-f]{6}", rule.get(f"{W}color") or "")
    rgb = tuple(bytes.fromhex(color[0])) if color else BLACK
    found |= {
        "rule_gap": (float(rule.get(f"{W}space") or 0) + (pitch - size) / 2) * MM_PER_POINT,
        "rule_width": breadth - sum(ends) * TWIP,
        "rule_color": color_off(rgb, RED),  # type: ignore[arg-type]
    }
    return found | _of_signers(below, breadth / MM_PER_POINT, sign)


def _off_center(table: Any) -> float | None:
    """How far what stands beside all names is from their middle; None: it is not put there."""
    cell = next(
        (one for one in table.iter(f"{W}tc") if _word(one, f"{W}tcPr/{W}vMerge", "val") == "restart"), None
    )
    if cell is None:
        return 0.0
    if _word(cell, f"{W}tcPr/{W}vAlign", "val") != "center":
        return None
    return (_number(cell, f"{W}p/{W}pPr/{W}spacing", "before") or 0) / 2 * TWIP


def _of_marks(lines: list[Any], pitch: float, sign: float) -> dict[str, float | None]:
    """份号, 密级, 紧急程度."""
    if not lines:
        return {}
    said = [_head(one) for one in lines]
    lefts = [(_number(one, f"{W}pPr/{W}ind", "left") or 0) / 20 / sign for one in lines]
    found: dict[str, float | None] = {"marks_top": said[0]["before"] * MM_PER_POINT, "marks_left": max(lefts)}
    if said[0]["text"].isdigit():
        found["copy_digits"] = len(said[0]["text"])
    if said[1:]:
        found["marks_step"] = (
            max((one["before"] + pitch for one in said[1:]), key=lambda one: abs(one - pitch)) / pitch
        )
    return found


def _of_signers(rows: list[Any], breadth: float, sign: float) -> dict[str, float | None]:
    """Number and 签发人 of a document that goes upward; nothing of one that does not."""
    said = ["".join(one.itertext()) for one in rows]
    if not any(SIGNED_OFF in text for text in said):
        return {}
    numbered = next((place for place, text in enumerate(said) if NUMBER.match(text)), None)
    rights = []
    for row, text in zip(rows, said, strict=True):
        stops = [float(one.get(f"{W}pos")) / 20 for one in row.findall(f"{W}pPr/{W}tabs/{W}tab")]
        if stops:
            rights.append((breadth - stops[-1]) / sign - width(NUMBER.sub("", text)))
    stop = _number(rows[numbered], f"{W}pPr/{W}tabs/{W}tab", "pos") if numbered is not None else None
    return {
        "number_left": stop / 20 / sign if stop is not None else None,
        "signer_right": min(rights, default=None),
        "signer_line": len(rows) - 1 - numbered if numbered is not None else None,
    }


def _is_at_right(paragraph: Any) -> bool:
    found = paragraph.find(f"{W}pPr/{W}jc")
    return found is not None and found.get(f"{W}val") == "right"


def _of_record(body: Any, lower: float) -> dict[str, float | None]:
    box = next((one for one in body.iter(f"{W}drawing") if one.find(f".//{W}txbxContent") is not None), None)
    if box is None:
        return {}
    rows = box.findall(f".//{W}txbxContent/{W}p")

    def line(row: Any, side: str) -> float | None:
        eighths = _number(row, f"{W}pPr/{W}pBdr/{W}{side}", "sz")
        return eighths / 8 * MM_PER_POINT if eighths is not None else None

    outer = [one for one in (line(rows[0], "top"), line(rows[-1], "bottom")) if one is not None]
    size = _number(rows[0], f"{W}r/{W}rPr/{W}sz", "val")
    upper, high = box.find(f".//{WP}positionV/{WP}posOffset"), box.find(f".//{WP}extent")
    found: dict[str, float | None] = {
        "record_outer": max(outer, key=lambda one: abs(one - FIGURES["record_outer"].value))
        if len(outer) == 2
        else None,
        "record_size": size / 2 if size else None,
        "record_below": (int(upper.text) + int(high.get("cy"))) / 12_700 * MM_PER_POINT - lower,
    }
    return found | ({"record_inner": line(rows[0], "bottom")} if len(rows) > 1 else {})


def _of_footer(parts: dict[str, Any], body: Any) -> dict[str, float | None]:
    footers = [
        part
        for name, part in parts.items()
        if name.startswith("word/footer") and "PAGE" in "".join(part.itertext())
    ]
    if not footers:
        return dict.fromkeys(("page_size", "page_below", "page_side"))
    section = body.find(f"{W}sectPr")
    below = (
        (_number(section, f"{W}pgMar", "bottom") or 0) - (_number(section, f"{W}pgMar", "footer") or 0)
    ) * TWIP
    sizes, sides = [], []
    for footer in footers:
        paragraph = footer.find(f"{W}p")
        size = (_number(paragraph, f"{W}r/{W}rPr/{W}sz", "val") or 0) / 2
        sizes.append(size)
        side = (
            _number(paragraph, f"{W}pPr/{W}ind", "right") or _number(paragraph, f"{W}pPr/{W}ind", "left") or 0
        )
        sides.append(side / 20 / size if size else 0)
    size = sizes[0]
    return {
        "page_size": size if len(set(sizes)) == 1 else None,
        "page_below": below - size * MM_PER_POINT / 2,
        "page_side": sides[0] if len(set(sides)) == 1 else None,
    }
