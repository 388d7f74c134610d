"""The head of a document (版头): 份号, 密级, 紧急程度, the marks of organs, number, 签发人, the red rule."""

from typing import Any

from docx.oxml import OxmlElement

from kepuyue.documents import standard
from kepuyue.documents.content import FILE, SIGNED_OFF, width
from kepuyue.documents.ooxml import bordered, element, lay_out, run_of, tab_stops
from kepuyue.documents.page import Page
from kepuyue.documents.standard import BODY, HEADLINE, LEVEL_1, LEVEL_2, MM_PER_POINT, RED, TWIPS

# 发文机关标志: as large as the block lets it be, and no larger than this
MARK_LARGEST, MARK_ROOM = 46.0, 0.96
# A joint mark leaves room for text on the first page: its height in points; from name to name in heights of a sign
JOINT_HIGHEST, JOINT_STEP = 170.0, 1.25


def set_head(page: Page) -> None:
    """Everything above the title."""
    gap = page.values["mark_top"] / MM_PER_POINT - _marks(page)
    names, beside = page.document.marked
    if len(names) == 1:
        size = _mark_size(page, names, beside)
        color = standard.hex_color(RED, page.values["mark_color"])
        page.paragraph([run_of(names[0], HEADLINE, size, color=color)], align="center", before=gap, line=size)
    else:
        # A table has no space above it
        page.paragraph([], line=gap)
        page.add(_joint(page, names, beside))
    last = _numbered(page)
    _ruled(page, last)


def _marks(page: Page) -> float:
    """份号, 密级 and 紧急程度, a line each; how much of the page they take, in points."""
    values, document = page.values, page.document
    lines = [(one, LEVEL_1) for one in document.marks]
    if document.copy_number is not None:
        lines.insert(0, (f"{document.copy_number:0{int(values['copy_digits'])}d}", BODY))
    used = 0.0
    for place, (text, font) in enumerate(lines):
        before = (values["marks_step"] - 1) * page.pitch if place else values["marks_top"] / MM_PER_POINT
        page.paragraph([page.text_run(text, font)], align="left", before=before, left=values["marks_left"])
        used += before + page.pitch
    return used


def _mark_size(page: Page, names: tuple[str, ...], beside: str) -> float:
    whole = page.values["block_width"] / MM_PER_POINT * MARK_ROOM
    longest = max(max(map(width, names)), 1) + (len(beside) + 0.5 if beside else 0)
    high = JOINT_HIGHEST / (1 + JOINT_STEP * (len(names) - 1)) if len(names) > 1 else MARK_LARGEST
    # Word knows half points
    return int(min(MARK_LARGEST, whole / longest, high) * 2) / 2


def _joint(page: Page, names: tuple[str, ...], beside: str) -> Any:
    """Names as wide as the longest, one below the other, the host first; 文件 stands at the middle of all (7.2.4)."""
    size = _mark_size(page, names, beside)
    color = standard.hex_color(RED, page.values["mark_color"])
    wide = max(map(width, names)) * size
    columns = [round((wide + 1) * TWIPS), *([round((len(FILE) + 0.5) * size * TWIPS)] if beside else [])]
    table, properties = OxmlElement("w:tbl"), OxmlElement("w:tblPr")
    properties.append(element("w:tblW", w=sum(columns), type="dxa"))
    properties.append(element("w:jc", val="center"))
    properties.append(element("w:tblLayout", type="fixed"))
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w=0, type="dxa"))
    properties.append(margins)
    grid = OxmlElement("w:tblGrid")
    for column in columns:
        grid.append(element("w:gridCol", w=column))
    table.append(properties)
    table.append(grid)
    for place, name in enumerate(names):
        row = OxmlElement("w:tr")
        row.append(
            _cell(
                columns[0],
                _spread(name, size, wide, color),
                before=size * (JOINT_STEP - 1) if place else 0,
                line=size,
            )
        )
        if beside:
            # Half of what is put above it moves its middle
            off = 2 * page.values["joint_center"] / MM_PER_POINT
            runs = [] if place else [run_of(beside, HEADLINE, size, color=color)]
            row.append(
                _cell(
                    columns[1],
                    runs,
                    before=0 if place else off,
                    line=1 if place else size,
                    merged="continue" if place else "restart",
                )
            )
        table.append(row)
    return table


def _cell(wide: int, runs: list[Any], *, before: float, line: float, merged: str = "") -> Any:
    cell, about, paragraph = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:p")
    about.append(element("w:tcW", w=wide, type="dxa"))
    if merged:
        about.append(element("w:vMerge", val=merged))
        about.append(element("w:vAlign", val="center"))
    lay_out(paragraph, align="right" if merged else "left", before=before, line=line)
    for run in runs:
        paragraph.append(run)
    cell.append(about)
    cell.append(paragraph)
    return cell


def _spread(name: str, size: float, wide: float, color: str) -> list[Any]:
    """A name drawn out to a width by space between its signs."""
    space = (wide - width(name) * size) / max(len(name) - 1, 1)
    runs = [
        run_of(name[:-1], HEADLINE, size, color=color, spacing=space),
        run_of(name[-1], HEADLINE, size, color=color),
    ]
    return runs if len(name) > 1 else runs[1:]


def _numbered(page: Page) -> Any:
    """The number below the mark, in a document that goes upward at the left with 签发人 at the right; the last line."""
    values, document = page.values, page.document
    gap, number = values["number_lines"] * page.pitch, page.text_run(document.number or " ")
    rows = document.signer_rows
    if not rows:
        return page.paragraph([number], align="center", before=gap)
    at = len(rows) - 1 - int(values["signer_line"])
    names = values["block_width"] / MM_PER_POINT / page.character - values["signer_right"]
    names -= max(width(row.removeprefix(SIGNED_OFF)) for row in rows)
    for place, row in enumerate(rows):
        stops, runs = [names], []
        if place == at:
            stops.insert(0, values["number_left"])
            runs = [run_of("", BODY, values["body_size"]), number]
            runs[0].append(OxmlElement("w:tab"))
        text = row.removeprefix(SIGNED_OFF)
        runs.append(run_of("", BODY, values["body_size"]))
        runs[-1].append(OxmlElement("w:tab"))
        if text != row:
            stops[-1] -= len(SIGNED_OFF)
            runs.append(page.text_run(SIGNED_OFF))
        runs.append(page.text_run(text, LEVEL_2))
        last = page.paragraph(runs, align="left", before=0 if place else gap)
        tab_stops(last, [("left", stop * page.character) for stop in stops])
    return last


def _ruled(page: Page, last: Any) -> None:
    values = page.values
    # From the number's line the rule is so far as the standard says, less what the line leaves below its signs
    leading = (page.pitch - values["body_size"]) / 2
    space = max(0, round(values["rule_gap"] / MM_PER_POINT - leading))
    color = standard.hex_color(RED, values["rule_color"])
    bordered(last, [element("w:bottom", val="single", sz=12, space=space, color=color)])
    if short := values["block_width"] - values["rule_width"]:
        last.find(".//{*}pPr").insert(-1, element("w:ind", right=round(short / MM_PER_POINT * TWIPS)))
