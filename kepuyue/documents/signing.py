"""Who signs (发文机关署名) and the day; places for the seals are left, nobody prints one."""

from kepuyue.documents.content import width
from kepuyue.documents.ooxml import element, run_of, tab_stops
from kepuyue.documents.page import Page
from kepuyue.documents.standard import BODY, MM_PER_POINT

# A seal of 42 mm and what keeps it from the next, in characters; in lines from one row of seals to the next
BESIDE, BELOW = 8.2, 5
# (columns, the longest name that stands in one, from middle to middle): seals of a row stay within the block
COLUMNS = ((3, 8, BESIDE), (2, 12, 12.5))


def sign(page: Page) -> None:
    """The names above the middle of the date, those of several organs beside each other, the last above the date
    (7.3.5.1).
    """
    document, right = page.document, page.values["date_right"]
    half = width(document.date_text) / 2
    if document.joint and not document.on_behalf:
        right = _jointly(page, half, right)
    else:
        names = [
            document.issuer,
            *([f"（{document.on_behalf}代章）"] if document.on_behalf else []),
            *document.joint,
        ]
        # A name that is too long for that moves the date along
        right = max(right, max(width(name) for name in names) / 2 - half)
        seals = {0, *range(len(names) - len(document.joint), len(names))}
        for place, name in enumerate(names):
            before = 2 if not place else BELOW - 1 if place in seals else 0
            page.paragraph(
                [page.text_run(name)],
                align="right",
                right=right + half - width(name) / 2,
                before=page.pitch * before,
                keep=True,
            )
    page.paragraph([page.text_run(document.date_text)], align="right", right=right)


def _jointly(page: Page, half: float, right: float) -> float:
    """Rows of names with room for their seals; how far the date is from the right, in characters."""
    names = page.document.issuers
    longest = max(map(width, names))
    columns, step = next(((many, apart) for many, most, apart in COLUMNS if longest <= most), (1, 0.0))
    columns = min(columns, len(names))
    right = max(right, longest / 2 - half)
    middle = page.values["block_width"] / MM_PER_POINT / page.character - right - half
    rows = [names[place : place + columns] for place in range(0, len(names), columns)]
    for place, row in enumerate(rows):
        runs = []
        for name in row:
            runs.append(run_of("", BODY, page.values["body_size"]))
            runs[-1].append(element("w:tab"))
            runs.append(page.text_run(name))
        made = page.paragraph(runs, align="left", before=page.pitch * (BELOW - 1 if place else 2), keep=True)
        # A row that is not full ends above the date too
        stops = [middle - step * back for back in range(len(row) - 1, -1, -1)]
        tab_stops(made, [("center", stop * page.character) for stop in stops])
    return right
