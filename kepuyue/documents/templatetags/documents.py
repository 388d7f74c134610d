from collections.abc import Iterator
from typing import Any

from django import template

from kepuyue.documents.content import Chart, Heading, Paragraph, Picture, Table, date_text
from kepuyue.documents.typed import mark

register = template.Library()
# Of a table as it is shown on a page; the file has them all
MOST_ROWS = 60


@register.inclusion_tag("documents/_blocks.html")
def blocks(pk: int, given: Any, stored: Any) -> dict[str, Any]:
    """The blocks of a document as a page shows them; `stored` names the files of its pictures."""
    return {"pk": pk, "blocks": list(_shown(given, stored))}


@register.filter
def written_day(day: Any) -> str:
    """成文日期 as documents write it, in any language of the page."""
    return date_text(day)


def _shown(given: Any, stored: Any) -> Iterator[dict[str, Any]]:
    counts = [0, 0, 0, 0]
    for block, kept in zip(given, stored, strict=True):
        if isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            head = f"{mark(block.level, counts[block.level - 1])}{block.title}"
            yield {"kind": "heading", "level": block.level, "head": head, "text": block.text}
        elif isinstance(block, Paragraph):
            yield {"kind": "paragraph", "text": block.text}
        elif isinstance(block, Table):
            yield {
                "kind": "table",
                "head": block.head,
                "rows": block.rows[:MOST_ROWS],
                "more": len(block.rows[MOST_ROWS:]),
            }
        elif isinstance(block, Chart):
            most = max((value for _name, values in block.series for value in values), default=0)
            lines = zip(
                block.labels, zip(*(values for _name, values in block.series), strict=True), strict=True
            )
            names = [name for name, _values in block.series]
            yield {
                "kind": "chart",
                "caption": block.caption,
                "names": names,
                "lines": list(lines),
                "most": most or 1,
            }
        elif isinstance(block, Picture):
            yield {"kind": "picture", "name": kept["file"], "caption": block.caption}
