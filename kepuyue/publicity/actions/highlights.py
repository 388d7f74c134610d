"""Choosing what stands before the public on a day: added, replaced, put in order, described, taken away.

Two people of the office may look at the same day. Each change is made under the edition's lock and says what its
person saw; where the day changed meanwhile nothing is written, and they look again.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity, Session
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.queries import people_of
from kepuyue.publicity import candidates, days
from kepuyue.publicity.models import Highlight
from kepuyue.publicity.permissions import check_can_choose

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# More than these nobody reads on a phone's first screens; the product's own limit
MOST_A_DAY = 6
_ASIDE = 1_000  # places that no day has, while an order is rewritten under the constraint on places


@transaction.atomic
def choose(
    edition: Edition,
    day: date,
    activity: Activity,
    *,
    by: "User",
    seen: str | None = None,
    instead: Highlight | None = None,
    line: str = "",
    line_en: str = "",
) -> Highlight:
    """Put the activity before the public on the day, last in its order or `instead` of one that stands there.

    `seen` is `days.seen_of` what the person looked at; None skips the check (commands). The same choice sent twice
    is one. Raises `NotPossibleNow`, `ValidationError`.
    """
    edition = _locked(edition, by)
    rows = _of_day(edition, day)
    if known := next((row for row in rows if row.activity_id == activity.pk), None):
        return known
    _check_unchanged(rows, seen)
    if not edition.holds(day):
        raise ValidationError(_("这一天不在科普月里。"), code="outside")
    if not candidates.taking_place(edition, day).filter(pk=activity.pk).exists():
        raise ValidationError(_("这项活动当天没有公开的场次，不能选为当天的热点。"), code="not-on-that-day")
    if instead is not None:
        replaced = next((row for row in rows if row.pk == instead.pk), None)
        if replaced is None:
            raise NotPossibleNow(_("同事刚刚改了这一天的热点。请看过再选。"), code="changed")
        position = replaced.position
        _record("highlight.remove", replaced, by=by)
        replaced.delete()
    elif len(rows) >= MOST_A_DAY:
        raise NotPossibleNow(
            _("一天最多%(count)s项热点，可以替换其中一项。") % {"count": MOST_A_DAY}, code="full"
        )
    else:
        position = max((row.position for row in rows), default=0) + 1
    highlight = Highlight.objects.create(
        edition=edition, day=day, position=position, activity=activity, chosen_by=by, line=line.strip(),
        line_en=line_en.strip(), chosen_at=now(), changed_at=now(),
    )  # fmt: skip
    _record("highlight.choose", highlight, by=by, changes={"day": [None, str(day)], "line": ["", line]})
    _tell(highlight)
    return highlight


@transaction.atomic
def describe(
    highlight: Highlight, *, by: "User", line: str, line_en: str, session: Session | None = None
) -> Highlight:
    """Say in a line why one should go, and name the session of the day that is meant (None: all of them)."""
    highlight = _fresh(highlight, by)
    if session is not None and session.activity_id != highlight.activity_id:
        raise ValidationError(_("这一场不属于这项活动。"), code="other-activity")
    new = {"line": line.strip(), "line_en": line_en.strip(), "session_id": session.pk if session else None}
    changes = {
        name: [getattr(highlight, name), value]
        for name, value in new.items()
        if getattr(highlight, name) != value
    }
    if changes:
        for name, value in new.items():
            setattr(highlight, name, value)
        highlight.changed_at = now()
        highlight.save(update_fields=["line", "line_en", "session", "changed_at"])
        _record("highlight.describe", highlight, by=by, changes=changes)
    return highlight


@transaction.atomic
def put_first(highlight: Highlight, *, by: "User") -> Highlight:
    """Let it stand before the others of its day."""
    highlight = _fresh(highlight, by)
    rows = _of_day(highlight.edition, highlight.day)
    if rows[0].pk == highlight.pk:
        return highlight
    order = [highlight.pk, *(row.pk for row in rows if row.pk != highlight.pk)]
    _number(order)
    _record("highlight.order", highlight, by=by, changes={"position": [highlight.position, 1]})
    return Highlight.objects.get(pk=highlight.pk)


@transaction.atomic
def remove(highlight: Highlight, *, by: "User") -> None:
    """Take it away from its day; the others move up."""
    highlight = _fresh(highlight, by)
    _record("highlight.remove", highlight, by=by, changes={"day": [str(highlight.day), None]})
    edition, day = highlight.edition, highlight.day
    highlight.delete()
    _number([row.pk for row in _of_day(edition, day)])


def _locked(edition: Edition, by: "User") -> Edition:
    # The edition's row is always there to be locked, a day's are not
    edition = Edition.objects.select_for_update(of=("self",)).select_related("office").get(pk=edition.pk)
    check_can_choose(by, edition)
    return edition


def _fresh(highlight: Highlight, by: "User") -> Highlight:
    edition = _locked(highlight.edition, by)
    found = Highlight.objects.select_related("activity__organization").filter(pk=highlight.pk).first()
    if found is None:
        raise NotPossibleNow(_("同事刚刚拿掉了这项热点。"), code="changed")
    found.edition = edition
    return found


def _of_day(edition: Edition, day: date) -> list[Highlight]:
    return list(
        edition.highlights.filter(day=day).select_related("activity__organization").order_by("position")
    )


def _check_unchanged(rows: list[Highlight], seen: str | None) -> None:
    if seen is not None and days.seen_of(rows) != seen:
        raise NotPossibleNow(_("同事刚刚改了这一天的热点。请看过再选。"), code="changed")


def _number(order: list[int]) -> None:
    for start in (_ASIDE, 1):
        for number, key in enumerate(order, start):
            Highlight.objects.filter(pk=key).update(position=number, changed_at=now())


def _record(
    action: str, highlight: Highlight, *, by: "User", changes: dict[str, list[Any]] | None = None
) -> None:
    audit.record(
        action, highlight, by=by, changes=changes,
        organization_path=highlight.activity.organization.path,
    )  # fmt: skip


@notices.in_city_language
def _tell(highlight: Highlight) -> None:
    """The unit learns that its activity stands before the whole city on that day."""
    activity = highlight.activity
    notices.tell(
        "highlight.chosen",
        people_of(activity.organization, (Role.OWNER, Role.EDITOR)),
        subject=_("入选每日热点：%(title)s"),
        body=_("“%(title)s”被选为%(day)s的热点，会在首页和热点页上向全市推荐。"),
        values={"title": activity.title, "day": wording.day_text(highlight.day)},
        link=reverse("activities:detail", args=[activity.code]),
        key=f"highlight:{highlight.edition_id}:{highlight.day}:{activity.pk}",
    )
