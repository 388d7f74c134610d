"""The unit's side: writing a draft, filing it, taking it back, beginning a supplement."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.organizations.actions import notices
from kepuyue.organizations.permissions import REVIEWING
from kepuyue.organizations.queries import people_of
from kepuyue.summaries import measuring, queries, workflow
from kepuyue.summaries.deadlines import days_of, written
from kepuyue.summaries.figures import BY_KEY, MOST
from kepuyue.summaries.models import WRITTEN, Figure, Filing, Summary
from kepuyue.summaries.permissions import check_can_file

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Typed:
    """What a person wrote: {key: (value or None, reason)} of the figures on the page, and the words."""

    figures: Mapping[str, tuple[int | None, str]] = field(default_factory=dict)
    words: str = ""


class NotReady(ValidationError):
    """Something is missing or not explained; `messages` say what and where."""


@transaction.atomic
def write(summary: Summary, typed: Typed, *, by: "User", version: int) -> Summary:
    """Keep what was typed in the draft. A figure that equals the system's, or is empty, is the system's again.

    Raises `Conflict` where somebody else wrote since `version`, `NotPossibleNow` where nothing is open.
    """
    summary, draft = _written(summary, by)
    if version != summary.version:
        raise Conflict(summary)
    measured = measuring.measured(summary.activity)
    known = {BY_KEY[f"{row.name}-{row.method}"].key: row for row in draft.figures.all()}
    changes: dict[str, list[Any]] = {}
    for key, (value, reason) in typed.figures.items():
        kind = BY_KEY[key]
        if kind.is_fixed or (value is not None and not 0 <= value <= MOST):
            raise NotReady({key: _("请填写0以上的整数。")})
        told, row = measured.get(key), known.get(key)
        reason = reason.strip()[:200] if value is not None and told is not None and value != told else ""
        if value is None or value == told:
            if row is not None:
                changes[key] = [row.value, None]
                row.delete()
            continue
        if row is not None and (row.value, row.reason) == (value, reason):
            continue
        if row is None or row.value != value:
            changes[key] = [row.value if row else told, value]
        if (row.reason if row else "") != reason:
            changes[f"{key}:reason"] = [row.reason if row else "", reason]
        # A draft keeps what was typed as typed; where it comes from is settled when it is filed
        facts = {"value": value, "origin": Figure.Origin.TYPED, "measured": None, "reason": reason}
        Figure.objects.update_or_create(filing=draft, name=kind.name, method=kind.method, defaults=facts)
    words = typed.words.strip()
    if words != draft.words:
        changes["words"] = [draft.words, words]
        draft.words = words
        draft.save(update_fields=["words"])
    if changes:
        keep(summary, "summary.change", by, changes)
    return again(summary)


@transaction.atomic
def file(summary: Summary, *, by: "User", version: int | None = None) -> Summary:
    """File the draft: figures are frozen with what the system knows now. `version` None: as it stands, unread.

    Raises `NotReady` where a corrected figure says no reason or nothing says whether anybody came.
    """
    summary, draft = _written(summary, by)
    if version is not None and version != summary.version:
        raise Conflict(summary)
    lines = queries.lines_of(draft, measuring.measured(summary.activity))
    if problems := problems_of(lines):
        raise NotReady(problems)
    draft.figures.all().delete()
    Figure.objects.bulk_create(
        Figure(
            filing=draft, name=line.kind.name, method=line.kind.method, value=line.value, origin=line.origin,
            measured=line.measured, reason=line.reason if line.origin == Figure.Origin.CORRECTED else "",
        )
        for line in lines
        if line.value is not None
    )  # fmt: skip
    draft.filed_at, draft.filed_by = now(), by
    draft.is_late = _is_late(summary, draft)
    draft.save()
    summary.state = workflow.SUMMARY.next_state(summary.state, "file")
    keep(summary, "summary.file", by, {"kind": [None, draft.kind]})
    _tell_superior(summary)
    return again(summary)


def _is_late(summary: Summary, draft: Filing) -> bool:
    """A supplement is never late, nor what was filed in time and is filed again after it was given back."""
    if draft.kind == Filing.Kind.SUPPLEMENT:
        return False
    earlier = [one for one in summary.filings.all() if one.filed_at is not None and one.pk != draft.pk]
    was_in_time = any(not one.is_late for one in earlier)
    return not was_in_time and days_of(summary.activity.edition, summary.activity.organization).is_late


def write_and_file(summary: Summary, typed: Typed, *, by: "User", version: int) -> Summary:
    """Keep what was typed and file it, both or neither; only what is not ready to be filed is kept all the same.

    Raises as `write` and `file` do.
    """
    with transaction.atomic():
        summary = write(summary, typed, by=by, version=version)
        try:
            return file(summary, by=by, version=summary.version)
        except NotReady as error:
            not_ready = error
    raise not_ready


def problems_of(lines: Iterable[queries.Line]) -> dict[str, list[str]]:
    """What keeps a draft from being filed, {key: sentences}."""
    lines = list(lines)
    problems: dict[str, list[str]] = {}
    for line in lines:
        if line.origin == Figure.Origin.CORRECTED and not line.reason:
            problems[line.kind.key] = [
                _("系统数字是%(measured)s，请写明为什么改成%(value)s。")
                % {"measured": line.shown_measured, "value": line.shown}
            ]
    by_key = {line.kind.key: line.value for line in lines}
    reached = any(line.kind.is_people and line.value is not None for line in lines)
    if by_key.get("sessions-record") and not reached:
        problems["visits-count"] = [
            _("来了多少人？有清点数填清点数，没有就填估计数；线上活动填观看数；没有人来填0。")
        ]
    return problems


@dataclass
class Outcome:
    """What became of many at once."""

    done: list[Summary] = field(default_factory=list)
    left: list[tuple[Summary, str]] = field(default_factory=list)
    "Those that have to be opened one by one, and why"

    @property
    def count(self) -> int:
        """How many were pressed."""
        return len(self.done) + len(self.left)


# A summary and the version of it that the person looked at; None: as it stands
Seen = tuple[Summary, int | None]


def file_many(seen: Iterable[Seen], *, by: "User") -> Outcome:
    """File each in the version that the person saw; what is not ready is left and named."""
    return each(seen, lambda summary, version: file(summary, by=by, version=version))


def each(seen: Iterable[Seen], press: Callable[[Summary, int | None], Summary]) -> Outcome:
    """Press one action for each, every one in a transaction of its own; what it refuses is left with the reason."""
    outcome = Outcome()
    for summary, version in seen:
        try:
            outcome.done.append(press(summary, version))
        except ValidationError as error:
            outcome.left.append((summary, error.messages[0]))
    return outcome


@transaction.atomic
def take_back(summary: Summary, *, by: "User") -> Summary:
    """Take back what nobody has decided about yet, to change it. What was filed stays in the trail."""
    summary = locked(summary)
    check_can_file(by, summary)
    summary.state = workflow.SUMMARY.next_state(summary.state, "take_back")
    filed = queries.last_filed(summary)
    assert filed is not None
    filed.filed_at, filed.filed_by, filed.is_late = None, None, False
    filed.save()
    _as_typed(filed)
    keep(summary, "summary.take_back", by)
    return again(summary)


@transaction.atomic
def supplement(summary: Summary, *, by: "User") -> Summary:
    """Begin a supplement of what was accepted: a new draft with its words; figures are measured anew."""
    summary = locked(summary)
    check_can_file(by, summary)
    check_open(summary)
    summary.state = workflow.SUMMARY.next_state(summary.state, "supplement")
    accepted = queries.standing_of(summary)
    assert accepted is not None
    copy(accepted, Filing.Kind.SUPPLEMENT)
    keep(summary, "summary.supplement", by)
    return again(summary)


def copy(filing: Filing, kind: str) -> Filing:
    """A new draft with what was typed in another; what was measured is measured anew. In the caller's transaction."""
    draft = Filing.objects.create(summary=filing.summary, kind=kind, words=filing.words)
    typed = filing.figures.exclude(origin=Figure.Origin.MEASURED)
    Figure.objects.bulk_create(
        Figure(filing=draft, name=row.name, method=row.method, value=row.value, origin=Figure.Origin.TYPED,
               reason=row.reason)
        for row in typed
    )  # fmt: skip
    return draft


