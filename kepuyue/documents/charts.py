"""Charts as Word draws them: one can change them in Word, and they print sharp.

XlsxWriter, which writes the house's workbooks, makes a workbook with the numbers and the chart; the chart is put into
the Word file with that workbook behind it. Series differ by pattern and not by color alone; every bar has its value.
"""

import re
import zipfile
from io import BytesIO
from itertools import cycle
from typing import Any

import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from kepuyue.documents.content import Chart
from kepuyue.documents.ooxml import EMU, writable
from kepuyue.documents.standard import BODY, MM_PER_POINT

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# Told apart in black and white
FILLS: tuple[dict[str, Any], ...] = (
    {"fill": {"color": "#404040"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#404040", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#BFBFBF"}},
    {"pattern": {"pattern": "small_grid", "fg_color": "#404040", "bg_color": "#FFFFFF"}},
    {"pattern": {"pattern": "percent_20", "fg_color": "#404040", "bg_color": "#FFFFFF"}},
)
LETTERS = 10  # points
# What may stand beside a bar, in the order of the schema (ECMA-376, 21.2.2.49); only the value does
SHOWN = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
# Millimeters: of what is around all bars, of the lowest chart, of one bar where it stands alone and of the thinnest,
# beside which a value can still be read; the bars of one label share its room, or a chart would take a page for itself
AROUND, LOWEST, BAR, THINNEST, OF_A_LABEL = 22.0, 45.0, 6.5, 3.6, 8.0
INLINE = """<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><wp:inline distT="0" distB="0" distL="0" distR="0">
 <wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{number}" name="chart{number}" descr=""/>
 <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
 <c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
  xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{relation}"/>
 </a:graphicData></a:graphic></wp:inline></w:drawing>"""


def drawing(chart: Chart, main: Any, number: int, wide: float, highest: float) -> Any:
    """The chart as a drawing of the document's main part; `number` is its own, lengths in points."""
    workbook = _workbook(chart)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, b"", main.package)
    data = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), WORKBOOK_TYPE, workbook, main.package)
    part._blob = _with_data(workbook, part.relate_to(data, RELATIONSHIP_TYPE.PACKAGE))
    bars, beside = len(chart.labels) * len(chart.series), len(chart.series)
    bar = BAR if beside == 1 else max(THINNEST, OF_A_LABEL / beside)
    high = min(max(LOWEST, AROUND + bars * bar) / MM_PER_POINT, highest)
    made = etree.fromstring(
        INLINE.format(
            wide=round(wide * EMU), high=round(high * EMU), number=number,
            relation=main.relate_to(part, RELATIONSHIP_TYPE.CHART),
        )
    )  # fmt: skip
    next(made.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")).set(
        "descr", writable(chart.caption)
    )
    return made


def _workbook(chart: Chart) -> bytes:
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 1, [_plain(name) for name, _values in chart.series])
    made = book.add_chart({"type": "bar"})
    last = len(chart.labels)
    letters = {"name": BODY, "size": LETTERS, "color": "#000000"}
    for row, label in enumerate(chart.labels, 1):
        sheet.write_string(row, 0, _plain(label))
    for column, ((_name, values), fill) in enumerate(zip(chart.series, cycle(FILLS), strict=False), 1):
        sheet.write_column(1, column, values)
        made.add_series(
            {
                "name": ["Sheet1", 0, column], "categories": ["Sheet1", 1, 0, last, 0],
                "values": ["Sheet1", 1, column, last, column], "border": {"color": "#000000", "width": 0.75},
                "data_labels": {"value": True, "font": letters}, "gap": 60, **fill,
            }
        )  # fmt: skip
    # The first stands at the top, as in the table
    made.set_y_axis(
        {"reverse": True, "num_font": letters, "line": {"color": "#000000"}, "major_tick_mark": "none"}
    )
    grid = {"visible": True, "line": {"color": "#D9D9D9"}}
    made.set_x_axis(
        {"num_font": letters, "num_format": "0", "min": 0, "major_gridlines": grid, "label_position": "low"}
    )
    made.set_chartarea({"border": {"none": True}})
    made.set_legend({"position": "bottom", "font": letters} if len(chart.series) > 1 else {"none": True})
    sheet.insert_chart("H2", made)
    book.close()
    return file.getvalue()


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return re.sub(r"^[=+\-@\s]+", "", writable(text)) or "—"


def _with_data(workbook: bytes, relation: str) -> bytes:
    """The chart of the workbook, told that its numbers stand in what is embedded."""
    with zipfile.ZipFile(BytesIO(workbook)) as file:
        chart = etree.fromstring(file.read("xl/charts/chart1.xml"))
    for old in chart.findall(f"{C}printSettings"):
        chart.remove(old)
    # 仿宋 for Chinese signs too: a workbook names its font for Latin ones only
    for latin in list(chart.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}latin")):
        latin.addnext(
            etree.Element("{http://schemas.openxmlformats.org/drawingml/2006/main}ea", typeface=BODY)
        )
    # What a label does not deny, some programs show
    for label in chart.iter(f"{C}dLbls"):
        for name in SHOWN:
            told = label.find(f"{C}{name}")
            if told is not None:
                label.remove(told)
            etree.SubElement(label, f"{C}{name}", val=str(int(name == "showVal")))
    data = etree.SubElement(chart, f"{C}externalData", {f"{R}id": relation})
    etree.SubElement(data, f"{C}autoUpdate", val="0")
    made: bytes = etree.tostring(chart, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made
