"""A page of Word by the standard: paper, block, grid, fonts, page numbers, and how paragraphs stand on it."""

from collections.abc import Iterable, Mapping
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from kepuyue.documents import standard, tables
from kepuyue.documents.content import Document
from kepuyue.documents.ooxml import element, lay_out, run_of, text_of
from kepuyue.documents.standard import BODY, MM_PER_POINT, NUMERALS, TWIPS


class Page:
    """One document on its way to Word."""

    def __init__(self, document: Document, values: Mapping[str, float]) -> None:
        self.document, self.values = document, values
        self.pitch, self.character = standard.line_pitch(values), standard.character_pitch(values)
        self.charts = 0
        self.word = docx.Document()
        self.body = self.word.element.body
        for child in list(self.body)[:-1]:
            self.body.remove(child)
        self._set_page()
        self._set_fonts()
        self._set_language()
        tables.set_styles(self.word)

    def text_run(self, text: str, font: str = BODY) -> Any:
        """Text of the page's size, so many signs to a line as the standard says."""
        off, size = self.values["text_color"], self.values["body_size"]
        color = standard.hex_color(standard.BLACK, off) if off else ""
        return run_of(text, font, size, color=color, spacing=self.character - size)

    def add(self, made: Any) -> None:
        """Put something at the end of what is there."""
        self.body.insert(len(self.body) - 1, made)

    def paragraph(
        self, runs: Iterable[Any], *, align: str = "both", before: float = 0, line: float | None = None,
        first: float = 0, left: float = 0, right: float = 0, hanging: float = 0, keep: bool = False,
    ) -> Any:  # fmt: skip
        """Indents in characters, `before` and `line` in points."""
        paragraph = OxmlElement("w:p")
        at = self.character
        lay_out(paragraph, align=align, before=before, line=self.pitch if line is None else line, first=first * at,
             left=left * at, right=right * at, hanging=hanging * at, keep=keep)  # fmt: skip
        for run in runs:
            paragraph.append(run)
        self.add(paragraph)
        return paragraph

    # The page

    def _set_page(self) -> None:
        section, values = self.word.sections[0], self.values
        section.page_width, section.page_height = Mm(values["paper_width"]), Mm(values["paper_height"])
        section.top_margin, section.left_margin = Mm(values["top"]), Mm(values["left"])
        section.right_margin = Mm(values["paper_width"] - values["left"] - values["block_width"])
        below = values["paper_height"] - values["top"] - values["block_height"]
        section.bottom_margin = Mm(below)
        # The middle of the numeral's line is where its dashes are
        section.footer_distance = Mm(below - values["page_below"] - values["page_size"] * MM_PER_POINT / 2)
        section.header_distance = Mm(15)
        self.word.settings.odd_and_even_pages_header_footer = True
        grid = element("w:docGrid", type="lines", linePitch=round(self.pitch * TWIPS))
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(grid)
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            self._page_number(footer, side)

    def _page_number(self, footer: Any, side: str) -> None:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]._p
        size = self.values["page_size"]
        properties = paragraph.get_or_add_pPr()
        for old in list(properties):
            properties.remove(old)
        properties.append(element("w:spacing", before=0, after=0, line=round(size * TWIPS), lineRule="exact"))
        properties.append(element("w:ind", **{side: round(self.values["page_side"] * size * TWIPS)}))
        properties.append(element("w:jc", val=side))
        for kind, text in (("t", "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), ("t", " —")):
            run = run_of("", NUMERALS, size)
            if kind == "t":
                run.append(text_of(text))
            elif kind == "instr":
                instruction = OxmlElement("w:instrText")
                instruction.text = text
                run.append(instruction)
            else:
                run.append(element("w:fldChar", fldCharType=kind))
            paragraph.append(run)

    def _set_fonts(self) -> None:
        """What stands in for a font that is not there, for Word and its likes."""
        table = next(
            part
            for part in self.word.part.package.iter_parts()
            if str(part.partname) == "/word/fontTable.xml"
        )
        namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        root = etree.Element(f"{{{namespace}}}fonts", nsmap={"w": namespace})
        for name, others in standard.FONTS.items():
            font = etree.SubElement(root, f"{{{namespace}}}font", {f"{{{namespace}}}name": name})
            etree.SubElement(font, f"{{{namespace}}}altName", {f"{{{namespace}}}val": others[0]})
            etree.SubElement(font, f"{{{namespace}}}charset", {f"{{{namespace}}}val": "86"})
        table._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def _set_language(self) -> None:
        """Lines end by the rules of Chinese type. By its script: where LibreOffice reads zh-CN, marks hang out of the
        block, whatever the paragraph says.
        """
        defaults = self.word.styles.element.find(qn("w:docDefaults"))
        defaults.find(f".//{qn('w:lang')}").set(qn("w:eastAsia"), "zh-Hans")
