"""Loading an edition's folder, as often as one likes.

Loading again writes only what changed in the folder since the last time: what people changed on screen
meanwhile stays, and so do units that were made by hand. What left the folder while something still uses it is
kept and reported. Everything happens in one transaction and leaves its traces in the audit trail.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit, wording
from kepuyue.core.pictures import drawn
from kepuyue.core.time import now
from kepuyue.editions import numerals, signals
from kepuyue.editions.actions import main_venue
from kepuyue.editions.actions.loaded import (
    CHANGED,
    CREATED,
    KEPT,
    REMOVED,
    Line,
    Report,
    Values,
    label,
    last_values,
    plain,
)
from kepuyue.editions.folder import Folder, read
from kepuyue.editions.models import (
    CityMap,
    Edition,
    KeyDate,
    LoadedFolder,
    Mark,
    Paper,
    Synonym,
    Taxonomy,
    Term,
)
from kepuyue.editions.permissions import check_can_load
from kepuyue.organizations.models import District, Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# What people may take away on screen; it then stays away
REMOVABLE = frozenset({"taxonomy", "term", "mark", "paper", "stageitem", "zone", "booth"})


def load(folder: Folder | Path | str, *, by: "User | None" = None, make_current: bool = True) -> Report:
    """Bring the database to what the folder says; raises `folder.BrokenFolder` and then writes nothing.

    `by` is None for the command line and for setting up; a person must manage the edition's office.
    """
    data = folder if isinstance(folder, Folder) else read(folder)
    with transaction.atomic():
        present = Edition.objects.filter(code=data.edition.code).select_for_update().first()
        if by is not None:
            check_can_load(by, present)
        return _Loading(data, present, by).run(make_current)


class _Loading:
    """One loading: the folder, what it said last time, and the report that grows."""

    def __init__(self, folder: Folder, edition: Edition | None, by: "User | None") -> None:
        self.folder, self.by = folder, by
        self.edition = edition or Edition(code=folder.edition.code)
        self.own, self.last = last_values(self.edition)
        self.office_before = self.edition.office_id
        self.now: Values = {}
        self.report = Report(self.edition)

    def run(self, make_current: bool) -> Report:
        self._districts()
        self._organizations()
        self._facts(make_current)
        self._key_dates()
        self._taxonomies()
        self._marks_and_papers()
        self._synonyms()
        self._map()
        main_venue.load(self)
        LoadedFolder.objects.update_or_create(edition=self.edition, defaults={"values": self.now})
        if self.report.has_changes:
            Edition.objects.filter(pk=self.edition.pk).update(
                version=models.F("version") + 1, loaded_at=now()
            )
            self.edition.refresh_from_db()
            audit.record(
                "edition.load", self.edition, by=self.by, changes={"load": [None, self.report.counts()]}
            )
        return self.report

    def note(self, verb: str, subject: models.Model, note: str = "") -> None:
        self.report.lines.append(Line(verb, str(subject._meta.verbose_name), str(subject), note))

    # Writing with respect for what people changed on screen

    def merge(self, kind: str, key: str, thing: models.Model, values: Values) -> bool:
        """Write the values that changed in the folder since the last loading; True where one was written."""
        last = self.last.get(kind, {}).get(key)
        self.now.setdefault(kind, {})[key] = plain(values)
        if thing.pk is None and last is not None and kind in REMOVABLE:
            self.note(KEPT, thing, _("已在系统里删除，没有再载入"))
            return False
        if thing.pk is not None and kind in REMOVABLE and self.own and kind not in self.own:
            # Loaded before such things could be changed on screen: what is there is what the folder said
            last = plain({name: getattr(thing, name) for name in values})
        if thing.pk is not None and last is None:
            self.note(KEPT, thing, _("不是从资料文件夹载入的，没有改动"))
            return False
        written: dict[str, list[Any]] = {}
        edited: list[str] = []
        for name, value in values.items():
            old = getattr(thing, name)
            if old == value:
                continue
            if thing.pk is not None and last is not None and last.get(name) == plain(value):
                edited.append(label(thing, name))
                continue
            written[name] = [plain(old), plain(value)]
            setattr(thing, name, value)
        if edited:
            self.note(KEPT, thing, _("已在系统里修改：%(fields)s") % {"fields": "、".join(edited)})
        if not written and thing.pk is not None:
            return False
        self._save(thing, written)
        return True

    def put(self, thing: models.Model, values: Values) -> models.Model:
        """Write values that only the folder decides."""
        changed = [name for name, value in values.items() if getattr(thing, name) != value]
        if thing.pk is None or changed:
            for name in changed:
                setattr(thing, name, values[name])
            self._save(thing, {}, recorded=False)
        return thing

    def _save(self, thing: models.Model, written: dict[str, list[Any]], recorded: bool = True) -> None:
        verb = CREATED if thing.pk is None else CHANGED
        thing.save()
        names = [label(thing, name) for name in written]
        self.note(verb, thing, "" if verb == CREATED else wording.listed(names))
        if recorded:
            audit.record(
                f"{thing._meta.model_name}.{'create' if verb == CREATED else 'load'}",
                thing,
                by=self.by,
                changes=written if verb == CHANGED else None,
                organization_path=getattr(thing, "path", ""),
            )

    def drop(self, thing: models.Model) -> None:
        """Remove what left the folder, unless something still uses it."""
        if _is_used(thing):
            self.note(KEPT, thing, _("文件夹里已经没有，但还有活动在用，没有删除"))
            return
        self.note(REMOVED, thing)
        thing.delete()

    # The parts of the folder, each standing on those before it

    def _districts(self) -> None:
        present = {district.code: district for district in District.objects.all()}
        for position, row in enumerate(self.folder.districts):
            values = row.model_dump(exclude={"code"}) | {"position": position}
            self.merge("district", row.code, present.get(row.code) or District(code=row.code), values)
        self._gone("district", District, (row.code for row in self.folder.districts))

    def _organizations(self) -> None:
        self.known = {unit.code: unit for unit in Organization.objects.select_related("parent", "district")}
        self.names = {unit.name: unit for unit in self.known.values()}
        districts = {district.code: district for district in District.objects.all()}
        self.seen: list[str] = []
        office = next(row for row in self.folder.members if row.level == "office")
        top = self._unit(office.code, _member(office), None)
        for member in self.folder.members:
            if member is not office:
                self._unit(member.code, _member(member), top)
        above: dict[str | None, Organization] = {}
        for association in self.folder.associations:
            values = association.model_dump(exclude={"code", "district"}) | {
                "district": districts[association.district],
                "level": Organization.Level.DISTRICT,
                "type": Organization.Type.ASSOCIATION,
            }
            above[association.district] = self._unit(association.code, values, top)
        for base in self.folder.bases:
            values = base.model_dump(exclude={"code", "district"}) | {
                "district": districts[base.district] if base.district else None
            }
            self._unit(base.code, values, above.get(base.district, top))
        self._gone("organization", Organization, self.seen)
        self.edition.office = top

    def _unit(self, code: str, values: Values, parent: Organization | None) -> Organization:
        """The unit of this code; a unit of the same name that was made by hand stands in for it."""
        self.seen.append(code)
        unit = self.known.get(code)
        namesake = self.names.get(values["name"])
        if unit is None and namesake is not None:
            self.note(KEPT, namesake, _("已有同名单位，没有改动"))
            return namesake
        if unit is not None and namesake is not None and namesake.pk != unit.pk:
            # A second unit took the folder's name meanwhile: names are unique
            values = values | {"name": unit.name}
        unit = unit or Organization(code=code)
        old_path = unit.path
        self.merge("organization", code, unit, values | {"parent": parent})
        if old_path and parent and unit.parent == parent:
            _replant(unit, parent)
        self.known[code] = self.names[unit.name] = unit
        return unit

    def _facts(self, make_current: bool) -> None:
        edition = self.folder.edition
        ordinals = [one.model_dump() for one in edition.ordinals]
        values = edition.model_dump(include=set(EDITION_FACTS)) | {
            "ordinals": ordinals,
            "office_name": edition.office.name,
            "office_name_en": edition.office.name_en,
            "contact_email": edition.contact.email,
            "contact_phone": edition.contact.phone,
            "policy": edition.policy.model_dump(mode="json"),
        }
        if self.edition.pk is not None and self.edition.office_id != self.office_before:
            self.edition.save(update_fields=["office"])
            self.note(CHANGED, self.edition, label(self.edition, "office"))
        self.merge("edition", "facts", self.edition, values)
        self.edition.ordinal, self.edition.ordinal_en = numerals.held(self.edition.ordinals)
        self.edition.save(update_fields=["ordinal", "ordinal_en"])
        if make_current and not self.edition.is_current:
            for other in Edition.objects.filter(is_current=True):
                other.is_current = False
                other.save(update_fields=["is_current"])
                self.note(CHANGED, other, _("不再是本届"))
            self.edition.is_current = self.edition.was_current = True
            self.edition.save(update_fields=["is_current", "was_current"])
            self.note(CHANGED, self.edition, _("设为本届"))
            signals.edition_switched.send(Edition, edition=self.edition)

    def _key_dates(self) -> None:
        present = {entry.kind: entry for entry in self.edition.key_dates.all()}
        for entry in self.folder.edition.key_dates:
            self.merge(
                "key_date",
                entry.kind,
                present.get(entry.kind) or KeyDate(edition=self.edition, kind=entry.kind),
                {"day": entry.day, "source": entry.source},
            )
        for kind, last in self.last.get("key_date", {}).items():
            thing = present.get(kind)
            if kind in self.now.get("key_date", {}) or thing is None:
                continue
            if last["day"] == plain(thing.day):
                self.note(REMOVED, thing)
                thing.delete()
            else:
                self.note(KEPT, thing, _("文件夹里已经没有，但在系统里改过"))

    def _taxonomies(self) -> None:
        present = {taxonomy.code: taxonomy for taxonomy in self.edition.taxonomies.all()}
        for position, entry in enumerate(self.folder.taxonomies):
            taxonomy = present.pop(entry.code, None) or Taxonomy(edition=self.edition, code=entry.code)
            values = entry.model_dump(exclude={"code", "terms"}) | {"position": position}
            self.merge("taxonomy", entry.code, taxonomy, values)
            terms = {term.code: term for term in taxonomy.terms.all()} if taxonomy.pk else {}
            seen: dict[str, Term] = {}
            for place, item in enumerate(entry.terms):
                term = terms.pop(item.code, None) or Term(taxonomy=taxonomy, code=item.code)
                if taxonomy.pk is None:
                    continue
                parent = seen.get(item.parent) if item.parent else None
                written = item.model_dump(exclude={"code", "parent"}) | {"position": place, "parent": parent}
                self.merge("term", f"{entry.code}:{item.code}", term, written)
                if term.pk:
                    seen[item.code] = term
            self._gone_terms(taxonomy.code, terms.values())
        for taxonomy in present.values():
            if not self._came_from_here("taxonomy", taxonomy.code):
                continue
            self._gone_terms(taxonomy.code, taxonomy.terms.all())
            if taxonomy.terms.exists():
                self.note(KEPT, taxonomy, _("文件夹里已经没有，但还有活动在用，没有删除"))
            else:
                self.note(REMOVED, taxonomy)
                taxonomy.delete()

    def _gone_terms(self, taxonomy: str, terms: Iterable[Term]) -> None:
        """Terms that left the folder; children first, so that a parent is not held back by them."""
        for term in sorted(terms, key=lambda gone: gone.parent_id is None):
            if self._came_from_here("term", f"{taxonomy}:{term.code}"):
                self.drop(term)

    def _came_from_here(self, kind: str, key: str) -> bool:
        """Whether the folder held it the last time; what people added on screen did not come from there."""
        return key in self.last.get(kind, {}) or (bool(self.own) and kind not in self.own)

    def _marks_and_papers(self) -> None:
        marks = {mark.code: mark for mark in self.edition.marks.all()}
        for position, row in enumerate(self.folder.edition.marks):
            mark = marks.pop(row.code, None) or Mark(edition=self.edition, code=row.code)
            values = row.model_dump(exclude={"code", "picture"}) | {"position": position}
            is_new = mark.pk is None
            self.merge("mark", row.code, mark, values)
            if is_new and mark.pk and row.picture:
                mark.picture.save(row.picture, drawn(ContentFile(self.folder.pictures[row.picture])))
        papers = {paper.code: paper for paper in self.edition.papers.all()}
        for position, entry in enumerate(self.folder.edition.papers):
            body = self.folder.papers[entry.file].strip() + "\n"
            paper = papers.pop(entry.code, None) or Paper(edition=self.edition, code=entry.code)
            values = entry.model_dump(exclude={"code", "file"}) | {"position": position, "body": body}
            self.merge("paper", entry.code, paper, values)
        for kind, gone in (("mark", marks.values()), ("paper", papers.values())):
            for thing in gone:
                if self._came_from_here(kind, thing.code):
                    self.drop(thing)

    def _synonyms(self) -> None:
        """Groups have no code: one that changed is one that went and one that came."""
        wanted = {"/".join(group): list(group) for group in self.folder.synonyms}
        present = {"/".join(group.words): group for group in self.edition.synonyms.all()}
        last = self.last.get("synonym", {})
        if self.own and "synonym" not in self.own:
            last = dict.fromkeys(present)
        self.now["synonym"] = {key: {"words": words} for key, words in wanted.items()}
        for key in present.keys() & (last.keys() - wanted.keys()):
            self.note(REMOVED, present[key])
            present[key].delete()
        new = [key for key in wanted if key not in present and key not in last]
        for group in Synonym.objects.bulk_create(
            Synonym(edition=self.edition, words=wanted[key]) for key in new
        ):
            self.note(CREATED, group)
        for key in wanted.keys() & (last.keys() - present.keys()):
            self.note(KEPT, Synonym(words=wanted[key]), _("已在系统里修改或删除，没有再载入"))

    def _map(self) -> None:
        present = CityMap.objects.filter(edition=self.edition).first()
        facts = self.folder.edition.map
        if facts is None or not (self.folder.outlines or self.folder.boundaries):
            if present:
                self.drop(present)
            return
        values = facts.model_dump() | {
            "outlines": self.folder.outlines,
            "boundaries": self.folder.boundaries,
        }
        self.put(present or CityMap(edition=self.edition), values)

    def _gone(self, kind: str, model: type[models.Model], codes: Iterable[str]) -> None:
        """Districts and units belong to the house and outlive an edition: only report them."""
        missing = set(self.own.get(kind, {})).difference(codes)
        for thing in model._default_manager.filter(code__in=missing).order_by("pk"):
            self.note(KEPT, thing, _("文件夹里已经没有，系统里保留"))


def _replant(unit: Organization, parent: Organization) -> None:
    """Bring the paths of a unit that moved, and of all below it, in line with its superior's."""
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    if old != new:
        for member in Organization.objects.in_branch(unit):
            member.path = new + member.path.removeprefix(old)
            member.save(update_fields=["path"])
        unit.path = new


EDITION_FACTS = (
    "year", "city", "city_en", "name", "name_en", "theme", "theme_en", "starts_on", "ends_on", "time_zone",
)  # fmt: skip


def _member(row: Any) -> Values:
    values: Values = row.model_dump(exclude={"code", "listed_as"})
    if row.listed_as and row.listed_as != row.name:
        listed = _LISTED_AS % row.listed_as
        values["note"] = f"{listed}；{row.note}" if row.note else listed
    return values


# Data in the city's language, not a message
_LISTED_AS = "联席会议名单写作“%s”"


def _is_used(thing: models.Model) -> bool:
    """Whether another room's rows, or terms below it, point to the thing."""
    return any(_rows_that_point(thing))


def _rows_that_point(thing: models.Model) -> Iterator[bool]:
    for relation in thing._meta.related_objects:
        accessor = relation.get_accessor_name()
        if accessor:
            yield getattr(thing, accessor).exists()
