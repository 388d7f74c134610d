"""The superior's side: accepting what was filed or giving it back with remarks at the figures; one or many."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.organizations.actions import notices
from kepuyue.organizations.queries import people_of
from kepuyue.summaries import queries, workflow
from kepuyue.summaries.actions import filing
from kepuyue.summaries.actions.filing import Outcome, Seen
from kepuyue.summaries.actions.opening import WRITING
from kepuyue.summaries.figures import BY_KEY
from kepuyue.summaries.models import Annotation, Filing, Summary
from kepuyue.summaries.permissions import check_can_decide
from kepuyue.summaries.signals import summary_accepted

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# What a remark can be pinned to besides a figure; "" is the whole
PLACES = frozenset({"", "words", "photo", *BY_KEY})


@transaction.atomic
def accept(summary: Summary, *, by: "User", version: int | None = None) -> Summary:
    """Accept what was filed last: from now on others count with it. `version` None: as it stands."""
    summary, filed = _to_decide(summary, by, version, "accept")
    _decided(filed, Filing.Decision.ACCEPTED, by)
    filing.keep(
        summary, "summary.accept", by, {"kind": [None, filed.kind]}, is_quiet=not summary.photos.exists()
    )
    summary_accepted.send(sender=Summary, summary=summary)
    _tell(
        summary,
        gettext_lazy("总结已采纳：%(title)s"),
        gettext_lazy("%(unit)s采纳了“%(title)s”的总结。数字以后有变化，可以补报。"),
        {"unit": filed.decided_for.name if filed.decided_for else ""},
    )
    return filing.again(summary)


def accept_many(seen: Iterable[Seen], *, by: "User") -> Outcome:
    """Accept each in the version that the person saw; what was changed or decided meanwhile is left and named."""
    return filing.each(seen, lambda summary, version: accept(summary, by=by, version=version))


def return_many(seen: Iterable[Seen], *, by: "User", note: str) -> Outcome:
    """Give each back with the same note, in the version that the person saw; the rest as `accept_many`."""

    def press(summary: Summary, version: int | None) -> Summary:
        return return_for_changes(summary, by=by, note=note, remarks={}, version=version)

    return filing.each(seen, press)


@transaction.atomic
def return_for_changes(
    summary: Summary, *, by: "User", note: str, remarks: Mapping[str, str], version: int | None = None
) -> Summary:
    """Give it back with a note or remarks ({key of a figure or "words": text}); the unit goes on with what it typed.

    Of a supplement what was accepted before goes on standing.
    """
    said = {place: text.strip()[:300] for place, text in remarks.items() if text.strip()}
    if not note.strip() and not said:
        raise ValidationError({"note": _("请写明要改什么：写在总的意见里，或写在某个数字旁边。")})
    if not set(said) <= PLACES:
        raise ValidationError(_("批注的位置不对，请刷新页面。"))
    summary, filed = _to_decide(summary, by, version, "return")
    filed.note = note.strip()[:500]
    _decided(filed, Filing.Decision.RETURNED, by)
    Annotation.objects.bulk_create(
        Annotation(filing=filed, field=place, text=text) for place, text in said.items()
    )
    filing.copy(filed, filed.kind)
    filing.keep(summary, "summary.return", by, reason=filed.note)
    _tell(
        summary,
        gettext_lazy("总结请修改：%(title)s"),
        gettext_lazy("%(unit)s退回了“%(title)s”的总结：%(note)s"),
        {
            "unit": filed.decided_for.name if filed.decided_for else "",
            "note": filed.note or "；".join(said.values()),
        },
    )
    return filing.again(summary)


def _to_decide(summary: Summary, by: "User", version: int | None, verb: str) -> tuple[Summary, Filing]:
    summary = filing.locked(summary)
    unit = check_can_decide(by, summary)
    if version is not None and version != summary.version:
        raise Conflict(summary, _("单位刚刚改过这份总结，请看过现在的内容再处理。"))
    summary.state = workflow.SUMMARY.next_state(summary.state, verb)
    filed = queries.last_filed(summary)
    assert filed is not None  # nothing else leads to such a state
    filed.decided_for = unit
    return summary, filed


def _decided(filed: Filing, decision: str, by: "User") -> None:
    filed.decision, filed.decided_at, filed.decided_by = decision, now(), by
    filed.save()


def _tell(summary: Summary, subject: object, body: object, values: dict[str, object]) -> None:
    notices.tell(
        "summary.decided",
        people_of(summary.activity.organization, WRITING),
        subject=subject,
        body=body,
        values=values | {"title": summary.activity.title},
        link=reverse("summaries:summary", args=[summary.activity.code]),
        key=f"summary-decided:{summary.pk}:{summary.version}",
    )
