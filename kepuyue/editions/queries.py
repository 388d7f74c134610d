"""Reads about editions."""

from datetime import date
from enum import StrEnum

from kepuyue.core.time import today
from kepuyue.editions.models import Edition, KeyDate, Taxonomy


def current_edition() -> Edition | None:
    """The edition that the city runs now; None before one is loaded."""
    return Edition.objects.filter(is_current=True).first()


def taxonomies(edition: Edition) -> list[Taxonomy]:
    """The edition's classifications with their terms, in order, in two queries."""
    return list(edition.taxonomies.prefetch_related("terms"))


def key_day(edition: Edition, kind: str) -> date | None:
    """The day of a key date, or None where the edition does not set it."""
    return KeyDate.objects.filter(edition=edition, kind=kind).values_list("day", flat=True).first()


class Phase(StrEnum):
    """阶段: call for registration, publicity, the month itself, summaries due, afterwards."""

    CALL = "call"
    PUBLICITY = "publicity"
    MONTH = "month"
    SUMMARY = "summary"
    AFTER = "after"


def phase(edition: Edition, day: date | None = None) -> Phase:
    """Which phase a day (default: today) falls into, from the edition's key dates."""
    day = day or today()
    publicity = key_day(edition, KeyDate.Kind.PUBLICITY_OPENS) or edition.starts_on
    summary = key_day(edition, KeyDate.Kind.SUMMARY_DUE)
    if day > edition.ends_on:
        return Phase.AFTER
    if summary and day >= summary:
        return Phase.SUMMARY
    if day >= edition.starts_on:
        return Phase.MONTH
    return Phase.PUBLICITY if day >= publicity else Phase.CALL


def is_open_to_public(edition: Edition) -> bool:
    """Whether the programme may be shown: from the day publicity opens (notice 四(三))."""
    return phase(edition) is not Phase.CALL
