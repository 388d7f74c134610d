"""A unit's activities for the program that acts for it: found by its own key, and shown as they stand."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.activities import queries
from kepuyue.activities.completeness import hindrances
from kepuyue.activities.models import Activity, Submission
from kepuyue.api.access import Caller
from kepuyue.api.problems import Refused
from kepuyue.api.registering import shown_content
from kepuyue.api.shown import plain
from kepuyue.api.tags import tag_of
from kepuyue.core.links import whole

# So that a program's keys and those of imports and forms never meet
SPACE = "api:"
MOST_ROUNDS = 20


def activities_of(caller: Caller) -> QuerySet[Activity]:
    """Those of the unit, and no others, whatever else the person behind the token may see."""
    return queries.visible_to(caller.person).filter(organization=caller.organization)


def kept_as(key: str) -> str:
    """A program's own key as the activity keeps it, apart from keys of spreadsheets."""
    return f"{SPACE}{plain(key)}"


def find(caller: Caller, key: str) -> Activity:
    """The unit's activity by the program's key, the newest of all editions; 404 if there is none."""
    found = (
        activities_of(caller)
        .select_related("edition", "organization", "district")
        .filter(outside_key=kept_as(key))
        .order_by("-pk")
        .first()
    )
    if found is None:
        raise Refused(404, "not-found", _("本单位没有键为%(key)s的活动。") % {"key": key[:40]})
    return found


def shown(activity: Activity) -> dict[str, Any]:
    """The activity as its unit works on it, with what is missing and what reviewers said."""
    content, zone = queries.working_content(activity), activity.edition.zone
    signed = queries.valid_sign_off(activity, content)
    return {
        "key": key_of(activity),
        "code": activity.code,
        "state": activity.state,
        "url": whole(reverse("programme:activity", args=[activity.code])),
        **shown_content(content, activity.edition),
        "sign_off": {"name": signed.name, "at": signed.at.astimezone(zone)} if signed else None,
        "missing": [
            {"field": gap.field, "detail": str(gap.why), "blocks": gap.blocks}
            for gap in hindrances(activity, content)
        ],
        "reviews": rounds(activity),
        "updated_at": activity.updated_at.astimezone(zone),
        "published_at": activity.published_at.astimezone(zone) if activity.published_at else None,
    }


def tag(body: dict[str, Any]) -> str:
    """The tag of the state that `shown` gave: the same for readers of every language."""
    return tag_of(body | {"missing": [one | {"detail": ""} for one in body["missing"]]})


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
                    "remarks": [{"field": c.field, "text": c.text} for c in review.comments.all()],
                }
                for review in one.reviews.all()
            ],
        }
        for one in found
    ]
