"""An activity's reviewable content as plain data.

The form, imports, the audit trail, review, revisions of published activities and differences between them
all speak this one shape, so that a fact is typed once and compared as it was typed:

* the plain fields of `PLAIN`, by their model names;
* ``district``: a code or ""; ``terms``: ["taxonomy:term", …]; ``marks``: [code, …];
* ``participations``: [{"role", "name"}]; ``speakers``: [{"name", "introduction", "is_overseas"}];
* ``sessions``: [{"id", "starts_at", "ends_at", "is_all_day", "venue", "place", "online_url", "capacity",
  "is_full", "note", "is_cancelled", "is_postponed", "safety_plan", "emergency_contact"}] with ISO 8601 times in UTC
  and a venue's number; what an entry leaves out stays as it is;
* ``pictures``: numbers of the pictures that are shown, in their order.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Activity, Participation, Session, Speaker
from kepuyue.core.time import now
from kepuyue.editions.models import Mark, Term
from kepuyue.editions.policy import Policy
from kepuyue.organizations.models import District
from kepuyue.organizations.queries import units_named

Content = dict[str, Any]

PLAIN = (
    "title", "title_en", "summary", "description", "mode", "city", "dates_as_written", "is_year_round", "is_key",
    "audience_note", "age_min", "age_max", "languages", "accessibility_items", "accessibility", "admission",
    "admission_note", "booking_mode", "booking_url", "booking_note", "expected_crowd", "safety_plan", "safety_items",
    "licence", "licence_papers", "licence_exempt", "licence_exempt_note", "emergency_contact", "content_lead",
    "content_signoff", "contact_name", "contact_phone", "public_phone",
)  # fmt: skip
LISTS = ("participations", "sessions", "speakers")
FIELDS = (*PLAIN, "district", "terms", "marks", *LISTS, "pictures")

# Time, place, speaker and content: a change of these on a published activity goes through review again (product
# rule from the universities' practice "any change of time, place or content"; domain notes (c)). So does what
# the marks' rules (notice 四(三)) and the police's licence (decree 505, art. 15) hang on. Three more are judged by
# what is changed in them, see `needs_review`: the hosts, the classification, and a crowd at the licence's limit
TIME = frozenset({"sessions", "dates_as_written", "is_year_round"})
PLACE = frozenset({"sessions", "mode", "city", "district"})
CONTENT = frozenset({"title", "title_en", "summary", "description", "pictures"})
SIGNED = TIME | PLACE | CONTENT | {"speakers"}
REVIEWED = SIGNED | {"marks", "licence", "licence_exempt", "licence_exempt_note"}

SESSION_KEYS = (
    "starts_at", "ends_at", "is_all_day", "venue", "place", "online_url", "capacity", "is_full", "note",
    "is_cancelled", "is_postponed", "safety_plan", "emergency_contact",
)  # fmt: skip
# Of a session its time and place are reviewed; seats, a note and who answers for safety are small corrections
REVIEWED_SESSION_KEYS = (
    "starts_at", "ends_at", "is_all_day", "venue", "place", "online_url", "is_cancelled", "is_postponed",
)  # fmt: skip


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def labels() -> dict[str, Any]:
    """Each field's name as people read it."""
    named = {name: _field(Activity, name).verbose_name for name in PLAIN}
    return named | {
        "district": _("所属区"), "terms": _("分类"), "marks": _("使用标识"), "participations": _("参与单位"),
        "sessions": _("场次"), "speakers": _("主讲人"), "pictures": _("图片"),
    }  # fmt: skip


def of(activity: Activity) -> Content:
    """The activity's present content. Prefetch `PREFETCH` when reading many."""
    content: Content = {name: getattr(activity, name) for name in PLAIN}
    content["district"] = activity.district.code if activity.district else ""
    is_prefetched = "terms" in getattr(activity, "_prefetched_objects_cache", {})
    terms = activity.terms.all() if is_prefetched else activity.terms.select_related("taxonomy")
    content["terms"] = sorted(f"{term.taxonomy.code}:{term.code}" for term in terms)
    content["marks"] = sorted(mark.code for mark in activity.marks.all())
    content["participations"] = [{"role": p.role, "name": p.name} for p in activity.participations.all()]
    content["speakers"] = [
        {"name": s.name, "introduction": s.introduction, "is_overseas": s.is_overseas}
        for s in activity.speakers.all()
    ]
    content["sessions"] = [_session(session) for session in activity.sessions.all()]
    content["pictures"] = [picture.pk for picture in activity.pictures.all() if picture.is_shown]
    return content


