"""An edition written back into a folder, so that what was changed on screen can be kept as data and loaded again.

The folder holds what `loading` reads. What belongs to the running of one year stays in the database: extensions,
sub-themes and plans of the districts and departments, activities, people.
"""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel

from kepuyue.editions.actions import main_venue
from kepuyue.editions.folder import BrokenFolder, Problem, check
from kepuyue.editions.folder.schema import AssociationRow, BaseRow, DistrictRow, MemberRow
from kepuyue.editions.models import CityMap, Edition, LoadedFolder, Taxonomy
from kepuyue.organizations.models import District, Organization

Level = Organization.Level
# No folding: one value, one line, so that differences between two exports are easy to read
WIDTH = 10_000


def export(edition: Edition, target: Path | str) -> list[Problem]:
    """Write the edition into a new or empty folder; returns what `check` would complain of there.

    Raises `BrokenFolder` where the place is taken.
    """
    target = Path(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BrokenFolder(
            [Problem(str(target), None, _("这个位置已经有内容。"), _("请换一个位置，或先移走它。"))]
        )
    target.mkdir(parents=True, exist_ok=True)
    for name, content in _files(edition):
        (target / name).write_bytes(content)
    return check(target)


def as_zip(edition: Edition) -> tuple[bytes, list[Problem]]:
    """The same folder as one file to download."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / edition.code
        problems = export(edition, folder)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, f"{edition.code}/{path.name}")
    return written.getvalue(), problems


def _files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    city_map = CityMap.objects.filter(edition=edition).first()
    yield "edition.yaml", _yaml(_facts(edition, city_map))
    yield (
        "taxonomies.yaml",
        _yaml([_taxonomy(one) for one in edition.taxonomies.prefetch_related("terms__parent")]),
    )
    groups = [list(group.words) for group in edition.synonyms.order_by("pk")]
    if groups:
        yield "synonyms.yaml", _yaml(groups)
    yield "districts.csv", _table(DistrictRow, District.objects.all())
    members = Organization.objects.filter(level__in=(Level.OFFICE, Level.DEPARTMENT))
    if edition.office_id:
        members = members.exclude(level=Level.OFFICE) | Organization.objects.filter(pk=edition.office_id)
    yield "members.csv", _table(MemberRow, members.order_by("pk"))
    yield (
        "associations.csv",
        _table(AssociationRow, Organization.objects.filter(level=Level.DISTRICT).order_by("pk")),
    )
    units = Organization.objects.filter(level=Level.UNIT, code__in=_units_of_folders())
    yield "bases.csv", _table(BaseRow, units.order_by("pk"))
    for paper in edition.papers.all():
        yield f"{paper.code}.md", paper.body.encode()
    for mark in edition.marks.all():
        if mark.picture:
            with mark.picture.open("rb") as file:
                yield f"mark-{mark.code}.png", file.read()
    if venue := main_venue.written(edition):
        yield "main_venue.yaml", _yaml(venue)
        if "plan" in venue:
            with edition.main_venue.plan.open("rb") as file:
                yield main_venue.PLAN_FILE, file.read()
    if city_map:
        for name in ("outlines", "boundaries"):
            if data := getattr(city_map, name):
                yield f"{name}.geojson", json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _units_of_folders() -> set[str]:
    """Bases and other units that once came from a folder; those that registered themselves are the house's own."""
    return {code for record in LoadedFolder.objects.all() for code in record.values.get("organization", {})}


def _facts(edition: Edition, city_map: CityMap | None) -> dict[str, Any]:
    office = edition.office
    facts: dict[str, Any] = {
        name: getattr(edition, name) for name in ("code", "year", "city", "city_en", "name", "name_en")
    }
    facts["ordinals"] = edition.ordinals
    facts |= {"theme": edition.theme, "theme_en": edition.theme_en}
    facts |= {name: getattr(edition, name).isoformat() for name in ("starts_on", "ends_on")}
    facts |= {
        "time_zone": edition.time_zone,
        "office": {"name": edition.office_name or str(office or ""), "name_en": edition.office_name_en,
                   "organization": office.code if office else ""},
        "contact": {"email": edition.contact_email, "phone": edition.contact_phone},
        "key_dates": [
            {"kind": entry.kind, "day": entry.day.isoformat(), "source": entry.source}
            for entry in edition.key_dates.all()
        ],
        "policy": edition.rules.model_dump(mode="json"),
        "marks": [
            {"code": mark.code, "name": mark.name, "name_en": mark.name_en, "rules": mark.rules,
             "rules_en": mark.rules_en} | ({"picture": f"mark-{mark.code}.png"} if mark.picture else {})
            for mark in edition.marks.all()
        ],
        "papers": [
            {"code": paper.code, "file": f"{paper.code}.md", "title": paper.title, "number": paper.number,
             "issuer": paper.issuer} | ({"issued_on": paper.issued_on.isoformat()} if paper.issued_on else {})
            | ({} if paper.is_published else {"is_published": False})
            | ({"template_of": paper.template_of} if paper.template_of else {})
            for paper in edition.papers.all()
        ],
    }  # fmt: skip
    if not facts["contact"]["email"]:
        del facts["contact"]["email"]
    if city_map:
        facts["map"] = {name: getattr(city_map, name) for name in ("source", "source_en", "approval_number")}
    return facts


def _taxonomy(taxonomy: Taxonomy) -> dict[str, Any]:
    same = ("code", "name", "name_en", "help", "multiple", "required", "is_filter")
    terms = []
    for term in _parents_first(list(taxonomy.terms.all())):
        entry = {"code": term.code, "name": term.name, "name_en": term.name_en}
        entry |= {"parent": term.parent.code} if term.parent else {}
        entry |= {"synonyms": term.synonyms} if term.synonyms else {}
        terms.append(entry | ({"is_retired": True} if term.is_retired else {}))
    return {name: getattr(taxonomy, name) for name in same} | {"terms": terms}


def _parents_first(terms: list[Any]) -> list[Any]:
    """The terms in their order; where one stands before its parent, the parent is taken first."""
    done: dict[int, Any] = {}

    def take(term: Any) -> None:
        if term.parent and term.parent_id not in done:
            take(next(one for one in terms if one.pk == term.parent_id))
        done.setdefault(term.pk, term)

    for term in terms:
        take(term)
    return list(done.values())


def _yaml(data: Any) -> bytes:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=WIDTH, encoding="utf-8")


def _table(shape: type[BaseModel], rows: Iterable[Any]) -> bytes:
    """A CSV table with the columns of the schema; a cell that holds a list is joined by semicolons."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    columns = list(shape.model_fields)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_cell(getattr(row, column, "")) for column in columns)
    return written.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return "" if value is None else str(getattr(value, "code", value))
