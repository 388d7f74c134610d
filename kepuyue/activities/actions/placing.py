"""Where a venue lies: its address and its point, typed once and used by every activity that is held there."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities.models import PUBLIC_STATES, Activity, Session, Venue
from kepuyue.activities.permissions import check_can_edit
from kepuyue.activities.queries import venues_of
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.queries import district_at, has_boundaries

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def why_fixed(venue: Venue, activity: Activity) -> str:
    """Why the unit cannot change what is known of the place; empty where it can. What is blank may be filled in."""
    if venue.organization_id == activity.organization_id:
        return ""
    others = Session.objects.filter(venue=venue).exclude(activity__organization=activity.organization_id)
    if (venue.lng is not None or venue.address) and (venue.organization_id or others.exists()):
        return _("这个场地别的单位也在用，已登记的位置不能改；有误请告诉市级或区级审核单位。")
    return ""


@transaction.atomic
def locate(
    venue: Venue,
    *,
    activity: Activity,
    by: "User",
    address: str = "",
    point: tuple[float, float] | None = None,
) -> Venue:
    """Note the address and the point (longitude, latitude, WGS-84 degrees) of a venue of the activity.

    Empty values leave what is known. Raises ValidationError for a point outside the city, as far as its
    boundaries are known, and `NotPossibleNow` where another unit's entry would be overwritten.
    """
    check_can_edit(by, activity)
    venue = Venue.objects.select_for_update().get(pk=venue.pk)
    if venue not in venues_of(activity):
        raise NotPossibleNow(_("这项活动没有用到这个场地。"))
    before = _facts(venue)
    district = district_at(activity.edition, *point) if point and not venue.city else None
    if point and district is None and not venue.city and has_boundaries(activity.edition):
        raise ValidationError(_("这个点不在本市范围内，请核对经纬度。"))
    venue.address = address or venue.address
    venue.lng, venue.lat = point or (venue.lng, venue.lat)
    venue.district = venue.district or district
    changed = {name: [before[name], value] for name, value in _facts(venue).items() if value != before[name]}
    if not changed:
        return venue
    overwrites = any(old not in (None, "") for old, _new in changed.values())
    if overwrites and (why := why_fixed(Venue.objects.get(pk=venue.pk), activity)):
        raise NotPossibleNow(why)
    venue.save()
    audit.record(
        "activity.locate",
        activity,
        by=by,
        changes=changed,
        reason=venue.name,
        organization_path=activity.organization.path,
        version=activity.version,
    )
    shown = Activity.objects.filter(
        sessions__venue=venue, state__in=PUBLIC_STATES, published_at__isnull=False
    )
    for one in shown.distinct():
        public_content_changed.send(sender=Activity, activity=one)
    return venue


def _facts(venue: Venue) -> dict[str, object]:
    return {"address": venue.address, "lng": venue.lng, "lat": venue.lat}
