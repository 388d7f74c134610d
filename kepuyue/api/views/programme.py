"""The public programme for other machines."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Query
from ninja.decorators import decorate_view

from kepuyue.activities.free_text import LANGUAGES
from kepuyue.api.interface import api
from kepuyue.api.output import written
from kepuyue.api.problems import Problem, Refused, known_values
from kepuyue.api.schemas import ActivityOut, Filters, Page, Paging
from kepuyue.api.shown import edition_asked_for, plain
from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme import queries
from kepuyue.programme.forms import ACCESS, OLDEST, FilterForm, Vocabulary, Words, vocabulary
from kepuyue.programme.permissions import approved, visible
from kepuyue.programme.search import RADII, search

ERRORS: dict[Any, Any] = {404: Problem, 422: Problem}


@api.get(
    "/activities", response={200: Page, **ERRORS}, summary="List and search activities", url_name="activities"
)
@decorate_view(conditional_page)
def activities(
    request: HttpRequest, filters: Query[Filters], paging: Query[Paging], edition: str = ""
) -> dict[str, Any]:
    """All activities that the public may see and that match, soonest first; with `q`, best match first.

    `edition` is the code of an edition that is or was the current one; without it, the current one. Any other is not
    found. Before an edition's publicity opens its list is empty.
    """
    found = edition_asked_for(request, edition)
    if found is None or not is_open_to_public(found):
        return {"count": 0, "results": []}
    words = vocabulary(found)
    form = FilterForm(filters.dict(), vocabulary=words)
    if form.refusals:
        _refuse(form, words)
    result = search(found, form.query(), at=now().astimezone(found.zone), taxonomy_of=words.taxonomy_of)
    start = (paging.page - 1) * paging.page_size
    keys = [match.entry.pk for match in result.matches[start : start + paging.page_size]]
    rows = {row.pk: row for row in queries.in_full(visible(found).filter(pk__in=keys))} if keys else {}
    return {"count": result.activities, "results": written(rows[key] for key in keys if key in rows)}


@api.get(
    "/activities/{code}", response={200: ActivityOut, **ERRORS}, summary="One activity", url_name="activity"
)
@decorate_view(conditional_page)
def activity(request: HttpRequest, code: str) -> dict[str, Any]:
    """One activity by its code, of whatever edition is open to the public."""
    found = queries.in_full(approved().filter(code=plain(code).upper())).first()
    if found is None or not is_open_to_public(found.edition):
        raise Refused(404, "not-found", _("没有编号为%(code)s的活动。") % {"code": code[:20]})
    return written([found])[0]


def _refuse(form: FilterForm, words: Vocabulary) -> None:
    """A machine is told exactly what it asked wrongly, and what it could ask."""
    known: dict[str, list[str]] = {"district": [district.code for district in words.districts]}
    known |= {"access": list(ACCESS), "language": list(LANGUAGES), "age": [f"0–{OLDEST}"]}
    known |= {"within": [str(radius) for radius in RADII], "near": ["22.543,114.058", *known["district"]]}
    known |= {one.code: [term.code for term in one.terms.all()] for one in words.taxonomies}
    choices = ("mode", "booking", "season", "city", "source")
    known |= {name: list(field.known) for name in choices if isinstance(field := form.fields[name], Words)}
    addresses = dict.fromkeys((one.code for one in words.taxonomies), reverse("api:terms"))
    addresses |= {"district": reverse("api:districts")}
    errors = []
    for name, sentence in form.refusals.items():
        hint = known_values(known[name], addresses.get(name, "")) if name in known else ""
        errors.append({"parameter": name, "detail": wording.sentences([sentence, hint])})
    detail = " ".join(f"{error['parameter']}: {error['detail']}" for error in errors)
    raise Refused(422, "invalid-parameter", detail, errors)
