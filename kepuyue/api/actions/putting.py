"""An activity by a program's own key: made where there is none, changed where there is one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import content as contents
from kepuyue.activities import forms
from kepuyue.activities.actions import drafting, placing
from kepuyue.activities.models import Activity, Origin, Venue
from kepuyue.activities.queries import valid_sign_off, venues_of, working_content
from kepuyue.api import own
from kepuyue.api.own_schemas import ActivityIn
from kepuyue.api.problems import Refused
from kepuyue.api.registering import raw_content, unknown
from kepuyue.api.tags import names
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@dataclass(frozen=True)
class Done:
    """What became of it."""

    activity: Activity
    is_new: bool
    was_signed: bool
    """Whether a sign-off held for what stood before."""
    remarks: list[str]
    """What could not be taken over though the rest was."""


@transaction.atomic
def put(
    key: str,
    sent: ActivityIn,
    *,
    edition: Edition,
    organization: Organization,
    by: "User",
    condition: str = "",
) -> Done:
    """Make or change it.

    `condition` is If-Match: a change has to name the state that it was made on, or "*". What says the same as what
    stands needs none. Raises `Refused` 412, 428 or 422.
    """
    # One at a time in a unit: of two that begin the same activity the second finds it
    organization = tree.held(organization)
    known = Activity.objects.filter(
        edition=edition, organization=organization, outside_key=own.kept_as(key)
    ).first()
    if known is None and not edition.is_current:
        raise own.not_there(key)
    present = working_content(known) if known else {}
    was_signed = known is not None and valid_sign_off(known, present) is not None
    strange = unknown(sent, present, edition)
    taken, refused = forms.clean_content(raw_content(sent, present), edition)
    # Of what is told better above the forms say nothing more
    better = {path.partition(".")[0] for path in strange}
    refused = strange | {field: said for field, said in refused.items() if field not in better}
    if known is None and not sent.title.strip():
        refused.setdefault("title", []).append(_("请填写活动名称。"))
    if refused:
        raise ValidationError(refused)
    if known is None:
        if condition:
            raise Refused(412, "changed", _("还没有这项活动，If-Match没有意义。"))
        activity = drafting.create(
            edition=edition, organization=organization, by=by, content=taken, origin=Origin.PROGRAM,
            outside_key=own.kept_as(key),
        )  # fmt: skip
    else:
        activity = _changed(known, taken, present, by=by, condition=condition)
    return Done(activity, known is None, was_signed, _locate(activity, sent, by=by))


def _changed(
    known: Activity, taken: contents.Content, present: contents.Content, *, by: "User", condition: str
) -> Activity:
    tag = own.tag(own.shown(known))
    if condition and not names(condition, tag):
        raise Refused(412, "changed", _("您读取以后它又有改动。请重新读取，再改。"), headers={"ETag": tag})
    if not condition and _says_more(taken, present):
        raise Refused(
            428, "no-condition", _("修改请带If-Match，写上读取时的ETag；要不看现状就覆盖，写*。"),
            headers={"ETag": tag},
        )  # fmt: skip
    return drafting.change(known, taken, by=by)


def _says_more(taken: contents.Content, present: contents.Content) -> bool:
    """Whether it would change anything; a venue is compared by its name, which content holds as a number."""
    names_of = {entry["id"]: entry for entry in present.get("sessions", []) if entry.get("id")}
    wanted = dict(taken)
    if "sessions" in wanted:
        wanted["sessions"] = [_as_kept(entry, names_of) for entry in wanted["sessions"]]
    return bool(contents.diff(present, present | contents.filled(present, wanted)))


def _as_kept(entry: contents.Content, known: dict[int, contents.Content]) -> contents.Content:
    before = known.get(entry.get("id") or 0)
    rest = {name: value for name, value in entry.items() if name != "venue_name"}
    name = entry.get("venue_name", "")
    number = before.get("venue") if before else None
    is_same = bool(number) and _name_of(number) == name
    return rest | {"venue": number if is_same or (not name and not number) else f"new:{name}"}


def _name_of(venue: Any) -> str:
    return Venue.objects.filter(pk=venue).values_list("name", flat=True).first() or ""


def _locate(activity: Activity, sent: ActivityIn, *, by: "User") -> list[str]:
    """Note address and point of the places; what is known of a place that others use too stays, and is told."""
    told: dict[str, None] = {}
    wanted = {
        one.venue.name.strip(): one.venue
        for one in sent.sessions
        if one.venue and (one.venue.address or one.venue.lng is not None)
    }
    for venue in venues_of(activity) if wanted else ():
        if (said := wanted.get(venue.name)) is None:
            continue
        point = (said.lng, said.lat) if said.lng is not None and said.lat is not None else None
        try:
            placing.locate(venue, activity=activity, by=by, address=said.address, point=point)
        except NotPossibleNow as fixed:
            told[f"{venue.name}：{' '.join(fixed.messages)}"] = None
        except ValidationError as unfit:
            raise ValidationError({"sessions": unfit.messages}) from unfit
    return list(told)
