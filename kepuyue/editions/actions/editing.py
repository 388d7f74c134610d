"""Changing an edition on screen: its facts, dates and rules, and whatever else belongs to it.

Several people may have a page open at once. Each sends with the form the stamp of what it saw; where that is not
what is there any more, nothing is written and both are shown. One lock, the edition's row, guards them all.
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.versions import Conflict
from kepuyue.editions import numerals
from kepuyue.editions.models import Edition, KeyDate
from kepuyue.editions.permissions import check_can_manage

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Values = dict[str, Any]
# The pages of an edition's facts, each with a stamp of its own
NAMES = (
    "theme", "theme_en", "name", "name_en", "ordinals", "office_name", "office_name_en", "contact_email",
    "contact_phone",
)  # fmt: skip
PERIOD = ("starts_on", "ends_on")
RULES = ("policy",)


def check_unchanged(present: Values, seen: str) -> None:
    """Raise `versions.Conflict` where `seen` is not the stamp of what stands there now."""
    if seen != stamp(present):
        raise Conflict(present, _("这里刚刚被别人修改过。您填写的内容没有丢，请与现在的内容核对后再保存。"))


def values_of(thing: models.Model, fields: tuple[str, ...]) -> Values:
    """The present values of the fields, as JSON keeps them."""
    return {name: plain(getattr(thing, name)) for name in fields} if thing.pk else {}


def dates_of(edition: Edition) -> Values:
    """The edition's period and key dates, as JSON keeps them; a key date that is not set is None."""
    days = {entry.kind: plain(entry.day) for entry in edition.key_dates.all()}
    return values_of(edition, PERIOD) | {kind.value: days.get(kind.value) for kind in KeyDate.Kind}


def stamp(values: Mapping[str, Any]) -> str:
    """A short mark of some values: another one as soon as any of them is another."""
    written = json.dumps(values, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return sha256(written.encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    if isinstance(value, File):
        return value.name or ""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def locked(edition: Edition, by: "User") -> Edition:
    """The edition's row, held until the transaction ends, for somebody who may manage it."""
    found = Edition.objects.select_for_update(of=("self",)).select_related("office").get(pk=edition.pk)
    check_can_manage(by, found)
    return found


def touch(edition: Edition) -> None:
    """Count a change of the edition or its parts, so that every copy kept of it is out of date."""
    Edition.objects.filter(pk=edition.pk).update(version=models.F("version") + 1)


@transaction.atomic
def change(edition: Edition, thing: models.Model, values: Values, *, by: "User", seen: str) -> bool:
    """Write `values` to the edition or to something of it; True where any is new.

    `thing` without a key is made. `seen` is the stamp of what the person looked at. Raises `Conflict`,
    PermissionDenied, and ValidationError for what the row itself does not allow.
    """
    edition = locked(edition, by)
    is_new = thing.pk is None
    if not is_new:
        thing = edition if isinstance(thing, Edition) else _of_edition(thing, edition)
        present = values_of(thing, tuple(values))
        check_unchanged(present, seen)
    changes = {
        name: [None if is_new else plain(getattr(thing, name)), plain(value)]
        for name, value in values.items()
        if is_new or plain(getattr(thing, name)) != plain(value)
    }
    if not changes:
        return False
    for name in changes:
        setattr(thing, name, values[name])
    if "ordinals" in changes and isinstance(thing, Edition):
        thing.ordinal, thing.ordinal_en = numerals.held(thing.ordinals)
    thing.full_clean()
    thing.save()
    touch(edition)
    _record(edition, thing, "create" if is_new else "change", by, {} if is_new else changes)
    return True


@transaction.atomic
def change_dates(
    edition: Edition, values: Values, *, by: "User", seen: str, sources: dict[str, str] | None = None
) -> bool:
    """Write the period and the key dates (None removes one); True where any is new. Raises as `change` does."""
    edition = locked(edition, by)
    present = dates_of(edition)
    check_unchanged(present, seen)
    changes = {
        name: [present[name], plain(day)] for name, day in values.items() if present[name] != plain(day)
    }
    if not changes:
        return False
    for name in PERIOD:
        if name in changes:
            setattr(edition, name, values[name])
    edition.full_clean()
    edition.save(update_fields=PERIOD)
    entries = {entry.kind: entry for entry in edition.key_dates.all()}
    for kind in KeyDate.Kind:
        if kind.value in changes:
            _set_key_date(edition, entries.get(kind.value), kind.value, values[kind.value], sources or {})
    touch(edition)
    _record(edition, edition, "change", by, changes)
    return True


@transaction.atomic
def remove(edition: Edition, thing: models.Model, *, by: "User") -> None:
    """Take a mark, paper or group of synonyms away. Raises ValidationError where something still uses it."""
    edition = locked(edition, by)
    thing = _of_edition(thing, edition)
    if is_used(thing):
        raise ValidationError(_("还有活动在用“%(name)s”，不能删除。") % {"name": thing}, code="used")
    _record(edition, thing, "delete", by, {})
    thing.delete()
    touch(edition)


def is_used(thing: models.Model) -> bool:
    """Whether another row, of this room or of one above, points to the thing."""
    for relation in thing._meta.related_objects:
        accessor = relation.get_accessor_name()
        if accessor and getattr(thing, accessor).exists():
            return True
    return False


def _of_edition(thing: models.Model, edition: Edition) -> Any:
    """The thing as it is now; what belongs to another edition is not found."""
    model = type(thing)
    names = {field.name for field in model._meta.get_fields()}
    along = "taxonomy__edition" if "taxonomy" in names else "edition"
    return model._default_manager.get(**{"pk": thing.pk, along: edition})


def _record(edition: Edition, thing: models.Model, verb: str, by: "User", changes: Values) -> None:
    audit.record(
        f"{thing._meta.model_name}.{verb}", thing, by=by, changes=changes or None,
        organization_path=edition.office.path if edition.office else "",
    )  # fmt: skip


def _set_key_date(
    edition: Edition, entry: KeyDate | None, kind: str, day: date | None, sources: dict[str, str]
) -> None:
    if entry and day is None:
        entry.delete()
    elif day is not None:
        entry = entry or KeyDate(edition=edition, kind=kind)
        # The clause belonged to the old day
        entry.day, entry.source = day, sources.get(kind, "")
        entry.save()
