"""The file as a whole: which entry is which when it comes again, and which stands in it twice."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from kepuyue.activities.models import UnitRole
from kepuyue.imports.reading import WARNING, Entry, Findings


def normalized(text: str) -> str:
    """A text for comparing: width, case, space and punctuation do not count."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).lower())


def number_titles(entries: Sequence[Entry]) -> None:
    """Give each entry the key by which the same file is known again: its title, and which of that title it is."""
    seen: Counter[str] = Counter()
    for entry in entries:
        title = normalized(entry.title) or entry.title
        seen[title] += 1
        digest = hashlib.sha256(title.encode()).hexdigest()[:20]
        entry.key = f"row:{digest}:{seen[title]}"


def note(findings: Findings) -> None:
    """Exact duplicates are taken once; the same title with another unit, place or time stays, with a remark."""
    titles: dict[str, Entry] = {}
    exact: dict[tuple[object, ...], Entry] = {}
    kept: list[Entry] = []
    for entry in findings.entries:
        title = normalized(entry.title)
        units = tuple(sorted(normalized(name) for name in entry.named(UnitRole.HOST)))
        place = normalized(entry.venue or entry.address)
        same = (title, units, place, tuple(sorted(map(str, entry.slots))), normalized(entry.dates_as_written))
        known = len(entry.problems)
        if same in exact:
            why = _("与%(where)s完全相同，只导入一次") % {"where": _where(exact[same], entry)}
            entry.note_problem("title", "duplicate", WARNING, why)
            findings.skipped += [(entry.sheet, row, why) for row in entry.rows]
        else:
            if title in titles:
                why = _("与%(where)s名称相同，请核对是否重复") % {"where": _where(titles[title], entry)}
                entry.note_problem("title", "possible-duplicate", WARNING, why)
            kept.append(entry)
            titles.setdefault(title, entry)
            exact[same] = entry
        findings.problems += entry.problems[known:]
    findings.entries = kept


def _where(first: Entry, later: Entry) -> str:
    """Where the first of two stands, as seen from the later."""
    if first.sheet == later.sheet:
        return _("第 %(row)s 行") % {"row": first.row}
    return _("工作表“%(sheet)s”第 %(row)s 行") % {"sheet": first.sheet, "row": first.row}
