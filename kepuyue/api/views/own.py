"""A unit's own activities, bookings and summaries, for the program that acts for it."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from ninja import Path, Query

from kepuyue.activities.models import Picture
from kepuyue.api import own
from kepuyue.api.access import asks, caller_of
from kepuyue.api.exchange import answered
from kepuyue.api.interface import api
from kepuyue.api.own_schemas import (
    FiguresPage,
    OwnActivity,
    OwnPage,
    SeatsPage,
    SummariesPage,
    UnitOwn,
)
from kepuyue.api.problems import Problem
from kepuyue.api.schemas import Listed
from kepuyue.api.shown import page_of
from kepuyue.bookings.models import BookingTerms
from kepuyue.bookings.queries import attendances
from kepuyue.summaries import queries as summaries_of_rooms
from kepuyue.summaries.models import Figure, Filing, Summary

REFUSALS: dict[Any, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
Key = Annotated[
    str,
    Path(
        min_length=1,
        max_length=150,
        description="Your own key of the activity; it never changes",
    ),
]
OfEdition = Annotated[
    str,
    Query(max_length=60, description="Code of an edition, see /editions; empty: the current one"),
]

JPEG: dict[str, Any] = {
    "responses": {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
}


@api.get("/unit", response={200: UnitOwn, **REFUSALS}, summary="Whose token this is", url_name="unit",
         **asks(""))  # fmt: skip
def unit(request: HttpRequest) -> HttpResponse:
    """The unit that the token acts for, what it is good for and until when. Ask it first: it tells that all is well."""
    caller = caller_of(request)
    body = {
        "code": caller.organization.code,
        "name": caller.organization.name,
        "scopes": caller.token.scopes,
        "expires_at": caller.token.expires_at,
    }
    return _conditional(request, answered(body, tagged=True))


@api.get(
    "/unit/activities", response={200: OwnPage, **REFUSALS}, summary="The unit's activities",
    url_name="unit-activities", **asks("programme:read-drafts"),
)  # fmt: skip
def activities(request: HttpRequest, asked: Query[Listed]) -> HttpResponse:
    """All that the unit registered, by whatever way, drafts included, in the order in which they were made."""
    page, cursor = page_of(own.activities_of(caller_of(request)).select_related("edition"), asked)
    results = [
        {
            "key": own.key_of(one),
            "code": one.code,
            "edition": one.edition.code,
            "title": one.title,
            "state": one.state,
            "updated_at": one.updated_at.astimezone(one.edition.zone),
        }
        for one in page
    ]
    return _conditional(request, answered({"results": results, "cursor": cursor}, tagged=True))


@api.get(
    "/unit/activities/{key}", response={200: OwnActivity, **REFUSALS}, summary="One of the unit's activities",
    url_name="unit-activity", **asks("programme:read-drafts"),
)  # fmt: skip
def activity(request: HttpRequest, key: Key, edition: OfEdition = "") -> HttpResponse:
    """As the unit works on it, with what is missing, who signed it off and what reviewers said. Its ETag is what a
    change names in If-Match.
    """
    body = own.shown(own.find(request, key, edition))
    response = answered(body)
    response["ETag"] = own.tag(body)
    return _conditional(request, response)


@api.get(
    "/unit/pictures/{picture}", response={200: None, **REFUSALS}, summary="A picture of the unit's activities",
    url_name="unit-picture", **asks("programme:read-drafts", extra=JPEG),
)  # fmt: skip
def picture(request: HttpRequest, picture: Annotated[int, Path(ge=1, le=2**62)]) -> HttpResponse:
    """A JPEG, before its activity is published too. It never changes: another picture has another address."""
    found = get_object_or_404(Picture, pk=picture, activity__in=own.activities_of(caller_of(request)))
    try:
        with found.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = HttpResponse(content, content_type="image/jpeg")
    response["ETag"] = f'"{found.pk}"'
    response["Cache-Control"] = "private, no-cache"
    return _conditional(request, response)


@api.get(
    "/unit/bookings", response={200: SeatsPage, **REFUSALS}, summary="How many come", url_name="unit-bookings",
    **asks("bookings:read-counts"),
)  # fmt: skip
def bookings(request: HttpRequest, asked: Query[Listed]) -> HttpResponse:
    """Seats taken and people checked in, for each session of the unit that is booked here, in the order in which their
    booking was set up; no names.
    """
    wanted = own.activities_of(caller_of(request))
    rows = BookingTerms.objects.filter(session__activity__in=wanted)
    terms, cursor = page_of(
        rows.select_related("session__activity__edition").prefetch_related("quotas"), asked
    )
    came = attendances([one.session_id for one in terms])
    results = [
        {
            "activity": one.session.activity.code,
            "key": own.key_of(one.session.activity),
            "session": one.session_id,
            "start": one.session.starts_at.astimezone(one.session.activity.edition.zone),
            "capacity": sum(quota.capacity for quota in one.quotas.all()),
            "taken": sum(quota.taken for quota in one.quotas.all()),
            "checked_in": came[one.session_id].checked_in,
        }
        for one in terms
    ]
    return _conditional(request, answered({"results": results, "cursor": cursor}, tagged=True))


@api.get(
    "/unit/summaries", response={200: SummariesPage, **REFUSALS}, summary="The unit's summaries",
    url_name="unit-summaries", **asks("summaries:read"),
)  # fmt: skip
def summaries(request: HttpRequest, asked: Query[Listed]) -> HttpResponse:
    """What stands of each summary, with the figures that were accepted last, in the order in which they were opened."""
    edition = getattr(request, "edition", None)
    rows = Summary.objects.filter(
        activity__organization=caller_of(request).organization, activity__edition=edition
    ).select_related("activity__edition")
    page, cursor = page_of(rows, asked)
    accepted = {one.summary_id: one for one in _accepted(request).filter(summary__in=page)} if page else {}
    results = [
        {
            "activity": one.activity.code,
            "key": own.key_of(one.activity),
            "title": one.activity.title,
            "state": one.state,
            "updated_at": one.updated_at.astimezone(one.activity.edition.zone),
            "figures": [_figure(f) for f in accepted[one.pk].figures.all()] if one.pk in accepted else [],
        }
        for one in page
    ]
    return _conditional(request, answered({"results": results, "cursor": cursor}, tagged=True))


@api.get(
    "/unit/figures", response={200: FiguresPage, **REFUSALS}, summary="The unit's figures", url_name="unit-figures",
    **asks("figures:read"),
)  # fmt: skip
def figures(request: HttpRequest) -> HttpResponse:
    """What the accepted summaries come to, apart by how each figure was obtained; shares have no sum."""
    found = summaries_of_rooms.sums(_accepted(request))
    results = [{"name": one.kind.name, "method": one.kind.method, "value": one.total} for one in found]
    return _conditional(request, answered({"results": results}, tagged=True))


def _accepted(request: HttpRequest) -> QuerySet[Filing]:
    edition = getattr(request, "edition", None)
    if edition is None:
        return Filing.objects.none()
    unit = caller_of(request).organization
    return summaries_of_rooms.accepted_filings(edition).filter(summary__activity__organization=unit)


def _figure(figure: Figure) -> dict[str, Any]:
    return {"name": figure.name, "method": figure.method, "value": figure.value}


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 for whoever has just this (RFC 9110, 13.1.2)."""
    found: HttpResponse = (
        get_conditional_response(request, etag=response["ETag"], response=response) or response
    )
    return found
