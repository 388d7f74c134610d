"""The pieces of WordprocessingML of which a document is put together, where python-docx has no words for them."""

import re
from collections.abc import Iterable
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

from kepuyue.documents.standard import TWIPS

EMU = 12_700  # English Metric Units in a point
# A box without a frame of its own, set apart by distances from the paper's edges (English Metric Units)
BOX = """<w:drawing
 xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
 <wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0"
  layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
  <wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>
  <wp:positionV relativeFrom="page"><wp:posOffset>{upper}</wp:posOffset></wp:positionV>
  <wp:extent cx="{wide}" cy="{high}"/><wp:wrapTopAndBottom/><wp:docPr id="900" name="record"/>
  <a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
   <wps:wsp><wps:cNvSpPr txBox="1"/>
    <wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>
     <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
    <wps:txbx><w:txbxContent/></wps:txbx>
    <wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:noAutofit/></wps:bodyPr></wps:wsp>
  </a:graphicData></a:graphic></wp:anchor></w:drawing>"""
# The space of Chinese type stays: names of two signs are drawn out by it
_SPACES = re.compile(r"[^\S\u3000]+")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """The text with single spaces and without what XML cannot hold."""
    return _SPACES.sub(" ", _UNWRITABLE.sub("", text))


def box(left: float, upper: float, wide: float, high: float) -> tuple[Any, Any]:
    """(the drawing, what takes its paragraphs): a box set apart by distances from the paper's edges, in points."""
    lengths = {"left": left, "upper": upper, "wide": wide, "high": high}
    made = etree.fromstring(BOX.format(**{name: round(value * EMU) for name, value in lengths.items()}))
    return made, next(made.iter(qn("w:txbxContent")))


def lay_out(
    paragraph: Any, *, align: str = "both", before: float = 0, line: float = 0, first: float = 0, left: float = 0,
    right: float = 0, hanging: float = 0, keep: bool = False, exact: bool = True,
) -> None:  # fmt: skip
    """Say how a paragraph without properties of its own stands; all lengths in points."""
    properties = properties_of(paragraph)
    if keep:
        properties.append(OxmlElement("w:keepNext"))
    properties.append(element("w:widowControl", val=0))
    # No mark hangs out of the block, and digits stand close to Chinese signs: a line holds as many as it should
    properties.append(element("w:overflowPunct", val=0))
    properties.append(element("w:autoSpaceDE", val=0))
    properties.append(element("w:autoSpaceDN", val=0))
    properties.append(element("w:snapToGrid", val=0))
    spacing: dict[str, Any] = {"before": round(before * TWIPS), "after": 0}
    if line:
        spacing |= {"line": round(line * TWIPS), "lineRule": "exact" if exact else "atLeast"}
    properties.append(element("w:spacing", **spacing))
    indents = {"left": left, "right": right, "firstLine": first, "hanging": hanging}
    if given := {name: round(value * TWIPS) for name, value in indents.items() if value}:
        properties.append(element("w:ind", **given))
    properties.append(element("w:jc", val=align))


def properties_of(paragraph: Any) -> Any:
    """Its properties, made where there are none."""
    found = paragraph.find(qn("w:pPr"))
    if found is None:
        found = OxmlElement("w:pPr")
        paragraph.insert(0, found)
    return found


def keep_with_next(paragraph: Any) -> None:
    """Let no page end between a laid out paragraph and the next."""
    properties = properties_of(paragraph)
    if properties.find(qn("w:keepNext")) is None:
        properties.insert(0, OxmlElement("w:keepNext"))


def bordered(paragraph: Any, sides: Iterable[Any]) -> None:
    """Draw rules at sides of a laid out paragraph."""
    borders = OxmlElement("w:pBdr")
    borders.extend(sides)
    properties = properties_of(paragraph)
    # The order of properties is fixed: rules, tabs, what follows
    after = properties.find(qn("w:tabs"))
    after = properties.find(qn("w:overflowPunct")) if after is None else after
    after.addprevious(borders)


def tab_stops(paragraph: Any, stops: Iterable[tuple[str, float]]) -> None:
    """Set the tab stops of a laid out paragraph: (which side or middle, points from the left)."""
    made = OxmlElement("w:tabs")
    for which, at in stops:
        made.append(element("w:tab", val=which, pos=round(at * TWIPS)))
    properties_of(paragraph).find(qn("w:overflowPunct")).addprevious(made)


def run_of(text: str, font: str, size: float, *, color: str = "", spacing: float = 0) -> Any:
    """A run of text in a font, its size and the space between its signs in points."""
    run, properties = OxmlElement("w:r"), OxmlElement("w:rPr")
    properties.append(element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font, hint="eastAsia"))
    if color:
        properties.append(element("w:color", val=color))
    if spacing:
        properties.append(element("w:spacing", val=round(spacing * TWIPS)))
    properties.append(element("w:sz", val=round(size * 2)))
    properties.append(element("w:szCs", val=round(size * 2)))
    run.append(properties)
    if text:
        run.append(text_of(text))
    return run


def text_of(text: str) -> Any:
    """The text of a run. What XML cannot hold is left out."""
    found = OxmlElement("w:t")
    found.text = writable(text)
    found.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return found


def element(name: str, **attributes: Any) -> Any:
    """An element of a name such as w:jc with its attributes."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made
