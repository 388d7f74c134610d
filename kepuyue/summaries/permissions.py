"""Who files a summary and who accepts it. The roles themselves stand in `organizations.permissions`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check, granted, holds_anywhere, may, memberships, reach
from kepuyue.summaries.models import Summary

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

OWN = "activity__organization__path"


def check_can_file(user: "Person", summary: Summary) -> None:
    """Raise unless the person files for the activity's unit."""
    check(user, "summary.file", summary.activity.organization)


def check_files_for(user: "Person", unit: Organization) -> None:
    """Raise unless the person files for the unit."""
    check(user, "summary.file", unit)


def can_file(user: "Person", summary: Summary) -> bool:
    """Yes/no of `check_can_file`."""
    return may(user, "summary.file", summary.activity.organization)


def check_can_decide(user: "Person", summary: Summary) -> Organization:
    """Raise unless the person accepts summaries for a unit above; returns it, the nearest.

    Nobody accepts the own unit's; the office, above which there is nothing, does.
    """
    unit = summary.activity.organization
    top = unit.parent or unit
    if not may(user, "summary.accept", top):
        raise PermissionDenied(
            _("“%(unit)s”的总结由它的上级单位采纳，请联系区科协、主管部门或市级。") % {"unit": unit.name}
        )
    above = [
        one.organization
        for one in memberships(user)
        if "summary.accept" in granted(one).branch and top.is_within(one.organization)
    ]
    return max(above, key=lambda one: len(one.path))


def can_decide(user: "Person", summary: Summary) -> bool:
    """Yes/no of `check_can_decide`."""
    try:
        check_can_decide(user, summary)
    except PermissionDenied:
        return False
    return True


def check_files_somewhere(user: "Person") -> None:
    """Raise unless the person files for some unit."""
    if not holds_anywhere(user, "summary.file"):
        raise PermissionDenied(_("总结由各单位的填报人和负责人填报。"))


def check_oversees(user: "Person") -> None:
    """Raise unless the person accepts summaries of some branch."""
    if not holds_anywhere(user, "summary.accept"):
        raise PermissionDenied(_("总结的报送情况由市级统筹单位、区级科协和成员单位查看。"))


def check_can_fill(user: "Person", summary: Summary) -> None:
    """Raise unless the person puts letters into drafts of the activity's unit (which it confirms and files itself)."""
    check(user, "letter.handle", summary.activity.organization)


def filed_by(user: "Person") -> Q:
    """A condition for the summaries that the person files."""
    return reach(user, "summary.file", OWN)


def decided_by(user: "Person") -> Q:
    """A condition for the summaries that the person decides about, as `check_can_decide` says."""
    above = reach(user, "summary.accept", "activity__organization__parent__path")
    return above | (Q(activity__organization__parent=None) & reach(user, "summary.accept", OWN))