def _as_typed(draft: Filing) -> None:
    draft.figures.filter(origin=Figure.Origin.MEASURED).delete()
    draft.figures.update(origin=Figure.Origin.TYPED, measured=None)


def locked(summary: Summary) -> Summary:
    """The summary as it stands, held until the end of the transaction."""
    Summary.objects.select_for_update(of=("self",)).only("pk").get(pk=summary.pk)
    return again(summary)


def check_open(summary: Summary) -> None:
    """Raise where the time for late filing and supplements is over too."""
    days = days_of(summary.activity.edition, summary.activity.organization)
    if days.is_closed:
        raise NotPossibleNow(
            _("总结和补报已于%(day)s结束。确需更正，请联系上级单位。") % {"day": written(days.closes)},
            code="closed",
        )


def _written(summary: Summary, by: "User") -> tuple[Summary, Filing]:
    summary = locked(summary)
    check_can_file(by, summary)
    check_open(summary)
    draft = queries.draft_of(summary)
    if summary.state not in WRITTEN or draft is None:
        raise NotPossibleNow(
            _("这份总结现在是“%(state)s”，不能修改。") % {"state": summary.get_state_display()},
            code="not-open",
        )
    return summary, draft


def again(summary: Summary) -> Summary:
    """The summary read anew, with its filings."""
    return queries.with_all(Summary.objects.filter(pk=summary.pk)).get()


def keep(
    summary: Summary,
    action: str,
    by: "User | None",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
    is_quiet: bool = True,
) -> None:
    """Save the state, count the version up, record it; `is_quiet` unless public photos may change with it.

    Inside the caller's transaction.
    """
    summary.version += 1
    summary.updated_at = now()
    summary.save(update_fields=["state", "version", "updated_at"])
    audit.record(
        action, summary, by=by, changes=changes, reason=reason,
        organization_path=summary.activity.organization.path, version=summary.version, is_quiet=is_quiet,
    )  # fmt: skip


def _tell_superior(summary: Summary) -> None:
    """One message a day for each person above, however many are filed."""
    unit = summary.activity.organization
    top = unit.parent or unit
    people = people_of(top, REVIEWING)
    day = days_of(summary.activity.edition).today
    notices.tell(
        "summary.turn",
        people,
        subject=gettext_lazy("总结等您采纳：%(title)s"),
        body=gettext_lazy("%(unit)s报送了“%(title)s”的总结。今天还报送了别的，请在“总结”里一并查看。"),
        values={"unit": unit.name, "title": summary.activity.title},
        link=reverse("summaries:branch"),
        key=f"summary-turn:{top.pk}:{day}",
    )
