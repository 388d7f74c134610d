"""A document as Word file. Every measure comes from `standard`; `values` other than the standard's are for the control,
which has to be found out by measuring.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from docx.oxml import OxmlElement
from docx.shared import Mm

from kepuyue.documents import tables
from kepuyue.documents.charts import drawing
from kepuyue.documents.content import (
    Block,
    Chart,
    Document,
    Heading,
    Paragraph,
    Picture,
    Table,
    date_text,
    width,
)
from kepuyue.documents.head import set_head
from kepuyue.documents.ooxml import (
    bordered,
    box,
    element,
    keep_with_next,
    lay_out,
    run_of,
    tab_stops,
    text_of,
    writable,
)
from kepuyue.documents.page import Page
from kepuyue.documents.signing import sign
from kepuyue.documents.standard import (
    BODY,
    HEADLINE,
    LEVEL_1,
    LEVEL_2,
    MM_PER_POINT,
    RECORD_PITCH,
    TITLE_PITCH,
    VALUES,
)  # fmt: skip
from kepuyue.documents.titles import broken
from kepuyue.documents.typed import mark


def render(document: Document, values: Mapping[str, float] = VALUES) -> bytes:
    """The Word file. The same content gives the same text and layout."""
    return _Written(document, values).written()


class _Written(Page):
    """A page with all that the document says."""

    def written(self) -> bytes:
        document = self.document
        set_head(self)
        self._title(document.title, self.values["title_lines"])
        if document.addressees:
            self._line(document.salutation, before=self.values["addressee_lines"], first=0)
        self._blocks(document.blocks)
        # Whoever signs does not stand on a page without text (7.3.5.4)
        if document.blocks and isinstance(document.blocks[-1], Heading | Paragraph):
            keep_with_next(self.body[-2])
        self._named_attachments()
        sign(self)
        if document.note:
            self._line(f"（{document.note}）")
        for number, attachment in enumerate(document.attachments, 1):
            if attachment.blocks:
                self._attachment(attachment.title, attachment.blocks, number)
        if document.printed_by:
            self._record()
        file = BytesIO()
        self.word.core_properties.title = writable(document.title)
        self.word.core_properties.author = writable(document.issuer)
        self.word.save(file)
        return file.getvalue()

    def _title(self, title: str, empty_lines: float) -> None:
        size = self.values["title_size"]
        lines = broken(title, longest=self.values["block_width"] / MM_PER_POINT / size * 0.98)
        run = run_of("", HEADLINE, size)
        for place, line in enumerate(lines):
            if place:
                run.append(OxmlElement("w:br"))
            run.append(text_of(line))
        self.paragraph(
            [run], align="center", before=empty_lines * self.pitch, line=size * TITLE_PITCH, keep=True
        )

    # The text: 主体

    def _blocks(self, blocks: Iterable[Block]) -> None:
        counts = [0, 0, 0, 0]
        for block in blocks:
            match block:
                case Heading():
                    counts[block.level - 1] += 1
                    counts[block.level :] = [0] * (4 - block.level)
                    self._heading(block, counts[block.level - 1])
                case Paragraph():
                    self._line(block.text)
                case Table():
                    self._table(block)
                case Picture():
                    self._picture(block)
                case Chart():
                    self._chart(block)

    def _heading(self, heading: Heading, number: int) -> None:
        font = {1: LEVEL_1, 2: LEVEL_2}.get(heading.level, BODY)
        runs = [self.text_run(f"{mark(heading.level, number)}{heading.title}", font)]
        if heading.text:
            runs.append(self.text_run(heading.text))
        self.paragraph(runs, first=self.values["indent"], keep=not heading.text)

    def _line(self, text: str, *, before: float = 0, first: float | None = None) -> None:
        self.paragraph(
            [self.text_run(text)],
            before=before * self.pitch,
            first=self.values["indent"] if first is None else first,
        )

    def _named_attachments(self) -> None:
        # Turned lines begin below the name's first sign; further names below the first
        at = self.values["indent"] + 3 + (1.5 if len(self.document.attachments) > 1 else 0)
        for place, text in enumerate(self.document.attached, 1):
            self.paragraph(
                [self.text_run(text)], align="left",
                before=self.values["attachment_lines"] * self.pitch if place == 1 else 0,
                left=at, hanging=at - self.values["indent"] - (0 if place == 1 else 3), keep=True,
            )  # fmt: skip

    def _attachment(self, title: str, blocks: Iterable[Block], number: int) -> None:
        last = self.paragraph([], line=1)
        run = OxmlElement("w:r")
        run.append(element("w:br", type="page"))
        last.append(run)
        mark = f"附件{number}" if len(self.document.attachments) > 1 else "附件"
        self.paragraph([self.text_run(mark, LEVEL_1)], keep=True)
        self._title(title, 1)
        self.paragraph([])
        self._blocks(blocks)

    def _table(self, table: Table) -> None:
        wide = self.values["block_width"] / MM_PER_POINT
        self.add(tables.drawn(table, self.word, wide))

    def _picture(self, picture: Picture) -> None:
        paragraph = self.word.add_paragraph()
        lay_out(paragraph._p, align="center", line=0, keep=bool(picture.caption))
        paragraph.add_run().add_picture(
            BytesIO(picture.data), width=Mm(self.values["block_width"] * picture.share)
        )
        if picture.caption:
            self._caption(picture.caption)

    def _chart(self, chart: Chart) -> None:
        self.charts += 1
        points = 1 / MM_PER_POINT
        run = OxmlElement("w:r")
        # With a heading above it and its caption it fits a page
        highest = (self.values["block_height"] - 45) * points
        run.append(drawing(chart, self.word.part, self.charts, self.values["block_width"] * points, highest))
        self._loose([run], keep=True)
        self._caption(f"图{self.charts}　{chart.caption}")

    def _loose(self, runs: Iterable[Any], *, keep: bool = False) -> None:
        """A paragraph as high as what stands in it."""
        paragraph = OxmlElement("w:p")
        lay_out(paragraph, align="center", line=0, keep=keep)
        for run in runs:
            paragraph.append(run)
        self.add(paragraph)

    def _caption(self, text: str) -> None:
        self.paragraph([run_of(text, LEVEL_2, self.values["body_size"] - 2)], align="center")

    # The record: 版记

    def _record(self) -> None:
        document, size = self.document, self.values["record_size"]
        rows = []
        if document.copied:
            rows.append((document.copied, ""))
        rows.append((document.printed_by, f"{date_text(document.printed_on or document.dated)}印发"))
        whole = self.values["block_width"] / MM_PER_POINT
        # Its last rule lies on the block's lower edge (7.4.1)
        lower = (
            self.values["top"] + self.values["block_height"] + self.values["record_below"]
        ) / MM_PER_POINT
        # A long list of copies is turned over
        lines = sum(max(1, -(-int(width(left) + 1) // int(whole / size - 1))) for left, _right in rows)
        upper = lower - lines * size * RECORD_PITCH
        drawing, inside = box(self.values["left"] / MM_PER_POINT, upper, whole, lower - upper)
        for place, (left, right) in enumerate(rows):
            inside.append(self._record_line(left, right, place == 0, place == len(rows) - 1, whole))
        run = OxmlElement("w:r")
        run.append(drawing)
        # What is set apart hangs on a paragraph of the last page
        self.paragraph([run], line=1)

    def _record_line(self, left: str, right: str, is_first: bool, is_last: bool, whole: float) -> Any:
        size, paragraph = self.values["record_size"], OxmlElement("w:p")
        # One character is left at each side by tabs: the rules go over the whole block
        lay_out(paragraph, align="left", line=size * RECORD_PITCH, left=size, hanging=size)
        tab_stops(paragraph, [("left", size), ("right", whole - size)])
        sides = []
        for side, which in (
            *((("top", "record_outer"),) if is_first else ()), ("bottom", "record_outer" if is_last else "record_inner")
        ):  # fmt: skip
            eighths = round(self.values[which] / MM_PER_POINT * 8)
            sides.append(element(f"w:{side}", val="single", sz=eighths, space=0, color="000000"))
        bordered(paragraph, sides)
        run = run_of("", BODY, size)
        run.append(OxmlElement("w:tab"))
        run.append(text_of(left))
        if right:
            run.append(OxmlElement("w:tab"))
            run.append(text_of(right))
        paragraph.append(run)
        return paragraph
