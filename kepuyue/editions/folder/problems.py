"""What is wrong with a folder, in the reader's language, with the place and the remedy."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

# What `copy` writes where only a person can know; `check` reports every place that still holds it
TO_FILL_IN = "（待填写）"


@dataclass(frozen=True)
class Problem:
    """One thing to mend: in which file, on which line (None: the file as a whole), what and how."""

    file: str
    line: int | None
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what} {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return asdict(self)


class BrokenFolder(Exception):
    """The folder cannot be used; `problems` says why, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, by file and line, so that a person can work through the files from top to bottom."""
    return sorted(
        dict.fromkeys(problems), key=lambda p: (p.file != "edition.yaml", p.file, p.line or 0, p.what)
    )


def nearest(wrong: str, known: Iterable[str]) -> str:
    """'Did you mean …?', or nothing where nothing is near."""
    near = get_close_matches(wrong, [str(choice) for choice in known], n=1, cutoff=0.6)
    return _("是不是想写“%(near)s”？") % {"near": near[0]} if near else ""


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """'Did you mean …?' where something is near, else what there is to choose from."""
    choices = [str(choice) for choice in known]
    if near := nearest(wrong, choices):
        return near
    return _("可以写：%(choices)s。") % {"choices": "、".join(choices)} if choices else _("请删除它。")