PREFETCH = ("terms__taxonomy", "marks", "participations", "speakers", "sessions", "pictures")


def blank() -> Content:
    """The content of an activity about which nothing is known yet."""
    plain = {name: _field(Activity, name).get_default() for name in PLAIN}
    return plain | {
        "district": "",
        "terms": [],
        "marks": [],
        "participations": [],
        "speakers": [],
        "sessions": [],
        "pictures": [],
    }


def _session(session: Session) -> Content:
    return {
        "id": session.pk,
        "starts_at": iso_utc(session.starts_at),
        "ends_at": iso_utc(session.ends_at) if session.ends_at else None,
        "is_all_day": session.is_all_day,
        "venue": session.venue_id,
        "place": session.place,
        "online_url": session.online_url,
        "capacity": session.capacity,
        "is_full": session.is_full,
        "note": session.note,
        "is_cancelled": session.is_cancelled,
        "is_postponed": session.is_postponed,
        "safety_plan": session.safety_plan,
        "emergency_contact": session.emergency_contact,
    }


def iso_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Change:
    """One field that differs, as data; `activities.display` writes it out for readers."""

    field: str
    label: Any
    old: Any
    new: Any


def diff(old: Content, new: Content) -> list[Change]:
    """The fields in which two contents differ, in the form's order; a session's number is no difference."""
    names = labels()
    return [
        Change(field, names[field], old.get(field), new.get(field))
        for field in FIELDS
        if _comparable(field, old.get(field)) != _comparable(field, new.get(field))
    ]


def _comparable(field: str, value: Any, keys: Iterable[str] = SESSION_KEYS) -> Any:
    if field == "sessions":
        # In the order of time, whatever the order in which they were typed; what is left out is the default
        in_order = sorted(value or [], key=lambda session: str(session.get("starts_at")))
        return [{key: session.get(key) or "" for key in keys} for session in in_order]
    if value in (None, [], {}) and field not in ("age_min", "age_max", "expected_crowd"):
        return ""
    return value


def needs_review(field: str, old: Any, new: Any, rules: Policy) -> bool:
    """Whether a published activity's change of this field waits for review; a small correction does not.

    Who hosts it is a statement about whose word the public is given, so hosts count as content; the other
    units do not. Of the classification those taxonomies count by which it is shown or reviewed
    (`Policy.deciding`). A crowd counts where it comes to need a licence or to need none any more.
    """
    if field == "sessions":
        keys = REVIEWED_SESSION_KEYS
        return bool(_comparable(field, old, keys) != _comparable(field, new, keys))
    if field == "participations":
        return _hosts(old) != _hosts(new)
    if field == "terms":
        deciding = rules.deciding()
        return _terms_of(old, deciding) != _terms_of(new, deciding)
    if field == "expected_crowd":
        needed, needs = rules.crowd.needs_licence(old), rules.crowd.needs_licence(new)
        return needed != needs or (needs and (new or 0) > (old or 0))
    return field in REVIEWED and _comparable(field, old) != _comparable(field, new)


def _terms_of(pairs: list[str] | None, taxonomies: frozenset[str]) -> list[str]:
    return sorted(pair for pair in pairs or [] if pair.partition(":")[0] in taxonomies)


def _hosts(entries: list[Content] | None) -> list[str]:
    return sorted(entry["name"] for entry in entries or [] if entry["role"] == "host")


