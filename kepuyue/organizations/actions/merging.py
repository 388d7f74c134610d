"""Two records of one unit become one: everything that points to the one goes over to the other.

What points to units is found by looking through all models, so that a room that is built later is not forgotten.
Each model says in `on_merge = {"field": how}` what becomes of its rows:
- "move": they point to the survivor from now on;
- "move_unless_there": the same, except a row that the survivor has already (one role, one liaison), which goes;
- "keep": they stay as they are, for they tell of the past;
- "path": the tree itself, which is rewritten here.
The merged unit is never deleted: its code and its name lead to the survivor.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.organizations import signals
from kepuyue.organizations.actions import tree
from kepuyue.organizations.actions.notices import tell
from kepuyue.organizations.models import Membership, Merger, Organization, Role, UnitName
from kepuyue.organizations.permissions import check_from_above
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOVE, MOVE_UNLESS_THERE, KEEP, PATH = "move", "move_unless_there", "keep", "path"
WAYS = frozenset({MOVE, MOVE_UNLESS_THERE, KEEP, PATH})
# Facts that the survivor takes over where it has none of its own
TAKEN_OVER = ("name_en", "credit_code", "district", "address", "lng", "lat", "category")


@dataclass(frozen=True)
class Pointer:
    """One field of one model that points to units, and what becomes of it in a merger."""

    model: type[models.Model]
    field: str
    way: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def is_several(self) -> bool:
        """Whether a row points to several units at once."""
        return isinstance(self.model._meta.get_field(self.field), models.ManyToManyField)

    def rows(self, organization: Organization) -> models.QuerySet[Any]:
        """The rows that point to the unit."""
        return self.model._default_manager.filter(**{self.field: organization})


def pointers() -> list[Pointer]:
    """Every field of every model that points to units, those of rooms above included."""
    return [
        Pointer(model, field.name, getattr(model, "on_merge", {}).get(field.name, MOVE))
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.remote_field.model is Organization
        and not model._meta.auto_created
    ]


@dataclass(frozen=True)
class Holding:
    """What a unit has of one kind: shown before a merger or a closing."""

    label: str
    count: int


def holdings(organization: Organization, *, but: type[models.Model] | None = None) -> list[Holding]:
    """What would move in a merger, by kind, the most first; `but`: a kind that would not."""
    found: dict[str, int] = {}
    for pointer in pointers():
        if pointer.way in (MOVE, MOVE_UNLESS_THERE) and pointer.model not in (Organization, but):
            name = str(pointer.model._meta.verbose_name)
            found[name] = found.get(name, 0) + pointer.rows(organization).count()
    found[_("下级单位")] = organization.children.standing().count()
    rows = [Holding(name, count) for name, count in found.items() if count]
    return sorted(rows, key=lambda row: -row.count)


def check_can_merge(user: "User", merged: Organization, survivor: Organization) -> None:
    """Raise unless the person oversees both units and the two can become one."""
    check_from_above(user, "unit.merge", merged)
    check_from_above(user, "unit.merge", survivor)
    if merged.pk == survivor.pk:
        raise ValidationError(_("请选择另一个单位。"), code="same")
    if merged.level != Organization.Level.UNIT:
        raise ValidationError(
            _("区科协和成员单位由届次资料决定，不能并入别的单位；请把保留的一方选为它。"), code="level"
        )
    if Organization.State.MERGED in (merged.state, survivor.state):
        raise NotPossibleNow(_("其中一个单位已经并入别的单位，请刷新页面。"))
    if survivor.state not in (Organization.State.ACTIVE, Organization.State.PENDING):
        raise NotPossibleNow(_("保留的单位要是正常的单位，请先恢复它。"))
    if survivor.is_within(merged):
        raise ValidationError(_("保留的单位在被并入的单位下面。请先把它移到别的上级单位。"), code="circle")
    if merged.children.standing().exists() and survivor.level == Organization.Level.UNIT:
        # Ordinary units have nobody below them; who confirms them would be unclear
        raise ValidationError(_("被并入的单位还有下级单位。请先把它们移到别的上级单位。"), code="children")


@transaction.atomic
def merge(merged: Organization, *, into: Organization, by: "User") -> Merger:
    """Make `merged` part of `into`: activities, people, participations, imports, venues and all else go over."""
    tree.hold()
    rows = Organization.objects.select_for_update(of=("self",)).select_related("parent").order_by("pk")
    found = {unit.pk: unit for unit in rows.filter(pk__in=(merged.pk, into.pk))}
    merged, survivor = found[merged.pk], found[into.pk]
    check_can_merge(by, merged, survivor)
    people = people_of(merged, Role.values)
    owners = [one for one in people_of(survivor, (Role.OWNER, Role.OFFICE)) if one not in people]
    outsiders = kept_out(merged, survivor)
    stay_out = _stay_out(merged, survivor)
    moved: dict[str, Any] = {}
    for pointer in pointers():
        is_left = stay_out and pointer.model is Membership
        if ids := _left_behind(pointer, merged) if is_left else _move(pointer, merged, survivor):
            moved[pointer.label] = ids
    facts, given_up = _take_over_facts(merged, survivor)
    UnitName.objects.get_or_create(name=merged.name, defaults={"organization": survivor})
    merger = Merger.objects.create(
        merged=merged, survivor=survivor, by=by, moved=moved, facts=facts, merged_facts=given_up
    )
    _record("unit.merge", merger, by)
    signals.unit_merged.send(sender=Organization, organization=merged, survivor=survivor, undone=False)
    _tell_people(people, outsiders, merged, survivor)
    _tell_owners(owners, merged, survivor, outsiders if stay_out else people, stay_out=stay_out)
    return merger


def kept_out(merged: Organization, survivor: Organization) -> "list[User]":
    """The merged record's people who would not come along; those who are in the survivor as well lose nothing."""
    if not _stay_out(merged, survivor):
        return []
    inside = set(survivor.memberships.values_list("user_id", flat=True))
    return [one for one in people_of(merged, Role.values) if one.pk not in inside]


