"""Archive editions: a year's shelf for past activities that come in without an edition of their own."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from kepuyue.core import audit
from kepuyue.editions.models import Edition, Mark, Taxonomy, Term

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# An edition needs a period; that of the archive without dates is never shown
UNDATED = 1900


@transaction.atomic
def archive(year: int | None, *, like: Edition, by: "User | None" = None) -> Edition:
    """The archive of a year (None: of activities without any date), classified as the edition `like` is."""
    edition, is_new = Edition.objects.get_or_create(
        code=f"archive-{year or 'undated'}",
        defaults={
            "year": year or 0,
            "city": like.city,
            "city_en": like.city_en,
            # Data in the city's language, not a message
            "name": f"{year}年活动存档" if year else "未注明年份的活动存档",
            "name_en": f"Archive {year}" if year else "Archive without dates",
            "starts_on": date(year or UNDATED, 1, 1),
            "ends_on": date(year or UNDATED, 12, 31),
            "time_zone": like.time_zone,
            "policy": like.policy,
            "is_archive": True,
        },
    )
    if is_new:
        _classify_like(edition, like)
        audit.record("edition.archive", edition, by=by)
    return edition


def _classify_like(edition: Edition, like: Edition) -> None:
    for taxonomy in like.taxonomies.prefetch_related("terms"):
        terms = list(taxonomy.terms.all())
        copy = Taxonomy.objects.create(
            edition=edition,
            **{
                field: getattr(taxonomy, field)
                for field in ("code", "help", "multiple", "is_filter", "position")
            },
            name=taxonomy.name,
            name_en=taxonomy.name_en,
        )
        copies: dict[int | None, Term] = {}
        for term in terms:
            copies[term.pk] = Term.objects.create(
                taxonomy=copy,
                code=term.code,
                name=term.name,
                name_en=term.name_en,
                synonyms=term.synonyms,
                position=term.position,
                parent=copies.get(term.parent_id),
            )
    Mark.objects.bulk_create(
        Mark(edition=edition, code=mark.code, name=mark.name, name_en=mark.name_en, position=mark.position)
        for mark in like.marks.all()
    )
