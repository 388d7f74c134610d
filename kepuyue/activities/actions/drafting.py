"""Writing an activity: a new one, and changes to what is not handed in.

Nothing that two people type is overwritten: a change names the version it was made on, and is refused with
both texts where the same field was changed elsewhere since (see `merging`).
"""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import workflow
from kepuyue.activities.actions.merging import Seen, merged
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, Origin, State, Submission, Venue
from kepuyue.activities.permissions import check_can_edit
from kepuyue.activities.queries import submission_under_way
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit, wording
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import District, Organization
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def create(
    *,
    edition: Edition,
    organization: Organization,
    by: "User",
    content: Content,
    origin: str = Origin.FORM,
    outside_key: str = "",
) -> Activity:
    """A new draft of the unit. `content` may be partial; `outside_key` makes an import repeatable."""
    organization = tree.held(organization)
    check(by, "activity.edit", organization)
    activity = Activity(
        edition=edition,
        organization=organization,
        created_by=by,
        origin=origin,
        outside_key=outside_key,
        created_at=now(),
        updated_at=now(),
    )
    written = _with_venues(contents.blank() | content)
    contents.write(activity, written)
    audit.record(
        "activity.create",
        activity,
        by=by,
        changes={one.field: [one.old, one.new] for one in contents.diff(contents.blank(), written)},
        organization_path=organization.path,
        version=activity.version,
    )
    return activity


@transaction.atomic
def begin(
    *, edition: Edition, organization: Organization, by: "User", content: Content, token: UUID
) -> Activity:
    """The draft that a form began. The same form sent twice gives the same draft, with another title another."""
    # One at a time in a unit, so that the second of two clicks finds what the first one made
    organization = tree.held(organization)
    key = f"form:{uuid5(token, content['title'])}"
    known = Activity.objects.filter(edition=edition, organization=organization, outside_key=key).first()
    if known:
        return known
    activity = create(edition=edition, organization=organization, by=by, content=content, outside_key=key)
    _carry_over(activity, by)
    return activity


# What is mostly the same from one activity of a unit to the next; the form shows it, and it may be changed there
STANDING = (
    "contact_name",
    "contact_phone",
    "public_phone",
    "content_lead",
    "content_signoff",
    "emergency_contact",
)


def _carry_over(activity: Activity, by: "User") -> None:
    """What the unit typed the last time need not be typed again."""
    earlier = activity.organization.activities.exclude(pk=activity.pk).order_by("-created_at").first()
    carried = {
        field: getattr(earlier, field)
        for field in STANDING
        if earlier is not None and getattr(earlier, field) and not getattr(activity, field)
    }
    if not carried:
        return
    contents.write(activity, carried)
    audit.record(
        "activity.carry_over",
        activity,
        by=by,
        changes={field: ["", value] for field, value in carried.items()},
        reason=earlier.code if earlier else "",
        organization_path=activity.organization.path,
        version=activity.version,
    )