def _stay_out(merged: Organization, survivor: Organization) -> bool:
    """Whether the merged record's people do not come along: nobody has confirmed who registered it, and the
    survivor has owners who can let them in. Else a look-alike would be a way into somebody else's unit."""
    unconfirmed = merged.state in (Organization.State.PENDING, Organization.State.REFUSED)
    return unconfirmed and bool(people_of(survivor, (Role.OWNER,)))


def _tell_people(
    people: "list[User]", outsiders: "list[User]", merged: Organization, survivor: Organization
) -> None:
    for person in people:
        tell(
            "unit.standing",
            [person],
            subject=gettext_lazy("单位已合并：%(unit)s"),
            body=gettext_lazy(
                "“%(unit)s”和“%(survivor)s”是同一个单位，记录已合并到后者。请联系该单位负责人把您加为同事。"
            )
            if person in outsiders
            else gettext_lazy(
                "“%(unit)s”和“%(survivor)s”是同一个单位，记录已合并到后者。您的角色和活动都在那里。"
            ),
            values={"unit": merged, "survivor": survivor},
            link=reverse(
                "organizations:desk" if person in outsiders else "organizations:unit",
                args=[] if person in outsiders else [survivor.code],
            ),
        )


def _tell_owners(
    owners: "list[User]",
    merged: Organization,
    survivor: Organization,
    people: "list[User]",
    *,
    stay_out: bool,
) -> None:
    """Who answers for the survivor learns who came along with the other record, or who was kept out."""
    names = wording.listed(one.get_full_name() for one in people) or _("没有人员")
    tell(
        "unit.standing",
        owners,
        subject=gettext_lazy("“%(unit)s”已并入：%(survivor)s"),
        body=gettext_lazy(
            "“%(unit)s”和“%(survivor)s”是同一个单位，记录已合并到这里。登记它的人还没有核实，没有带过来：%(people)s。是您的同事的，请邀请他们加入。"
        )
        if stay_out
        else gettext_lazy(
            "“%(unit)s”和“%(survivor)s”是同一个单位，记录已合并到这里。它的人员带着原来的角色过来了：%(people)s。有不认识的，请移除。"
        ),
        values={"unit": merged, "survivor": survivor, "people": names},
        link=reverse("organizations:unit", args=[survivor.code]),
    )


def _left_behind(pointer: Pointer, merged: Organization) -> list[Any]:
    """The whole rows, which end with the merger; taking it back brings them back."""
    rows = list(pointer.rows(merged).order_by("pk"))
    kept = [serializers.serialize("python", [row])[0]["fields"] | {"pk": row.pk} for row in rows]
    pointer.rows(merged).delete()
    return kept


def _move(pointer: Pointer, merged: Organization, survivor: Organization) -> list[Any]:
    """Let the rows point to the survivor; returns their ids, and whole rows for those that had to go."""
    if pointer.way == KEEP:
        return []
    if pointer.way == PATH:
        ids = list(merged.children.order_by("pk").values_list("pk", flat=True))
        for child in merged.children.order_by("pk"):
            tree.replant(child, survivor)
        return ids
    moved: list[Any] = []
    if pointer.way == MOVE and not pointer.is_several:
        moved = list(pointer.rows(merged).order_by("pk").values_list("pk", flat=True))
        try:
            with transaction.atomic():
                pointer.rows(merged).update(**{pointer.field: survivor})
        except IntegrityError as error:
            # Both have, for instance, the same line of an imported table: which one stays is for people to say
            raise NotPossibleNow(
                _("两个单位有重复的“%(what)s”（例如从同一张表导入了同一项）。请先删除其中一份，再合并。")
                % {"what": pointer.model._meta.verbose_name},
                code="both-have",
            ) from error
        return moved
    for row in pointer.rows(merged).order_by("pk"):
        try:
            with transaction.atomic():
                _point(pointer, row, merged, survivor)
                moved.append(row.pk)
        except IntegrityError:
            # The survivor has such a row; this one is kept in the record of the merger
            moved.append(serializers.serialize("python", [row])[0]["fields"] | {"pk": row.pk})
            row.delete()
    return moved


