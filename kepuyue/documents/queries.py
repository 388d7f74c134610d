"""Reads of registers; what a person may not see is not in the answer."""

from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.json import KT

from kepuyue.documents.models import IssuingOrgan, OfficialDocument, OfficialDocumentQuerySet
from kepuyue.documents.permissions import seen_by
from kepuyue.organizations.permissions import reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

LARGE = ("content", "facts")


def organs_seen(user: "Person") -> QuerySet[IssuingOrgan]:
    """The organs whose registers the person sees."""
    return IssuingOrgan.objects.filter(seen_by(user, "organization__path")).select_related("organization")


def organs_issued_for(user: "Person") -> QuerySet[IssuingOrgan]:
    """The organs in whose name the person issues."""
    found = IssuingOrgan.objects.filter(reach(user, "document.issue", "organization__path"))
    return found.select_related("organization")


def documents_seen(user: "Person") -> OfficialDocumentQuerySet:
    """The documents that the person may open; drafts are of their own unit only."""
    rows = OfficialDocument.objects.filter(seen_by(user, "organ__organization__path"))
    own = reach(user, "document.issue", "organ__organization__path")
    return (rows.registered() | rows.filter(own)).select_related(
        "organ__organization", "replaces", "issued_by", "voided_by"
    )


def register(organ: IssuingOrgan, year: int) -> OfficialDocumentQuerySet:
    """One year's register: every number with its document, void ones too, the newest first."""
    rows = OfficialDocument.objects.registered().filter(organ=organ, year=year)
    # Content is large and no list shows it
    return (
        rows.select_related("organ", "replaces", "issued_by")
        .prefetch_related(Prefetch("replacements", OfficialDocument.objects.defer(*LARGE)))
        .defer(*LARGE, "replaces__content", "replaces__facts")
        .order_by("-number")
    )


def with_days(rows: OfficialDocumentQuerySet) -> list[tuple[OfficialDocument, str]]:
    """Each with its 成文日期 (2024-08-06), without reading its whole content."""
    days = dict(rows.values_list("pk", KT("content__dated")))
    return [(one, days[one.pk]) for one in rows]


def years(organ: IssuingOrgan) -> list[int]:
    """The years in which the organ has issued, the newest first."""
    found = OfficialDocument.objects.registered().filter(organ=organ).order_by("-year")
    return [year for year in found.values_list("year", flat=True).distinct() if year is not None]


def last_number(organ: IssuingOrgan, year: int) -> int:
    """The highest number given in a year; one below the first where there is none."""
    rows = OfficialDocument.objects.registered().filter(organ=organ, year=year).order_by("-number")
    found = rows.values_list("number", flat=True).first()
    return organ.begins_with(year) - 1 if found is None else found
