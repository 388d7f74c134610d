"""Many drafts of a unit at once: what they share is typed once, and they are handed in together, each for itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.activities import completeness, safety
from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.completeness import Gap
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, BookingMode
from kepuyue.activities.permissions import check_can_edit

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# One request does so many, some seconds; the rest is said to be left and goes on with one more click
MOST_AT_ONCE = 100
SAFETY = "safety_item_"


@dataclass(frozen=True)
class Outcome:
    """What became of one draft of many. `code` is done, same, blocked or left."""

    activity: Activity
    code: str
    text: str


def lacking(activity: Activity) -> list[Gap]:
    """What keeps the draft from being handed in."""
    return [gap for gap in completeness.hindrances(activity, contents.of(activity)) if gap.blocks]


def fields_of(gap: Gap, content: Content, activity: Activity) -> list[str]:
    """The names under which many drafts can be given at once what this gap asks for; an item of the safety plan as
    "safety_item_CODE", a classification as "terms_TAXONOMY". None: it differs from draft to draft."""
    if gap.field == "safety_items":
        written = content.get("safety_items") or {}
        return [
            f"{SAFETY}{code}"
            for code in safety.items_asked(content, activity.edition)
            if not written.get(code)
        ]
    return [gap.field] if gap.field in SHARED or gap.field.startswith("terms_") else []


# What may well be the same for many activities of a unit
SHARED = (
    "content_lead", "expected_crowd", "emergency_contact", "safety_plan", "contact_name", "contact_phone",
    "booking_mode", "booking_url", "booking_note",
)  # fmt: skip


def fill(activities: Iterable[Activity], values: Content, *, by: "User") -> list[Outcome]:
    """Give each draft what it lacks of `values` (clean content, named as `fields_of` does); what it says stays.

    Each is a transaction of its own; nothing that somebody typed is overwritten.
    """
    return _all(activities, lambda one: _fill_one(one, values, by))


def _fill_one(activity: Activity, values: Content, by: "User") -> tuple[str, str]:
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    check_can_edit(by, activity)
    present = contents.of(activity)
    changes = _missing(present, values)
    if not changes:
        return "same", _("没有缺这些内容，没有改动。")
    drafting.change(activity, changes, by=by)
    left = len(lacking(Activity.objects.get(pk=activity.pk)))
    if left:
        return "done", _("已补上；还缺%(n)s处。") % {"n": left}
    return "done", _("已补齐，可以提交。")


def _missing(present: Content, values: Content) -> Content:
    """Those of the values that the content has nothing for yet."""
    changes: Content = {}
    items = dict(present.get("safety_items") or {})
    terms = list(present["terms"])
    for name, value in values.items():
        if name.startswith(SAFETY):
            code = name.removeprefix(SAFETY)
            if value and not items.get(code):
                items[code] = value
        elif name.startswith("terms_"):
            taxonomy = name.removeprefix("terms_")
            if not any(term.startswith(f"{taxonomy}:") for term in terms):
                terms += [
                    f"{taxonomy}:{code}" for code in ([value] if isinstance(value, str) else value) if code
                ]
        elif value not in ("", None) and present[name] in ("", None, BookingMode.UNKNOWN):
            changes[name] = value
    if items != (present.get("safety_items") or {}):
        changes["safety_items"] = items
    if terms != present["terms"]:
        changes["terms"] = sorted(terms)
    if changes.get("booking_mode", present["booking_mode"]) != BookingMode.EXTERNAL:
        # An address for booking belongs to those only that are booked there
        changes = {
            name: value for name, value in changes.items() if name not in ("booking_url", "booking_note")
        }
    return changes


def hand_in(activities: Iterable[Activity], *, by: "User") -> list[Outcome]:
    """Hand each draft in, signed off by `by` with the same act. What lacks something says so and stays a draft."""
    return _all(activities, lambda one: _hand_in_one(one, by))


def _hand_in_one(activity: Activity, by: "User") -> tuple[str, str]:
    submitted = submission.submit(activity, by=by, signs=True)
    if submitted.lane == submitted.Lane.FAST:
        return "done", _("已发布。这次没有逐级审核，可能事后抽查。")
    return "done", _("已提交，等待审核。")


def _all(activities: Iterable[Activity], act: Callable[[Activity], tuple[str, str]]) -> list[Outcome]:
    """Every one has an outcome: those beyond `MOST_AT_ONCE` are "left", and that is said."""
    rows = list(activities)
    told = _("还没有处理：一次最多%(n)s项。") % {"n": MOST_AT_ONCE}
    done = [_each(activity, act) for activity in rows[:MOST_AT_ONCE]]
    return done + [Outcome(activity, "left", told) for activity in rows[MOST_AT_ONCE:]]


def _each(activity: Activity, act: Callable[[Activity], tuple[str, str]]) -> Outcome:
    try:
        with transaction.atomic():
            return Outcome(activity, *act(activity))
    except (ValidationError, PermissionDenied) as error:
        texts = error.messages if isinstance(error, ValidationError) else [str(error)]
        return Outcome(activity, "blocked", " ".join(str(text) for text in texts))
    except Activity.DoesNotExist:
        return Outcome(activity, "blocked", _("这项活动刚刚被删除了。"))
