"""Two pages at once: what one of them typed is put together with what was saved elsewhere since it was opened.

"Elsewhere" is another person, and another window of the same person too: offices share accounts.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity
from kepuyue.core import audit, wording
from kepuyue.core.models import AuditEvent

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Seen:
    """What a page knew when it sent a change.

    `version`: the one that it shows. `mine`: the versions that it made itself since, to which a change adds its
    own; None where an answer was lost and the page cannot know them: then all that the person changed since
    counts as that page's. `accepted`: up to
    this version the person has seen what others wrote in the same fields, and keeps their own.
    """

    version: int
    mine: set[int] | None = None
    accepted: int = 0


@dataclass(frozen=True)
class Clash:
    """One field that was changed elsewhere meanwhile; of the sessions only those that both changed."""

    field: str
    label: Any
    theirs: Any
    yours: Any
    by: str


class Conflict(ValidationError):
    """The same fields were changed elsewhere since the version the change was made on. Nothing was written."""

    def __init__(self, clashes: list[Clash], version: int) -> None:
        self.clashes = clashes
        self.version = version
        names = wording.listed(clash.label for clash in clashes)
        super().__init__(
            _("%(who)s刚刚也修改了%(names)s。您填写的内容没有丢，请核对后决定保留哪一个。")
            % {"who": clashes[0].by or _("您在另一个窗口"), "names": names},
            code="conflict",
        )


def merged(activity: Activity, present: Content, changes: Content, *, by: "User", seen: Seen) -> Content:
    """The page's own changes since the version it shows; what only others changed stays theirs.

    A whole step is sent at once, so a field that the person never touched arrives with its old value. The
    trail tells what it was then. Raises `Conflict`.
    """
    base = dict(present)
    elsewhere: dict[str, list[AuditEvent]] = {}
    for event in audit.trail(activity).filter(version__gt=seen.version).order_by("-pk"):
        is_own = event.actor_id == by.pk if seen.mine is None else event.version in seen.mine
        for field, (old, _new) in event.changes.items():
            base[field] = old
            if not is_own:
                elsewhere.setdefault(field, []).append(event)
    clashes = []
    if "sessions" in changes and "sessions" in elsewhere:
        sessions, theirs, yours = _sessions(
            base["sessions"], present["sessions"], changes["sessions"], elsewhere["sessions"]
        )
        if (theirs or yours) and (elsewhere["sessions"][0].version or 0) > seen.accepted:
            clashes.append(_clash("sessions", theirs, yours, elsewhere["sessions"][0], by))
        changes = changes | {"sessions": sessions}
    touched = {difference.field: difference for difference in contents.diff(base, base | changes)}
    clashes = [
        _clash(d.field, present[d.field], d.new, elsewhere[d.field][0], by)
        for d in touched.values()
        if d.field in elsewhere
        and d.field != "sessions"
        and (elsewhere[d.field][0].version or 0) > seen.accepted
        and contents.diff({d.field: present[d.field]}, {d.field: d.new})
    ] + clashes
    if clashes:
        raise Conflict(clashes, activity.version)
    return {field: changes[field] for field in touched}


def changed_elsewhere(
    activity: Activity, stands: Content, sent: Content, *, by: "User", seen: Seen
) -> list[str]:
    """Which of the fields just sent stand otherwise than the page shows them, being changed elsewhere since.

    `sent` is what the page sent, `stands` what is stored now; a list counts whenever it was written elsewhere.
    """
    fields: set[str] = set()
    for event in audit.trail(activity).filter(version__gt=seen.version):
        if event.actor_id != by.pk if seen.mine is None else event.version not in seen.mine:
            fields |= set(event.changes)
    return [
        field
        for field in contents.FIELDS
        if field in fields
        and field in sent
        and (field in contents.LISTS or contents.diff({field: stands[field]}, {field: sent[field]}))
    ]


def own_versions(activity: Activity, *, by: "User", seen: Seen) -> set[int]:
    """The versions that the page made since the one it shows, as far as it or the trail knows."""
    if seen.mine is not None:
        return seen.mine
    since = audit.trail(activity).filter(version__gt=seen.version, actor_id=by.pk)
    return {version for version in since.values_list("version", flat=True) if version}


def _clash(field: str, theirs: Any, yours: Any, event: AuditEvent, by: "User") -> Clash:
    who = "" if event.actor_id == by.pk else event.actor_name
    return Clash(field, contents.labels()[field], theirs=theirs, yours=yours, by=who)


def _sessions(
    base: list[Content], present: list[Content], mine: list[Content], events: list[AuditEvent]
) -> tuple[list[Content], list[Content], list[Content]]:
    """The sessions of both pages, and those that both changed: (all, as they stand, as this page has them).

    A session is known by its number. What the other page added stays, what it took out stays out.
    """
    was, stands = ({row.get("id"): row for row in rows} for rows in (base, present))
    sent = {row["id"]: row for row in mine if row.get("id")}
    theirs_changed: set[Any] = set()
    for event in events:
        old, new = ({row.get("id"): row for row in rows or []} for rows in event.changes["sessions"])
        theirs_changed |= {key for key in old.keys() | new.keys() if key and old.get(key) != new.get(key)}
    typed_starts = {row.get("starts_at") for row in mine if not row.get("id")}
    added = [
        row
        for key, row in stands.items()
        if key not in was and key not in sent and row.get("starts_at") not in typed_starts
    ]
    both = [
        key
        for key in was
        if key in theirs_changed
        and key in stands
        and not _same(sent.get(key), stands[key])
        and not _same(sent.get(key), was[key])
    ]
    kept = [
        stands[key] if key in theirs_changed and key in stands and _same(row, was.get(key)) else row
        for row in mine
        for key in [row.get("id")]
        if not (key in was and key not in stands and _same(row, was[key]))
    ]
    return [*kept, *added], [stands[key] for key in both], [sent[key] for key in both if key in sent]


def _same(one: Content | None, other: Content | None) -> bool:
    if one is None or other is None:
        return one is other
    return not contents.diff({"sessions": [one]}, {"sessions": [other]})