def digest(content: Content) -> str:
    """A fingerprint of what a person signs off: time, place, speakers, content and hosts, in SHA-256.

    Small corrections leave it as it is, and so does what others answer for: classification, marks, licence.
    """
    reviewed: Content = {field: _comparable(field, content.get(field)) for field in SIGNED - {"sessions"}}
    reviewed["sessions"] = _comparable("sessions", content.get("sessions"), REVIEWED_SESSION_KEYS)
    reviewed["hosts"] = _hosts(content.get("participations"))
    text = json.dumps(reviewed, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def filled(present: Content, changes: Content) -> Content:
    """The changes with each known session complete: what an entry leaves out stays as it is.

    A session whose time is changed is not postponed any more: it has its new time.
    """
    if "sessions" not in changes:
        return changes
    known = {session.get("id"): session for session in present.get("sessions", [])}
    sessions = []
    for entry in changes["sessions"]:
        before = known.get(entry.get("id")) if entry.get("id") else None
        merged = (before or {}) | entry
        if before and before.get("is_postponed") and "is_postponed" not in entry:
            merged["is_postponed"] = before["starts_at"] == merged["starts_at"]
        sessions.append(merged)
    return changes | {"sessions": sessions}


def write(activity: Activity, content: Content) -> None:
    """Make the activity say what `content` says; fields that it does not hold stay as they are.

    Writes rows but records nothing: actions call it inside their transaction. A session of a published
    activity that is missing from `content` is cancelled and not deleted, since people may have planned for it.
    """
    for name in PLAIN:
        if name in content:
            setattr(activity, name, content[name])
    if "district" in content:
        activity.district = District.objects.get(code=content["district"]) if content["district"] else None
    if activity.city:
        activity.district = None
    activity.save()
    if "terms" in content:
        activity.terms.set(_terms(activity, content["terms"]))
    if "marks" in content:
        activity.marks.set(Mark.objects.filter(edition=activity.edition, code__in=content["marks"]))
    if "participations" in content:
        _write_participations(activity, content["participations"])
    if "speakers" in content:
        activity.speakers.all().delete()
        Speaker.objects.bulk_create(
            Speaker(activity=activity, position=place, **speaker)
            for place, speaker in enumerate(content["speakers"])
        )
    if "sessions" in content:
        _write_sessions(activity, content["sessions"])
    if "pictures" in content:
        _write_pictures(activity, content["pictures"])
    # What a prefetch held is no longer true
    activity._prefetched_objects_cache = {}  # type: ignore[attr-defined]


def _terms(activity: Activity, pairs: Iterable[str]) -> list[Term]:
    wanted = set(pairs)
    candidates = Term.objects.filter(
        taxonomy__edition=activity.edition, code__in=[pair.partition(":")[2] for pair in wanted]
    ).select_related("taxonomy")
    return [term for term in candidates if f"{term.taxonomy.code}:{term.code}" in wanted]


def _write_participations(activity: Activity, entries: list[Content]) -> None:
    activity.participations.all().delete()
    names = {entry["name"] for entry in entries}
    known = units_named(names)
    unique = list({(entry["role"], entry["name"]): entry for entry in entries}.values())
    Participation.objects.bulk_create(
        Participation(
            activity=activity,
            role=entry["role"],
            name=entry["name"],
            organization=known.get(entry["name"]),
            position=place,
        )
        for place, entry in enumerate(unique)
    )


def _write_sessions(activity: Activity, entries: list[Content]) -> None:
    """A session typed and saved before its page knew its number is found again by its start."""
    present = {session.pk: session for session in activity.sessions.all()}
    matched = [present.pop(entry.get("id") or 0, None) for entry in entries]
    by_start: dict[str, list[Session]] = {}
    for session in present.values():
        by_start.setdefault(iso_utc(session.starts_at), []).append(session)
    for entry, known in zip(entries, matched, strict=True):
        if known is None and (same := by_start.get(entry["starts_at"])):
            known = present.pop(same.pop(0).pk)
        session = known or Session(activity=activity)
        before = _session(session) if known else None
        for key in SESSION_KEYS:
            if known is None or key in entry:
                value = entry.get(key, _field(Session, key).get_default())
                setattr(session, "venue_id" if key == "venue" else key, value)
        for key in ("starts_at", "ends_at"):
            if isinstance(value := entry.get(key), str):
                setattr(session, key, datetime.fromisoformat(value))
        if before is None or before != _session(session):
            if session.is_full != bool(before and before["is_full"]):
                session.full_stated_at = now()
            session.save()
    for session in present.values():
        if activity.published_at is not None:
            session.is_cancelled = True
            session.save(update_fields=["is_cancelled"])
        else:
            _take_out(session)


def _take_out(session: Session) -> None:
    try:
        session.delete()
    except ProtectedError as error:
        raise ValidationError(
            _("%(when)s的一场已经有人预约，不能删除。请保留这一场，发布后可以取消或改期。")
            % {"when": date_format(timezone.localtime(session.starts_at), "Y-m-d H:i")}
        ) from error


def _write_pictures(activity: Activity, keys: list[int]) -> None:
    places = {key: place for place, key in enumerate(keys)}
    for picture in activity.pictures.all():
        is_shown = picture.pk in places
        place = places.get(picture.pk, picture.position)
        if (picture.is_shown, picture.position) != (is_shown, place):
            picture.is_shown, picture.position = is_shown, place
            picture.save(update_fields=["is_shown", "position"])