def _point(pointer: Pointer, row: models.Model, old: Organization, new: Organization) -> None:
    if pointer.is_several:
        several = getattr(row, pointer.field)
        several.remove(old)
        several.add(new)
        return
    pointer.model._default_manager.filter(pk=row.pk).update(**{pointer.field: new})


def _take_over_facts(merged: Organization, survivor: Organization) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fill what the survivor lacks; the credit code, which is there once, leaves the merged unit."""
    facts: dict[str, Any] = {}
    given_up: dict[str, Any] = {"state": merged.state, "note": merged.note, "credit_code": merged.credit_code}
    for name in TAKEN_OVER:
        own, other = getattr(survivor, name), getattr(merged, name)
        if own in ("", None) and other not in ("", None):
            facts[name] = [None, getattr(other, "pk", other)]
            setattr(survivor, name, other)
    if "credit_code" in facts:
        facts["no_code_reason"] = [survivor.no_code_reason, ""]
        survivor.no_code_reason, merged.credit_code = "", ""
    if survivor.state == Organization.State.PENDING and merged.state == Organization.State.ACTIVE:
        facts["state"] = [survivor.state, merged.state]
        survivor.state = Organization.State.ACTIVE
    merged.state, merged.merged_into = Organization.State.MERGED, survivor
    merged.version += 1
    merged.save()
    survivor.version += 1
    survivor.save()
    return facts, given_up


@transaction.atomic
def undo(merger: Merger, *, by: "User") -> Merger:
    """Take a wrong merger back: what went over then and is still there goes back. What came later stays."""
    tree.hold()
    merger = (
        Merger.objects.select_for_update(of=("self",))
        .select_related("merged__parent", "survivor__parent")
        .get(pk=merger.pk)
    )
    merged, survivor = merger.merged, merger.survivor
    check_from_above(by, "unit.merge", merged)
    check_from_above(by, "unit.merge", survivor)
    if merger.undone_at or merged.merged_into_id != survivor.pk:
        raise NotPossibleNow(_("这次合并已经撤销，或者保留的单位后来又并入了别的单位。"))
    _give_back_facts(merger)
    UnitName.objects.filter(organization=survivor, name=merged.name).delete()
    for pointer in pointers():
        _move_back(pointer, merger)
    merger.undone_at = now()
    merger.save(update_fields=["undone_at"])
    _record("unit.unmerge", merger, by)
    signals.unit_merged.send(sender=Organization, organization=survivor, survivor=merged, undone=True)
    concerned = {person.pk: person for unit in (merged, survivor) for person in people_of(unit, Role.values)}
    tell(
        "unit.standing",
        concerned.values(),
        subject=gettext_lazy("单位合并已撤销：%(unit)s"),
        body=gettext_lazy(
            "“%(unit)s”和“%(survivor)s”又是两个单位。合并前属于“%(unit)s”的人员和内容已经回到那里；合并以后新加的留在“%(survivor)s”。"
        ),
        values={"unit": merged, "survivor": survivor},
        link=reverse("organizations:desk"),
    )
    return merger


def _give_back_facts(merger: Merger) -> None:
    merged, survivor = merger.merged, merger.survivor
    for name, (own, taken) in merger.facts.items():
        present = getattr(survivor, name)
        if getattr(present, "pk", present) == taken:
            # lng and lat are empty as None, texts as ""
            empty = None if survivor._meta.get_field(name).null else ""
            setattr(survivor, name, empty if own is None else own)
    survivor.version += 1
    survivor.save()
    merged.merged_into = None
    for name, value in merger.merged_facts.items():
        setattr(merged, name, value)
    if (
        merged.credit_code
        and Organization.objects.filter(credit_code=merged.credit_code).exclude(pk=merged.pk).exists()
    ):
        merged.credit_code = ""
    merged.version += 1
    merged.save()


def _move_back(pointer: Pointer, merger: Merger) -> None:
    merged, survivor = merger.merged, merger.survivor
    recorded = merger.moved.get(pointer.label, [])
    ids = [entry for entry in recorded if not isinstance(entry, dict)]
    for row in pointer.rows(survivor).filter(pk__in=ids):
        if pointer.way == PATH:
            tree.replant(row, merged)
        else:
            _point(pointer, row, survivor, merged)
    for entry in recorded:
        if isinstance(entry, dict):
            whole = {"model": pointer.model._meta.label_lower, "pk": entry["pk"],
                     "fields": {name: value for name, value in entry.items() if name != "pk"}}  # fmt: skip
            for thing in serializers.deserialize("python", [whole]):
                thing.save()


def _record(action: str, merger: Merger, by: "User") -> None:
    """One row on either unit, so that the trail of each tells it."""
    counts = {label: [None, len(ids)] for label, ids in merger.moved.items()}
    for subject, other in ((merger.merged, merger.survivor), (merger.survivor, merger.merged)):
        audit.record(
            action,
            subject,
            by=by,
            changes={
                "merger": [merger.merged.name, merger.survivor.name],
                "other": [None, other.code],
                **counts,
            },
            organization_path=subject.path,
            version=subject.version,
        )
