"""An edition's data folder: reading it, and checking it with every fault named by file, line and remedy.

Files: edition.yaml (facts, key dates, policy, marks, papers), taxonomies.yaml, synonyms.yaml, districts.csv,
members.csv, associations.csv, bases.csv, main_venue.yaml, the papers' Markdown files, outlines.geojson (for drawing)
and boundaries.geojson (for finding a point's district). Front door: `check` and `read`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.editions.folder import rules
from kepuyue.editions.folder.main_venue import MainVenueFile
from kepuyue.editions.folder.parts import Parts
from kepuyue.editions.folder.problems import TO_FILL_IN, BrokenFolder, Problem, in_order, suggestion
from kepuyue.editions.folder.reading import (
    Document,
    Unreadable,
    read_geojson,
    read_table,
    read_text,
    read_yaml,
)
from kepuyue.editions.folder.schema import (
    AssociationRow,
    BaseRow,
    DistrictRow,
    EditionFile,
    MemberRow,
    Strict,
    Synonyms,
    TaxonomyEntry,
)
from kepuyue.editions.folder.wording import checked, checked_each

__all__ = ["TO_FILL_IN", "BrokenFolder", "Folder", "Problem", "check", "read"]

TABLES: dict[str, type[Strict]] = {
    "districts.csv": DistrictRow,
    "members.csv": MemberRow,
    "associations.csv": AssociationRow,
    "bases.csv": BaseRow,
}
LISTS: dict[str, Any] = {"taxonomies.yaml": TaxonomyEntry, "synonyms.yaml": Synonyms}
PAPER_FILE = re.compile(r"[\w-]+\.md")
MAPS = ("outlines.geojson", "boundaries.geojson")
REQUIRED = frozenset({"edition.yaml", "taxonomies.yaml", "districts.csv", "members.csv"})
MAIN_VENUE = "main_venue.yaml"
KNOWN = ("edition.yaml", *LISTS, *TABLES, *MAPS, MAIN_VENUE)


@dataclass(frozen=True)
class Folder:
    """A folder that passed every check."""

    edition: EditionFile
    taxonomies: list[TaxonomyEntry]
    synonyms: list[list[str]]
    districts: list[DistrictRow]
    members: list[MemberRow]
    associations: list[AssociationRow]
    bases: list[BaseRow]
    papers: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    outlines: dict[str, Any] = field(default_factory=dict)
    boundaries: dict[str, Any] = field(default_factory=dict)
    main_venue: MainVenueFile | None = None
    plan: bytes = b""


def check(path: Path | str) -> list[Problem]:
    """All that is wrong with the folder; an empty list when it can be loaded."""
    return _examined(Path(path))[1]


def read(path: Path | str) -> Folder:
    """The folder's data; raises `BrokenFolder` with every problem."""
    parts, problems = _examined(Path(path))
    if problems:
        raise BrokenFolder(problems)
    return Folder(
        edition=parts.record,
        taxonomies=parts.entries("taxonomies.yaml"),
        synonyms=parts.entries("synonyms.yaml"),
        districts=parts.entries("districts.csv"),
        members=parts.entries("members.csv"),
        associations=parts.entries("associations.csv"),
        bases=parts.entries("bases.csv"),
        papers=parts.texts,
        pictures={
            mark.picture: (Path(path) / mark.picture).read_bytes()
            for mark in parts.record.marks
            if mark.picture
        },
        outlines=parts.map("outlines.geojson"),
        boundaries=parts.map("boundaries.geojson"),
        main_venue=parts.main_venue,
        plan=_plan(parts, Path(path)),
    )


def _plan(parts: Parts, path: Path) -> bytes:
    found = parts.main_venue
    return (path / found.plan).read_bytes() if found and found.plan else b""


def _examined(path: Path) -> tuple[Parts, list[Problem]]:
    parts = Parts()
    if not path.is_dir():
        return parts, [
            Problem(str(path), None, _("没有这个文件夹。"), _("请检查路径，例如 editions/shenzhen-2024。"))
        ]
    problems = _unknown_files(path)
    for name in KNOWN:
        if name in REQUIRED or (path / name).exists():
            try:
                problems += _read_into(parts, path, name)
            except Unreadable as error:
                problems.append(error.problem)
    for number, name in _paper_files(parts):
        try:
            parts.texts[name] = read_text(path, name)
        except Unreadable as error:
            line = parts.line("edition.yaml", ("papers", number, "file"))
            problems.append(_at_paper(error.problem, line))
    problems += _missing_pictures(parts, path)
    problems += _missing_plan(parts, path)
    problems += rules.broken(parts)
    return parts, in_order(problems)


def _read_into(parts: Parts, path: Path, name: str) -> list[Problem]:
    document: Document
    if name in MAPS:
        parts.documents[name] = read_geojson(path, name)
        return []
    if name in TABLES:
        shape: Any = TABLES[name]
        fields = shape.model_fields
        required = {column for column, info in fields.items() if info.is_required()}
        document, problems = read_table(path, name, list(fields), required)
    else:
        shape = LISTS.get(name)
        document, problems = read_yaml(path, name)
    parts.documents[name] = document
    if name == "edition.yaml":
        parts.record, parts.facts, more = checked(EditionFile, document)
    elif name == MAIN_VENUE:
        parts.main_venue, _facts, more = checked(MainVenueFile, document)
    else:
        parts.rows[name], more = checked_each(shape, document)
    return problems + more


def _paper_files(parts: Parts) -> list[tuple[int, str]]:
    """The papers' files, also of entries that are otherwise not right yet."""
    document = parts.documents.get("edition.yaml")
    entries = document.data.get("papers") if document and isinstance(document.data, dict) else None
    return [
        (number, entry["file"])
        for number, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and PAPER_FILE.fullmatch(str(entry.get("file")))
    ]


def _at_paper(problem: Problem, line: int | None) -> Problem:
    """A fault of a paper's file as a whole is shown where edition.yaml names the file."""
    if problem.line:
        return problem
    return Problem("edition.yaml", line, f"{problem.file}: {problem.what}", problem.remedy)


def _missing_pictures(parts: Parts, path: Path) -> list[Problem]:
    return [
        Problem(
            "edition.yaml",
            parts.line("edition.yaml", ("marks", number, "picture")),
            _("没有图样文件“%(name)s”。") % {"name": mark.picture},
            _("请把它放进这个文件夹，或者删去这一行。"),
        )
        for number, mark in enumerate(parts.facts.get("marks", []))
        if mark.picture and not (path / mark.picture).is_file()
    ]


def _missing_plan(parts: Parts, path: Path) -> list[Problem]:
    found = parts.main_venue
    if not found or not found.plan or (path / found.plan).is_file():
        return []
    return [
        Problem(
            MAIN_VENUE,
            parts.line(MAIN_VENUE, ("plan",)),
            _("没有图样文件“%(name)s”。") % {"name": found.plan},
            _("请把它放进这个文件夹，或者删去这一行。"),
        )
    ]


def _unknown_files(path: Path) -> list[Problem]:
    """Files that look like data but would be passed over in silence."""
    names = [entry.name for entry in sorted(path.iterdir()) if not entry.name.startswith(".")]
    return [
        Problem(name, None, _("不认识这个文件，它不会被载入。"), suggestion(name, KNOWN))
        for name in names
        if Path(name).suffix in {".yaml", ".yml", ".csv", ".geojson"} and name not in KNOWN
    ]
