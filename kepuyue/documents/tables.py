"""Tables as Word has them, put together by hand: python-docx looks through all cells for each that it adds.

What stands in cells is a style of the file, so that a list of thousands of lines has as few elements as can be.
"""

import re
from collections.abc import Sequence
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from kepuyue.documents.content import Table
from kepuyue.documents.ooxml import element, lay_out, run_of, text_of
from kepuyue.documents.standard import BODY, LEVEL_1, TWIPS

# Text of tables; the standard leaves it open. Sizes and lines in points
CELL, FIGURE, HEAD = "TableText", "TableFigure", "TableHead"
SIZE, LINE = 12, 20
# Stands at the right of its cell
_FIGURE = re.compile(r"[\d,.]+%?")


def set_styles(word: Any) -> None:
    """Tell a new file how text stands in tables; the space between its signs is not that of the grid."""
    for name, font, align in ((CELL, BODY, "left"), (FIGURE, BODY, "right"), (HEAD, LEVEL_1, "center")):
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        lay_out(style._element, align=align, line=LINE, exact=False)
        style._element.append(run_of("", font, SIZE).find(qn("w:rPr")))


def drawn(table: Table, word: Any, wide: float) -> Any:
    """The table, so many points wide: its head is repeated on every page, and no row is divided."""
    whole = wide * TWIPS
    shares = table.widths or tuple(1.0 for _column in table.head)
    widths = [round(whole * share / sum(shares)) for share in shares]
    made, properties = OxmlElement("w:tbl"), OxmlElement("w:tblPr")
    properties.append(element("w:tblStyle", val=word.styles["Table Grid"].style_id))
    properties.append(element("w:tblW", w=sum(widths), type="dxa"))
    # As wide as the block and in its middle: neither edge stands out, however a program counts the cells' margins
    properties.append(element("w:jc", val="center"))
    properties.append(element("w:tblLayout", type="fixed"))
    made.append(properties)
    grid = OxmlElement("w:tblGrid")
    for one in widths:
        grid.append(element("w:gridCol", w=one))
    made.append(grid)
    for place, cells in enumerate((table.head, *table.rows)):
        made.append(_row(cells, widths, is_head=not place))
    return made


def _row(cells: Sequence[str], widths: Sequence[int], *, is_head: bool) -> Any:
    row, properties = OxmlElement("w:tr"), OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    for text, wide in zip(cells, widths, strict=True):
        is_figure = not is_head and _FIGURE.fullmatch(text) is not None
        row.append(_cell(text, wide, HEAD if is_head else FIGURE if is_figure else CELL))
    return row


def _cell(text: str, wide: int, style: str) -> Any:
    cell, about, paragraph = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:p")
    about.append(element("w:tcW", w=wide, type="dxa"))
    about.append(element("w:vAlign", val="center"))
    properties, run = OxmlElement("w:pPr"), OxmlElement("w:r")
    properties.append(element("w:pStyle", val=style))
    run.append(text_of(text))
    paragraph.append(properties)
    paragraph.append(run)
    cell.append(about)
    cell.append(paragraph)
    return cell
