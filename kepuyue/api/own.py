"""A unit's activities for the program that acts for it: found by its own key, and shown as they stand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities import queries
from kepuyue.activities.actions import signing
from kepuyue.activities.completeness import Gap, hindrances
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, Submission
from kepuyue.api.access import Caller, caller_of
from kepuyue.api.paths import path_of
from kepuyue.api.problems import Refused, told
from kepuyue.api.registering import shown_content
from kepuyue.api.shown import edition_asked_for, plain
from kepuyue.api.tags import tag_of
from kepuyue.core import wording
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition

# So that a program's keys and those of imports and forms never meet
SPACE = "api:"
MOST_ROUNDS = 20


def activities_of(caller: Caller) -> QuerySet[Activity]:
    """Those of the unit, and no others, whatever else the person behind the token may see."""
    return queries.visible_to(caller.person).filter(organization=caller.organization)


def kept_as(key: str) -> str:
    """A program's own key as the activity keeps it, apart from keys of spreadsheets."""
    return f"{SPACE}{plain(key)}"


def find(request: HttpRequest, key: str, edition: str = "") -> Activity:
    """The unit's activity by the program's key in the edition of this code, the current one where none is named.

    404 if there is none; it says in which other editions the key stands for one.
    """
    asked = edition_asked_for(request, edition)
    named = activities_of(caller_of(request)).filter(outside_key=kept_as(key))
    found = named.select_related("edition", "organization", "district").filter(edition=asked).first()
    if found is None:
        known = named.filter(edition__in=Edition.objects.live().filter(was_current=True)).order_by("-pk")
        raise not_there(key, known.values_list("edition__code", flat=True))
    return found


def not_there(key: str, elsewhere: Iterable[str] = ()) -> Refused:
    """That the key stands for nothing in this edition, and in which others it does."""
    said = [_("本单位在这一届没有键为%(key)s的活动。") % {"key": key[:40]}]
    if others := ", ".join(elsewhere):
        said.append(_("别的届里有，请用edition写明：%(editions)s。") % {"editions": others})
    return Refused(404, "not-found", wording.sentences(said))


def shown(activity: Activity, notices: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The activity as its unit works on it, with what is missing and what reviewers said.

    `notices` is what an act did beside what it was asked.
    """
    content, zone = queries.working_content(activity), activity.edition.zone
    signed = queries.valid_sign_off(activity, content)
    return {
        "key": key_of(activity),
        "code": activity.code,
        "edition": activity.edition.code,
        "state": activity.state,
        "change_state": waiting.state if (waiting := queries.revision_under_way(activity)) else "",
        "url": whole(reverse("programme:activity", args=[activity.code])),
        **shown_content(content, activity.edition),
        "sign_off": {"name": signed.name, "at": signed.at.astimezone(zone)} if signed else None,
        "missing": [
            {"field": path_of(gap.field), "detail": told(gap), "blocks": gap.blocks}
            for gap in missing(activity, content)
        ],
        "notices": notices or [],
        "reviews": rounds(activity),
        "updated_at": activity.updated_at.astimezone(zone),
        "published_at": activity.published_at.astimezone(zone) if activity.published_at else None,
    }


def missing(activity: Activity, content: Content) -> list[Gap]:
    """All that handing in asks for, the sign-off too; what blocks comes first."""
    lacking = signing.lacking(activity, content)
    found = [*hindrances(activity, content), *([lacking] if lacking else [])]
    return sorted(found, key=lambda gap: not gap.blocks)


def signed(activity: Activity) -> bool:
    """Whether somebody answers for exactly what stands now."""
    return queries.valid_sign_off(activity, queries.working_content(activity)) is not None


def notices(activity: Activity, *, was_signed: bool) -> list[dict[str, str]]:
    """What an act did beside what it was asked: a sign-off that held before it (`was_signed`) holds no more."""
    lapsed = signing.lacking(activity, queries.working_content(activity)) if was_signed else None
    return [{"type": "sign-off-lapsed", "detail": str(lapsed.why)}] if lapsed else []


def tag(body: dict[str, Any]) -> str:
    """The tag of the state that `shown` gave: the same for readers of every language, and after every act."""
    return tag_of(body | {"missing": [one | {"detail": ""} for one in body["missing"]], "notices": []})


def key_of(activity: Activity) -> str:
    """The program's own key; empty where no program made it."""
    key = activity.outside_key
    return key.removeprefix(SPACE) if key.startswith(SPACE) else ""


def rounds(activity: Activity) -> list[dict[str, Any]]:
    """What became of each handing in, newest first. Units decide: no reviewer is named."""
    zone = activity.edition.zone
    found = (
        activity.submissions.exclude(submitted_at=None)
        .select_related("turn")
        .prefetch_related("reviews__organization", "reviews__comments")
        .order_by("-pk")[:MOST_ROUNDS]
    )
    return [
        {
            "kind": one.kind,
            "state": one.state,
            "submitted_at": one.submitted_at.astimezone(zone) if one.submitted_at else None,
            "turn": one.turn.name if one.turn and one.state == Submission.State.PENDING else "",
            "decisions": [
                {
                    "unit": review.organization.name,
                    "decision": review.decision,
                    "note": review.note,
                    "at": review.at.astimezone(zone),
                    "remarks": [{"field": path_of(c.field), "text": c.text} for c in review.comments.all()],
                }
                for review in one.reviews.all()
            ],
        }
        for one in found
    ]
