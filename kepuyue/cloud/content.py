"""An item's reviewable content as one plain dictionary: what forms show, changes carry, and approval writes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.cloud import addresses
from kepuyue.cloud.models import CloudItem, Kind
from kepuyue.editions.models import Term

Content = dict[str, Any]

TEXTS = ("title", "title_en", "summary", "summary_en", "description", "url", "platform", "languages", "accessibility",
         "expert", "content_signoff")  # fmt: skip
FLAGS = ("has_captions", "has_sign_language", "suits_minors")
MOMENTS = ("starts_at", "ends_at")
FIELDS = (*TEXTS, *FLAGS, *MOMENTS, "duration", "replay_url", "activity", "terms")


def of(item: CloudItem) -> Content:
    """What stands in the row; moments in ISO 8601 (UTC), the activity and the terms by number."""
    found: Content = {name: getattr(item, name) for name in (*TEXTS, *FLAGS, "duration", "replay_url")}
    found |= {name: _iso(getattr(item, name)) for name in MOMENTS}
    found["activity"] = item.activity_id
    found["terms"] = sorted(term.pk for term in item.terms.all())
    return found


def working(item: CloudItem) -> Content:
    """What the unit is writing: the row, with the change of a public one over it."""
    return of(item) | item.proposed


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [old, new]} of what differs."""
    return {name: [old.get(name), new[name]] for name in FIELDS if name in new and old.get(name) != new[name]}


def write(item: CloudItem, content: Mapping[str, Any]) -> None:
    """Put the content into the row, which is saved by the caller; the terms are set at once.

    An activity or a term that is gone by now is left out: a change may have waited for weeks.
    """
    for name, value in content.items():
        if name in MOMENTS:
            setattr(item, name, datetime.fromisoformat(value) if value else None)
        elif name == "activity":
            item.activity = Activity.objects.filter(pk=value, edition=item.edition_id).first()
        elif name != "terms":
            setattr(item, name, value)
    if "terms" in content and item.pk:
        item.terms.set(Term.objects.filter(pk__in=content["terms"], taxonomy__edition=item.edition_id))


def gaps(kind: str, content: Mapping[str, Any]) -> list[str]:
    """What is missing before somebody else is asked to read it, in sentences."""
    found = []
    if kind == Kind.LIVE and not content.get("starts_at"):
        found.append(_("请填写直播的开始时间。"))
    if kind != Kind.TOPIC and not content.get("url"):
        found.append(_("请填写观看的网址。"))
    if not content.get("content_signoff"):
        found.append(_("请填写内容审定人。"))
    for name in ("url", "replay_url"):
        if content.get(name) and (why := addresses.fault(content[name])):
            found.append(why)
    return found


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
