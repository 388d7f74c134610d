"""Who may put what before the public. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, granted, holds_anywhere, is_at_work, may, memberships
from kepuyue.publicity.models import Coverage, Story

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def check_can_choose(user: "Person", edition: Edition) -> None:
    """Raise unless the person chooses the highlights of the edition: the people of its office."""
    if edition.office is None:
        raise PermissionDenied(_("存档的届次不能修改。"))
    check(user, "highlight.choose", edition.office)


def can_choose(user: "Person", edition: Edition) -> bool:
    """Yes/no of `check_can_choose`."""
    return edition.office is not None and may(user, "highlight.choose", edition.office)


def check_sees_highlights(user: "Person") -> None:
    """Raise unless the person works for a unit that holds or oversees activities: those see the days and their own."""
    if not is_at_work(user, "activity.see"):
        raise PermissionDenied(_("每日热点由填报和审核活动的人员查看。"))


def check_can_propose(user: "Person", activity: Activity) -> None:
    """Raise unless the person may put the unit's activity forward as a key one."""
    check(user, "activity.edit", activity.organization)


def check_can_decide(user: "Person", activity: Activity) -> Organization:
    """Raise unless the person decides what is a key activity; returns the unit for which they do.

    Those above the unit; where the edition's rules say so, the city's office only.
    """
    check(user, "key.decide", activity.organization)
    units = [
        one.organization
        for one in memberships(user)
        if "key.decide" in granted(one).branch and activity.organization.is_within(one.organization)
    ]
    if activity.edition.rules.key_activities.decided_by == "city":
        units = [unit for unit in units if unit.level == Organization.Level.OFFICE]
    if not units:
        raise PermissionDenied(_("重点活动由市级认定，请联系市科协。"))
    return max(units, key=lambda unit: len(unit.path))


def can_decide(user: "Person", activity: Activity) -> bool:
    """Yes/no of `check_can_decide`."""
    try:
        check_can_decide(user, activity)
    except PermissionDenied:
        return False
    return True


def check_can_note(user: "Person", activity: Activity) -> None:
    """Raise unless the person may note where the platform shows it: the unit's people, who post it, or those above."""
    if not may(user, "key.decide", activity.organization):
        check(user, "activity.edit", activity.organization)


def check_can_write(user: "Person", organization: Organization) -> None:
    """Raise unless the person writes stories in the name of the unit: office, districts, departments."""
    check(user, "story.edit", organization)
    if organization.level == Organization.Level.UNIT or organization.state != Organization.State.ACTIVE:
        raise PermissionDenied(_("新闻稿由市级统筹单位、区级科协和成员单位发布。"))


def can_write(user: "Person", story: Story) -> bool:
    """Yes/no of `check_can_write` for a story that is there."""
    return may(user, "story.edit", story.organization)


def check_can_clear(user: "Person", activity: Activity) -> None:
    """Raise unless the person may clear pictures of the activity for the press: whoever oversees its unit."""
    check(user, "press.clear", activity.organization)


def check_can_record(user: "Person", organization: Organization) -> None:
    """Raise unless the person records coverage for the unit, and the unit is confirmed."""
    check(user, "coverage.record", organization)
    if organization.state != Organization.State.ACTIVE:
        raise PermissionDenied(
            _("上级单位确认“%(unit)s”以后，才能登记媒体报道。") % {"unit": organization.name}
        )


def can_confirm(user: "Person", coverage: Coverage) -> bool:
    """Whether the person may confirm, decline and correct it: office and districts, in their branch."""
    return may(user, "coverage.confirm", coverage.organization)


def check_can_confirm(user: "Person", coverage: Coverage) -> None:
    """Raise unless `can_confirm`."""
    check(user, "coverage.confirm", coverage.organization)


def can_change(user: "Person", coverage: Coverage) -> bool:
    """Whether the person may change or take it back: its unit, and whoever confirms it."""
    return can_confirm(user, coverage) or may(user, "coverage.record", coverage.organization)


def check_can_change(user: "Person", coverage: Coverage) -> None:
    """Raise unless `can_change`."""
    if not can_confirm(user, coverage):
        check(user, "coverage.record", coverage.organization)


def check_reads_coverage(user: "Person") -> None:
    """Raise unless the person records or confirms coverage somewhere."""
    if not (holds_anywhere(user, "coverage.record") or holds_anywhere(user, "coverage.confirm")):
        raise PermissionDenied(_("媒体报道登记只对各单位的填报人、负责人和上级单位开放。"))


def check_writes_somewhere(user: "Person") -> None:
    """Raise unless the person writes stories in the name of some unit."""
    if not holds_anywhere(user, "story.edit"):
        raise PermissionDenied(_("新闻稿由市级统筹单位、区级科协和成员单位发布。"))


def check_clears_somewhere(user: "Person") -> None:
    """Raise unless the person clears pictures in some branch."""
    if not holds_anywhere(user, "press.clear"):
        raise PermissionDenied(_("媒体用图由市级统筹单位、区级科协和成员单位确认。"))
