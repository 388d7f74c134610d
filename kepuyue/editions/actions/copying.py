"""Making next year's folder from this year's. What only a person can know is marked to be filled in."""

import re
import shutil
import tempfile
from calendar import isleap
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.editions.folder import TO_FILL_IN, BrokenFolder, Folder, Problem, check, read
from kepuyue.editions.folder.reading import Document, Location, read_yaml


@dataclass(frozen=True)
class Copied:
    """The new folder, and what has to be filled in before it can be loaded."""

    path: Path
    to_fill_in: list[Problem]


def copy(source: Path | str, target: Path | str, year: int) -> Copied:
    """Write `target` from the folder `source` for another year; raises `BrokenFolder`.

    Dates keep their day and month, ordinals go on counting, and the years in names are replaced. Theme, notice
    and the clauses that dates rest on are left to be filled in, and `check` lists them. Comments stay.
    """
    source, target = Path(source), Path(target)
    folder = read(source)
    if year == folder.edition.year:
        raise BrokenFolder(
            [
                Problem(
                    str(source),
                    None,
                    _("这个文件夹已经是%(year)s年的。") % {"year": year},
                    _("请换一个年份。"),
                )
            ]
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BrokenFolder(
            [Problem(str(target), None, _("这个位置已经有内容。"), _("请换一个位置，或先移走它。"))]
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: a half-written folder would look like a real one
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as work:
        draft = Path(work) / "edition"
        draft.mkdir()
        for entry in source.iterdir():
            # Only the edition's own files: folders beside them are content of that year
            if entry.is_file() and not entry.name.startswith("."):
                shutil.copyfile(entry, draft / entry.name)
        _rewrite(draft, folder, year)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    return Copied(target, check(target))


def _rewrite(draft: Path, folder: Folder, year: int) -> None:
    document, _problems = read_yaml(draft, "edition.yaml")
    path = draft / "edition.yaml"
    path.write_text(
        _with(path.read_text("utf-8-sig"), document, _new_values(document, folder, year)), encoding="utf-8"
    )
    if folder.main_venue:
        _rewrite_main_venue(draft, folder, year)
    for paper in folder.edition.papers:
        if paper.template_of:
            continue  # the next edition's own facts fill it in
        (draft / paper.file).write_text(f"{TO_FILL_IN}\n", encoding="utf-8")
    provenance = draft / "PROVENANCE.md"
    if provenance.exists():
        note = _("本文件随 %(code)s 复制，请按 %(year)s 年的依据核对。") % {
            "code": folder.edition.code,
            "year": year,
        }
        provenance.write_text(f"> {TO_FILL_IN}{note}\n\n{provenance.read_text('utf-8')}", encoding="utf-8")


def _rewrite_main_venue(draft: Path, folder: Folder, year: int) -> None:
    """The main venue a year on, for a person to go through: not public, its days moved."""
    document, _problems = read_yaml(draft, "main_venue.yaml")
    path, venue = draft / "main_venue.yaml", folder.main_venue
    if venue is None:
        return
    shift = year - folder.edition.year
    days: dict[Location, date] = {("first_day",): venue.first_day, ("last_day",): venue.last_day}
    days |= {("items", number, "day"): item.day for number, item in enumerate(venue.items)}
    values: dict[Location, str] = {place: _shifted(day, shift) for place, day in days.items()}
    values["is_published",] = "false"
    known = {place: text for place, text in values.items() if place in document.spans}
    path.write_text(_with(path.read_text("utf-8-sig"), document, known), encoding="utf-8")


def _new_values(document: Document, folder: Folder, year: int) -> dict[Location, str]:
    """The values of edition.yaml that differ next year, as YAML writes them."""
    old = folder.edition
    values: dict[Location, str] = {}
    values["year",] = str(year)
    values["code",] = renamed(old.code, old.year, year, suffix="-")
    for key in ("name", "name_en"):
        values[key,] = _quoted(renamed(getattr(old, key), old.year, year, suffix=" "))
    for number, ordinal in enumerate(old.ordinals):
        values["ordinals", number, "number"] = str(ordinal.number + year - old.year)
    for key in ("theme", "theme_en"):
        values[key,] = TO_FILL_IN
    shift = year - old.year
    values["starts_on",] = _shifted(old.starts_on, shift)
    values["ends_on",] = _shifted(old.ends_on, shift)
    for number, key_day in enumerate(old.key_dates):
        values["key_dates", number, "day"] = _shifted(key_day.day, shift)
        values["key_dates", number, "source"] = TO_FILL_IN
    for number, paper in enumerate(old.papers):
        if paper.template_of:
            continue
        for key in ("title", "number", "issued_on"):
            values["papers", number, key] = TO_FILL_IN
    return {place: text for place, text in values.items() if place in document.spans}


def renamed(text: str, old: int, new: int, *, suffix: str) -> str:
    """The text with the new year where the old one stood, else with the new year behind it."""
    return text.replace(str(old), str(new)) if str(old) in text else f"{text}{suffix}{new}"


def _shifted(day: date, years: int) -> str:
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        day = day.replace(day=28)
    return day.replace(year=year).isoformat()


def _quoted(text: str) -> str:
    """Plain where YAML reads it back as the same text, else in quotes."""
    if re.fullmatch(r"[^\W\d_][\w \-年]*|\d+年\w*", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _with(text: str, document: Document, values: dict[Location, Any]) -> str:
    """The text with values replaced in their places, the last first so that places stay true."""
    for place, value in sorted(values.items(), key=lambda item: document.spans[item[0]], reverse=True):
        start, end = document.spans[place]
        text = text[:start] + value + text[end:]
    return text
