"""The public programme in the order of its changes, for whoever keeps a copy of it."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Query
from ninja.decorators import decorate_view

from kepuyue.api.interface import api
from kepuyue.api.output import followed
from kepuyue.api.problems import Problem, Refused
from kepuyue.api.schemas import ChangesPage, Following
from kepuyue.api.shown import edition_asked_for
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import queries
from kepuyue.programme.actions import following

# The edition's key and how far its changes were read
CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})")


@api.get(
    "/programme/changes",
    response={200: ChangesPage, 404: Problem, 410: Problem, 422: Problem},
    summary="Follow the programme: what changed, in the order of change",
    url_name="programme-changes",
)
@decorate_view(conditional_page)
def changes(request: HttpRequest, asked: Query[Following], edition: str = "") -> dict[str, Any]:
    """Without a cursor: all that is public, then what changes. With the cursor of the last answer: what changed since.

    Each activity comes at the place of its latest change and as it is now: one that changes while you read comes again
    later, none is left out, and reading something twice does no harm. `delete` stands for what was taken down.
    Cancelled and archived activities stay public and come as `upsert` with their status. How many seats are left is of
    the moment of reading; seats alone are no change. Before an edition's publicity opens there is nothing to read, and
    the cursor stays at the beginning.

    A cursor belongs to one edition and does not expire. 410 `cursor-ahead`: it is of a later state than this
    instance has, as after a restored backup; begin again without one and drop what does not come.
    """
    found, read = _place(request, asked.cursor, edition)
    if found is None:
        return {"edition": "", "results": [], "cursor": "", "has_more": False}
    if not is_open_to_public(found):
        return {"edition": found.code, "results": [], "cursor": "", "has_more": False}
    following.number(found)
    if read > queries.last_change(found):
        raise Refused(410, "cursor-ahead", _("游标比这里的记录还新。请不带游标从头读取。"))
    rows = queries.changes_after(found, read, asked.limit + 1)
    page = rows[: asked.limit]
    shown = followed(activity for _change, activity in page if activity is not None)
    results = [
        {
            "change": "delete" if activity is None else "upsert",
            "code": change.code,
            "changed_at": change.at.astimezone(found.zone),
            "activity": shown.get(change.activity),
        }
        for change, activity in page
    ]
    last = page[-1][0].number if page else read
    # Asked last: what changed while we read, or was just being changed, is still to come
    more_waits = queries.change_waits(found)
    return {
        "edition": found.code,
        "results": results,
        "cursor": f"{found.pk}-{last}",
        "has_more": len(rows) > len(page) or more_waits,
    }


def _place(request: HttpRequest, cursor: str, code: str) -> tuple[Edition | None, int]:
    """The edition to read and the number up to which it was read."""
    asked = edition_asked_for(request, code)
    if not cursor:
        return asked, 0
    if not (parts := CURSOR.fullmatch(cursor)):
        raise _unknown(cursor)
    found = Edition.objects.live().filter(pk=int(parts[1]), was_current=True).first()
    if found is None or (code and found != asked):
        raise _unknown(cursor)
    return found, int(parts[2])


def _unknown(cursor: str) -> Refused:
    sentence = _("不认识这个游标。请用上一次回答里的，或者不带游标从头读取。")
    return Refused(422, "invalid-parameter", sentence, [{"parameter": "cursor", "detail": sentence}])
