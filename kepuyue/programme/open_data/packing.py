"""The open data as one ZIP, written in bounded memory: each table goes to the disk row by row, then into the ZIP."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils import translation

from kepuyue.core.tables import neutral
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District, Organization
from kepuyue.programme.open_data import describing, rows
from kepuyue.programme.open_data.columns import SEPARATOR, Table
from kepuyue.programme.open_data.describing import Written
from kepuyue.programme.open_data.rows import Row
from kepuyue.programme.open_data.tables import TABLES
from kepuyue.programme.permissions import visible

BLOCK = 1 << 16
Progress = Callable[[float], object]
# An office program takes Chinese without it for another encoding
MARK = "\ufeff"


@dataclass(frozen=True)
class Packed:
    """What was written."""

    sha256: str
    changed: datetime
    "When the newest of the activities was changed; in the edition's zone"
    counts: dict[str, int]


class _Files:
    """One table while it is written: its CSV and its JSON lines."""

    def __init__(self, table: Table, open_for: ExitStack) -> None:
        self.table, self.rows = table, 0
        self.raw = {form: open_for.enter_context(_temporary()) for form in ("csv", "jsonl")}
        self.text = {
            form: TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False)
            for form, raw in self.raw.items()
        }
        self.text["csv"].write(MARK)
        self.csv = csv.writer(self.text["csv"])
        self.csv.writerow([one.name for one in table.columns])

    def add(self, row: Row) -> None:
        values = [row[one.name] for one in self.table.columns]
        self.csv.writerow([_cell(value) for value in values])
        named = {one.name: value for one, value in zip(self.table.columns, values, strict=True)}
        self.text["jsonl"].write(json.dumps(named, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.rows += 1

    def done(self) -> Iterator[tuple[Written, IO[bytes]]]:
        for form, raw in self.raw.items():
            self.text[form].flush()
            size = raw.tell()
            yield Written(self.table, form, self.rows, size, _digest(raw)), raw


def write(edition: Edition, to: IO[bytes], progress: Progress = lambda _share: None) -> Packed:
    """Write the ZIP of what the public may see of an edition. The same data give the same bytes: every file in it
    has the time of the newest change. `to` can be read back and is at its end afterwards.

    Holds a few hundred activities in memory, and the keys of units, districts and venues.
    """
    with ExitStack() as opened, translation.override("zh-hans"):
        files = {table.name: _Files(table, opened) for table in TABLES}
        changed = _fill(edition, files, progress).astimezone(edition.zone)
        written = [pair for one in files.values() for pair in one.done()]
        facts = [fact for fact, _raw in written]
        texts = {
            "README.md": _in("en", lambda: describing.readme(edition, facts, changed)),
            "README.zh-CN.md": _in("zh-hans", lambda: describing.readme(edition, facts, changed)),
            "LICENSE.txt": describing.license_text(edition),
            "datapackage.json": describing.descriptor(edition, facts, changed),
        }
        sums = {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}
        sums |= {fact.name: fact.sha256 for fact in facts}
        texts["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        with ZipFile(to, "w", ZIP_DEFLATED) as package:
            for name, text in texts.items():
                _put(package, name, changed, BytesIO(text.encode()), len(text.encode()))
            for number, (fact, raw) in enumerate(written):
                _put(package, fact.name, changed, raw, fact.size)
                progress(0.8 + 0.2 * number / len(written))
    return Packed(_digest(to), changed, {name: one.rows for name, one in files.items()})


def _fill(edition: Edition, files: dict[str, _Files], progress: Progress) -> datetime:
    """Write all rows; when the newest of the activities was changed."""
    districts = dict(District.objects.values_list("pk", "code"))
    units = dict(Organization.objects.active().values_list("pk", "code"))
    plain: dict[str, Iterable[Row]] = {
        "organizations": rows.organizations(districts, units),
        "taxonomies": rows.taxonomies(edition),
        "terms": rows.terms(edition),
        "districts": rows.districts(),
        "codes": rows.codes(),
    }
    for name, found in plain.items():
        for row in found:
            files[name].add(row)
    programme = rows.Programme(edition, districts, units, rows.codes_of_terms(edition), now())
    whole, newest = visible(edition).count(), None
    for number, (activity, terms) in enumerate(rows.activities(edition), start=1):
        newest = max(newest or activity.updated_at, activity.updated_at)
        for name, row in programme.of(activity, terms):
            files[name].add(row)
        if number % rows.AT_ONCE == 0:
            progress(0.8 * min(1, number / whole))
    return newest or edition.loaded_at


def _put(package: ZipFile, name: str, changed: datetime, content: IO[bytes], size: int) -> None:
    facts = ZipInfo(name, (max(changed.year, 1980), *changed.timetuple()[1:6]))
    facts.compress_type, facts.external_attr, facts.create_system = ZIP_DEFLATED, 0o644 << 16, 3
    facts.file_size = size
    content.seek(0)
    with package.open(facts, "w") as member:
        while block := content.read(BLOCK):
            member.write(block)


def _temporary() -> IO[bytes]:
    return TemporaryFile()


def _digest(file: IO[bytes]) -> str:
    """The SHA-256 of the whole file, which is at its end afterwards."""
    file.seek(0)
    found = sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def _cell(value: Any) -> Any:
    """A value as a cell of CSV."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        # The sign that parts them may not stand in one of them
        return neutral(SEPARATOR.join(str(one).replace(SEPARATOR, "；") for one in value))
    return neutral(value)


def _in(language: str, text: Callable[[], str]) -> str:
    with translation.override(language):
        return text()