@transaction.atomic
def change(
    activity: Activity,
    changes: Content,
    *,
    by: "User",
    seen: Seen | None = None,
    unsaved: dict[str, Any] | None = None,
    confirmed: Iterable[str] = (),
) -> Activity:
    """Change some fields of an activity that the unit has in hand, or of a published one through a revision.

    `seen` is what the page knew that sent it; None skips the check (imports and commands, which read and
    write in one go). `unsaved` is what a step holds that is typed but not valid yet, {step: values}; empty
    values mean that all of the step could be taken. `confirmed` are fields of an earlier activity that still hold;
    a plain field typed anew is confirmed by that. Raises `Conflict`, `NotPossibleNow`.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_edit(by, activity)
    under_way = submission_under_way(activity)
    if why_not := why_closed(activity, under_way):
        raise NotPossibleNow(why_not)
    present = dict(under_way.content) if under_way else contents.of(activity)
    changes = contents.filled(present, _with_venues(changes))
    if seen is not None and seen.version != activity.version:
        changes = merged(activity, present, changes, by=by, seen=seen)
    differences = contents.diff(present, present | changes)
    kept = {step: values for step, values in (activity.unsaved | (unsaved or {})).items() if values}
    if kept != activity.unsaved:
        Activity.objects.filter(pk=activity.pk).update(unsaved=kept)
        activity.unsaved = kept
    _confirm(activity, set(confirmed), {difference.field for difference in differences}, by)
    if not differences:
        return activity
    written = {difference.field: changes[difference.field] for difference in differences}
    activity.version += 1
    activity.updated_at = now()
    if seen is not None and seen.mine is not None:
        seen.mine.add(activity.version)
    if activity.state in workflow.REVISABLE:
        _change_published(activity, present, written, under_way)
    else:
        contents.write(activity, written)
    audit.record(
        "activity.change",
        activity,
        by=by,
        changes={difference.field: [difference.old, difference.new] for difference in differences},
        organization_path=activity.organization.path,
        version=activity.version,
    )
    return activity


def _confirm(activity: Activity, ticked: set[str], changed: set[str], by: "User") -> None:
    """Lists are confirmed by a tick only: who changes one of many sessions has not looked at the others."""
    left = [f for f in activity.to_confirm if f not in ticked and (f not in changed or f in contents.LISTS)]
    if left == activity.to_confirm:
        return
    names = contents.labels()
    told = wording.listed(names[field] for field in activity.to_confirm if field not in left)
    activity.to_confirm = left
    Activity.objects.filter(pk=activity.pk).update(to_confirm=left)
    audit.record(
        "activity.confirm",
        activity,
        by=by,
        reason=str(told),
        organization_path=activity.organization.path,
        version=activity.version,
    )


def _change_published(
    activity: Activity, present: Content, written: Content, under_way: Submission | None
) -> None:
    """Small corrections show at once; what `contents.needs_review` names becomes a revision."""
    published, rules = contents.of(activity), activity.edition.rules
    small = {
        field: value
        for field, value in written.items()
        if not contents.needs_review(field, published[field], value, rules)
    }
    contents.write(activity, small)
    if small:
        public_content_changed.send(sender=Activity, activity=activity)
    if under_way:
        under_way.content = present | written
        under_way.base = under_way.base | small
        under_way.save(update_fields=["content", "base"])
    elif len(small) < len(written):
        Submission.objects.create(
            activity=activity,
            kind=Submission.Kind.REVISION,
            state=Submission.State.OPEN,
            base=contents.of(activity),
            content=present | written,
        )


@transaction.atomic
def delete(activity: Activity, *, by: "User") -> None:
    """Delete a draft that nobody has reviewed yet, with its pictures. The trail keeps what it said."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_edit(by, activity)
    if why_not := why_kept(activity):
        raise NotPossibleNow(why_not)
    text = contents.of(activity)
    audit.record(
        "activity.delete",
        activity,
        by=by,
        changes={one.field: [one.old, one.new] for one in contents.diff(text, contents.blank())},
        organization_path=activity.organization.path,
        version=activity.version,
    )
    files = [(picture.file.storage, picture.file.name or "") for picture in activity.pictures.all()]
    try:
        activity.delete()
    except ProtectedError as error:
        raise NotPossibleNow(
            _("已经有人预约了这项活动，不能删除。请取消活动，预约的人会得到通知。")
        ) from error
    for storage, name in files:
        transaction.on_commit(partial(storage.delete, name))


def why_kept(activity: Activity) -> str:
    """Why the activity cannot be deleted; empty where it can."""
    if activity.state not in (State.DRAFT, State.WITHDRAWN) or activity.published_at is not None:
        return _("只有草稿和撤回的申报可以删除；已发布的活动请取消。")
    if activity.submissions.filter(reviews__isnull=False).exists():
        return _("审核单位已经审过这项活动，意见要留存，不能删除。")
    return ""


def why_closed(activity: Activity, under_way: Submission | None) -> str:
    """Why the activity cannot be changed now; empty where it can."""
    is_pending = under_way is not None and under_way.state == Submission.State.PENDING
    if activity.state in workflow.EDITABLE or (activity.state in workflow.REVISABLE and not is_pending):
        return ""
    if activity.state == State.SUBMITTED:
        return _("这项活动正在审核，暂不能修改。需要修改时，请先撤回。")
    if activity.state in workflow.REVISABLE:
        return _("这项活动的变更正在审核，暂不能修改。需要修改时，请先撤回。")
    return _("这项活动现在是“%(state)s”，不能再修改。") % {"state": activity.get_state_display()}


def venue_named(name: str, *, city: str = "", district: District | None = None, address: str = "") -> Venue:
    """The known venue of this name in this city, or a new one."""
    venue, is_new = Venue.objects.get_or_create(
        name=name.strip(), city=city, defaults={"district": district, "address": address}
    )
    if not is_new and ((district and not venue.district) or (address and not venue.address)):
        venue.district = venue.district or district
        venue.address = venue.address or address
        venue.save(update_fields=["district", "address"])
    return venue


def _with_venues(content: Content) -> Content:
    """The content with each session's typed `venue_name` replaced by the venue's number."""
    if not any("venue_name" in session for session in content.get("sessions", ())):
        return content
    district = District.objects.filter(code=content.get("district", "")).first()
    sessions, known = [], {}
    for session in content["sessions"]:
        name = session.get("venue_name", "").strip()
        rest = {key: value for key, value in session.items() if key != "venue_name"}
        if name and name not in known:
            known[name] = venue_named(name, city=content.get("city", ""), district=district).pk
        if "venue_name" in session:
            rest["venue"] = known.get(name)
        sessions.append(rest)
    return content | {"sessions": sessions}
